"""The fake Bot API keeps Telegram's rules, through both front ends.

Decides that tests may trust the fake; plain python-telegram-bot stands on the other side.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Message,
    MessageEntity,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from bot.requests import left_nothing
from tests.telegram import FakeTelegram, User

# Requests that python-telegram-bot would never make itself go through do_api_request.
pytestmark = pytest.mark.filterwarnings("ignore:Please use 'Bot.sendMessage'")

STARS = InlineKeyboardMarkup(
    [[InlineKeyboardButton(f"★{n}", callback_data=f"r1:poem:{n}") for n in (1, 5)]]
)


async def test_a_message_arrives_as_people_see_it(bot: Bot, ada: User) -> None:
    sent = await bot.send_message(
        ada.id, "<b>白日</b>依山尽 &amp; <i>😀</i> /poem", parse_mode="HTML", reply_markup=STARS
    )

    message = ada.last_answer
    assert message.id == sent.message_id
    assert message.text == "白日依山尽 & 😀 /poem" == sent.text
    assert [message.part(entity) for entity in message.entities] == ["白日", "😀", "/poem"]
    assert sent.entities == (
        MessageEntity("bold", 0, 2),
        MessageEntity("italic", 8, 2),
        MessageEntity("bot_command", 11, 5),
    )
    assert message.button("★5").data == "r1:poem:5"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("<b>白日", 'Can\'t find end tag corresponding to start tag "b"'),
        ("白日<br>", 'Unsupported start tag "br" at byte offset 6'),
        ("<b>白<i>日</b></i>", "Unmatched end tag at byte offset 12"),
        ("白</b>", "Unexpected end tag at byte offset 3"),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<span>白</span>", 'Tag "span" must have class "tg-spoiler"'),
    ],
)
async def test_bad_html_is_refused(bot: Bot, ada: User, text: str, complaint: str) -> None:
    with pytest.raises(BadRequest, match="parse entities") as refusal:
        await bot.send_message(ada.id, text, parse_mode="HTML")
    assert complaint.lower() in refusal.value.message.lower()
    assert not ada.answers


@pytest.mark.parametrize(
    ("text", "keyboard", "complaint"),
    [
        ("", None, "message text is empty"),
        (" \n ", None, "text must be non-empty"),
        ("😀" * 2049, None, "message is too long"),
        ("poem", [[{"text": "★", "callback_data": "诗" * 22}]], "BUTTON_DATA_INVALID"),
        ("poem", [[{"text": "★"}]], "Text buttons are unallowed in the inline keyboard"),
        ("poem", [{"text": "★", "callback_data": "1"}], "must be an Array of Arrays"),
    ],
)
async def test_what_telegram_refuses_is_refused(
    bot: Bot, ada: User, text: str, keyboard: Any, complaint: str
) -> None:
    markup = {"inline_keyboard": keyboard} if keyboard else None
    values = {"chat_id": ada.id, "text": text, "reply_markup": markup}
    with pytest.raises(BadRequest) as refusal:
        await bot.do_api_request("sendMessage", api_kwargs=values)
    assert complaint.lower() in refusal.value.message.lower()
    assert not ada.answers


async def test_edits_change_something_or_fail(bot: Bot, ada: User) -> None:
    sent = await bot.send_message(ada.id, "一", reply_markup=STARS)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_text("一", reply_markup=STARS)
    await sent.edit_text("二")
    assert (ada.last_answer.text, ada.last_answer.earlier) == ("二", ["一"])
    assert not ada.last_answer.keyboard, "an edit without a keyboard removes it"
    await sent.delete()
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await sent.edit_text("三")


async def test_rights_in_chats_are_kept(bot: Bot, telegram: FakeTelegram, ada: User) -> None:
    stranger, bob = telegram.user("Eve"), telegram.user("Bob")
    channel = telegram.channel("诗", ada, username="shi")
    group = telegram.group("诗社", ada, bob)
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(stranger.id, "一")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(-1, "一")
    with pytest.raises(Forbidden, match="bot is not a member of the channel chat"):
        await bot.send_message(channel.id, "一")
    ada.adds_bot_to(channel, without=("can_post_messages",))
    with pytest.raises(BadRequest, match="Need administrator rights in the channel chat"):
        await bot.send_message(channel.id, "一")
    ada.promotes_bot_in(channel)
    sent = await bot.send_message("@shi", "一")
    assert sent.from_user is None
    assert sent.sender_chat is not None
    with pytest.raises(BadRequest, match="Inline keyboard expected"):
        await bot.send_message(channel.id, "一", reply_markup=ForceReply())

    ada.adds_bot_to(group)
    await bot.send_message(group.id, "一")
    creator, member = [await bot.get_chat_member(group.id, user.id) for user in (ada, bob)]
    assert (creator.status, member.status) == ("creator", "member")
    ada.promotes(bob, group)
    assert (await bot.get_chat_member(group.id, bob.id)).status == "administrator"
    assert {m.user.id for m in await bot.get_chat_administrators(group.id)} == {ada.id, bob.id}
    assert (await bot.get_chat(group.id)).title == "诗社"
    ada.silences_bot_in(group)
    with pytest.raises(BadRequest, match="Not enough rights to send text messages to the chat"):
        await bot.send_message(group.id, "一")
    ada.removes_bot_from(group)
    with pytest.raises(Forbidden, match="bot was kicked from the group chat"):
        await bot.send_message(group.id, "一")
    ada.blocks_bot()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ada.id, "一")


async def test_a_forum_has_topics(bot: Bot, telegram: FakeTelegram, ada: User) -> None:
    forum = telegram.supergroup("诗社", ada)
    ada.adds_bot_to(forum)
    topic = forum.opens_topic(ada, "诗")
    sent = await bot.send_message(forum.id, "一", message_thread_id=topic)
    assert sent.message_thread_id == topic
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(forum.id, "一", message_thread_id=99)
    forum.closes_topic(topic)
    with pytest.raises(BadRequest, match="Topic_closed"):
        await bot.send_message(forum.id, "一", message_thread_id=topic)


async def test_a_group_that_migrates_says_so_twice(
    bot: Bot, telegram: FakeTelegram, ada: User
) -> None:
    group = telegram.group("诗社", ada)
    ada.adds_bot_to(group)
    new = group.migrates()
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(group.id, "一")
    assert moved.value.new_chat_id == new.id
    await bot.send_message(new.id, "一")
    updates = await bot.get_updates()
    services = [u.message for u in updates if u.message]
    assert [m.migrate_to_chat_id for m in services if m.migrate_to_chat_id] == [new.id]
    assert [m.migrate_from_chat_id for m in services if m.migrate_from_chat_id] == [group.id]


async def test_clicks_are_answered_once_and_in_time(
    bot: Bot, telegram: FakeTelegram, ada: User
) -> None:
    await bot.send_message(ada.id, "一", reply_markup=STARS)
    click, late = (ada.clicks(ada.last_answer, "★5") for _ in range(2))
    query = (await bot.get_updates(offset=-2))[0].callback_query
    assert query is not None
    assert query.data == "r1:poem:5"
    await query.answer("谢谢")
    assert click.answer == "谢谢"
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()
    telegram.clock.advance(minutes=20)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(late.id)
    assert telegram.unanswered_clicks == [late]
    with pytest.raises(AssertionError, match="no button"):
        ada.clicks(ada.last_answer, "★4")


async def test_faults_come_as_ordered(
    request: pytest.FixtureRequest, bot: Bot, telegram: FakeTelegram, ada: User
) -> None:
    telegram.fails_next("sendMessage", 429, "Too Many Requests: retry after 7", {"retry_after": 7})
    with pytest.raises(RetryAfter, match="Retry in 7 seconds"):
        await bot.send_message(ada.id, "一")

    telegram.delivers_then_times_out("sendMessage")
    with pytest.raises(TimedOut) as lost:
        await bot.send_message(ada.id, "二")
    assert isinstance(lost.value.__cause__, aiohttp.SocketTimeoutError)
    assert ada.last_answer.text == "二", "the message was delivered"

    telegram.drops_connection("sendMessage")
    with pytest.raises(NetworkError) as dropped:
        await bot.send_message(ada.id, "三")
    assert isinstance(dropped.value.__cause__, aiohttp.ClientError)
    assert not left_nothing(dropped.value)

    telegram.responds_html_502("sendMessage")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(ada.id, "三")
    assert ada.last_answer.text == "二"
    await bot.send_message(ada.id, "四")
    assert [call.status for call in telegram.calls_of("sendMessage")] == [429, 200, 502, 502, 200]


async def test_updates_wait_until_they_are_acknowledged(
    bot: Bot, telegram: FakeTelegram, ada: User
) -> None:
    first, *_ = await bot.get_updates()
    assert first.message is not None
    assert first.message.text == "/start"
    assert (await bot.get_updates())[0].update_id == first.update_id
    assert not await bot.get_updates(offset=first.update_id + 1)

    ada.sends("一")
    assert len(await bot.get_updates(allowed_updates=["callback_query"])) == 1
    ada.sends("二")
    assert len(await bot.get_updates()) == 1, "a setting stays until it is given again"
    await bot.get_updates(allowed_updates=[])
    ada.sends("三")
    assert [u.message.text for u in await bot.get_updates() if u.message] == ["一", "三"]


async def test_a_long_poll_ends_when_something_happens(
    bot: Bot, telegram: FakeTelegram, ada: User
) -> None:
    await bot.get_updates(offset=(await bot.get_updates())[-1].update_id + 1)
    poll = asyncio.create_task(bot.get_updates(offset=1, timeout=20))
    await asyncio.sleep(0.05)
    ada.sends("一")
    (update,) = await poll
    assert update.message is not None
    assert update.message.text == "一"


async def test_a_second_poller_ends_the_first(bot: Bot, telegram: FakeTelegram, ada: User) -> None:
    await bot.get_updates(offset=(await bot.get_updates())[-1].update_id + 1)
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.05)
    await bot.get_updates()
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await poll
    telegram.another_poller_appears()
    with pytest.raises(Conflict):
        await bot.get_updates()
    telegram.another_poller_leaves()
    await bot.set_webhook("https://qibu.example/hook", secret_token="s")
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()


async def test_a_profile_is_kept_by_scope_and_language(
    bot: Bot, telegram: FakeTelegram, ada: User
) -> None:
    group = telegram.group("诗社", ada)
    private = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([BotCommand("poem", "A poem")])
    await bot.set_my_commands([BotCommand("couplet", "A couplet")], private, "en")
    assert telegram.profile.menu(ada, ada.chat) == ["couplet"]
    assert telegram.profile.menu(ada, group) == ["poem"]
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await bot.set_my_commands([BotCommand("诗", "A poem")])
    with pytest.raises(BadRequest, match="nvalid language code"):
        await bot.set_my_commands([BotCommand("poem", "A poem")], language_code="zh-hans")
    await bot.set_my_short_description("诗", language_code="zh")
    assert (await bot.get_my_short_description("zh")).short_description == "诗"


async def test_a_photo_is_kept_and_sent_again_by_its_id(
    bot: Bot, telegram: FakeTelegram, ada: User
) -> None:
    sent = await bot.send_photo(ada.id, b"\x89PNG", caption="<b>诗</b>", parse_mode="HTML")
    again = await bot.send_photo(ada.id, sent.photo[0].file_id)
    assert telegram.files[again.photo[0].file_id] == b"\x89PNG"
    assert ada.answers[0].text == "诗"
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await bot.send_photo(ada.id, "AgAC")
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(ada.id, b"a verse")
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(ada.id, sent.photo[0].file_id, caption="诗" * 1025)


async def test_a_picture_takes_the_place_of_another(
    bot: Bot, telegram: FakeTelegram, ada: User
) -> None:
    first = await bot.send_photo(ada.id, b"\x89PNG", disable_notification=True)
    place: dict[str, Any] = {"chat_id": ada.id, "message_id": first.message_id}
    edited = await bot.edit_message_media(InputMediaPhoto(b"\xff\xd8\xff"), **place)
    assert isinstance(edited, Message)
    assert telegram.files[edited.photo[0].file_id] == b"\xff\xd8\xff"
    known = InputMediaPhoto(first.photo[0].file_id, caption="<b>诗</b>", parse_mode="HTML")
    await bot.edit_message_media(known, **place)
    assert (ada.last_answer.photo, ada.last_answer.text) == (known.media, "诗")
    assert ada.last_answer.silent
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_media(known, **place)
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await bot.edit_message_media(InputMediaPhoto("AgAC"), **place)
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.edit_message_media(InputMediaPhoto(known.media, caption="诗" * 1025), **place)


async def test_a_group_may_take_words_and_no_pictures(
    bot: Bot, telegram: FakeTelegram, ada: User
) -> None:
    group = telegram.supergroup("诗社", ada)
    ada.adds_bot_to(group)
    group.forbidden = frozenset({"can_send_photos"})
    with pytest.raises(BadRequest, match="rights to send photos"):
        await bot.send_photo(group.id, b"\x89PNG")
    await bot.send_message(group.id, "诗")
    ada.promotes_bot_in(group)
    await bot.send_photo(group.id, b"\x89PNG")


async def test_a_wrong_token_or_parameter_does_not_pass(
    bot: Bot, telegram: FakeTelegram, ada: User
) -> None:
    with pytest.raises(NetworkError, match="does not know colour"):
        await bot.send_message(ada.id, "一", api_kwargs={"colour": "red"})
    with pytest.raises(BadRequest, match="must be of type integer"):
        values = {"chat_id": ada.id, "text": "一", "message_thread_id": "诗"}
        await bot.do_api_request("sendMessage", api_kwargs=values)
    other = Bot("1:other", request=telegram.request())
    with pytest.raises(InvalidToken):
        await other.initialize()
