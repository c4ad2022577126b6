"""Acrostics.

Decides how verse that spells a word is shown, and how one comes to words that can be spelled.
"""

from __future__ import annotations

from telegram import ForceReply

from bot.pages import buttons
from bot.pages.page import Page, Reader, excerpt, stack, unmarked
from bot.pages.verse import making, numbered, poem, refused
from bot.usecases.acrostic import (
    MAX_HEADS,
    AcrosticOutcome,
    HeadsOdd,
    HeadsTooMany,
    HeadsUnfit,
    HeadsUnread,
    Spelled,
)


def answer(reader: Reader, outcome: AcrosticOutcome, *, in_channel: bool = False) -> Page:  # noqa: PLR0911
    """The answer to /acrostic."""
    say = reader.say
    match outcome:
        case HeadsUnread():
            return Page(say("acrostic.no_han"))
        case HeadsOdd(heads) if len(heads) == 1:
            return Page(say("acrostic.one", heads=reader.han(heads)))
        case HeadsOdd(heads):
            return Page(say("acrostic.odd", heads=reader.han(heads), n=len(heads)))
        case HeadsTooMany(heads):
            shown = excerpt(reader.han(heads))
            return Page(say("acrostic.too_many", heads=shown, n=len(heads), most=MAX_HEADS))
        case HeadsUnfit(heads):
            return Page(say("acrostic.unfit", heads=reader.han(heads), n=len(heads)))
        case Spelled():
            return spelled(reader, outcome, in_channel=in_channel)
    return refused(reader, outcome)


def spelled(reader: Reader, found: Spelled, *, in_channel: bool = False) -> Page:
    """One verse as it always stands; several below each other, each with its stars."""
    first = found.stanzas[0]
    if len(found.stanzas) == 1:
        return poem(reader, first, in_channel=in_channel)
    ids = tuple(made.public_id for made in found.stanzas)
    rows = [] if in_channel else [[buttons.another(reader.say, first.public_id)]]
    return Page(
        stack(
            [
                reader.quote(*numbered(found.stanzas), heads=True),
                making(reader, first),
                reader.say("list.hint"),
            ]
        ),
        buttons.rating(reader.say, dict.fromkeys(ids), rows),
        ids,
    )


def ask(reader: Reader, *, among_others: bool) -> Page:
    """The question for heads, with the reply field open for whoever is asked."""
    placeholder = reader.han(reader.say.plain("acrostic.placeholder"))
    field = ForceReply(selective=among_others, input_field_placeholder=placeholder)
    return Page(reader.say("acrostic.ask"), field)


def question(reader: Reader) -> str:
    """The text of that question as a message holds it, without markup."""
    return unmarked(reader.say("acrostic.ask"))
