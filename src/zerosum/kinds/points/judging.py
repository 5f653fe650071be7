"""Points are judged where they lie."""

from pathlib import Path
from typing import Any

from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.data.dataset import Dataset
from zerosum.kinds.kind import Judging
from zerosum.metrics.features import coordinates
from zerosum.metrics.space import Features


class Judges(Judging):
    """See `Judging`."""

    names = ("coordinates",)

    def place(self, samples: Tensor, spec: Spec) -> Tensor:
        """Return the coordinates."""
        return samples.float()

    def features(self, train: Dataset, test: Dataset, *, device: Any = "cpu", cache: Path | None) -> Features:
        """Return the coordinates as features, in their own units."""
        return coordinates(train)
