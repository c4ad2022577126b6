"""Whatever is sent to the worker: a problem document of a documented status, and it works on.

`make test` tries some of it, the same each time; `make check` thousands, by a seed that a failure
tells and QIBU_FUZZ_SEED gives again. QIBU_FUZZ says how many.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import random
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from model.service.app import create_app
from model.service.engine import Engine
from model.service.problems import MEDIA_TYPE
from model.service.settings import WorkerSettings
from model.verse import Form
from tests import nasty
from tests.bot.worker import LocalWorker
from tests.model.service.poet import DEADLY, POISONED, SLOW, WAITS, TinyPoet

if TYPE_CHECKING:
    from model.poet import Poet

pytestmark = pytest.mark.timeout(900)  # a busy machine takes minutes

KEY = "a-key-of-the-worker"
SEED = int(os.environ.get("QIBU_FUZZ_SEED") or random.SystemRandom().randrange(2**32))
MANY = int(os.environ.get("QIBU_FUZZ", "3000"))
DOCUMENTED = {401, 404, 405, 413, 422, 429, 503, 504}
LONGEST_PROBLEM = 4096
"""Bytes: what was wrong, and not what was sent."""
quick = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
long = settings(quick, max_examples=MANY, derandomize=False, phases=[Phase.generate])

_MISCHIEF = str.maketrans("", "", WAITS + SLOW + POISONED + DEADLY)
"""Words at which the tests' poet misbehaves, which no input makes the real one do."""
_CLASSIC = "白日依山尽，黄河入海流。"
_WORDS = nasty.raw_texts().map(lambda text: text.translate(_MISCHIEF))
_FORMS = st.sampled_from([*Form, "sonnet"])
_COUNTS = st.one_of(st.integers(-1, 65), nasty.numbers())
_FLOATS = st.one_of(st.floats(), st.floats(0, 2), nasty.numbers())
_VERSES = st.one_of(st.just(_CLASSIC), _WORDS)
_NEAR = st.fixed_dictionaries(
    {},
    optional={
        "verse": _VERSES,
        "latent": st.lists(_FLOATS, max_size=4),
        "distance": _FLOATS,
    },
)
_COMPOSE = st.fixed_dictionaries(
    {},
    optional={
        "form": _FORMS,
        "count": _COUNTS,
        "seed": nasty.numbers(),
        "theme": _WORDS,
        "acrostic": _WORDS,
        "temperature": _FLOATS,
        "near": _NEAR,
    },
)
_OTHERS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "reconstruct": {"verse": _VERSES, "variations": _COUNTS, "seed": nasty.numbers()},
    "complete": {"pattern": _VERSES, "count": _COUNTS, "seed": nasty.numbers()},
    "interpolate": {"start": _VERSES, "end": _VERSES, "steps": _COUNTS},
    "prosody": {"verse": _VERSES},
}
_MESSAGES = st.one_of(
    _COMPOSE, *(st.fixed_dictionaries({}, optional=one) for one in _OTHERS.values())
)
_BODIES = st.one_of(
    _MESSAGES.map(lambda one: json.dumps(one).encode()),
    _MESSAGES.flatmap(nasty.broken).map(lambda one: json.dumps(one).encode()),
    _MESSAGES.map(lambda one: json.dumps(one, ensure_ascii=False).encode("utf-8", "surrogatepass")),
    nasty.values().map(lambda one: json.dumps(one).encode()),
    st.binary(max_size=64),
    st.sampled_from(
        [
            b"[" * 100_000,
            b'{"near":' * 5000 + b"1" + b"}" * 5000,
            b'{"seed":' + b"9" * 5000 + b"}",
            b'{"' + b"k" * 100_000 + b'":1}',
            b'{"\\ud800":1}',
            b'{"near":{"latent":[' + b"1e9," * 4000 + b"0]}}",
            b'{"count":1e308,"temperature":NaN,"near":{"latent":[Infinity,-Infinity]}}',
            b'{"form":"couplet5","form":"jueju7"}',
            b" " * ((1 << 20) + 1),
            '{"theme":"明月"}'.encode("utf-16"),
            '{"theme":"明月"}'.encode("gb18030"),
        ]
    ),
)
_PATHS = st.one_of(
    st.sampled_from(["/v1/compose", *(f"/v1/{name}" for name in _OTHERS)]),
    st.sampled_from(["/v1/compose", *(f"/v1/{name}" for name in _OTHERS)]),
    st.sampled_from(
        (
            *("/", "//", "/v1", "/v1/compose/", "/V1/COMPOSE", "/v1//compose", "/v1/../healthz"),
            *("/v1/%00", "/v1/%2e%2e/metrics", "/v1/compose;a=b", "/healthz/", "/docs/", "/redoc"),
            *("/" + "a" * 5000, "/v1/诗", "/v1/compose?count=" + "9" * 5000, "/?a=%ff&a=%00"),
            *("/v1/model", "/readyz", "/openapi.json"),
        )
    ),
    nasty.texts().map(lambda text: "/" + quote(text[:200])),
)
_METHODS = st.sampled_from([*["POST"] * 6, "GET", "PUT", "DELETE", "HEAD", "OPTIONS", "BREW"])
_ODD = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=80).map(
    lambda text: text.encode("latin-1")
)
_HEADERS = st.fixed_dictionaries(
    {
        "Content-Type": st.sampled_from(
            [*[b"application/json"] * 6, b"text/plain", b"application/json; charset=utf-16", b""]
        )
    },
    optional={
        "Qibu-User": st.one_of(_ODD, st.just(b"x" * 5000)),
        "Qibu-Request-Id": _ODD,
        "Qibu-Deadline-Ms": st.one_of(
            st.sampled_from([b"0", b"-1", b"60000", b"1e3", b"nan", b"9" * 5000, b"\xb2"]), _ODD
        ),
        "Authorization": st.one_of(st.sampled_from([b"Bearer", b"Bearer x", b"\xff"]), _ODD),
        "Accept": _ODD,
    },
)


