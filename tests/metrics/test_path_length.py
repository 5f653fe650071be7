import math

import pytest
import torch

from zerosum.errors import UserError
from zerosum.metrics.path_length import path_length, slerp


def latents(n, d, seed):
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def test_straight_paths_through_a_linear_generator():
    matrix = latents(3, 2, 5).double()
    starts, ends = latents(100, 3, 0).double(), latents(100, 3, 1).double()
    value, error = path_length(lambda z: z @ matrix, starts, ends, spherical=False)
    squares = ((ends - starts) @ matrix).square().sum(1).sort().values[1:99]
    assert value == pytest.approx(float(squares.mean()), rel=1e-6)
    assert error == pytest.approx(float(squares.std()) / 98**0.5, rel=1e-6)


def test_great_circles_have_the_angle_for_a_speed():
    starts, ends = torch.tensor([[2.0, 0]]).repeat(20, 1).double(), torch.tensor([[0.0, 2]]).repeat(20, 1).double()
    value, error = path_length(lambda z: z, starts, ends)
    assert value == pytest.approx((2 * math.pi / 2) ** 2, rel=1e-6)
    assert error == pytest.approx(0, abs=1e-6)


def test_slerp():
    a, b = torch.tensor([[1.0, 0]]), torch.tensor([[0.0, 3]])
    half = math.sqrt(0.5)
    assert slerp(a, b, torch.tensor([[0.5]]))[0].tolist() == pytest.approx([half, 3 * half])
    assert torch.equal(slerp(a, b, torch.zeros(1, 1)), a)
    for other in (a, 2 * a, -a):
        middle = slerp(a, other, torch.tensor([[0.5]]))
        torch.testing.assert_close(middle, (a + other) / 2)


def test_a_jump_is_long():
    starts, ends = latents(2000, 4, 0), latents(2000, 4, 1)
    smooth = path_length(lambda z: z, starts, ends)[0]
    jumpy = path_length(lambda z: z + 5 * (z[:, :1] > 0), starts, ends, epsilon=0.05)[0]
    assert jumpy > 3 * smooth


def test_bad_input():
    few = torch.zeros(9, 2)
    with pytest.raises(UserError, match="give at least 10"):
        path_length(lambda z: z, few, few)
    many = torch.zeros(10, 2)
    with pytest.raises(UserError, match="not finite"):
        path_length(lambda z: z / 0, many, many)
