"""What a visitor of the gallery finds, and what nobody finds there."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import httpx
import pytest

from bot.poet import PoetClient, WorkerAddress
from bot.store import NewPoem, Store
from model.verse import Form
from tests.bot.databases import new_poem, rated
from tests.bot.gallery.conftest import HOME, NOW, looking

MOON = "明月松间照，清泉石上流。"
QUATRAIN = "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。"
TODAY = NOW.date()


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A store that lives in the gallery's time."""
    store = Store.open(database_url, clock=lambda: NOW)
    yield store
    await store.close()


def quatrain() -> NewPoem:
    return replace(new_poem(QUATRAIN), form=Form.JUEJU5)


async def test_the_best_of_the_week_by_form_and_the_poem_of_the_day(
    store: Store, visitor: httpx.AsyncClient
) -> None:
    poor, good = await rated(store, [1], new_poem()), await rated(store, [5], new_poem(MOON))
    daily = await store.poems.add(quatrain())
    await store.daily_poems.choose(TODAY, daily)
    await store.daily_poems.choose(date(2026, 11, 22), good)
    page = (await visitor.get("/")).text
    assert re.findall("<h3>(.*)</h3>", page) == ["五绝", "五言联"]
    ids = re.findall(r'href="/qibu/v/([^"]+)"', page)
    assert ids == [daily.public_id, daily.public_id, good.public_id, poor.public_id]
    assert "2026年11月21日" in page, "the poem of tomorrow is nobody's yet"


async def test_weeks_are_leafed_through(database_url: str, visitor: httpx.AsyncClient) -> None:
    before = Store.open(database_url, clock=lambda: datetime(2026, 11, 10, tzinfo=UTC))
    poem = await before.poems.add(new_poem())
    assert poem.public_id in (await visitor.get("/")).text, "the last week that has some"
    await before.close()
    empty = (await visitor.get("/week/2026-W47")).text
    assert "还没有挂诗" in empty
    assert re.findall('rel="prev" href="([^"]+)"', empty) == ["/qibu/week/2026-W46"]
    week = (await visitor.get("/week/2026-W46")).text
    assert poem.public_id in week
    assert 'rel="prev"' not in week
    assert 'rel="next"' not in week, "nothing is newer"
    for nonsense in ("2026-W54", "2026-W00", "0000-W01", "now"):
        assert (await visitor.get(f"/week/{nonsense}")).status_code == 404, nonsense


async def test_a_verse_with_its_tones_card_and_making(
    store: Store, visitor: httpx.AsyncClient
) -> None:
    poem = await rated(store, [5, 4], new_poem(MOON))
    await store.daily_poems.choose(TODAY, poem)
    page = (await visitor.get(f"/v/{poem.public_id}")).text
    assert "<ruby>明<rt>○</rt></ruby>" in page
    assert '<ruby class="rhyme">' in page or "用韵" in page
    assert "五言联 · 得自随机数" in page
    assert "★ 4.5 · 2 人评" in page
    assert f"https://t.me/qibu_bot?start=v_{poem.public_id}" in page
    shown = f"{HOME}/v/{poem.public_id}"
    assert f'<meta property="og:url" content="{shown}">' in page
    assert f'<meta property="og:image" content="{shown}/card.jpg">' in page
    assert f'<meta property="og:title" content="{MOON}">' in page


async def test_a_page_stands_without_the_worker(store: Store) -> None:
    poem = await store.poems.add(new_poem(MOON))
    poet = PoetClient(WorkerAddress("http://127.0.0.1:9"))
    async with looking(store, poet) as visitor:
        for _ in range(2):
            page = await visitor.get(f"/v/{poem.public_id}")
            assert page.status_code == 200
            assert "<ruby>明</ruby>" in page.text
    await poet.aclose()


async def test_nobody_finds_what_is_not_everybodys(
    store: Store, visitor: httpx.AsyncClient
) -> None:
    await store.users.ensure(7, "zh")
    worded = await store.poems.add(new_poem(MOON, public=False, seed_text="明月", user_id=7))
    await store.own_poems.share(7, worded.public_id)
    mine = await store.poems.add(replace(quatrain(), user_id=7))
    await store.daily_poems.choose(TODAY, mine)
    assert (await visitor.get(f"/v/{mine.public_id}")).status_code == 200
    await store.own_poems.remove(7, mine.public_id)
    for poem in (worded, mine):
        for path in (f"/v/{poem.public_id}", f"/v/{poem.public_id}/card.jpg"):
            assert (await visitor.get(path)).status_code == 404
        assert (await visitor.get(f"/kai/{poem.public_id}.woff2")).status_code == 404
        for path in ("/", "/days", "/search?q=明月", "/feed.atom", "/week/2026-W47"):
            page = await visitor.get(path)
            assert page.status_code == 200
            assert poem.public_id not in page.text, path
            assert poem.text[:5] not in page.text, path


