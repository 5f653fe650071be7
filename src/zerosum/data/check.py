"""`check`: what would be loaded from a source, and what is wrong with it, before any training."""

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zerosum.data.dataset import Dataset, Problem, Resident
from zerosum.data.decode import BadImageError, flatten, native
from zerosum.data.images import LARGEST, SMALLEST, Scan, common_side, dataset_name, default_memory_limit, parallel, scan
from zerosum.data.load import existing, load
from zerosum.data.names import KNOWN, SPLITS, TOYS

SHOWN = 10
"""How many pairs of duplicates, problems and classes the lines name; `to_dict` has all problems and classes."""


@dataclass(frozen=True)
class Report:
    """What a source holds.

    Attributes:
        source: what was asked for.
        kind: "known", "toy", "npz", "folder" or "zip".
        total: samples that can be used, of all splits.
        splits: how many of them are in each split.
        classes: how many of them have each label; {} where there are no labels.
        sizes: [width, height] of "min", "median" and "max" by area, and of the "most common".
        modes: how many images have each mode, such as "RGBA".
        formats: how many files have each format, such as "PNG".
        duplicate_count: samples whose pixels equal those of an earlier one.
        duplicates: the first ten pairs of them, (earlier, later).
        problems: files that are left out: (name, reason).
        ignored: how many other files were passed over, by suffix.
        plan: what will be done, by topic, in words.
        bytes: that the training split takes when it is in memory.
    """

    source: str
    kind: str
    total: int
    splits: dict[str, int]
    classes: dict[str, int]
    sizes: dict[str, list[int]] = field(default_factory=dict)
    modes: dict[str, int] = field(default_factory=dict)
    formats: dict[str, int] = field(default_factory=dict)
    duplicate_count: int = 0
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ignored: dict[str, int] = field(default_factory=dict)
    plan: dict[str, str] = field(default_factory=dict)
    bytes: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain types, for JSON."""
        return dataclasses.asdict(self)

    def lines(self) -> list[str]:
        """Return the report as text, a line each."""
        found = [f"{self.source}: {self.total:,} samples ({self.kind}); {_counts(self.splits)}"]
        topics = {"labels": _counts(self.classes), "sizes": self._sizes(), "modes": _counts(self.modes)}
        topics |= {"formats": _counts(self.formats), "ignored": _counts(self.ignored)}
        found += [f"{topic}: {text}" for topic, text in topics.items() if text]
        return [*found, *self._duplicates(), *self._problems(), *(f"{k}: {v}" for k, v in self.plan.items())]

    def _sizes(self) -> str:
        return ", ".join(f"{name} {width}x{height}" for name, (width, height) in self.sizes.items())

    def _duplicates(self) -> list[str]:
        pairs = [f"  {later} = {earlier}" for earlier, later in self.duplicates]
        return [f"duplicates: {self.duplicate_count:,} with the same pixels as an earlier one", *pairs] if pairs else []

    def _problems(self) -> list[str]:
        named = [f"  {name}: {reason}" for name, reason in self.problems[:SHOWN]]
        more = [f"  and {len(self.problems) - SHOWN:,} more"] if len(self.problems) > SHOWN else []
        return [f"left out: {len(self.problems):,} unreadable files", *named, *more] if named else []


def check(source: str, *, root: Path | None = None, size: int | None = None, channels: int | None = None) -> Report:
    """Look at all of `source`, decoding each image whole, and report; the arguments are those of `load`.

    Raises:
        UserError: there is no such data, or nothing in it can be read.
    """
    if source not in KNOWN and source not in TOYS:
        path = existing(source)
        if path.suffix.lower() != ".npz":
            return _check_files(source, scan(path, size=size, channels=channels), size, channels)
    sets = [load(source, root=root, size=size, channels=channels, split=split) for split in SPLITS]
    return _check_sets(source, sets)


def _check_files(source: str, seen: Scan, size: int | None, channels: int | None) -> Report:
    names = list(seen.headers)
    hashes = dict(zip(names, parallel(lambda name: _pixel_hash(seen, name), names), strict=True))
    good = [file for file in seen.layout.files if isinstance(hashes[file.name], bytes)]
    unreadable = [(name, reason) for name, reason in hashes.items() if isinstance(reason, str)]
    headers = [seen.headers[name] for name in names if isinstance(hashes[name], bytes)]
    pairs = _pairs((name, key) for name, key in hashes.items() if isinstance(key, bytes))
    splits = {split: sum(file.split == split for file in good) for split in SPLITS}
    taken = splits["train"] * seen.channels * seen.size**2
    return Report(
        source=source,
        kind="folder" if seen.files.path.is_dir() else "zip",
        total=len(headers),
        splits=splits,
        classes=_sorted(Counter(file.label for file in good if file.label)),
        sizes=_size_summary([(h.width, h.height) for h in headers]),
        modes=_sorted(Counter(h.mode for h in headers)),
        formats=_sorted(Counter(h.format for h in headers)),
        duplicate_count=len(pairs),
        duplicates=pairs[:SHOWN],
        problems=sorted([*seen.problems, *unreadable]),
        ignored=_sorted(seen.files.ignored),
        plan=_file_plan(seen, size, channels, taken),
        bytes=taken,
    )


def _pixel_hash(seen: Scan, name: str) -> bytes | str:
    try:
        image = flatten(native(seen.files.read(name)))
    except BadImageError as error:
        return str(error)
    except Exception as error:  # the zip's own decoders and the file system raise nearly anything
        return f"cannot be read ({error})"
    return hashlib.sha256(f"{image.mode} {image.size} ".encode() + image.tobytes()).digest()


def _file_plan(seen: Scan, size: int | None, channels: int | None, taken: int) -> dict[str, str]:
    grey = "all images are grey" if seen.channels == 1 else "not all images are grey"
    own = common_side(seen.headers.values()) == seen.size
    rule = "their own" if own else f"the largest power of two not above the median side, {SMALLEST} to {LARGEST}"
    alpha = sum(header.alpha for header in seen.headers.values())
    limit = default_memory_limit()
    how = (
        f"in memory, {taken / 1e6:,.1f} MB" if taken <= limit else f"decoded batch by batch, over {limit / 1e9:.1f} GB"
    )
    return {
        "name": dataset_name(seen.files.path),
        "size": f"{seen.size}x{seen.size} ({'as asked' if size else rule}), cropped in the centre, resized by LANCZOS",
        "channels": f"{seen.channels} ({'as asked' if channels else grey})",
        "alpha": f"{alpha:,} images with transparency are put on white" if alpha else "none",
        "split": seen.layout.split_rule,
        "memory": how,
    }


def _check_sets(source: str, sets: Sequence[Dataset]) -> Report:
    images = len(sets[0].shape) == 3
    kind = "toy" if source in TOYS else "known" if source in KNOWN else "npz"
    pairs = _pairs(pair for dataset in sets for pair in _rows(dataset)) if images else []
    labels = [(d.classes, d.labels.tolist()) for d in sets if d.labels is not None]
    counts = Counter(classes[label] for classes, numbers in labels for label in numbers)
    channels, *sides = sets[0].shape
    taken = sets[0].nbytes
    inside = (
        f"{sides[-1]}x{sides[-1]} {'grey' if channels == 1 else 'colour'}"
        if images
        else f"points in {channels}-D, standardised"
    )
    return Report(
        source=source,
        kind=kind,
        total=sum(map(len, sets)),
        splits={dataset.split: len(dataset) for dataset in sets},
        classes=_sorted(counts),
        sizes=_size_summary([(sides[1], sides[0])]) if images else {},
        duplicate_count=len(pairs),
        duplicates=pairs[:SHOWN],
        plan={"name": sets[0].name, "shape": inside, "memory": f"in memory, {taken / 1e6:,.1f} MB"},
        bytes=taken,
    )


def _rows(dataset: Dataset) -> Iterator[tuple[str, bytes]]:
    if isinstance(dataset, Resident):
        for number, row in enumerate(dataset.values.numpy()):
            yield f"{dataset.split}[{number}]", hashlib.sha256(row.tobytes()).digest()


def _pairs(hashes: Iterable[tuple[str, bytes]]) -> list[tuple[str, str]]:
    """Return (earlier, later) for each name whose hash an earlier one has."""
    first: dict[bytes, str] = {}
    return [(first[key], name) for name, key in hashes if first.setdefault(key, name) != name]


def _size_summary(sizes: list[tuple[int, int]]) -> dict[str, list[int]]:
    if not sizes:
        return {}
    by_area = sorted(sizes, key=lambda size: (size[0] * size[1], size))
    places = {"min": by_area[0], "median": by_area[len(by_area) // 2], "max": by_area[-1]}
    places["most common"] = Counter(sizes).most_common(1)[0][0]
    return {name: list(size) for name, size in places.items()}


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _counts(counts: dict[str, int]) -> str:
    shown = [f"{name} {count:,}" for name, count in list(counts.items())[:SHOWN]]
    return ", ".join(shown) + (f", and {len(counts) - SHOWN} more" if len(counts) > SHOWN else "")
