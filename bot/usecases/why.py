"""Why a chat got its poem of the day, or did not: for operators, in plain words.

Decides what the store's traces mean; it changes nothing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bot.due import LATENESS, moment_of
from bot.store import ChatRecord, DeliveryRecord, Store
from bot.usecases.daily import STRIKES
from bot.usecases.daily_round import STALE

_STATES = {
    "claimed": "A bot has taken it and not sent it yet; if it died, another takes it in {stale}.",
    "sending": "It is on its way now. If the bot died over it, it counts as unknown in {stale}.",
    "sent": "It was sent{at}, as message {message}.",
    "retry": "It was refused for now, and is tried again{then}: {why}.",
    "unknown": (
        "It left{at}, and no answer of Telegram's came: {why}. It may have arrived, so it is not"
        " sent again; a missing poem is better than a double one."
    ),
    "dead": "It was given up{at}: {why}.",
}


class WhyNoPoem:
    """Tells what became of the poem of a chat on a date."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, chat_id: int, day: date, now: datetime) -> list[str]:
        """Some sentences, each a line; the first says what happened."""
        chat = await self._store.chats.get(chat_id)
        if chat is None:
            return [
                f"Chat {chat_id} is unknown: it never spoke to this bot, or was forgotten, or the"
                " group became a supergroup and has another number; see `qibu daily list`."
            ]
        delivery = await self._store.deliveries.of(chat_id, day)
        said = (
            [_of_delivery(delivery, chat)]
            if delivery is not None
            else await self._without_trace(chat, day, now)
        )
        return [*said, *_of_chat(chat)]

    async def _without_trace(self, chat: ChatRecord, day: date, now: datetime) -> list[str]:
        if chat.daily_at is None:
            return [
                f"Nothing was sent for {day}: the chat has no poem of the day (/daily sets it)."
            ]
        zone = ZoneInfo(chat.zone)
        moment = moment_of(day, chat.daily_at, zone)
        if moment is None:
            return [f"There was no {day} in {chat.zone}: the zone left that date out."]
        at = _local(moment, zone)
        if now < moment:
            return [f"It is not due yet: it comes at {at}."]
        if now < moment + LATENESS:
            return [
                f"It is due since {at}, and no bot has taken it: is one running, and does it tick?",
                *await self._of_poem(day),
            ]
        return [
            f"It was due at {at}, and no bot took it until {_local(moment + LATENESS, zone)}, when"
            " it became too late.",
            "Either no bot ran in that time, or the chat wanted it at another hour then, or could"
            " not be written to.",
            *await self._of_poem(day),
        ]

    async def _of_poem(self, day: date) -> list[str]:
        if await self._store.daily_poems.of(day) is None:
            return [
                f"No poem was ever chosen for {day}: the poet could not be asked, or nobody did."
            ]
        return []


def _of_delivery(delivery: DeliveryRecord, chat: ChatRecord) -> str:
    zone = ZoneInfo(chat.zone)
    then = f" at {_local(delivery.not_before, zone)}" if delivery.not_before else ""
    tries = f" (try {delivery.attempt})" if delivery.attempt > 1 else ""
    sentence = _STATES[delivery.state].format(
        at=f" at {_local(delivery.changed_at, zone)}",
        then=then,
        message=delivery.message_id,
        why=delivery.why or "no reason was kept",
        stale=f"{STALE.total_seconds() / 60:.0f} minutes",
    )
    return sentence + tries


def _of_chat(chat: ChatRecord) -> list[str]:
    said = []
    if chat.state == "left":
        said.append("The bot is not in the chat any more, or may not write there.")
    if chat.state == "dead":
        said.append(
            f"The chat is not tried any more, after {STRIKES} refusals in a row; it is again when"
            " it speaks to the bot, or by `qibu daily add`."
        )
    elif chat.strikes:
        said.append(f"It has refused {chat.strikes} in a row; after {STRIKES} it is left alone.")
    if chat.daily_at is not None:
        thread = f", in topic {chat.thread_id}" if chat.thread_id else ""
        said.append(f"It wants its poem at {chat.daily_at:%H:%M} {chat.zone}{thread}.")
    return said


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z} ({moment.astimezone(UTC):%H:%M} UTC)"
