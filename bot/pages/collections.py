"""The pages of /kept and /mine.

Decides how a row and a page read, and what is asked before a verse is removed.
"""

from __future__ import annotations

from bot.pages import buttons
from bot.pages.page import Page, Reader, stack
from bot.pages.verse import beginning, making
from bot.store import PoemRecord
from bot.usecases.collections import Collection, Leaf

_TITLES = {Collection.KEPT: "kept.title", Collection.MINE: "mine.title"}
_EMPTY = {Collection.KEPT: "kept.empty", Collection.MINE: "mine.empty"}
_WEEDING = {Collection.KEPT: "kept.weeding", Collection.MINE: "mine.weeding"}


def leaf(reader: Reader, shown: Leaf, *, weeding: bool = False) -> Page:
    """One page; while `weeding`, its numbers remove."""
    say = reader.say
    if not shown.poems:
        return Page(say(_EMPTY[shown.collection]))
    rows = [
        say("top.unrated_entry", rank=rank, verse=beginning(reader, poem))
        for rank, poem in enumerate(shown.poems, start=shown.first)
    ]
    hint = say(_WEEDING[shown.collection]) if weeding else say("top.hint")
    if shown.pages > 1:
        place = say("collection.page", page=shown.page, pages=shown.pages)
        hint = stack([place, hint])
    blocks = [say(_TITLES[shown.collection], n=shown.total), "", *rows, "", hint]
    return Page(stack(blocks), buttons.leaf(say, shown, weeding=weeding))


def sure(reader: Reader, shown: Leaf, poem: PoemRecord) -> Page:
    """Whether a verse that was made for somebody is to be forgotten."""
    say = reader.say
    question = say("mine.sure_public") if poem.public else say("mine.sure")
    blocks = [reader.quote(poem.text), making(reader, poem), question]
    return Page(stack(blocks), buttons.weed(say, shown, poem.public_id))
