"""That a poet of all four forms is served in all of them, by every door."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from model.poet import Near
from model.service.protocol import ReconstructAnswer, VerseAnswer, VersesAnswer
from model.verse import Form, Verse
from tests.model.service.conftest import Worker
from tests.model.service.poet import TinyPoet


@pytest.fixture
async def worker(start_worker: Callable[..., Worker]) -> Worker:
    made = start_worker(poet=TinyPoet(tuple(Form)))
    await asyncio.wrap_future(made.engine.loaded)
    return made


@pytest.mark.parametrize("form", list(Form))
async def test_every_door_opens_to_every_form(worker: Worker, form: Form) -> None:
    heads = "春江花月"[: form.line_count]
    pattern = "，".join(head + "？" * (form.line_length - 1) for head in heads)

    async def verses(path: str, **request: Any) -> list[VerseAnswer]:
        response = await worker.http.post(f"/v1/{path}", json=request)
        assert response.status_code == 200, response.text
        return VersesAnswer.model_validate(response.json()).verses

    (one,) = await verses("compose", form=form, theme="春江", acrostic=heads, temperature=0.7)
    assert worker.poet.asked[-1] == {
        "theme": "春江",
        "acrostic": heads,
        "temperature": 0.7,
        "near": None,
    }
    (other,) = await verses("compose", form=form, near={"verse": one.text, "distance": 0.1})
    assert worker.poet.asked[-1]["near"] == Near(verse=Verse.parse(one.text), distance=0.1)
    await verses("compose", form=form, near={"latent": one.latent, "distance": 0.0})
    assert worker.poet.asked[-1]["near"] == Near(latent=tuple(one.latent), distance=0.0)

    (whole,) = await verses("complete", pattern=pattern)
    assert [line[0] for line in whole.lines] == list(heads)
    walk = await verses("interpolate", start=one.text, end=other.text, steps=4)
    assert [walk[0].text, walk[-1].text] == [one.text, other.text]
    assert {verse.form for verse in (one, other, whole, *walk)} == {form}

    back = await worker.http.post("/v1/reconstruct", json={"verse": one.text, "variations": 2})
    assert ReconstructAnswer.model_validate(back.json()).reconstruction.form is form


async def test_a_latent_of_a_wrong_length_is_told_the_right_one(worker: Worker) -> None:
    for form, size in (await worker.http.get("/v1/model")).json()["latent_sizes"].items():
        near = {"latent": [0.0] * (size + 1)}
        refused = await worker.http.post("/v1/compose", json={"form": form, "near": near})
        assert (refused.status_code, refused.json()["field"]) == (422, "near.latent")
        assert f"{form} has {size} numbers, not {size + 1}" in refused.json()["detail"]


async def test_the_examples_of_the_contract_are_answered(worker: Worker) -> None:
    contract = (await worker.http.get("/openapi.json")).json()
    tried = 0
    for path, operations in contract["paths"].items():
        if "post" not in operations:
            continue
        schema = operations["post"]["requestBody"]["content"]["application/json"]["schema"]
        message = contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        for example in message["examples"]:
            assert (await worker.http.post(path, json=example)).status_code == 200
            tried += 1
    assert tried >= 4
