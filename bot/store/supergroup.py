"""A group that became a supergroup.

Decides what survives when both ids are known: the choices somebody made, and above all the trace of
a daily poem that may have been posted; when to ask for it is left to handlers and to the daily.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import Chat, Delivery, Poem

_MAYBE_POSTED = ("sending", "sent", "unknown")


async def merge_into(session: AsyncSession, old_id: int, new_id: int) -> Chat | None:
    """Moves the old chat's rows to the new id and removes the old chat; the new one, if any."""
    old = await session.get(Chat, old_id, with_for_update=True)
    new = await session.get(Chat, new_id, with_for_update=True)
    if old is None or old_id == new_id:
        return new
    if new is None:
        new = _moved(old, new_id)
        session.add(new)
    else:
        _take_choices(old, new)
    await session.flush()  # the new row must be there before others point at it
    await _merge_deliveries(session, old_id, new_id)
    await session.execute(update(Poem).where(Poem.chat_id == old_id).values(chat_id=new_id))
    await session.execute(delete(Chat).where(Chat.id == old_id))
    return new


def _moved(old: Chat, new_id: int) -> Chat:
    return Chat(
        id=new_id,
        kind="supergroup",
        title=old.title,
        language=old.language,
        script=old.script,
        zone=old.zone,
        daily_at=old.daily_at,
        thread_id=None,  # a plain group has no topics
        state="active",
        strikes=0,
        form=old.form,
        silent=old.silent,
        punctuated=old.punctuated,
        card_theme=old.card_theme,
        added_by=old.added_by,
        created_at=old.created_at,
    )


def _take_choices(old: Chat, new: Chat) -> None:
    """The new chat may have been seen a moment ago, with defaults: the old one's choices count
    wherever nobody chose in the new one."""
    if new.language is None:
        new.language, new.script = old.language, old.script
    if new.daily_at is None:
        new.daily_at, new.zone = old.daily_at, old.zone
    new.form = new.form or old.form
    new.silent = new.silent or old.silent
    new.punctuated = new.punctuated and old.punctuated
    new.card_theme = new.card_theme or old.card_theme
    new.added_by = new.added_by or old.added_by
    new.state, new.strikes = "active", 0


async def _merge_deliveries(session: AsyncSession, old_id: int, new_id: int) -> None:
    twin = select(Delivery.local_date).where(
        Delivery.chat_id == new_id, Delivery.local_date.is_not(None)
    )
    both = await session.execute(
        select(Delivery.id, Delivery.local_date, Delivery.state).where(
            Delivery.chat_id == old_id, Delivery.local_date.in_(twin)
        )
    )
    for delivery_id, local_date, state in both.all():
        if state in _MAYBE_POSTED:
            loser = (Delivery.chat_id == new_id) & (Delivery.local_date == local_date)
            loser &= Delivery.state.not_in(_MAYBE_POSTED)
            await session.execute(delete(Delivery).where(loser))
        kept = await session.scalar(
            select(Delivery.id).where(Delivery.chat_id == new_id, Delivery.local_date == local_date)
        )
        if kept is not None:
            await session.execute(delete(Delivery).where(Delivery.id == delivery_id))
    # Messages of the old group stay there, and their numbers mean others in the new one.
    moved = {"chat_id": new_id, "message_id": None}
    await session.execute(update(Delivery).where(Delivery.chat_id == old_id).values(moved))
