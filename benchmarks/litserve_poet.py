"""The same poet behind LitServe, as its documentation serves a model in batches.

Decides that the verses of a batch of LitServe's are written together, as the worker writes its own;
queue, batches and HTTP are LitServe's. Run by `benchmarks.serving`; needs the extra `bench`.
"""

# Without postponed annotations: LitServe reads that of `request`.

from typing import Any

import click
import litserve

from benchmarks.load import PATH
from model.poet import Poet, Written, load_poet
from model.poet.pieces import Plan, Ranked, batches
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
        plans = [self._poet.composing(form, seed=seed) for form, seed in wishes]
        pieces = [piece for plan in plans for piece in next(plan)]
        written = [
            one for batch in batches(pieces, self._poet.rows) for one in self._poet.write(batch)
        ]
        return [_ended(plan, one) for plan, one in zip(plans, written, strict=True)]

    def encode_response(self, written: Written) -> dict[str, Any]:
        return {"text": written.verse.text, "seed": written.seed, "score": written.score}


def _ended(plan: Plan[list[Written]], written: Ranked) -> Written:
    """The verse of a plan that asked for one piece."""
    try:
        plan.send([written])
    except StopIteration as end:
        verses: list[Written] = end.value
        return verses[0]
    raise AssertionError("a plan for one verse asks for one piece")


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