@dataclass(frozen=True)
class Stage:
    """A worker, and the loop in which it lives: Hypothesis calls plain functions."""

    runner: asyncio.Runner
    engine: Engine
    http: httpx.AsyncClient

    def sends(self, **request: Any) -> httpx.Response:
        return self.runner.run(self.http.request(**request))


@pytest.fixture(scope="module", params=[None, KEY], ids=["open", "locked"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    engine = Engine(lambda: cast("Poet", TinyPoet()))
    app = create_app(engine, WorkerSettings(_env_file=None, worker_key=request.param))
    with asyncio.Runner() as runner:

        async def start() -> httpx.AsyncClient:
            engine.start()
            await asyncio.wrap_future(engine.loaded)
            return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://worker")

        async def end(http: httpx.AsyncClient) -> None:
            await engine.drain()
            await http.aclose()

        http = runner.run(start())
        yield Stage(runner, engine, http)
        runner.run(end(http))


def _is_borne(stage: Stage, data: st.DataObject) -> None:
    sent = {
        "method": data.draw(_METHODS),
        "url": data.draw(_PATHS),
        "content": data.draw(_BODIES),
        "headers": data.draw(_HEADERS),
    }
    answer = stage.sends(**sent)
    assert answer.status_code == 200 or answer.status_code in DOCUMENTED, answer
    if answer.status_code != 200 and sent["method"] != "HEAD":
        assert answer.headers["content-type"] == MEDIA_TYPE
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert problem["type"].startswith("urn:qibu:problem:")
        assert len(answer.content) < LONGEST_PROBLEM, answer.text[:200]
    assert stage.engine.ready
    metrics = stage.sends(method="GET", url="/metrics").text
    assert "\nqibu_worker_queue_verses 0.0\n" in metrics


@quick
@given(data=st.data())
def test_any_request_is_borne(stage: Stage, fuzzed: Counter[str], data: st.DataObject) -> None:
    fuzzed["requests to the worker"] += 1
    _is_borne(stage, data)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@seed(SEED)
@long
@given(data=st.data())
def test_thousands_are_borne(stage: Stage, fuzzed: Counter[str], data: st.DataObject) -> None:
    note(f"QIBU_FUZZ_SEED={SEED}")
    fuzzed["requests to the worker"] += 1
    _is_borne(stage, data)


_HEAD = b"POST /v1/compose HTTP/1.1\r\nHost: w\r\nAuthorization: Bearer " + KEY.encode() + b"\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/compose HTTP/1.1\r\n\r\n",
        _HEAD + b"Content-Length: -1\r\n\r\n{}",
        _HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        _HEAD + b"Content-Length: 99999999999999999999\r\n\r\n{}",
        _HEAD + b"Content-Length: 1000\r\n\r\n{}",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}",
        _HEAD + b"Qibu-User: " + b"x" * 200_000 + b"\r\n\r\n",
        _HEAD + b"Qibu-User: a\x00b\r\n\r\n",
        _HEAD + b"X: y\r\n" * 10_000 + b"\r\n",
        b"\x00" * 100_000,
    ],
)
def test_what_is_hardly_http_leaves_the_worker_as_it_was(served: LocalWorker, sent: bytes) -> None:
    address = httpx.URL(served.url)
    with socket.create_connection((address.host, address.port or 80), timeout=30) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65536)
        except OSError as error:  # it would not hear the rest, and may have hung up meanwhile
            assert isinstance(error, ConnectionError) or error.errno == errno.ENOTCONN
            answer = b""
    assert answer == b"" or b" 500 " not in answer.partition(b"\r\n")[0]
    assert b"Traceback" not in answer
    headers = {"Authorization": f"Bearer {KEY}"}
    good = httpx.post(f"{served.url}/v1/compose", json={}, headers=headers, timeout=60)
    assert good.status_code == 200


@pytest.fixture(scope="module")
def served() -> Iterator[LocalWorker]:
    with LocalWorker(KEY).serving() as worker:
        yield worker
