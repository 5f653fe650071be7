import pytest
import torch

from zerosum.metrics.tables.logistic import fit_logistic


def test_the_slope_of_the_loss_is_zero():
    random = torch.Generator().manual_seed(0)
    features = torch.randn(400, 3, generator=random, dtype=torch.float64)
    labels = (features @ torch.tensor([1.0, -2, 0]).double() + torch.randn(400, generator=random) > 0.3).long()
    model = fit_logistic(features, labels, ridge=2.0)
    residual = torch.sigmoid(model.logits(features)) - labels
    slope = features.T @ residual + 2.0 * model.weights[:-1]
    assert slope.abs().max() < 1e-6
    assert float(residual.sum()) == pytest.approx(0, abs=1e-6)


def test_what_can_be_told_apart_has_finite_weights():
    features = torch.arange(10.0)[:, None]
    model = fit_logistic(features, features[:, 0] > 4.5)
    assert bool(((model.logits(features) > 0) == (features[:, 0] > 4.5)).all())
    assert bool(model.weights.isfinite().all())


def test_a_shift_is_the_closed_form_without_features():
    labels = torch.tensor([1, 1, 1, 0])
    model = fit_logistic(torch.zeros(4, 1), labels)
    assert float(model.logits(torch.zeros(1, 1))) == pytest.approx(torch.logit(torch.tensor(0.75)).item(), rel=1e-5)
