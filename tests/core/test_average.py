"""Moving averages: the ramp's formula, what is averaged and what copied, exchange, resume."""

import math

import pytest
import torch
from torch import nn

from zerosum.core.average import Average, decay_at


def filled(value: float) -> nn.Module:
    module = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    for parameter in module.parameters():
        nn.init.constant_(parameter, value)
    return module


@pytest.mark.parametrize("step", [1, 10, 100, 10_000])
def test_the_half_life_is_a_share_of_the_rounds_played_and_at_most_the_final_one(step):
    final = math.log(0.5) / math.log(0.999)
    decay = decay_at(step, 0.999, 0.05)
    assert math.log(0.5) / math.log(decay) == pytest.approx(min(final, 0.05 * step))


def test_golden_decays():
    assert decay_at(20, 0.999, 0.05) == pytest.approx(0.5)  # a half-life of one round
    assert decay_at(1, 0.999, 0.05) == pytest.approx(0.5**20)
    assert decay_at(10**6, 0.999, 0.05) == pytest.approx(0.999)


def test_no_ramp_and_no_average():
    assert decay_at(1, 0.99, 0.0) == 0.99
    assert decay_at(1, 0.0, 0.05) == 0.0


def test_the_average_of_a_constant_decay_in_closed_form():
    module = filled(0.0)
    average = Average({"m": module}, decay=0.8, ramp=0.0)
    for parameter in module.parameters():
        nn.init.ones_(parameter)
    for step in range(1, 6):
        average.update(step)
    assert torch.allclose(average.copies["m"][0].weight, torch.tensor(1 - 0.8**5))
    assert module[0].weight.eq(1).all()


def test_buffers_are_copied_not_averaged():
    module = filled(0.0)
    average = Average({"m": module}, decay=0.9, ramp=0.0)
    module[1].running_mean.fill_(5.0)
    module[1].num_batches_tracked.fill_(7)
    average.update(1)
    kept = average.copies["m"][1]
    assert kept.running_mean.tolist() == [5.0, 5.0]
    assert kept.num_batches_tracked.item() == 7
    module[1].running_mean.fill_(6.0)
    assert kept.running_mean.tolist() == [5.0, 5.0]


def test_a_module_without_parameters_is_no_matter():
    average = Average({"m": nn.Flatten(), "n": filled(1.0)}, decay=0.5, ramp=0.0)
    nn.init.constant_(average.modules["n"][0].weight, 3.0)
    average.update(1)
    assert average.state_dict()["m"] == {}
    assert average.state_dict()["n"]["0.weight"].tolist() == [[2.0, 2.0], [2.0, 2.0]]
    with average.swapped():
        assert average.modules["m"](torch.zeros(2, 3, 4)).shape == (2, 12)
    assert Average({"m": nn.Flatten()}).state_dict() == {"m": {}}


def test_swapping_exchanges_parameters_and_buffers_and_back_even_after_an_error():
    module = filled(1.0)
    average = Average({"m": module}, decay=0.5, ramp=0.0)
    nn.init.constant_(module[0].weight, 3.0)
    module[1].running_mean.fill_(2.0)
    seen = []

    def look():
        with average.swapped():
            seen.append((module[0].weight.unique().tolist(), module[1].running_mean.unique().tolist()))
            raise KeyError

    with pytest.raises(KeyError):
        look()
    assert seen == [([1.0], [0.0])]
    assert module[0].weight.eq(3).all()
    assert module[1].running_mean.eq(2).all()
    assert average.copies["m"][0].weight.eq(1).all()


def test_swapping_keeps_the_optimiser_on_the_weights():
    module = filled(1.0)
    average = Average({"m": module}, decay=0.5, ramp=0.0)
    optimizer = torch.optim.SGD(module.parameters(), lr=1.0)
    with average.swapped():
        pass
    module[0].weight.sum().backward()
    optimizer.step()
    assert module[0].weight.eq(0).all()
    assert average.copies["m"][0].weight.eq(1).all()


def test_copies_never_get_gradients():
    average = Average({"m": filled(1.0)})
    assert not any(parameter.requires_grad for parameter in average.copies["m"].parameters())


def test_the_state_continues_in_a_fresh_average():
    module = filled(0.0)
    one = Average({"m": module})
    nn.init.ones_(module[0].weight)
    one.update(1), one.update(2)
    other = Average({"m": filled(9.0)})
    other.load_state_dict(one.state_dict())
    assert torch.equal(other.copies["m"][0].weight, one.copies["m"][0].weight)
