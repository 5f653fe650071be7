"""What metrics ask of what makes samples: one protocol, for games, translators, fixed sets and plain functions."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from torch import Tensor

from zerosum.metrics.fixed_samples import Fixed
from zerosum.metrics.outputs import Translated
from zerosum.metrics.path_length import Paths

Draw = Callable[[int, int, Tensor | None], tuple[Tensor, Tensor | None]]
"""draw(n, seed, labels) -> (n samples as users see them, the labels they were made for, None if it takes none)."""


@runtime_checkable
class Sampler(Protocol):
    """What makes samples. Who implements it inherits from it, and has what it does not say: nothing."""

    def __call__(self, n: int, seed: int, labels: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Return `n` samples as users see them, and the labels that they were made for; None if it takes none."""
        ...

    @property
    def paths(self) -> Callable[[int, int, Tensor | None], Paths] | None:
        """What returns n paths through the latents for (n, seed, labels); None where there is not one latent alone."""
        return None

    @property
    def log_probability(self) -> Callable[[Tensor], Tensor] | None:
        """What returns the log of the probability of each token of samples, [N, L]; None where it is not known."""
        return None

    @property
    def fixed(self) -> Fixed | None:
        """The samples that are there already, where they cannot be drawn anew: the first `n` of them are scored."""
        return None

    @property
    def translated(self) -> Translated | None:
        """Translations of test images, where it makes these: they are scored, not what a call returns."""
        return None


class Drawing(Sampler):
    """A function that draws samples, and offers nothing else.

    Args:
        draw: draw(n, seed, labels), as `Sampler` is called.
    """

    def __init__(self, draw: Draw) -> None:
        self.draw = draw

    def __call__(self, n: int, seed: int, labels: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Return what the function draws."""
        return self.draw(n, seed, labels)


def sampler_of(draw: Sampler | Draw) -> Sampler:
    """Return what makes samples as a sampler: itself, or a function as one that only draws."""
    return draw if isinstance(draw, Sampler) else Drawing(draw)
