"""The client against the real worker, and against answers that a real one gives only in trouble."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from pydantic import SecretStr

from bot.poet import Load, PoetClient, PoetRefused, PoetUnavailable, WorkerAddress
from bot.poet.circuit import Circuit
from model.service import protocol
from model.service.protocol import (
    CompleteRequest,
    ComposeRequest,
    InterpolateRequest,
    Near,
    Problem,
    ReconstructRequest,
)
from model.verse import Form
from qibu import caller
from tests.model.service.conftest import Worker
from tests.model.service.poet import POISONED, UNKNOWN, WAITS

CLASSIC = "白日依山尽，黄河入海流。"
Answers = Callable[[httpx.Request], httpx.Response]


def client_of(worker: Worker, key: str | None = None) -> PoetClient:
    address = WorkerAddress("http://worker", SecretStr(key) if key else None)
    return PoetClient(address, transport=worker.http._transport)


@pytest.fixture
async def client(worker: Worker) -> AsyncIterator[PoetClient]:
    made = client_of(worker)
    yield made
    await made.aclose()


class Scripted:
    """A worker that answers what a test says, and keeps what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.asked: list[httpx.Request] = []
        self._answers = list(answers)

    def client(self) -> PoetClient:
        return PoetClient(
            WorkerAddress("http://worker"), transport=httpx.MockTransport(self._answer)
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def verses() -> httpx.Response:
    return httpx.Response(200, json={"model": "tiny@0", "verses": []})


def busy(retry_after: int, type_: str = protocol.BUSY) -> httpx.Response:
    problem = Problem(type=type_, title="", status=503, detail="", retry_after=retry_after)
    headers = {"Retry-After": str(retry_after)}
    return httpx.Response(503, content=problem.model_dump_json(), headers=headers)


async def unavailable(client: PoetClient, deadline: float | None = None) -> PoetUnavailable:
    with pytest.raises(PoetUnavailable) as caught:
        await client.compose(ComposeRequest(), deadline=deadline)
    return caught.value


async def test_what_a_worker_has_to_do_is_read_from_its_numbers(client: PoetClient) -> None:
    await client.compose(ComposeRequest())
    assert await client.load() == Load(waiting=0, writing=0, ahead=0)
    page = (
        "# TYPE qibu_worker_queue_verses gauge\nqibu_worker_queue_verses 7.0\n"
        "# TYPE qibu_worker_pool_verses gauge\n"
        'qibu_worker_pool_verses{form="couplet5"} 3.0\nqibu_worker_pool_verses{form="jueju7"} 4.0\n'
    )
    scripted = Scripted(httpx.Response(200, text=page)).client()
    assert await scripted.load() == Load(waiting=7, writing=0, ahead=7)
    with pytest.raises(PoetUnavailable):
        await Scripted(httpx.Response(200, text="qibu_worker_queue_verses many")).client().load()


async def test_every_question_has_its_answer(client: PoetClient) -> None:
    composed = await client.compose(
        ComposeRequest(form=Form.COUPLET7, count=2, near=Near(latent=[0.0, 1.0]))
    )
    assert [verse.form for verse in composed.verses] == [Form.COUPLET7] * 2
    found = await client.reconstruct(ReconstructRequest(verse=CLASSIC, variations=3))
    assert (found.original.text, len(found.variations)) == (CLASSIC, 3)
    completed = await client.complete(CompleteRequest(pattern="白日依山尽"))
    assert completed.verses[0].lines[0] == "白日依山尽"
    way = await client.interpolate(InterpolateRequest(start=CLASSIC, end=CLASSIC, steps=3))
    assert len(way.verses) == 3
    assert (await client.model()).model == composed.model


async def test_a_refusal_carries_the_problem(client: PoetClient) -> None:
    with pytest.raises(PoetRefused) as form:
        await client.compose(ComposeRequest(form=Form.JUEJU7))
    assert form.value.problem.type == protocol.UNSUPPORTED_FORM
    assert form.value.problem.forms == [Form.COUPLET5, Form.COUPLET7]

    with pytest.raises(PoetRefused) as characters:
        await client.compose(ComposeRequest(theme=UNKNOWN))
    assert characters.value.problem.characters == UNKNOWN

    with pytest.raises(PoetRefused) as field:
        await client.reconstruct(ReconstructRequest(verse="hello"))
    assert field.value.problem.field == "verse"


async def test_the_key_opens_and_a_wrong_one_is_a_broken_poet(
    start_worker: Callable[..., Worker],
) -> None:
    worker = start_worker(key="s3cret")
    await asyncio.wrap_future(worker.engine.loaded)
    assert (await client_of(worker, "s3cret").compose(ComposeRequest())).verses
    assert (await unavailable(client_of(worker, "other"))).reason == "broken"


async def test_a_poet_that_fails_is_broken(client: PoetClient) -> None:
    with pytest.raises(PoetUnavailable) as caught:
        await client.compose(ComposeRequest(theme=POISONED))
    assert caught.value.reason == "broken"


async def test_a_worker_that_starts_says_so(start_worker: Callable[..., Worker]) -> None:
    worker = start_worker()
    await asyncio.wrap_future(worker.engine.loaded)
    await worker.engine.drain()
    said = await unavailable(client_of(worker), deadline=0.5)
    assert (said.reason, said.retry_after) == ("starting", 5)


async def test_the_worker_learns_how_long_it_has(worker: Worker, client: PoetClient) -> None:
    """It gives up by itself, in time for the client to hear of it."""
    occupied = asyncio.create_task(client.compose(ComposeRequest(theme=WAITS)))
    assert await asyncio.to_thread(worker.poet.waiting.wait, 5)
    assert (await unavailable(client, deadline=0.2)).reason == "slow"
    assert await worker.metric("qibu_worker_expired_total") == 1
    assert await worker.metric("qibu_worker_queue_verses") == 0
    worker.poet.go_on.set()
    await occupied


async def test_a_caller_that_goes_away_takes_the_work_along(
    worker: Worker, client: PoetClient
) -> None:
    occupied = asyncio.create_task(client.compose(ComposeRequest(theme=WAITS)))
    assert await asyncio.to_thread(worker.poet.waiting.wait, 5)
    gone = asyncio.create_task(client.compose(ComposeRequest(count=3)))
    while await worker.metric("qibu_worker_queue_verses") != 3:
        await asyncio.sleep(0.001)
    gone.cancel()
    await asyncio.wait({gone})
    assert await worker.metric("qibu_worker_queue_verses") == 0
    worker.poet.go_on.set()
    await occupied


async def test_the_worker_learns_who_is_the_same_and_not_who_it_is() -> None:
    worker = Scripted(verses())
    client = worker.client()
    for number in (123456789, 123456789, 42, None):
        with caller.on_behalf_of(number):
            await client.compose(ComposeRequest())
    one, again, other, nobody = (asked.headers["Qibu-User"] for asked in worker.asked)
    assert one == again != other
    assert "123456789" not in one
    assert nobody == ""


async def test_silence_ends_with_the_deadline() -> None:
    async def silence(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(3600)
        raise AssertionError

    client = PoetClient(WorkerAddress("http://worker"), transport=httpx.MockTransport(silence))
    assert (await unavailable(client, deadline=0.1)).reason == "slow"


async def test_a_deadline_that_has_passed_is_no_question() -> None:
    worker = Scripted(verses())
    assert (await unavailable(worker.client(), deadline=0)).reason == "slow"
    assert worker.asked == []


async def test_a_broken_connection_is_tried_once_more() -> None:
    worker = Scripted(httpx.RemoteProtocolError("hung up"), verses())
    await worker.client().compose(ComposeRequest(), deadline=5)
    first, second = worker.asked
    assert first.headers["Qibu-Request-Id"] == second.headers["Qibu-Request-Id"]
    deadlines = [int(one.headers["Qibu-Deadline-Ms"]) for one in worker.asked]
    assert 5000 > deadlines[0] > deadlines[1] > 0


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_what_answers_for_a_worker_that_is_gone_is_tried_once_more(status: int) -> None:
    """As Ray Serve's 500 for a replica that was killed while it wrote."""
    gone = httpx.Response(status, text="Internal Server Error")
    worker = Scripted(gone, verses())
    await worker.client().compose(ComposeRequest(seed=7), deadline=5)
    first, second = worker.asked
    assert first.content == second.content

    worker = Scripted(gone)
    assert (await unavailable(worker.client(), deadline=5)).reason == "broken"
    assert len(worker.asked) == 2


async def test_what_a_worker_itself_cannot_do_is_not_tried_again() -> None:
    problem = Problem(type=protocol.INTERNAL, title="", status=500, detail="")
    worker = Scripted(httpx.Response(500, content=problem.model_dump_json()))
    assert (await unavailable(worker.client(), deadline=5)).reason == "broken"
    assert len(worker.asked) == 1


async def test_it_is_tried_only_once_more() -> None:
    worker = Scripted(httpx.ConnectError("refused"))
    assert (await unavailable(worker.client())).reason == "broken"
    assert len(worker.asked) == 2


async def test_a_busy_worker_is_asked_again_when_it_says() -> None:
    worker = Scripted(busy(1), verses())
    began = time.monotonic()
    await worker.client().compose(ComposeRequest())
    assert time.monotonic() - began >= 1
    assert len(worker.asked) == 2


async def test_nobody_waits_longer_than_the_deadline_allows() -> None:
    worker = Scripted(busy(30))
    said = await unavailable(worker.client(), deadline=10)
    assert (said.reason, said.retry_after, len(worker.asked)) == ("busy", 30, 1)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"model": "tiny"}),
        httpx.Response(404, text="not here"),
        httpx.Response(502, text="bad gateway"),
        httpx.Response(503, json=["no problem"]),
    ],
)
async def test_what_is_no_worker_is_broken(answer: httpx.Response) -> None:
    assert (await unavailable(Scripted(answer).client())).reason == "broken"


