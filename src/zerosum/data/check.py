"""`check`: what would be loaded from a source, and what is wrong with it, before any training."""

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zerosum.data.bad_image import BadImageError
from zerosum.data.contents import look as look_into
from zerosum.data.dataset import Dataset, Problem, Resident
from zerosum.data.image_file import Header, native
from zerosum.data.images import bytes_of, dataset_name, default_memory_limit
from zerosum.data.layout import held_out_rule, untrained_in_words
from zerosum.data.load import check_form, existing, is_name, load
from zerosum.data.names import KNOWN, SPLITS, TOYS
from zerosum.data.own import check_sound, is_own
from zerosum.data.own import levels as levels_of
from zerosum.data.pixel_modes import flatten, straight
from zerosum.data.ranges import ASKED, Given, Levels, Range, array_rule, check_used, parsed
from zerosum.data.ranges import shown as shown_range
from zerosum.data.scan import Scan, parallel, scan, sizes_of
from zerosum.data.size import Fit, Sides, Size, SizeRule, choose_size, described, pairs_side_by_side, shown, sides
from zerosum.progress.numbers import counted

SHOWN = 10
"""How many pairs of duplicates, problems and classes the lines name; `to_dict` has all problems and classes."""
OWN = "own code"
"""The kind of a data set that somebody's own code returns."""
DOUBLE = "all images are twice as wide as high: to a system that translates they are pairs side by side"


@dataclass(frozen=True)
class Report:
    """What a source holds.

    Attributes:
        source: what was asked for.
        kind: "known", "toy", "npz", "folder", "zip" or "own code".
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
        shape: of a sample: [C, H, W] of images, [D] of points.
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
    shape: list[int] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain types, for JSON."""
        return dataclasses.asdict(self)

    def lines(self) -> list[str]:
        """Return the report as text, a line each."""
        samples = counted(self.total, "sample")
        lines = [f"{self.source}: {samples} ({self.kind}); {_counts(self.splits)}"]
        topics = {"labels": _counts(self.classes), "sizes": self._sizes(), "modes": _counts(self.modes)}
        topics |= {"formats": _counts(self.formats), "ignored": _counts(self.ignored)}
        lines += [f"{topic}: {text}" for topic, text in topics.items() if text]
        return [*lines, *self._duplicates(), *self._problems(), *(f"{k}: {v}" for k, v in self.plan.items())]

    def _sizes(self) -> str:
        return ", ".join(f"{name} {width}x{height}" for name, (width, height) in self.sizes.items())

    def _duplicates(self) -> list[str]:
        pairs = [f"  {later} = {earlier}" for earlier, later in self.duplicates]
        return [f"duplicates: {self.duplicate_count:,} with the same pixels as an earlier one", *pairs] if pairs else []

    def _problems(self) -> list[str]:
        lines = [f"  {name}: {reason}" for name, reason in self.problems[:SHOWN]]
        more = [f"  and {len(self.problems) - SHOWN:,} more"] if len(self.problems) > SHOWN else []
        return [f"left out: {len(self.problems):,} files", *lines, *more] if lines else []


def check(
    source: str,
    *,
    root: Path | None = None,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit = "crop",
    value_range: Given | None = None,
) -> Report:
    """Look at all of `source`, decoding each image whole, and report; the arguments are those of `load`.

    Raises:
        UserError: there is no such data, nothing in it can be read, or a range is asked for that nothing uses.
    """
    form: dict[str, Any] = {"size": size, "channels": channels, "fit": fit, "value_range": parsed(value_range)}
    report = look(source, root=root, **form)
    check_used(form["value_range"], source, form["value_range"] if "range" in report.plan else None)
    return report


def look(
    source: str, *, root: Path | None, size: Size | None, channels: int | None, fit: Fit, value_range: Range | None
) -> Report:
    """Return the report of `check`; a range is used where there is a use for it."""
    check_form(channels, fit)
    extent = None if size is None else sides(size)
    form: dict[str, Any] = {"size": extent, "channels": channels, "fit": fit}
    if not is_name(source):
        path = existing(source)
        if path.suffix.lower() != ".npz":
            return _check_files(source, scan(path, **form, value_range=value_range), channels)
    if source not in KNOWN and source not in TOYS:
        form["value_range"] = value_range
    sets = [load(source, root=root, split=split, **form) for split in SPLITS]
    if is_own(source):
        for dataset in sets:
            check_sound(dataset)
    report = _check_sets(source, sets)
    return report if not report.sizes else _with_form(report, sets[0].shape, extent, fit, root, value_range)


