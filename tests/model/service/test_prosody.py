"""That a worker explains verse, of forms that its poet does not write as well, and at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from model.service.protocol import ProsodyAnswer
from tests.model.service.conftest import Worker
from tests.model.service.poet import WAITS

QUATRAIN = "朝辞白帝彩云间，千里江陵一日还。两岸猿声啼不住，轻舟已过万重山。"


async def explained(worker: Worker, verse: str) -> ProsodyAnswer:
    response = await worker.http.post("/v1/prosody", json={"verse": verse})
    assert response.status_code == 200, response.text
    return ProsodyAnswer.model_validate(response.json())


async def test_a_verse_is_explained_in_any_writing(worker: Worker) -> None:
    found = await explained(worker, "白日依山盡, 黃河入海流")
    assert found.text == "白日依山尽，黄河入海流。"
    assert found.tones.lines == ["●●○○●", "○○●●○"]
    assert found.rhyme is not None
    assert (found.rhyme.group, found.rhyme.section, found.rhyme.lines) == ("十一尤", "下平", [1])
    assert found.scheme is not None
    assert (found.scheme.name, found.scheme.departures) == ("仄起仄收", [])
    assert [(pair.first, pair.second) for pair in found.parallels][:2] == [
        ("白", "黄"),
        ("日", "河"),
    ]
    assert found.known == [True, False]
    assert found.model == "tiny@0123456789ab"


async def test_a_form_that_the_poet_does_not_write_is_explained_too(worker: Worker) -> None:
    found = await explained(worker, QUATRAIN)
    assert found.form == "jueju7"
    assert found.scheme is not None
    assert found.scheme.starts_level
    assert found.scheme.first_line_rhymes


async def test_what_departs_from_the_scheme_is_named(worker: Worker) -> None:
    found = await explained(worker, "白日依山尽，黄河入海月。")
    assert found.scheme is not None
    (departure,) = found.scheme.departures
    assert (departure.line, departure.place, departure.character) == (1, 4, "月")
    assert not found.tones.regular


async def test_it_does_not_wait_for_what_is_being_written(worker: Worker) -> None:
    writing = asyncio.create_task(worker.http.post("/v1/compose", json={"theme": WAITS}))
    await asyncio.to_thread(worker.poet.waiting.wait, 10)
    assert (await explained(worker, QUATRAIN)).tones.regular
    assert not writing.done()
    worker.poet.go_on.set()
    await writing


@pytest.mark.parametrize(
    ("message", "field"),
    [({"verse": "hello"}, "verse"), ({}, "verse"), ({"verse": QUATRAIN, "x": 1}, "x")],
)
async def test_what_is_no_verse_is_refused(
    worker: Worker, message: dict[str, Any], field: str
) -> None:
    response = await worker.http.post("/v1/prosody", json=message)
    assert response.status_code == 422
    assert response.json()["field"] == field


async def test_no_answer_once_the_deadline_has_passed(worker: Worker) -> None:
    response = await worker.http.post(
        "/v1/prosody", json={"verse": QUATRAIN}, headers={"Qibu-Deadline-Ms": "0"}
    )
    assert response.status_code == 504
