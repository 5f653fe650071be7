"""`check_pairs`: what a translation would be learned from, and what is wrong with it, before any training."""

import dataclasses
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from zerosum.data.check import SHOWN, Report, form, look
from zerosum.data.crops import cropped
from zerosum.data.dataset import Problem
from zerosum.data.load import existing
from zerosum.data.makers import maker
from zerosum.data.matching import by_name, left_out, side_by_side
from zerosum.data.names import FOLDERS, SIDE_BY_SIDE, SPLITS, SWAPPED
from zerosum.data.pairing import Side, in_files, listing_of, load_translation, sides_in
from zerosum.data.ranges import Given, Range, parsed
from zerosum.data.ranges import shown as shown_range
from zerosum.data.scan import sizes_of
from zerosum.data.size import Fit, Size, SizeRule, shown
from zerosum.errors import UserError


@dataclass(frozen=True)
class PairsReport:
    """What sources and targets hold.

    Attributes:
        source: the report on the first set of images.
        target: that on the second one; None where pairs are got out of the first.
        pairs: how many pairs each split has, where there are any.
        unpaired: how many sources and targets a system that needs no pairs trains on.
        unmatched: files that take part in no pair, (file, why); [] where there is nothing to match.
        obstacle: why there are no pairs; "" where there are.
        plan: what will be done, by topic, in words.
        way: how pairs are got out of the first set; None where there is a second one.
        shape: [C, H, W] of targets.
        source_shape: [C, H, W] of sources.
    """

    source: Report
    target: Report | None
    pairs: dict[str, int] = field(default_factory=dict)
    unpaired: dict[str, int] = field(default_factory=dict)
    unmatched: list[Problem] = field(default_factory=list)
    obstacle: str = ""
    plan: dict[str, str] = field(default_factory=dict)
    way: str | None = None
    shape: list[int] = field(default_factory=list)
    source_shape: list[int] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain types, for JSON."""
        return dataclasses.asdict(self)

    def lines(self) -> list[str]:
        """Return the report as text, a line each."""
        both = [*self.source.lines(), *(["", *self.target.lines()] if self.target else []), ""]
        counts = ", ".join(f"{split} {count:,}" for split, count in self.pairs.items())
        both.append(f"pairs: {counts or f'none: {self.obstacle}'}")
        if self.unmatched:
            entries = [f"  {name}: {reason}" for name, reason in self.unmatched[:SHOWN]]
            more = [f"  and {len(self.unmatched) - SHOWN:,} more"] if len(self.unmatched) > SHOWN else []
            both += [f"in no pair: {len(self.unmatched):,} files", *entries, *more]
        alone = ", ".join(f"{name} {count:,}" for name, count in self.unpaired.items())
        return [*both, f"to train without pairs: {alone}", *(f"{topic}: {text}" for topic, text in self.plan.items())]


def check_pairs(
    source: str,
    *,
    target: str | None = None,
    pairs: str | None = None,
    root: Path | None = None,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit = "crop",
    value_range: Given | None = None,
) -> PairsReport:
    """Look at sources and targets, each image of them; the arguments are those of `load_translation`.

    With a target both ways of using it are looked at: as pairs matched by name, and as two sets of images.

    Raises:
        UserError: there are no such data, or nothing in them can be read.
    """
    if pairs not in (None, SIDE_BY_SIDE, SWAPPED, FOLDERS):
        maker(pairs or "")  # before anything is read
    form: dict[str, Any] = {"root": root, "size": size, "channels": channels, "fit": fit}
    form["value_range"] = parsed(value_range)
    one = look(source, **form)
    if pairs in (SIDE_BY_SIDE, SWAPPED):
        one = _halves(one, pairs, **form)
    other = None if target is None else look(target, **form)
    options = {"target": target, "pairs": pairs, **form}
    apart = target is not None or pairs == FOLDERS
    whole = load_translation(source, paired=not apart, **options)
    plan = {"size": shown(whole.shape[1], whole.shape[2]), "name": whole.name}
    plan["channels"] = f"{whole.sources.shape[0]} of sources, {whole.targets.shape[0]} of targets"
    if whole.source_levels or whole.levels:
        plan["range"] = f"{_range(whole.source_levels)} of sources, {_range(whole.levels)} of targets"
    plan["training sees"] = "random crops and mirror images" if cropped(whole.targets) else "images as they are"
    # Of one set, half are sources and half targets: see `load_translation`.
    half = len(whole) // 2
    counts, obstacle = _pairs(source, options)
    alone = (len(whole.sources), len(whole.targets)) if apart else (half, len(whole) - half)
    return PairsReport(
        source=one,
        target=other,
        pairs=counts,
        unpaired=dict(zip(("sources", "targets"), alone, strict=True)),
        unmatched=_unmatched(*(sides_in(source) if pairs == FOLDERS else (source, target))),
        obstacle=obstacle,
        plan=plan,
        way=pairs,
        shape=list(whole.targets.shape),
        source_shape=list(whole.sources.shape),
    )


def _halves(report: Report, pairs: str, *, root: Path | None, **options: Any) -> Report:
    """Return the report on images that hold a pair each, with what is done to their halves."""
    halves = side_by_side(existing(report.source), swapped=pairs == SWAPPED, **options)
    listing, sizes = halves.listing, sizes_of(halves.listing.headers.values())
    plan = form(sizes, SizeRule(listing.size, listing.rule), listing.fit, halves.channels)
    first = {"pairs": f"the {'right' if listing.swapped else 'left'} halves are the sources"}
    return replace(report, plan=report.plan | first | {topic: f"of halves: {text}" for topic, text in plan.items()})


def _range(levels: Range | None) -> str:
    return "8 bits" if levels is None else shown_range(levels)


def _pairs(source: str, options: dict[str, Any]) -> tuple[dict[str, int], str]:
    """Return how many pairs the splits have; or, where the two sets have none, {} and the reason."""
    try:
        return {split: len(load_translation(source, split=split, **options)) for split in SPLITS}, ""
    except UserError as error:
        return {}, str(error)


def _unmatched(source: str | Side, target: str | Side | None) -> list[Problem]:
    if target is None or not (in_files(source) and in_files(target)):
        return []
    ours, theirs = listing_of(source), listing_of(target)
    try:
        names = by_name(ours.layout, theirs.layout)
    except UserError:  # which is told as the obstacle
        return []
    return left_out(names, ours, theirs, str(source), str(target)) if names.both else []
