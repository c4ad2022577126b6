"""How much a chat gains when its stars are learnt from: simulated chats, three ways to choose.

Decides which verses there are and what is measured; who gives stars is left to `simulated_chats`,
what is learnt from them to `bot.taste`. Run as `python -m benchmarks.taste`, or `make bench-taste`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from benchmarks.candidates import distinct_2
from benchmarks.comparison import replaced
from benchmarks.markdown import table
from benchmarks.simulated_chats import Chat, Pool, chats_of
from bot.taste import FEATURES, Belief, Evidence, Prior, choose, describe
from bot.taste.choice import craft
from bot.taste.features import Kind
from model.poet import FLAGSHIP, load_poet
from model.verse import Form, Verse

Floats = npt.NDArray[np.float64]

OFFERED = 8
"""Verses among which one is chosen, as the bot does."""
POLICIES = ("the poet's score", "greedy", "Thompson")
_DOCS = Path(__file__).parent.parent / "docs"
_MARKS = ("<!-- simulation -->", "<!-- end of simulation -->")
_IMAGES = [at for at, f in enumerate(FEATURES, start=1) if f.kind is Kind.IMAGE]


@dataclass(frozen=True)
class Life:
    """What one chat was shown: stars it lost at each step against the best verse offered, (T,)."""

    regret: Floats
    shown: tuple[int, ...]


def live(chat: Chat, pool: Pool, policy: str, steps: int, seed: int) -> Life:
    """Offers a chat verses, shows one at a time, and learns from its stars; what it is offered and
    its moods are the same under every policy."""
    offers, moods, chance = (np.random.default_rng([seed, part]) for part in range(3))
    evidence, regret, shown = Evidence.none(), np.zeros(steps), []
    fresh = np.ones(len(pool.texts), dtype=bool)
    for step in range(steps):
        at = step / steps
        offered = offers.permutation(len(pool.texts))
        offered = offered[fresh[offered]][:OFFERED]
        described, scores = pool.described[offered], pool.craft[offered]
        belief = Belief(Prior.neutral(), evidence)
        match policy:
            case "greedy":
                place = int(np.argmax(described @ belief.mean + craft(scores.tolist())))
            case "Thompson":
                place = choose(belief, described, craft(scores.tolist()), chance)
            case _:
                place = int(np.argmax(scores))
        verse = int(offered[place])
        worth = chat.expected(at)
        regret[step] = worth[offered].max() - worth[verse]
        evidence = evidence.with_rating(pool.described[verse], chat.stars(verse, at, moods))
        fresh[verse] = False
        shown.append(verse)
    return Life(regret, tuple(shown))


def composed(model: str, count: int, candidates: int, path: Path) -> Pool:
    """As many verses of each form, composed now or kept in `path` by an earlier run."""
    key = {"model": model, "count": count, "candidates": candidates}
    kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if kept.get("key") != key:
        poet = load_poet(model, "cpu", candidates)
        verses = []
        for form in tqdm(list(poet.forms), desc="composing", unit="form"):
            for written in poet.compose(form, count, seed=20251121):
                verses.append(
                    {
                        "text": written.verse.text,
                        "form": form.value,
                        "regular": written.tones.regular,
                        "score": written.score,
                        "latent": list(written.latent),
                    }
                )
        kept = {"key": key, "verses": verses}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
    return _pool(kept["verses"])


def _pool(verses: list[dict[str, object]]) -> Pool:
    forms = tuple(Form(str(verse["form"])) for verse in verses)
    scores = np.array([verse["score"] for verse in verses], dtype=np.float64)
    for form in set(forms):
        own = np.array([other is form for other in forms])
        scores[own] = (scores[own] - scores[own].mean()) / scores[own].std()
    described = np.stack(
        [
            describe(
                str(verse["text"]),
                form,
                regular=bool(verse["regular"]),
                latent=verse["latent"],  # type: ignore[arg-type]
            )
            for verse, form in zip(verses, forms, strict=True)
        ]
    )
    return Pool(tuple(str(verse["text"]) for verse in verses), forms, described, scores)


Lives = Mapping[tuple[str, str], list[Life]]


def _rows(lives: Lives, kinds: list[str], steps: int) -> list[list[str]]:
    rows = []
    for kind in kinds:
        curves = {p: np.mean([life.regret for life in lives[kind, p]], axis=0) for p in POLICIES}
        last = {policy: curve[-steps // 4 :].mean() for policy, curve in curves.items()}
        half = _ratings_until(curves["Thompson"], curves[POLICIES[0]])
        rows.append([kind, *(f"{last[policy]:.2f}" for policy in POLICIES), half])
    return rows


def _ratings_until(curve: Floats, without: Floats, window: int = 5) -> str:
    """After how many ratings half of what is lost without taste is won."""
    smooth = np.convolve(curve, np.ones(window) / window, mode="valid")
    reached = np.flatnonzero(smooth < without.mean() / 2)
    return str(int(reached[0]) + window // 2) if len(reached) else "–"


def _variety(pool: Pool, lives: Lives, kinds: list[str], steps: int) -> list[list[str]]:
    rows = []
    for kind in kinds:
        row = [kind]
        for policy in POLICIES:
            pairs, themes = [], []
            for life in lives[kind, policy]:
                late = life.shown[-steps // 2 :]
                pairs.append(distinct_2([Verse.parse(pool.texts[i]) for i in late]))
                shares = pool.described[list(late)][:, _IMAGES].mean(0)
                shares = shares[shares > 0] / shares.sum()
                themes.append(np.exp(-(shares * np.log(shares)).sum()))
            row.append(f"{np.mean(pairs):.3f}, {np.mean(themes):.1f}")
        rows.append(row)
    return rows


def _draw(lives: Lives, kinds: list[str], path: Path) -> None:
    mpl.use("Agg")
    figure, axes = plt.subplots(2, 4, figsize=(13, 5.6), sharex=True, sharey=True)
    for axis, kind in zip(axes.flat, kinds, strict=False):
        for policy, colour in zip(POLICIES, ("#999999", "#c8873c", "#1f6f5c"), strict=True):
            curve = np.mean([life.regret for life in lives[kind, policy]], axis=0)
            smooth = np.convolve(curve, np.ones(7) / 7, mode="valid")
            axis.plot(np.arange(len(smooth)) + 3, smooth, color=colour, label=policy)
        axis.set_title(kind, fontsize=9)
    axes.flat[0].set_ylim(bottom=0)
    for axis in list(axes.flat)[len(kinds) :]:
        axis.axis("off")
    list(axes.flat)[-1].legend(
        *axes.flat[0].get_legend_handles_labels(), loc="center", frameon=False
    )
    figure.supxlabel("ratings given")
    figure.supylabel("stars lost against the best of eight")
    figure.tight_layout()
    figure.savefig(path, dpi=90)


@click.command()
@click.option("--model", default=FLAGSHIP, show_default=True)
@click.option("--verses", type=click.IntRange(20), default=500, show_default=True, help="A form.")
@click.option("--candidates", type=click.IntRange(1), default=8, show_default=True)
@click.option("--chats", type=click.IntRange(1), default=60, show_default=True, help="A kind.")
@click.option("--steps", type=click.IntRange(20), default=80, show_default=True)
@click.option("--runs", type=click.Path(path_type=Path), default="runs", show_default=True)
@click.option("--page", type=click.Path(path_type=Path), default=_DOCS / "taste.md")
def main(
    *, model: str, verses: int, candidates: int, chats: int, steps: int, runs: Path, page: Path
) -> None:
    """Let simulated chats rate verse, and write what was gained into docs/taste.md."""
    pool = composed(model, verses, candidates, runs / "taste" / "verses.json")
    known = chats_of(pool)
    lives = {
        (kind, policy): [live(chat, pool, policy, steps, seed) for seed in range(chats)]
        for kind, chat in tqdm(known.items(), desc="living", unit="kind")
        for policy in POLICIES
    }
    kinds = list(known)
    text = "\n\n".join(
        [
            f"{chats} chats of each kind, {steps} verses shown to each and all of them rated, one "
            f"of {OFFERED} offered at a time, from {len(pool.texts):,} composed verses. Stars lost "
            f"against the best verse offered, in the mean of the last {steps // 4}:",
            table(
                ["what a chat likes", *POLICIES, "ratings until half is won"],
                _rows(lives, kinds, steps),
            ),
            "![Regret](plots/taste.png)",
            f"What the same chats were shown in the second half of their lives, {steps // 2} "
            "verses each: distinct-2, and how many themes (the exponential of their entropy):",
            table(["what a chat likes", *POLICIES], _variety(pool, lives, kinds, steps)),
        ]
    )
    click.echo(text)
    page.write_text(replaced(page.read_text("utf-8"), text, *_MARKS), "utf-8")
    _draw(lives, kinds, page.parent / "plots" / "taste.png")


if __name__ == "__main__":
    main()
