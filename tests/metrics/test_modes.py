import math

import pytest
import torch

from zerosum.errors import UserError
from zerosum.metrics.modes import modes
from zerosum.metrics.wasserstein import wasserstein_1d

CENTRES = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])


def test_hand_made_points():
    samples = torch.tensor([[0.0, 0.0]] * 96 + [[12.9, 0.0], [0.0, 13.1], [9.0, 9.0], [5.1, 5.1]])
    found = modes(samples, CENTRES, sigma=1.0)
    assert found.found == 3, "13.1 is 3.1 sigma away"
    assert found.populated == 1, "one sample is less than 100 / 80"
    assert found.high_quality == pytest.approx(0.98)
    shares = (0.96, 0.01, 0.01, 0.02)
    assert found.reverse_kl == pytest.approx(sum(p * math.log(4 * p) for p in shares))


def test_perfect_samples_reach_the_ceiling():
    generator = torch.Generator().manual_seed(0)
    chosen = CENTRES[torch.randint(4, (20_000,), generator=generator)]
    found = modes(chosen + 0.1 * torch.randn(20_000, 2, generator=generator), CENTRES, sigma=0.1)
    assert (found.found, found.populated) == (4, 4)
    assert found.high_quality == pytest.approx(1 - math.exp(-4.5), abs=0.003)
    assert found.reverse_kl < 1e-3


def test_bad_samples():
    with pytest.raises(UserError, match="NaN"):
        modes(torch.full((5, 2), float("inf")), CENTRES, 1.0)
    with pytest.raises(UserError, match="columns"):
        modes(torch.zeros(5, 3), CENTRES, 1.0)


def test_wasserstein_closed_forms():
    a = torch.randn(1001, generator=torch.Generator().manual_seed(1)).double()
    assert wasserstein_1d(a, a.flip(0) + 1.5) == pytest.approx(1.5)
    assert wasserstein_1d(a[:, None], 3 * a[:, None]) == pytest.approx(float(2 * a.abs().mean()))
    assert wasserstein_1d(torch.tensor([0.0, 1.0]), torch.tensor([0.0, 0.0, 0.0, 4.0])) == pytest.approx(1.0)
    assert wasserstein_1d(torch.tensor([0.0]), torch.tensor([-1.0, 3.0])) == pytest.approx(2)


def test_wasserstein_of_a_shifted_gaussian():
    generator = torch.Generator().manual_seed(2)
    a, b = torch.randn(20_000, generator=generator), torch.randn(10_000, generator=generator) + 2
    assert wasserstein_1d(a, b) == pytest.approx(2, abs=0.05)


def test_wasserstein_refuses_other_samples():
    with pytest.raises(UserError, match=r"\[N\] or \[N, 1\]"):
        wasserstein_1d(torch.zeros(3, 2), torch.zeros(3, 2))
    with pytest.raises(UserError, match="NaN"):
        wasserstein_1d(torch.tensor([float("nan")]), torch.zeros(3))
