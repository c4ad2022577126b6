"""The list of the best.

Decides how a row reads and what stands where nobody has rated; which verses are best is left to the
use case.
"""

from __future__ import annotations

from telegram import InlineKeyboardMarkup

from bot.pages import buttons
from bot.pages.page import Page, Reader, stack
from bot.pages.verse import beginning
from bot.usecases.top import Best, Span

_SPANS = {Span.WEEK: "top.week", Span.MONTH: "top.month", Span.ALL: "top.all"}


def best(reader: Reader, found: Best) -> Page:
    """The answer to /top, whose numbers open a verse."""
    say = reader.say
    span = say(_SPANS[found.span])
    rated = [
        say(
            "top.entry",
            rank=rank,
            verse=beginning(reader, made),
            mean=say.number(summary.mean or 0.0),
            n=summary.count,
        )
        for rank, (made, summary) in enumerate(found.poems, start=1)
    ]
    unrated = [
        say("top.unrated_entry", rank=rank, verse=beginning(reader, made))
        for rank, made in enumerate(found.unrated, start=1)
    ]
    blocks = [say("top.title", span=span), ""]
    if rated:
        blocks += [*rated, "", say("top.hint")]
    elif unrated:
        blocks += [say("top.unrated"), *unrated, "", say("top.hint")]
    else:
        blocks.append(say("top.empty"))
    listed = [made for made, _ in found.poems] or found.unrated
    rows = buttons.numbered([made.public_id for made in listed])
    rows.append(buttons.spans(say, found.span))
    return Page(stack(blocks), InlineKeyboardMarkup(rows))
