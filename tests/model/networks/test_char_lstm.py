"""The character LSTM as a model of verse: its cost against torch's own cells, and its exactness."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor, nn

from model.evaluation.bounds import evidence, importance_weighted, log_weights
from model.networks.char_lstm import CharLSTMDecoder
from model.networks.vae import VAE, build, likeliest
from model.verse import Form

VOCABULARY = 30
OPTIONS = {"forms": [*Form], "embedding_size": 6, "hidden_size": 8, "layers": 2}


def model(vocabulary_size: int = VOCABULARY) -> VAE:
    """One whose every weight does something."""
    torch.manual_seed(0)
    fresh = build("char_lstm", OPTIONS, vocabulary_size)
    with torch.no_grad():
        for weight in fresh.parameters():
            weight.normal_(std=0.4)
    return fresh.eval()


@pytest.fixture
def lstm() -> VAE:
    return model()


def verses(form: Form, count: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(1, VOCABULARY, (count, form.size), generator=generator)


def nothing(count: int) -> Tensor:
    return torch.zeros(count, 0)


@pytest.mark.parametrize("form", list(Form))
def test_the_cost_is_that_of_torchs_cells_one_character_after_another(
    lstm: VAE, form: Form
) -> None:
    decoder = lstm.decoder
    assert isinstance(decoder, CharLSTMDecoder)
    weights = decoder.model.core.state_dict()
    cells = []
    for layer, inputs in enumerate((6, 8)):
        cell = nn.LSTMCell(inputs, 8)
        cell.load_state_dict({name: weights[f"{name}_l{layer}"] for name in cell.state_dict()})
        cells.append(cell)
    ids = verses(form, 3)
    table = decoder.model.embedding.weight
    x = table[VOCABULARY + list(Form).index(form)].expand(3, -1)
    states = [(torch.zeros(3, 8), torch.zeros(3, 8)) for _ in cells]
    expected = []
    for position in range(form.size):
        for layer, cell in enumerate(cells):
            states[layer] = cell(x, states[layer])
            x = states[layer][0]
        logits = decoder.model.narrow(x) @ table[:VOCABULARY].T + decoder.model.bias
        expected.append(logits.log_softmax(-1).gather(1, ids[:, position, None]).squeeze(1))
        x = table[ids[:, position]]
    torch.testing.assert_close(decoder.log_prob(ids, nothing(3)), torch.stack(expected, dim=1))


def test_the_chances_of_all_verses_add_up_to_one() -> None:
    two = model(vocabulary_size=3)
    every = torch.tensor(list(itertools.product(range(3), repeat=Form.COUPLET5.size)))
    with torch.no_grad():
        chances = two.decoder.log_prob(every, nothing(len(every))).double().sum(1).exp()
    assert float(chances.sum()) == pytest.approx(1, abs=1e-5)


@torch.no_grad()
def test_the_bound_is_the_exact_cost_and_the_rate_nothing(lstm: VAE) -> None:
    ids, generator = verses(Form.JUEJU5, 16), torch.Generator().manual_seed(0)
    cost = -lstm.decoder.log_prob(ids, nothing(16)).sum(1).double()
    figures = lstm.loss(ids, generator).figures
    assert float(figures["rate"]) == 0
    assert float(figures["bound"]) == pytest.approx(float(cost.mean()))
    assert evidence(lstm, [ids], generator).rate == 0
    tightened = importance_weighted(log_weights(lstm, ids, 3, generator))
    torch.testing.assert_close(tightened, cost)


def test_what_comes_later_is_not_looked_at(lstm: VAE) -> None:
    ids = verses(Form.COUPLET7, 4)
    before = lstm.read(ids)
    other = ids.clone()
    other[:, 9:] = ids[:, 9:] % (VOCABULARY - 1) + 1
    after = lstm.read(other)
    assert before is not None
    assert after is not None
    assert torch.equal(before.log_prob[:, :9], after.log_prob[:, :9])
    assert not torch.isclose(before.log_prob[:, 9:], after.log_prob[:, 9:]).all()
    assert before.states.shape[:2] == ids.shape


@pytest.mark.parametrize("form", list(Form))
def test_it_writes_what_it_reads_as_likeliest(lstm: VAE, form: Form) -> None:
    seen: list[Tensor] = []

    def choose(position: int, logits: Tensor) -> Tensor:
        chosen = likeliest(position, logits)
        seen.append(logits.log_softmax(-1).gather(1, chosen[:, None]))
        return chosen

    ids = lstm.decoder.write(nothing(2), form.size, choose)
    assert ids.shape == (2, form.size)
    torch.testing.assert_close(torch.cat(seen, dim=1), lstm.decoder.log_prob(ids, nothing(2)))


def test_verses_of_two_forms_begin_differently(lstm: VAE) -> None:
    first = [
        lstm.decoder.log_prob(torch.ones(1, form.size, dtype=torch.long), nothing(1))[0, 0]
        for form in Form
    ]
    assert len({float(cost) for cost in first}) == len(Form)


def test_it_learns_what_follows_what() -> None:
    torch.manual_seed(0)
    learning = build("char_lstm", {"embedding_size": 16, "hidden_size": 32}, VOCABULARY)
    first = torch.randint(1, VOCABULARY, (256, 1))
    ids = (first + torch.arange(10)) % (VOCABULARY - 1) + 1
    optimiser = torch.optim.Adam(learning.parameters(), 2e-2)
    for _ in range(60):
        loss = learning.loss(ids, torch.Generator())
        optimiser.zero_grad()
        loss.total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    # The first is drawn by chance, and costs log 29 = 3.4 nats; the others follow.
    assert 3.2 < float(loss.total.detach()) < 4.5
