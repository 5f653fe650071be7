"""The one interface that all data have, and the data set that lies in memory.

Outside, images are uint8 `[N, C, H, W]` and points float32 `[N, D]` in their own units. Inside, where networks see
them, images are float32 in [-1, 1] and points are standardised: mean 0, standard deviation 1.
"""

import abc
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor

from zerosum.core.spec import Spec, spec_by

if TYPE_CHECKING:
    from zerosum.data.density import Density
    from zerosum.data.ranges import Range

Problem = tuple[str, str]
"""The name of a file, relative to its source, and why it was left out."""


def images_inside(images: Tensor) -> Tensor:
    """Map uint8 0..255 to float32 [-1, 1]: x / 127.5 - 1."""
    return torch.div(images, 127.5).sub_(1)


def images_outside(images: Tensor) -> Tensor:
    """Map floats [-1, 1] to uint8 0..255: (x + 1) * 127.5, rounded half to even; what lies beyond is clamped.

    RGBA, [N, 4, H, W], becomes black where nothing is seen of it, as data are: else what is the same would differ.
    """
    outside = ((images.to(torch.float32) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    return outside * (outside[:, 3:] > 0) if outside.ndim == 4 and outside.shape[1] == 4 else outside


def fingerprint(*parts: str | bytes | Tensor | None) -> str:
    """Return 16 hexadecimal characters that identify `parts`: the head of a sha256 over types, shapes and bytes."""
    digest = hashlib.sha256()
    for part in parts:
        _update(digest, part)
    return digest.hexdigest()[:16]


def _update(digest: "hashlib._Hash", part: str | bytes | Tensor | None) -> None:
    if isinstance(part, Tensor):
        content = part.detach().cpu().contiguous().numpy()
        digest.update(f"tensor {part.dtype} {tuple(part.shape)};".encode())
        digest.update(content.reshape(-1).view("uint8").data if content.size else b"")
        return
    # Names of files need not be text.
    content_bytes = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else (part or b"")
    digest.update(f"{type(part).__name__} {len(content_bytes)};".encode())
    digest.update(content_bytes)


@dataclass(frozen=True)
class Attribute:
    """One thing that is known of every sample of a data set: the names of its values, and which each sample has."""

    values: tuple[str, ...]
    labels: Tensor
    """int64 [N], each in 0..len(values) - 1."""


class Dataset(abc.ABC):
    """Samples by index.

    Attributes:
        name: what to call it: "mnist", "8-ring", a folder's name.
        shape: of one sample inside: (C, H, W) or (D,).
        classes: the names of the labels; () where there are none.
        labels: int64 [N] on the CPU, or None where there are none.
        split: "train" or "test".
        fingerprint: 16 hexadecimal characters; another content or another processing gives another fingerprint.
        problems: the files that were left out, each with the reason.
        notes: what was decided about the data, and why, a line each.
        density: the density that the points were drawn from, for toys.
        attributes: what else is known of the samples, by name, as who a face is and where it looks; {} for most.
        source: (C, H, W) of the images that are to be translated, the batch's `x`; None for most.
        paired: whether each `x` of a batch belongs to the `real` of its row.
        levels: which values of more than 8 bits, or of masks, became black and white (`zerosum.data.ranges`), or None.
        source_levels: the same of the images that are to be translated.
    """

    name: str
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    labels: Tensor | None
    split: str
    fingerprint: str
    problems: list[Problem]
    notes: Sequence[str] = ()
    density: "Density | None" = None
    attributes: Mapping[str, Attribute] = MappingProxyType({})
    source: tuple[int, ...] | None = None
    paired: bool = False
    levels: "Range | None" = None
    source_levels: "Range | None" = None

    @abc.abstractmethod
    def __len__(self) -> int:
        """Return the number of samples."""

    @abc.abstractmethod
    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return {"real": float32 [N, *shape], inside} and, where there are classes, {"label": int64 [N]}."""

    def drawn(self, indices: Tensor, keys: Tensor) -> dict[str, Tensor]:
        """Return `batch(indices)` as training sees it: what of it is random is drawn from `keys`, int64 [N], one a row.

        Without keys it is fixed, so that images to look at and to judge by stay the same.
        """
        return self.batch(indices)

    def uncropped(self) -> "Dataset":
        """Return the samples as they are judged: itself, but for data that training sees crops of."""
        return self

    def to(self, device: torch.device | str) -> "Dataset":
        """Return the data set with its samples on `device` where it can hold them; otherwise itself."""
        return self

    def outside(self, samples: Tensor) -> Tensor:
        """Map samples from inside to outside: images to uint8 [N, C, H, W], points to their own units."""
        return images_outside(samples)

    def originals(self, indices: Tensor, batch: Mapping[str, Tensor]) -> Tensor:
        """Return the samples of a batch as users see them; where coding them loses something, as they were read."""
        return self.outside(batch["real"])

    @property
    def spec(self) -> Spec:
        """What the samples are; of a kind that the shape does not tell, a data set says it itself."""
        return spec_by(self.shape)

    @property
    def nbytes(self) -> int:
        """The bytes that the samples take in memory; 0 where they are read when they are asked for."""
        return 0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.split}, {len(self):,} x {self.shape})"


class Resident(Dataset):
    """Samples that lie in memory, or in a device's memory.

    Args:
        values: uint8 images [N, C, H, W], or float points [N, D] in their own units.
        name: what to call it.
        labels: int64 [N], each in 0..len(classes) - 1.
        classes: the names of the labels.
        split: "train" or "test".
        center: [D], what is subtracted from points inside; default 0.
        scale: [D], what points are then divided by; default 1.
        fingerprint: of content and processing; default: made from the other arguments.
        problems: files that were left out.
        density: what the points were drawn from.
        attributes: what else is known of the samples.
        levels: see `Dataset`.
    """

    def __init__(
        self,
        values: Tensor,
        *,
        name: str,
        labels: Tensor | None = None,
        classes: Sequence[str] = (),
        split: str = "train",
        center: Tensor | None = None,
        scale: Tensor | None = None,
        fingerprint: str | None = None,
        problems: Sequence[Problem] = (),
        density: "Density | None" = None,
        attributes: Mapping[str, Attribute] = MappingProxyType({}),
        levels: "Range | None" = None,
    ) -> None:
        self._check(values, labels, classes)
        self.name, self.split, self.classes, self.problems = name, split, tuple(classes), list(problems)
        self.shape = tuple(values.shape[1:])
        self.labels, self.density, self.attributes = labels if classes else None, density, attributes
        self.values, self.levels = values, levels
        self.center = torch.zeros(self.shape) if center is None else center
        self.scale = torch.ones(self.shape) if scale is None else scale
        self.fingerprint = fingerprint or self._identify()
        self._inside = values if self.is_images else ((values - self.center) / self.scale).to(torch.float32)
        self._labels = self.labels

    @staticmethod
    def _check(values: Tensor, labels: Tensor | None, classes: Sequence[str]) -> None:
        images = values.dtype == torch.uint8 and values.ndim == 4
        if not images and not (values.is_floating_point() and values.ndim == 2):
            raise ValueError(f"expected uint8 [N, C, H, W] or float [N, D], not {values.dtype} {list(values.shape)}")
        if classes and (labels is None or labels.shape != values.shape[:1]):
            raise ValueError(f"{len(classes)} classes need one label for each of {len(values)} samples")

    def _identify(self) -> str:
        points = (None, None) if self.is_images else (self.center, self.scale)
        return fingerprint(self.values, self.labels, "/".join(self.classes), self.split, *points)

    @property
    def is_images(self) -> bool:
        """Whether the samples are images; otherwise they are points."""
        return self.spec.kind == "image"

    @cached_property
    def spec(self) -> Spec:
        """What the samples are, and of points how they are standardised."""
        spec = spec_by(self.shape)
        points = {"center": self.center.tolist(), "scale": self.scale.tolist()}
        return spec if spec.kind == "image" else replace(spec, facts=points)

    @property
    def device(self) -> torch.device:
        """Where the samples lie."""
        return self._inside.device

    def __len__(self) -> int:
        return len(self._inside)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the values take."""
        return self.values.nbytes

    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the samples at `indices`, on the device where the samples lie."""
        indices = indices.to(self.device)
        samples = self._inside.index_select(0, indices)
        real = images_inside(samples) if self.is_images else samples
        return (
            {"real": real} if self._labels is None else {"real": real, "label": self._labels.index_select(0, indices)}
        )

    def to(self, device: torch.device | str) -> Self:
        """Return a data set that shares everything but lies on `device`; itself where it does not fit there."""
        device = torch.device(device)
        if device.type == self.device.type and device.index in (None, self.device.index):
            return self
        if self._inside.nbytes > _room(device):
            return self
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy._inside = self._inside.to(device)
        copy._labels = None if self._labels is None else self._labels.to(device)
        return copy

    def outside(self, samples: Tensor) -> Tensor:
        """Map samples from inside to outside: images to uint8, points by x * scale + center."""
        if self.is_images:
            return images_outside(samples)
        points = samples.to(torch.float32)
        return points * self.scale.to(points.device) + self.center.to(points.device)


def _room(device: torch.device) -> float:
    """Return the bytes of `device` that data may take: a quarter of what is free now, as networks need the rest."""
    return torch.cuda.mem_get_info(device)[0] / 4 if device.type == "cuda" else float("inf")
