"""Buttons below a message that somebody sent from any chat, and the ids of what they chose from.

Decides which of a verse's buttons work where the bot need not be, and the data of those that are
like no others: they also carry how the message looks.
"""

from __future__ import annotations

import base64
import re

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.pages import buttons
from bot.pages.looks import LOOK, Look
from bot.pages.share import link
from bot.pages.verse import form_name
from bot.store import PoemRecord, RatingSummary
from bot.texts import Localised
from bot.usecases.acrostic import COMMAND as ACROSTIC
from bot.usecases.acrostic import heads_of
from bot.usecases.compose import MAX_THEME
from bot.usecases.inline import Offer
from model.verse import Form, han_only

RATE = re.compile(rf"r1:(?P<poem>[A-Za-z0-9_-]{{12}}):(?P<stars>[1-5]):{LOOK}")
EXPLAIN = re.compile(rf"g1:(?P<poem>[A-Za-z0-9_-]{{12}}):{LOOK}")
SHOW = re.compile(rf"s1:(?P<poem>[A-Za-z0-9_-]{{12}}):{LOOK}")
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
    say: Localised, poem: PoemRecord, summary: RatingSummary, look: Look, username: str
) -> InlineKeyboardMarkup:
    """Stars, what people think, and what else can be had; the last button opens the verse in
    private, where it has all its buttons."""
    public_id = poem.public_id
    rows = [[_button(f"★{n}", f"r1:{public_id}:{n}:{look.code}") for n in range(1, 6)]]
    if summary.mean is not None:
        average = say.plain("rating.button", n=summary.count, mean=say.number(summary.mean))
        rows.append([_button(average, f"a1:{public_id}")])
    like = _like(say, poem)
    another = InlineKeyboardButton(
        say.plain("another.button"), switch_inline_query_current_chat=like
    )
    if look.explained:
        prosody = _button(say.plain("prosody.back"), f"s1:{public_id}:{look.code}")
    else:
        prosody = _button(say.plain("prosody.button"), f"g1:{public_id}:{look.code}")
    rows.append([another, prosody, buttons.keeping(say, public_id, kept=False)])
    rows.append([InlineKeyboardButton(say.plain("inline.more"), url=link(poem, username))])
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
    """The words with which one finds verse like this one, as far as whoever presses may know
    them: what was said in a chat stays there, unless it stands in the verse."""
    form = form_name(say, poem.form)
    if poem.command == ACROSTIC:
        return say.plain("inline.acrostic", form=form, words=heads_of(poem))
    told = poem.chat_id is None or (poem.seed_text or "") in poem.text
    words = han_only(poem.seed_text or "") if told else ""
    return f"{form} {words}" if 0 < len(words) <= MAX_THEME else form


def _button(label: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=data)
