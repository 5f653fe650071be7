"""Metrics of toy densities, whose modes and distribution are known."""

from dataclasses import dataclass

import torch
from torch import Tensor

from zerosum.errors import UserError
from zerosum.metrics.checks import check_features
from zerosum.metrics.classes import kl_to_uniform

CHUNK = 10_000
SIGMAS = 3.0


@dataclass(frozen=True)
class Modes:
    """Which modes of a mixture of K equal Gaussians N samples found, and how well."""

    found: int
    """Modes with at least one sample within 3 sigma (VEEGAN, PacGAN); a stray sample is enough."""
    populated: int
    """Modes with at least N / (20 K) samples within 3 sigma, a twentieth of their part."""
    high_quality: float
    """Share of samples within 3 sigma of a mode: at best .9973 in 1-D, .989 in 2-D, for perfect samples."""
    reverse_kl: float
    """KL(p || uniform) of the histogram p of all samples over their nearest modes, in nats."""


def modes(samples: Tensor, centres: Tensor, sigma: float, *, sigmas: float = SIGMAS) -> Modes:
    """Count the modes that `samples` [N, D] found, given the mixture's `centres` [K, D] and `sigma`, all in one unit.

    Srivastava et al., arXiv:1705.07761, section 4.1; Lin et al., arXiv:1712.04086, section 4.1.

    Raises:
        UserError: the samples are not finite, there are none, or their width is not that of the centres.
    """
    check_features(samples, "fake")
    if samples.shape[1] != centres.shape[1]:
        raise UserError(
            f"samples have {samples.shape[1]} columns, modes {centres.shape[1]}; use samples of this density"
        )
    every = torch.zeros(len(centres), dtype=torch.int64)
    close = torch.zeros_like(every)
    for block in torch.split(samples.double(), CHUNK):
        nearest = torch.cdist(block, centres.double(), compute_mode="donot_use_mm_for_euclid_dist").min(dim=1)
        every += torch.bincount(nearest.indices, minlength=len(centres))
        close += torch.bincount(nearest.indices[nearest.values <= sigmas * sigma], minlength=len(centres))
    return Modes(
        found=int((close > 0).sum()),
        populated=int((close * 20 * len(centres) >= len(samples)).sum()),
        high_quality=int(close.sum()) / len(samples),
        reverse_kl=kl_to_uniform(every),
    )
