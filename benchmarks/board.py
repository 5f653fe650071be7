"""Make docs/board.md: for every named system, published figures beside our own, from benchmarks/results.

python benchmarks/board.py [--check]

The published figures are facts, typed here with their source; our own are read from the results and never typed. A row
without a result says "not measured yet", and one whose own figure is worse than its target says "missed".
"""

import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import common
import toys

from zerosum.recipe.table import SYSTEMS

PAGE = common.HERE.parent / "docs" / "board.md"
MISSING, REACHED, MISSED, OWN = "not measured yet", "reached", "**missed**", "no target"
EXAMPLES = "xyfJASON/GANs-Implementations"
CIFAR = "CIFAR-10, small CNN, 40,000 rounds, 50,000 samples against the train split: Inception FID"


@dataclass(frozen=True)
class Own:
    """What we measured: the figure in words, whether it reaches the target (None: there is none), and its facts."""

    figure: str
    reached: bool | None
    facts: dict[str, Any]
    seeds: int
    cpu_seconds: float | None = None


@dataclass(frozen=True)
class Row:
    """A published figure, and what finds our own beside it."""

    what: str
    published: str
    source: str
    own: Callable[[], Own | None] = lambda: None


def main() -> None:
    text = page()
    if "--check" in sys.argv:
        raise SystemExit(0 if PAGE.read_text() == text else f"{PAGE} is out of date: python benchmarks/board.py")
    PAGE.write_text(text)
    print(PAGE)


def board() -> dict[str, list[Row]]:
    """Return the rows of every named system."""
    rows = {name: [*published, *common_rows(name)] for name, published in PUBLISHED.items()}
    missing = SYSTEMS.keys() ^ rows.keys()
    if missing:
        raise SystemExit(f"the board and the table of systems differ: {', '.join(sorted(missing))}")
    return rows


def common_rows(system: str) -> Iterator[Row]:
    """Yield the checks that every system takes; without labels cgan is dcgan, so it has no toys of its own."""
    for toy, count in toys.TOYS.items() if system != "cgan" else ():
        published, source, least = TOY_FIGURES.get((system, toy), ("none", "our own check", None))
        target = f"at least {least:g} modes, the median seed" if least else f"all {count} modes in every seed"
        yield Row(f"{toy}: {target}", published, source, partial(toy_modes, system, toy, least))
    yield Row(
        "MNIST, same networks and time for all systems: Frechet distance in our classifier's features",
        "none: our own protocol",
        "`benchmarks/race.py`",
        partial(race, system),
    )


def toy_modes(system: str, toy: str, least: float | None) -> Own | None:
    """Return how many modes a system found, and whether the median is `least`, or all are found in every seed."""
    result = common.read("toys") or {"runs": []}
    runs = [run for run in result["runs"] if (run["system"], run["data"]) == (system, toy)]
    if not runs:
        return None
    found, quality = [run["modes"] for run in runs], [run["high_quality"] for run in runs]
    figure = f"{spread(found)} modes, {spread(quality, '.0%')} of the samples within 3 sigma"
    seconds = statistics.median(run["cpu_seconds"] for run in runs)
    reached = statistics.median(found) >= least if least else min(found) >= toys.TOYS[toy]
    return Own(figure, reached, result, len(runs), seconds)


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
    found, kls = [end["stacked_modes"] for end, _ in ends], [end["stacked_kl"] for end, _ in ends]
    reached = None if least is None else min(found) >= least
    return Own(f"{spread(found)} modes, KL {spread(kls, '.3f')}", reached, ends[0][1], len(ends), longest)


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


def spread(values: Sequence[float], form: str = "g") -> str:
    """Return the median, and the range where the values differ."""
    middle, low, high = (format(value, form) for value in (statistics.median(values), min(values), max(values)))
    return middle if low == high else f"{middle} ({low} to {high})"


def verdict(own: Own | None) -> str:
    """Return one of the four words."""
    if own is None:
        return MISSING
    return OWN if own.reached is None else REACHED if own.reached else MISSED


def page() -> str:
    """Return docs/board.md."""
    rows = board()
    measured = {name: [(row, row.own()) for row in found] for name, found in rows.items()}
    words = [verdict(own) for found in measured.values() for _, own in found]
    counts = ", ".join(f"{words.count(word)} {word}" for word in (REACHED, MISSED, OWN, MISSING))
    parts = ["# The board", "", INTRODUCTION, "", f"Rows: {counts}.", ""]
    for name, found in measured.items():
        parts += [f"## {name}", "", f"[{name}](systems/{name}.md): {SYSTEMS[name].line}; {SYSTEMS[name].source}.", ""]
        parts += ["| what | published | ours | |", "| --- | --- | --- | --- |"]
        parts += [
            f"| {row.what} | {row.published} ({row.source}) | {ours(own)} | {verdict(own)} |" for row, own in found
        ]
        parts += ["", *footing([own for _, own in found if own]), ""]
    return "\n".join(parts).rstrip() + "\n"


