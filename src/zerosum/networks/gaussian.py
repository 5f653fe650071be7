"""A Gaussian copula as a module: the parameters of its marginals and of its correlation, learned by likelihood."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

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
        thresholds = logits.softmax(0).cumsum(0)[:-1]
        chosen = torch.searchsorted(thresholds, torch.special.ndtr(latent), right=True)
        return (chosen[:, None] == torch.arange(len(logits), device=latent.device)).to(latent.dtype)

    def marginal(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return -log p of the blocks of rows [N, D], each for itself, and their latent entries [N, B]."""
        unlikely, latents = rows.new_zeros(()), list[Tensor]()
        parts = zip(torch.split(rows, self.sizes, 1), torch.split(self.logits, self.sizes), strict=True)
        for at, (part, logits) in enumerate(parts):
            own, latent = self._number(part, at) if len(logits) == 1 else _choice(part, logits)
            unlikely, latents = unlikely + own, [*latents, latent]
        return unlikely, torch.stack(latents, 1).detach()

    def _number(self, part: Tensor, at: int) -> tuple[Tensor, Tensor]:
        """Of a number that is exactly 0, as beside a choice that needs none, nothing is known: its entry is drawn."""
        value = part[:, 0]
        known = value != 0
        score = (value - self.center[at]) / self.log_scale[at].exp()
        unlikely = ((score.square() / 2 + self.log_scale[at]) * known).mean()
        return unlikely, torch.where(known, score, torch.randn_like(score))

    def correlation(self, latents: Tensor) -> Tensor:
        """Return -log p of latent entries [N, B] under the joint distribution, beside that of independent ones."""
        white = latents @ self.whitening.T
        return (white.square() - latents.square()).sum(1).mean() / 2 - self.log_diagonal.sum()


def _choice(part: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
    """Return -log p of a choice, one-hot [N, size], and a latent entry each, drawn from its interval."""
    shares = logits.softmax(0).detach()
    upper = part @ shares.cumsum(0)
    uniform = upper - torch.rand_like(upper) * (part @ shares)
    score = math.sqrt(2) * torch.erfinv(2 * uniform.clamp(LEAST, 1 - LEAST) - 1)
    return -(part @ logits.log_softmax(0)).mean(), score
