"""`load_translation`: from `--data`, `--target` and `--pairs` to data that a translation is learned from."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from zerosum.data.crops import Crops, loaded_for
from zerosum.data.dataset import Dataset, Resident
from zerosum.data.derived import Part
from zerosum.data.files import open_files
from zerosum.data.images import dataset_name, load_scan
from zerosum.data.load import check_form, existing, load
from zerosum.data.makers import maker
from zerosum.data.matching import Pairs, matched, side_by_side
from zerosum.data.names import FOLDERS, KNOWN, SIDE_BY_SIDE, SWAPPED, TOYS
from zerosum.data.ranges import Given, Range, check_used, parsed
from zerosum.data.scan import Scan, place_in, scan, sizes_of
from zerosum.data.size import Fit, Sides, Size, pairs_side_by_side, sides
from zerosum.data.source_target import Made, Matched, Translation, Unpaired
from zerosum.errors import UserError

FEW, SMALL = 5000, 24
"""Fewer images than this are learned by heart in minutes; on smaller ones than this a crop takes too much away."""


def load_translation(
    source: str,
    *,
    target: str | None = None,
    pairs: str | None = None,
    paired: bool = True,
    crops: bool | None = None,
    root: Path | None = None,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit = "crop",
    split: str = "train",
    strict: bool = False,
    memory_limit: int | None = None,
    value_range: Given | None = None,
) -> Translation:
    """Return source and target images.

    Args:
        source: a known set, or the path of a folder, .zip or .npz: what is to be translated; with `pairs`, that which
            holds the pairs or that they are made of.
        target: the same: what the sources are to become.
        pairs: instead of a target: how sources and targets are found in the one set (`names.FOUND`), or a pair maker
            (`names.MAKERS`).
        paired: whether training needs to know which target belongs to which source. With a target, they are then
            matched by file name (arrays and known sets by number). Without, of images that pairs can be made of one
            half are sources and the other half targets, so that training sees no image from both sides; the test split
            has all its pairs, to judge by.
        crops: train on random crops and mirror images, cut from images an eighth larger; None: where files are fewer
            than 5,000, of 24 pixels or more, or differ in size. The test split, and whatever is judged, is of whole
            images in any case.
        root: where known sets are looked for.
        size: of the images of both sets, as for `load`; default: without pairs that of the smaller ones.
        channels: 1, 3 or 4; default: with pairs what each side has; without, what the richer side has, since both are
            then made of each other or compared.
        fit: of images of other proportions: "crop", "pad" or "stretch".
        split: "train" or "test".
        strict: whether an unreadable or unmatched file is an error.
        memory_limit: bytes above which files are decoded batch by batch.
        value_range: as for `load`, of whichever images have more than 8 bits; default: each set has its own.

    Raises:
        UserError: there are no such data, or they do not go together.
    """
    if (target is None) == (pairs is None):
        raise UserError("give either --target, a second set of images, or --pairs, a way to get pairs out of the first")
    check_form(channels, fit)
    loading = Loading(
        root,
        None if size is None else sides(size),
        channels,
        fit,
        split,
        strict,
        memory_limit,
        crops,
        parsed(value_range),
    )
    translation = _found(loading, source, target, pairs, paired)
    check_used(loading.value_range, translation.name, translation.levels, translation.source_levels)
    return translation


def _found(loading: "Loading", source: str, target: str | None, pairs: str | None, paired: bool) -> Translation:
    if target is not None:
        return loading.matched(source, target) if paired else loading.unpaired(source, target)
    assert pairs is not None
    if pairs in (SIDE_BY_SIDE, SWAPPED):
        return loading.side_by_side(source, paired=paired, swapped=pairs == SWAPPED)
    if pairs == FOLDERS:
        one, other = sides_in(source)
        return loading.matched(one, other) if paired else loading.unpaired(one, other)
    pair_maker = maker(pairs)
    return halved(Made(loading.images(source), pair_maker, paired=paired))


@dataclass(frozen=True)
class Side:
    """The images of one class folder of a folder or zip, as a set of their own."""

    path: Path
    label: str

    def __str__(self) -> str:
        return f"{self.label} in {self.path}"


def sides_in(source: str) -> tuple[Side, Side]:
    """Return the two class folders of a source: the sources and the targets, in the order of their names.

    Raises:
        UserError: it has not two class folders.
    """
    if not in_files(source):
        raise UserError(f"{source} is no folder or zip: --pairs {FOLDERS} needs two folders of images in one")
    path = existing(source)
    layout = place_in(path, open_files(path).names)
    if len(layout.classes) != 2:
        raise UserError(
            f"{source} has {len(layout.classes)} class folders: --pairs {FOLDERS} needs two, sources and targets, "
            "such as A and B, or trainA, trainB, testA and testB"
        )
    first, second = layout.classes
    return Side(path, first), Side(path, second)


def halved(pairs: Made | Matched) -> Translation:
    """Return the pairs; to be trained on without them, half of the images as sources and the rest as targets.

    Raises:
        UserError: there is only one image to divide.
    """
    if pairs.paired or pairs.split == "test":
        return pairs
    if len(pairs) < 2:
        raise UserError(f"{pairs.name} has one image to train on: without pairs it takes two or more; add some")
    order = torch.randperm(len(pairs), generator=torch.Generator().manual_seed(0))
    sources, targets = order[: len(order) // 2], order[len(order) // 2 :]
    return Unpaired(Part(pairs.sources, sources), Part(pairs.targets, targets), name=pairs.name)


@dataclass(frozen=True)
class Loading:
    """How images are loaded; the fields are arguments of `load_translation`."""

    root: Path | None
    size: Sides | None
    channels: int | None
    fit: Fit
    split: str
    strict: bool
    memory_limit: int | None
    crops: bool | None
    value_range: Range | None

    def _listing(self, source: str | Side) -> Scan:
        return listing_of(source, **self._form())

    def images(self, source: str | Side) -> Dataset:
        """Return the images that `source` names."""
        if isinstance(source, Side) or in_files(source):
            return self._loaded(self._listing(source))
        dataset = self._load(source, self.size)
        if dataset.spec.kind != "image":
            raise UserError(
                f"{source} holds {dataset.spec.answers.unit.many}: only images are translated; use a folder or a set "
                "of images"
            )
        if not self.crops or self.split == "test":
            return dataset
        size = size_of(dataset)
        return Crops(self._load(source, loaded_for(size)), size, whole=lambda: dataset)

    def unpaired(self, source: str | Side, target: str | Side) -> Unpaired:
        """Return two sets of images: where nothing was asked for, of the smaller size and the richer colours."""
        sources, targets = self.images(source), self.images(target)
        if sources.shape == targets.shape:
            return Unpaired(sources, targets, name=sources.name if isinstance(source, Side) else None)
        richer = max(sources.shape[0], targets.shape[0])
        return replace(self, size=smaller(sources, targets), channels=richer).unpaired(source, target)

    def matched(self, source: str | Side, target: str | Side) -> Matched:
        """Return the pairs of two sets: of files by name, of arrays and known sets by number."""
        if isinstance(source, Side) or isinstance(target, Side):
            return self._pairs(self._by_name(source, target), True)
        if in_files(source) and in_files(target):
            name = f"{dataset_name(existing(source))}-to-{dataset_name(existing(target))}"
            return self._pairs(self._by_name(source, target), True, name)
        if in_files(source) or in_files(target):
            raise UserError(f"{source} and {target} cannot be matched: give two folders or zips, or two arrays")
        sources, targets = self.images(source), self.images(target)
        if len(sources) != len(targets):
            raise UserError(
                f"{source} holds {len(sources):,} images and {target} {len(targets):,}: pairs need as many of both"
            )
        if sources.shape[1:] != targets.shape[1:]:
            return replace(self, size=smaller(sources, targets)).matched(source, target)
        return Matched(_stacked(sources, targets), sources.shape[0], levels=sources.levels)

    def _by_name(self, source: str | Side, target: str | Side) -> Pairs:
        return matched(self._listing(source), self._listing(target), str(source), str(target), size=self.size)

    def side_by_side(self, source: str, *, paired: bool, swapped: bool) -> Translation:
        """Return the pairs in a folder or zip of images that are two in one."""
        if not in_files(source):
            raise UserError(f"{source} is no folder or zip: --pairs {SIDE_BY_SIDE} needs images that hold a pair each")
        pairs = side_by_side(existing(source), swapped=swapped, **self._form())
        return halved(self._pairs(pairs, paired))

    def _pairs(self, pairs: Pairs, paired: bool, name: str | None = None) -> Matched:
        return Matched(self._loaded(pairs.listing), pairs.channels, paired=paired, name=name, levels=pairs.levels)

    def _form(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("size", "channels", "fit", "value_range")}

    def _loaded(self, listing: Scan) -> Dataset:
        crops = self.split == "train" and (wants_crops(listing) if self.crops is None else self.crops)
        load = partial(load_scan, split=self.split, strict=self.strict)
        if not crops:
            return load(listing, memory_limit=self.memory_limit)
        larger = load(replace(listing, size=loaded_for(listing.size)), memory_limit=self.memory_limit)
        # The whole images are seldom looked at: they stay files.
        return Crops(larger, listing.size, whole=lambda: load(listing, memory_limit=0))

    def _load(self, source: str, size: Sides | None) -> Dataset:
        return load(
            source,
            root=self.root,
            size=size,
            channels=self.channels,
            fit=self.fit,
            split=self.split,
            strict=self.strict,
            memory_limit=self.memory_limit,
            value_range=None if source in (*KNOWN, *TOYS) else self.value_range,
        )


def size_of(images: Dataset) -> Sides:
    """Return the (height, width) of images."""
    _, height, width = images.shape
    return height, width


def smaller(one: Dataset, other: Dataset) -> Sides:
    """Return the size of the images that have fewer pixels."""
    return min(size_of(one), size_of(other), key=lambda size: (size[0] * size[1], size))


def wants_crops(listing: Scan) -> bool:
    """Whether images are to be seen in crops where the user does not say.

    They are where they are of several sizes, or so few that they would be learned by heart and not so small that each
    pixel counts.
    """
    sizes = {(header.width, header.height) for header in listing.headers.values()}
    return len(sizes) > 1 or (len(listing.headers) < FEW and min(sides(listing.size)) >= SMALL)


def way_in(source: str) -> str | None:
    """Return what `pairs` is for sources and targets that lie in one folder or zip, where that can be told; else None.

    They are the class folders A and B, or the halves of images that are all twice as wide as high.
    """
    if not in_files(source):
        return None
    listing = scan(existing(source))
    if listing.layout.classes == ("A", "B"):
        return FOLDERS
    return SIDE_BY_SIDE if pairs_side_by_side(sizes_of(listing.headers.values())) else None


def listing_of(source: str | Side, **form: Any) -> Scan:
    """Look at the files that `source` names; `form` as for `scan`."""
    if isinstance(source, Side):
        return scan(source.path, label=source.label, **form)
    return scan(existing(source), **form)


def in_files(source: str | Side) -> bool:
    """Whether `source` is a folder or a zip of images, or a part of one, rather than arrays or a name."""
    if isinstance(source, Side):
        return True
    return source not in KNOWN and source not in TOYS and existing(source).suffix.lower() != ".npz"


def _stacked(sources: Dataset, targets: Dataset) -> Dataset:
    """Return images with the channels of both, those of one number together."""
    crop = isinstance(sources, Crops) and isinstance(targets, Crops)
    if crop:
        assert isinstance(sources, Crops)
        assert isinstance(targets, Crops)
        together = _stacked(sources.base, targets.base)
        return Crops(together, targets.size, whole=lambda: _stacked(sources.whole(), targets.whole()))
    if not isinstance(sources, Resident) or not isinstance(targets, Resident):
        raise UserError(f"{sources.name} and {targets.name} cannot be matched by number: use folders, or arrays")
    return Resident(
        torch.cat([sources.values, targets.values], 1),
        name=f"{sources.name}-to-{targets.name}",
        labels=targets.labels,
        classes=targets.classes,
        split=targets.split,
        levels=targets.levels,
    )
