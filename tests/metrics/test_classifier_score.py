import math

import pytest
import torch

from zerosum.errors import UserError
from zerosum.metrics.classifier_score import classifier_score


def test_closed_forms():
    sure = torch.eye(10).repeat(20, 1) * 1000
    assert classifier_score(sure) == pytest.approx((10, 0))
    assert classifier_score(sure[:1].repeat(200, 1))[0] == pytest.approx(1), "one class alone"
    assert classifier_score(torch.zeros(200, 10))[0] == pytest.approx(1), "unsure of everything"
    # Two classes, each sample with p = (.8, .2) or (.2, .8): exp(log 2 - H(.8)).
    p = torch.tensor([[0.8, 0.2], [0.2, 0.8]]).log().repeat(100, 1)
    entropy = -(0.8 * math.log(0.8) + 0.2 * math.log(0.2))
    assert classifier_score(p)[0] == pytest.approx(math.exp(math.log(2) - entropy), rel=1e-6)


def test_error_is_of_the_mean_over_the_parts():
    logits = torch.randn(100, 3, generator=torch.Generator().manual_seed(0)) * 3
    parts = torch.tensor([classifier_score(part, splits=1)[0] for part in logits.split(10)])
    assert classifier_score(logits) == pytest.approx((float(parts.mean()), float(parts.std()) / 10**0.5), rel=1e-5)


def test_bad_input():
    with pytest.raises(UserError, match="19 samples are too few for a classifier score; give at least 20"):
        classifier_score(torch.zeros(19, 3))
    with pytest.raises(UserError, match="NaN"):
        classifier_score(torch.full((20, 3), math.nan))
