"""The Application: python-telegram-bot with our handlers in it.

Decides how services, policies and handlers are put together; who runs it, and how updates reach
it, is left to the commands in `bot.cli`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from telegram import LinkPreviewOptions, Update
from telegram.constants import ParseMode
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    ChosenInlineResultHandler,
    Defaults,
    InlineQueryHandler,
    MessageHandler,
    MessageReactionHandler,
)
from telegram.request import BaseRequest

from bot import handlers
from bot.cards import CardPainter, CardStudio
from bot.confidant import Confidant
from bot.fair_use import FairUse
from bot.handlers import AnyHandler, errors, menus
from bot.handlers.averages import Averages
from bot.handlers.edits import Edits
from bot.handlers.house import House
from bot.handlers.placeholders import Placeholders
from bot.handlers.questions import Questions
from bot.handlers.reports import Reports
from bot.handlers.work import Work
from bot.inbox import Inbox
from bot.ordering import OneAtATimePerChat
from bot.pacing import Pacing
from bot.pictures import Pictures
from bot.posting import DailySender
from bot.requests import ApiRequest
from bot.schedule import DailySchedule
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
from bot.usecases.form_choice import FormChoice
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

AnyApplication = Application[Any, Any, Any, Any, Any, Any]

_KINDS: Mapping[type[AnyHandler], tuple[str, ...]] = {
    MessageHandler: (Update.MESSAGE, Update.CHANNEL_POST),
    CallbackQueryHandler: (Update.CALLBACK_QUERY,),
    # Not `chat_member`: who may change a setting is asked when they do.
    ChatMemberHandler: (Update.MY_CHAT_MEMBER,),
    MessageReactionHandler: (Update.MESSAGE_REACTION, Update.MESSAGE_REACTION_COUNT),
    InlineQueryHandler: (Update.INLINE_QUERY,),
    ChosenInlineResultHandler: (Update.CHOSEN_INLINE_RESULT,),
}
_NO_TOKEN = "0:nobody"
"""Stands in where a request of one's own needs no token, as in the terminal."""


def build_application(
    services: Services,
    *,
    request: BaseRequest | None = None,
    pacing: Pacing | None = None,
    ordering: OneAtATimePerChat | None = None,
    inbox: Inbox | None = None,
    posts_daily: bool = True,
) -> AnyApplication:
    """The bot, ready to be initialised; `request` takes the place of HTTP, `pacing` that of
    Telegram's limits, `ordering` that of the plain order of updates. An `inbox` is told what
    becomes of the updates that it handed on.

    With `posts_daily` the daily poem goes out by itself; whoever cannot reach all chats must not
    claim it for them.
    """
    ordering, pacing = ordering or OneAtATimePerChat(), pacing or Pacing()
    if inbox is not None:
        ordering.handle, pacing.before_message = inbox.handle, inbox.before_message
    application = _application(
        services, request or ApiRequest(services.settings.telegram_api), pacing, ordering
    )
    house = _house(services, application, pacing, ordering)
    application.add_handlers(handlers.setup(house))
    application.add_error_handler(errors.setup(house))
    schedule = DailySchedule(house.daily)

    async def post_init(_: AnyApplication) -> None:
        await menus.publish(application.bot, services)
        if posts_daily:
            schedule.start()
        if application.bot.supports_inline_queries:
            house.stock.start()

    async def post_stop(_: AnyApplication) -> None:
        await schedule.stop()
        await house.stock.aclose()
        await house.averages.aclose()
        await house.taste.aclose()
        await house.pictures.aclose()

    application.post_init = post_init
    application.post_stop = post_stop
    return application


def allowed_updates(application: AnyApplication) -> list[str]:
    """The kinds of updates that some handler takes; Telegram is always told all of them."""
    return sorted(
        kind
        for handler_type, kinds in _KINDS.items()
        for kind in kinds
        if any(
            isinstance(handler, handler_type)
            for group in application.handlers.values()
            for handler in group
        )
    )


def _application(
    services: Services, request: BaseRequest, pacing: Pacing, ordering: OneAtATimePerChat
) -> AnyApplication:
    settings = services.settings
    token = settings.telegram_token
    return (
        ApplicationBuilder()
        .token(token.get_secret_value() if token else _NO_TOKEN)
        .base_url(f"{settings.telegram_api}/bot")
        .base_file_url(f"{settings.telegram_api}/file/bot")
        .request(request)
        .get_updates_request(request)
        .rate_limiter(pacing)
        .concurrent_updates(ordering)
        .defaults(
            Defaults(
                parse_mode=ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        )
        .job_queue(None)
        .build()
    )


def _house(
    services: Services, application: AnyApplication, pacing: Pacing, ordering: OneAtATimePerChat
) -> House:
    bot, store, poet, texts = application.bot, services.store, services.poet, services.texts
    sending = Sending(bot, store)
    edits, view = Edits(sending), View(store)
    pictures = Pictures(CardStudio(CardPainter()))
    taste = Taste(store, poet, np.random.default_rng(services.chance.getrandbits(128)))
    daily = DailyPoem(
        store,
        poet,
        DailySender(bot, store, texts, pictures),
        services.clock,
        per_second=pacing.per_second,
        taste=taste,
        noted=services.deliveries_noted,
    )
    forms = FormChoice(poet, services.chance)
    compose, acrostic = Compose(store, poet, forms, taste), Acrostic(store, poet, forms)
    answer = Answer(store, poet)
    stock = Stock(store, poet, forms, services.clock)
    return House(
        services=services,
        sending=sending,
        pacing=pacing,
        ordering=ordering,
        work=Work(),
        questions=Questions(),
        edits=edits,
        averages=Averages(bot, store, sending, edits),
        placeholders=Placeholders(),
        reports=Reports(bot, services.settings, texts),
        confidant=Confidant(bot, store, texts),
        fair_use=FairUse(
            services.settings.fair_use_person,
            services.settings.fair_use_chat,
            exempt=services.settings.owner_id,
        ),
        pictures=pictures,
        compose=compose,
        acrostic=acrostic,
        another=Another(store, compose, acrostic),
        answer=answer,
        couplet=Couplet(store, poet, forms, answer),
        morph=Morph(store, poet),
        stock=stock,
        inline=Inline(store, stock, forms, compose, acrostic),
        rate=Rate(store),
        taste=taste,
        reactions=Reactions(store),
        top=Top(store, services.clock),
        card=Card(store),
        view=view,
        vary=Vary(store, poet),
        prosody=Prosody(store, poet, view),
        collections=Collections(store),
        share=Share(store),
        account=Account(store, taste),
        subscribe=Subscribe(store),
        preferences=Preferences(store),
        channels=Channels(store),
        daily=daily,
        preview=Preview(store, daily, services.clock),
        stats=Stats(store, poet, services.clock, lambda: daily.outlook),
    )
