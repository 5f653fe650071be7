"""A Gaussian copula as a module: the parameters of its marginals and of its correlation, learned by likelihood."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

SWEEPS = 2
LEAST = 1e-6
"""Distance that uniform numbers keep from 0 and 1, where their normal scores are infinite."""


class Gaussian(nn.Module):
    """Rows of numbers and choices, [N, D], from normal numbers [N, B], one a block.

    The correlation is that of u = P^-1 e, e from N(0, I), with P lower triangular: so P u has independent entries, and
    the log density of u is log |P| - |P u|^2 / 2 but for a constant.

    Args:
        sizes: entries of each block, one after the other: 1 for a number, more for a choice.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        self.sizes, count = list(sizes), len(sizes)
        self.logits = nn.Parameter(torch.zeros(sum(sizes)))
        self.center, self.log_scale = nn.Parameter(torch.zeros(count)), nn.Parameter(torch.zeros(count))
        self.lower, self.log_diagonal = nn.Parameter(torch.zeros(count, count)), nn.Parameter(torch.zeros(count))

    @property
    def whitening(self) -> Tensor:
        """P, [B, B]."""
        return self.lower.tril(-1) + self.log_diagonal.exp().diag()

    def forward(self, noise: Tensor) -> Tensor:
        """Return rows [N, D] of independent normal numbers [N, B]."""
        inverse = torch.linalg.solve_triangular(self.whitening, torch.eye(len(self.sizes)).to(noise), upper=False)
        latents = noise @ inverse.T / inverse.square().sum(1).sqrt()
        parts = enumerate(zip(latents.unbind(1), torch.split(self.logits, self.sizes), strict=True))
        return torch.cat([self._block(at, latent, logits) for at, (latent, logits) in parts], 1)

    def _block(self, at: int, latent: Tensor, logits: Tensor) -> Tensor:
        if len(logits) == 1:
            return (self.center[at] + self.log_scale[at].exp() * latent)[:, None]
        thresholds = running(logits.softmax(0))[:-1]
        chosen = torch.searchsorted(thresholds, torch.special.ndtr(latent), right=True)
        return (chosen[:, None] == torch.arange(len(logits), device=latent.device)).to(latent.dtype)

    def marginal(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return -log p of the blocks of rows [N, D], each for itself, and between what their latent entries lie.

        Returns:
            -log p, the least and the largest entry of each block, [N, B] each: equal where a number is known.
        """
        found = list[tuple[Tensor, Tensor, Tensor]]()
        parts = zip(torch.split(rows, self.sizes, 1), torch.split(self.logits, self.sizes), strict=True)
        for at, (part, logits) in enumerate(parts):
            found.append(self._number(part[:, 0], at) if len(logits) == 1 else _choice(part, logits))
        unlikely, low, high = zip(*found, strict=True)
        return torch.stack(unlikely).sum(), torch.stack(low, 1), torch.stack(high, 1)

    def _number(self, value: Tensor, at: int) -> tuple[Tensor, Tensor, Tensor]:
        """Of a number that is exactly 0, as beside a choice that needs none, nothing is known."""
        known = value != 0
        score = (value - self.center[at]) / self.log_scale[at].exp()
        unlikely = ((score.square() / 2 + self.log_scale[at]) * known).mean()
        low, high = (score.detach().where(known, score.new_tensor(end)) for end in (-math.inf, math.inf))
        return unlikely, low, high

    @torch.no_grad()
    def latents(self, low: Tensor, high: Tensor) -> Tensor:
        """Draw latent entries between bounds, [N, B]: each given the others, in turn, `SWEEPS` times."""
        precision = self.whitening.T @ self.whitening
        latents = between(torch.zeros(()).to(low), torch.ones(()).to(low), low, high)
        for at in [*range(len(self.sizes))] * SWEEPS:
            mean = latents[:, at] - latents @ precision[at] / precision[at, at]
            latents[:, at] = between(mean, precision[at, at].rsqrt(), low[:, at], high[:, at])
        return latents

    def correlation(self, latents: Tensor) -> Tensor:
        """Return -log p of latent entries [N, B] under the joint distribution, beside that of independent ones."""
        white = latents @ self.whitening.T
        return (white.square() - latents.square()).sum(1).mean() / 2 - self.log_diagonal.sum()


def running(shares: Tensor) -> Tensor:
    """Return the running sums of [size], by a triangle: on CUDA torch's own add in any order."""
    return shares @ torch.ones(len(shares), len(shares), device=shares.device).triu()


def _choice(part: Tensor, logits: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return -log p of a choice, one-hot [N, size], and the thresholds on both sides of it."""
    shares = logits.softmax(0).detach()
    high = part @ running(shares)
    low, high = (torch.special.ndtri(end.clamp(0, 1)) for end in (high - part @ shares, high))
    return -(part @ logits.log_softmax(0)).mean(), low, high


def between(mean: Tensor, deviation: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """Draw from normal distributions cut off at two bounds; where these are equal, return them."""
    ends = [torch.special.ndtr((end - mean) / deviation) for end in (low, high)]
    share = torch.lerp(ends[0], ends[1], torch.rand_like(low)).clamp(LEAST, 1 - LEAST)
    drawn = mean + deviation * torch.special.ndtri(share)
    return torch.where(low == high, low, drawn.clamp(low, high))
