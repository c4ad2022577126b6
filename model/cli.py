"""The poet's commands: the worker, and verse and text on the command line.

Decides options, and what is printed where; all work is done by the rooms of `model`, which are
imported only when a command runs, since torch takes seconds to load.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeVar

import click

from model.verse import Form, Pattern, Verse, VerseError

if TYPE_CHECKING:
    from model.poet import Poet, Written

_Answer = TypeVar("_Answer")

_seed = click.option(
    "--seed", type=click.IntRange(0, 2**53 - 1), help="The same seed gives the same verse."
)
_plain = click.option(
    "--plain", is_flag=True, help="One verse a line on standard output, and nothing else there."
)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8077, show_default=True, help="Port."
)
@click.option(
    "--exit-with-parent", is_flag=True, help="End when standard input closes (for supervisors)."
)
def worker(host: str, port: int, exit_with_parent: bool) -> None:
    """Serve a poet over HTTP; the protocol stands at /docs.

    \b
    Example:
      QIBU_WORKER_KEY=secret qibu worker --host 0.0.0.0 --port 8077
    """
    from model.networks.checkpoint import CheckpointError
    from model.service.server import CannotListen, serve
    from model.service.settings import WorkerSettings

    try:
        serve(WorkerSettings(), host=host, port=port, exit_with_parent=exit_with_parent)
    except (CannotListen, CheckpointError) as error:
        raise click.ClickException(str(error)) from error


@click.command()
@click.option(
    "--form",
    type=click.Choice([form.value for form in Form]),
    default=Form.COUPLET5.value,
    show_default=True,
    help="Form of verse.",
)
@click.option("--count", type=click.IntRange(1), default=1, show_default=True, help="Verses.")
@click.option("--theme", help="One to four characters that appear in the verse.")
@click.option("--acrostic", help="The first character of each line.")
@_seed
@_plain
def compose(
    form: str, count: int, theme: str | None, acrostic: str | None, seed: int | None, plain: bool
) -> None:
    """Compose verses.

    \b
    Example:
      qibu compose --form couplet5 --count 3 --seed 7
      qibu compose --theme 明月 --plain
    """
    poet = _poet()
    written = _asked(
        lambda: poet.compose(
            Form(form), count, seed=_or_random(seed), theme=theme, acrostic=acrostic
        )
    )
    _show(written, plain)


@click.command()
@click.argument("file", type=click.File(encoding="utf-8"), default="-")
@_plain
def reconstruct(file: TextIO, plain: bool) -> None:
    """Give verses back through the latent: one a line in, one a line out, in the same order.

    \b
    Example:
      echo 白日依山尽，黄河入海流 | qibu reconstruct --plain
    """
    poet = _poet()
    try:
        for number, row in enumerate(file, 1):
            if not row.strip():
                # A line in is a line out, so that the two files still match.
                click.echo("")
                continue
            original, back = _asked(partial(_given_back, poet, row), f"line {number}")
            if plain:
                click.echo(back.plain)
                continue
            pairs = zip(original.characters, back.characters, strict=True)
            matched = sum(a == b for a, b in pairs) / original.form.size
            click.echo(f"{original.plain} → {back.plain}  {matched:.0%}")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is no text in UTF-8") from error


@click.command()
@click.argument("seed_text", metavar="SEED")
@click.option("--count", type=click.IntRange(1), default=1, show_default=True, help="Verses.")
@_seed
@_plain
def complete(seed_text: str, count: int, seed: int | None, plain: bool) -> None:
    """Complete a line, or a pattern with ？ or _ for open characters.

    \b
    Example:
      qibu complete 白日依山尽 --count 3
      qibu complete 明月___，清风___
    """
    poet = _poet()
    written = _asked(lambda: poet.complete(Pattern.parse(seed_text), count, seed=_or_random(seed)))
    _show(written, plain)


@click.command()
@click.argument("start", metavar="VERSE")
@click.argument("end", metavar="VERSE")
@click.option(
    "--steps", type=click.IntRange(2), default=5, show_default=True, help="Verses, ends included."
)
@_plain
def interpolate(start: str, end: str, steps: int, plain: bool) -> None:
    """Walk from one verse to another through the latent space.

    \b
    Example:
      qibu interpolate 白日依山尽，黄河入海流 空山新雨后，天气晚来秋 --steps 6
    """
    poet = _poet()
    _show(_asked(lambda: poet.interpolate(Verse.parse(start), Verse.parse(end), steps)), plain)


@click.command()
@click.argument("model", metavar="MODEL", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--prompt", default="", help="Text to go on from; else a line begins.")
@click.option(
    "--temperature",
    type=click.FloatRange(0, 5),
    default=0.8,
    show_default=True,
    help="Less is more predictable; 0 takes the likeliest character.",
)
@click.option(
    "--length", type=click.IntRange(1), default=200, show_default=True, help="Characters to add."
)
@click.option(
    "--seed", type=click.IntRange(0, 2**53 - 1), help="The same seed gives the same text."
)
def sample(model: Path, prompt: str, temperature: float, length: int, seed: int | None) -> None:
    """Write on from a prompt with a model of a text.

    MODEL is a .safetensors file that `qibu train char-lstm --text FILE` wrote.

    \b
    Example:
      qibu sample runs/char-lstm-novel/char-lstm.safetensors --prompt "Call me" --length 400
    """
    from model.networks.checkpoint import CheckpointError
    from model.text.writer import UnknownPrompt, Writer

    try:
        writer = Writer.load(model)
        click.echo(writer.write(prompt, length, temperature, _or_random(seed)))
    except (CheckpointError, UnknownPrompt) as error:
        raise click.ClickException(str(error)) from error


def _poet() -> Poet:
    from model.networks.checkpoint import CheckpointError
    from model.poet import load_poet
    from model.service.settings import WorkerSettings

    settings = WorkerSettings()
    try:
        return load_poet(settings.model, settings.device)
    except CheckpointError as error:
        raise click.ClickException(str(error)) from error


def _given_back(poet: Poet, row: str) -> tuple[Verse, Verse]:
    verse = Verse.parse(row)
    return verse, poet.give_back([verse])[0]


def _asked(ask: Callable[[], _Answer], where: str = "") -> _Answer:
    from model.poet import PoetError

    try:
        return ask()
    except (VerseError, PoetError) as error:
        raise click.ClickException(f"{where}: {error}" if where else str(error)) from error


def _or_random(seed: int | None) -> int:
    return secrets.randbelow(2**53) if seed is None else seed


def _show(written: list[Written], plain: bool) -> None:
    for one in written:
        if plain:
            click.echo(one.verse.plain)
            continue
        rhyme = f" {one.tones.rhyme}" if one.tones.rhyme else ""
        seed = "" if one.seed is None else f"  seed {one.seed}"
        click.echo(
            f"{one.verse.text}\n  {' '.join(one.tones.lines)}{rhyme}  score {one.score:.2f}{seed}"
        )
