"""`/settings`: what a chat prefers.

Decides what follows from a choice: which script a language brings along, and in which language and
topic a daily poem comes that was just ordered. Who may choose is left to `bot.access`.
"""

from __future__ import annotations

from datetime import time

from bot.store import ChatRecord, Store
from bot.texts import SIMPLIFIED, TRADITIONAL
from model.verse import Form, Script

_SCRIPTS = {SIMPLIFIED: Script.SIMPLIFIED, TRADITIONAL: Script.TRADITIONAL}


class Preferences:
    """Changes a chat's settings, one at a time; each gives the chat as it is then."""

    def __init__(self, store: Store) -> None:
        self._chats = store.chats

    async def language(self, chat: ChatRecord, tag: str | None) -> ChatRecord:
        """What the bot speaks there; None leaves it to each person's Telegram. A Chinese language
        brings its script along."""
        script = chat.script if tag is None else _SCRIPTS.get(tag, chat.script)
        return _known(await self._chats.set_language(chat.id, tag, script))

    async def script(self, chat: ChatRecord, script: Script) -> ChatRecord:
        """The characters in which verse is shown."""
        return _known(await self._chats.prefer(chat.id, script=script))

    async def form(self, chat: ChatRecord, form: Form | None) -> ChatRecord:
        """What is composed where nobody names a form; None leaves it to chance."""
        return _known(await self._chats.prefer(chat.id, form=form))

    async def punctuated(self, chat: ChatRecord, *, on: bool) -> ChatRecord:
        """Whether verse has commas and full stops."""
        return _known(await self._chats.prefer(chat.id, punctuated=on))

    async def silent(self, chat: ChatRecord, *, on: bool) -> ChatRecord:
        """Whether the daily poem comes without a sound."""
        return _known(await self._chats.prefer(chat.id, silent=on))

    async def paper(self, chat: ChatRecord, theme: str | None) -> ChatRecord:
        """The paper of cards; None: one that goes with the verse."""
        return _known(await self._chats.set_card_theme(chat.id, theme))

    async def zone(self, chat: ChatRecord, zone: str) -> ChatRecord:
        """The clock by which days begin and the daily poem comes. Raises UnknownZone."""
        return _known(await self._chats.set_zone(chat.id, zone))

    async def daily(
        self, chat: ChatRecord, at: time | None, *, spoken: str, thread_id: int | None
    ) -> ChatRecord:
        """When the daily poem comes, or that none does. One that is new comes in the language that
        is spoken and the topic in which it is ordered."""
        if at is None:
            return _known(await self._chats.stop_daily(chat.id))
        if chat.language is None:
            chat = await self.language(chat, spoken)
        topic = thread_id if chat.daily_at is None else chat.thread_id
        return _known(await self._chats.set_daily(chat.id, at, chat.zone, topic))


def _known(chat: ChatRecord | None) -> ChatRecord:
    assert chat is not None, "a chat that chooses is known"
    return chat
