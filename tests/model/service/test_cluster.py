"""A replica of a cluster is a worker; what Ray does with replicas is Ray's, and docs/cluster.md's.

Needs the extra `cluster`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.model.service.poet import TinyPoet

pytest.importorskip("ray.serve", reason="needs the extra `cluster`")

from model.service import cluster

ROOT = Path(__file__).parents[3]


@pytest.fixture
def poet(monkeypatch: pytest.MonkeyPatch) -> TinyPoet:
    poet = TinyPoet()
    monkeypatch.setattr(cluster, "load_poet", lambda _model, _device: poet)
    monkeypatch.setenv("QIBU_POOL_SIZE", "0")
    return poet


async def test_a_replica_answers_as_a_worker_does(poet: TinyPoet) -> None:
    replica = cluster.Replica(cluster.ReplicaSettings())
    transport = httpx.ASGITransport(replica.__serve_build_asgi_app__())
    async with httpx.AsyncClient(transport=transport, base_url="http://replica") as http:
        assert (await http.get("/readyz")).status_code == 200
        answer = (await http.post("/v1/compose", json={"seed": 7, "count": 2})).json()
        assert (answer["model"], len(answer["verses"])) == (poet.label, 2)
        replica.check_health()
        await replica.__del__()
        assert (await http.post("/v1/compose", json={})).status_code == 503, "it drained"


async def test_a_replica_with_a_dead_poet_asks_to_be_replaced(poet: TinyPoet) -> None:
    replica = cluster.Replica(cluster.ReplicaSettings())
    transport = httpx.ASGITransport(replica.__serve_build_asgi_app__())
    async with httpx.AsyncClient(transport=transport, base_url="http://replica") as http:
        assert (await http.post("/v1/compose", json={"theme": "亡"})).status_code == 500
    with pytest.raises(RuntimeError, match="dead"):
        replica.check_health()
    await replica.__del__()


def test_what_ray_is_told_is_what_it_understands() -> None:
    yaml = pytest.importorskip("yaml", reason="comes with Ray")
    from ray.serve.schema import ServeDeploySchema  # noqa: PLC0415

    given: dict[str, Any] = yaml.safe_load((ROOT / "ops" / "cluster.yaml").read_text())
    (application,) = ServeDeploySchema.model_validate(given).applications
    assert application.import_path == f"{cluster.__name__}:{cluster.build.__name__}"
    deployed = cluster.build(application.args)._bound_deployment
    assert [one.name for one in application.deployments] == [deployed.name]
