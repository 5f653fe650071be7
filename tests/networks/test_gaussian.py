"""The Gaussian copula: its density, its samples, and that it finds the correlation of data."""

import math

import pytest
import torch

from zerosum.networks.gaussian import Gaussian


def correlated(count: int, correlation: float) -> torch.Tensor:
    """Rows of a number of deviation 0.25 and a choice of 3 whose latent entries have this correlation."""
    first, second = torch.randn(2, count)
    second = correlation * first + math.sqrt(1 - correlation**2) * second
    chosen = torch.bucketize(torch.special.ndtr(second), torch.tensor([0.5, 0.8]))
    return torch.cat([0.25 * first[:, None], torch.nn.functional.one_hot(chosen, 3).float()], 1)


def test_densities_are_those_of_a_normal_distribution():
    network = Gaussian([1, 1])
    network.lower.data[1, 0], network.log_diagonal.data = 0.5, torch.tensor([0.2, -0.1])
    latents = torch.tensor([[0.3, -1.2]])
    whitening = network.whitening.detach()
    covariance = (whitening.T @ whitening).inverse()
    joint = torch.distributions.MultivariateNormal(torch.zeros(2), covariance)
    apart = torch.distributions.Normal(0.0, 1.0).log_prob(latents).sum()
    assert float(network.correlation(latents).detach()) == pytest.approx(
        float(apart - joint.log_prob(latents)), abs=1e-5
    )


def test_marginals_are_a_normal_and_a_categorical_distribution():
    network = Gaussian([1, 2])
    network.logits.data = torch.tensor([0.0, 1.0, 0.0])
    network.log_scale.data[0] = math.log(2.0)
    unlikely, low, high = network.marginal(torch.tensor([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    assert float(unlikely.detach()) == pytest.approx(
        (0.125 + math.log(2)) / 2 + math.log(1 + math.exp(-1)) + 0.5, abs=1e-6
    )
    assert (low[:, 0].tolist(), high[:, 0].tolist()) == ([0.5, -math.inf], [0.5, math.inf])
    threshold = float(torch.special.ndtri(torch.tensor(1 / (1 + math.exp(-1)))))
    assert low[:, 1].tolist() == pytest.approx([-math.inf, threshold], abs=1e-5)
    assert high[:, 1].tolist() == pytest.approx([threshold, math.inf], abs=1e-5)


def test_latent_entries_are_drawn_between_their_bounds_given_the_others():
    torch.manual_seed(0)
    network = Gaussian([1, 2])
    network.lower.data[1, 0], network.log_diagonal.data[1] = -4 / 3, math.log(5 / 3)  # a correlation of 0.8
    low, high = torch.tensor([[1.5, 0.0]]).repeat(20_000, 1), torch.tensor([[1.5, math.inf]]).repeat(20_000, 1)
    latents = network.latents(low, high)
    assert torch.equal(latents[:, 0], low[:, 0])
    assert float(latents[:, 1].min()) >= 0
    # The mean of a normal distribution around 0.8 * 1.5 with deviation 0.6, cut off below 0.
    assert float(latents[:, 1].mean()) == pytest.approx(1.2 + 0.6 * 0.0540 / 0.9772, abs=0.01)


def test_it_learns_marginals_and_correlation():
    torch.manual_seed(0)
    network = Gaussian([1, 3])
    optimizer = torch.optim.Adam(network.parameters(), 0.02)
    for _ in range(400):
        unlikely, low, high = network.marginal(correlated(500, 0.8))
        optimizer.zero_grad()
        (unlikely + network.correlation(network.latents(low, high))).backward()
        optimizer.step()
    rows, data = network(torch.randn(20_000, 2)).detach(), correlated(20_000, 0.8)
    assert torch.allclose(rows[:, 1:].mean(0), data[:, 1:].mean(0), atol=0.03)
    assert float(rows[:, 0].std()) == pytest.approx(0.25, abs=0.02)
    together = [float(torch.corrcoef(torch.stack([each[:, 0], each[:, 3]]))[0, 1]) for each in (rows, data)]
    assert together[0] == pytest.approx(together[1], abs=0.05)
    assert together[1] > 0.5
