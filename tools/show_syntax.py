"""Shows how a model with ordered neurons divides lines of verse.

Decides how distances become brackets and how they are printed; where they come from is decided by
`model.networks.on_lstm`.

    python -m tools.show_syntax runs/on-lstm/on-lstm.safetensors 白日依山尽，黄河入海流

Each line is split where two neighbours are farthest apart, and so on in its parts. The parser of
Shen et al. 2019 also sets the first character after a border apart, which favours trees that branch
to the right (Dyer et al. 2019, arXiv:1909.09428); this one does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import torch

from model.networks.checkpoint import Checkpoint, CheckpointError
from model.networks.on_lstm import syntactic_distances
from model.verse import Verse, VerseError


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("verses", nargs=-1, required=True)
def main(model: Path, verses: tuple[str, ...]) -> None:
    """Print each line of VERSES, each character's distance from the next in percent, and brackets.

    \b
    Example:
      python -m tools.show_syntax runs/on-lstm/on-lstm.safetensors 白日依山尽，黄河入海流
    """
    try:
        checkpoint = Checkpoint.load(model)
        for text in verses:
            verse = Verse.parse(text)
            for line, distances in zip(verse.lines, of_lines(checkpoint, verse), strict=True):
                click.echo(f"{_told(line, distances)}  {bracketed(line, distances)}")
    except (CheckpointError, VerseError, TypeError) as error:
        raise click.ClickException(str(error)) from error


@torch.inference_mode()
def of_lines(checkpoint: Checkpoint, verse: Verse) -> list[list[float]]:
    """The distances of the characters of each line. Raises VerseError if one is not known."""
    if unknown := checkpoint.vocabulary.unknown(verse.characters):
        raise VerseError(f"{checkpoint.name} does not know {unknown}")
    ids = torch.tensor([checkpoint.vocabulary.encode(verse.characters)])
    distances = syntactic_distances(checkpoint.build(), ids)[0]
    lines: list[list[float]] = distances.view(verse.form.line_count, -1).tolist()
    return lines


def bracketed(characters: str, distances: Sequence[float]) -> str:
    """Brackets around all phrases of more than one character; of equal borders the first parts."""
    if len(characters) == 1:
        return characters
    border = 1 + max(range(len(characters) - 1), key=lambda place: distances[place])
    left = bracketed(characters[:border], distances[:border])
    right = bracketed(characters[border:], distances[border:])
    return f"({left}{right})"


def _told(characters: str, distances: Sequence[float]) -> str:
    told = zip(characters, distances, strict=True)
    return " ".join(f"{character} {100 * distance:3.0f}" for character, distance in told)


if __name__ == "__main__":
    main()