def _check_files(source: str, listing: Scan, channels: int | None) -> Report:
    names = list(listing.headers)
    hashes = dict(zip(names, parallel(lambda name: _pixel_hash(listing, name), names), strict=True))
    good = [file for file in listing.layout.files if isinstance(hashes[file.name], bytes)]
    unreadable = [(name, reason) for name, reason in hashes.items() if isinstance(reason, str)]
    headers = [listing.headers[name] for name in names if isinstance(hashes[name], bytes)]
    pairs = _pairs((name, key) for name, key in hashes.items() if isinstance(key, bytes))
    splits = {split: sum(file.split == split for file in good) for split in SPLITS}
    nbytes = splits["train"] * bytes_of(listing)
    return Report(
        source=source,
        kind="folder" if listing.files.path.is_dir() else "zip",
        total=len(headers),
        splits=splits,
        classes=_sorted(Counter(file.label for file in good if file.label)),
        sizes=_size_summary(sizes_of(headers)),
        modes=_sorted(Counter(h.mode for h in headers)),
        formats=_sorted(Counter(h.format for h in headers)),
        duplicate_count=len(pairs),
        duplicates=pairs[:SHOWN],
        problems=sorted([*listing.problems, *unreadable]),
        ignored=_sorted(listing.files.ignored),
        plan=_file_plan(listing, headers, splits["test"], channels, nbytes),
        bytes=nbytes,
        shape=[listing.channels, *listing.size],
    )


def _pixel_hash(listing: Scan, name: str) -> bytes | str:
    try:
        image = native(listing.files.read(name))
        image = (
            straight(image, listing.within)
            if listing.headers[name].alpha and listing.channels == 4
            else flatten(image, listing.within)
        )
    except BadImageError as error:
        return str(error)
    except Exception as error:  # the zip's own decoders and the file system raise nearly anything
        return f"cannot be read ({error})"
    return hashlib.sha256(f"{image.mode} {image.size} ".encode() + image.tobytes()).digest()


def _file_plan(listing: Scan, headers: list[Header], test: int, channels: int | None, space: int) -> dict[str, str]:
    """Return what is done to the images, whose pixels can be read: the counts are of these."""
    colours = {1: "all images are grey", 3: "not all images are grey", 4: "some images are see-through"}
    alpha, sizes = sum(header.alpha for header in headers), sizes_of(headers)
    limit = default_memory_limit()
    how = (
        f"in memory, {space / 1e6:,.1f} MB" if space <= limit else f"decoded batch by batch, over {limit / 1e9:.1f} GB"
    )
    return {
        "name": dataset_name(listing.files.path),
        **form(sizes, SizeRule(listing.size, listing.rule), listing.fit, listing.channels),
        "channels": f"{listing.channels} ({'as asked' if channels else colours[listing.channels]})",
        "alpha": _alpha(alpha, listing.channels),
        **({} if listing.levels is None else {"range": _range(listing.levels)}),
        "layout": listing.layout.meaning,
        **({"pairs": DOUBLE} if pairs_side_by_side(sizes) else {}),
        "split": listing.layout.split_rule if listing.layout.own_splits else held_out_rule(test, len(headers)),
        **_untrained(listing.layout.untrained()),
        "memory": how,
    }


def _range(levels: Levels) -> str:
    return f"{shown_range(levels.range)} become black and white ({levels.rule})"


def _untrained(classes: Sequence[object]) -> dict[str, str]:
    return {"labels that are not trained": untrained_in_words(classes)} if classes else {}


