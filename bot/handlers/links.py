"""Links that open the private chat: what /start is told.

Decides what each leads to; an unknown one leads to the greeting, as a plain /start does.
"""

from __future__ import annotations

import re

from bot.handlers import collections, export, share
from bot.handlers.visit import Visit
from bot.pages import inline, verse
from bot.pages import share as pages
from bot.usecases.collections import Collection

_VERSE = re.compile(r"(?P<what>[vh])_(?P<poem>[A-Za-z0-9_-]{12})")


async def follow(visit: Visit, start: str) -> bool:
    """Goes where a link leads; False if it leads nowhere."""
    if found := _VERSE.fullmatch(start):
        await (_open if found["what"] == "v" else share.offer)(visit, found["poem"])
    elif start in set(Collection):
        await collections.open_collection(visit, Collection(start))
    elif start == export.START:
        await export.export(visit)
    elif start == inline.START:
        await visit.reply(inline.how(visit.reader, visit.bot.username))
    else:
        return False
    return True


async def _open(visit: Visit, poem: str) -> None:
    viewed = await visit.house.view(visit.asker, poem)
    if viewed is None:
        await visit.reply(pages.gone(visit.reader))
    else:
        await visit.reply(verse.viewed(visit.reader, viewed))
