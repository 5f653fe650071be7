"""Our own figures beside the published ones: each read from benchmarks/results, or None where it is not measured."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import common
import toys


@dataclass(frozen=True)
class Own:
    """What we measured: the figure in words, whether it reaches the target (None: there is none), and its facts."""

    figure: str
    reached: bool | None
    facts: dict[str, Any]
    seeds: int
    cpu_seconds: float | None = None


def toy_modes(system: str, toy: str, least: float | None) -> Own | None:
    """Return how many modes a system found, and whether the median is `least`, or all are found in every seed."""
    result = common.read("toys") or {"runs": []}
    runs = [run for run in result["runs"] if (run["system"], run["data"]) == (system, toy)]
    if not runs:
        return None
    modes, quality = [run["modes"] for run in runs], [run["high_quality"] for run in runs]
    figure = f"{spread(modes)} modes, {spread(quality, '.0%')} of the samples within 3 sigma"
    seconds = statistics.median(run["cpu_seconds"] for run in runs)
    reached = statistics.median(modes) >= least if least else min(modes) >= toys.TOYS[toy]
    return Own(figure, reached, result, len(runs), seconds)


def worth_of_rows(system: str, least: float | None) -> Own | None:
    """Return what the rows of Adult that a system made are worth, and whether the median seed has `least`."""
    result = common.read("tables") or {"runs": []}
    runs = [run for run in result["runs"] if (run["set"], run["way"], run.get("cpu_minutes")) == ("adult", system, 10)]
    if not runs:
        return None
    values = [run["f1"] for run in runs]
    return Own(
        spread(values, ".3f"), None if least is None else statistics.median(values) >= least, result, len(runs), 600
    )


def race(system: str) -> Own | None:
    """Return the system's median in the race."""
    for path in sorted(common.RESULTS.glob("race*.json")):
        result = common.read(path.stem) or {}
        for row in result.get("standing", {}).get("rows", []):
            if row["name"] == system and row["finished"]:
                return Own(spread(row["values"], ".4g"), None, result, row["finished"])
    return None


def stacked(system: str, least: int | None) -> Own | None:
    """Return modes and KL on Stacked MNIST after the longest runs, and whether each found `least` modes."""
    results = [common.read(path.stem) or {} for path in sorted(common.RESULTS.glob(f"stacked-{system}-*.json"))]
    if not results:
        return None
    longest = max(result["trained"]["cpu_seconds"] for result in results)
    ends = [(result["trained"], result) for result in results if result["trained"]["cpu_seconds"] > 0.95 * longest]
    modes, kls = [end["stacked_modes"] for end, _ in ends], [end["stacked_kl"] for end, _ in ends]
    reached = None if least is None else min(modes) >= least
    return Own(f"{spread(modes)} modes, KL {spread(kls, '.3f')}", reached, ends[0][1], len(ends), longest)


def normal_density() -> Own | None:
    """Return how far D is from 1/2 on the data, in the worst seed."""
    if (result := common.read("gaussian")) is None:
        return None
    far = [run["mean_abs_d_minus_half_over_data"] for run in result["runs"]]
    w1 = max(run["w1_in_sigma"] for run in result["runs"])
    seconds = statistics.median(run["cpu_seconds"] for run in result["runs"])
    figure = f"mean \\|D - 1/2\\| {spread(far, '.3f')} over the data, W1 at most {w1:.3f} sigma"
    return Own(figure, max(far) <= 0.05, result, len(far), seconds)


def scored(name: str, metric: str) -> Own | None:
    """Return a score of a result, without a target."""
    if (result := common.read(name)) is None:
        return None
    score, trained = result["scores"][metric], result["trained"]
    figure = f"{metric} {score['value']:.4g} (real data {score['floor']:.3g})"
    return Own(figure, None, result, 1, trained["cpu_seconds"])


def own_faces() -> Own | None:
    """Return how near two minutes on a folder of faces come to the data, and r1gan as published in the same time."""
    if (result := common.read("own-folders")) is None:
        return None
    (row,) = (row for row in result["table"] if (row["set"], row["minutes"], row["clock"]) == ("faces", 2, "wall"))
    ours, theirs = row["as typed, fd in imagenet"], row["r1gan as published, fd in imagenet"]
    return Own(f"{ours:.4g}, r1gan {theirs:.4g}", ours <= theirs / 4, result, 1, 240)


def infogan() -> Own | None:
    """Return the share of test images that the category labels, and whether the median seed reaches 90 %."""
    if (result := common.read("infogan")) is None:
        return None
    shares = [run["test_accuracy"] for run in result["runs"]]
    seconds = statistics.median(run["cpu_seconds"] for run in result["runs"])
    return Own(spread(shares, ".1%"), statistics.median(shares) >= 0.9, result, len(shares), seconds)


def packed(entrant: str, discriminator: str) -> Own | None:
    """Return the modes of the 25-grid that an entrant found with a discriminator, and those of the plain game."""
    if (result := common.read("packed")) is None:
        return None
    groups = {
        name: [run for run in result["runs"] if (run["entrant"], run["discriminator"]) == (name, discriminator)]
        for name in (entrant, "plain")
    }
    if not all(groups.values()):
        return None
    own, plain = (spread([run["modes"] for run in runs]) for runs in groups.values())
    seconds = statistics.median(run["cpu_seconds"] for run in groups[entrant])
    return Own(f"{own} modes, plain {plain}", None, result, len(groups[entrant]), seconds)


def conditional(way: str) -> Own | None:
    """Return the label accuracy on MNIST of one way of conditioning."""
    result = common.read("conditional") or {"runs": []}
    runs = [run for run in result["runs"] if (run["data"], run["way"]) == ("mnist", way)]
    if not runs:
        return None
    seconds = statistics.median(run["cpu_seconds"] for run in runs)
    return Own(spread([run["label_accuracy"] for run in runs], ".1%"), None, result, len(runs), seconds)


def spread(values: Sequence[float], form: str = "g") -> str:
    """Return the median, and the range where the values differ."""
    middle, low, high = (format(value, form) for value in (statistics.median(values), min(values), max(values)))
    return middle if low == high else f"{middle} ({low} to {high})"
