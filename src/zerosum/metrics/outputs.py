"""What a translator makes of test images: what the metrics of translations look at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

Pairs = Callable[[int, int], tuple[Tensor, Tensor]]
"""pairs(first, count) -> (images, what they should be), both uint8 [count, C, H, W] on the CPU."""


@dataclass(frozen=True)
class Translated:
    """Translations of the test sources, numbered in some order; what does not exist for a game or its data is None.

    Attributes:
        count: how many there are.
        images: images(first, count), uint8 [count, C, H, W].
        labels: of the sources, int64 [count], where their classes are those of the targets.
        truth: translations beside the targets that they should be.
        rivals: by name, what simple rivals make of the same sources, beside the same targets.
        cycle: sources after the way there and back, beside the sources.
        identity: targets put through the translator, beside the targets.
        about: what protocols say of it.
    """

    count: int
    images: Callable[[int, int], Tensor]
    labels: Tensor | None = None
    truth: Pairs | None = None
    cycle: Pairs | None = None
    identity: Pairs | None = None
    rivals: Mapping[str, Pairs] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
