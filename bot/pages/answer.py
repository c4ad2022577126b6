"""Lines to go with a line.

Decides how the lines to choose from are listed, which buttons stand below them, and how one comes
to a line that can be answered.
"""

from __future__ import annotations

import re

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from bot.pages.buttons import NUMBERS
from bot.pages.page import Page, Reader, stack, unmarked
from bot.pages.verse import refused
from bot.usecases.answer import (
    Answered,
    AnswerOutcome,
    LineMisfit,
    LineUnread,
    Side,
    WholeCouplet,
)
from model.verse import Verse

AGAIN = re.compile(r"w1:(?P<poem>[A-Za-z0-9_-]{12}):(?P<how>more|turn)")


def answer(reader: Reader, outcome: AnswerOutcome, *, in_channel: bool = False) -> Page:
    """The answer to /answer."""
    say = reader.say
    match outcome:
        case LineUnread():
            return Page(say("answer.no_han"))
        case WholeCouplet((first, second)):
            lines = {"first": reader.han(first), "second": reader.han(second)}
            return Page(say("answer.whole", **lines))
        case LineMisfit(count):
            return Page(say("answer.misfit", n=count))
        case Answered():
            return choice(reader, outcome, in_channel=in_channel)
    return refused(reader, outcome)


def choice(reader: Reader, found: Answered, *, in_channel: bool = False) -> Page:
    """The lines, of which a number makes a couplet; whoever reads a channel chooses, and may not
    have the bot write others."""
    say, given = reader.say, reader.han(found.line.characters)
    seeks_second = found.line.side is Side.FIRST
    title = say("answer.seconds", line=given) if seeks_second else say("answer.firsts", line=given)
    lines = [Verse.parse(made.text).lines[1 if seeks_second else 0] for made in found.couplets]
    listed = [f"{number} {line}" for number, line in zip(NUMBERS, lines, strict=False)]
    ids = [made.public_id for made in found.couplets]
    rows = [
        [
            InlineKeyboardButton(number, callback_data=f"p1:{poem}")
            for number, poem in zip(NUMBERS, ids, strict=False)
        ]
    ]
    if not in_channel:
        turn = say.plain("answer.turn_first") if seeks_second else say.plain("answer.turn_second")
        rows.append(
            [
                InlineKeyboardButton(say.plain("answer.more"), callback_data=f"w1:{ids[0]}:more"),
                InlineKeyboardButton(turn, callback_data=f"w1:{ids[0]}:turn"),
            ]
        )
    text = stack([title, reader.quote(*listed), say("answer.hint")])
    return Page(text, InlineKeyboardMarkup(rows), tuple(ids))


def ask(reader: Reader, *, among_others: bool) -> Page:
    """The question for a line, with the reply field open for whoever is asked."""
    placeholder = reader.han(reader.say.plain("couplet.placeholder"))
    field = ForceReply(selective=among_others, input_field_placeholder=placeholder)
    return Page(reader.say("answer.ask"), field)


def question(reader: Reader) -> str:
    """The text of that question as a message holds it, without markup."""
    return unmarked(reader.say("answer.ask"))
