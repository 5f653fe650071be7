"""Gradient penalties: what each costs, whether finite differences tell the truth, and what each is worth.

python benchmarks/penalties.py cost [--repetitions 7]
python benchmarks/penalties.py bias
python benchmarks/penalties.py quality --keep FOLDER [--cpu-seconds 90] [--seeds 2]

`cost` is the ratio of a whole round, both turns, with the penalty to one without, interleaved; lazy ones over a whole
period. `bias` compares the finite difference with the exact squared norm on the same reals, for a discriminator as it
starts and after some rounds. `quality` trains recipes/mnist.yaml with each for the same CPU time and scores it; what
is in the result already is not repeated.
"""

import argparse
import os
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import common
import house
import torch
from rivals.ours import TUTORIAL, trainer_of

import zerosum as zs
from zerosum.penalties.finite_difference import FiniteDifferenceR1
from zerosum.penalties.penalty import Penalty
from zerosum.penalties.r1 import R1

RECIPE = common.HERE.parent / "recipes" / "mnist.yaml"
GAMMA = 1.0
PENALTIES: dict[str, dict[str, dict[str, float]]] = {
    "none": {},
    "R1": {"r1": {"gamma": GAMMA}},
    "R1 and R2": {"r1": {"gamma": GAMMA}, "r2": {"gamma": GAMMA}},
    "R1, every 16th": {"r1": {"gamma": GAMMA, "every": 16}},
    "R1 and R2, every 4th": {"r1": {"gamma": GAMMA, "every": 4}, "r2": {"gamma": GAMMA, "every": 4}},
    "R1 and R2, every 16th": {"r1": {"gamma": GAMMA, "every": 16}, "r2": {"gamma": GAMMA, "every": 16}},
    "differences, a quarter of the batch": {"fd_r1": {"gamma": GAMMA}, "fd_r2": {"gamma": GAMMA}},
}
PERIOD = 16
PAIRS: dict[str, tuple[Sequence[str], Sequence[str], int]] = {
    "small, width 32, batch 32": (("network=small", "batch_size=32", "width=32"), list(PENALTIES), PERIOD),
    "the tutorials' pair": (TUTORIAL, [name for name in PENALTIES if "every" not in name], 2),
}
"""Settings, the penalties that are measured, and the rounds of a lap."""
SIGMAS = (0.01, 0.05, 0.2)


def main() -> None:
    os.environ.setdefault("ZEROSUM_DATA", "data")
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=["cost", "bias", "quality"])
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--cpu-seconds", type=float, default=90)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    if arguments.part == "cost":
        cost(arguments.repetitions)
    elif arguments.part == "bias":
        bias()
    else:
        quality(arguments.cpu_seconds, arguments.seeds, arguments.keep or parser.error("quality needs --keep FOLDER"))


def setting(name: str) -> str:
    """Return the override that sets the penalties called `name`."""
    parts = [f"{kind}: {{{', '.join(f'{k}: {v}' for k, v in o.items())}}}" for kind, o in PENALTIES[name].items()]
    return f"game.penalties={{{', '.join(parts)}}}"


def cost(repetitions: int) -> None:
    """Measure the ratios of whole rounds, of those pairs that are not in the result."""
    pairs: dict[str, Any] = (common.read("penalties-cost") or {}).get("pairs", {})
    for name, entry in PAIRS.items():
        if name not in pairs:
            pairs[name] = ratios(*entry, repetitions)
            common.write("penalties-cost", {"pairs": pairs})
    for pair, ratios_by_name in pairs.items():
        for name, ratio in ratios_by_name.items():
            print(f"{pair}: {name} {ratio['median']:.2f} ({ratio['least']:.2f} to {ratio['most']:.2f})")


