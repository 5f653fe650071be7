"""Samples that are all alike: density means nothing then, and who scores them is told."""

import logging

import pytest
import torch

from zerosum.data.load import load
from zerosum.metrics.evaluate import evaluate


@pytest.mark.parametrize("alike", [True, False])
def test_equal_features_are_said_to_be_a_collapse(alike, caplog):
    train, test = (load("8-ring", split=split) for split in ("train", "test"))
    spot = train.outside(train.batch(torch.tensor([0]))["real"])

    def sampler(n, seed, labels):
        return (spot.expand(n, -1) if alike else train.outside(train.batch(torch.arange(n))["real"])), None

    with caplog.at_level(logging.WARNING):
        evaluate(sampler, train, test, metrics=["density"], n=200)
    assert ("same features: a collapse" in caplog.text) == alike
