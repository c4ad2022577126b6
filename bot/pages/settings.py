"""The settings of a chat, in one message.

Decides which settings there are, how their choices are laid out as buttons, and what the presses
say; what a choice does is left to the use case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from bot.cards import Theme
from bot.pages.buttons import LANGUAGE_NAMES
from bot.pages.card import PAPER_NAMES
from bot.pages.channels import COMMON_ZONES
from bot.pages.page import Page, Reader, excerpt, stack, unmarked
from bot.pages.verse import FORMS
from bot.store import ChatRecord
from bot.texts import TRADITIONAL, Html
from bot.usecases.clocks import UnknownZone
from model.verse import Form, Script

SETTING = re.compile(r"s1:(?P<what>[a-z]+)(?::(?P<value>[A-Za-z0-9_+/-]{1,40}))?")
AUTO = "auto"
"""The choice that leaves a setting open."""

_NAMES = {
    "language": "settings.language",
    "script": "settings.script",
    "punctuation": "settings.punctuation",
    "form": "settings.form",
    "daily": "settings.daily",
    "zone": "settings.zone",
    "sound": "settings.sound",
    "paper": "settings.paper",
}
_Row = list[InlineKeyboardButton]


def main(reader: Reader, chat: ChatRecord, now: datetime) -> Page:
    """All settings, each with a button."""
    say = reader.say
    names = list(_state(reader, chat, now))
    buttons = [_button(say.plain(_NAMES[name]), name) for name in names if name in MENUS]
    buttons += [
        _switch(reader, "punctuation", on=chat.punctuated),
        _switch(reader, "sound", on=not chat.silent),
    ]
    rows = _rows(buttons, 2)
    rows.append([_button(say.plain("settings.done"), "done")])
    return Page(summary(reader, chat, now).text, InlineKeyboardMarkup(rows))


def summary(reader: Reader, chat: ChatRecord, now: datetime) -> Page:
    """The same without buttons."""
    lines = [
        reader.say("settings.line", name=reader.say.plain(_NAMES[name]), value=value)
        for name, value in _state(reader, chat, now).items()
    ]
    return Page(stack([reader.say("settings.title"), "", *lines]))


def languages(reader: Reader, chat: ChatRecord, now: datetime) -> Page:  # noqa: ARG001
    """The choice of a language, each by its own name."""
    choices = {AUTO: reader.say.plain("settings.as_in_telegram"), **LANGUAGE_NAMES}
    return _menu(reader, "language", choices, chat.language or AUTO)


def scripts(reader: Reader, chat: ChatRecord, now: datetime) -> Page:  # noqa: ARG001
    """The choice of a script for verse."""
    choices = {script.value: _script(reader, script) for script in Script}
    return _menu(reader, "script", choices, chat.script.value)


def forms(reader: Reader, chat: ChatRecord, now: datetime) -> Page:  # noqa: ARG001
    """The choice of a form."""
    choices = {AUTO: reader.say.plain("settings.any_form")}
    choices |= {form.value: _form(reader, form) for form in Form}
    return _menu(reader, "form", choices, chat.form.value if chat.form else AUTO)


def papers(reader: Reader, chat: ChatRecord, now: datetime) -> Page:  # noqa: ARG001
    """The choice of a paper for cards."""
    choices = {AUTO: reader.say.plain("settings.by_verse")}
    choices |= {theme.value: reader.say.plain(PAPER_NAMES[theme]) for theme in Theme}
    return _menu(reader, "paper", choices, chat.card_theme or AUTO)


def hours(reader: Reader, chat: ChatRecord, now: datetime) -> Page:
    """The choice of a time for the daily poem: an hour, and then a quarter of it."""
    say, at = reader.say, chat.daily_at
    minute = at.minute if at else 0
    marked = "" if at is None else f"{at:%H}"
    rows = _rows(
        [_choice(f"{hour:02}", "daily", f"{hour:02}{minute:02}", marked) for hour in range(24)], 6
    )
    if at is not None:
        quarters = [f"{at:%H}{quarter:02}" for quarter in (0, 15, 30, 45)]
        rows.append([_choice(f":{q[2:]}", "daily", q, f":{at:%M}") for q in quarters])
        rows.append([_button(say.plain("settings.no_daily"), "daily", AUTO)])
    rows.append([_button(say.plain("settings.zone"), "zone"), _back(reader)])
    hint = say("settings.daily_hint", zone=say.zone(chat.zone, now))
    blocks = [_title(reader, "daily"), _daily(reader, chat, now), "", hint]
    return Page(stack(blocks), InlineKeyboardMarkup(rows))


def zones(reader: Reader, chat: ChatRecord, now: datetime) -> Page:
    """The choice of a clock."""
    say = reader.say
    offered = dict.fromkeys((chat.zone, *COMMON_ZONES))
    chosen = say.zone(chat.zone, now)
    rows = _rows([_choice(say.zone(zone, now), "zone", zone, chosen) for zone in offered], 2)
    if chat.kind == "private":
        last = [_button(say.plain("settings.other_city"), "city"), _back(reader)]
        return Page(_title(reader, "zone"), InlineKeyboardMarkup([*rows, last]))
    # Among several people a reply field would open for all of them, in a channel for nobody.
    text = stack([_title(reader, "zone"), "", say("settings.zone_hint")])
    return Page(text, InlineKeyboardMarkup([*rows, [_back(reader)]]))


def ask_city(reader: Reader) -> Page:
    """The question for a city, with the reply field open."""
    return Page(reader.say("settings.ask_city"), ForceReply())


def question_for_city(reader: Reader) -> str:
    """The text of that question as a message holds it, without markup."""
    return unmarked(reader.say("settings.ask_city"))


def no_such_city(reader: Reader, found: UnknownZone) -> Page:
    """To a city whose clock nobody knows."""
    say, words = reader.say, excerpt(found.words)
    if found.nearest:
        return Page(say("daily.zone_nearest", words=words, nearest=say.either(found.nearest)))
    return Page(say("daily.zone_unknown", words=words))


MENUS: Mapping[str, Callable[[Reader, ChatRecord, datetime], Page]] = {
    "main": main,
    "language": languages,
    "script": scripts,
    "form": forms,
    "daily": hours,
    "zone": zones,
    "paper": papers,
}
"""The pages of the message, by the names in callback data."""


def _state(reader: Reader, chat: ChatRecord, now: datetime) -> dict[str, str]:
    """The value of each setting in words, by the names of the settings, in their order."""
    say = reader.say
    known = LANGUAGE_NAMES.get(chat.language or "")
    state = {"language": known or say.plain("settings.as_in_telegram")}
    if say.tag != TRADITIONAL:  # whoever reads it reads verse in it, too
        state["script"] = _script(reader, chat.script)
    state["punctuation"] = _on(reader, chat.punctuated)
    state["form"] = (
        say.plain("settings.any_form") if chat.form is None else _form(reader, chat.form)
    )
    state["daily"] = _daily(reader, chat, now)
    state["sound"] = _on(reader, not chat.silent)
    paper = PAPER_NAMES[Theme(chat.card_theme)] if chat.card_theme in set(Theme) else None
    state["paper"] = say.plain(paper or "settings.by_verse")
    return state


def _daily(reader: Reader, chat: ChatRecord, now: datetime) -> Html:
    say = reader.say
    if chat.daily_at is None:
        return say("settings.none")
    zone = say.zone(chat.zone, now)
    return say("settings.every_day", time=say.time(chat.daily_at), zone=zone)


def _script(reader: Reader, script: Script) -> str:
    traditional = script is Script.TRADITIONAL
    return reader.say.plain("settings.traditional" if traditional else "settings.simplified")


def _form(reader: Reader, form: Form) -> str:
    name = reader.say.plain(FORMS[form])
    return name[:1].upper() + name[1:]


def _on(reader: Reader, on: bool) -> str:
    return reader.say.plain("settings.on" if on else "settings.off")


def _menu(reader: Reader, what: str, choices: Mapping[str, str], chosen: str) -> Page:
    rows = [[_choice(label, what, value, choices[chosen])] for value, label in choices.items()]
    return Page(_title(reader, what), InlineKeyboardMarkup([*rows, [_back(reader)]]))


def _title(reader: Reader, what: str) -> Html:
    return reader.say("settings.title_of", name=reader.say.plain(_NAMES[what]))


def _choice(label: str, what: str, value: str, marked: str) -> InlineKeyboardButton:
    return _button(f"· {label} ·" if label == marked else label, what, value)


def _switch(reader: Reader, what: str, *, on: bool) -> InlineKeyboardButton:
    name = reader.say.plain(_NAMES[what])
    return _button(f"{'☑' if on else '☐'} {name}", what, "off" if on else "on")


def _back(reader: Reader) -> InlineKeyboardButton:
    return _button(reader.say.plain("settings.back"), "main")


def _button(label: str, what: str, value: str = "") -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=f"s1:{what}" + (f":{value}" if value else ""))


def _rows(buttons: Iterable[InlineKeyboardButton], length: int) -> list[_Row]:
    listed = list(buttons)
    return [listed[i : i + length] for i in range(0, len(listed), length)]