def ratios(settings: Sequence[str], names: Sequence[str], rounds: int, repetitions: int) -> dict[str, dict[str, Any]]:
    """Return each penalty's ratio of the whole round to one without."""
    root = os.environ["ZEROSUM_DATA"]
    commands = {name: house.own("ours", "--data-root", root, "--set", *settings, setting(name)) for name in names}
    with house.field(commands) as rivals:
        laps = house.interleave(rivals, rounds, repetitions=repetitions)
    return {name: house.ratio(own, laps["none"]).__dict__ for name, own in laps.items() if name != "none"}


def bias(draws: int = 20, rounds: int = 300) -> None:
    """Compare finite differences with the exact norm, at the start and after `rounds` rounds."""
    trainer = trainer_of("r1gan", "mnist", ("batch_size=64", "width=32", "lr=3e-3", setting("R1, every 16th")))
    results = {"0": biases(trainer, draws)}
    for _ in range(rounds):
        trainer.play()
    results[str(rounds)] = biases(trainer, draws)
    common.write("penalties-bias", {"draws": draws, "after_rounds": results})
    print(results)


def biases(trainer: Any, draws: int) -> dict[str, Any]:
    """Return the exact squared norm, the ratio of differences to it for each step, and the ratio of their gradients."""
    discriminator, real = trainer.game.discriminator, trainer.shards[0].at(0)["real"]
    exact = R1()
    norm, slope = value_and_slope(exact, discriminator, real)
    steps = {}
    for sigma in SIGMAS:
        estimate = FiniteDifferenceR1(sigma=sigma, share=1.0)
        pairs = [value_and_slope(estimate, discriminator, real) for _ in range(draws)]
        values, mean_slope = [value for value, _ in pairs], torch.stack([slope for _, slope in pairs]).mean(0)
        steps[str(sigma)] = {
            "value_over_exact": statistics.mean(values) / norm,
            "standard_error": statistics.stdev(values) / norm / draws**0.5,
            "one_gradient_s_norm_over_exact": statistics.mean(float(s.norm()) for _, s in pairs) / float(slope.norm()),
            "mean_gradient_s_norm_over_exact": float(mean_slope.norm() / slope.norm()),
            "mean_gradient_s_cosine": float(torch.cosine_similarity(mean_slope, slope, dim=0)),
        }
    return {"squared_norm": norm, "steps": steps}


def value_and_slope(penalty: Penalty, discriminator: Any, real: torch.Tensor) -> tuple[float, torch.Tensor]:
    """Return a penalty and its gradient by the discriminator's weights, flat."""
    value = penalty(discriminator, real, real)
    weights = list(discriminator.parameters())
    slopes = torch.autograd.grad(value, weights, allow_unused=True, materialize_grads=True)
    return float(value.detach()), torch.cat([slope.flatten() for slope in slopes])


def quality(cpu_seconds: float, seeds: int, keep: Path) -> None:
    """Train with each penalty for the same CPU time, and score."""
    runs: list[dict[str, Any]] = (common.read("penalties-quality") or {}).get("runs", [])
    for seed in range(seeds):
        for name in PENALTIES:
            if not any((run["penalty"], run["seed"], run["budget"]) == (name, seed, cpu_seconds) for run in runs):
                runs.append(trained(name, seed, cpu_seconds, keep / f"{list(PENALTIES).index(name)}-{seed}"))
                common.write("penalties-quality", {"gamma": GAMMA, "recipe": "recipes/mnist.yaml", "runs": runs})


def trained(name: str, seed: int, cpu_seconds: float, out: Path) -> dict[str, Any]:
    """Train one, and return what it reached."""
    settings = [setting(name), f"cpu_minutes={cpu_seconds / 60}", "sample_every=100000", "checkpoint_every=500"]
    done = zs.train(str(RECIPE), "mnist", out=out, seed=seed, settings=settings)
    if done.reason != "done":
        raise SystemExit(done.reason)
    last = done.run.records(out / "log.jsonl")[-1]
    (score,) = zs.evaluate(out, metrics=("fd",), features="classifier")
    print(name, seed, score.value, last["step"], flush=True)
    return {"penalty": name, "seed": seed, "budget": cpu_seconds, "rounds": last["step"], "fd": score.value}


if __name__ == "__main__":
    main()
