"""Training with layers that torch compiles first; compiling takes longer than all else here."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from torch._dynamo.utils import counters

from model.corpus.encode import Corpus
from model.networks.checkpoint import load_with_facts
from tests.model.training.runs import TRANSFORMER, Killed, config, killing_clock, run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not any(map(shutil.which, ("g++", "c++", "clang++"))),
        reason="torch compiles for CPUs by way of a compiler of C++",
    ),
]


def test_compiled_layers_learn_what_others_do_and_go_on_after_a_kill(
    corpus: Corpus, tmp_path: Path
) -> None:
    # Characters are dropped by torch's own generator, of which compiled layers make other use.
    options = {**dict(TRANSFORMER["options"]), "dropped": 0.0}  # type: ignore[call-overload]
    # The batch divides the corpus: without compiling there would be a smaller one at the end.
    small = TRANSFORMER | {"options": options, "forms": ["couplet5"], "batch_size": 50}
    plain = run(corpus, tmp_path / "plain", config(**small))
    counters.clear()
    compiled = run(corpus, tmp_path / "compiled", config(**small, compiled=True))
    assert counters["stats"]["unique_graphs"] > 0
    assert compiled.bound == pytest.approx(plain.bound, rel=0.01)

    killed = tmp_path / "killed"
    with pytest.raises(Killed):
        run(corpus, killed, config(**small, compiled=True), killing_clock(7))
    assert run(corpus, killed, config(**small, compiled=True)).bound == compiled.bound
    mine, _ = load_with_facts(killed / "small.safetensors")
    its, _ = load_with_facts(compiled.path)
    assert all((mine[name] == its[name]).all() for name in its)
