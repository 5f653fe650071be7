"""The discriminator: any trunk, a linear head, and a label where there is one."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from zerosum.errors import UserError
from zerosum.networks.augment import Augmentation, augmented
from zerosum.networks.layers import spectrally_normalised
from zerosum.networks.trunk import DiscriminatorTrunk, one_hot

Conditioning = Literal["none", "concatenation", "projection", "auxiliary"]


class Discriminator(nn.Module):
    """D(x) = psi(phi(x)), or D(x, y) with phi the trunk and psi a linear head.

    Concatenation gives the trunk one_hot(y) beside x (Mirza and Osindero 2014, arXiv:1411.1784); projection adds an
    inner product: D(x, y) = psi(phi(x)) + <V y, phi(x)>, equation 3 of Miyato and Koyama 2018, arXiv:1802.05637. With
    auxiliary conditioning (Odena et al. 2016, arXiv:1610.09585) D is not told the label but guesses it, by a second
    linear head. A trunk may have several views of a sample, as projected ones have: then D gives each a logit, and
    losses are means over all. With `pack` m (Lin et al. 2017, arXiv:1712.04086) it sees m samples at once, laid over
    one another as channels, and judges them together.

    Where the trunk is spectrally normalised, so are psi, V and the second head. Heads run in float32 outside autocast,
    because losses and penalties work on small differences of logits.

    Args:
        trunk: phi; for concatenation, made with `condition` = `classes`.
        classes: number of labels.
        conditioning: none, concatenation, projection or auxiliary.
        guesses: numbers that D guesses beside its logit; with auxiliary conditioning one a class.
        pack: samples a judgement; the trunk is made for as many times the channels.
        bias: give psi a bias.
        augment: differentiable augmentations (`networks.augment`) of all that is judged in training.

    Raises:
        ValueError: `trunk`, `classes` and `conditioning` do not fit each other.
    """

    def __init__(
        self,
        trunk: DiscriminatorTrunk,
        *,
        classes: int = 0,
        conditioning: Conditioning = "none",
        guesses: int = 0,
        pack: int = 1,
        bias: bool = True,
        augment: Sequence[Augmentation] = (),
    ) -> None:
        super().__init__()
        _check(trunk, classes, conditioning)
        self.trunk, self.classes, self.conditioning, self.pack = trunk, classes, conditioning, pack
        self.augment = tuple(augment)
        guesses = classes if conditioning == "auxiliary" else guesses
        width = trunk.features // trunk.views
        self.head = nn.Linear(width, 1, bias=bias)
        self.embedding = nn.Embedding(classes, width) if conditioning == "projection" else None
        self.guess = nn.Linear(trunk.features, guesses) if guesses else None
        trunk.initialise(nn.ModuleList(part for part in (self.head, self.guess) if part is not None))
        if self.embedding is not None:
            nn.init.normal_(self.embedding.weight, 0.0, width**-0.5)
        if trunk.spectral_norm:
            heads = (self.head, self.embedding, self.guess)
            spectrally_normalised(nn.ModuleList(part for part in heads if part is not None))

    def forward(self, x: Tensor, label: Tensor | None = None) -> Tensor:
        """Return logits [N] of x [N, *shape], given labels int64 [N] where D is conditional; of packs, [N / pack].

        Of a trunk with several views, [N, views].

        Raises:
            ValueError: D is conditional and there is no label.
        """
        return self._logits(self.features(x, label), label)

    def judge(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits [N] of x [N, *shape] and what D guesses of each, [N, guesses], from one pass.

        Raises:
            ValueError: D was made without guesses.
        """
        if self.guess is None:
            raise ValueError("this discriminator guesses nothing: make it with guesses, or auxiliary conditioning")
        features = self.features(x)
        with torch.autocast(x.device.type, enabled=False):
            return self._logits(features, None), self.guess(features.to(self.head.weight.dtype))

    def _logits(self, features: Tensor, label: Tensor | None) -> Tensor:
        with torch.autocast(features.device.type, enabled=False):
            features = features.to(self.head.weight.dtype)
            views = features.view(len(features), self.trunk.views, -1)
            logits: Tensor = self.head(views).squeeze(2)
            if self.embedding is not None:
                logits = logits + (self.embedding(label)[:, None] * views).sum(2)
            return logits if self.trunk.views > 1 else logits.squeeze(1)

    def features(self, x: Tensor, label: Tensor | None = None) -> Tensor:
        """Return phi(x), [N, features].

        Raises:
            UserError: the batch is no multiple of a pack.
        """
        if self.augment and self.training:
            x = augmented(x, self.augment)
        if self.pack > 1:
            x = packed(x, self.pack)
        if self.conditioning in ("concatenation", "projection") and label is None:
            raise ValueError(f"a discriminator conditioned by {self.conditioning} needs labels: call it as D(x, label)")
        condition = None
        if self.conditioning == "concatenation" and label is not None:
            condition = one_hot(label, self.classes)
        features: Tensor = self.trunk(x, condition)
        return features


def packed(x: Tensor, pack: int) -> Tensor:
    """Lay each `pack` samples that follow one another over one another as channels: [N, C, ...] -> [N / m, m C, ...].

    Raises:
        UserError: N is no multiple of `pack`.
    """
    if len(x) % pack:
        raise UserError(f"{len(x)} samples cannot be packed by {pack}: set batch_size so that each micro-batch can")
    return x.reshape(len(x) // pack, pack * x.shape[1], *x.shape[2:])


def _check(trunk: DiscriminatorTrunk, classes: int, conditioning: Conditioning) -> None:
    if (conditioning == "none") == (classes > 0):
        raise ValueError(f"{classes} classes do not go with conditioning {conditioning}: give both or neither")
    expected = classes if conditioning == "concatenation" else 0
    if trunk.condition != expected:
        raise ValueError(f"the trunk takes a condition of {trunk.condition} numbers where {expected} are given")
