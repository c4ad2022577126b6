"""What Qibu remembers: people, chats, poems, ratings, deliveries.

Decides how it is kept and that each method is one transaction; what is worth remembering is left
to the use cases.
"""

from bot.store.census import Census
from bot.store.chats import UnknownZone
from bot.store.records import (
    ChatKind,
    ChatRecord,
    ChatState,
    Claim,
    DeliveryRecord,
    DeliveryState,
    Forgotten,
    Lesson,
    NewPoem,
    PoemRecord,
    Preferences,
    RatingSummary,
    TasteRecord,
    UserRecord,
)
from bot.store.store import Store
from bot.store.traces import Trace
from bot.store.updates import Abandoned, Arrival

__all__ = [
    "Abandoned",
    "Arrival",
    "Census",
    "ChatKind",
    "ChatRecord",
    "ChatState",
    "Claim",
    "DeliveryRecord",
    "DeliveryState",
    "Forgotten",
    "Lesson",
    "NewPoem",
    "PoemRecord",
    "Preferences",
    "RatingSummary",
    "Store",
    "TasteRecord",
    "Trace",
    "UnknownZone",
    "UserRecord",
]
