"""`qibu sample` as a person meets it: a prompt goes on, the same seed says the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from model import cli, cli_training
from model.networks.checkpoint import Checkpoint
from model.networks.vae import build
from model.text import learning
from model.vocabulary import Vocabulary
from tests.model.text.texts import PLAN, put

PROMPTS = {"english": "The cat sees", "chinese": "白日依山尽，"}


@pytest.fixture(scope="module", params=PROMPTS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def model(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp(name)
    text = put(directory, name)
    arguments = [str(directory / "small.toml"), "--text", str(text), "--directory", str(directory)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(learning, "Plan", lambda: PLAN)
        assert CliRunner().invoke(cli_training.train, arguments).exit_code == 0
    return directory / "small.safetensors"


def sample(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.sample, [str(argument) for argument in arguments])


def written(*arguments: str | Path) -> str:
    result = sample(*arguments)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout.removesuffix("\n")


def refused(*arguments: str | Path, code: int = 1) -> str:
    result = sample(*arguments)
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit), "an error of ours, with no traceback"
    assert result.stdout == ""
    return " ".join(result.stderr.split())


def test_a_prompt_goes_on_as_the_text_does(model: Path, name: str) -> None:
    said = written(model, "--prompt", PROMPTS[name], "--length", "80", "--temperature", "0")
    assert said.startswith(PROMPTS[name])
    assert len(said) == len(PROMPTS[name]) + 80
    line = said.splitlines()[0]
    if name == "chinese":
        assert line == "白日依山尽，黄河入海流。"
    else:
        assert line in ("The cat sees the sun.", "The cat sees the moon.")


def test_the_same_seed_says_the_same_and_another_does_not(model: Path) -> None:
    asked: list[str | Path] = [model, "--length", "300", "--temperature", "1"]
    first = written(*asked, "--seed", "7")
    assert first == written(*asked, "--seed", "7")
    assert first != written(*asked, "--seed", "8")
    assert first != written(*asked, "--seed", str(7 + 2**32))


def test_without_a_prompt_a_line_begins(model: Path, name: str) -> None:
    asked: list[str | Path] = [model, "--length", "3", "--temperature", "0.2"]
    begun = {written(*asked, "--seed", str(seed)) for seed in range(5)}
    if name == "english":
        assert begun == {"The"}
    else:
        assert begun <= {"白日依", "空山新", "明月松"}


def test_a_prompt_with_characters_that_the_text_lacks_is_refused(model: Path) -> None:
    said = refused(model, "--prompt", "囧 Ω")
    assert "'囧'" in said
    assert "'Ω'" in said
    assert "prompt" in said


def test_what_is_no_model_of_a_text_is_refused(tmp_path: Path) -> None:
    assert "there is no model at" in refused(tmp_path / "missing.safetensors")
    verse = tmp_path / "verse.safetensors"
    options = {"embedding_size": 4, "hidden_size": 4}
    weights = build("char_lstm", options, 4).state_dict()
    Checkpoint("verse", "char_lstm", options, Vocabulary("天地玄"), {}, weights).save(verse)
    assert "qibu compose" in refused(verse)
    assert "--temperature" in refused(verse, "--temperature", "-1", code=2)
    assert "--length" in refused(verse, "--length", "0", code=2)
