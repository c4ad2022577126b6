"""Links to verse: who makes them, who may follow them, and how they end."""

from __future__ import annotations

import pytest

from bot.store import Store
from tests.bot.databases import new_poem
from tests.bot.handlers.verses import poem_id
from tests.telegram import FakeTelegram, Message, User

pytestmark = pytest.mark.usefixtures("bot")

LINK = "https://t.me/qibu_test_bot?start=v_"


async def presses(person: User, message: Message, button: str) -> str:
    click = person.clicks(message, button)
    await person.telegram.settled()
    return click.answer


def address(message: Message) -> str:
    """What /start is told by the link on a page."""
    (line,) = [line for line in message.text.split("\n") if line.startswith(LINK)]
    return line.removeprefix("https://t.me/qibu_test_bot?start=")


async def test_verse_from_random_numbers_is_everybodys_to_pass_on(ada: User, li: User) -> None:
    message = await ada.asks("/poem")
    shown, poem = message.text, poem_id(message)
    await presses(ada, message, "Share")
    assert address(message) == f"v_{poem}"
    urls = [button.url for button in message.buttons if button.url]
    assert urls[-1].startswith("https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fqibu_test_bot")
    assert not [b for b in message.buttons if b.text == "Stop sharing"]
    opened = await li.asks(f"/start v_{poem}")
    assert opened.text.split("\n")[0] == shown.split("\n")[0]
    assert [button.text for button in opened.keyboard[-1]] == ["♡ 收藏", "分享", "卡片"]
    await presses(ada, message, "‹ Verse")
    assert message.text == shown


async def test_of_a_persons_words_only_they_make_a_link_and_take_it_back(
    ada: User, li: User, store: Store
) -> None:
    message = await ada.asks("/poem 明月")
    poem = poem_id(message)
    gone = await li.asks(f"/start v_{poem}")
    assert gone.text.startswith("这首诗已经不在了")

    await presses(ada, message, "Share")
    assert "This verse grew from your words" in message.text
    assert LINK not in message.text
    await presses(ada, message, "Make a link")
    assert address(message) == f"v_{poem}"

    opened = await li.asks(f"/start v_{poem}")
    assert opened.text.endswith("缘起友人的字句"), "a theme that this verse does not hold"
    await presses(li, opened, "♡ 收藏")
    assert (await li.asks("/kept")).text.startswith("你的收藏 · 1 首")

    assert await presses(ada, message, "Stop sharing") == "The link opens nothing any more."
    assert "This verse grew from your words" in message.text
    assert (await li.asks(f"/start v_{poem}")).text == gone.text
    assert "还没有收藏" in (await li.asks("/kept")).text
    for button in ("卡片", "变奏", "格律"):
        assert await presses(li, opened, button) == "这首诗已经不在这里了。"


async def test_a_link_does_not_tell_words_that_are_not_in_the_verse(
    ada: User, li: User, telegram: FakeTelegram
) -> None:
    answer = await ada.asks("/couplet 千山鸟飞绝，万径人踪灭。")
    ada.clicks(answer, "②")
    await telegram.settled()
    own = ada.last_answer
    assert "grown from 千山鸟飞绝" in own.text
    await presses(ada, own, "Share")
    await presses(ada, own, "Make a link")
    opened = await li.asks(f"/start {address(own)}")
    assert "千山鸟飞绝" not in opened.text
    assert opened.text.endswith("五言联 · 缘起友人的字句")
    await presses(li, opened, "变奏")
    await presses(li, opened, "‹ 原诗")
    assert "千山鸟飞绝" not in opened.text


async def test_a_theme_that_stands_in_the_verse_is_told(ada: User, li: User, store: Store) -> None:
    await ada.asks("/start")
    poem = await store.poems.add(
        new_poem("明月松间照，清泉石上流。", public=False, user_id=ada.id, seed_text="明月")
    )
    await store.own_poems.share(ada.id, poem.public_id)
    opened = await li.asks(f"/start v_{poem.public_id}")
    assert opened.text.endswith("五言联 · 题「明月」")


async def test_an_acrostic_is_shared_with_its_heads(ada: User, li: User) -> None:
    message = await ada.asks("/acrostic 春夏")
    await presses(ada, message, "Share")
    await presses(ada, message, "Make a link")
    opened = await li.asks(f"/start {address(message)}")
    assert opened.text.endswith("藏头「春夏」")
    assert [opened.part(e) for e in opened.entities if e.type == "bold"] == ["春", "夏"]


async def test_sharing_in_a_group_leads_to_where_one_is_alone(
    ada: User, li: User, telegram: FakeTelegram
) -> None:
    group = telegram.supergroup("诗社", ada, li)
    ada.adds_bot_to(group)
    message = await ada.asks("/poem@qibu_test_bot 明月", group)
    shown, poem, share = message.text, poem_id(message), message.keyboard[-1][1].text
    stranger = li.clicks(message, share)
    own = ada.clicks(message, share)
    await telegram.settled()
    assert stranger.alert
    assert "Only they can share it" in stranger.answer or "只有本人能分享" in stranger.answer
    assert own.url == f"https://t.me/qibu_test_bot?start=h_{poem}"
    assert message.text == shown
    page = await ada.asks(f"/start h_{poem}")
    assert "This verse grew from your words" in page.text
    forged = li.forges_click(await li.asks("/start"), f"h1:{poem}:yes")
    await telegram.settled()
    assert forged.answer == "这首诗已经不在这里了。"
    await presses(ada, page, "Make a link")
    assert LINK in page.text


async def test_somebody_forgotten_leaves_no_link_behind(ada: User, li: User, store: Store) -> None:
    message = await ada.asks("/poem 明月")
    await presses(ada, message, "Share")
    await presses(ada, message, "Make a link")
    start = address(message)
    await store.users.forget(ada.id)
    assert "不在了" in (await li.asks(f"/start {start}")).text
    assert await presses(ada, message, "Stop sharing") == "This verse is no longer here."


@pytest.mark.parametrize("start", ["v_nosuchpoem00", "h_nosuchpoem00"])
async def test_a_link_to_nothing_says_so(ada: User, start: str) -> None:
    assert (await ada.asks(f"/start {start}")).text.startswith("This verse is no longer there")


@pytest.mark.parametrize("start", ["v_short", "x", "v_<b>", "V_nosuchpoem00"])
async def test_an_unknown_link_greets(ada: User, start: str) -> None:
    assert (await ada.asks(f"/start {start}")).text.startswith("Qibu 七步 writes")