async def test_a_worker_that_stays_silent_is_not_asked_for_a_while() -> None:
    worker = Scripted(httpx.ConnectError("refused"))
    client = worker.client()
    for _ in range(4):
        await unavailable(client, deadline=0.1)
    asked = len(worker.asked)
    said = await unavailable(client)
    assert said.reason == "broken"
    assert said.retry_after
    assert len(worker.asked) == asked


async def test_a_worker_that_answers_with_errors_is_still_asked() -> None:
    worker = Scripted(httpx.Response(500, text=""))
    client = worker.client()
    for _ in range(10):
        await unavailable(client, deadline=5)
    assert len(worker.asked) == 20, "each time twice"


async def test_a_worker_elsewhere_starts_without_a_record() -> None:
    worker = Scripted(httpx.ConnectError("refused"))

    class Moving:
        url = "http://one"

        def address(self) -> WorkerAddress:
            return WorkerAddress(self.url)

    endpoint = Moving()
    client = PoetClient(endpoint, transport=httpx.MockTransport(worker._answer))
    for _ in range(5):
        await unavailable(client, deadline=0.1)
    asked = len(worker.asked)
    endpoint.url = "http://two"
    await unavailable(client, deadline=0.1)
    assert worker.asked[asked].url.host == "two"


async def test_an_open_circuit_lets_one_caller_try() -> None:
    circuit = Circuit(failures=1, pause=0.02)

    def fail() -> None:
        with circuit.guard():
            raise httpx.ConnectError("refused")

    with pytest.raises(httpx.ConnectError):
        fail()
    with pytest.raises(PoetUnavailable):
        fail()
    await asyncio.sleep(0.03)
    with pytest.raises(httpx.ConnectError), circuit.guard():
        with pytest.raises(PoetUnavailable):
            fail()
        raise httpx.ConnectError("refused")
    with pytest.raises(PoetUnavailable):
        fail()
    await asyncio.sleep(0.03)
    with circuit.guard():
        pass
    with circuit.guard(), circuit.guard():
        pass


async def test_an_endpoint_without_a_worker_answers_at_once() -> None:
    class Starting:
        def address(self) -> WorkerAddress:
            raise PoetUnavailable("starting", 2)

    said = await unavailable(PoetClient(Starting()))
    assert (said.reason, said.retry_after) == ("starting", 2)
