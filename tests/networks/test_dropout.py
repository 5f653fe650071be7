"""Dropout drops as often as it says, keeps the mean, and is nn.Dropout everywhere else."""

import pytest
import torch

from zerosum.networks.layers import Dropout


@pytest.mark.parametrize("chance", [0.1, 0.3, 0.5, 0.9])
def test_chance_and_mean(chance):
    torch.manual_seed(0)
    y = Dropout(chance)(torch.ones(1000, 999))
    error = (chance * (1 - chance) / y.numel()) ** 0.5
    assert abs((y == 0).float().mean() - chance) < 5 * error
    assert abs(y.mean() - 1) < 5 * error / (1 - chance)
    assert len(y.unique()) == 2


def test_entries_are_dropped_independently():
    torch.manual_seed(0)
    y = (Dropout(0.5)(torch.ones(100_000, 4)) == 0).float()
    assert (torch.corrcoef(y.T) - torch.eye(4)).abs().max() < 0.02


def test_nothing_is_dropped_in_evaluation_or_without_a_chance():
    x = torch.randn(5, 3)
    assert torch.equal(Dropout(0.5).eval()(x), x)
    assert torch.equal(Dropout(0.0)(x), x)


def test_everything_is_dropped_with_certainty():
    assert not Dropout(1.0)(torch.ones(7, 3)).any()


def test_gradients_and_precision_follow_the_input():
    x = torch.ones(9, 5, dtype=torch.bfloat16, requires_grad=True)
    y = Dropout(0.5)(x)
    y.sum().backward()
    assert y.dtype == torch.bfloat16
    assert torch.equal(x.grad, y.detach())
    assert y.shape == x.shape


def test_it_repeats_with_the_seed():
    x = torch.ones(101, 7)
    torch.manual_seed(3)
    first = Dropout(0.3)(x)
    torch.manual_seed(3)
    assert torch.equal(first, Dropout(0.3)(x))


def test_channels_last_stay_last_and_other_orders_are_put_in_line():
    x = torch.ones(4, 3, 5, 6)
    y = Dropout(0.5)(x.contiguous(memory_format=torch.channels_last))
    assert y.is_contiguous(memory_format=torch.channels_last)
    assert set(y.unique().tolist()) == {0.0, 2.0}
    turned = Dropout(0.5)(x.permute(3, 1, 0, 2)[:, :, ::2])
    assert turned.shape == (6, 3, 2, 5)
    assert set(turned.unique().tolist()) == {0.0, 2.0}
