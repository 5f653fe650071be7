"""Differential privacy of what a discriminator learns: gradients of single rows, cut short, and noise on their sum.

DP-SGD (Abadi et al. 2016, arXiv:1607.00133, algorithm 1). A turn looks at each row with probability q, and nobody knows
which. The gradient of each row that is looked at is cut to length C; their sum gets noise from N(0, sigma^2 C^2) and is
divided by the expected number of rows. The generator sees data only through the discriminator, so what it makes is as
private. sigma is found, and what is spent is counted, by the accountant of Opacus, for neighbours that differ in one
row, present or not.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap

from zerosum.core.seeds import derived_seed
from zerosum.errors import UserError

AT_ONCE = 1 << 22
"""Numbers of all gradients of single rows that are held at once."""
SMALL = 1e-12
TOLERANCE = 1e-4
ORDERS = (1.25, 1.5, 1.75, *range(2, 64), *(2**power for power in range(6, 13)))
"""Of the Renyi divergences among which the least bound is looked for."""

RowLoss = Callable[[Callable[[Tensor], Tensor], Tensor, Tensor], Tensor]
"""(D, a real row [1, D], a fake one) -> a number."""


@dataclass(frozen=True)
class Privacy:
    """A promise of (epsilon, delta), and what keeps it.

    Args:
        epsilon: what may be spent in all, above 0.
        delta: the chance that is left out, between 0 and 1, well below 1 / rows.
        turns: of the discriminator, in all.
        rate: q, the probability with which a turn looks at a row of its batch.
        clip: C, the length to which the gradient of a row is cut.
    """

    epsilon: float
    delta: float
    turns: int
    rate: float
    clip: float

    @cached_property
    def sigma(self) -> float:
        """The least noise that keeps the promise, over C."""
        low, high = 0.05, 1.0
        while self.total(high) > self.epsilon:
            low, high = high, 2 * high
        while high - low > TOLERANCE * high:
            middle = (low + high) / 2
            low, high = (middle, high) if self.total(middle) > self.epsilon else (low, middle)
        return high

    def total(self, sigma: float) -> float:
        """Return epsilon after all turns with this noise."""
        return self.bound(self.divergences(sigma) * self.turns)

    @cached_property
    def each(self) -> Any:
        """What a turn spends, as a Renyi divergence of each of `ORDERS`; turns add up."""
        return self.divergences(self.sigma)

    def spent(self, turns: int) -> float:
        """Return epsilon after so many turns of the discriminator."""
        return self.bound(self.each * turns) if turns else 0.0

    def divergences(self, sigma: float) -> Any:
        """Return what a turn with this noise spends (Mironov et al. 2019, arXiv:1908.10530)."""
        return accountant().compute_rdp(q=self.rate, noise_multiplier=sigma, steps=1, orders=ORDERS)

    def bound(self, divergences: Any) -> float:
        """Return the least epsilon that divergences allow (Canonne et al. 2020, arXiv:2004.00010, proposition 12)."""
        return float(accountant().get_privacy_spent(orders=ORDERS, rdp=divergences, delta=self.delta)[0])

    def looked_at(self, real: Tensor, generator: torch.Generator) -> Tensor:
        """Return the rows of a batch that a turn looks at, each with probability q."""
        return real[torch.rand(len(real), generator=generator, device=real.device) < self.rate]

    def noisy(self, sums: dict[str, Tensor], rows: int, generator: torch.Generator) -> dict[str, Tensor]:
        """Return what `clipped` returned with noise on it, as a mean over the rows of a batch that are expected."""
        deviation, expected = self.sigma * self.clip, self.rate * rows
        noise = {name: torch.empty_like(value).normal_(generator=generator) for name, value in sums.items()}
        return {name: (value + deviation * noise[name]) / expected for name, value in sums.items()}

    def clipped(self, module: nn.Module, loss: RowLoss, real: Tensor, fake: Tensor) -> dict[str, Tensor]:
        """Return the sum over rows of the gradients of D's parameters, each cut to length C over all parameters.

        Args:
            module: D, rows [N, D] -> logits [N].
            loss: of one real row and one fake row.
            real: the rows that are looked at.
            fake: as many others.
        """
        weights = {name: value.detach() for name, value in module.named_parameters()}

        def of_row(weights: dict[str, Tensor], real: Tensor, fake: Tensor) -> Tensor:
            return loss(lambda rows: functional_call(module, weights, (rows,)), real[None], fake[None])

        gradients_of = vmap(grad(of_row), in_dims=(None, 0, 0), randomness="different")
        sums = {name: torch.zeros_like(value) for name, value in weights.items()}
        rows = max(1, AT_ONCE // sum(value.numel() for value in weights.values()))
        for first in range(0, len(real), rows):
            gradients = gradients_of(weights, real[first : first + rows], fake[first : first + rows])
            lengths = torch.stack([each.flatten(1).square().sum(1) for each in gradients.values()]).sum(0).sqrt()
            factors = (self.clip / lengths.clamp_min(SMALL)).clamp_max(1.0)
            for name, each in gradients.items():
                sums[name] += torch.tensordot(factors, each, 1)
        return sums


def secret_generator(secret: Tensor) -> torch.Generator:
    """Return random numbers that nobody can repeat who has not the secret, int64 [1]; it is drawn where it is 0.

    The trainer's own numbers follow from the recipe, which is handed on with the generator; they only keep turns apart.
    """
    if not int(secret):
        secret.fill_(secrets.randbelow(2**62) + 1)
    turn = int(torch.randint(2**62, (1,)))
    return torch.Generator(secret.device).manual_seed(derived_seed(int(secret), turn))


def accountant() -> Any:
    """Import Opacus' accountant.

    Raises:
        UserError: it is not installed.
    """
    try:
        return import_module("opacus.accountants.analysis.rdp")
    except ImportError as error:
        raise UserError("epsilon needs zerosum[privacy]: pip install 'zerosum[privacy]'") from error
