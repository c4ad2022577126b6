"""The strings: all languages say the same things, the code no others, and values are safe."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message

import bot
from bot import texts
from bot.pages import channels, talk
from bot.pages.page import Reader
from bot.store import ChatRecord
from bot.texts import ENGLISH, LANGUAGES, SIMPLIFIED, TRADITIONAL, Html
from bot.texts.catalog import read_catalog
from model.verse import Script
from tests.telegram.markup import read as read_markup

CODE = Path(bot.__file__).parent
HAN = "[㐀-鿿]"


def messages(tag: str) -> dict[str, Message]:
    found = {}
    for message in read_catalog(tag):
        if message.id:
            found[message.id if isinstance(message.id, str) else message.id[0]] = message
    return found


def strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def placeholders(message: Message) -> set[str]:
    return {name for text in strings(message) for _, name, _, _ in Formatter().parse(text) if name}


def keys_in_code() -> set[str]:
    """Every string literal of the bot that looks like a key."""
    found = set()
    for file in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found | {key for key, _ in keys_in_templates()}


def keys_in_templates() -> Iterator[tuple[str, str]]:
    """Every text that a template asks for."""
    for file in CODE.rglob("templates/*"):
        for key in re.findall(r"""\bt\("([a-z_.]+)\"""", file.read_text()):
            yield key, file.name


def keys_said() -> Iterator[tuple[str, str]]:
    """Every literal with which some text is asked for."""
    for file in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            if name in ("say", "plain") and isinstance(first, ast.Constant):
                yield str(first.value), f"{file.name}:{node.lineno}"


def test_all_languages_have_the_same_texts_with_the_same_values() -> None:
    english, chinese = messages(ENGLISH), messages(SIMPLIFIED)
    assert set(english) == set(chinese)
    for key, message in english.items():
        assert placeholders(message) == placeholders(chinese[key]), key
        assert message.pluralizable == chinese[key].pluralizable, key


def test_no_text_is_empty() -> None:
    for tag in (ENGLISH, SIMPLIFIED):
        for key, message in messages(tag).items():
            assert all(text.strip() for text in strings(message)), (tag, key)


def test_every_text_is_used() -> None:
    assert set(messages(ENGLISH)) - keys_in_code() == set()


def test_every_text_that_is_asked_for_exists() -> None:
    known = set(messages(ENGLISH))
    asked = [*keys_said(), *keys_in_templates()]
    missing = [(key, where) for key, where in asked if key not in known]
    assert missing == []


@pytest.mark.parametrize("tag", [ENGLISH, SIMPLIFIED])
def test_telegram_takes_the_markup_of_every_text(tag: str) -> None:
    for key, message in messages(tag).items():
        for text in strings(message):
            assert read_markup(text, "HTML").text, key


def test_chinese_is_set_as_chinese_is() -> None:
    for key, message in messages(SIMPLIFIED).items():
        for text in strings(message):
            plain = re.sub("<[^>]+>", "", re.sub("<code>.*?</code>", "◌", text))
            if not key.startswith("example."):  # what people type has words
                assert not re.search(f"{HAN} {HAN}", plain), f"{key}: a space between characters"
            assert not re.search(f"{HAN}[,;!?]|[,;!?]{HAN}", plain), f"{key}: Latin punctuation"
            assert not re.search(f"{HAN}[0-9A-Za-z/]|[0-9A-Za-z]{HAN}", plain), (
                f"{key}: no air between Han and Latin"
            )
            assert not re.search("[，。！？：；「」（）] | [，。！？：；」）]", plain), (
                f"{key}: a space beside full-width punctuation"
            )


def test_traditional_chinese_is_made_of_simplified() -> None:
    loaded = texts.load()
    assert loaded.for_language(TRADITIONAL).plain("form.couplet5") == "五言聯"
    assert loaded.for_language(TRADITIONAL)("made.theme", words="月") == "題「月」"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ((None, "zh"), SIMPLIFIED),
        ((None, "zh-CN"), SIMPLIFIED),
        ((None, "zh-hans"), SIMPLIFIED),
        ((None, "zh_TW"), TRADITIONAL),
        ((None, "zh-hant-HK"), TRADITIONAL),
        ((None, "zh-Hans-HK"), SIMPLIFIED),
        ((None, "yue"), TRADITIONAL),
        ((None, "en-GB"), ENGLISH),
        ((None, "fr"), ENGLISH),
        ((None, None), ENGLISH),
        (("en", "zh"), ENGLISH),
        (("zh-Hant", "en"), TRADITIONAL),
        (("tlh", "zh"), SIMPLIFIED),
    ],
)
def test_the_first_language_that_exists_is_spoken(
    tags: tuple[str | None, ...], expected: str
) -> None:
    assert texts.negotiate(*tags) == expected
    assert texts.load().for_language(*tags).tag == expected


def test_values_are_text_unless_they_are_html() -> None:
    say = texts.load().for_language(ENGLISH)
    assert say("hint.command", command="<b>&") == (
        "I do not know &lt;b&gt;&amp;. /help shows all I can do."
    )
    assert "<i>x</i>" in say("hint.command", command=Html("<i>x</i>"))
    assert "<b>&" in say.plain("hint.command", command="<b>&"), "plain text needs no escaping"


def test_numbers_have_their_plural() -> None:
    say = texts.load().for_language(ENGLISH)
    assert say("forget.poems", n=1) == "1 verse"
    assert say("forget.poems", n=0) == "0 verses"


def test_an_unknown_key_is_loud() -> None:
    with pytest.raises(KeyError, match=r"no\.such"):
        texts.load().for_language(ENGLISH)("no.such")


def test_dates_times_and_places_are_written_as_people_do() -> None:
    loaded = texts.load()
    english, chinese = loaded.for_language(ENGLISH), loaded.for_language(SIMPLIFIED)
    summer = datetime(2026, 7, 5, tzinfo=UTC)
    assert english.date(date(2026, 7, 5)) == "5 July 2026"
    assert chinese.date(date(2026, 7, 5)) == "2026年7月5日"
    assert english.time(time(8, 5)) == "08:05"
    assert english.zone("Europe/Berlin", summer) == "Berlin (UTC+2)"
    assert chinese.zone("Asia/Shanghai", summer) == "上海（UTC+8）"
    assert english.zone("America/St_Johns", summer) == "St. John’s (UTC−2:30)"
    assert english.zone("Etc/GMT-8", summer) == "UTC+8"
    assert english.zone("UTC", summer) == "UTC"
    assert len({loaded.for_language(tag).number(4.26) for tag in LANGUAGES}) == 1


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_notice_fits_whatever_the_title_of_a_chat(tag: str) -> None:
    reader = Reader.of(texts.load().for_language(tag), Script.SIMPLIFIED)
    title = "月" * 128  # Telegram's longest
    chat = ChatRecord(-5, "channel", title, None, Script.SIMPLIFIED, "UTC", None, None, "left", 0)
    told = [talk.unanswered(reader.say, title, wait) for wait in (0, 1, 86_400)]
    assert max(map(len, [*told, channels.not_there(reader, chat)])) <= 200
