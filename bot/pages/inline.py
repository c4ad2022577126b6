"""What inline mode offers, and what stands in the messages that are sent through it.

Decides how a row of the list reads on a phone, and every text of such a message; which verses are
offered is left to the use case.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from telegram import (
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
)

from bot.pages import inline_buttons, prosody, talk, verse
from bot.pages.looks import Look
from bot.pages.page import Page, Reader, stack
from bot.poet import PoetUnavailable
from bot.store import PoemRecord, RatingSummary
from bot.texts import Html, Localised, escape
from bot.usecases.acrostic import COMMAND as ACROSTIC
from bot.usecases.acrostic import HeadsUnfit, Spelled
from bot.usecases.compose import Composed, ThemeTooLong, WordsUnread
from bot.usecases.inline import Gone, Offer, Offered, Trouble
from bot.usecases.prosody import Explained
from bot.usecases.refusals import FormUnwritten, Refusal

START = "inline"
"""What /start is told by the button above a list."""
UNRATED = RatingSummary(0, None, (0, 0, 0, 0, 0))
_LONGEST_WORDS = 12
"""Of a person's words, on a button."""


def results(reader: Reader, offered: Offered, username: str) -> list[InlineQueryResultArticle]:
    """The list: what would be composed, then verses."""
    rows = [] if offered.offer is None else [_to_compose(reader, offered.offer)]
    return rows + [_row(reader, poem, rated, username) for poem, rated in offered.verses]


def way_out(reader: Reader, offered: Offered) -> InlineQueryResultsButton | None:
    """The button above the list, which says what is wrong and leads into the private chat."""
    if offered.trouble is None:
        return None
    return InlineQueryResultsButton(_wrong(reader, offered.trouble), start_parameter=START)


def stumbled(say: Localised) -> InlineQueryResultsButton:
    """The same, where it was our fault."""
    return InlineQueryResultsButton(say.plain("inline.stumbled"), start_parameter=START)


def how(reader: Reader, username: str) -> Page:
    """Inline mode by example, for whoever comes from a list that had nothing for them."""
    return Page(reader.say("inline.how", username=username))


def shown(reader: Reader, poem: PoemRecord, summary: RatingSummary, username: str) -> Page:
    """A verse in a message that somebody sent."""
    markup = inline_buttons.below_verse(reader.say, poem, summary, Look.of(reader), username)
    return Page(_text(reader, poem), markup)


def explained(reader: Reader, found: Explained, username: str) -> Page:
    """Its prosody, in its place."""
    poem, summary = found.viewed.poem, found.viewed.summary
    look = Look.of(reader).explaining(True)
    markup = inline_buttons.below_verse(reader.say, poem, summary, look, username)
    return replace(prosody.explained(reader, found), markup=markup)


def written(reader: Reader, outcome: Composed | Spelled | Refusal, username: str) -> Page:
    """In the place of what said that it is being written."""
    match outcome:
        case Composed(poem) | Spelled(_, (poem,)):
            return shown(reader, poem, UNRATED, username)
        case Spelled():
            raise AssertionError("one verse was asked for")
    page = verse.refused(reader, outcome)
    return replace(page, markup=inline_buttons.choose(reader.say))


def unavailable(reader: Reader, offer: Offer, error: PoetUnavailable) -> Page:
    """In its place, if the poet does not answer: why, and a button for later."""
    return failed(reader.say, talk.unavailable(reader.say, error), offer)


def failed(say: Localised, why: str, offer: Offer) -> Page:
    """In its place, if something else went wrong; `why` is without markup."""
    return Page(escape(why), inline_buttons.once_more(say, offer))


def _row(
    reader: Reader, poem: PoemRecord, summary: RatingSummary, username: str
) -> InlineQueryResultArticle:
    """A couplet in bold, and below it the rest: what fits the width of a phone."""
    first, *rest = reader.verse(poem.text).split("\n")
    about = _plain(_making(reader, poem))
    if summary.mean is not None:
        mean = reader.say.number(summary.mean)
        about = f"{about} · {reader.say.plain('inline.rated', mean=mean, n=summary.count)}"
    return InlineQueryResultArticle(
        inline_buttons.verse_id(poem),
        first,
        InputTextMessageContent(_text(reader, poem)),
        inline_buttons.below_verse(reader.say, poem, summary, Look.of(reader), username),
        description="\n".join([*rest, about]),
    )


def _text(reader: Reader, poem: PoemRecord) -> Html:
    """A verse and its making, for whoever may read it."""
    quote = reader.quote(poem.text, heads=poem.command == ACROSTIC)
    return stack([quote, _making(reader, poem)])


def _making(reader: Reader, poem: PoemRecord) -> Html:
    # The words of a verse that was composed for such a message stood in it from the beginning;
    # those of a verse from some chat are not passed on with it.
    return verse.making(reader, poem, heard=poem.chat_id is None)


def _plain(text: Html) -> str:
    return unescape(re.sub("<[^>]+>", "", text))


def _to_compose(reader: Reader, offer: Offer) -> InlineQueryResultArticle:
    say, what = reader.say, _what(reader, offer)
    return InlineQueryResultArticle(
        inline_buttons.offer_id(offer),
        say.plain("inline.new", what=what),
        InputTextMessageContent(say("inline.writing", what=what)),
        inline_buttons.nudge(say, offer),
        description=say.plain("inline.new_about"),
    )


def _what(reader: Reader, offer: Offer) -> str:
    """The form and the theme, as far as they are known; without markup."""
    say = reader.say
    forms = [verse.form_name(say, form) for form in offer.forms]
    form = forms[0] if len(forms) == 1 else say.plain("inline.verse")
    if not offer.characters:
        return form
    key = "made.acrostic" if offer.acrostic else "made.theme"
    made = say.plain(key, words=reader.han(offer.characters))
    return say.plain("verse.line", form=form, made=made)


def _wrong(reader: Reader, trouble: Trouble) -> str:
    say = reader.say
    match trouble:
        case WordsUnread(words):
            return say.plain("inline.unread", words=_brief(reader.han(words)))
        case ThemeTooLong():
            return say.plain("inline.theme_too_long")
        case FormUnwritten(name, _):
            return say.plain("inline.unwritten", form=_brief(reader.han(name)))
        case HeadsUnfit():
            return say.plain("inline.heads")
        case Gone():
            return say.plain("rating.gone")


def _brief(words: str) -> str:
    return words if len(words) <= _LONGEST_WORDS else words[:_LONGEST_WORDS] + "…"
