"""The papers under a card: another one in its place, and one for the whole chat."""

from __future__ import annotations

import pytest

from bot.store import Store
from tests.bot.databases import new_poem
from tests.telegram import FakeTelegram, Message, User

pytestmark = pytest.mark.usefixtures("bot")


async def a_card(user: User, telegram: FakeTelegram, store: Store) -> Message:
    """The card of a verse that speaks of the moon."""
    poem = await store.poems.add(new_poem("明月松间照，清泉石上流。"))
    hello = await user.asks("/start")
    user.forges_click(hello, f"c1:{poem.public_id}")
    await telegram.settled()
    assert user.last_answer.photo is not None
    return user.last_answer


def labels(card: Message) -> list[list[str]]:
    return [[button.text for button in row] for row in card.keyboard]


def uploads(telegram: FakeTelegram) -> int:
    return len(telegram.files)


async def test_a_card_has_its_paper_marked_and_three_others(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    assert labels(await a_card(ada, telegram, store)) == [
        ["Rice paper", "· Night ·", "Bamboo", "Autumn"],
        ["Always this paper here"],
    ]
    assert labels(await a_card(li, telegram, store)) == [
        ["宣纸", "· 墨夜 ·", "竹青", "秋色"],
        ["这里都用这种纸"],
    ]


async def test_another_paper_takes_the_cards_place_and_is_painted_once(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    card = await a_card(ada, telegram, store)
    answers, shown = len(ada.answers), [card.photo]
    for paper in ("Bamboo", "Night", "Bamboo", "Rice paper", "Autumn"):
        click = ada.clicks(card, paper)
        await telegram.settled()
        assert (click.answered, click.answer) == (True, "")
        assert f"· {paper} ·" in labels(card)[0]
        shown.append(card.photo)
    assert len(ada.answers) == answers, "nothing new was sent"
    assert shown[1] == shown[3] and shown[0] == shown[2]
    assert len(set(shown)) == uploads(telegram) == 4


async def test_the_paper_that_is_there_says_so(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    card = await a_card(ada, telegram, store)
    click = ada.clicks(card, "· Night ·")
    await telegram.settled()
    assert click.answer == "This is the paper: Night."
    assert telegram.calls_of("editMessageMedia") == []


async def test_a_chat_may_have_a_paper_of_its_own(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    card = await a_card(ada, telegram, store)
    ada.clicks(card, "Autumn")
    await telegram.settled()
    click = ada.clicks(card, "Always this paper here")
    await telegram.settled()
    assert click.answer.endswith("come on this paper here: Autumn.")
    chat = await store.chats.get(ada.id)
    assert chat is not None and chat.card_theme == "autumn"
    assert labels(card)[1] == ["Let each verse choose its paper"]
    assert "· Autumn ·" in labels(await a_card(ada, telegram, store))[0]

    ada.clicks(card, "Let each verse")
    await telegram.settled()
    chat = await store.chats.get(ada.id)
    assert chat is not None and chat.card_theme is None
    assert "· Night ·" in labels(await a_card(ada, telegram, store))[0]


async def test_in_a_group_everybody_turns_a_card_and_admins_choose_for_all(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    group = telegram.supergroup("诗社", ada, li)
    ada.adds_bot_to(group)
    poem = await ada.asks("/poem@qibu_test_bot", group)
    ada.clicks(poem, "Card")
    await telegram.settled()
    card = group.last_answer
    other = next(b for b in card.keyboard[0] if not b.text.startswith("·"))
    li.clicks(card, other.text)
    await telegram.settled()
    assert any(f"· {name} ·" in labels(card)[0] for name in (other.text, *("宣纸", "墨夜")))
    click = li.clicks(card, card.keyboard[1][0].text)
    await telegram.settled()
    assert (click.alert, click.answer) == (True, "这项设置只有这里的管理员能改。")
    chat = await store.chats.get(group.id)
    assert chat is not None and chat.card_theme is None
    ada.clicks(card, card.keyboard[1][0].text)
    await telegram.settled()
    chat = await store.chats.get(group.id)
    assert chat is not None and chat.card_theme is not None


async def test_what_is_gone_is_said(ada: User, telegram: FakeTelegram, store: Store) -> None:
    card = await a_card(ada, telegram, store)
    click = ada.forges_click(card, "cp1:nosuchpoem00:bamboo")
    await telegram.settled()
    assert (click.alert, click.answer) == (True, "This verse is no longer here.")
    ada.deletes(card)
    ada.clicks(card, "Bamboo")
    await telegram.settled()
    assert ada.last_answer is not card and ada.last_answer.photo is not None


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Bad Request: message can't be edited", ""),
        ("Bad Request: not enough rights to send photos to the chat", "I may not send pictures"),
        ("Bad Request: IMAGE_PROCESS_FAILED", "Something went wrong here"),
    ],
)
async def test_why_a_paper_did_not_change_is_told(
    ada: User, telegram: FakeTelegram, store: Store, description: str, expected: str
) -> None:
    card = await a_card(ada, telegram, store)
    telegram.fails_next("editMessageMedia", 400, description)
    click = ada.clicks(card, "Bamboo")
    await telegram.settled()
    assert click.answered
    assert click.answer.startswith(expected)


async def test_an_edit_that_timed_out_is_told_and_may_be_tried_again(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    card = await a_card(ada, telegram, store)
    telegram.delivers_then_times_out("editMessageMedia")
    click = ada.clicks(card, "Bamboo")
    await telegram.settled()
    assert click.answer.startswith("Telegram did not confirm the card.")
    ada.clicks(card, "Autumn")
    await telegram.settled()
    assert "· Autumn ·" in labels(card)[0]


@pytest.mark.parametrize(
    "data",
    ["cp1:nosuchpoem00:", "cp1:nosuchpoem00:gold", "cu1:nosuchpoem00:night", "cp2:nosuchpoem00:x"],
)
async def test_forged_papers_do_nothing(
    ada: User, telegram: FakeTelegram, store: Store, data: str
) -> None:
    card = await a_card(ada, telegram, store)
    click = ada.forges_click(card, data)
    await telegram.settled()
    assert click.answer.startswith("This button no longer works")


async def test_a_paper_pressed_on_a_text_leaves_the_text(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    poem = await store.poems.add(new_poem("明月松间照，清泉石上流。"))
    hello = await ada.asks("/start")
    words = hello.text
    ada.forges_click(hello, f"cp1:{poem.public_id}:bamboo")
    await telegram.settled()
    assert (hello.text, hello.photo) == (words, None)
    assert ada.last_answer.photo is not None
