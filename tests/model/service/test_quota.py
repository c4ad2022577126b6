"""That one caller cannot have all verses, and is told when to come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from model.service.errors import OverQuota
from model.service.quota import Quota
from tests.model.service.conftest import Worker


class Clock:
    """A time that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def refused(quota: Quota, caller: str, verses: int) -> int:
    """The seconds after which the caller may ask again."""
    with pytest.raises(OverQuota) as caught:
        quota.spend(caller, verses)
    return caught.value.retry_after


def test_a_caller_may_come_back_when_it_says() -> None:
    clock = Clock()
    quota = Quota(120, clock)
    quota.spend("a", 64)
    quota.spend("a", 56)
    wait = refused(quota, "a", 10)
    assert wait == 5
    clock.now += wait - 0.5
    assert refused(quota, "a", 10) == 1
    clock.now += 1
    quota.spend("a", 10)


def test_callers_do_not_share_and_who_has_no_name_has_no_bound() -> None:
    quota = Quota(64, Clock())
    quota.spend("a", 64)
    quota.spend("b", 64)
    for _ in range(100):
        quota.spend(None, 64)
    assert refused(quota, "b", 1) == 1


def test_the_largest_request_passes_however_small_the_quota() -> None:
    clock = Clock()
    quota = Quota(1, clock)
    quota.spend("a", 64)
    assert refused(quota, "a", 64) == 64 * 60
    clock.now += 64 * 60
    quota.spend("a", 64)


def test_what_was_not_written_is_given_back() -> None:
    quota = Quota(64, Clock())
    quota.spend("a", 64)
    quota.give_back("a", 64)
    quota.spend("a", 64)


def test_zero_is_no_quota() -> None:
    quota = Quota(0, Clock())
    for _ in range(1000):
        quota.spend("a", 64)
    quota.give_back("a", 64)


def test_of_many_callers_it_remembers_those_whose_measure_is_not_full() -> None:
    clock = Clock()
    quota = Quota(60, clock)
    for number in range(10_000):
        quota.spend(str(number), 1)
    clock.now = 5.0
    quota.spend("last", 1)
    assert len(quota._full_at) == 1


async def test_who_asked_for_too_much_is_told(start_worker: Callable[..., Worker]) -> None:
    worker = start_worker(quota=64)
    await asyncio.wrap_future(worker.engine.loaded)

    async def compose(user: str | None, count: int) -> httpx.Response:
        headers = {"Qibu-User": user} if user else {}
        return await worker.http.post("/v1/compose", json={"count": count}, headers=headers)

    assert (await compose("eager", 60)).status_code == 200
    over = await compose("eager", 8)
    assert (over.status_code, over.json()["type"]) == (429, "urn:qibu:problem:too-many-requests")
    assert int(over.headers["Retry-After"]) == over.json()["retry_after"] in (3, 4)
    assert await worker.metric('qibu_worker_rejected_total{reason="quota"}') == 1
    assert (await compose("modest", 8)).status_code == 200
    assert (await compose(None, 64)).status_code == 200
    assert (await compose(None, 64)).status_code == 200
