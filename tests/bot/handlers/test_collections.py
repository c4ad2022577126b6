"""/kept, /mine and /export: what a person keeps, what was made for them, and all of it."""

from __future__ import annotations

import json

import pytest

from bot.store import Store
from tests.bot.databases import new_poem
from tests.telegram import FakeTelegram, Message, User

pytestmark = pytest.mark.usefixtures("bot")

TEXTS = [f"{number}日依山尽，黄河入海流。" for number in "一二三四五六七"]


def labels(message: Message) -> list[list[str]]:
    return [[button.text for button in row] for row in message.keyboard]


async def keeps(person: User, store: Store, texts: list[str]) -> list[str]:
    """Has the person keep verses of everybody's, by public id."""
    await person.asks("/start")
    found = []
    for text in texts:
        poem = await store.poems.add(new_poem(text))
        await store.favourites.keep(person.id, poem.public_id)
        found.append(poem.public_id)
    return found


async def presses(person: User, message: Message, button: str) -> str:
    click = person.clicks(message, button)
    await person.telegram.settled()
    return click.answer


async def test_nothing_kept_yet_says_how(ada: User) -> None:
    answer = await ada.asks("/kept")
    assert "Tap ♡ under a verse" in answer.text
    assert not answer.buttons
    assert "Ask for a /poem" in (await ada.asks("/mine")).text


async def test_what_is_kept_is_leafed_through_in_its_place(ada: User, store: Store) -> None:
    await keeps(ada, store, TEXTS)
    message = await ada.asks("/kept")
    assert message.text.startswith(
        "What you keep · 7 verses\n\n1. 七日依山尽，黄河入海流。\n2. 六日"
    )
    assert "Page 1 of 2" in message.text
    assert labels(message) == [["1", "2", "3", "4", "5"], ["›", "Remove …"]]
    await presses(ada, message, "›")
    assert "6. 二日依山尽" in message.text
    assert labels(message) == [["6", "7"], ["‹", "Remove …"]]
    await presses(ada, message, "6")
    assert ada.last_answer.text.startswith("二日依山尽，黄河入海流。")
    assert labels(ada.last_answer)[-1][0] == "♥ Kept"


async def test_what_is_kept_is_removed_one_by_one(ada: User, store: Store) -> None:
    await keeps(ada, store, TEXTS[:6])
    message = await ada.asks("/kept")
    await presses(ada, message, "›")
    await presses(ada, message, "Remove …")
    assert "Which one shall go?" in message.text
    assert labels(message) == [["✕ 6"], ["‹", "Done"]]
    assert await presses(ada, message, "✕ 6") == "Removed."
    assert labels(message) == [["✕ 1", "✕ 2", "✕ 3", "✕ 4", "✕ 5"], ["Done"]], "its page is gone"
    await presses(ada, message, "Done")
    assert message.text.startswith("What you keep · 5 verses")
    assert await store.favourites.count(ada.id) == 5


async def test_the_last_one_leaves_an_empty_list(ada: User, store: Store) -> None:
    (poem,) = await keeps(ada, store, TEXTS[:1])
    message = await ada.asks("/kept")
    assert message.text.startswith("What you keep · 1 verse\n")
    await presses(ada, message, "Remove …")
    await presses(ada, message, "✕ 1")
    assert "You keep nothing yet" in message.text
    click = ada.forges_click(message, f"x1:kept:1:{poem}:ask")
    await ada.telegram.settled()
    assert click.answer == "It was removed already."


