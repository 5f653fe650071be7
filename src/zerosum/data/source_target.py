"""Data to learn a translation from: batches of source images `x` and target images `real`.

Paired data have an `x` for each `real`: made of it (`Made`), or found beside it (`Matched`). Unpaired data draw each on
its own (`Unpaired`).
"""

import abc

import torch
from torch import Tensor

from zerosum.data.channels import with_channels
from zerosum.data.dataset import Dataset, fingerprint
from zerosum.data.derived import Channels, Derived
from zerosum.data.images import ranged
from zerosum.data.keyed_random import below, keys_for
from zerosum.data.makers import Maker
from zerosum.data.ranges import Range

PARTNER, FIXED = 31, 0
"""The stream that partners are drawn from, and the seed of the keys of images that stay the same."""


class Translation(Dataset):
    """Source and target images; as a data set it is that of the targets, with a source beside each.

    Attributes:
        truth: whether target number i is what source number i should become.
        itself: what a source is called where it stands for its target, untranslated.
    """

    truth: bool
    itself: str = "source itself"

    @property
    @abc.abstractmethod
    def sources(self) -> Dataset:
        """The source images as a data set of their own."""

    @property
    @abc.abstractmethod
    def targets(self) -> Dataset:
        """The target images as a data set of their own."""

    @abc.abstractmethod
    def inputs(self, indices: Tensor) -> dict[str, Tensor]:
        """Return what a game is given to translate the sources at `indices`: "x", and "mask" where they have holes."""

    def reversed(self) -> "Reversed":
        """Return the translation back, from targets to sources."""
        return Reversed(self)


