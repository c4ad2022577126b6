"""Everything the bot says that is not verse.

Decides how it greets, explains itself, apologises and says farewell; when it does is left to the
handlers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from telegram import InlineKeyboardMarkup

from bot.pages import buttons
from bot.pages.page import Page, Reader, excerpt
from bot.poet import PoetUnavailable
from bot.store import Forgotten
from bot.texts import Html, Localised

_SECONDS = {"starting": 10, "busy": 5}
"""What is said where the poet does not say when to come back."""


class Explained(Protocol):
    """A command, as /help needs it."""

    @property
    def name(self) -> str:
        """Without the slash."""
        ...

    @property
    def about(self) -> str:
        """The key of what it does."""
        ...

    @property
    def example(self) -> str | None:
        """The key of examples, one a line."""
        ...


def greeting(reader: Reader, tried: Sequence[str] = (), *, private: bool) -> Page:
    """The answer to /start: where one person reads, with the languages to choose from and commands
    that are `tried` by a button."""
    if not private:
        return Page(reader.say("start.group"))
    rows = [*buttons.languages().inline_keyboard, *buttons.tries(tried)]
    return Page(reader.say("start.private"), InlineKeyboardMarkup(rows))


def manual(
    reader: Reader,
    commands: Sequence[Explained],
    tried: Sequence[str],
    *,
    private: bool,
    inline: str | None = None,
) -> Page:
    """The answer to /help: verse by example, then everything else, and examples to try; `inline` is
    the bot's name if it may be called from any chat."""
    say = reader.say
    blocks: list[str] = [say("help.title")]
    for command in commands:
        if command.example is not None:
            shown = [f"<code>{example}</code>" for example in examples(reader, command.example)]
            blocks.append("\n".join([_explained(reader, command), *shown]))
    others = [_explained(reader, command) for command in commands if command.example is None]
    blocks.append("\n".join(others))
    if private:
        blocks.append(say("help.private"))
    if inline is not None:
        blocks.append(say("help.inline", username=inline))
    if not tried:
        return Page(Html("\n\n".join(blocks)))
    blocks.append(say("help.try"))
    return Page(Html("\n\n".join(blocks)), InlineKeyboardMarkup(buttons.tries(tried)))


def examples(reader: Reader, key: str) -> list[str]:
    """The examples of a command, as they are written."""
    return reader.say.plain(key).splitlines()


def _explained(reader: Reader, command: Explained) -> str:
    return f"/{command.name} · {reader.say(command.about)}"


def in_private(reader: Reader, link: str) -> Page:
    """To a wish that is between two, among several; with the way to where it is met."""
    return Page(reader.say("link.private"), buttons.leading(reader.say, link))


def choose_language(reader: Reader) -> Page:
    """The question of /language."""
    return Page(reader.say("language.choose"), buttons.languages())


def language_set(reader: Reader) -> Page:
    """Said in the new language."""
    return Page(reader.say("language.set"))


def privacy(reader: Reader, seed_days: int | None) -> Page:
    """The answer to /privacy; words that people give are kept for so many days, or with the
    verse."""
    say = reader.say
    kept = (
        say("privacy.words_kept") if seed_days is None else say("privacy.words_days", n=seed_days)
    )
    return Page(say("privacy.text", words=kept))


def forget(reader: Reader, user_id: int) -> Page:
    """The question of /forget."""
    return Page(reader.say("forget.ask"), buttons.forget(reader.say, user_id))


def forgotten(reader: Reader, found: Forgotten) -> Page:
    """Farewell."""
    say = reader.say
    what = [say("forget.ratings", n=found.ratings), say("forget.poems", n=found.poems)]
    if found.favourites:
        what.append(say("forget.favourites", n=found.favourites))
    return Page(say("forget.done", what=say.all(what)))


def kept(reader: Reader) -> Page:
    """Nothing was forgotten."""
    return Page(reader.say("forget.kept"))


def cancelled(reader: Reader, *, stopped: bool, asked: bool) -> Page:
    """The answer to /cancel."""
    if stopped:
        return Page(reader.say("cancel.stopped"))
    return Page(reader.say("cancel.question") if asked else reader.say("cancel.nothing"))


def nothing_to_forget(reader: Reader) -> Page:
    """To somebody who speaks as a chat."""
    return Page(reader.say("forget.nameless"))


def hint_words(reader: Reader) -> Page:
    """To words that are no verse."""
    return Page(reader.say("hint.words"))


def hint_command(reader: Reader, command: str) -> Page:
    """To a command that does not exist."""
    return Page(reader.say("hint.command", command=excerpt(command)))


def hint_other(reader: Reader) -> Page:
    """To pictures, stickers, voices …"""
    return Page(reader.say("hint.other"))


def unanswered(say: Localised, title: str, wait: int) -> str:
    """Why a group gets no answer: it makes the bot wait for some seconds, or takes none at all;
    without markup likewise, and short enough for a notice whatever the title."""
    shown = excerpt(title)
    if wait:
        return say.plain("unanswered.slow", title=shown, n=wait)
    return say.plain("unanswered.mute", title=shown)


def patience(say: Localised, seconds: int, *, of_chat: bool) -> str:
    """To a flood of requests, of one person or of a whole chat; without markup likewise."""
    key = "fair_use.chat" if of_chat else "fair_use.person"
    return say.plain(key, n=seconds)


def unavailable(say: Localised, error: PoetUnavailable) -> str:
    """Why there is no verse now, and when to ask again; without markup, so for notices too."""
    match error.reason:
        case "starting":
            return say.plain("poet.starting", n=error.retry_after or _SECONDS["starting"])
        case "busy":
            return say.plain("poet.busy", n=error.retry_after or _SECONDS["busy"])
        case "slow":
            return say.plain("poet.slow")
        case "broken":
            return say.plain("poet.broken")
