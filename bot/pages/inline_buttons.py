"""Buttons below a message that somebody sent from any chat, and the ids of what they chose from.

Decides which of a verse's buttons work where the bot need not be, and the data of those that are
like no others: stars there also carry the language of the message, for nobody else remembers it.
"""

from __future__ import annotations

import base64
import re

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.pages.verse import form_name
from bot.store import PoemRecord, RatingSummary
from bot.texts import Localised
from bot.usecases.acrostic import COMMAND as ACROSTIC
from bot.usecases.compose import MAX_THEME
from bot.usecases.inline import Offer
from model.verse import Form, han_only

RATE = re.compile(r"r1:(?P<poem>[A-Za-z0-9_-]{12}):(?P<stars>[1-5]):(?P<tag>en|zh-Hans|zh-Hant)")
WRITE = re.compile(r"w1:(?P<kind>[pa])(?P<forms>[0-9a-f])(?P<characters>[A-Za-z0-9_-]{0,22})")
"""What is to be composed: nothing is kept of it before it is, so the data say it themselves."""
VERSE = re.compile(r"v1:(?P<poem>[A-Za-z0-9_-]{12})")
"""The id of a verse in a list."""
OF_A_VERSE = re.compile(r"[a-z]\d:(?P<poem>[A-Za-z0-9_-]{12})(?::.*)?")
"""Any other button of a verse, as it stands in chats."""

_FORMS = tuple(Form)


def verse_id(poem: PoemRecord) -> str:
    """Names a verse in a list."""
    return f"v1:{poem.public_id}"


def offer_id(offer: Offer) -> str:
    """Names what is to be composed: in a list, and in the data of a button."""
    forms = sum(1 << number for number, form in enumerate(_FORMS) if form in offer.forms)
    characters = base64.urlsafe_b64encode(offer.characters.encode()).decode().rstrip("=")
    return f"w1:{'a' if offer.acrostic else 'p'}{forms:x}{characters}"


def read_offer(found: re.Match[str]) -> Offer | None:
    """What a match of WRITE asks for; None if only somebody else can have made it."""
    padded = found["characters"] + "=" * (-len(found["characters"]) % 4)
    try:
        characters = base64.urlsafe_b64decode(padded).decode()
    except ValueError:
        return None
    if characters != han_only(characters) or len(characters) > MAX_THEME:
        return None
    mask = int(found["forms"], 16)
    forms = frozenset(form for number, form in enumerate(_FORMS) if mask >> number & 1)
    acrostic = found["kind"] == "a"
    if acrostic and any(form.line_count != len(characters) for form in forms or _FORMS):
        return None
    return Offer(forms, characters, acrostic)


def below_verse(
    say: Localised, poem: PoemRecord, summary: RatingSummary, link: str
) -> InlineKeyboardMarkup:
    """Stars, what people think, and what else can be had; `link` opens the verse in private."""
    public_id = poem.public_id
    rows = [[_button(f"★{n}", f"r1:{public_id}:{n}:{say.tag}") for n in range(1, 6)]]
    if summary.mean is not None:
        average = say.plain("rating.button", n=summary.count, mean=say.number(summary.mean))
        rows.append([_button(average, f"a1:{public_id}")])
    another, more = say.plain("another.button"), say.plain("inline.more")
    rows.append(
        [
            InlineKeyboardButton(another, switch_inline_query_current_chat=_like(say, poem)),
            InlineKeyboardButton(more, url=link),
        ]
    )
    return InlineKeyboardMarkup(rows)


def nudge(say: Localised, offer: Offer) -> InlineKeyboardMarkup:
    """Below a message whose verse is being written; without buttons Telegram would not let it be
    edited."""
    return InlineKeyboardMarkup([[_button(say.plain("inline.nudge"), offer_id(offer))]])


def once_more(say: Localised, offer: Offer) -> InlineKeyboardMarkup:
    """Where the poet could not, and soon may."""
    return InlineKeyboardMarkup([[_button(say.plain("inline.again"), offer_id(offer))]])


def choose(say: Localised) -> InlineKeyboardMarkup:
    """Where the poet never will."""
    label = say.plain("inline.choose")
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, switch_inline_query_current_chat="")]]
    )


def _like(say: Localised, poem: PoemRecord) -> str:
    """The words with which one finds verse like this one."""
    words = han_only(poem.seed_text or "")
    form = form_name(say, poem.form)
    if poem.command == ACROSTIC and len(words) == poem.form.line_count:
        return say.plain("inline.acrostic", form=form, words=words)
    return f"{form} {words}" if 0 < len(words) <= MAX_THEME else form


def _button(label: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=data)
