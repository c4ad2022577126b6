"""Rating in the gallery as a Mini App: whom Telegram vouches for, and nobody else."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest

from bot.gallery.init_data import FRESH, Person, read
from bot.store import PoemRecord, Store
from tests.bot.databases import new_poem
from tests.bot.gallery.conftest import NOW
from tests.telegram import TOKEN

LI = {"id": 7, "first_name": "李", "language_code": "zh-hans"}


def init_data(
    user: object = LI, *, token: str = TOKEN, age: timedelta = timedelta(), **more: str
) -> str:
    """As Telegram signs it: core.telegram.org/bots/webapps, "Validating data"."""
    fields = {"auth_date": str(int((NOW - age).timestamp())), "user": json.dumps(user), **more}
    lines = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    secret = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    signature = hmac.new(secret, lines.encode(), hashlib.sha256).hexdigest()
    return urlencode({**fields, "hash": signature})


async def rates(
    visitor: httpx.AsyncClient, public_id: str, stars: str, proof: str | None = None
) -> httpx.Response:
    given = init_data() if proof is None else proof
    return await visitor.post(
        f"/v/{public_id}/stars",
        content=stars.encode(),
        headers={"Authorization": f"tma {given}"},
    )


@pytest.fixture
async def poem(store: Store) -> PoemRecord:
    return await store.poems.add(new_poem())


def test_whom_telegram_names() -> None:
    assert read(init_data(), TOKEN, NOW) == Person(7, "zh-hans")
    signed = init_data(query_id="AAHdF6IQ", signature="x", chat_type="private")
    assert read(signed, TOKEN, NOW) == Person(7, "zh-hans")
    assert read(init_data(age=FRESH), TOKEN, NOW) == Person(7, "zh-hans")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hash=",
        "x",
        "x" * 9000,
        init_data().replace("%22id%22%3A+7", "%22id%22%3A+8"),
        init_data(token="123:another-bot"),
        init_data(age=FRESH + timedelta(seconds=1)),
        init_data(age=timedelta(minutes=-6)),
        init_data() + "&user=%7B%22id%22%3A8%7D",
        init_data().replace("hash=", "hash=%C3%A9"),
        init_data({"id": "7"}),
        init_data({"id": -7}),
        init_data({"id": True}),
        init_data({"id": 1 << 60}),
        init_data({"id": 7, "is_bot": True}),
        init_data([]),
        init_data("7"),
        init_data(None),
        init_data(padding="x" * 5000),
    ],
)
async def test_nobody_else_rates(
    text: str, store: Store, poem: PoemRecord, visitor: httpx.AsyncClient
) -> None:
    assert read(text, TOKEN, NOW) is None
    answer = await rates(visitor, poem.public_id, "5", text)
    assert answer.status_code == 401
    assert (await store.ratings.summary(poem.public_id)).count == 0


async def test_one_person_has_one_rating_and_is_thanked(
    store: Store, poem: PoemRecord, visitor: httpx.AsyncClient
) -> None:
    first = await rates(visitor, poem.public_id, "4")
    assert first.status_code == 200
    assert "4" in first.json()["text"]
    assert first.headers["Cache-Control"] == "no-store"
    await rates(visitor, poem.public_id, "2")
    summary = await store.ratings.summary(poem.public_id)
    assert (summary.count, summary.mean) == (1, 2.0)
    assert (await store.users.forget(7)).ratings == 1


@pytest.mark.parametrize("stars", ["", "0", "6", "12", "five", "5" * 100_000])
async def test_only_stars_are_taken(
    store: Store, poem: PoemRecord, visitor: httpx.AsyncClient, stars: str
) -> None:
    answer = await rates(visitor, poem.public_id, stars)
    assert (answer.status_code, answer.json()["text"]) == (422, "请给一到五颗星。")
    assert (await store.ratings.summary(poem.public_id)).count == 0


async def test_what_does_not_hang_here_is_not_rated(
    store: Store, visitor: httpx.AsyncClient
) -> None:
    worded = await store.poems.add(new_poem(public=False, seed_text="白日"))
    for public_id in (worded.public_id, "AAAAAAAAAAAA"):
        assert (await rates(visitor, public_id, "4")).status_code == 404
    assert (await store.ratings.summary(worded.public_id)).count == 0
    assert (await visitor.get(f"/v/{worded.public_id}/stars")).status_code == 405


async def test_the_stars_wait_for_telegram(poem: PoemRecord, visitor: httpx.AsyncClient) -> None:
    page = (await visitor.get(f"/v/{poem.public_id}")).text
    (form,) = [line for line in page.split("\n") if '<form id="stars"' in line]
    assert f'action="/qibu/v/{poem.public_id}/stars"' in form
    assert form.endswith(" hidden>")
