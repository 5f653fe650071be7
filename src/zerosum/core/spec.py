"""What the samples of a data set are: their kind, the shape that networks see, and what else their kind must know."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from zerosum.core.importing import load
from zerosum.errors import UserError

KINDS_BY_DIMENSIONS = {1: "points", 3: "image"}
"""The kinds of data that recorded none: recipes before kinds had names, and arrays by their shape."""
TABLE = "zerosum.kinds.table:named"
"""What knows all kinds. It stands above, as kinds draw and judge, so it is found by name."""


@dataclass(frozen=True)
class Unit:
    """What samples are called: one of them, and several."""

    one: str
    many: str

    def count(self, number: int) -> str:
        """Return "1 image", "2,000 images"."""
        return f"{number:,} {self.of(number)}"

    def of(self, number: int) -> str:
        """Return the word that goes with a number."""
        return self.one if number == 1 else self.many


IMAGES = Unit("image", "images")


@dataclass(frozen=True)
class Spec:
    """What samples are, as a recipe records it.

    Args:
        kind: a name of `zerosum.kinds.table`.
        shape: of one sample inside, without the batch: (C, H, W), (D,), (1, T).
        facts: what else the kind must know, in plain values of JSON: of points `center` and `scale`.
    """

    kind: str
    shape: tuple[int, ...]
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def answers(self) -> Any:
        """The `zerosum.kinds.kind.Kind` of these samples; modules above `kinds` call `kinds.table.kind_of` instead."""
        return load(TABLE)(self.kind)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return asdict(self) | {"shape": list(self.shape), "facts": dict(self.facts)}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Spec":
        """Return what `to_dict` was made of."""
        return cls(plain["kind"], tuple(plain["shape"]), dict(plain["facts"]))


def kind_by(shape: tuple[int, ...]) -> str:
    """Return the kind of samples of which nothing but the shape is known.

    Raises:
        UserError: samples of such a shape can be of several kinds.
    """
    if len(shape) not in KINDS_BY_DIMENSIONS:
        raise UserError(f"samples of shape {list(shape)} may be of any kind: record `kind` in the recipe's data")
    return KINDS_BY_DIMENSIONS[len(shape)]


def spec_by(shape: tuple[int, ...], **facts: Any) -> Spec:
    """Return the spec of samples of which nothing but the shape is known; errors as `kind_by`."""
    return Spec(kind_by(shape), tuple(shape), facts)
