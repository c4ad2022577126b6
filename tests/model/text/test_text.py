"""A file becomes a text: what is known of it, what is held out, and what is refused."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest
import torch

from model.text.text import SHORTEST, Text, TextError
from model.text.windows import Pieces
from tests.model.text.texts import chinese, english


def test_the_tail_is_held_out_and_nothing_is_lost() -> None:
    written = chinese()
    text = Text.of(written)
    assert len(text.held_out) == len(written) // 10
    whole = torch.cat([text.train, text.held_out])
    assert text.vocabulary.decode(whole.tolist()) == written


def test_characters_are_known_by_falling_frequency() -> None:
    text = Text.of("cbbaaa" * 500)
    assert text.vocabulary.characters == "abc"


def test_a_character_of_the_tail_alone_is_not_known() -> None:
    text = Text.of(english() + "é" * 10)
    assert text.vocabulary.unknown("é")
    assert text.held_out[-10:].tolist() == [0] * 10


def test_the_reference_is_the_cost_of_the_tail_by_shares_in_the_rest() -> None:
    written = english()
    text = Text.of(written + "é")
    tail = (written + "é")[-len(text.held_out) : -1]
    counts = Counter(written[: len(text.train)])
    costs = [-math.log(counts[c] / len(text.train)) for c in tail]
    assert text.reference == pytest.approx(sum(costs) / len(costs))


def test_the_lead_ends_where_a_line_does() -> None:
    written = english()
    lead = Text.of(written).lead
    assert written[:3600].rfind("\n") == written.rfind(lead, 0, 3600) + len(lead) - 1
    assert len(lead) > 150
    assert Text.of("ab" * 2000).lead == "ab" * 100  # there are no lines


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_marks_and_line_ends_of_other_systems_make_no_difference(tmp_path: Path, ends: str) -> None:
    written = english()
    path = tmp_path / "text"
    path.write_bytes(b"\xef\xbb\xbf" + written.replace("\n", ends).encode())
    assert Text.read(path).digest == Text.of(written).digest


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n" * SHORTEST, "is empty"),
        ("山" * (SHORTEST - 1), f"1,999 characters: give a text of {SHORTEST:,} at least"),
        (chinese().encode("gb18030"), "no text in UTF-8"),
        (b"\x89PNG\r\n\xff" * SHORTEST, "no text in UTF-8"),
        ("a" * 2700 + "b" * 300, "nothing is tested"),
    ],
)
def test_a_file_that_holds_no_text_to_learn_is_refused(
    tmp_path: Path, content: bytes | str, said: str
) -> None:
    path = tmp_path / "text"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(TextError, match=said) as refusal:
        Text.read(path)
    assert str(path) in str(refusal.value)


def test_pieces_hold_every_character_once_each_after_the_one_before_it() -> None:
    ids = torch.arange(1, 24)
    pieces = Pieces(ids, before=99, count=3, window=5)
    windows = [pieces.at(window) for window in range(pieces.windows)]
    previous, following = (torch.cat(part, dim=1) for part in zip(*windows, strict=True))
    assert following.flatten().tolist() == [*range(1, 24), 0]
    assert previous.flatten().tolist() == [99, *range(1, 24)]
    assert [len(window[0]) for window in windows] == [3, 3]
