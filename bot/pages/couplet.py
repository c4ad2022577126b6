"""Answers to a person's own characters.

Decides how a reconstruction, second lines and woven couplets are shown, and how each kind of
misunderstanding is cleared up.
"""

from __future__ import annotations

from telegram import ForceReply

from bot.pages import buttons
from bot.pages.answer import choice
from bot.pages.page import Page, Reader, stack, unmarked
from bot.pages.verse import numbered, refused
from bot.store import PoemRecord
from bot.texts import Html
from bot.usecases.answer import Answered
from bot.usecases.couplet import (
    Containing,
    Filled,
    NoHan,
    Outcome,
    Reconstructed,
    UnevenLines,
    WrongLength,
)


def answer(reader: Reader, outcome: Outcome, *, in_channel: bool = False) -> Page:  # noqa: PLR0911 -- a table of cases
    """The answer to /couplet."""
    say = reader.say
    match outcome:
        case NoHan():
            return Page(say("couplet.no_han"))
        case WrongLength():
            return _wrong_length(reader, outcome)
        case UnevenLines(lengths):
            return Page(say("couplet.uneven", lengths=" + ".join(map(str, lengths))))
        case Reconstructed():
            return _reconstructed(reader, outcome)
        case Answered():
            return choice(reader, outcome, in_channel=in_channel)
        case Filled(pattern, verses):
            return _several(
                reader,
                say("couplet.filled", pattern=reader.verse(pattern.removesuffix("。"))),
                verses,
            )
        case Containing(characters, couplets):
            title = say("couplet.containing", characters=reader.han(characters))
            return _several(reader, title, couplets)
    return refused(reader, outcome)


def ask(reader: Reader, *, among_others: bool) -> Page:
    """The question for characters, with the reply field open for whoever is asked."""
    placeholder = reader.han(reader.say.plain("couplet.placeholder"))
    field = ForceReply(selective=among_others, input_field_placeholder=placeholder)
    return Page(reader.say("couplet.ask"), field)


def question(reader: Reader) -> str:
    """The text of that question as a message holds it, without markup."""
    return unmarked(reader.say("couplet.ask"))


def _wrong_length(reader: Reader, found: WrongLength) -> Page:
    say = reader.say
    lines = sorted({form.line_length for form in found.forms})
    sizes = sorted({form.size for form in found.forms})
    needs = say(
        "couplet.needs",
        lines=say.either([str(length) for length in lines]),
        sizes=say.either([str(size) for size in sizes]),
    )
    return Page(stack([say("couplet.wrong_length", n=found.count), needs]))


def _reconstructed(reader: Reader, found: Reconstructed) -> Page:
    say = reader.say
    around = [made for _, made in found.variations]
    first, *rest = numbered([found.reconstruction, *around])
    back = say(
        "couplet.back",
        same=found.same,
        size=found.size,
        share=say.share(found.same / found.size),
    )
    blocks = [say("couplet.original"), reader.quote(found.original), back, reader.quote(first)]
    if rest:
        distances = " · ".join(say.number(distance) for distance, _ in found.variations)
        blocks += [say("couplet.variations", distances=distances), reader.quote(*rest)]
    return _rated(reader, stack(blocks), [found.reconstruction, *around])


def _several(reader: Reader, title: Html, poems: tuple[PoemRecord, ...]) -> Page:
    return _rated(reader, stack([title, reader.quote(*numbered(poems))]), poems)


def _rated(reader: Reader, text: Html, poems: list[PoemRecord] | tuple[PoemRecord, ...]) -> Page:
    ids = tuple(made.public_id for made in poems)
    hint = [reader.say("list.hint")] if len(ids) > 1 else []
    return Page(stack([text, *hint]), buttons.rating(reader.say, dict.fromkeys(ids)), ids)
