"""Verse that the bot made, alone or in lists.

Decides how a verse, its making and its ratings are shown; answers to a person's own characters are
left to `bot.pages.couplet`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from telegram import InlineKeyboardMarkup

from bot.pages import buttons
from bot.pages.page import Page, Reader, excerpt, stack
from bot.store import PoemRecord, RatingSummary
from bot.texts import Html, Localised
from bot.usecases.acrostic import COMMAND as ACROSTIC
from bot.usecases.answer import COMMAND as ANSWER
from bot.usecases.compose import Composed, ThemeTooLong, WordsUnread
from bot.usecases.morph import ends_of
from bot.usecases.rate import NoSuchPoem, Opinions, Rated
from bot.usecases.refusals import CharactersUnknown, FormUnknown, FormUnwritten, Refusal
from bot.usecases.top import Best, Span
from model.verse import Form

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


def poem(
    reader: Reader,
    made: PoemRecord,
    summary: RatingSummary | None = None,
    title: Html | None = None,
    *,
    in_channel: bool = False,
) -> Page:
    """One verse, how it was made, its stars, and what else can be had of it.

    Whoever reads a channel may rate; they may not have the bot post to all the others.
    """
    heads = made.command == ACROSTIC
    blocks = [reader.quote(made.text, heads=heads), making(reader, made)]
    more = [] if in_channel else [buttons.more(reader.say, made.public_id)]
    return Page(
        stack(blocks if title is None else [title, *blocks]),
        buttons.rating(reader.say, {made.public_id: summary}, more),
        (made.public_id,),
    )


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


def best(reader: Reader, found: Best) -> Page:
    """The answer to /top, whose numbers open a verse."""
    say = reader.say
    span = say("top.week") if found.span is Span.WEEK else say("top.all")
    rated = [
        say(
            "top.entry",
            rank=rank,
            verse=_beginning(reader, made),
            mean=say.number(summary.mean or 0.0),
            n=summary.count,
        )
        for rank, (made, summary) in enumerate(found.poems, start=1)
    ]
    unrated = [
        say("top.unrated_entry", rank=rank, verse=_beginning(reader, made))
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


def making(reader: Reader, made: PoemRecord) -> Html:
    """The line below a verse: its form, and what it was made from."""
    say = reader.say
    name = form_name(say, made.form)
    if made.seed_text is None:
        how = say("made.random")
    elif made.command == "poem":
        how = say("made.theme", words=reader.han(made.seed_text))
    elif made.command == ACROSTIC:
        how = say("made.acrostic", words=reader.han(made.seed_text))
    elif made.command == ANSWER:
        how = say("made.answer", words=reader.han(made.seed_text))
    elif ends := ends_of(made):
        start, end = (reader.han(verse.lines[0]) for verse in ends)
        how = say("made.morph", start=start, end=end)
    else:
        how = say("made.words", words=reader.verse(made.seed_text))
    return say("verse.line", form=name[:1].upper() + name[1:], made=how)


def _beginning(reader: Reader, made: PoemRecord) -> str:
    """The first couplet: a whole quatrain is too much for the row of a list."""
    first, *rest = reader.verse(made.text).split("\n")
    return f"{first.removesuffix('。')}……" if rest else first
