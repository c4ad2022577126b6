"""Variations, prosody and hearts: what the buttons below a verse do in its place."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.app import AnyApplication, build_application
from bot.pages import buttons
from bot.poet import PoetClient, WorkerAddress
from bot.services import Services
from bot.store import Store
from bot.usecases.vary import DISTANCES
from model.poet import Near
from model.verse import Verse
from tests.bot.databases import new_poem
from tests.bot.handlers.conftest import KEY
from tests.bot.handlers.verses import kept, poem_id
from tests.bot.worker import LocalWorker
from tests.telegram import FakeTelegram, Message, User, running
from tests.telegram.groups import Group
from tests.telegram.messages import Click


async def presses(person: User, message: Message, button: str) -> str:
    """Presses a button; what was answered."""
    click = person.clicks(message, button)
    await person.telegram.settled()
    assert click.answered
    return click.answer


def labels(message: Message) -> list[list[str]]:
    return [[button.text for button in row] for row in message.keyboard]


# Vary


@pytest.mark.usefixtures("bot")
async def test_each_press_goes_a_step_farther_from_the_same_verse_and_back_again(
    ada: User, store: Store, worker: LocalWorker
) -> None:
    message = await ada.asks("/poem 五绝")
    original, shown = await kept(store, message), message.text
    distances = []
    for step in range(1, 4):
        assert await presses(ada, message, "Vary") == ""
        varied = await kept(store, message)
        assert message.text.startswith(varied.text)
        assert f"variation {step} of {len(DISTANCES)} · " in message.text
        assert (varied.parent_id, varied.public) == (original.id, True)
        assert varied.text != original.text
        distances.append(varied.distance)
        assert varied.distance is not None
        assert worker.poet.asked[-1]["near"] == Near(
            latent=original.latent, distance=varied.distance
        )
    assert distances == list(DISTANCES[:3])
    assert labels(message)[-2:] == [["‹ Original", "Vary", "Prosody"], ["♡ Keep", "Share", "Card"]]
    await presses(ada, message, "‹ Original")
    assert message.text == shown
    assert poem_id(message) == original.public_id
    assert len(ada.answers) == 1, "all in one message"


@pytest.mark.usefixtures("bot")
async def test_a_caption_counts_the_characters_that_are_left(ada: User, store: Store) -> None:
    message = await ada.asks("/poem 七言联")
    original = await kept(store, message)
    await presses(ada, message, "Vary")
    varied = await kept(store, message)
    same = sum(a == b for a, b in zip(original.text, varied.text, strict=True) if a not in "，。")
    assert f"{same} of 14 characters the same" in message.text


@pytest.mark.usefixtures("bot")
async def test_beyond_the_last_step_it_stays_as_far(ada: User, store: Store) -> None:
    message = await ada.asks("/poem")
    for _ in range(len(DISTANCES) + 2):
        await presses(ada, message, "Vary")
    assert (await kept(store, message)).distance == DISTANCES[-1]
    assert f"variation {len(DISTANCES)} of {len(DISTANCES)}" in message.text


@pytest.mark.usefixtures("bot")
async def test_of_another_poets_verse_the_verse_itself_says_where_to_look(
    ada: User, store: Store, worker: LocalWorker
) -> None:
    """Its latent means nothing to the poet of today."""
    old = await store.poems.add(new_poem())
    hello = await ada.asks("/start")
    ada.forges_click(hello, f"y1:{old.public_id}")
    await ada.telegram.settled()
    assert worker.poet.asked[-1]["near"] == Near(verse=Verse.parse(old.text), distance=DISTANCES[0])


@pytest.mark.usefixtures("bot")
async def test_a_variation_is_rated_as_a_verse_of_its_own(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    message = await ada.asks("/poem")
    first = poem_id(message)
    await presses(ada, message, "★2")
    await presses(ada, message, "Vary")
    second = poem_id(message)
    assert await presses(ada, message, "★5") == "★5, thank you! Yours is the first rating."
    means = [(await store.ratings.summary(poem)).mean for poem in (first, second)]
    assert means == [2.0, 5.0]


async def test_stars_that_come_late_never_bring_the_other_verse_back(
    services: Services, telegram: FakeTelegram, ada: User, store: Store
) -> None:
    """The star was pressed below the first verse, and is answered when the second stands there."""
    async with running(build_application(services, request=telegram.request()), telegram):
        message = await ada.asks("/poem")
        first = poem_id(message)
        data = f"r1:{first}:5"
        star = Click(telegram.next_query_id(), ada, message, data, telegram.clock.timestamp)
        telegram.clicks[star.id] = star
        pressed = star.json()
        await presses(ada, message, "Vary")
        second = poem_id(message)
        telegram.updates.add("callback_query", pressed)
        await telegram.settled()
    assert (await store.ratings.summary(first)).count == 1
    assert poem_id(message) == second
    assert all(first not in (button.data or "") for button in message.keyboard[0])


@pytest.mark.usefixtures("bot")
async def test_words_stay_where_they_were_said(ada: User, li: User, store: Store) -> None:
    message = await ada.asks("/poem 明月")
    await presses(ada, message, "Vary")
    varied = await kept(store, message)
    assert (varied.public, varied.seed_text, varied.user_id) == (False, "明月", ada.id)
    click = li.forges_click(await li.asks("/start"), f"y1:{varied.public_id}")
    await li.telegram.settled()
    assert (click.answer, click.alert) == ("这首诗已经不在这里了。", True)


@pytest.mark.usefixtures("bot")
async def test_in_a_group_a_verse_stays_for_the_others_unless_its_asker_turns_it(
    ada: User, li: User, telegram: FakeTelegram
) -> None:
    group, message = await in_group(telegram, ada, li)
    shown = message.text
    await presses(li, message, "变奏" if "变奏" in str(labels(message)) else "Vary")
    assert message.text == shown
    below = group.last_answer
    assert below.reply_to is message
    assert "1" in below.text
    await presses(ada, message, "Vary")
    assert message.text != shown
    await presses(li, below, below.keyboard[-2][1].text)
    assert len(group.answers) == 3, "greeting, verse, variation: whose it is turns it in its place"
    assert poem_id(message) != poem_id(below)


async def in_group(telegram: FakeTelegram, ada: User, li: User) -> tuple[Group, Message]:
    group = telegram.supergroup("诗社", ada, li)
    ada.adds_bot_to(group)
    return group, await ada.asks("/poem@qibu_test_bot", group)


@pytest.mark.usefixtures("bot")
async def test_a_verse_that_is_gone_or_too_old_is_answered_all_the_same(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    message = await ada.asks("/poem 明月")
    await store.users.forget(ada.id)
    for button in ("Vary", "Prosody", "♡ Keep", "Share"):
        assert await presses(ada, message, button) == "This verse is no longer here."

    fresh = await ada.asks("/poem")
    ada.deletes(fresh)
    for button in ("Vary", "Prosody"):
        before = len(ada.answers)
        ada.clicks(fresh, button)
        await telegram.settled()
        assert len(ada.answers) == before + 1, "below, for it cannot stand in its place"


async def test_below_a_picture_what_changes_comes_as_a_message_of_its_own(
    bot: AnyApplication, ada: User, telegram: FakeTelegram, store: Store, services: Services
) -> None:
    """As below the card of the poem of the day."""
    await ada.asks("/start")
    poem = await store.poems.add(new_poem())
    say = services.texts.for_language("en")
    markup = buttons.rating(say, {poem.public_id: None}, buttons.below(say, poem.public_id))
    await bot.bot.send_photo(ada.id, b"\xff\xd8\xff", caption="verse", reply_markup=markup)
    card = ada.last_answer
    await presses(ada, card, "Prosody")
    assert "Scheme · 仄起仄收" in ada.last_answer.text
    await presses(ada, card, "Vary")
    assert "variation 1 of" in ada.last_answer.text
    await presses(ada, card, "♡ Keep")
    assert (card.text, labels(card)[-1][0]) == ("verse", "♥ Kept")


@pytest.mark.usefixtures("bot")
async def test_readers_of_a_channel_rate_and_no_more(
    ada: User, li: User, telegram: FakeTelegram
) -> None:
    channel = telegram.channel("Tang", ada)
    ada.adds_bot_to(channel)
    ada.posts("/poem", channel)
    await telegram.settled()
    post = channel.last_answer
    shown = post.text
    poem = poem_id(post)
    for data in (f"y1:{poem}", f"g1:{poem}", f"s1:{poem}", f"h1:{poem}:ask"):
        click = li.forges_click(post, data)
        await telegram.settled()
        assert click.answer.startswith("In a channel I post only"), data
    assert channel.answers[-1] is post
    assert post.text == shown


async def test_a_poet_that_cannot_be_reached_is_explained_on_the_button(
    services: Services, store: Store, telegram: FakeTelegram, ada: User
) -> None:
    poem = await store.poems.add(new_poem())
    gone = PoetClient(WorkerAddress("http://127.0.0.1:9", SecretStr(KEY)), deadline=2)
    without = replace(services, poet=gone)
    async with running(build_application(without, request=telegram.request()), telegram):
        hello = await ada.asks("/start")
        for button in "yg":
            click = ada.forges_click(hello, f"{button}1:{poem.public_id}")
            await telegram.settled()
            assert "does not answer at the moment" in click.answer
        assert ada.answers == [hello]
    await gone.aclose()


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    "data",
    ["y1:", "y1:nosuchpoem00:1", "g1:x", "k1:nosuchpoem00:maybe", "h1:nosuchpoem00", "s1:🙂"],
)
async def test_forged_data_do_nothing(ada: User, telegram: FakeTelegram, data: str) -> None:
    poem = await ada.asks("/poem")
    click = ada.forges_click(poem, data)
    await telegram.settled()
    assert click.answer.startswith("This button no longer works")
    assert ada.answers == [poem]


# Prosody


@pytest.mark.usefixtures("bot")
async def test_prosody_stands_in_the_place_of_the_verse_and_makes_room_again(
    ada: User, store: Store
) -> None:
    poem = await store.poems.add(new_poem())
    message = await ada.asks(f"/start v_{poem.public_id}")
    shown = message.text
    await presses(ada, message, "Prosody")
    lines = message.text.split("\n")
    assert lines[:3] == [
        "白日依山尽\u3000●●○○●",
        "黄河入海流\u3000○○●●○",
        "Prosody · five-character couplet",
    ]
    assert "Scheme · 仄起仄收: oblique start, the first line does not rhyme" in lines
    assert "Rhyme · 下平 十一尤, by 平水韵: 流" in lines
    assert "Parallel · 白日–黄河 · 依山尽–入海流" in lines
    assert "Lines · 白日依山尽 stands in Tang or Song verse" in lines
    assert next(message.part(e) for e in message.entities if e.type == "bold") == "流"
    assert labels(message)[-2] == ["Another", "Vary", "Verse"]
    await presses(ada, message, "Verse")
    assert message.text == shown


@pytest.mark.usefixtures("bot")
async def test_prosody_speaks_the_readers_language_and_script(
    telegram: FakeTelegram, store: Store
) -> None:
    poem = await store.poems.add(new_poem("白日依山尽，黄河入海月。"))
    hua = telegram.user("華", language_code="zh-hant")
    message = await hua.asks(f"/start v_{poem.public_id}")
    await presses(hua, message, "格律")
    assert "白日依山盡\u3000●●○○●" in message.text
    assert "出律：第 2 句「月」" in message.text
    assert re.search("用韻 · 平水韻入聲六月：月", message.text)
    assert labels(message)[-2] == ["再來", "變奏", "看詩"]


@pytest.mark.usefixtures("bot")
async def test_in_a_group_anybody_may_have_a_verse_explained(
    ada: User, li: User, telegram: FakeTelegram
) -> None:
    group, message = await in_group(telegram, ada, li)
    shown = message.text
    before = len(group.answers)
    li.clicks(message, message.keyboard[-2][2].text)
    await telegram.settled()
    assert "○ level" in message.text or "○ 平" in message.text
    li.clicks(message, message.keyboard[-2][2].text)
    await telegram.settled()
    assert message.text.split("\n")[0] == shown.split("\n")[0]
    assert len(group.answers) == before


# Hearts


@pytest.mark.usefixtures("bot")
async def test_in_private_a_heart_shows_what_is_kept(ada: User, store: Store) -> None:
    message = await ada.asks("/poem")
    poem = poem_id(message)
    assert await presses(ada, message, "♡ Keep") == "Kept. /kept shows all you keep."
    assert labels(message)[-1] == ["♥ Kept", "Share", "Card"]
    assert await store.favourites.has(ada.id, poem)
    await presses(ada, message, "Prosody")
    assert labels(message)[-1][0] == "♥ Kept", "it stays full whatever is shown"
    assert await presses(ada, message, "♥ Kept") == "No longer kept."
    assert labels(message)[-1][0] == "♡ Keep"
    assert not await store.favourites.has(ada.id, poem)


@pytest.mark.usefixtures("bot")
async def test_a_press_that_comes_twice_does_not_undo_itself(ada: User, store: Store) -> None:
    message = await ada.asks("/poem")
    poem = poem_id(message)
    for _ in range(2):
        ada.forges_click(message, f"k1:{poem}:on")
        await ada.telegram.settled()
    assert await store.favourites.has(ada.id, poem)
    assert labels(message)[-1][0] == "♥ Kept"


@pytest.mark.usefixtures("bot")
async def test_in_a_group_a_heart_tells_nobody_what_others_keep(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    _, message = await in_group(telegram, ada, li)
    before = labels(message)
    poem = poem_id(message)
    heart = message.keyboard[-1][0].text
    assert "our private chat" in await presses(ada, message, heart)
    assert "only" not in (again := await presses(ada, message, heart))
    assert again.startswith("You keep it already.")
    assert labels(message) == before
    assert await store.favourites.has(ada.id, poem)
    assert not await store.favourites.has(li.id, poem)


async def test_a_heart_and_stars_at_once_both_stay(
    services: Services, telegram: FakeTelegram, ada: User
) -> None:
    async with running(build_application(services, request=telegram.request()), telegram):
        message = await ada.asks("/poem")
        for star in (1, 3, 5):
            ada.clicks(message, f"★{star}")
        ada.clicks(message, "♡ Keep")
        await telegram.settled()
        await asyncio.sleep(0)
    assert labels(message)[1] == ["★ 5.0 · 1 rating"]
    assert labels(message)[-1][0] == "♥ Kept"


async def test_buttons_from_before_a_restart(
    services: Services, telegram: FakeTelegram, ada: User
) -> None:
    async with running(build_application(services, request=telegram.request()), telegram):
        message = await ada.asks("/poem")
        shown = message.text
        await presses(ada, message, "Vary")
    async with running(build_application(services, request=telegram.request()), telegram):
        await presses(ada, message, "Vary")
        assert "variation 2 of" in message.text
        await presses(ada, message, "Prosody")
        await presses(ada, message, "Verse")
        assert "variation 2 of" in message.text, "how far it is is kept, too"
        await presses(ada, message, "‹ Original")
    assert message.text == shown
