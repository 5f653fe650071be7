"""Refiners and encoders: shapes, what they look at, and sizes that they cannot make."""

import pytest
import torch

from zerosum.errors import UserError
from zerosum.networks import mlp, refiner, small
from zerosum.networks.pair import Encoder, PairDiscriminator, paired


@pytest.mark.parametrize("kind", [refiner.Dense, refiner.Convolutional])
@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 6, 10), (4, 24, 32)])
def test_a_refiner_looks_at_both_of_its_inputs(kind, shape):
    torch.manual_seed(0)
    network = kind(5, shape, width=16, depth=1)
    z, coarse = torch.randn(2, 5), torch.randn(2, *shape)
    residual = network(z, coarse)
    assert residual.shape == (2, *shape)
    assert residual.isfinite().all()  # normal coarse images leave [-1, 1]
    assert not torch.allclose(network(z + 1, coarse), residual)
    assert not torch.allclose(network(z, coarse + 1), residual)


def test_one_number_of_z_reaches_the_whole_image():
    torch.manual_seed(0)
    network = refiner.Convolutional(3, (1, 16, 16), width=8, depth=0)
    z, coarse = torch.zeros(1, 3), torch.zeros(1, 1, 16, 16)
    moved = network(z + torch.eye(3)[:1], coarse) - network(z, coarse)
    assert (moved.abs() > 1e-6).float().mean() > 0.9


def test_a_refiner_of_no_hidden_layers_moves_the_coarse_image_evenly_on_its_scale():
    network = refiner.Dense(2, (1, 4, 4), depth=0)
    z, coarse = torch.randn(3, 2) / 10, torch.rand(3, 1, 4, 4) * 0.2 - 0.1
    once, twice = (torch.atanh(network(n * z, n * coarse) + n * coarse) for n in (1, 2))
    assert torch.allclose(twice - torch.atanh(1.96 * coarse), 2 * (once - torch.atanh(0.98 * coarse)), atol=1e-4)


@pytest.mark.parametrize("kind", [refiner.Dense, refiner.Convolutional])
def test_coarse_image_and_residual_are_an_image_together(kind):
    coarse = torch.rand(4, 1, 8, 8) * 2 - 1
    assert (coarse + kind(3, (1, 8, 8))(100 * torch.randn(4, 3), coarse)).abs().max() <= 1 + 1e-6


def test_the_residual_has_the_value_of_its_formula():
    made, coarse = torch.tensor([0.0, 0.5, 9.0]), torch.tensor([0.5, -0.25, -1.0])
    assert refiner.residual(made, coarse).tolist() == pytest.approx([-0.01, 0.4948373, 1.9999970], abs=1e-6)


def test_a_refiner_that_says_nothing_adds_next_to_nothing():
    coarse = torch.linspace(-1, 1, 101)
    assert refiner.residual(torch.zeros(101), coarse).abs().max() == pytest.approx(0.02, abs=1e-6)


def test_sides_that_do_not_fold_are_refused():
    with pytest.raises(UserError, match="small cannot refine 8x7 images: use sides that are multiples of 2"):
        refiner.Convolutional(3, (1, 7, 8))
    assert refiner.Convolutional(3, (1, 7, 8), fold=1)(torch.zeros(1, 3), torch.zeros(1, 1, 7, 8)).shape == (1, 1, 7, 8)


def test_an_encoder_and_a_judge_of_pairs_stand_on_any_trunk():
    for trunk in (mlp.Trunk, small.Trunk):
        x = torch.rand(4, 1, 8, 8)
        z = Encoder(trunk((1, 8, 8), width=8), 6)(x)
        assert z.shape == (4, 6)
        assert PairDiscriminator(trunk((1, 8, 8), width=8), (1, 8, 8), 6)(paired(x, z)).shape == (4,)


def test_the_joint_layers_are_normalised_with_the_trunk():
    judge = PairDiscriminator(mlp.Trunk((2,), width=8, spectral_norm=True), (2,), 3)
    for _ in range(30):
        judge(torch.randn(4, 5))
    norms = [torch.linalg.matrix_norm(part.weight, 2).item() for part in judge.joint if hasattr(part, "weight")]
    assert norms == pytest.approx([1.0, 1.0], abs=0.05)
