"""The pictures of the bench: how models learn, and what they pay to give verse back.

Decides axes and labels; the look is that of all plots of docs/models.md, and the figures are those
in `results`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from benchmarks.results import Measured
from tools.draw_plots import COLOURS, FAINT, save, style

_EQUAL = (5.0, 5.5, 6.0, 6.5, 7.0, 8.0)
"""Bounds, in nats a character, whose line of equal cost is drawn."""

_TICKS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def draw(found: Sequence[Measured], directory: Path) -> None:
    """Writes models_training.png and models_rate.png."""
    style()
    directory.mkdir(parents=True, exist_ok=True)
    # By name, so that a colour stays when the order of bounds changes.
    named = sorted(found, key=lambda one: one.name)
    save(training(named), directory / "models_training.png")
    save(reconstruction(named), directory / "models_rate.png")


def training(found: Sequence[Measured]) -> Figure:
    """The bound on VALIDATION by minutes of a core; of a model as it ships the bound alone."""
    figure, axes = plt.subplots(figsize=(9, 5), layout="constrained")
    lowest, highest = [], []
    for one, colour in zip(found, _colours(found), strict=True):
        if one.curve:
            seconds, bounds = zip(*one.curve, strict=True)
            axes.plot(np.array(seconds) / 60, bounds, ".-", color=colour, label=one.name)
            highest.append(np.quantile(bounds, 0.75))
        else:
            bounds = (min(point.bound for point in one.form.line),)
            label = f"{one.name}, as it ships"
            axes.axhline(bounds[0], color=colour, linestyle=":", label=label)
            highest.append(bounds[0])
        lowest.append(min(bounds))
    # The first epoch falls so far that the others would look flat beside it.
    axes.set_ylim(min(lowest) - 0.1, max(highest) + 0.4)
    axes.set(xlabel="minutes of a core", ylabel="−ELBO on VALIDATION, nats a character")
    axes.legend(frameon=False, fontsize=9)
    return figure


def reconstruction(found: Sequence[Measured]) -> Figure:
    """Distortion, and what comes back, by rate; a model that is told of noise is a line."""
    figure, (cost, back) = plt.subplots(1, 2, figsize=(12, 5), layout="constrained")
    size = found[0].form.form.size
    for one, colour in zip(found, _colours(found), strict=True):
        rates = [point.rate * size for point in one.form.line]
        costs = [point.distortion for point in one.form.line]
        bounds = one.form.bounds
        cost.plot(rates, costs, "-", color=colour)
        cost.plot(bounds.rate_of_verse, bounds.distortion, "o", color=colour)
        # Without noise the rate has no bound: such a model stands at the least it is measured at.
        given = bounds.rate_of_verse if bounds.noise is None else max(rates)
        characters = 100 * one.form.given_back.characters
        back.plot(given, characters, "o", color=colour, label=one.name)
    most = 1.5 * max(1.0, *(point.rate * size for one in found for point in one.form.line))
    low, high = cost.get_ylim()
    reach = np.append(0.0, np.geomspace(0.1, most, 400))
    for bound in _EQUAL:
        cost.plot(reach, bound - reach / size, color=FAINT, linewidth=0.6, zorder=0)
    cost.set_ylim(max(-0.2, low), high)
    for axes in (cost, back):
        axes.set_xscale("symlog", linthresh=1)
        axes.set_xlim(-0.2, most)
        ticks = [tick for tick in _TICKS if tick <= most]
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.set_xlabel("rate (KL), nats a verse")
    cost.set_ylabel("distortion (CE), nats a character")
    cost.set_title("thin: −ELBO of " + ", ".join(f"{b:g}" for b in _EQUAL), fontsize=9, loc="right")
    back.set_ylabel("characters given back, %")
    back.legend(frameon=False, fontsize=9, loc="upper left")
    return figure


def _colours(found: Sequence[Measured]) -> list[str]:
    return [COLOURS[i % len(COLOURS)] for i in range(len(found))]
