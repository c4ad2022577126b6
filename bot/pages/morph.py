"""Walks from verse to verse.

Decides how a step and the whole walk are shown, with what changed printed bold, and how one comes
to two verses that a way leads between.
"""

from __future__ import annotations

from itertools import groupby, pairwise

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from bot.pages.buttons import NUMBERS
from bot.pages.page import Page, Reader, excerpt, stack, unmarked
from bot.pages.verse import form_name, refused
from bot.texts import Html, escape
from bot.usecases.ends import Unread
from bot.usecases.morph import FormsDiffer, SameVerse, Walked, WalkOutcome
from model.verse import Verse, han_only


def explained(reader: Reader, outcome: WalkOutcome | Unread) -> Page:
    """Why there is no walk."""
    say = reader.say
    match outcome:
        case Unread(words):
            return Page(say("morph.unread", words=excerpt(reader.han(words))))
        case SameVerse():
            return Page(say("morph.same"))
        case FormsDiffer(start, end):
            forms = {"one": form_name(say, start.form), "other": form_name(say, end.form)}
            return Page(say("morph.forms_differ", **forms))
        case Walked():
            return whole(reader, outcome)
    return refused(reader, outcome)


def step(reader: Reader, walk: Walked, number: int) -> Page:
    """One verse of the walk, counted from nought, and how far it is to the end."""
    texts = walk.texts
    way = "●" * (number + 1) + "○" * (len(texts) - number - 1)
    shown = _changed(reader, texts[max(0, number - 1)], texts[number])
    title = reader.say("morph.title", start=_name(reader, walk.start), end=_name(reader, walk.end))
    return Page(stack([title, Html(f"<blockquote>{shown}</blockquote>"), Html(way)]))


def whole(reader: Reader, walk: Walked) -> Page:
    """All verses of the walk, and a number for each that the poet wrote."""
    say, texts = reader.say, walk.texts
    gap = "\n" if walk.start.form.line_count > 2 else " "
    rows = [str(escape(reader.verse(texts[0])))]
    for number, (before, now) in enumerate(pairwise(texts)):
        mark = NUMBERS[number] + gap if number < len(walk.between) else gap.strip(" ")
        rows.append(mark + _changed(reader, before, now))
    title = say("morph.title", start=_name(reader, walk.start), end=_name(reader, walk.end))
    blocks = [title, Html(f"<blockquote>{chr(10).join(rows)}</blockquote>")]
    if not walk.between:
        return Page(stack([*blocks, say("morph.neighbours")]))
    ids = tuple(made.public_id for made in walk.between)
    buttons = [
        InlineKeyboardButton(number, callback_data=f"p1:{poem}")
        for number, poem in zip(NUMBERS, ids, strict=False)
    ]
    return Page(stack([*blocks, say("morph.hint")]), InlineKeyboardMarkup([buttons]), ids)


def ask_both(reader: Reader, *, among_others: bool) -> Page:
    """The question for two verses."""
    return Page(reader.say("morph.ask_both"), ForceReply(selective=among_others))


def ask_other(reader: Reader, start: Verse, *, among_others: bool) -> Page:
    """The question for the verse at the other end; the first stands in it, to be found again."""
    text = stack([reader.say("morph.ask_other"), reader.quote(start.text)])
    return Page(text, ForceReply(selective=among_others))


def question_for_both(reader: Reader) -> str:
    """The first line of that question as a message holds it."""
    return unmarked(reader.say("morph.ask_both"))


def question_for_other(reader: Reader) -> str:
    """The first line of that question as a message holds it."""
    return unmarked(reader.say("morph.ask_other"))


def _name(reader: Reader, verse: Verse) -> str:
    return reader.han(verse.lines[0])


def _changed(reader: Reader, before: str, now: str) -> str:
    """The verse now, as HTML, with the characters bold that the one before did not have there."""
    pairs = zip(reader.verse(before), reader.verse(now), strict=False)
    parts = []
    for changed, run in groupby(pairs, lambda pair: pair[0] != pair[1] and bool(han_only(pair[1]))):
        text = escape("".join(character for _, character in run))
        parts.append(f"<b>{text}</b>" if changed else text)
    return "".join(parts)
