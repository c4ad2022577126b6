"""Whatever is sent to the webhook and to the gallery: no harm, and a plain refusal."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gallery import create_gallery
from tests import nasty
from tests.bot.fuzz.conftest import Stage
from tests.bot.fuzz.test_updates import quick
from tests.bot.fuzz.world import SECRETS, WITHHELD

pytestmark = pytest.mark.timeout(900)

_ODD = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=40).map(
    lambda text: text.encode("latin-1")
)
_BODIES = st.one_of(
    nasty.values().map(lambda one: json.dumps(one).encode()),
    st.binary(max_size=64),
    st.sampled_from([b"[" * 100_000, b'{"update_id":' + b"9" * 5000 + b"}", b"", b"{}", b"\xff"]),
    st.sampled_from(["{}", '{"update_id": 1}']).map(lambda text: text.encode("utf-16")),
)
_PUSHES = st.fixed_dictionaries(
    {"method": st.sampled_from(["POST", "POST", "GET", "BREW"]), "url": st.just("/updates")},
    optional={
        "content": _BODIES,
        "headers": st.fixed_dictionaries(
            {},
            optional={
                "X-Telegram-Bot-Api-Secret-Token": _ODD,
                "Content-Type": st.one_of(_ODD, st.just(b"application/json;charset=utf-16")),
            },
        ),
    },
)
_SEGMENTS = nasty.raw_texts().map(
    lambda text: quote(text[:60].encode("utf-8", "surrogatepass"), safe="")
)
_ADDRESSES = st.one_of(
    st.sampled_from(["/", "/days", "/map", "/search", "/feed.atom", "/static/gallery.css"]),
    st.builds(
        str.format,
        st.sampled_from(
            [
                *("/week/{}", "/days/{}", "/v/{}", "/v/{}/card.jpg", "/v/{}/stars", "/kai/{}.css"),
                *("/kai/{}.woff2", "/static/{}", "/map?by={}", "/search?q={}", "/{}", "/?lang={}"),
            ]
        ),
        st.one_of(
            _SEGMENTS,
            st.from_regex(r"[0-9]{4}-W?[0-9]{2}", fullmatch=True),
            st.sampled_from(
                ["%00", "%ff", "%2e%2e%2fsettings.py", "٢٠٢٦-٠١", "1000-W01", "2999-12"]
            ),
            st.sampled_from(["AAAAAAAAAAAA", ".".join(["AAAAAAAAAAAA"] * 70), "a" * 9000]),
        ),
    ),
)
_REQUESTS = st.fixed_dictionaries(
    {"method": st.sampled_from(["GET", "GET", "GET", "POST", "HEAD", "BREW"]), "url": _ADDRESSES},
    optional={
        "content": st.one_of(st.binary(max_size=8), st.just(b"5" * 100_000)),
        "headers": st.fixed_dictionaries(
            {},
            optional={
                "Accept-Language": st.one_of(_ODD, st.just(b"zh;q=nan,*;q=inf,en;q=-1,;;;,=")),
                "Authorization": st.one_of(
                    _ODD.map(lambda one: b"tma " + one),
                    st.sampled_from([b"tma hash=", b"tma user=%7B%7D&hash=%ff&auth_date=1e400"]),
                ),
                "If-None-Match": _ODD,
                "Cookie": _ODD,
            },
        ),
    },
)
_MARKUP = re.compile("<script>alert|<b>bold|<tg-spoiler>")


@quick
@given(request=_PUSHES)
def test_the_webhook_takes_updates_alone(stage: Stage, request: dict[str, object]) -> None:
    async def push() -> None:
        answer = await stage.world.is_pushed(**request)
        assert answer.status_code in (200, 400, 403, 405, 413, 415), answer.text
        await stage.world.check_possessions()

    stage.plays(push())


@quick
@given(request=_REQUESTS)
def test_the_gallery_shows_a_page_or_none(
    stage: Stage, visitor: httpx.AsyncClient, request: dict[str, object]
) -> None:
    async def look() -> None:
        answer = await visitor.request(**request)  # type: ignore[arg-type]
        assert answer.status_code in (200, 304, 401, 404, 405, 422), answer.text
        for words in (*SECRETS, WITHHELD):
            assert words not in html.unescape(answer.text)
        assert not _MARKUP.search(answer.text)
        await stage.world.check_possessions()

    stage.plays(look())


@pytest.fixture(scope="module")
def visitor(stage: Stage) -> Iterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_gallery(stage.world.services, "qibu_test_bot"))
    visitor = httpx.AsyncClient(transport=transport, base_url="http://gallery")
    yield visitor
    stage.runner.run(visitor.aclose())