async def test_what_was_made_for_one_is_forgotten_in_two_steps(ada: User, store: Store) -> None:
    worded, drawn = await ada.asks("/poem 明月"), await ada.asks("/poem")
    ids = [str(message.buttons[0].data).split(":")[1] for message in (worded, drawn)]
    message = await ada.asks("/mine")
    assert message.text.startswith("Made for you · 2 verses")
    await presses(ada, message, "Remove …")
    await presses(ada, message, "✕ 2")
    assert "With it go its ratings" in message.text
    assert "on 明月" in message.text
    await presses(ada, message, "No, leave it")
    assert await store.poems.get(ids[0]) is not None
    await presses(ada, message, "✕ 2")
    assert await presses(ada, message, "Yes, remove it") == "Removed."
    assert await store.poems.get(ids[0]) is None

    await presses(ada, message, "✕ 1")
    assert "stays in the world" in message.text
    await presses(ada, message, "Yes, remove it")
    left = await store.poems.get(ids[1])
    assert left is not None
    assert (left.user_id, left.chat_id) == (None, None)
    assert "Nothing was made for you yet" in message.text


async def test_nobody_leafs_through_what_is_anothers(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    (poem,) = await keeps(ada, store, TEXTS[:1])
    hello = await li.asks("/start")
    li.forges_click(hello, "b1:kept:1:open")
    await telegram.settled()
    assert "一日依山尽" not in hello.text, "the list of who presses is shown, and it is empty"
    click = li.forges_click(hello, f"x1:kept:1:{poem}:ask")
    await telegram.settled()
    assert click.answer == "这首诗先前就移除了。"
    assert await store.favourites.has(ada.id, poem)
    made = str((await ada.asks("/poem")).buttons[0].data).split(":")[1]
    li.forges_click(hello, f"x1:mine:1:{made}:yes")
    await telegram.settled()
    kept = await store.poems.get(made)
    assert kept is not None
    assert kept.user_id == ada.id


async def test_in_a_group_the_way_leads_to_the_private_chat(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    await keeps(ada, store, TEXTS[:1])
    group = telegram.supergroup("诗社", ada)
    ada.adds_bot_to(group)
    for command in ("kept", "mine", "export"):
        answer = await ada.asks(f"/{command}@qibu_test_bot", group)
        assert "一日" not in answer.text
        (button,) = answer.buttons
        assert button.url == f"https://t.me/qibu_test_bot?start={command}"
    click = ada.forges_click(group.last_answer, "b1:kept:1:open")
    await telegram.settled()
    assert click.url == "https://t.me/qibu_test_bot?start=kept"
    assert "一日依山尽" in (await ada.asks("/start kept")).text
    assert "Nothing was made for you yet" in (await ada.asks("/start mine")).text


async def test_the_best_of_the_month_are_a_list_of_their_own(ada: User) -> None:
    best = await ada.asks("/top month")
    assert best.text.startswith("The best verse · This month")
    assert [b.text for b in best.buttons] == ["This week", "· This month ·", "All time"]
    await presses(ada, best, "All time")
    assert "All time" in best.text
    assert (await ada.asks("/top 本月")).text.startswith("The best verse · This month")


async def test_an_export_holds_everything_of_a_person(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    await keeps(ada, store, TEXTS[:1])
    poem = await ada.asks("/poem 明月")
    await presses(ada, poem, "★4")
    await presses(ada, poem, "Vary")
    file = await ada.asks("/export")
    assert file.document is not None
    assert "/forget removes it" in file.text
    content = json.loads(telegram.files[file.document])
    assert content["person"]["id"] == ada.id
    assert content["person"]["language_code"] == "en"
    assert [chat["id"] for chat in content["chats"]] == [ada.id]
    original, variation = content["verses"]
    assert (original["your_words"], original["made_by"]) == ("明月", "poem")
    assert (variation["variation_of"], variation["made_by"]) == (original["id"], "vary")
    assert content["ratings"][0]["stars"] == 4
    assert content["kept"][0]["text"] == TEXTS[0]
    assert content["sent_to_you"]
    await store.users.forget(ada.id)
    empty = json.loads(telegram.files[(await ada.asks("/export")).document or ""])
    assert [empty[part] for part in ("verses", "ratings", "kept", "sent_to_you")] == [[]] * 4
