"""Every model on one bench: trains and measures all of them, and writes the comparison.

Decides which models stand on the bench, and which page is written; what is still to do for a model
is left to `bench`, tables and pictures to `comparison` and `comparison_plots`. Run as
`python -m benchmarks.models`, or `make models`.
"""

from __future__ import annotations

import traceback
from importlib import resources
from pathlib import Path

import click
import torch

from benchmarks import comparison_plots
from benchmarks.bench import FORM, Bench
from benchmarks.comparison import comparison, replaced
from benchmarks.results import Measured
from model.corpus.encode import Corpus
from model.corpus.source import SourceError
from model.evaluation.album import AlbumError
from model.evaluation.evaluate import Extent
from model.networks.checkpoint import CheckpointError
from model.poet.poet import CANDIDATES
from model.training.config import Config, ConfigError
from model.training.progress import ResumeError

FOR_A_GPU = ("transformer-large",)
"""Configurations that ship and that no CPU trains in an evening."""

_DOCS = Path(__file__).parent.parent / "docs"


def on_the_bench() -> list[Config]:
    """All configurations that ship and learn the bench's form, but those for a GPU."""
    files = (resources.files("model.training") / "configs").iterdir()
    names = sorted(file.name.removesuffix(".toml") for file in files)
    every = [Config.load(name) for name in names if name not in FOR_A_GPU]
    return [config for config in every if FORM in config.forms]


@click.command()
@click.argument("configs", metavar="[CONFIG]...", nargs=-1)
@click.option("--corpus", type=click.Path(path_type=Path), default="data/corpus", show_default=True)
@click.option("--runs", type=click.Path(path_type=Path), default="runs", show_default=True)
@click.option("--page", type=click.Path(path_type=Path), default=_DOCS / "models.md")
@click.option("--count", type=click.IntRange(10), default=300, show_default=True, help="Samples.")
@click.option("--candidates", type=click.IntRange(1), default=CANDIDATES, show_default=True)
@click.option("--held-out", type=click.IntRange(10), default=4000, show_default=True)
@click.option("--importance-verses", type=click.IntRange(2), default=150, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=20, show_default=True, help="Of speed.")
@click.option("--retrain", is_flag=True, help="Train gcnn too, which is else taken as it ships.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="cpu")
@click.option("--threads", type=click.IntRange(1), help="CPU threads for torch.")
def main(
    *,
    configs: tuple[str, ...],
    corpus: Path,
    runs: Path,
    page: Path,
    count: int,
    candidates: int,
    held_out: int,
    importance_verses: int,
    rounds: int,
    retrain: bool,
    device: str,
    threads: int | None,
) -> None:
    """Train and measure models, and write all that are measured into docs/models.md.

    CONFIG is what `qibu train` takes; without one all models that ship with a configuration are
    made. What was trained or measured before is not done again, and what was begun goes on.

    \b
    Example:
      python -m benchmarks.models
      python -m benchmarks.models nice my-own.toml
    """
    if threads:
        torch.set_num_threads(threads)
    try:
        others = on_the_bench()
        asked = [Config.load(name) for name in configs] or others
        extent = Extent(
            samples=count, requests=0, held_out=held_out, importance_verses=importance_verses
        )
        bench = Bench(Corpus.load(corpus), runs, extent, candidates, device, retrain)
    except (ConfigError, SourceError) as error:
        raise click.ClickException(str(error)) from error
    found: dict[str, Measured] = {}
    for config in asked:
        try:
            found[config.name] = bench.measured(config)
        except (ConfigError, ResumeError, CheckpointError, AlbumError) as error:
            click.echo(f"{config.name}: {error}", err=True)
        except Exception:  # one that fails does not keep the others, for hours, from their turn
            traceback.print_exc()
    failed = [config.name for config in asked if config.name not in found]
    every = {config.name: config for config in [*others, *asked]}
    for name, config in every.items():
        if name not in found and (kept := bench.kept(config)):
            found[name] = kept
    if not found:
        raise click.ClickException("nothing is measured")
    best_first = sorted(found.values(), key=lambda one: one.form.bounds.iwae)
    speeds = bench.speeds([every[one.name] for one in best_first], rounds)
    text = comparison(best_first, speeds, [name for name in every if name not in found])
    try:
        page.write_text(replaced(page.read_text("utf-8"), text), "utf-8")
    except ValueError as error:
        raise click.ClickException(f"{page}: {error}") from error
    comparison_plots.draw(best_first, page.parent / "plots")
    click.echo(f"{page}: {', '.join(one.name for one in best_first)}", err=True)
    if failed:
        raise click.ClickException(f"failed: {', '.join(failed)}; what they said is above")


if __name__ == "__main__":
    main()
