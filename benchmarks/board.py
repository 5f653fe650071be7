"""Make docs/board.md: for every named system, published figures beside our own, from benchmarks/results.

python benchmarks/board.py [--check]

The published figures are facts, typed here with their source; our own are read from the results and never typed. A row
without a result says "not measured yet", and one whose own figure is worse than its target says "missed".
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import common
import own_translations
import toys
from own_figures import (
    Own,
    conditional,
    infogan,
    normal_density,
    own_faces,
    packed,
    race,
    scored,
    stacked,
    toy_modes,
    worth_of_rows,
)

from zerosum.recipe.table import SYSTEMS, TWO_PLAYER

PAGE = common.HERE.parent / "docs" / "board.md"
MISSING, REACHED, MISSED, OWN = "not measured yet", "reached", "**missed**", "no target"
EXAMPLES = "xyfJASON/GANs-Implementations"
CIFAR = "CIFAR-10, small CNN, 40,000 rounds, 50,000 samples against the train split: Inception FID"


@dataclass(frozen=True)
class Row:
    """A published figure, and what finds our own beside it."""

    what: str
    published: str
    source: str
    own: Callable[[], Own | None] = lambda: None


def adult(system: str, published: str, source: str, least: float | None) -> Row:
    """Return the row of what generated rows of Adult are worth."""
    what = "Adult, rows made in 10 CPU minutes: F1 of incomes above 50K, mean of four models that learned from them"
    target = "" if least is None else f"; at least {least:g}"
    return Row(what + target, published, source, partial(worth_of_rows, system, least))


def oracle(system: str, published: str) -> Row:
    """Return the row of what an oracle finds likely: of other oracles, figures do not compare."""
    what = "SeqGAN's oracle, 20 tokens of 5,000: mean cost of a token in the authors' own oracle"
    return Row(what, published, "LantaoYu/SeqGAN, arXiv:1609.05473, table 1")


def main() -> None:
    text = page()
    if "--check" in sys.argv:
        raise SystemExit(
            0 if PAGE.read_text(encoding="utf-8") == text else f"{PAGE} is out of date: python benchmarks/board.py"
        )
    PAGE.write_text(text, encoding="utf-8")
    print(PAGE)


def board() -> dict[str, list[Row]]:
    """Return the rows of every named system."""
    rows = {name: [*published, *common_rows(name)] for name, published in PUBLISHED.items()}
    missing = SYSTEMS.keys() ^ rows.keys()
    if missing:
        raise SystemExit(f"the board and the table of systems differ: {', '.join(sorted(missing))}")
    return rows


def common_rows(system: str) -> Iterator[Row]:
    """Yield what systems of two players are measured on: toys, except where it is all about labels, and the race."""
    for toy, count in toys.TOYS.items() if system in toys.PLAYING else ():
        published, source, least = TOY_FIGURES.get((system, toy), ("none", "our own check", None))
        target = f"at least {least:g} modes, the median seed" if least else f"all {count} modes in every seed"
        yield Row(f"{toy}: {target}", published, source, partial(toy_modes, system, toy, least))
    if SYSTEMS[system].game == TWO_PLAYER:
        yield Row(
            "MNIST, same networks and time for all systems: Frechet distance in our classifier's features",
            "none: our own protocol",
            "`benchmarks/race.py`",
            partial(race, system),
        )


def verdict(own: Own | None) -> str:
    """Return one of the four words."""
    if own is None:
        return MISSING
    return OWN if own.reached is None else REACHED if own.reached else MISSED


def page() -> str:
    """Return docs/board.md."""
    rows = board()
    figures = {name: [(row, row.own()) for row in entries] for name, entries in rows.items()}
    words = [verdict(own) for entries in figures.values() for _, own in entries]
    counts = ", ".join(f"{words.count(word)} {word}" for word in (REACHED, MISSED, OWN, MISSING))
    parts = ["# The board", "", INTRODUCTION, "", f"Rows: {counts}.", ""]
    for name, entries in figures.items():
        parts += [f"## {name}", "", f"[{name}](systems/{name}.md): {SYSTEMS[name].line}; {SYSTEMS[name].source}.", ""]
        commands = footing([own for _, own in entries if own])
        after = [*commands, ""] if commands else []
        parts += ["| what | published | ours | |", "| --- | --- | --- | --- |"]
        parts += [
            f"| {row.what} | {row.published} ({row.source}) | {ours(own)} | {verdict(own)} |" for row, own in entries
        ]
        parts += ["", *after]
    return "\n".join(parts).rstrip() + "\n"


def ours(own: Own | None) -> str:
    """Return our figure, or a dash."""
    return "-" if own is None else own.figure


def footing(figures: Sequence[Own]) -> list[str]:
    """Return how the figures were measured, a line for each command: seeds, CPU time, date."""
    times: dict[tuple[str, str, int], list[float]] = {}
    for own in figures:
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


def sunglasses(system: str) -> Row:
    """Return the row of faces, for systems that translate without pairs."""
    return Row(
        "faces that get sunglasses: a classifier sees them in >= 80 %, the nearest person stays in >= 80 %",
        "none: our own protocol",
        "`benchmarks/cyclegan_faces.py`",
        partial(own_translations.faces, system),
    )


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
    "projected": [
        Row("LSUN church, 256 pixels: Inception FID", "1.59", "arXiv:2111.01007"),
        Row(
            "624 faces of 64x60, two minutes on two cores: Frechet distance a quarter of r1gan's as published",
            "none (our own check)",
            "`benchmarks/own_folders.py`",
            own_faces,
        ),
    ],
    "acgan": [
        Row("CIFAR-10: inception score", "8.25 +- 0.07", "arXiv:1610.09585, section 4.4"),
        Row(
            "MNIST with labels, 2 CPU minutes: share of samples with the label asked for",
            "none: our own protocol",
            "`benchmarks/conditional.py`",
            lambda: conditional("auxiliary"),
        ),
    ],
    "pacgan": [
        Row("Stacked MNIST: modes and KL, packs of 2 to 4", "1000 modes, KL 0.06 to 0.07", "arXiv:1712.04086"),
        Row(
            "25-grid, packs of 4, the usual discriminator: modes, the plain game beside",
            "24.8 modes, GAN 17.3",
            "arXiv:1712.04086, their own pair",
            lambda: packed("pacgan-4", "usual"),
        ),
    ],
    "infogan": [
        Row(
            "MNIST without labels: the category labels 90 % of the test split, the median seed",
            "95 %",
            "arXiv:1606.03657, section 7.2",
            infogan,
        )
    ],
    "lapgan": [Row("CIFAR-10, log-likelihood by Parzen windows", "-1799 +- 826", "arXiv:1506.05751, table 1")],
    "bigan": [Row("MNIST, nearest neighbour in the encoder's space: accuracy", "97.39 %", "arXiv:1605.09782, table 1")],
    "unrolled": [
        Row("Stacked MNIST: modes", "48.7", "arXiv:1712.04086, Unrolled GAN"),
        Row(
            "25-grid, 5 steps ahead, the usual discriminator: modes, the plain game beside",
            "none: our own protocol",
            "`benchmarks/packed.py`",
            lambda: packed("unrolled-5", "usual"),
        ),
    ],
    "pix2pix": [
        Row(
            "Cityscapes, labels to photos, L1 and cGAN: pixel accuracy, class accuracy, intersection over union",
            "0.66, 0.23, 0.17",
            "arXiv:1611.07004, table 1",
        ),
        Row("facades: Inception FID", "119.1", "MMGeneration, of the authors' weights"),
        *(
            Row(
                f"{what}: less Frechet distance than L1 alone, at no more than 1.1 times its L1",
                "none: our own protocol",
                "`benchmarks/pairs_cifar.py`",
                partial(own_translations.trade, task),
            )
            for task, what in (("grey", "cifar10-jpg, grey to colour"), ("edges", "emoji of their edges"))
        ),
        Row(
            "cifar10-jpg enlarged four times: regression's PSNR not below bicubic, the game's distance at most half",
            "none: our own protocol",
            "`benchmarks/super_resolution.py`",
            partial(own_translations.contest, "super_resolution", ("bicubic", "regression", "game"), 0.5),
        ),
    ],
    "cyclegan": [
        Row(
            "Cityscapes, labels to photos: pixel accuracy, class accuracy, intersection over union",
            "0.52, 0.17, 0.11",
            "arXiv:1703.10593, table 2",
        ),
        Row("horses to zebras: Inception FID", "77.2", "arXiv:2007.15651, table 1"),
        Row(
            "MNIST to tinted outlines and back, no pairs: in two of three seeds SSIM >= 0.8, labels kept >= 95 %",
            "none: our own protocol",
            "`benchmarks/cyclegan_digits.py`",
            own_translations.digits,
        ),
        sunglasses("cyclegan"),
        Row(
            "a filter's style on photos, no pairs: SSIM to the filter >= 0.7, the same label in >= 80 %",
            "none: our own protocol",
            "`benchmarks/style.py`",
            own_translations.style,
        ),
    ],
    "cut": [Row("horses to zebras: Inception FID", "45.5", "arXiv:2007.15651, table 1"), sunglasses("cut")],
    "inpainting": [
        Row("Paris StreetView, centre holes: peak signal-to-noise ratio", "18.58 dB", "arXiv:1604.07379, table 1"),
        *(
            Row(
                f"{data}, {holes} holes: PSNR and Frechet distance better than the biharmonic equation's",
                "none: our own protocol",
                "`benchmarks/inpainting.py`",
                partial(
                    own_translations.contest, "inpainting", ("biharmonic", "game", "game"), 1.0, data=data, holes=holes
                ),
            )
            for data in ("fashion-mnist", "cifar10-jpg")
            for holes in ("centre", "free")
        ),
    ],
    "r3gan": [
        Row("CIFAR-10, 50,000 samples against the train split: Inception FID", "1.96", "arXiv:2501.05441"),
        Row(
            "Stacked MNIST, 25,600 samples: at least 990 modes",
            "1000 modes, KL 0.078",
            "arXiv:2501.05441, the ablation's small ResNet",
            lambda: stacked("r3gan", 990),
        ),
    ],
    "ctgan": [adult("ctgan", "0.575", "bips-hb/generative_rf", 0.555)],
    "tablegan-modern": [adult("tablegan-modern", "none (our own check)", "`benchmarks/tables.py`", 0.60)],
    "tvae": [adult("tvae", "0.628", "bips-hb/generative_rf", None)],
    "copula": [adult("copula", "none (our own check)", "`benchmarks/tables.py`", None)],
    "mle": [oracle("mle", "9.038")],
    "seqgan": [oracle("seqgan", "8.736")],
    "scratchgan": [
        Row("EMNLP news, no pre-training: quality and variety over temperature", "a figure", "arXiv:1905.09922")
    ],
    "gumbel": [Row("no figure for text in the paper: compare `benchmarks/oracle.py`", "none", "arXiv:1611.01144")],
}
TOY_FIGURES = {
    ("dcgan", "25-grid"): ("17.3 modes, 94.8 % of the samples near one", "arXiv:1712.04086, GAN", 17.3),
    ("dcgan", "8-ring"): ("6.3 modes", "arXiv:1712.04086, GAN", 6.3),
    ("wgan-gp", "25-grid"): ("all modes, by eye", "arXiv:1704.00028, figures", None),
    ("wgan-gp", "8-ring"): ("all modes, by eye", "arXiv:1704.00028, figures", None),
}


if __name__ == "__main__":
    main()
