"""The meter: means since the last reading, of terms of any precision, and resumed exactly."""

import torch

from zerosum.core.meter import Meter


def test_means_by_player_and_term_until_cleared():
    meter = Meter()
    for value in (1.0, 2.0, 6.0):
        meter.add("generator", {"adversarial": torch.tensor(value)})
    meter.add("discriminator", {"r1": torch.tensor(5.0)})
    assert meter.means() == {"generator/adversarial": 3.0, "discriminator/r1": 5.0}
    assert meter.means() == {"generator/adversarial": 3.0, "discriminator/r1": 5.0}
    meter.clear()
    assert meter.means() == {}


def test_a_lazy_term_is_averaged_over_the_times_it_was_there():
    meter = Meter()
    meter.add("d", {"adversarial": torch.tensor(1.0), "r1": torch.tensor(4.0)})
    meter.add("d", {"adversarial": torch.tensor(3.0)})
    assert meter.means() == {"d/adversarial": 2.0, "d/r1": 4.0}


def test_terms_are_detached_and_summed_in_float32():
    meter, term = Meter(), torch.tensor(2.0, requires_grad=True)
    meter.add("d", {"a": term * 3})
    for _ in range(1000):
        meter.add("d", {"b": torch.tensor(1.0, dtype=torch.bfloat16)})
    assert not meter.sums["d/a"].requires_grad
    assert meter.sums["d/b"].item() == 1000.0  # bfloat16 itself stops counting at 256


def test_what_is_not_finite_stays_visible():
    meter = Meter()
    meter.add("d", {"a": torch.tensor(float("nan"))})
    meter.add("d", {"a": torch.tensor(1.0)})
    assert meter.means()["d/a"] != meter.means()["d/a"]


def test_the_state_continues_in_a_fresh_meter():
    one, other = Meter(), Meter()
    one.add("d", {"a": torch.tensor(1 / 3)})
    other.load_state_dict(one.state_dict())
    for meter in (one, other):
        meter.add("d", {"a": torch.tensor(0.1)})
    assert one.means() == other.means()
    one.clear()
    assert other.means() != {}
