"""Sharing a verse by its link.

Decides that it is talked over in private, where one person alone sees the question; a press among
others leads there. Who may share what is left to the use case.
"""

from __future__ import annotations

from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import buttons
from bot.pages import share as pages
from bot.pages.page import Page
from bot.usecases.share import NotYours, Shared, Unshared


async def share(visit: Visit) -> None:
    """Shows the link of a verse, asks for it, makes it or takes it back."""
    assert visit.data is not None
    say, poem, step = visit.reader.say, visit.data["poem"], visit.data["step"]
    if visit.in_channel:
        await visit.notice(say.plain("button.in_channel"), alert=True)
        return
    alone = visit.chat.kind == "private"
    if step == "yes" and alone:
        found = await visit.house.share.allow(visit.asker, poem)
    elif step == "no" and alone:
        found = await visit.house.share.take_back(visit.asker, poem)
    else:
        found = await visit.house.share(visit.asker, poem)
    if found is None or isinstance(found, NotYours):
        reason = "top.gone" if found is None else "share.not_yours"
        await visit.notice(say.plain(reason), alert=True)
    elif not alone:
        await visit.notice(url=visit.link(f"h_{poem}"))
    else:
        await visit.notice(say.plain("share.stopped") if step == "no" else "")
        await visit.turn(_page(visit, found))


async def offer(visit: Visit, poem: str) -> None:
    """The same, for whoever came from a press in another chat."""
    found = await visit.house.share(visit.asker, poem)
    if found is None or isinstance(found, NotYours):
        await visit.reply(pages.gone(visit.reader))
    else:
        await visit.reply(_page(visit, found))


def _page(visit: Visit, found: Shared | Unshared) -> Page:
    inline = bool(visit.bot.bot.supports_inline_queries)
    gallery = visit.house.services.settings.gallery_address
    return pages.sharing(visit.reader, found, visit.bot.username, inline=inline, gallery=gallery)


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [doors.button(buttons.SHARE, share)]
