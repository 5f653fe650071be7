import pytest
import torch

from zerosum.errors import UserError
from zerosum.metrics.density_coverage import density_coverage
from zerosum.metrics.manifolds import manifolds
from zerosum.metrics.neighbours import radii
from zerosum.metrics.precision_recall import precision_recall


def test_one_pass_gives_what_the_two_metrics_give():
    generator = torch.Generator().manual_seed(0)
    real, fake = torch.randn(90, 70, generator=generator), torch.randn(80, 70, generator=generator) * 0.9 + 0.05
    found = manifolds(real, fake)
    assert (found.precision, found.recall) == precision_recall(real, fake)
    assert (found.density, found.coverage) == density_coverage(real, fake)
    assert 0 < found.recall < found.precision < 1
    known = {k: radii(real, k) for k in (2, 4)}
    assert manifolds(real, fake, near=2, dense=4, real_radii=known) == manifolds(real, fake, near=2, dense=4)


def test_equal_gaussians_in_many_dimensions():
    # Naeem et al., arXiv:2002.09797, figure 4: precision and recall of equal distributions stay far below 1.
    generator = torch.Generator().manual_seed(1)
    found = manifolds(*(torch.randn(2000, 500, generator=generator) for _ in range(2)), near=5)
    assert found.density == pytest.approx(1, abs=0.2)
    assert found.coverage == pytest.approx(0.969, abs=0.02)
    assert found.precision == pytest.approx(found.recall, abs=0.1)
    assert found.precision < 0.8


def test_too_few_samples():
    with pytest.raises(UserError, match="k=5 neighbours need more than 5 samples, there are 5"):
        manifolds(torch.randn(5, 3), torch.randn(9, 3))