class Made(Derived, Translation):
    """Images, and sources made of them.

    Args:
        base: the target images.
        maker: of the sources.
        paired: False where a system is to be trained without pairs, and only judged by them. Sources then have no
            fewer channels than targets, since what needs no pairs translates both alike.
    """

    def __init__(self, base: Dataset, maker: Maker, *, paired: bool = True) -> None:
        super().__init__(base)
        self.maker, self.paired, self.truth, self.itself = maker, paired, True, maker.itself
        self.name = f"{base.name}-{maker.name.replace(':', '-')}"
        own = maker.channels(base.shape[0])
        channels = own if paired else max(own, base.shape[0])
        self.source, self.source_levels = (channels, *base.shape[1:]), base.levels
        widened = "" if channels == own else f" in {channels} channels"
        self.fingerprint = fingerprint(base.fingerprint, f"pairs {maker.name}, 1{widened}")

    def over(self, base: Dataset) -> "Made":
        """Return the same of another base."""
        return Made(base, self.maker, paired=self.paired)

    @property
    def sources(self) -> Dataset:
        """The images that are made, alone."""
        return Sources(self)

    @property
    def targets(self) -> Dataset:
        """The images that they are made of."""
        return self.base

    def inputs(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the sources at `indices`, always the same."""
        return {name: value for name, value in self.batch(indices).items() if name in ("x", "mask")}

    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the images at `indices` and their sources, always the same."""
        return self._with_source(self.base.batch(indices), keys_for(FIXED, indices))

    def drawn(self, indices: Tensor, keys: Tensor) -> dict[str, Tensor]:
        """Return the images at `indices` and their sources: holes and noise drawn anew each time."""
        return self._with_source(self.base.drawn(indices, keys), keys)

    def _with_source(self, batch: dict[str, Tensor], keys: Tensor) -> dict[str, Tensor]:
        inputs = self.maker.make(batch["real"], keys.to(batch["real"].device))
        assert self.source is not None
        return batch | inputs | {"x": with_channels(inputs["x"], self.source[0])}


class Sources(Derived):
    """The sources that a maker makes, as images of their own."""

    def __init__(self, base: Made) -> None:
        super().__init__(base)
        assert base.source is not None
        self.shape = base.source
        self.fingerprint = fingerprint(base.fingerprint, "sources")

    def over(self, base: Dataset) -> "Sources":
        """Return the same of another base."""
        assert isinstance(base, Made)
        return Sources(base)

    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the sources at `indices`, always the same."""
        return self._alone(self.base.batch(indices))

    def drawn(self, indices: Tensor, keys: Tensor) -> dict[str, Tensor]:
        """Return the sources at `indices` as training sees them."""
        return self._alone(self.base.drawn(indices, keys))

    def _alone(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"real": batch["x"]} | ({"label": batch["label"]} if "label" in batch else {})


class Matched(Derived, Translation):
    """Pairs that lie in one set of images: the first channels are the source, the others the target.

    Args:
        base: images whose first `channels` are the source.
        channels: of the source.
        paired: False where a system is to be trained without pairs, and only judged by them.
        name: what to call it; default: as the base.
        levels: of the source, see `Dataset`.
    """

    def __init__(
        self,
        base: Dataset,
        channels: int,
        *,
        paired: bool = True,
        name: str | None = None,
        levels: Range | None = None,
    ) -> None:
        super().__init__(base)
        self.name, self.channels, self.paired, self.truth = name or base.name, channels, paired, True
        self.source, self.source_levels = (channels, *base.shape[1:]), levels
        self.shape = (base.shape[0] - channels, *base.shape[1:])
        self.fingerprint = fingerprint(base.fingerprint, f"pairs of {channels}{ranged(levels)}")

    def over(self, base: Dataset) -> "Matched":
        """Return the same of another base."""
        return Matched(base, self.channels, paired=self.paired, name=self.name, levels=self.source_levels)

    @property
    def sources(self) -> Dataset:
        """The first channels."""
        return Channels(self.base, 0, self.channels)

    @property
    def targets(self) -> Dataset:
        """The other channels."""
        return Channels(self.base, self.channels, self.base.shape[0])

    def inputs(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the sources at `indices`."""
        return {"x": self.batch(indices)["x"]}

    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the pairs at `indices`."""
        return self._divided(self.base.batch(indices))

    def drawn(self, indices: Tensor, keys: Tensor) -> dict[str, Tensor]:
        """Return the pairs at `indices` as training sees them."""
        return self._divided(self.base.drawn(indices, keys))

    def _divided(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        both = batch["real"]
        return batch | {"x": both[:, : self.channels], "real": both[:, self.channels :]}


class Unpaired(Translation):
    """Two sets of images that have nothing to do with one another: in training each target meets any source.

    An epoch visits each target once; sources are drawn with replacement, as CycleGAN's authors draw the second image.
    """

    def __init__(self, sources: Dataset, targets: Dataset, *, name: str | None = None) -> None:
        self._sources, self._targets = sources, targets
        self.levels, self.source_levels = targets.levels, sources.levels
        self.name, self.truth = name or f"{sources.name}-to-{targets.name}", False
        self.shape, self.source, self.split = targets.shape, sources.shape, targets.split
        self.classes, self.labels, self.attributes = targets.classes, targets.labels, targets.attributes
        self.problems = [*sources.problems, *targets.problems]
        self.fingerprint = fingerprint(sources.fingerprint, targets.fingerprint)

    def __len__(self) -> int:
        return len(self._targets)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that both sets take."""
        return self._sources.nbytes + self._targets.nbytes

    @property
    def sources(self) -> Dataset:
        """The images to be translated."""
        return self._sources

    @property
    def targets(self) -> Dataset:
        """The images that they are to look like."""
        return self._targets

    def inputs(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the sources at `indices`."""
        return {"x": self._sources.batch(indices)["real"]}

    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the targets at `indices`, each with the source of the same number, counted round and round."""
        return self._targets.batch(indices) | self.inputs(indices % len(self._sources))

    def drawn(self, indices: Tensor, keys: Tensor) -> dict[str, Tensor]:
        """Return the targets at `indices`, each with a source that its key draws."""
        partners = below(keys, len(self._sources), PARTNER)
        # Another key for the partner: its crop must not be that of the target.
        x = self._sources.drawn(partners, keys_for(PARTNER, keys))["real"]
        return self._targets.drawn(indices, keys) | {"x": x}

    def uncropped(self) -> "Unpaired":
        """Return the same of the whole images of both sets."""
        return Unpaired(self._sources.uncropped(), self._targets.uncropped(), name=self.name)

    def to(self, device: torch.device | str) -> "Unpaired":
        """Return the same with both sets on `device` where they fit there."""
        return Unpaired(self._sources.to(device), self._targets.to(device), name=self.name)


class Reversed(Translation):
    """The translation back: the targets of another one are its sources. To judge by, not to train on."""

    def __init__(self, forward: Translation) -> None:
        self.forward, self.truth, self.paired = forward, forward.truth, forward.paired
        self.name, self.split = f"{forward.name}, backward", forward.split
        self.shape, self.source = forward.sources.shape, forward.targets.shape
        self.classes, self.labels = forward.sources.classes, forward.sources.labels
        self.problems, self.fingerprint = forward.problems, fingerprint(forward.fingerprint, "backward")

    def __len__(self) -> int:
        return len(self.forward.sources)

    @property
    def sources(self) -> Dataset:
        """The targets of the way there."""
        return self.forward.targets

    @property
    def targets(self) -> Dataset:
        """The sources of the way there."""
        return self.forward.sources

    def inputs(self, indices: Tensor) -> dict[str, Tensor]:
        """Return the images at `indices` to be translated back."""
        return {"x": self.sources.batch(indices)["real"]}

    def batch(self, indices: Tensor) -> dict[str, Tensor]:
        """Return what the images should become again, each with the image of the same number."""
        return self.targets.batch(indices) | self.inputs(indices % len(self.sources))
