"""What the bot does with an update: parse, call one use case, show what it found.

Decides which handler takes which update; each module ends in its own table of contents. What a use
case does and what an answer looks like is left to `bot.usecases` and `bot.pages`.
"""

from bot.handlers import (
    account,
    acrostic,
    answer,
    cancel,
    card,
    channels,
    collections,
    couplet,
    daily,
    export,
    help,
    inline,
    inline_presses,
    membership,
    morph,
    owner,
    plain,
    poem,
    prosody,
    rating,
    reactions,
    settings,
    share,
    start,
    taste,
    top,
    variation,
)
from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.house import House

__all__ = ["AnyHandler", "House", "setup"]


def setup(house: House) -> list[AnyHandler]:
    """Every handler, in the order in which they are asked; the first that applies has it."""
    doors = Doors(house)
    return [
        handler
        for module in (
            membership,
            channels,
            start,
            help,
            poem,
            answer,
            couplet,
            acrostic,
            morph,
            rating,
            reactions,
            card,
            variation,
            prosody,
            collections,
            share,
            top,
            daily,
            settings,
            taste,
            account,
            export,
            cancel,
            owner,
            inline,
            inline_presses,
            plain,
        )
        for handler in module.setup(doors)
    ]
