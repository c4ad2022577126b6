"""/acrostic as people meet it."""

from __future__ import annotations

import re

import pytest

from bot.store import Store
from tests.bot.worker import LocalWorker
from tests.model.service.poet import UNKNOWN
from tests.telegram import FakeTelegram, Message, User

pytestmark = pytest.mark.usefixtures("bot")

STARS = ["★1", "★2", "★3", "★4", "★5"]


def heads(message: Message) -> str:
    """The first characters of the lines of verse."""
    lines = re.findall(r"[一-鿿]{5,7}(?=[，。])", message.text)
    return "".join(line[0] for line in lines)


async def test_two_characters_make_a_couplet_and_four_a_quatrain(ada: User, li: User) -> None:
    couplet = await ada.asks("/acrostic 春夏")
    assert heads(couplet) == "春夏"
    assert re.search("-character couplet · acrostic 春夏$", couplet.text)
    quatrain = await li.asks("/acrostic 生日快乐")
    assert heads(quatrain) == "生日快乐"
    assert re.search("[五七]绝 · 藏头「生日快乐」$", quatrain.text)
    assert [[button.text for button in row] for row in quatrain.keyboard] == [
        STARS,
        ["再来", "变奏", "格律"],
        ["♡ 收藏", "分享", "卡片"],
    ]


async def test_heads_are_set_bold(ada: User) -> None:
    answer = await ada.asks("/acrostic 七言 生日快乐")
    bold = [entity for entity in answer.entities if entity.type == "bold"]
    assert [entity.offset for entity in bold] == [0, 8, 17, 25]
    assert {entity.length for entity in bold} == {1}


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("七言 生日快乐", "Seven-character quatrain"),
        ("生日快乐 五绝", "Five-character quatrain"),
        ("seven spring rain", "Seven-character couplet"),
        ("couplet7 生日快乐", "Seven-character couplet"),
    ],
)
async def test_a_form_may_be_named(ada: User, words: str, form: str) -> None:
    assert f"{form} · acrostic " in (await ada.asks(f"/acrostic {words}")).text


@pytest.mark.parametrize(
    ("words", "stanzas", "lines"),
    [
        ("平安喜乐万事", 3, 2),
        ("生日快乐万事如意", 2, 4),
        ("对联 生日快乐万事如意", 4, 2),
        ("东南西北春夏秋冬梅兰", 5, 2),
        ("东南西北春夏秋冬梅兰竹菊", 3, 4),
    ],
)
async def test_longer_words_take_several_verses(
    ada: User, words: str, stanzas: int, lines: int
) -> None:
    answer = await ada.asks(f"/acrostic {words}")
    assert heads(answer) == words.removeprefix("对联 ")
    assert [row[0].text for row in answer.keyboard] == [*"①②③④⑤"[:stanzas], "Another"]
    assert len(re.findall("[，。]", answer.text)) == stanzas * lines
    assert answer.text.startswith("①\n" if lines == 4 else "① ")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("春", "or have it as a theme: /poem 春"),
        ("李太白", "李太白 has 3 characters. Add one, or leave one out"),
        ("一二三四五六七八九", "has 9 characters"),
        ("一二三四五六七八九十一二三四", "has 14 characters, and I spell 12 at most"),
        ("七绝 平安喜乐万事", "Couplets would fit: /acrostic couplet 平安喜乐万事"),
        ("hello", "and I found none"),
        ("七律 生日快乐", "I do not write “七律”"),
        (f"春{UNKNOWN}", UNKNOWN),
    ],
)
async def test_what_cannot_be_spelled_is_explained(ada: User, words: str, expected: str) -> None:
    answer = await ada.asks(f"/acrostic {words}")
    assert expected in answer.text
    assert not answer.buttons


async def test_without_heads_it_asks_and_takes_the_reply(
    ada: User, li: User, telegram: FakeTelegram
) -> None:
    question = await ada.asks("/acrostic")
    assert question.asks_for_reply
    assert heads(await ada.asks("春夏")) == "春夏", "in private, where other words are /couplet"
    group = telegram.group("诗社", ada, li)
    ada.adds_bot_to(group)
    assert (await li.asks("/acrostic@qibu_test_bot", group)).asks_for_reply
    answer = await li.asks("生日快乐", group)
    assert heads(answer) == "生日快乐"
    assert answer.reply_to is not None and answer.reply_to.sender is li


async def test_a_channel_is_not_asked(ada: User, telegram: FakeTelegram) -> None:
    channel = telegram.channel("Tang", ada)
    ada.adds_bot_to(channel)
    ada.posts("/acrostic", channel)
    await telegram.settled()
    assert not channel.last_answer.asks_for_reply
    assert "/acrostic 生日快乐" in channel.last_answer.text
    ada.posts("/acrostic 生日快乐万事如意", channel)
    await telegram.settled()
    assert [row[0].text for row in channel.last_answer.keyboard] == ["①", "②"]


async def test_whoever_writes_traditional_characters_reads_them(ada: User) -> None:
    assert heads(await ada.asks("/acrostic 生日快樂")) == "生日快樂"


async def test_poem_and_plain_words_know_it_too(ada: User, li: User) -> None:
    assert heads(await ada.asks("/poem 藏头诗 生日快乐")) == "生日快乐"
    assert heads(await ada.asks("an acrostic of spring rain")) == "春雨"
    assert heads(await li.asks("写一首藏头诗：春夏秋冬")) == "春夏秋冬"


@pytest.mark.parametrize("words", ["生日快乐", "couplet5 生日快乐"])
async def test_another_spells_the_same_in_the_same_form(
    ada: User, telegram: FakeTelegram, worker: LocalWorker, words: str
) -> None:
    first = await ada.asks(f"/acrostic {words}")
    ada.clicks(first, "Another")
    await telegram.settled()
    second = ada.last_answer
    assert second is not first
    assert heads(second) == heads(first) == "生日快乐"
    assert second.text != first.text
    assert second.text.splitlines()[-1] == first.text.splitlines()[-1]
    assert len(second.keyboard) == len(first.keyboard)


async def test_heads_stay_in_their_chat_and_go_with_their_person(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    answer = await ada.asks("/acrostic 生日快乐")
    data = answer.buttons[0].data
    assert data is not None
    public_id = data.split(":")[1]
    poem = await store.poems.get(public_id)
    assert poem is not None
    assert (poem.command, poem.seed_text, poem.public) == ("acrostic", "生日快乐", False)
    click = li.forges_click(await li.asks("/start"), f"n1:{public_id}")
    await telegram.settled()
    assert click.answer == "这首诗已经不在这里了。"
    await store.users.forget(ada.id)
    assert await store.poems.get(public_id) is None


async def test_of_a_stanza_from_a_list_another_spells_all(
    ada: User, telegram: FakeTelegram
) -> None:
    answer = await ada.asks("/acrostic 生日快乐万事如意")
    ada.clicks(answer, "★5")
    await telegram.settled()
    best = await ada.asks("/top")
    assert "……" in best.text, "of a quatrain, a list shows the beginning"
    ada.clicks(best, "1")
    await telegram.settled()
    assert heads(ada.last_answer) == "生日快乐"
    ada.clicks(ada.last_answer, "Another")
    await telegram.settled()
    assert heads(ada.last_answer) == "生日快乐万事如意"
