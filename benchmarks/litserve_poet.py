"""The same poet behind LitServe, as its documentation serves a model in batches.

Decides nothing of its own: LitServe's queue, batches and HTTP around `Poet.compose`. Run by
`benchmarks.serving`; needs the extra `bench`.
"""

from __future__ import annotations

from typing import Any

import click
import litserve

from benchmarks.load import PATH
from model.poet import Poet, Written, load_poet
from model.verse import Form


class PoetAPI(litserve.LitAPI):  # type: ignore[misc]
    """A verse of a form for a seed."""

    def __init__(self, model: str, **options: Any) -> None:
        super().__init__(api_path=PATH, **options)
        self._model = model
        self._poet: Poet

    def setup(self, device: str) -> None:
        self._poet = load_poet(self._model, "cuda" if device.startswith("cuda") else "cpu")

    def decode_request(self, request: dict[str, Any]) -> tuple[Form, int]:
        return Form(request["form"]), int(request["seed"])

    def predict(self, wishes: list[tuple[Form, int]]) -> list[Written]:
        return [self._poet.compose(form, seed=seed)[0] for form, seed in wishes]

    def encode_response(self, written: Written) -> dict[str, Any]:
        return {"text": written.verse.text, "seed": written.seed, "score": written.score}


@click.command()
@click.option("--model", required=True)
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu")
@click.option("--port", type=int, required=True)
@click.option("--batch", type=click.IntRange(1), default=64)
def main(model: str, device: str, port: int, batch: int) -> None:
    """Serve until killed."""
    api = PoetAPI(model, max_batch_size=batch, batch_timeout=0.005)
    server = litserve.LitServer(api, accelerator=device, devices=1, timeout=120)
    server.run(host="127.0.0.1", port=port, generate_client_file=False, log_level="warning")


if __name__ == "__main__":
    main()
