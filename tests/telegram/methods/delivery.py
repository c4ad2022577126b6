"""The webhook's settings.

Decides which webhooks Telegram takes; pushing to one is left to the HTTP front end.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.telegram.parameters import Parameters
from tests.telegram.refusals import bad_request
from tests.telegram.updates import Webhook

if TYPE_CHECKING:
    from tests.telegram.fake import FakeTelegram


def set_webhook(telegram: FakeTelegram, given: Parameters) -> Any:
    given.ignore("ip_address")
    url, secret = given.text("url"), given.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
    if url and not url.startswith("https://"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    allowed = given.json("allowed_updates", "allowed updates")
    _forget(telegram, given)
    telegram.updates.allow(allowed)
    telegram.updates.webhook = Webhook(url, secret, given.integer("max_connections", 40))
    telegram.updates.start_poll()
    return True


def delete_webhook(telegram: FakeTelegram, given: Parameters) -> Any:
    _forget(telegram, given)
    telegram.updates.webhook = Webhook()
    return True


def get_webhook_info(telegram: FakeTelegram, given: Parameters) -> Any:
    updates = telegram.updates
    found: dict[str, Any] = {
        "url": updates.webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(updates.pending),
    }
    if updates.webhook.url:
        found["max_connections"] = updates.webhook.max_connections
    if updates.webhook.last_error:
        found["last_error_date"] = telegram.clock.timestamp
        found["last_error_message"] = updates.webhook.last_error
    if updates.allowed is not None:
        found["allowed_updates"] = sorted(updates.allowed)
    return found


def _forget(telegram: FakeTelegram, given: Parameters) -> None:
    if given.flag("drop_pending_updates"):
        telegram.updates.pending.clear()
