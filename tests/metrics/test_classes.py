import math

import pytest
import torch

from zerosum.errors import UserError
from zerosum.metrics.classes import class_coverage, histogram, kl_to_uniform, label_accuracy


def test_histogram():
    assert histogram(torch.tensor([0, 2, 2, 1, 2]), 4).tolist() == [1, 1, 3, 0]
    with pytest.raises(UserError, match="no samples"):
        histogram(torch.tensor([], dtype=torch.int64), 4)
    with pytest.raises(UserError, match=r"outside 0\.\.3"):
        histogram(torch.tensor([4]), 4)


def test_coverage_counts_classes_with_a_tenth_of_their_part():
    # 1,000 samples of 10 classes: 10 samples are a tenth of the even part of 100.
    counts = torch.tensor([500, 300, 100, 50, 20, 10, 10, 9, 1, 0])
    assert class_coverage(counts) == 7
    assert class_coverage(torch.full((10,), 100)) == 10


def test_kl_closed_forms():
    assert kl_to_uniform(torch.tensor([5, 5, 5, 5])) == pytest.approx(0, abs=1e-15)
    assert kl_to_uniform(torch.tensor([9, 0, 0, 0])) == pytest.approx(math.log(4))
    expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert kl_to_uniform(torch.tensor([3, 1])) == pytest.approx(expected)


def test_label_accuracy():
    assert label_accuracy(torch.tensor([1, 2, 3, 4]), torch.tensor([1, 2, 0, 4])) == 0.75
    with pytest.raises(UserError, match="2 predictions for 3"):
        label_accuracy(torch.zeros(2), torch.zeros(3))
