"""What handlers work with.

Decides nothing: it carries the use cases and policies that `bot.app` puts together, so that no
handler looks for its tools in a global place.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.confidant import Confidant
from bot.fair_use import FairUse
from bot.handlers.averages import Averages
from bot.handlers.edits import Edits
from bot.handlers.placeholders import Placeholders
from bot.handlers.questions import Questions
from bot.handlers.reports import Reports
from bot.handlers.work import Work
from bot.ordering import OneAtATimePerChat
from bot.pacing import Pacing
from bot.pictures import Pictures
from bot.sending import Sending
from bot.services import Services
from bot.usecases.account import Account
from bot.usecases.acrostic import Acrostic
from bot.usecases.another import Another
from bot.usecases.answer import Answer
from bot.usecases.card import Card
from bot.usecases.channels import Channels
from bot.usecases.collections import Collections
from bot.usecases.compose import Compose
from bot.usecases.couplet import Couplet
from bot.usecases.daily import DailyPoem
from bot.usecases.inline import Inline
from bot.usecases.morph import Morph
from bot.usecases.preferences import Preferences
from bot.usecases.preview import Preview
from bot.usecases.prosody import Prosody
from bot.usecases.rate import Rate
from bot.usecases.reactions import Reactions
from bot.usecases.share import Share
from bot.usecases.stats import Stats
from bot.usecases.stock import Stock
from bot.usecases.subscribe import Subscribe
from bot.usecases.taste import Taste
from bot.usecases.top import Top
from bot.usecases.vary import Vary
from bot.usecases.view import View


@dataclass(frozen=True)
class House:
    """The use cases and policies of one running bot."""

    services: Services
    sending: Sending
    pacing: Pacing
    ordering: OneAtATimePerChat
    work: Work
    questions: Questions
    edits: Edits
    averages: Averages
    placeholders: Placeholders
    reports: Reports
    confidant: Confidant
    fair_use: FairUse
    pictures: Pictures
    compose: Compose
    acrostic: Acrostic
    another: Another
    answer: Answer
    couplet: Couplet
    morph: Morph
    stock: Stock
    inline: Inline
    rate: Rate
    taste: Taste
    reactions: Reactions
    top: Top
    card: Card
    view: View
    vary: Vary
    prosody: Prosody
    collections: Collections
    share: Share
    account: Account
    subscribe: Subscribe
    preferences: Preferences
    channels: Channels
    daily: DailyPoem
    preview: Preview
    stats: Stats
