"""An Application that takes the terminal for Telegram."""

from __future__ import annotations

import io
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommand,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Message,
    Update,
)
from telegram.error import BadRequest

from bot.terminal import markup
from bot.terminal.request import PERSON_ID, Person, TerminalRequest
from bot.terminal.screen import Screen

STARS = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton(f"★{n}", callback_data=f"r1:poem:{n}") for n in (1, 2, 3)],
        [InlineKeyboardButton("Source", url="https://example.org")],
    ]
)


class Desk:
    """A terminal with a bot at the other end."""

    def __init__(self, bot: Bot, request: TerminalRequest, output: io.StringIO) -> None:
        self.bot = bot
        self.request = request
        self._output = output

    def seen(self) -> str:
        """What has appeared since the last look, with what messages were turned into."""
        self.request.catch_up()
        text = self._output.getvalue()
        self._output.seek(0)
        self._output.truncate()
        return text

    def types(self, line: str) -> Update:
        update = Update.de_json(self.request.message(line), self.bot)
        assert update is not None
        return update

    def presses(self, number: str) -> Update:
        button = self.request.button(number)
        assert button is not None
        update = Update.de_json(self.request.click(button), self.bot)
        assert update is not None
        return update


@pytest.fixture(params=[False, True], ids=["piped", "interactive"])
async def any_desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    async with _desk(interactive=request.param) as bot:
        yield bot


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with _desk(interactive=False) as bot:
        yield bot


class _desk:  # noqa: N801 (a context manager, used like a function)
    def __init__(self, *, interactive: bool) -> None:
        self._output = io.StringIO()
        screen = Screen(self._output, interactive=interactive)
        self._request = TerminalRequest(screen, Person("Ada", "en"))
        self._bot = Bot("7:terminal", request=self._request, get_updates_request=self._request)

    async def __aenter__(self) -> Desk:
        await self._bot.initialize()
        return Desk(self._bot, self._request, self._output)

    async def __aexit__(self, *_: object) -> None:
        await self._bot.shutdown()


async def test_a_message_shows_its_text_and_numbered_buttons(desk: Desk) -> None:
    await desk.bot.send_message(
        PERSON_ID, "<b>白日</b>依山尽，\n黄河入海流。 &lt;3", parse_mode="HTML", reply_markup=STARS
    )
    assert desk.seen() == ("白日依山尽，\n黄河入海流。 <3\n[1] ★1  [2] ★2  [3] ★3\n[4] Source\n\n")


async def test_styles_show_on_a_terminal_only() -> None:
    source = '<b>白日</b> <a href="https://example.org">依山尽</a>'
    assert markup.plain(source) == "白日 依山尽 (https://example.org)"
    assert markup.styled(source).startswith("\x1b[0m\x1b[1m白日\x1b[0m")


async def test_what_people_type_does_not_steer_the_terminal(any_desk: Desk) -> None:
    await any_desk.bot.send_message(PERSON_ID, "a\x1b[2Jb\x07c")
    assert "a[2Jbc" in any_desk.seen()


async def test_lines_become_messages_of_one_person(desk: Desk) -> None:
    update = desk.types("/couplet 白日依山尽")
    message = update.message
    assert message is not None
    assert (message.chat.id, message.chat.type) == (PERSON_ID, "private")
    assert message.from_user is not None
    assert message.from_user.language_code == "en"
    assert message.parse_entities() == {message.entities[0]: "/couplet"}
    assert desk.types("写诗").message.entities == ()  # type: ignore[union-attr]


async def test_a_number_presses_a_button_of_the_latest_keyboard(desk: Desk) -> None:
    assert desk.request.button("1") is None, "nothing to press yet"
    await desk.bot.send_message(PERSON_ID, "一", reply_markup=STARS)
    second = await desk.bot.send_message(PERSON_ID, "二", reply_markup=STARS)
    await desk.bot.send_message(PERSON_ID, "三")
    query = desk.presses("2").callback_query
    assert query is not None
    assert query.data == "r1:poem:2"
    assert query.message is not None
    assert query.message.message_id == second.message_id
    assert desk.request.button("9") is None
    assert desk.request.button("白") is None
    link = desk.request.button("4")
    assert link is not None
    assert link.url == "https://example.org"

    desk.seen()
    await query.answer("Thanks")
    assert desk.seen() == "» Thanks\n"


