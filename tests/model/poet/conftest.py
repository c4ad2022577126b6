"""The poet that ships with Qibu, loaded once."""

from __future__ import annotations

import pytest
import torch

from model.poet import Poet, load_poet


@pytest.fixture(scope="session")
def poet() -> Poet:
    # One thread: two beside a busy core spin, and are twenty times slower.
    torch.set_num_threads(1)
    return load_poet("gcnn", "cpu")