def _with_form(
    report: Report, shape: tuple[int, ...], size: Sides | None, fit: Fit, root: Path | None, within: Range | None
) -> Report:
    """Return the report on arrays or a known set with what they are, and what they are brought to."""
    if report.kind in ("known", OWN):
        options: dict[str, Any] = {"value_range": within} if report.kind == OWN else {}
        _, height, width = load(report.source, root=root, split="test", **options).shape
        choice = SizeRule((height, width), "its own") if size is None else choose_size(size, [])
        if report.kind == OWN and (levels := levels_of(report.source, within)):
            report = dataclasses.replace(report, plan=report.plan | {"range": _range(levels)})
    else:
        path = Path(report.source).expanduser()
        contents = look_into(path)
        height, width = contents.values.shape[1:3]
        levels = Levels(within, ASKED) if within else Levels(contents.range(path), array_rule(contents.values))
        plan = {"range": _range(levels), **contents.plan(), **_untrained(contents.of("train")[1])}
        report = dataclasses.replace(report, plan=report.plan | plan)
        choice = choose_size(size, [(width, height)])
    plan = report.plan | form([(width, height)] * report.total, choice, fit, shape[0])
    return dataclasses.replace(report, sizes=_size_summary([(width, height)]), plan=plan)


def form(sizes: Sequence[tuple[int, int]], choice: SizeRule, fit: Fit, channels: int) -> dict[str, str]:
    """Return the size and the fit of images, each (width, height), in words."""
    height, width = choice.size
    resized = "" if set(sizes) == {(width, height)} else ", resized by LANCZOS"
    return {
        "size": f"{shown(height, width)} ({choice.rule}){resized}",
        "fit": f"{fit}: {lost(sizes, choice.size, fit, channels)}",
    }


def lost(sizes: Sequence[tuple[int, int]], size: Sides, fit: Fit, channels: int) -> str:
    """Say what becomes of the images, each (width, height), whose proportions are not those of the size."""
    height, width = size
    aspects = [(across / down) / (width / height) for across, down in sizes]
    # What rounding to whole pixels does to the proportions is nothing that is lost.
    off = [max(aspect, 1 / aspect) for aspect in aspects if max(aspect, 1 / aspect) > 1 + 1 / min(size)]
    if not off:
        return "nothing is lost"
    share = f"up to {1 - 1 / max(off):.0%}"
    changes = {
        "crop": f"cropped in the centre, which costs {share} of the picture",
        "pad": f"padded, {share} of the result is {'see-through' if channels == 4 else 'white'}",
        "stretch": f"stretched by a factor of up to {max(off):.2f}",
    }
    return f"{len(off):,} of {len(aspects):,} images are {changes[fit]}"


def _alpha(count: int, channels: int) -> str:
    if not count:
        return "none"
    return f"{count:,} images have alpha, which is {'kept' if channels == 4 else 'put on white'}"


def _check_sets(source: str, sets: Sequence[Dataset]) -> Report:
    images = len(sets[0].shape) == 3
    kind = "toy" if source in TOYS else "known" if source in KNOWN else OWN if is_own(source) else "npz"
    pairs = _pairs(pair for dataset in sets for pair in _rows(dataset)) if images else []
    labels = [(d.classes, d.labels.tolist()) for d in sets if d.labels is not None]
    counts = Counter(classes[label] for classes, numbers in labels for label in numbers)
    nbytes = sets[0].nbytes
    inside = described(sets[0].shape) if images else f"points in {sets[0].shape[0]}-D, standardised"
    return Report(
        source=source,
        kind=kind,
        total=sum(map(len, sets)),
        splits={dataset.split: len(dataset) for dataset in sets},
        classes=_sorted(counts),
        sizes=_size_summary([(sets[0].shape[2], sets[0].shape[1])]) if images else {},
        duplicate_count=len(pairs),
        duplicates=pairs[:SHOWN],
        plan={"name": sets[0].name, "shape": inside, "memory": f"in memory, {nbytes / 1e6:,.1f} MB"},
        bytes=nbytes,
        shape=list(sets[0].shape),
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
    entries = [f"{name} {count:,}" for name, count in list(counts.items())[:SHOWN]]
    return ", ".join(entries) + (f", and {len(counts) - SHOWN} more" if len(counts) > SHOWN else "")
