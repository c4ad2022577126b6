"""How the gallery answers: languages, headers, what may be kept; and that it is served."""

from __future__ import annotations

import io
import socket

import httpx
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from bot.cards.layout import HEIGHT, WIDTH
from bot.gallery import gallery
from bot.services import Services
from bot.settings import Listen
from bot.store import Store
from tests.bot.databases import new_poem

MOON = "明月松间照，清泉石上流。"
CLOUD = "故园风雨后，万里暮云平。"


@pytest.mark.parametrize(
    ("accepted", "tag"),
    [
        ("zh-CN,zh;q=0.9", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("en-GB,zh;q=0.5", "en"),
        ("fr,zh;q=0.5,en;q=0.4", "zh-Hans"),
        ("en;q=0.2,zh-HK;q=0.8", "zh-Hant"),
        ("fr", "en"),
        ("", "en"),
        (";;;q=x,,", "en"),
    ],
)
async def test_the_language_that_is_accepted(
    visitor: httpx.AsyncClient, accepted: str, tag: str
) -> None:
    page = await visitor.get("/", headers={"Accept-Language": accepted})
    assert f'<html lang="{tag}">' in page.text
    assert page.headers["Vary"] == "Accept-Language"


async def test_a_language_that_is_chosen_stays(store: Store, visitor: httpx.AsyncClient) -> None:
    poem = await store.poems.add(new_poem(CLOUD))
    page = (await visitor.get("/search?q=云&lang=zh-Hant")).text
    assert '<html lang="zh-Hant">' in page
    assert "萬里暮雲平" in page
    assert f'href="/qibu/v/{poem.public_id}?lang=zh-Hant"' in page
    assert 'href="/qibu/search?q=%E4%BA%91&amp;lang=en"' in page


async def test_every_answer_has_a_strict_policy(store: Store, visitor: httpx.AsyncClient) -> None:
    poem = await store.poems.add(new_poem(MOON))
    for path in ("/", f"/v/{poem.public_id}", "/nowhere", "/static/gallery.css"):
        answer = await visitor.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.text.count("<script") == answer.text.count('<script src="/qibu/static/')
        for refused in ("<style", " style=", " onclick", "http-equiv"):
            assert refused not in answer.text, path
        assert "Set-Cookie" not in answer.headers


async def test_what_has_not_changed_is_not_sent_again(
    store: Store, visitor: httpx.AsyncClient
) -> None:
    poem = await store.poems.add(new_poem(MOON))
    for path in ("/", f"/v/{poem.public_id}", f"/v/{poem.public_id}/card.jpg"):
        first = await visitor.get(path)
        assert first.status_code == 200
        assert "max-age" in first.headers["Cache-Control"]
        again = await visitor.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = await visitor.get(path, headers={"If-None-Match": '"other"'})
        assert other.status_code == 200
    missing = await visitor.get("/v/AAAAAAAAAAAA")
    assert (missing.status_code, missing.headers["Cache-Control"]) == (404, "no-store")
    assert (await visitor.head("/")).status_code == 200
    assert (await visitor.post("/")).status_code == 405


async def test_a_card_is_a_picture_of_the_size_that_is_told(
    store: Store, visitor: httpx.AsyncClient
) -> None:
    poem = await store.poems.add(new_poem(MOON))
    answer = await visitor.get(f"/v/{poem.public_id}/card.jpg")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.content)).size == (WIDTH, HEIGHT)


async def test_the_font_of_a_page_has_its_characters_and_no_others(
    store: Store, visitor: httpx.AsyncClient
) -> None:
    poems = [await store.poems.add(new_poem(text)) for text in (MOON, CLOUD)]
    name = ".".join(poem.public_id for poem in poems)
    sheet = await visitor.get(f"/kai/{name}.css")
    assert f'url("{name}.woff2")' in sheet.text
    answer = await visitor.get(f"/kai/{name}.woff2")
    assert answer.headers["Content-Type"] == "font/woff2"
    characters = {chr(code) for code in TTFont(io.BytesIO(answer.content)).getBestCmap()}
    assert set("明月清泉云雲万萬七步") <= characters
    assert "鹤" not in characters
    for nonsense in ("x", 'AAAAAAAAAAA"', ".".join(["A" * 12] * 65)):
        assert (await visitor.get(f"/kai/{nonsense}.css")).status_code == 404


async def test_files_are_those_of_the_package(visitor: httpx.AsyncClient) -> None:
    assert "immutable" in (await visitor.get("/static/gallery.css")).headers["Cache-Control"]
    for nonsense in ("../site.py", "%2e%2e%2fsite.py", "site.py", "kai.otf"):
        assert (await visitor.get(f"/static/{nonsense}")).status_code == 404


async def test_it_is_served_beside_the_loop(services: Services) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    listen = Listen("127.0.0.1", port)
    async with gallery(listen, services, "qibu_bot"), httpx.AsyncClient() as http:
        page = await http.get(f"http://127.0.0.1:{port}/", headers={"Accept-Language": "en"})
        assert page.status_code == 200
        assert "No verse hangs here yet." in page.text
        with pytest.raises(OSError, match="in use"):
            async with gallery(listen, services, "qibu_bot"):
                pass
