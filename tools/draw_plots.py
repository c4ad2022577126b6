"""Draws the plots of docs/models.md: training, rate and distortion, the map of the latent space.

Decides how they look; every figure in them comes from a run's files, and each plot whose file is
there is drawn:

    python tools/draw_plots.py runs/transformer     # or: make plots

curve.jsonl, which training writes, gives training.png; report.json, which `qibu evaluate MODEL
--keep-json runs/NAME/report.json` writes, rate_distortion.png; NAME.safetensors and the corpus
latent_map.png, in half a minute.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import click
import matplotlib as mpl
import numpy as np
from matplotlib import patheffects
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from PIL import Image

from model.corpus.encode import Corpus
from model.evaluation.latent_map import LatentMap, latent_map
from model.evaluation.themes import THEMES, Theme
from model.networks.checkpoint import Checkpoint
from model.training.curve import Point, read

ROOT = Path(__file__).parent.parent
FACE = ROOT / "bot" / "cards" / "fonts" / "kai.otf"

PAPER, INK, FAINT = "#fbf8f1", "#2b2a27", "#b9b2a3"
COLOURS = (
    "#3f4a8a",  # moonlit night
    "#2f7d4f",  # hills and woods
    "#2a8fb8",  # rivers and boats
    "#8a5a2b",  # the frontier
    "#e0719a",  # spring and flowers
    "#d9822b",  # autumn
    "#8f3fa8",  # wine and verse
    "#6f8f9f",  # parting
    "#8a8f2b",  # temples and hermits
    "#c23b30",  # the court
)
FORMS = {"couplet5": "#2a8fb8", "couplet7": "#3f4a8a", "jueju5": "#e0719a", "jueju7": "#c23b30"}
LETTERED = 16
"""Verses whose first line is printed on the map."""


@click.command()
@click.argument("run", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--corpus", type=click.Path(path_type=Path), default=Path("data/corpus"))
@click.option("--output", type=click.Path(path_type=Path), default=ROOT / "docs" / "plots")
@click.option("--verses", type=int, default=500, show_default=True, help="On the map, of a theme.")
def main(run: Path, corpus: Path, output: Path, verses: int) -> None:
    """Draw the plots of RUN, a folder like runs/transformer."""
    style()
    output.mkdir(parents=True, exist_ok=True)
    if points := read(run / "curve.jsonl"):
        save(training(points), output / "training.png")
    report = run / "report.json"
    if report.exists():
        save(rate_distortion(json.loads(report.read_text())), output / "rate_distortion.png")
    weights = run / f"{run.name}.safetensors"
    if weights.exists() and corpus.exists():
        found = latent_map(Checkpoint.load(weights), Corpus.load(corpus), verses)
        save(map_of_themes(found), output / "latent_map.png")


def style() -> None:
    """Paper, ink, and no frames."""
    mpl.rcParams.update(
        {
            "figure.facecolor": PAPER,
            "axes.facecolor": PAPER,
            "axes.edgecolor": FAINT,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "text.color": INK,
            "axes.labelcolor": INK,
            "xtick.color": INK,
            "ytick.color": INK,
        }
    )


def kai(size: float) -> FontProperties:
    """The kai face of the bot's cards, and for what it lacks the plots' own."""
    fontManager.addfont(FACE)
    name = FontProperties(fname=FACE).get_name()
    return FontProperties(family=[name, "DejaVu Sans"], size=size)


def save(figure: Figure, path: Path) -> None:
    """As a PNG of few colours, so that a page loads at once."""
    drawn = BytesIO()
    figure.savefig(drawn, format="png", dpi=130)
    plt.close(figure)
    few = Image.open(drawn).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    click.echo(f"{path} {path.stat().st_size // 1024} KB", err=True)


def training(points: Sequence[Point]) -> Figure:
    """Each figure of the loss on TRAIN and VALIDATION by hours, and the learning rate."""
    names = list(points[-1].validation)
    figure, panels = plt.subplots(
        1, len(names) + 1, figsize=(3.4 * (len(names) + 1), 3.4), layout="constrained"
    )
    hours = [point.seconds / 3600 for point in points]
    for axes, name in zip(panels, names, strict=False):
        told = [point.train.get(name, np.nan) for point in points]
        axes.plot(hours, told, color=FAINT, label="TRAIN, while learning")
        validation = [point.validation[name] for point in points]
        axes.plot(hours, validation, color=FORMS["jueju7"], label="VALIDATION")
        axes.annotate(
            f"{validation[-1]:.3g}", (hours[-1], validation[-1]), (0, 8), textcoords="offset points"
        )
        axes.set_title(f"{name}, nats", fontsize=11)
        if max(validation) > 50 * min(validation):
            axes.set_yscale("log")
        elif len(points) > 2:
            # The first epoch falls so far that the others would look flat beside it.
            later = [*told[1:], *validation[1:]]
            axes.set_ylim(0.97 * float(np.nanmin(later)), 1.03 * float(np.nanmax(later)))
    panels[0].legend(frameon=False, fontsize=9)
    panels[-1].plot(hours, [1000 * point.learning_rate for point in points], color=INK)
    panels[-1].set_title("learning rate, thousandths", fontsize=11)
    for axes in panels:
        axes.set_xlabel("hours")
    return figure


def rate_distortion(report: dict[str, Any]) -> Figure:
    """Distortion by rate for each form, and the bound by noise, where lower is better."""
    lowest = []
    figure, (line, bound) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
    for form in report["forms"]:
        name, points = form["form"], form["line"]
        rates = [point["rate"] for point in points]
        costs = [point["distortion"] for point in points]
        line.plot(rates, costs, ".-", color=FORMS[name], label=name)
        noises = [point["noise"] for point in points]
        if None in noises:
            continue
        bounds = [rate + cost for rate, cost in zip(rates, costs, strict=True)]
        bound.plot(noises, bounds, ".-", color=FORMS[name], label=name)
        bound.axhline(form["bounds"]["ngram"], color=FORMS[name], linewidth=0.8, linestyle=":")
        lowest += [form["bounds"]["ngram"], min(bounds)]
        best = form["bounds"]["noise"]
        bound.plot(best, bounds[noises.index(best)], "o", color=FORMS[name], markersize=8)
    _noises(line, report["forms"][0]["line"])
    line.set_xscale("symlog", linthresh=1)
    line.set_xticks([0, 0.5, 1, 2, 5, 10, 20, 50], ["0", ".5", "1", "2", "5", "10", "20", "50"])
    line.set(xlabel="rate (KL), nats a character", ylabel="distortion (CE), nats a character")
    line.legend(frameon=False)
    bound.set(xlabel="noise of the latent", ylabel="−ELBO, nats a character", xlim=(0.65, 1.01))
    if lowest:
        bound.set_ylim(min(lowest) - 0.3, max(lowest) + 3)
    bound.set_title("dotted: 4-gram; large: the working point", fontsize=10, loc="right")
    return figure


def _noises(axes: Axes, points: Sequence[dict[str, float]]) -> None:
    for point in points:
        if point["noise"] in (0.02, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0):
            place = (point["rate"], point["distortion"])
            axes.annotate(
                f"{point['noise']:g}", place, (3, 6), textcoords="offset points", fontsize=8
            )


def map_of_themes(found: LatentMap) -> Figure:
    """The verses as dots, and a few of their lines where a theme is thickest."""
    figure = plt.figure(figsize=(10, 10.6))
    axes = figure.add_axes((0.02, 0.08, 0.96, 0.91))
    axes.axis("off")
    company, letters = found.company(), kai(14.5)
    for theme, colour in zip(THEMES, COLOURS, strict=True):
        chosen = np.array([of == theme for of in found.themes])
        x, y = found.points[chosen].T
        # Among its own kind a verse is full in colour; among others it stands back.
        opacity = 0.25 + 0.75 * np.clip(company[chosen] * 2, 0, 1)
        axes.scatter(x, y, s=13, color=colour, alpha=opacity, linewidths=0)
        # An empty dot for the legend, which would else take the first verse's opacity.
        axes.scatter([], [], s=40, color=colour, label=f"{theme.chinese} {theme.english}")
    for place, verse, colour in _lettered(found):
        axes.annotate(
            verse,
            place,
            (0, 7),
            textcoords="offset points",
            ha="center",
            fontproperties=letters,
            color=_darker(colour),
            zorder=4,
            path_effects=[patheffects.withStroke(linewidth=4.5, foreground=PAPER)],
        )
        axes.plot(*place, "o", color=colour, markersize=5, markeredgecolor=PAPER)
    figure.legend(
        prop=kai(9.5),
        frameon=False,
        ncols=5,
        loc="lower center",
        columnspacing=1.2,
        handletextpad=0,
    )
    return figure


def _lettered(found: LatentMap) -> list[tuple[tuple[float, float], str, str]]:
    """Where, which line and in which colour: verses in the thickest company of their theme, none
    over another, themes by turns."""
    company = found.company()

    def best(i: int) -> int:
        return max(_speaks(line, found.themes[i]) for line in found.verses[i].lines)

    low, high = found.points.min(axis=0), found.points.max(axis=0)
    scaled = (found.points - low) / (high - low)
    queues = [
        sorted(
            (i for i, of in enumerate(found.themes) if of == theme),
            key=lambda i: (-round(10 * float(company[i])), -best(i)),
        )
        for theme in THEMES
    ]
    chosen: list[int] = []
    while len(chosen) < LETTERED and any(queues):
        for queue in queues:
            while queue and len(chosen) < LETTERED:
                i = queue.pop(0)
                # A line is wider than it is high, and may not leave the page.
                apart = np.abs(scaled[chosen] - scaled[i]) if chosen else np.ones((1, 2))
                inside = 0.09 < scaled[i, 0] < 0.91
                if inside and bool(((apart[:, 0] > 0.2) | (apart[:, 1] > 0.045)).all()):
                    chosen.append(i)
                    break
    return [
        (
            (float(found.points[i, 0]), float(found.points[i, 1])),
            max(found.verses[i].lines, key=lambda line: _speaks(line, found.themes[i])),
            COLOURS[THEMES.index(found.themes[i])],
        )
        for i in chosen
    ]


def _darker(colour: str) -> tuple[float, float, float]:
    red, green, blue = to_rgb(colour)
    return 0.7 * red, 0.7 * green, 0.7 * blue


def _speaks(line: str, theme: Theme) -> int:
    return sum(character in theme.characters for character in line)


if __name__ == "__main__":
    main()
