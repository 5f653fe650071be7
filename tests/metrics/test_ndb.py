import math

import pytest
import torch

from zerosum.errors import UserError
from zerosum.metrics.ndb import bins_for, ndb


def test_equal_sets_differ_in_a_twentieth_of_the_bins():
    shares, js = [], []
    for seed in range(6):
        generator = torch.Generator().manual_seed(seed)
        real, fake = (torch.randn(5000, 2, generator=generator) for _ in range(2))
        found = ndb(real, fake, seed=seed)
        shares.append(found.share)
        js.append(found.js)
    assert sum(shares) / 6 == pytest.approx(0.05, abs=0.025)
    # (K - 1) / 8 (1 / n + 1 / m) for equal histograms, by the chi-square expansion.
    assert sum(js) / 6 == pytest.approx(99 / 8 * 2 / 5000, rel=0.15)


def test_a_missing_cluster_is_a_bin_of_its_own():
    points = torch.tensor([[0.0, 0], [50, 0], [0, 50], [50, 50]])
    real = points[torch.arange(400) % 4] + torch.rand(400, 2, generator=torch.Generator().manual_seed(0))
    fake = points[torch.arange(300) % 3] + 0.5
    found = ndb(real, fake, bins=4)
    z = sorted(found.z.tolist())
    pooled = 100 / 700
    assert z[0] == pytest.approx(-0.25 / math.sqrt(pooled * (1 - pooled) * (1 / 400 + 1 / 300)))
    assert found.different == 4
    assert found.share == 1
    p, q = [0.25] * 4, [1 / 3] * 3 + [0]
    middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
    js = sum(a * math.log(a / m) for s in (p, q) for a, m in zip(s, middle, strict=True) if a) / 2
    assert found.js == pytest.approx(js)


def test_few_samples():
    assert [bins_for(n) for n in (10, 300, 10_000)] == [2, 30, 100]
    with pytest.raises(UserError, match="100 bins need at least 1000 samples, there are 999"):
        ndb(torch.rand(1000, 2), torch.rand(999, 2))