async def test_numbers_stand_for_the_buttons_that_were_shown(desk: Desk) -> None:
    sent = await desk.bot.send_message(PERSON_ID, "一", reply_markup=STARS)
    average = [InlineKeyboardButton("★ 3.0", callback_data="a1:poem")]
    await sent.edit_reply_markup(InlineKeyboardMarkup([average, *STARS.inline_keyboard]))
    query = desk.presses("2").callback_query
    assert query is not None
    assert query.data == "r1:poem:2", "nobody has seen the new button"


async def test_an_edit_is_shown_if_its_text_changed(desk: Desk) -> None:
    sent = await desk.bot.send_message(PERSON_ID, "一", reply_markup=STARS)
    desk.seen()
    await sent.edit_reply_markup(None)
    assert not desk.seen()
    assert desk.request.button("1") is None, "the keyboard is gone"
    await sent.edit_text("二")
    assert desk.seen() == "二\n\n"
    with pytest.raises(BadRequest, match="not modified"):
        await sent.edit_text("二")
    await sent.delete()
    with pytest.raises(BadRequest, match="not found"):
        await sent.edit_text("三")


async def test_the_line_after_a_question_is_its_answer(desk: Desk) -> None:
    await desk.bot.send_message(PERSON_ID, "一", reply_markup=STARS)
    question = await desk.bot.send_message(PERSON_ID, "Which line?", reply_markup=ForceReply())
    assert desk.request.button("1") is None, "a number may be an answer too"
    answer = desk.types("白日依山尽").message
    assert answer is not None
    assert answer.reply_to_message is not None
    assert answer.reply_to_message.message_id == question.message_id
    later = desk.types("黄河入海流").message
    assert later is not None
    assert later.reply_to_message is None


def content(path: Path) -> bytes:
    return path.read_bytes()


async def test_a_picture_is_a_file_whose_path_is_shown(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    await desk.bot.send_message(PERSON_ID, "一", reply_markup=STARS)
    desk.seen()
    sent = await desk.bot.send_photo(PERSON_ID, b"\xff\xd8\xff")
    shown = desk.seen()
    path = Path(shown.removesuffix("\n\n"))
    assert path.is_relative_to(tmp_path)
    assert content(path) == b"\xff\xd8\xff"
    assert desk.request.button("1") is not None, "the verse keeps its buttons"
    again = await desk.bot.send_photo(PERSON_ID, sent.photo[-1].file_id)
    assert again.photo == sent.photo
    assert desk.seen() == shown
    other = await desk.bot.send_photo(PERSON_ID, b"\xff\xd8\xff")
    assert other.photo != sent.photo
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await desk.bot.send_photo(PERSON_ID, "picture:9")


async def test_a_picture_turns_into_another_in_its_place(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sent = await desk.bot.send_photo(PERSON_ID, b"\xff\xd8\xff", caption="诗", reply_markup=STARS)
    shown = desk.seen()
    assert shown.startswith("诗\n") and "[1]" in shown
    pressed = desk.presses("1").callback_query
    assert pressed is not None and isinstance(pressed.message, Message)
    assert (pressed.message.photo, pressed.message.caption is not None) == (sent.photo, True)
    place: dict[str, Any] = {
        "chat_id": PERSON_ID,
        "message_id": sent.message_id,
        "reply_markup": STARS,
    }
    new = await desk.bot.edit_message_media(InputMediaPhoto(b"\xff\xd8\xfe"), **place)
    assert isinstance(new, Message) and new.photo != sent.photo
    path = Path(desk.seen().splitlines()[0])
    assert content(path) == b"\xff\xd8\xfe"
    known = InputMediaPhoto(sent.photo[-1].file_id)
    old = await desk.bot.edit_message_media(known, **place)
    assert isinstance(old, Message) and old.photo == sent.photo
    with pytest.raises(BadRequest, match="not modified"):
        await desk.bot.edit_message_media(known, **place)


async def test_what_has_no_place_in_a_terminal_does_no_harm(desk: Desk) -> None:
    await desk.bot.set_my_commands([BotCommand("poem", "A poem")])
    assert not await desk.bot.get_my_commands()
    await desk.bot.send_chat_action(PERSON_ID, "typing")
    assert (await desk.bot.get_chat_member(PERSON_ID, PERSON_ID)).status == "member"
    with pytest.raises(BadRequest, match="Chat not found"):
        await desk.bot.send_message(-100, "一")
    with pytest.raises(BadRequest):
        await desk.bot.pin_chat_message(PERSON_ID, 1)
    assert not desk.seen()
