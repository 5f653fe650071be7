"""Compiled rounds against eager ones: milliseconds a round, seconds to compile, and how far the weights come apart.

python benchmarks/compile.py [--pairs 15]
Both trainers play the same recipe from the same start, by turns, one thread, CPU seconds.
"""

import argparse
import statistics
from pathlib import Path
from typing import Any

import common
import torch

import group
from zerosum.core.trainer import Trainer
from zerosum.recipe.build import build_game, build_trainer
from zerosum.training.planning import prepare
from zerosum.training.request import Request

RECIPES = Path(__file__).parents[1] / "recipes"
CASES: dict[str, tuple[str, str, list[str], int]] = {
    "digits": (str(RECIPES / "digits.yaml"), "digits", [], 32),
    "r3gan on digits": ("r3gan", "digits", [], 32),
    "mnist": (str(RECIPES / "mnist.yaml"), "mnist", [], 4),
}
"""System or recipe, data, settings, rounds a block."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=15, help="blocks of each of the two, by turns")
    parser.add_argument("--cases", nargs="*", default=list(CASES))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    results = (common.read("compile") or {}).get("results", {})
    for name in arguments.cases:
        results[name] = compare(name, arguments.pairs)
        print(name, results[name], flush=True)
        common.write("compile", {"pairs": arguments.pairs, "results": results})


def compare(name: str, pairs: int) -> dict[str, Any]:
    """Interleave the two trainers of a case."""
    system, data, settings, rounds = CASES[name]
    eager, made = (trainer_of(system, data, [*settings, f"compile={on}"]) for on in ("false", "true"))
    group.seconds(lambda: eager.fit(17))
    first = group.seconds(lambda: made.fit(17))  # past the first lazy penalty and one round without
    far = difference(system, data, settings)
    times: dict[str, list[float]] = {"eager": [], "compiled": []}
    for _ in range(pairs):
        for key, trainer in (("eager", eager), ("compiled", made)):
            times[key].append(1e3 * group.seconds(lambda t=trainer: t.fit(t.step + rounds))[1] / rounds)
    ratios = [eager / compiled for eager, compiled in zip(times["eager"], times["compiled"], strict=True)]
    return {
        "eager_ms": round(statistics.median(times["eager"]), 3),
        "compiled_ms": round(statistics.median(times["compiled"]), 3),
        "eager_over_compiled": group.middle(ratios),
        "first_17_rounds_seconds": round(first[0], 1),
        "largest_difference_after_3_rounds": far,
    }


def difference(system: str, data: str, settings: list[str]) -> float:
    """Return how far the weights of both are apart after three rounds of plain gradient steps of 0.01.

    Adam would not do: its first steps follow the sign of gradients, and that of a zero is rounding.
    """
    plain = [*settings, "optimizer=sgd", "lr=0.01"]
    one, other = (trainer_of(system, data, [*plain, f"compile={on}"]) for on in ("false", "true"))
    one.fit(3), other.fit(3)
    pairs = zip(one.game.parameters(), other.game.parameters(), strict=True)
    return max((ours - theirs).abs().max().item() for ours, theirs in pairs)


def trainer_of(system: str, data: str, settings: list[str]) -> Trainer:
    """Return the trainer of a recipe."""
    plan = prepare(Request(system, data, settings=settings, as_published=True))
    return build_trainer(plan.recipe, build_game(plan.recipe), plan.dataset, group.CPU, ())


if __name__ == "__main__":
    main()
