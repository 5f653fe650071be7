"""The discriminator: any trunk, a linear head, and a label where there is one."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from zerosum.networks.layers import spectrally_normalised
from zerosum.networks.trunk import DiscriminatorTrunk

Conditioning = Literal["none", "concatenation", "projection"]


class Discriminator(nn.Module):
    """D(x) = psi(phi(x)), or D(x, y) with phi the trunk and psi a linear head.

    Concatenation gives the trunk one_hot(y) beside x (Mirza and Osindero 2014, arXiv:1411.1784); projection adds an
    inner product: D(x, y) = psi(phi(x)) + <V y, phi(x)>, equation 3 of Miyato and Koyama 2018, arXiv:1802.05637. Where
    the trunk is spectrally normalised, so are psi and V. The head runs in float32 outside autocast, because losses and
    penalties work on small differences of logits.

    Args:
        trunk: phi; for concatenation, made with `condition` = `classes`.
        classes: number of labels.
        conditioning: none, concatenation or projection.
        bias: give psi a bias.

    Raises:
        ValueError: `trunk`, `classes` and `conditioning` do not fit each other.
    """

    def __init__(
        self, trunk: DiscriminatorTrunk, *, classes: int = 0, conditioning: Conditioning = "none", bias: bool = True
    ) -> None:
        super().__init__()
        _check(trunk, classes, conditioning)
        self.trunk, self.classes, self.conditioning = trunk, classes, conditioning
        self.head = nn.Linear(trunk.features, 1, bias=bias)
        self.embedding = nn.Embedding(classes, trunk.features) if conditioning == "projection" else None
        trunk.initialise(self.head)
        if self.embedding is not None:
            nn.init.normal_(self.embedding.weight, 0.0, trunk.features**-0.5)
        if trunk.spectral_norm:
            spectrally_normalised(nn.ModuleList(part for part in (self.head, self.embedding) if part is not None))

    def forward(self, x: Tensor, label: Tensor | None = None) -> Tensor:
        """Return logits [N] of x [N, *shape], given labels int64 [N] where D is conditional.

        Raises:
            ValueError: D is conditional and there is no label.
        """
        features = self.features(x, label)
        with torch.autocast(x.device.type, enabled=False):
            features = features.to(self.head.weight.dtype)
            logits: Tensor = self.head(features).squeeze(1)
            return logits if self.embedding is None else logits + (self.embedding(label) * features).sum(1)

    def features(self, x: Tensor, label: Tensor | None = None) -> Tensor:
        """Return phi(x), [N, features]."""
        if self.conditioning != "none" and label is None:
            raise ValueError(f"a discriminator conditioned by {self.conditioning} needs labels: call it as D(x, label)")
        condition = None
        if self.conditioning == "concatenation" and label is not None:
            condition = one_hot(label, self.classes)
        features: Tensor = self.trunk(x, condition)
        return features


def _check(trunk: DiscriminatorTrunk, classes: int, conditioning: Conditioning) -> None:
    if (conditioning == "none") == (classes > 0):
        raise ValueError(f"{classes} classes do not go with conditioning {conditioning}: give both or neither")
    expected = classes if conditioning == "concatenation" else 0
    if trunk.condition != expected:
        raise ValueError(f"the trunk takes a condition of {trunk.condition} numbers where {expected} are given")
