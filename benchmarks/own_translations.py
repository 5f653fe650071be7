"""Our own figures of image to image, as `own_figures` has those of the other systems."""

import statistics
from collections.abc import Sequence
from typing import Any

import common
from own_figures import Own, spread
from summary_translation import chosen

SEEN, KEPT = 0.8, 0.8
"""Shares of translated faces: said to have sunglasses, and nearest to the same person."""
LIKE, AGREED = 0.7, 0.8
"""SSIM to what the filter makes, and share of labels as those of that."""


def own(name: str, runs: Sequence[dict[str, Any]], figure: str, reached: bool) -> Own:
    """Return a figure of some runs of a result."""
    seconds = statistics.median(run["cpu_seconds"] for run in runs)
    return Own(figure, reached, common.read(name) or {}, len(runs), seconds)


def median(runs: Sequence[dict[str, Any]], name: str) -> float:
    """Return the median of a value over runs."""
    return statistics.median(run[name] for run in runs)


def digits() -> Own | None:
    """Return likeness to the hidden truth, of the worse way in each seed, and whether two seeds reach the target."""
    runs, result = chosen("cyclegan-digits", kind="cycle"), common.read("cyclegan-digits") or {}
    if not runs:
        return None
    ssim, kept = ([min(run[way][name] for way in ("forward", "backward")) for run in runs] for name in ("ssim", "kept"))
    good = sum(result["passed"][f"cycle-{run['seed']}"] for run in runs)
    return own("cyclegan-digits", runs, f"SSIM {spread(ssim, '.2f')}, label kept {spread(kept, '.1%')}", good >= 2)


def faces(system: str) -> Own | None:
    """Return how often sunglasses are seen and the person stays, and whether the median seed reaches both targets."""
    if not (runs := chosen("cyclegan-faces", system=system)):
        return None
    seen, kept = ([run[name] for run in runs] for name in ("sunglasses", "person"))
    figure = f"sunglasses {spread(seen, '.0%')}, person {spread(kept, '.0%')}"
    return own("cyclegan-faces", runs, figure, statistics.median(seen) >= SEEN and statistics.median(kept) >= KEPT)


def style() -> Own | None:
    """Return likeness to the true filter, and whether the median seed reaches both targets."""
    if not (runs := chosen("style")):
        return None
    ssim, agreement = ([run[name] for run in runs] for name in ("ssim", "agreement"))
    figure = f"SSIM {spread(ssim, '.2f')}, same label {spread(agreement, '.0%')}"
    return own("style", runs, figure, statistics.median(ssim) >= LIKE and statistics.median(agreement) >= AGREED)


def trade(task: str) -> Own | None:
    """Return what the adversarial term gains and costs beside L1 alone."""
    rows = [row for row in (common.read("pairs-cifar") or {}).get("trade", []) if row["task"] == task]
    if not rows:
        return None
    fd, l1 = (spread([row[name] for row in rows], ".2f") for name in ("fd", "l1"))
    runs = chosen("pairs-cifar", task=task, kind="L1+cGAN")
    return own("pairs-cifar", runs, f"distance times {fd}, L1 times {l1}", all(row["passed"] for row in rows))


def contest(name: str, kinds: tuple[str, str, str], fewer: float, **wanted: Any) -> Own | None:
    """Return PSNR and Frechet distance of two contestants beside a rule's.

    Args:
        name: of the result.
        kinds: the rule; whose PSNR must not be below the rule's; whose distance must be below.
        fewer: factor on the rule's distance.
        wanted: which of the runs.
    """
    rule, exact, real = ([run for run in chosen(name, **wanted) if run["kind"] == kind] for kind in kinds)
    if not (rule and exact and real):
        return None
    psnr, fd = median(exact, "psnr"), median(real, "fd")
    reached = psnr >= median(rule, "psnr") and fd <= fewer * median(rule, "fd")
    figure = f"{psnr:.1f} dB, {fd:.3g}; {kinds[0]} {median(rule, 'psnr'):.1f} dB, {median(rule, 'fd'):.3g}"
    return own(name, real, figure, reached)
