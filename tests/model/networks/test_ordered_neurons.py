"""Ordered neurons: torch's LSTM where the master gates are open, and the paper's formulas where
they are not."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from model.networks.ordered_neurons import OrderedNeurons

INPUTS, SIZE, LEVELS = 3, 8, 4
OPEN = 1e3


@pytest.fixture
def core() -> OrderedNeurons:
    torch.manual_seed(0)
    return OrderedNeurons(INPUTS, SIZE, LEVELS)


@pytest.fixture
def x() -> Tensor:
    return torch.randn(2, 5, INPUTS, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def state() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(2)
    h, c = (torch.randn(1, 2, SIZE, generator=generator) for _ in range(2))
    return h, c


@torch.no_grad()
def open_gates(core: OrderedNeurons) -> None:
    """The master forget gate is all ones if all of its mass is at the first level, the master
    input gate if it is at the last."""
    for layer in (core.project, core.recur):
        layer.weight[4 * SIZE :] = 0
    core.project.bias[4 * SIZE :] = 0
    core.project.bias[4 * SIZE] = OPEN
    core.project.bias[-1] = OPEN


def lstm_of(core: OrderedNeurons) -> nn.LSTM:
    """torch's LSTM with the weights of the core."""
    lstm = nn.LSTM(INPUTS, SIZE, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": core.project.weight[: 4 * SIZE],
            "weight_hh_l0": core.recur.weight[: 4 * SIZE],
            "bias_ih_l0": core.project.bias[: 4 * SIZE],
            "bias_hh_l0": torch.zeros(4 * SIZE),
        }
    )
    return lstm


@pytest.mark.parametrize("started", [True, False])
def test_with_open_master_gates_it_is_torchs_lstm(
    core: OrderedNeurons, x: Tensor, state: tuple[Tensor, Tensor], started: bool
) -> None:
    open_gates(core)
    lstm = lstm_of(core)
    given = state if started else None
    h, (last, cell) = core(x, given)
    expected, (expected_last, expected_cell) = lstm(x, given)
    torch.testing.assert_close(h, expected)
    torch.testing.assert_close(last, expected_last)
    torch.testing.assert_close(cell, expected_cell)
    h.square().sum().backward()
    expected.square().sum().backward()
    assert core.recur.weight.grad is not None
    torch.testing.assert_close(core.recur.weight.grad[: 4 * SIZE], lstm.weight_hh_l0.grad)
    torch.testing.assert_close(core.distances(x, given), torch.zeros(2, 5))


def test_a_step_follows_the_papers_equations(
    core: OrderedNeurons, x: Tensor, state: tuple[Tensor, Tensor]
) -> None:
    h, c = state[0][0, 0], state[1][0, 0]  # of the first verse
    gates = core.project.weight @ x[0, 0] + core.project.bias + core.recur.weight @ h
    i, f, o = (gates[k * SIZE : (k + 1) * SIZE].sigmoid() for k in (0, 1, 3))
    new = gates[2 * SIZE : 3 * SIZE].tanh()
    p = gates[4 * SIZE : 4 * SIZE + LEVELS].softmax(0)
    q = gates[4 * SIZE + LEVELS :].softmax(0)
    keep = torch.stack([p[: k + 1].sum() for k in range(LEVELS)])
    write = torch.stack([q[k:].sum() for k in range(LEVELS)])
    distance = 1 - keep.mean()
    keep, write = (gate.repeat_interleave(SIZE // LEVELS) for gate in (keep, write))
    both = keep * write
    cell = (f * both + keep - both) * c + (i * both + write - both) * new
    read, (_, read_cell) = core(x[:, :1], state)
    torch.testing.assert_close(read_cell[0, 0], cell)
    torch.testing.assert_close(read[0, 0], o * cell.tanh())
    torch.testing.assert_close(core.distances(x, state)[0, 0], distance)


def test_it_reads_in_pieces_what_it_reads_at_once(core: OrderedNeurons, x: Tensor) -> None:
    whole, (last, cell) = core(x)
    first, state = core(x[:, :2])
    second, (last_in_pieces, cell_in_pieces) = core(x[:, 2:], state)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole)
    torch.testing.assert_close(last_in_pieces, last)
    torch.testing.assert_close(cell_in_pieces, cell)
    assert torch.equal(whole[:, -1], last[0])


def test_every_neuron_can_be_written_to(core: OrderedNeurons, x: Tensor) -> None:
    _, (_, cell) = core(x)
    assert (cell != 0).all()


def test_distances_lie_between_none_and_all(core: OrderedNeurons, x: Tensor) -> None:
    distances = core.distances(100 * x)
    assert distances.shape == (2, 5)
    assert (distances >= 0).all()
    assert (distances < 1).all()


def test_levels_must_divide_the_neurons() -> None:
    with pytest.raises(ValueError, match="8 neurons"):
        OrderedNeurons(INPUTS, 8, 3)
