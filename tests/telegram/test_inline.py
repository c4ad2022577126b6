"""The fake Bot API's inline mode keeps Telegram's rules, through both front ends."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)
from telegram.error import BadRequest

from tests.telegram import FakeTelegram, InlineQuery, User

pytestmark = pytest.mark.filterwarnings("ignore:Please use 'Bot.answerInlineQuery'")

STARS = InlineKeyboardMarkup([[InlineKeyboardButton("★5", callback_data="r1:poem:5")]])


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram(inline_mode=True, inline_feedback=True)


def article(name: str = "v1", *, rated: bool = True) -> InlineQueryResultArticle:
    content = InputTextMessageContent("<b>白日</b>依山尽", parse_mode="HTML")
    return InlineQueryResultArticle(name, "白日", content, STARS if rated else None)


async def latest(bot: Bot) -> Update:
    return (await bot.get_updates(offset=-1))[0]


async def test_a_list_is_offered_chosen_from_and_edited(
    bot: Bot, telegram: FakeTelegram, ada: User
) -> None:
    assert (await bot.get_me()).supports_inline_queries
    group = telegram.group("诗社", ada)  # without the bot
    query = ada.types("白日", group)
    asked = (await latest(bot)).inline_query
    assert asked is not None
    assert (asked.id, asked.query, asked.offset, asked.chat_type) == (query.id, "白日", "", "group")
    await bot.answer_inline_query(
        asked.id, [article()], cache_time=7, is_personal=True, next_offset="1"
    )
    assert (query.cache_time, query.is_personal, query.next_offset) == (7, True, "1")

    sent = ada.chooses(query, "白日", group)
    assert (sent.sender, sent.via, sent.text) == (ada, telegram.bot, "白日依山尽")
    chosen = (await latest(bot)).chosen_inline_result
    assert chosen is not None
    assert (chosen.result_id, chosen.inline_message_id) == ("v1", sent.inline_id)

    click = ada.clicks(sent, "★5")
    pressed = (await latest(bot)).callback_query
    assert pressed is not None
    assert (pressed.message, pressed.inline_message_id) == (None, sent.inline_id)
    await pressed.answer(url="https://t.me/qibu_test_bot?start=v_1")
    assert click.url == "https://t.me/qibu_test_bot?start=v_1"
    assert await pressed.edit_message_text("黄河入海流") is True
    assert (sent.text, sent.keyboard) == ("黄河入海流", ())
    with pytest.raises(BadRequest, match="Message is not modified"):
        await pressed.edit_message_text("黄河入海流")
    ada.deletes(sent)
    with pytest.raises(BadRequest, match="Message_id_invalid"):
        await pressed.edit_message_text("依山尽")


async def test_what_the_operator_has_not_switched_on_does_not_arrive(
    bot: Bot, telegram: FakeTelegram, ada: User
) -> None:
    telegram.inline_feedback = False
    query = ada.types()
    await bot.answer_inline_query(query.id, [article(), article("v2", rated=False)])
    ada.chooses(query, "v1")
    update = await latest(bot)
    assert update.message is not None, "a message through the bot is shown to it"
    assert update.message.via_bot == bot.bot
    telegram.inline_feedback = True
    ada.chooses(query, "v2")
    chosen = (await latest(bot)).chosen_inline_result
    assert chosen is not None
    assert chosen.inline_message_id is None, "only a message with buttons can be edited"
    telegram.inline_mode = False
    with pytest.raises(AssertionError, match="inline mode is off"):
        ada.types()


async def test_a_query_is_answered_once_and_in_time(
    bot: Bot, telegram: FakeTelegram, ada: User
) -> None:
    first, second = ada.types("一"), ada.types("二")
    await bot.answer_inline_query(first.id, [])
    for query_id in (first.id, "1"):
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_inline_query(query_id, [])
    telegram.clock.advance(seconds=11)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_inline_query(second.id, [])
    assert telegram.unanswered_queries == [second]


def raw(**changed: Any) -> dict[str, Any]:
    content = {"message_text": "白日"}
    made = {"type": "article", "id": "v1", "title": "白日", "input_message_content": content}
    return {name: value for name, value in (made | changed).items() if value is not None}


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ({"results": [raw(id=str(n)) for n in range(51)]}, "RESULTS_TOO_MUCH"),
        ({"results": [raw(), raw()]}, "RESULT_ID_DUPLICATE"),
        ({"results": [raw(id="诗" * 22)]}, "RESULT_ID_INVALID"),
        ({"results": [raw(id="")]}, "RESULT_ID_INVALID"),
        ({"results": [raw(title="")]}, "ARTICLE_TITLE_EMPTY"),
        ({"results": [raw(input_message_content=None)]}, "message content is not specified"),
        ({"results": [raw(input_message_content={"message_text": " "})]}, "must be non-empty"),
        ({"results": [raw(reply_markup={"force_reply": True})]}, "inline keyboard expected"),
        ({"results": [], "next_offset": "诗" * 22}, "NEXT_OFFSET_INVALID"),
        ({"results": [], "button": {"text": "?", "start_parameter": "诗"}}, "START_PARAM_INVALID"),
        ({"results": [], "button": {"text": "?"}}, "START_PARAM_EMPTY"),
        ({"results": [], "button": {"start_parameter": "a"}}, "SWITCH_PM_TEXT_EMPTY"),
    ],
)
async def test_an_answer_that_telegram_refuses_is_refused(
    bot: Bot, ada: User, answer: dict[str, Any], complaint: str
) -> None:
    query: InlineQuery = ada.types()
    with pytest.raises(BadRequest) as refusal:
        await bot.do_api_request(
            "answerInlineQuery", api_kwargs={"inline_query_id": query.id} | answer
        )
    assert complaint.lower() in refusal.value.message.lower()
    assert not query.answered


async def test_a_list_may_lead_into_the_private_chat(bot: Bot, ada: User) -> None:
    query = ada.types("hello")
    button = InlineQueryResultsButton("How it works", start_parameter="inline")
    await bot.answer_inline_query(query.id, [], button=button)
    assert query.button is not None
    assert (query.button.text, query.button.start_parameter) == ("How it works", "inline")


async def test_a_button_may_write_a_query(bot: Bot, ada: User) -> None:
    keyboard = InlineKeyboardMarkup(
        [[InlineKeyboardButton("再来", switch_inline_query_current_chat="明月")]]
    )
    await bot.send_message(ada.id, "一", reply_markup=keyboard)
    assert ada.last_answer.button("再来").query == "明月"
