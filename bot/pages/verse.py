"""Verse that the bot made, alone or in lists.

Decides how a verse, its making and its ratings are shown; answers to a person's own characters are
left to `bot.pages.couplet`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from html import unescape

from bot.pages import buttons
from bot.pages.page import Page, Reader, excerpt, stack
from bot.store import PoemRecord, RatingSummary
from bot.texts import Html, Localised
from bot.usecases.acrostic import COMMAND as ACROSTIC
from bot.usecases.acrostic import heads_of
from bot.usecases.answer import COMMAND as ANSWER
from bot.usecases.compose import Composed, ThemeTooLong, WordsUnread
from bot.usecases.morph import ends_of
from bot.usecases.rate import NoSuchPoem, Opinions, Rated
from bot.usecases.refusals import CharactersUnknown, FormUnknown, FormUnwritten, Refusal
from bot.usecases.vary import COMMAND as VARY
from bot.usecases.vary import DISTANCES, step
from bot.usecases.view import Viewed
from model.verse import Form, han_only

FORMS = {
    Form.COUPLET5: "form.couplet5",
    Form.COUPLET7: "form.couplet7",
    Form.JUEJU5: "form.jueju5",
    Form.JUEJU7: "form.jueju7",
}


def form_name(say: Localised, form: Form) -> str:
    """What the form is called."""
    return say.plain(FORMS[form])


def either(say: Localised, forms: Sequence[Form]) -> str:
    """Forms as a choice."""
    return say.either([form_name(say, form) for form in forms])


def composed(
    reader: Reader,
    outcome: Composed | ThemeTooLong | WordsUnread | Refusal,
    *,
    in_channel: bool = False,
) -> Page:
    """The answer to /poem."""
    say = reader.say
    match outcome:
        case Composed(made):
            return poem(reader, made, in_channel=in_channel)
        case ThemeTooLong(theme):
            shown = excerpt(reader.han(theme))
            return Page(say("poem.theme_too_long", theme=shown, n=len(theme)))
        case WordsUnread(words):
            return Page(say("poem.words_unread", words=excerpt(reader.han(words))))
    return refused(reader, outcome)


def refused(reader: Reader, refusal: Refusal) -> Page:
    """What the poet cannot do, and what it can."""
    say = reader.say
    match refusal:
        case FormUnknown(wished, forms):
            form, known = either(say, wished), either(say, forms)
            return Page(say("form.unknown", form=form, forms=known))
        case FormUnwritten(name, forms):
            shown = excerpt(reader.han(name))
            return Page(say("form.unwritten", form=shown, forms=either(say, forms)))
        case CharactersUnknown(characters):
            shown = reader.han(characters)
            return Page(say("couplet.unknown_characters", characters=shown, n=len(characters)))


def refused_plainly(reader: Reader, refusal: Refusal) -> str:
    """The same without markup, as a notice."""
    return unescape(re.sub("<[^>]+>", "", refused(reader, refusal).text))


def poem(
    reader: Reader,
    made: PoemRecord,
    summary: RatingSummary | None = None,
    title: Html | None = None,
    *,
    in_channel: bool = False,
) -> Page:
    """One verse as it is first shown: how it was made, its stars, and what else can be had of it.

    Whoever reads a channel may rate; they may not have the bot post to all the others.
    """
    more = [] if in_channel else buttons.below(reader.say, made.public_id)
    return _standing(reader, made, summary, (title, making(reader, made)), more)


def viewed(reader: Reader, found: Viewed, *, in_channel: bool = False) -> Page:
    """One verse as it is shown again."""
    made, original = found.poem, found.original
    more = [] if in_channel else below(reader.say, found)
    how = making(reader, made, original, heard=found.heard)
    return _standing(reader, made, found.summary, (titled(reader, found), how), more)


def at_a_glance(reader: Reader, found: Viewed) -> str:
    """The same as a notice, for whoever reads where nothing more may be posted."""
    text, summary = reader.verse(found.poem.text), found.summary
    if summary.mean is None:
        return text
    mean = reader.say.number(summary.mean)
    return f"{text}\n{reader.say.plain('rating.button', n=summary.count, mean=mean)}"


def below(say: Localised, found: Viewed, *, explained: bool = False) -> list[buttons.Row]:
    """What else can be had of it."""
    return buttons.below(
        say,
        found.poem.public_id,
        kept=found.kept,
        original=None if found.original is None else found.original.public_id,
        explained=explained,
    )


def titled(reader: Reader, found: Viewed) -> Html | None:
    """The heading of a poem of the day; others have none."""
    if found.day is None:
        return None
    return reader.say("today.title", date=reader.say.date(found.day))


def of_the_day(
    reader: Reader,
    made: PoemRecord,
    day: date,
    summary: RatingSummary | None = None,
    *,
    in_channel: bool = False,
) -> Page:
    """The poem of a date."""
    title = reader.say("today.title", date=reader.say.date(day))
    return poem(reader, made, summary, title, in_channel=in_channel)


def thanks(say: Localised, outcome: Rated | NoSuchPoem) -> str:
    """The notice after a star was tapped."""
    match outcome:
        case NoSuchPoem():
            return say.plain("rating.gone")
        case Rated(stars, before, summary):
            mean = say.number(summary.mean or 0.0)
            if before is None:
                return say.plain("rating.thanks", stars=stars, n=summary.count, mean=mean)
            if before == stars:
                return say.plain("rating.same", stars=stars)
            return say.plain("rating.changed", stars=stars, n=summary.count, mean=mean)


def opinions(say: Localised, outcome: Opinions | NoSuchPoem) -> str:
    """The notice after the average was tapped: who gave what."""
    match outcome:
        case NoSuchPoem():
            return say.plain("rating.gone")
        case Opinions(summary, own):
            if summary.mean is None:
                return say.plain("rating.none")
            lines = [
                say.plain("rating.opinions", n=summary.count, mean=say.number(summary.mean)),
                *(
                    f"{'★' * stars}{'☆' * (5 - stars)}  {summary.stars[stars - 1]}"
                    for stars in range(5, 0, -1)
                ),
            ]
            if own is not None:
                lines.append(say.plain("rating.own", stars=own))
            return "\n".join(lines)


def numbered(poems: Sequence[PoemRecord]) -> list[str]:
    """Verses of a list, the number of a quatrain above it; of one verse there is no list."""
    if len(poems) == 1:
        return [poems[0].text]
    return [
        f"{number}{chr(10) if made.form.line_count > 2 else ' '}{made.text}"
        for number, made in zip(buttons.NUMBERS, poems, strict=False)
    ]


def making(
    reader: Reader,
    made: PoemRecord,
    original: PoemRecord | None = None,
    *,
    heard: bool = True,
) -> Html:
    """The line below a verse: its form, and what it was made from.

    Words are told to whoever `heard` them; to others as far as they stand in the verse anyway.
    """
    say = reader.say
    name = form_name(say, made.form)
    words = made.seed_text or ""
    if made.command == VARY:
        how = _varied(say, made, original)
    elif made.seed_text is None:
        how = say("made.random")
    elif made.command == ACROSTIC:
        how = say("made.acrostic", words=reader.han(words if heard else heads_of(made)))
    elif not heard and words not in made.text:
        how = say("made.others_words")
    elif made.command == "poem":
        how = say("made.theme", words=reader.han(words))
    elif made.command == ANSWER:
        how = say("made.answer", words=reader.han(words))
    elif ends := ends_of(made):
        start, end = (reader.han(verse.lines[0]) for verse in ends)
        how = say("made.morph", start=start, end=end)
    else:
        how = say("made.words", words=reader.verse(words))
    return say("verse.line", form=name[:1].upper() + name[1:], made=how)


def beginning(reader: Reader, made: PoemRecord) -> str:
    """The first couplet: a whole quatrain is too much for the row of a list."""
    first, *rest = reader.verse(made.text).split("\n")
    return f"{first.removesuffix('。')}……" if rest else first


def _standing(
    reader: Reader,
    made: PoemRecord,
    summary: RatingSummary | None,
    lines: tuple[Html | None, Html],
    more: list[buttons.Row],
) -> Page:
    """A verse between its title, if it has one, and its making."""
    title, how = lines
    blocks = [reader.quote(made.text, heads=made.command == ACROSTIC), how]
    return Page(
        stack(blocks if title is None else [title, *blocks]),
        buttons.rating(reader.say, {made.public_id: summary}, more),
        (made.public_id,),
    )


def _varied(say: Localised, made: PoemRecord, original: PoemRecord | None) -> Html:
    """How far a variation lies from its original, and what is left of it."""
    if original is None or made.distance is None:
        return say("made.varied")
    pairs = zip(made.text, original.text, strict=True)
    same = sum(a == b for a, b in pairs if han_only(a))
    return say(
        "made.variation",
        step=step(made.distance),
        steps=len(DISTANCES),
        same=same,
        size=made.form.size,
    )
