"""Texts of which much can be learnt, in English and in Chinese, and a small configuration."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from model.text.learning import Plan

CONFIG = """
name = "small"
network = "char_lstm"
forms = ["couplet5"]
[optimisation]
batch_size = 16
learning_rate = 1e-3
epochs = 1
[options]
embedding_size = 16
hidden_size = 48
"""

PLAN = Plan(window=24, pieces=32, windows=4, steps=20, passes=20, learning_rate=1e-2, dropped=0.0)
"""Some three hundred steps for a text of four thousand characters."""


def english(length: int = 4000) -> str:
    """Sentences of six words, in lines."""
    chance = random.Random(0)
    lines = (
        f"The {chance.choice(['cat', 'dog', 'fox'])} sees the {chance.choice(['sun', 'moon'])}.\n"
        for _ in range(length)
    )
    return "".join(lines)[:length]


def chinese(length: int = 4000) -> str:
    """Couplets whose second line follows from the first."""
    chance = random.Random(0)
    pairs = [
        ("白日依山尽", "黄河入海流"),
        ("空山新雨后", "天气晚来秋"),
        ("明月松间照", "清泉石上流"),
    ]
    lines = ("{}，{}。\n".format(*chance.choice(pairs)) for _ in range(length))
    return "".join(lines)[:length]


TEXTS: dict[str, Callable[[], str]] = {"english": english, "chinese": chinese}


def put(directory: Path, name: str) -> Path:
    """A text and the configuration small.toml, in files."""
    (directory / "small.toml").write_text(CONFIG)
    path = directory / f"{name}.txt"
    path.write_text(TEXTS[name](), encoding="utf-8")
    return path
