"""That a verse is the same in whatever company it is written.

Batches of one piece are compared with batches of many, to the last bit of every score: a sum in
another order would show there, long before it changes a character.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from model.poet import Poet, load_poet
from model.poet.drafting import Draft, Place, Progress, Wish, no_progress
from model.poet.pieces import Piece, Ranked
from model.poet.precision import half_precision
from model.verse import Form, Pattern

pytestmark = pytest.mark.timeout(600)

ROWS = 4
"""Candidates of a piece: so few that its lone batch is the smallest there is."""
COMPANY = 64


@pytest.fixture(scope="module", params=["as it writes", "float32"])
def writer(request: pytest.FixtureRequest) -> Poet:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "float32":
            if half_precision(torch.device("cpu")) is None:
                pytest.skip("this machine writes in it anyway")
            patch.setattr("model.poet.drafting.half_precision", lambda _: None)
        return load_poet(device="cpu", candidates=ROWS)


def pieces(poet: Poet, form: Form) -> list[Piece]:
    """All kinds of wishes by turns, a seed for each."""
    latent = torch.linspace(-1, 1, poet.latent_sizes[form])[None]
    heads: list[str | None] = [None] * form.size
    heads[:: form.line_length] = "春夏秋冬"[: form.line_count]
    wishes = [
        Wish(Pattern.open(form)),
        Wish(Pattern.open(form), theme="明月"),
        Wish(Pattern(form, tuple(heads))),
        Wish(Pattern.open(form), place=Place(latent, 0.5)),
        Wish(Pattern.open(form), place=Place(latent, 0.0)),
        Wish(Pattern.open(form), temperature=0.4),
    ]
    return [Piece(wishes[i % len(wishes)], i, ROWS + i % 3) for i in range(COMPANY)]


def alone(poet: Poet, piece: Piece) -> Ranked:
    (ranked,) = poet.write([piece])
    return ranked


@pytest.mark.parametrize("form", [Form.COUPLET5, Form.JUEJU7])
def test_a_verse_alone_is_the_verse_among_64(writer: Poet, form: Form) -> None:
    all_pieces = pieces(writer, form)
    together = writer.write(all_pieces)
    for i in (*range(6), 31, 63):
        assert alone(writer, all_pieces[i]) == together[i]


def test_neither_place_nor_mates_count(writer: Poet) -> None:
    all_pieces = pieces(writer, Form.COUPLET7)
    together = writer.write(all_pieces)
    assert writer.write(all_pieces[::-1])[::-1] == together
    assert writer.write(all_pieces[10:13]) == together[10:13]
    others = [Piece(piece.wish, piece.seed + 1000, piece.rows) for piece in all_pieces[1:]]
    assert writer.write([*others, all_pieces[0]])[-1] == together[0]


def test_it_finds_company_harmless_here_and_goes_on_sharing(writer: Poet) -> None:
    before = writer.rows
    assert writer.warm_up().shares
    assert writer.rows == before


def test_where_company_matters_nothing_shares_a_batch() -> None:
    poet = load_poet("gcnn", "cpu", candidates=ROWS)
    write = poet._writer._drafter.write

    def swayed(drafts: Sequence[Draft], rows: int = 0, progress: Progress = no_progress) -> Tensor:
        ids = write(drafts, rows, progress)
        return ids.flip(1) if len(drafts) > 1 else ids

    poet._writer._drafter.write = swayed  # type: ignore[method-assign]
    assert not poet.warm_up().shares
    assert poet.rows == 1


def test_a_request_is_the_same_however_its_verses_are_batched() -> None:
    small = load_poet(device="cpu", candidates=ROWS)
    large = load_poet(device="cpu", candidates=ROWS)
    small._writer.rows = 1
    form = Form.COUPLET5
    assert small.compose(form, 20, seed=3) == large.compose(form, 20, seed=3)
    verse = large.compose(form, seed=1)[0].verse
    other = large.compose(form, seed=2)[0].verse
    assert small.reconstruct(verse, 5, seed=1) == large.reconstruct(verse, 5, seed=1)
    assert small.interpolate(verse, other, 7) == large.interpolate(verse, other, 7)