def ours(own: Own | None) -> str:
    """Return our figure, or a dash."""
    return "-" if own is None else own.figure


def footing(measured: Sequence[Own]) -> list[str]:
    """Return how the figures were measured, a line for each command: seeds, CPU time, date."""
    times: dict[tuple[str, str, int], list[float]] = {}
    for own in measured:
        key = (own.facts["command"], own.facts["date"], own.seeds)
        times.setdefault(key, []).extend([] if own.cpu_seconds is None else [own.cpu_seconds])
    lines = []
    for (command, date, seeds), seconds in times.items():
        ends = dict.fromkeys(f"{end:,.0f}" for end in (min(seconds), max(seconds))) if seconds else ()
        spent = f", {' to '.join(ends)} CPU s a run" if ends else ""
        lines.append(f"- `{command}`: {seeds} seed{'s' if seeds > 1 else ''}{spent}, {date}")
    return lines


INTRODUCTION = """This page is made by `python benchmarks/board.py`. Published figures stand with their source; ours are
read from `benchmarks/results`. *reached* and **missed** are about the target that the row names; *no target* is a
figure of our own protocol, to compare systems with each other; *not measured yet* is what it says. The Inception FIDs
of CIFAR-10 want GPUs and the original files. Toys are played with our own perceptrons and 10,000 samples, so their
published figures are neighbours, not twins."""

PUBLISHED: dict[str, list[Row]] = {
    "gan": [
        Row("MNIST, log-likelihood by Parzen windows", "225 +- 2", "arXiv:1406.2661, table 1"),
        Row(
            "at the optimum D = 1/2 everywhere; 1-D normal density, mean \\|D - 1/2\\| <= 0.05 over the data",
            "0",
            "arXiv:1406.2661, theorem 1",
            normal_density,
        ),
    ],
    "dcgan": [
        Row("CIFAR-10, D's features and a linear SVM: accuracy", "82.8 %", "arXiv:1511.06434, table 1"),
        Row(CIFAR, "24.73", EXAMPLES),
        Row(
            "Stacked MNIST, 25,600 samples: modes and KL",
            "99 modes, KL 3.40",
            "arXiv:1712.04086, DCGAN",
            lambda: stacked("dcgan", None),
        ),
        Row(
            "MNIST, the TensorFlow tutorial's pair and rule: Frechet distance in our classifier's features",
            "none: our own protocol",
            "`benchmarks/tutorial.py`",
            lambda: scored("tutorial", "fd"),
        ),
    ],
    "cgan": [
        Row("MNIST, log-likelihood by Parzen windows", "132 +- 1.8", "arXiv:1411.1784, table 1"),
        Row(f"{CIFAR}, labels by concatenation", "25.50", EXAMPLES),
    ],
    "lsgan": [Row(CIFAR, "28.49", EXAMPLES)],
    "wgan": [Row(CIFAR, "49.92", EXAMPLES)],
    "wgan-gp": [
        Row("CIFAR-10, ResNet without labels: inception score", "7.86 +- 0.07", "arXiv:1704.00028, table 3"),
        Row(CIFAR, "28.80", EXAMPLES),
    ],
    "dragan": [Row("CIFAR-10, 50,000 samples: Inception FID", "41.59 (StudioGAN's WGAN-DRA)", "StudioGAN")],
    "r1gan": [
        Row(CIFAR, "24.15", EXAMPLES),
        Row(
            "MNIST, 20 CPU minutes: Frechet distance in our classifier's features",
            "none: our own protocol",
            "`benchmarks/images.py`",
            lambda: scored("mnist-20-cpu-minutes-seed-0", "fd"),
        ),
        Row(
            "MNIST with labels by projection, 5 CPU minutes: share of samples with the label asked for",
            "none: our own protocol",
            "`benchmarks/images.py`",
            lambda: scored("mnist-labels-5-cpu-minutes-seed-0", "label_accuracy"),
        ),
    ],
    "sngan": [Row(CIFAR, "28.52", EXAMPLES)],
    "r3gan": [
        Row("CIFAR-10, 50,000 samples against the train split: Inception FID", "1.96", "arXiv:2501.05441"),
        Row(
            "Stacked MNIST, 25,600 samples: at least 990 modes",
            "1000 modes, KL 0.078",
            "arXiv:2501.05441, the ablation's small ResNet",
            lambda: stacked("r3gan", 990),
        ),
    ],
}
TOY_FIGURES = {
    ("dcgan", "25-grid"): ("17.3 modes, 94.8 % of the samples near one", "arXiv:1712.04086, GAN", 17.3),
    ("dcgan", "8-ring"): ("6.3 modes", "arXiv:1712.04086, GAN", 6.3),
    ("wgan-gp", "25-grid"): ("all modes, by eye", "arXiv:1704.00028, figures", None),
    ("wgan-gp", "8-ring"): ("all modes, by eye", "arXiv:1704.00028, figures", None),
}


if __name__ == "__main__":
    main()
