"""What strangers are shown: by /top, the daily poem, lists, links and their buttons.

A verse that holds a person's words comes to nobody unasked, and where its maker shares it, no words
come with it that do not stand in it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.app import AnyApplication
from bot.store import PoemRecord, Store
from model.verse import Form
from tests.bot.databases import new_poem
from tests.telegram import FakeTelegram, User

pytestmark = pytest.mark.usefixtures("bot")

SECRET = "李清照"
VERSE = "白日依山尽，黄河入海流。"
QUATRAIN = "春风吹又远，夏雨打荷声。\n秋月照无眠，冬雪落江城。"


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram(inline_mode=True, inline_feedback=True)


async def of_ada(
    store: Store, ada: User, text: str = VERSE, words: str = SECRET, command: str = "poem"
) -> PoemRecord:
    """Ada's verse, of words that do not stand in it."""
    await ada.asks("/start")
    form = Form.COUPLET5 if text == VERSE else Form.JUEJU5
    made = new_poem(text, public=False, seed_text=words, user_id=ada.id, chat_id=ada.id)
    return await store.poems.add(replace(made, command=command, form=form))


async def test_verse_of_somebodys_words_comes_to_nobody_unasked(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    poem = await of_ada(store, ada)
    for person in (ada, telegram.user("Eve")):
        await store.users.ensure(person.id, None)
        await store.ratings.rate(person.id, poem.public_id, 5)
    for shared in (False, True):  # a link is for whoever has it, no more
        if shared:
            assert await store.own_poems.share(ada.id, poem.public_id)
        for command in ("/top", "/top month", "/top all", "/today"):
            answer = await li.asks(command)
            assert VERSE[:5] not in answer.text, command
            assert SECRET not in answer.text
        for words in ("", "白日", "黄河", "山", "couplet"):
            query = await li.is_offered(words)
            assert VERSE not in [result.title for result in query.results], words
    assert bool((await li.is_offered(f"v_{poem.public_id}")).results), "its link was shared"


@pytest.mark.parametrize("start", ["v", "h"])
async def test_a_link_alone_opens_nothing(ada: User, li: User, store: Store, start: str) -> None:
    poem = await of_ada(store, ada)
    answer = await li.asks(f"/start {start}_{poem.public_id}")
    assert VERSE[:5] not in answer.text
    assert not (await li.is_offered(f"v_{poem.public_id}")).results


async def test_a_forged_press_neither_rates_verse_of_others_nor_tells_what_they_gave(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    poem = await of_ada(store, ada)
    await store.ratings.rate(ada.id, poem.public_id, 5)
    message = await li.asks("/start")
    for data in (f"r1:{poem.public_id}:1", f"a1:{poem.public_id}"):
        press = li.forges_click(message, data)
        await telegram.settled()
        assert press.answered
        assert "★" not in press.answer
    assert await store.ratings.of(li.id, poem.public_id) is None
    assert (await store.ratings.summary(poem.public_id)).count == 1


async def test_no_button_tells_a_stranger_words_that_do_not_stand_in_the_verse(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    poem = await of_ada(store, ada)
    assert await store.own_poems.share(ada.id, poem.public_id)
    opened = await li.asks(f"/start v_{poem.public_id}")
    assert opened.text.startswith(VERSE)
    for button in "nygck":
        data = f"{button}1:{poem.public_id}" + (":on" if button == "k" else "")
        li.forges_click(opened, data)
        await telegram.settled()
    await li.asks("/kept")
    await li.asks("/mine")
    assert SECRET not in "\n".join([answer.text for answer in li.answers] + opened.earlier)
    made = await store.own_poems.list(li.id, 0, 9)
    assert len(made) >= 2, "another one and a variation"
    assert SECRET not in {one.seed_text for one in made}


async def test_another_like_a_shared_stanza_has_the_heads_of_that_stanza(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    poem = await of_ada(store, ada, QUATRAIN, "春夏秋冬李清照作", "acrostic")
    assert await store.own_poems.share(ada.id, poem.public_id)
    opened = await li.asks(f"/start v_{poem.public_id}")
    li.forges_click(opened, f"n1:{poem.public_id}")
    await telegram.settled()
    made = await store.own_poems.list(li.id, 0, 9)
    assert [one.seed_text for one in made] == ["春夏秋冬"]
    ada.forges_click(await ada.asks("/start"), f"n1:{poem.public_id}")
    await telegram.settled()
    mine = await store.own_poems.list(ada.id, 0, 9)
    assert mine[0].seed_text == "春夏秋冬李清照作", "its maker has all of it"


async def test_a_message_sent_from_elsewhere_tells_no_words_that_were_said_in_a_chat(
    ada: User, li: User, telegram: FakeTelegram, store: Store, bot: AnyApplication
) -> None:
    poem = await of_ada(store, ada)
    query = await ada.is_offered(f"v_{poem.public_id}")
    (row,) = query.results
    assert SECRET not in row.description + row.text
    group = telegram.group("诗社", ada, li)
    sent = ada.chooses(query, row.id, group)
    await telegram.settled()
    assert all(SECRET not in (button.query or "") for button in sent.buttons)
    for label in ("Prosody", "Verse"):
        li.clicks(sent, label)
        await telegram.settled()
        assert SECRET not in sent.text
