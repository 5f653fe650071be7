"""One core, one process with all threads, several processes: images a second on the clock, and what the probe chose.

python benchmarks/cores.py [--pairs 5] [--seconds 5] [--cases mnist ...]
Every block is played by processes of its own, which warm up first; blocks of the three ways take turns, every other
time in the opposite order. Rounds are whole: both players' turns, data, averages, and all messages. `times_one_core`
are ratios within a repetition. The probe looks before; `chosen_over_best` is the rate of what it chose over that of the
way that was in fact the fastest: 1 where it chose that.
"""

import argparse
import statistics
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import common
import torch
from PIL import Image

import group
from zerosum.core.device import cores
from zerosum.data.digits import load_digits
from zerosum.group import distributed
from zerosum.recipe.build import build_trainer
from zerosum.training import probing
from zerosum.training.plan import Plan
from zerosum.training.planning import prepare
from zerosum.training.request import Request

WARM = 3
"""Rounds before the clock starts."""


@dataclass(frozen=True)
class Case:
    """What is trained: a system, data ("photos" is a folder made of digits), more of `Request`, and settings."""

    system: str
    data: str
    settings: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    def plan(self, folder: Path, *settings: str) -> Plan:
        """Return the training."""
        data = str(folder) if self.data == "photos" else self.data
        return prepare(Request(self.system, data, settings=[*self.settings, *settings], **self.options))


CASES = {
    "r1gan, mnist, batch 64": Case("r1gan", "mnist", ("network=small", "batch_size=64")),
    "projected, 64x64": Case("projected", "photos", options={"size": 64}),
    "pix2pix, 64x64": Case("pix2pix", "photos", options={"size": 64, "pairs": "grey"}),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=5, help="repetitions")
    parser.add_argument("--seconds", type=float, default=5.0, help="about what a block takes")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_photos(Path(folder))
        results = {
            name: compare(CASES[name], Path(folder), arguments.pairs, arguments.seconds) for name in arguments.cases
        }
    common.write("processes", {"pairs": arguments.pairs, "cores": cores(), "results": results})


def write_photos(folder: Path, number: int = 256) -> None:
    """Write digits as 64x64 pictures in colour, a file each, in colours of their own."""
    images = load_digits().values[:number].expand(-1, 3, -1, -1).float()
    tints = torch.rand(number, 3, 1, 1, generator=torch.Generator().manual_seed(0))
    large = torch.nn.functional.interpolate(images * tints, 64, mode="bicubic").clamp(0, 255).to(torch.uint8)
    for at, image in enumerate(large):
        Image.fromarray(image.permute(1, 2, 0).numpy()).save(folder / f"{at}.png")


def compare(case: Case, folder: Path, pairs: int, seconds: float) -> dict[str, Any]:
    """Interleave the ways to play a case, and return rates and ratios."""
    plan = case.plan(folder)
    batch, ways = plan.recipe.batch_size, probing.ways(plan.recipe, plan.dataset, cores())
    rounds = max(3, round(seconds / ways[0].seconds))
    rates: dict[str, list[float]] = {str(way): [] for way in ways}
    for number in range(pairs):
        for way in ways if number % 2 else reversed(ways):
            took = group.run(block, way.processes, case, folder, way.processes, way.threads, rounds)
            rates[str(way)].append(batch * rounds / took)
            print(f"{case.system}: {way}, {rates[str(way)][-1]:.1f} images/s", flush=True)
    one, medians = rates[str(ways[0])], {name: statistics.median(taken) for name, taken in rates.items()}
    best = probing.chosen(ways)
    return {
        "batch": batch,
        "rounds_a_block": rounds,
        "images_a_second": {name: group.middle(taken) for name, taken in rates.items()},
        "times_one_core": {
            name: group.middle([mine / other for mine, other in zip(taken, one, strict=True)])
            for name, taken in rates.items()
        },
        "foreseen": {str(way): float(f"{batch / way.seconds:.4g}") for way in ways},
        "chosen": str(best),
        "chosen_over_best": float(f"{medians[str(best)] / max(medians.values()):.4g}"),
    }


def block(case: Case, folder: Path, processes: int, threads: int, rounds: int) -> float:
    """Return the seconds on the clock that some rounds take, as one process of its group."""
    torch.set_num_threads(threads)
    plan = case.plan(folder, f"processes={processes}")
    trainer = build_trainer(plan.recipe, plan.game, plan.dataset, group.CPU, ())
    trainer.fit(WARM)
    distributed.wait()
    wall, _ = group.seconds(lambda: trainer.fit(WARM + rounds))
    return wall


if __name__ == "__main__":
    main()
