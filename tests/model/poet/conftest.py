"""The poets that ship with Qibu, loaded once, with fewer candidates than people get."""

from __future__ import annotations

import pytest
import torch

from model.poet import Poet, load_poet

CANDIDATES = 48


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    # Two beside a busy core spin, and are twenty times slower.
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def seed_poet() -> Poet:
    return load_poet("gcnn", "cpu", CANDIDATES)


@pytest.fixture(scope="session")
def flagship() -> Poet:
    return load_poet(device="cpu", candidates=CANDIDATES)


@pytest.fixture(scope="session", params=["seed_poet", "flagship"])
def poet(request: pytest.FixtureRequest) -> Poet:
    found: Poet = request.getfixturevalue(request.param)
    return found
