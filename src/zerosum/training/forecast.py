"""What a run may come to: what such runs came to in our table, as far as this one gets in its time.

The table, `experience.json`, is made of the measured runs in benchmarks/results by `benchmarks/experience.py`. A run is
held against those of the same system on data of the same kind, and of those on the set of images that is nearest in
size and number. Between and beyond the lengths that were measured, the distance falls as a power of the images that D
has been shown,

    FD = FD_i (s / s_i)^-p,

which is how it fell in the table. Other images are harder or easier, so the line names those that it speaks of.
"""

import functools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from statistics import linear_regression, median

from zerosum.core.spec import spec_by
from zerosum.recipe.build import suited
from zerosum.recipe.schema import Recipe

APART = 3.0
"""Powers of two, pixels and images taken together, that a set may be away from the data to be spoken of."""
BEYOND = 4.0
"""Times fewer or more images than were ever shown in the table, beyond which it tells nothing."""
AS_LONG = 0.1
"""Lengths of runs whose logarithms differ by no more are one."""
TYPICAL = 0.5
"""The power p where no set of the table was measured at two lengths."""


@dataclass(frozen=True)
class Experience:
    """A measured run: `shown` images came before its D, and it ended at Frechet distance `fd` in `features`."""

    system: str
    set: str
    images: int
    shape: tuple[int, ...]
    shown: int
    features: str
    fd: float

    def apart(self, shape: Sequence[int], images: int) -> float:
        """Return how many powers of two its images are away in pixels and in number."""
        pixels, own = math.prod(shape[1:]), math.prod(self.shape[1:])
        return abs(math.log2(pixels / own)) + abs(math.log2(images / self.images))

    def __str__(self) -> str:
        return f"{self.set} ({self.images:,} of {self.shape[2]}x{self.shape[1]})"


@functools.cache
def table() -> tuple[Experience, ...]:
    """Return the runs of the table."""
    rows = json.loads(resources.files("zerosum.training").joinpath("experience.json").read_text(encoding="utf-8"))[
        "runs"
    ]
    return tuple(Experience(**row | {"shape": tuple(row["shape"])}) for row in rows)


def forecast(recipe: Recipe, images: int, rounds: float, experiences: Sequence[Experience] | None = None) -> str | None:
    """Return the Frechet distance that a run may come to, as a line to print; None where no run was like it.

    Args:
        recipe: complete.
        images: there are to train on.
        rounds: that will be played.
        experiences: the table; None: the package's.
    """
    experiences, shown = table() if experiences is None else experiences, rounds * recipe.batch_size
    own = nearest(recipe, images, experiences)
    if not own or not min(row.shown for row in own) / BEYOND <= shown <= max(row.shown for row in own) * BEYOND:
        return None
    power = fall(experiences, own)
    distance = float(f"{expected(own, shown, power):.2g}")
    words = f"Frechet distance about {distance:g} ({own[0].features}), as {own[0]}"
    return f"forecast: {words}; x{2**-power:.2g} in twice the time"


def nearest(recipe: Recipe, images: int, experiences: Sequence[Experience]) -> list[Experience]:
    """Return the runs of the same system on the set that is most like the data; none where nothing is."""
    kind, shape = suited(recipe.data.spec, recipe.data.pairs), recipe.data.shape
    like = [row for row in experiences if row.system == recipe.system and suited(spec_by(row.shape)) == kind]
    if not like:
        return []
    best = min(like, key=lambda row: (row.apart(shape, images), row.shape[0] != shape[0]))
    return [row for row in like if row.set == best.set] if best.apart(shape, images) <= APART else []


def expected(runs: Sequence[Experience], shown: float, power: float) -> float:
    """Return the distance after so many images shown: of the runs whose length is nearest, brought to that length."""
    away = {row: abs(math.log(shown / row.shown)) for row in runs}
    near = [row for row in runs if away[row] <= min(away.values()) + AS_LONG]
    return median(float(row.fd * (shown / row.shown) ** -power) for row in near)


def fall(experiences: Sequence[Experience], own: Sequence[Experience]) -> float:
    """Return the power p of these runs, or, where all are of one length, the median of the sets that have two."""
    groups = {(row.set, row.system) for row in experiences}
    powers = [slope([row for row in experiences if (row.set, row.system) == group]) for group in groups]
    slopes = [power for power in powers if power is not None]
    own_slope = slope(own)
    return own_slope if own_slope is not None else median(slopes) if slopes else TYPICAL


def slope(runs: Sequence[Experience]) -> float | None:
    """Return -d log FD / d log shown by least squares, at least 0; None where all were about as long."""
    lengths = [math.log(row.shown) for row in runs]
    if not runs or max(lengths) - min(lengths) < math.log(2):
        return None
    return max(-linear_regression(lengths, [math.log(row.fd) for row in runs]).slope, 0.0)
