import math

import pytest
import torch

from zerosum.data.density import Density
from zerosum.data.names import TOYS
from zerosum.data.toys import COUNTS, Mixture, density, load_toy


def _draw(name: str, n: int = 20_000) -> tuple[Density, torch.Tensor]:
    toy = density(name)
    return toy, toy.sample(n, torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", TOYS)
def test_stated_mean_and_std_are_those_of_the_draws(name: str) -> None:
    toy, points = _draw(name, 100_000)
    assert points.dtype == torch.float32
    tolerance = 5 * toy.std / math.sqrt(len(points))
    assert ((points.mean(0) - toy.mean).abs() < tolerance).all()
    assert torch.allclose(points.std(0), toy.std, rtol=0.02)


@pytest.mark.parametrize("name", TOYS)
def test_loaded_points_are_standardised_inside_and_unlabelled(name: str) -> None:
    dataset = load_toy(name)
    real = dataset.batch(torch.arange(len(dataset)))["real"]
    assert real.mean(0).abs().max() < 0.02
    assert torch.allclose(real.std(0), torch.ones(real.shape[1]), atol=0.02)
    assert dataset.classes == ()
    assert dataset.labels is None
    assert torch.allclose(dataset.outside(real), dataset.values, atol=1e-5)


@pytest.mark.parametrize("name", TOYS)
def test_splits_are_fixed_and_differ(name: str) -> None:
    train, test = load_toy(name), load_toy(name, split="test")
    assert (len(train), len(test)) == (COUNTS["train"], COUNTS["test"])
    assert torch.equal(load_toy(name).values, train.values)
    assert not torch.equal(train.values[:10_000], test.values)
    assert train.fingerprint != test.fingerprint
    assert train.density is not None
    assert train.density.name == name


def test_gaussian_is_that_of_the_tutorials() -> None:
    toy = density("gaussian")
    assert (toy.mean.tolist(), toy.std.tolist(), toy.sigma) == ([4.0], [1.25], 1.25)
    assert toy.pdf(torch.tensor([4.0])).item() == pytest.approx(1 / (1.25 * math.sqrt(2 * math.pi)))


def test_ring_modes() -> None:
    modes = density("8-ring").modes
    assert modes is not None
    assert modes.shape == (8, 2)
    assert torch.allclose(modes.norm(dim=1), torch.full((8,), 2.0))
    assert modes[0].tolist() == [2.0, 0.0]
    assert density("8-ring").sigma == 0.02


def test_grid_modes() -> None:
    modes = density("25-grid").modes
    assert modes is not None
    assert {tuple(mode) for mode in modes.tolist()} == {(x, y) for x in range(-4, 5, 2) for y in range(-4, 5, 2)}
    assert density("25-grid").sigma == 0.05


@pytest.mark.parametrize("name", ["8-ring", "25-grid", "mixture-1d"])
def test_draws_lie_at_all_modes_alike_with_the_stated_sigma(name: str) -> None:
    toy, points = _draw(name)
    assert isinstance(toy, Mixture)
    distance, nearest = torch.cdist(points, toy.modes).min(1)
    counts = torch.bincount(nearest, minlength=len(toy.modes))
    expected = len(points) / len(toy.modes)
    assert (counts - expected).abs().max() < 5 * math.sqrt(expected)
    rms = distance.square().mean().sqrt().item()
    assert rms == pytest.approx(toy.sigma * math.sqrt(points.shape[1]), rel=0.03)


@pytest.mark.parametrize("name", ["gaussian", "mixture-1d"])
def test_pdf_in_one_dimension_integrates_to_one(name: str) -> None:
    x = torch.linspace(-12, 16, 20_001, dtype=torch.float64)
    assert torch.trapezoid(density(name).pdf(x).double(), x).item() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "half", "cells"), [("8-ring", 2.2, 1101), ("25-grid", 4.4, 881), ("swiss-roll", 6, 151)]
)
def test_pdf_in_two_dimensions_integrates_to_one(name: str, half: float, cells: int) -> None:
    x = torch.linspace(-half, half, cells)
    pdf = torch.cat([density(name).pdf(torch.cartesian_prod(row, x)) for row in x.split(20)])
    assert pdf.double().sum().item() * (2 * half / (cells - 1)) ** 2 == pytest.approx(1, abs=2e-3)


def test_swiss_roll_density_is_high_on_the_roll_only() -> None:
    toy, points = _draw("swiss-roll", 1000)
    assert toy.modes is None
    assert toy.sigma is None
    assert toy.pdf(points).median() > 0.02
    assert toy.pdf(torch.zeros(1, 2)).item() < 1e-6


def test_unknown_density() -> None:
    with pytest.raises(KeyError):
        density("9-ring")