async def test_a_variation_names_its_original_if_anybody_may_see_it(
    store: Store, visitor: httpx.AsyncClient
) -> None:
    await store.users.ensure(7, "zh")
    original = await store.poems.add(new_poem(user_id=7))
    varied = await store.poems.add(
        replace(new_poem(MOON), command="vary", parent_id=original.id, distance=0.3)
    )
    page = f"/v/{varied.public_id}"
    assert original.public_id in (await visitor.get(page)).text
    await store.own_poems.remove(7, original.public_id)
    after = await visitor.get(page)
    assert after.status_code == 200
    assert original.public_id not in after.text


async def test_days_are_a_calendar(store: Store, visitor: httpx.AsyncClient) -> None:
    moon, other = await store.poems.add(new_poem(MOON)), await store.poems.add(new_poem())
    await store.daily_poems.choose(TODAY, moon)
    await store.daily_poems.choose(date(2026, 9, 30), other)
    page = (await visitor.get("/days")).text
    assert page == (await visitor.get("/days/2026-11")).text.replace(
        "/days/2026-11?lang", "/days?lang"
    ).replace(f"{HOME}/days/2026-11", f"{HOME}/days").replace(
        'href="/qibu/days">', 'href="/qibu/days" aria-current="page">'
    )
    assert page.count("<td") == 35 + 7, "six weeks touch that November"
    assert '<time datetime="2026-11-21">21</time>' in page
    assert "明月松间照" in page
    assert 'rel="prev" href="/qibu/days/2026-10"' in page
    assert other.public_id in (await visitor.get("/days/2026-09")).text
    assert (await visitor.get("/days/2026-13")).status_code == 404


async def test_the_feed_has_the_days(store: Store, visitor: httpx.AsyncClient) -> None:
    poem = await store.poems.add(new_poem(MOON))
    await store.daily_poems.choose(TODAY, poem)
    answer = await visitor.get("/feed.atom")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    atom = "{http://www.w3.org/2005/Atom}"
    (entry,) = feed.findall(f"{atom}entry")
    assert entry.findtext(f"{atom}id") == f"{HOME}/v/{poem.public_id}"
    assert entry.findtext(f"{atom}title") == MOON
    assert entry.findtext(f"{atom}updated") == "2026-11-21T00:00:00+00:00"


async def test_search_by_characters_in_either_script(
    store: Store, visitor: httpx.AsyncClient
) -> None:
    poem = await store.poems.add(new_poem("故园风雨后，万里暮云平。"))
    await store.poems.add(new_poem(MOON))
    page = (await visitor.get("/search", params={"q": "萬里 雲"})).text
    assert re.findall(r'class="slip" href="/qibu/v/([^"]+)"', page) == [poem.public_id]
    assert "没有哪首诗里有「鹤」" in (await visitor.get("/search", params={"q": "鹤"})).text


async def test_what_is_typed_is_text(visitor: httpx.AsyncClient) -> None:
    evil = "\"><script>alert(1)</script>'&{{7*7}}"
    page = (await visitor.get("/search", params={"q": evil, "lang": evil})).text
    assert "<script>" not in page
    assert page.count("&lt;script&gt;alert(1)") == 4, "in both titles, the field and the answer"
    assert "&#34;&gt;&lt;script" in page
    assert "{{7*7}}" in page
    missing = await visitor.get("/v/<script>alert(1)</script>")
    assert missing.status_code == 404
    assert "<script>" not in missing.text


async def test_stars_of_one_text_are_told_of_each_and_nothing_of_people(
    store: Store, visitor: httpx.AsyncClient
) -> None:
    await store.users.ensure(987654321, "zh")
    await store.chats.ensure(-555666777, "group", "秘密小组", zone="UTC")
    poem = await store.poems.add(new_poem(MOON, user_id=987654321, chat_id=-555666777))
    await store.ratings.rate(987654321, poem.public_id, 5)
    for path in ("/", f"/v/{poem.public_id}", "/search?q=月"):
        page = (await visitor.get(path)).text
        assert poem.public_id in page
        for secret in ("987654321", "555666777", "秘密", str(poem.seed)):
            assert secret not in page, path
