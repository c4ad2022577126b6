"""What the worker's doors answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from model.service.protocol import ReconstructAnswer, VersesAnswer
from model.verse import Form, Verse
from tests.model.service.conftest import Worker
from tests.model.service.poet import POISONED, UNKNOWN

CLASSIC = "白日依山尽，黄河入海流。"


def problem(response: httpx.Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == response.status_code
    assert body["type"].startswith("urn:qibu:problem:")
    assert body["title"]
    body["type"] = body["type"].removeprefix("urn:qibu:problem:")
    return body


async def compose(worker: Worker, **request: Any) -> httpx.Response:
    return await worker.http.post("/v1/compose", json=request)


async def test_compose_answers_with_whole_verses(worker: Worker) -> None:
    answer = VersesAnswer.model_validate(
        (await compose(worker, form="couplet7", count=3, seed=7)).json()
    )
    assert answer.model == "tiny@0123456789ab"
    assert len(answer.verses) == 3
    for verse in answer.verses:
        assert verse.form is Form.COUPLET7
        assert verse.text == Verse(Form.COUPLET7, tuple(verse.lines)).text
        assert len(verse.latent) == 2
        assert [len(line) for line in verse.tones.lines] == [7, 7]


async def test_a_verse_comes_again_with_its_own_seed(worker: Worker) -> None:
    """The service chooses a seed where there is none, and tells it."""
    first = VersesAnswer.model_validate((await compose(worker, count=4)).json())
    other = VersesAnswer.model_validate((await compose(worker, count=4)).json())
    assert {verse.seed for verse in first.verses}.isdisjoint(v.seed for v in other.verses)
    for verse in first.verses:
        again = VersesAnswer.model_validate((await compose(worker, seed=verse.seed)).json())
        assert again.verses[0].text == verse.text


async def test_reconstruct_reads_any_writing(worker: Worker) -> None:
    response = await worker.http.post(
        "/v1/reconstruct", json={"verse": "白日依山盡, 黃河入海流", "variations": 3, "seed": 1}
    )
    answer = ReconstructAnswer.model_validate(response.json())
    assert answer.original.text == CLASSIC
    assert answer.original.seed is None
    assert [variation.distance for variation in answer.variations] == [0.25, 0.5, 0.75]


async def test_complete_keeps_what_is_known(worker: Worker) -> None:
    response = await worker.http.post("/v1/complete", json={"pattern": "白日依山尽", "count": 2})
    answer = VersesAnswer.model_validate(response.json())
    assert [verse.lines[0] for verse in answer.verses] == ["白日依山尽"] * 2


async def test_interpolate_walks_from_end_to_end(worker: Worker) -> None:
    end = "举头望明月，低头思故乡。"
    response = await worker.http.post(
        "/v1/interpolate", json={"start": CLASSIC, "end": end, "steps": 4}
    )
    texts = [verse["text"] for verse in response.json()["verses"]]
    assert (len(texts), texts[0], texts[-1]) == (4, CLASSIC, end)


async def test_model_describes_the_poet(worker: Worker) -> None:
    answer = (await worker.http.get("/v1/model")).json()
    assert answer["name"] == "tiny"
    assert answer["forms"] == ["couplet5", "couplet7"]
    assert answer["latent_sizes"] == {"couplet5": 2, "couplet7": 2}
    assert answer["model"] == f"tiny@{answer['digest'][:12]}"


@pytest.mark.parametrize(
    ("path", "request_", "field"),
    [
        ("compose", {"form": "sonnet"}, "form"),
        ("compose", {"count": 65}, "count"),
        ("compose", {"seed": 2**53}, "seed"),
        ("compose", {"colour": "red"}, "colour"),
        ("compose", {"near": {"distance": 0.5}}, "near"),
        ("compose", {"near": {"verse": "三个字"}}, "near.verse"),
        ("compose", {"form": "couplet7", "near": {"verse": CLASSIC}}, "near.verse"),
        ("compose", {"near": {"latent": [0.0]}}, "near.latent"),
        ("compose", {"near": {"latent": [0.0, 1e300]}}, "near.latent.1"),
        ("reconstruct", {"verse": "hello"}, "verse"),
        ("reconstruct", {}, "verse"),
        ("reconstruct", {"verse": CLASSIC, "variations": 17}, "variations"),
        ("complete", {"pattern": "???"}, "pattern"),
        ("interpolate", {"start": CLASSIC, "end": "春"}, "end"),
        ("interpolate", {"start": CLASSIC, "end": "黄河入海流之水" * 2}, "end"),
    ],
)
async def test_bad_input_names_its_field(
    worker: Worker, path: str, request_: dict[str, Any], field: str
) -> None:
    said = problem(await worker.http.post(f"/v1/{path}", json=request_))
    assert (said["status"], said["type"], said["field"]) == (422, "invalid-request", field)
    assert said["detail"]
    assert "Value error" not in said["detail"]


@pytest.mark.parametrize("milliseconds", ["60000", "1" + "0" * 400])
async def test_no_caller_can_wait_too_long(worker: Worker, milliseconds: str) -> None:
    response = await worker.http.post(
        "/v1/compose", json={}, headers={"Qibu-Deadline-Ms": milliseconds}
    )
    assert response.status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff", b'{"near":{"latent":[1e999,0]}}', b'{"theme":"\\ud800"}'],
)
async def test_a_body_that_is_no_request_is_refused(worker: Worker, body: bytes) -> None:
    response = await worker.http.post(
        "/v1/compose", content=body, headers={"content-type": "application/json"}
    )
    said = problem(response)
    assert (said["status"], said["type"]) == (422, "invalid-request")
    assert worker.poet.seeds == []


async def test_a_problem_stays_small_whatever_is_wrong(worker: Worker) -> None:
    for request in ({"near": {"latent": [1e9] * 4000}}, {"k" * 100_000: 1}, {"\ud800": 1}):
        response = await worker.http.post("/v1/compose", content=json.dumps(request))
        assert problem(response)["type"] == "invalid-request"
        assert len(response.content) < 2048


async def test_an_enormous_body_is_refused(worker: Worker) -> None:
    response = await worker.http.post("/v1/compose", content=b" " * (1 << 21))
    assert problem(response)["status"] == 413


async def test_what_the_poet_cannot_do_is_said_as_such(worker: Worker) -> None:
    form = problem(await compose(worker, form="jueju7"))
    assert (form["status"], form["type"]) == (422, "unsupported-form")
    assert form["forms"] == ["couplet5", "couplet7"]

    characters = problem(
        await worker.http.post("/v1/reconstruct", json={"verse": CLASSIC.replace("日", UNKNOWN)})
    )
    assert (characters["status"], characters["type"]) == (422, "unknown-characters")
    assert characters["characters"] == UNKNOWN


async def test_a_failure_of_the_poet_is_internal_and_keeps_its_details(worker: Worker) -> None:
    said = problem(await compose(worker, theme=POISONED))
    assert (said["status"], said["type"]) == (500, "internal")
    assert "bug" not in said["detail"]
    assert (await compose(worker)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1/sonnet", 404),
        ("GET", "/v1/model/", 404),
        ("GET", "/v1/compose", 405),
    ],
)
async def test_a_door_that_is_none(worker: Worker, method: str, path: str, status: int) -> None:
    response = await worker.http.request(method, path)
    assert problem(response)["type"] == "not-found"
    assert response.status_code == status
    assert (response.headers.get("allow") == "POST") == (status == 405)


@pytest.mark.parametrize("given", [None, "Bearer wrong", "Bearer ", "Basic s3cret", "s3cret"])
@pytest.mark.parametrize("path", ["/v1/compose", "/v1/nothing"])
async def test_a_wrong_key_is_told_before_anything_else(
    start_worker: Callable[..., Worker], path: str, given: str | None
) -> None:
    worker = start_worker(key="s3cret")
    headers = {"Authorization": given} if given is not None else {}
    response = await worker.http.post(path, content=b"{", headers=headers)
    assert (problem(response)["status"], problem(response)["type"]) == (401, "wrong-key")
    assert response.headers["www-authenticate"] == "Bearer"


async def test_the_right_key_opens_and_operators_need_none(
    start_worker: Callable[..., Worker],
) -> None:
    worker = start_worker(key="s3cret")
    await asyncio.wrap_future(worker.engine.loaded)
    right = {"Authorization": "Bearer s3cret"}
    assert (await worker.http.get("/v1/model", headers=right)).status_code == 200
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"):
        assert (await worker.http.get(path)).status_code == 200, path


async def test_a_request_keeps_its_name(worker: Worker) -> None:
    async def name(given: dict[str, str]) -> str:
        response = await worker.http.get("/nowhere", headers=given)
        return response.headers["Qibu-Request-Id"]

    assert await name({"Qibu-Request-Id": "a-1"}) == "a-1"
    made = {await name({}), await name({"Qibu-Request-Id": "two words"})}
    assert len(made) == 2
    assert "two words" not in made


async def test_the_contract_is_published(worker: Worker) -> None:
    contract = (await worker.http.get("/openapi.json")).json()
    assert {
        "/v1/compose",
        "/v1/reconstruct",
        "/v1/complete",
        "/v1/interpolate",
        "/v1/prosody",
        "/v1/model",
        "/healthz",
        "/readyz",
        "/metrics",
    } == set(contract["paths"])
    operation = contract["paths"]["/v1/compose"]["post"]
    assert operation["security"]
    assert "Qibu-Deadline-Ms" in [one["name"] for one in operation["parameters"]]
    for status in ("401", "422", "503", "504"):
        assert list(operation["responses"][status]["content"]) == ["application/problem+json"]


async def test_the_page_of_the_contract_needs_nothing_from_elsewhere(worker: Worker) -> None:
    response = await worker.http.get("/docs")
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    page = response.text
    assert "//" not in page.replace("://", "").replace("<!doctype", "")
    assert "<script" not in page
    contract = (await worker.http.get("/openapi.json")).json()
    for path, operations in contract["paths"].items():
        for method in operations:
            assert f"<code>{method.upper()} {path}</code>" in page
    for field in ("acrostic", "near.latent", "verses.tones.rhyme", "Qibu-Deadline-Ms", "Qibu-User"):
        assert f"<code>{field}</code>" in page


async def test_metrics_count_what_happened(worker: Worker) -> None:
    await compose(worker, form="couplet7", count=5)
    await compose(worker, form="jueju7")
    await worker.http.get("/nowhere")
    await worker.http.get("/elsewhere")
    assert await worker.metric('qibu_worker_verses_total{form="couplet7"}') == 5
    requests = 'qibu_worker_requests_total{{endpoint="{}",status="{}"}}'
    assert await worker.metric(requests.format("/v1/compose", 200)) == 1
    assert await worker.metric(requests.format("/v1/compose", 422)) == 1
    assert await worker.metric(requests.format("other", 404)) == 2
    assert await worker.metric("qibu_worker_queue_wait_seconds_count") == 2
    assert await worker.metric("qibu_worker_compute_seconds_count") == 2
    assert await worker.metric("qibu_worker_ready") == 1
    assert await worker.metric("qibu_worker_batch_verses_sum") == 5
    labels = f'{{device="cpu",digest="{worker.poet.digest}",model="{worker.poet.label}"}}'
    assert await worker.metric("qibu_worker_model_info" + labels) == 1
