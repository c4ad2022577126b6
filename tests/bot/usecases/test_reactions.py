"""What an emoji is worth, and that the guide says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from telegram.constants import ReactionEmoji

from bot.usecases.reactions import STARS, stars_of

GUIDE = Path(__file__).parents[3] / "docs" / "users.md"


@pytest.mark.parametrize(
    ("emoji", "stars"),
    [
        (["👍"], 4),
        (["❤"], 5),
        (["❤️"], 5),
        (["❤️\u200d🔥"], 5),
        (["🔥"], 5),
        (["👏"], 5),
        (["👎"], 1),
        (["💩"], 1),
        (["🤷\u200d♂️"], 3),
        (["👍", "🔥"], 5),
        (["👍", "👎"], 3),
        (["👍", "😭"], 4),
        (["😭"], None),
        ([], None),
    ],
)
def test_stars(emoji: list[str], stars: int | None) -> None:
    assert stars_of(emoji) == stars


def test_only_reactions_that_telegram_has() -> None:
    assert set(STARS) <= {emoji.value.replace("\ufe0f", "") for emoji in ReactionEmoji}


def test_the_guide_shows_each_in_both_languages() -> None:
    rows = [line for line in GUIDE.read_text().splitlines() if line.startswith("| ★")]
    shown: dict[int, set[str]] = {}
    for row in rows:
        _, heading, listed, _ = row.split("|")
        shown.setdefault(int(heading.strip().removeprefix("★")), set()).update(listed.split())
    for emoji, stars in STARS.items():
        assert emoji in shown[stars], emoji
    assert sum(map(len, shown.values())) == len(STARS)
    assert len(rows) == 2 * len(shown)
