"""What the trunks of all discriminators share: their contract, and how a condition joins the input."""

import abc

import torch
from torch import Tensor, nn


class DiscriminatorTrunk(nn.Module, abc.ABC):
    """The part of a discriminator below its linear head.

    Attributes:
        features: the length of the feature vector it returns.
        views: how many parts of equal length the feature vector has, each of which is to be judged on its own.
        condition: the length of the condition it expects; 0 for none.
        spectral_norm: whether its weights, and so those of the head, are spectrally normalised.
    """

    features: int
    views: int = 1

    def __init__(self, *, condition: int = 0, spectral_norm: bool = False) -> None:
        super().__init__()
        self.condition = condition
        self.spectral_norm = spectral_norm

    @abc.abstractmethod
    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return features [N, features] of x [N, *shape], given a condition [N, condition] where one is expected."""

    @abc.abstractmethod
    def initialise(self, module: nn.Module) -> None:
        """Draw the weights of `module` as this family draws its own."""


def joined(x: Tensor, condition: Tensor | None) -> Tensor:
    """Append a condition [N, K] to points [N, D] as numbers, or to images [N, C, H, W] as constant maps."""
    if condition is None:
        return x
    maps = condition.to(x.dtype)[(...,) + (None,) * (x.ndim - 2)].expand(-1, -1, *x.shape[2:])
    return torch.cat([x, maps], 1)


def one_hot(label: Tensor, classes: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return [N, classes], 1 in the column of each label, int64 [N], and 0 elsewhere.

    As `torch.nn.functional.one_hot`, but it does not look at the labels, which would end the recording of a turn.
    """
    return (label[:, None] == torch.arange(classes, device=label.device)).to(dtype)
