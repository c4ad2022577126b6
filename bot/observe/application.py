"""The Application with eyes on it.

Decides which of its parts are replaced by those that count; the parts themselves are beside this
module, and the Application is `bot.app`'s.
"""

from __future__ import annotations

from dataclasses import replace

from telegram.request import BaseRequest

from bot.app import AnyApplication, build_application
from bot.inbox import Inbox
from bot.observe.metrics import Metrics
from bot.observe.telegram import ObservedPacing, ObservedRequest
from bot.observe.updates import ObservedUpdates
from bot.services import Services


def build_observed(
    services: Services,
    metrics: Metrics,
    request: BaseRequest | None = None,
    inbox: Inbox | None = None,
) -> AnyApplication:
    """The bot, observed wherever something of it can be; `request` takes the place of HTTP."""
    application = build_application(
        replace(services, deliveries_noted=metrics.count_deliveries),
        request=request or ObservedRequest(metrics, services.settings.telegram_api),
        pacing=ObservedPacing(metrics),
        ordering=ObservedUpdates(metrics),
        inbox=inbox,
    )
    application.add_error_handler(metrics.count_error)
    metrics.watch_queue(application.update_queue.qsize)
    return application
