"""The heart below a verse, and what it gathers: /kept and /mine.

Decides that a person leafs through their own alone, and in private; what is on a page is left to
the use case.
"""

from __future__ import annotations

from bot.handlers.commands import KEPT, MINE
from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import buttons, talk
from bot.pages import collections as pages
from bot.usecases.collections import Collection


async def keep(visit: Visit) -> None:
    """Keeps a verse, or no longer; only a heart that one person sees shows which."""
    assert visit.data is not None
    say, alone = visit.reader.say, visit.chat.kind == "private"
    poem, wanted = visit.data["poem"], visit.data["wanted"] == "on"
    if visit.user_id is None:
        await visit.notice(say.plain("keep.nameless"), alert=True)
        return
    if wanted:
        kept = await visit.house.collections.keep(visit.asker, poem)
        if kept is None:
            await visit.notice(say.plain("top.gone"), alert=True)
            return
        if alone:
            await visit.notice(say.plain("keep.done"))
        else:
            await visit.notice(say.plain("keep.done_here" if kept.new else "keep.already"))
    else:
        await visit.house.collections.drop(visit.user_id, poem)
        await visit.notice(say.plain("keep.dropped"))
    if alone:
        await visit.remark(lambda markup: buttons.with_heart(say, markup, poem, kept=wanted))


async def kept(visit: Visit) -> None:
    """Lists what one keeps."""
    await open_collection(visit, Collection.KEPT)


async def mine(visit: Visit) -> None:
    """Lists what was made for one."""
    await open_collection(visit, Collection.MINE)


async def open_collection(visit: Visit, collection: Collection) -> None:
    """Shows the first page, or the way to it."""
    if visit.user_id is None or visit.chat.kind != "private":
        await visit.reply(talk.in_private(visit.reader, visit.link(collection)))
        return
    leaf = await visit.house.collections.leaf(visit.user_id, collection, 1)
    await visit.reply(pages.leaf(visit.reader, leaf))


async def turn_leaf(visit: Visit) -> None:
    """Shows another page, or the same one for removing."""
    assert visit.data is not None
    collection, page = Collection(visit.data["collection"]), int(visit.data["page"])
    if await _stranger(visit, collection):
        return
    assert visit.user_id is not None
    leaf = await visit.house.collections.leaf(visit.user_id, collection, page)
    await visit.notice()
    await visit.turn(pages.leaf(visit.reader, leaf, weeding=visit.data["mode"] == "weed"))


async def weed(visit: Visit) -> None:
    """Removes a verse: what is kept at once, what was made for one in two steps."""
    assert visit.data is not None
    collection, page = Collection(visit.data["collection"]), int(visit.data["page"])
    if await _stranger(visit, collection):
        return
    assert visit.user_id is not None
    collections, reader, poem = visit.house.collections, visit.reader, visit.data["poem"]
    if collection is Collection.MINE and visit.data["step"] == "ask":
        made = await visit.house.view(visit.asker, poem)
        if made is not None and made.poem.user_id == visit.user_id:
            leaf = await collections.leaf(visit.user_id, collection, page)
            await visit.notice()
            await visit.turn(pages.sure(reader, leaf, made.poem))
            return
    removed = await collections.remove(visit.user_id, collection, poem)
    await visit.notice(reader.say.plain("collection.removed" if removed else "collection.gone"))
    leaf = await collections.leaf(visit.user_id, collection, page)
    await visit.turn(pages.leaf(reader, leaf, weeding=bool(leaf.poems)))


async def _stranger(visit: Visit, collection: Collection) -> bool:
    """Whether this is no place for it; says so. Only forged data come from elsewhere."""
    if visit.user_id is not None and visit.chat.kind == "private":
        return False
    await visit.notice(url=visit.link(collection))
    return True


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.command(KEPT.name, kept, in_channels=False),
        doors.command(MINE.name, mine, in_channels=False),
        doors.button(buttons.KEEP, keep),
        doors.button(buttons.LEAF, turn_leaf),
        doors.button(buttons.WEED, weed),
    ]
