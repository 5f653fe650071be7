import math

import pytest
import torch

from zerosum.metrics.kernel import kernel_distance, squared_mmd


def plain_mmd(x, y):
    d, m = len(x[0]), len(x)

    def k(a, b):
        return (sum(p * q for p, q in zip(a, b, strict=True)) / d + 1) ** 3

    within = sum(k(s[i], s[j]) for s in (x, y) for i in range(m) for j in range(m) if i != j)
    return within / (m * (m - 1)) - 2 * sum(k(a, b) for a in x for b in y) / m**2


def test_equals_a_plain_double_loop():
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(7, 3, generator=generator), torch.randn(7, 3, generator=generator) + 1
    expected = plain_mmd(x.double().tolist(), y.double().tolist())
    assert squared_mmd(x, y) == pytest.approx(expected, rel=1e-12)
    value, error = kernel_distance(x, y, subsets=3)
    assert value == pytest.approx(expected, rel=1e-12), "a subset of all rows is the whole"
    assert error > 0, "the whole is no population either"


def test_unbiased_for_equal_distributions():
    generator = torch.Generator().manual_seed(1)
    values = [
        squared_mmd(torch.randn(30, 4, generator=generator), torch.randn(30, 4, generator=generator))
        for _ in range(200)
    ]
    mean = sum(values) / 200
    error = math.sqrt(sum((v - mean) ** 2 for v in values) / 199 / 200)
    assert abs(mean) < 3 * error
    assert min(values) < 0


def test_subsets_and_seed():
    generator = torch.Generator().manual_seed(2)
    x, y = torch.randn(90, 4, generator=generator), torch.randn(80, 4, generator=generator) + 0.5
    first = kernel_distance(x, y, subsets=20, subset_size=40, seed=3)
    assert first == kernel_distance(x, y, subsets=20, subset_size=40, seed=3)
    assert first != kernel_distance(x, y, subsets=20, subset_size=40, seed=4)
    assert first[0] > first[1] > 0
    assert math.isnan(kernel_distance(x[:3], y[:3])[1]), "too few for groups"


def test_sets_no_larger_than_a_subset_are_taken_once_with_an_error_that_is_true():
    values, errors = [], []
    for seed in range(60):
        random = torch.Generator().manual_seed(seed)
        x, y = torch.randn(80, 6, generator=random), 0.3 + torch.randn(80, 6, generator=random)
        value, error = kernel_distance(x, y)
        assert value == squared_mmd(x, y)
        values.append(value)
        errors.append(error)
    true = torch.tensor(values).std()
    assert float(torch.tensor(errors).mean()) == pytest.approx(float(true), rel=0.25)


@pytest.mark.parametrize(("reals", "fakes"), [(400, 80), (80, 400), (500, 500)])
def test_the_error_is_that_over_fresh_samples_however_the_subsets_overlap(reals, fakes):
    values, errors = [], []
    for seed in range(30):
        random = torch.Generator().manual_seed(seed)
        x, y = torch.randn(reals, 6, generator=random), 0.3 + torch.randn(fakes, 6, generator=random)
        value, error = kernel_distance(x, y, subsets=20, subset_size=100)
        values.append(value)
        errors.append(error)
    true = float(torch.tensor(values).std())
    assert 0.7 * true < float(torch.tensor(errors).mean()) < 2 * true
