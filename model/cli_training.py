"""The workshop's commands: the corpus, training, judgement, evaluation.

Decides options, and what is printed where; all work is done by the rooms of `model`, which are
imported only when a command runs, since torch takes seconds to load.
"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import click

from model.verse import Form

CORPUS = Path("data/corpus")
RUNS = Path("runs")

_corpus = click.option(
    "--corpus",
    type=click.Path(path_type=Path, file_okay=False),
    default=CORPUS,
    show_default=True,
    help="Where `qibu corpus` wrote the corpus.",
)


@click.command()
@click.option(
    "--source",
    type=click.Path(path_type=Path, exists=True),
    help="An archive of the package or a checkout of its repository; else npm fetches it.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=CORPUS,
    show_default=True,
    help="Directory to write to.",
)
@click.option("--any-digest", is_flag=True, help="Accept other poems than those of 2.0.1.")
def corpus(source: Path | None, output: Path, any_digest: bool) -> None:
    """Fetch the corpus (npm package chinese-poetry 2.0.1), split it by poem and encode it.

    \b
    Example:
      qibu corpus
      qibu corpus --source ~/chinese-poetry-2.0.1.tgz
    """
    from tqdm import tqdm

    from model.corpus import source as poems
    from model.corpus.encode import encode
    from model.poet.tables import Tables

    try:
        files = poems.poem_files(source or poems.fetch(output.parent))
    except poems.SourceError as error:
        raise click.ClickException(str(error)) from error
    found = poems.digest(files)
    if found != poems.DIGEST and not any_digest:
        raise click.ClickException(
            f"these are not the poems of {poems.PACKAGE} (digest {found[:12]}…, expected "
            f"{poems.DIGEST[:12]}…); --any-digest takes them all the same"
        )
    encoded = encode(files, found, lambda items: tqdm(items, desc="corpus", unit="file"))
    encoded.save(output)
    Tables.of_corpus(encoded).save(output / "tables.safetensors")
    for (form, part), verses in encoded.verses.items():
        click.echo(f"{form.value:9} {part.value:10} {len(verses):9,}")


@click.command()
@click.argument("config", metavar="CONFIG")
@_corpus
@click.option(
    "--text",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A text file in UTF-8 to learn instead of the corpus (char-lstm).",
)
@click.option(
    "--directory",
    type=click.Path(path_type=Path),
    help="Where to keep the run [runs/NAME, or runs/NAME-TEXT].",
)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto")
@click.option("--threads", type=click.IntRange(1), help="CPU threads for torch.")
def train(
    config: str,
    corpus: Path,
    text: Path | None,
    directory: Path | None,
    device: str,
    threads: int | None,
) -> None:
    """Train a model, or go on with a run that was interrupted.

    CONFIG is a TOML file or the name of one that ships with Qibu, such as gcnn or nice.

    \b
    Example:
      qibu train gcnn
      qibu train char-lstm --text novel.txt
      tensorboard --logdir runs
    """
    import torch

    from model.corpus.encode import Corpus
    from model.corpus.source import SourceError
    from model.networks.checkpoint import CheckpointError
    from model.poet.shipped import choose_device
    from model.text.learning import learn
    from model.text.text import Text, TextError
    from model.training.config import Config, ConfigError
    from model.training.progress import ResumeError
    from model.training.trainer import train as run

    if threads:
        torch.set_num_threads(threads)
    try:
        chosen = Config.load(config)
        name = f"{chosen.name}-{text.stem}" if text else chosen.name
        begin = (
            partial(learn, chosen, Text.read(text))
            if text
            else partial(run, chosen, Corpus.load(corpus))
        )
        result = begin(
            directory or RUNS / name,
            device=choose_device(device),
            show=click.echo,
            clock=time.monotonic,
        )
    except (ConfigError, SourceError, TextError, CheckpointError, ResumeError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"best: epoch {result.epoch}, {result.bound:.3f} nats, {result.path}")


@click.command()
@click.argument("model", metavar="MODEL", type=click.Path(path_type=Path, dir_okay=False))
@_corpus
@click.option(
    "--verses",
    type=click.IntRange(1),
    default=40_000,
    show_default=True,
    help="Verses of each form that the model composes for it.",
)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto")
@click.option("--threads", type=click.IntRange(1), help="CPU threads for torch.")
def refine(model: Path, corpus: Path, verses: int, device: str, threads: int | None) -> None:
    """Teach a trained model to judge its verse, by telling it from real verse.

    MODEL is a .safetensors file that `qibu train` wrote; what is learnt is kept in it, and ranks
    what the model composes from then on.

    \b
    Example:
      qibu refine runs/transformer/transformer.safetensors
    """
    import torch

    from model.corpus.encode import Corpus
    from model.corpus.source import SourceError
    from model.networks.checkpoint import CheckpointError
    from model.poet.shipped import choose_device
    from model.refinement import Plan
    from model.refinement import refine as learn

    if threads:
        torch.set_num_threads(threads)
    try:
        learn(
            model,
            Corpus.load(corpus),
            plan=Plan(verses=verses),
            device=choose_device(device),
            show=click.echo,
        )
    except (SourceError, CheckpointError) as error:
        raise click.ClickException(str(error)) from error


@click.command()
@click.argument("model", metavar="MODEL")
@_corpus
@click.option(
    "--form",
    "forms",
    multiple=True,
    type=click.Choice([form.value for form in Form]),
    help="Only this form; may be given several times.",
)
@click.option(
    "--samples",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file that keeps what was composed: it is taken from there, and what it lacks is added.",
)
@click.option(
    "--count", type=click.IntRange(10), default=2000, show_default=True, help="Samples of a form."
)
@click.option(
    "--requests",
    type=click.IntRange(0),
    default=100,
    show_default=True,
    help="Requests with forced characters, of each kind and form.",
)
@click.option("--no-composing", is_flag=True, help="Leave out all that the poet composes.")
@click.option(
    "--held-out",
    type=click.IntRange(10),
    default=4000,
    show_default=True,
    help="Verses of TEST for the bound and what is given back.",
)
@click.option(
    "--importance-verses",
    type=click.IntRange(2),
    default=150,
    show_default=True,
    help="Verses, each of 100 passes, by which the bound is tightened.",
)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of Markdown.")
@click.option(
    "--keep-json",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file to write the JSON to, beside what is printed; `make plots` reads it.",
)
def evaluate(
    model: str,
    corpus: Path,
    forms: tuple[str, ...],
    samples: Path | None,
    count: int,
    requests: int,
    no_composing: bool,
    held_out: int,
    importance_verses: int,
    device: str,
    as_json: bool,
    keep_json: Path | None,
) -> None:
    """Measure a model on the held-out poems: bounds, what it gives back, and its samples.

    MODEL is the name of one that ships with Qibu, or a .safetensors file. Real verse, shuffled
    verse and the first seed's model stand beside it.

    \b
    Example:
      qibu evaluate gcnn
      qibu evaluate runs/gcnn/gcnn.safetensors --no-composing --json
    """
    from model.corpus.encode import Corpus
    from model.corpus.source import SourceError
    from model.evaluation.album import Album, AlbumError
    from model.evaluation.evaluate import Extent, Poet
    from model.evaluation.evaluate import evaluate as measure
    from model.evaluation.markdown import markdown
    from model.networks.checkpoint import Checkpoint, CheckpointError
    from model.poet import load_poet
    from model.poet.shipped import SEED_MODEL, choose_device, model_path

    try:
        path = model_path(model)
        checkpoint, seed_path = Checkpoint.load(path), model_path(SEED_MODEL)
        poet = None
        if not no_composing:
            album = Album.open(samples) if samples else Album()
            poet = Poet(load_poet(str(path), device), album)
        report = measure(
            checkpoint,
            Corpus.load(corpus),
            poet=poet,
            baseline=None if checkpoint.name == SEED_MODEL else Checkpoint.load(seed_path),
            extent=Extent(
                samples=count,
                requests=requests,
                held_out=held_out,
                importance_verses=importance_verses,
            ),
            forms=[Form(form) for form in forms],
            device=choose_device(device),
        )
    except (SourceError, CheckpointError, AlbumError) as error:
        raise click.ClickException(str(error)) from error
    if keep_json:
        keep_json.write_text(report.json())
    click.echo(report.json() if as_json else markdown(report))
