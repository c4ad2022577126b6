"""Answering inline queries.

Decides which lists of results Telegram takes; results other than articles are not in the fake.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.telegram import keyboards
from tests.telegram.inline import InlineButton, InlineResult
from tests.telegram.methods.messages import MAX_TEXT, read_text
from tests.telegram.parameters import Parameters
from tests.telegram.refusals import QUERY_TOO_OLD, bad_request, not_in_the_fake

if TYPE_CHECKING:
    from tests.telegram.fake import FakeTelegram

MAX_RESULTS = 50
MAX_ID_BYTES = 64
MAX_OFFSET_BYTES = 64
QUERY_LIFETIME_SECONDS = 10
_START_PARAMETER = re.compile(r"[A-Za-z0-9_-]+")
_MAX_START_PARAMETER = 64


def answer_inline_query(telegram: FakeTelegram, given: Parameters) -> Any:
    results = _results(given.json("results", "inline query results"))
    cache_time, is_personal = given.integer("cache_time", 300), given.flag("is_personal")
    next_offset = given.text("next_offset")
    button = _button(given.json("button", "inline query results button"))
    query = telegram.inline_queries.get(given.text("inline_query_id"))
    late = query and telegram.clock.timestamp - query.date > QUERY_LIFETIME_SECONDS
    if query is None or query.answered or late:
        raise bad_request(QUERY_TOO_OLD)
    if len(next_offset.encode()) > MAX_OFFSET_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    query.answered = True
    query.results, query.cache_time, query.is_personal = results, cache_time, is_personal
    query.next_offset, query.button = next_offset, button
    return True


def _results(source: Any) -> list[InlineResult]:
    if not isinstance(source, list):
        raise bad_request("expected an Array of inline query results")
    if len(source) > MAX_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    results = [_result(one) for one in source]
    if len({result.id for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    return results


def _result(source: Any) -> InlineResult:
    if not isinstance(source, dict):
        raise bad_request("can't parse inline query result: it must be an Object")
    given = Parameters(source, {})
    kind, result_id, title = given.text("type"), given.text("id"), given.text("title")
    if kind != "article":
        raise not_in_the_fake(f"inline results of the type {kind}")
    if not 1 <= len(result_id.encode()) <= MAX_ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    if not title:
        raise bad_request("ARTICLE_TITLE_EMPTY")
    description = given.text("description")
    markup = keyboards.read(given.json("reply_markup", "reply keyboard markup"))
    if markup is not None and markup.kind != "inline":
        raise bad_request("inline keyboard expected")
    content = given.json("input_message_content", "InputMessageContent")
    given.finish("InlineQueryResultArticle")
    if not isinstance(content, dict):
        raise bad_request("can't parse inline query result: message content is not specified")
    inner = Parameters({("text" if k == "message_text" else k): v for k, v in content.items()}, {})
    inner.ignore("link_preview_options")
    formatted = read_text(inner, "text", MAX_TEXT)
    inner.finish("InputTextMessageContent")
    if not formatted.text:
        raise bad_request("message text is empty")
    return InlineResult(result_id, title, description, formatted, markup)


def _button(source: Any) -> InlineButton | None:
    if source is None:
        return None
    if not isinstance(source, dict):
        raise bad_request("InlineQueryResultsButton must be an Object")
    text, parameter = str(source.get("text", "")), str(source.get("start_parameter", ""))
    if unknown := set(source) - {"text", "start_parameter"}:
        raise not_in_the_fake(f"result buttons with {', '.join(sorted(unknown))}")
    if not text:
        raise bad_request("SWITCH_PM_TEXT_EMPTY")
    if not parameter:
        raise bad_request("START_PARAM_EMPTY")
    if len(parameter) > _MAX_START_PARAMETER:
        raise bad_request("START_PARAM_TOO_LONG")
    if not _START_PARAMETER.fullmatch(parameter):
        raise bad_request("START_PARAM_INVALID")
    return InlineButton(text, parameter)
