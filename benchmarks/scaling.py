"""The constants of docs/scaling.md: compute, latency and bandwidth, and how well they foretell two processes.

python benchmarks/scaling.py [--repeats 15]
1. one process: seconds a round of the small pair at batch B and 2 B: a cost a round and a cost a sample;
2. two gloo processes on this machine: seconds of a sum over both for messages of 4 bytes to 16 MB: latency, bandwidth;
3. two processes playing batch 2 B together: measured beside what the formula says from 1 and 2.
One thread a process. CPU seconds stand beside wall seconds, because cores are shared with whatever else runs here.
"""

import argparse
import statistics
from pathlib import Path
from typing import Any

import common
import group
import torch
import torch.distributed as dist

from zerosum import distributed
from zerosum.build import build_game, build_trainer
from zerosum.trainer import Trainer
from zerosum.training import prepare

RECIPE = str(Path(__file__).parents[1] / "recipes" / "mnist.yaml")
BATCH, ROUNDS = 32, 6
SIZES = (4, 4096, 262_144, 1_048_576, 4_194_304, 16_777_216)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=15)
    given = parser.parse_args()
    alone = group.run(rounds, 1, (BATCH, 2 * BATCH), given.repeats)
    messages = group.run(sums, 2, given.repeats)
    pair = group.run(rounds, 2, (2 * BATCH,), given.repeats)
    found = fitted(alone, messages)
    found["foretold_ms"] = {key: foretold(found, pair["bytes"], key) for key in ("wall", "cpu")}
    found |= {"alone": alone, "messages": messages, "two": pair}
    print({key: value for key, value in found.items() if key not in ("alone", "messages")})
    common.write("scaling", {"repeats": given.repeats, "batch_a_process": BATCH, **found})


def trainer_of(batch: int) -> Trainer:
    """Return the trainer of the default recipe for MNIST with another batch."""
    plan = prepare(RECIPE, "mnist", settings=[f"batch_size={batch}"])
    return build_trainer(plan.recipe, build_game(plan.recipe), plan.dataset, group.CPU, ())


def rounds(batches: tuple[int, ...], repeats: int) -> dict[str, Any]:
    """Return the milliseconds a round by batch, the batches by turns, and the bytes and messages of a round."""
    trainers = {batch: trainer_of(batch) for batch in batches}
    times: dict[int, list[tuple[float, float]]] = {batch: [] for batch in batches}
    for repeat in range(repeats + 1):
        for batch, trainer in trainers.items():
            distributed.wait()
            pair = group.seconds(lambda trainer=trainer: trainer.fit(trainer.step + ROUNDS))
            if repeat:  # the first warms up
                times[batch].append(pair)
    count = sum(parameter.numel() for parameter in trainers[batches[0]].game.parameters())
    return {"bytes": 4 * count, "ms": {str(batch): milliseconds(pairs, ROUNDS) for batch, pairs in times.items()}}


def sums(repeats: int) -> dict[str, Any]:
    """Return the milliseconds of a sum over the group, by bytes."""
    found = {}
    for size in SIZES:
        message = torch.zeros(size // 4)
        count = 50 if size < 10**6 else 5
        pairs = [group.seconds(lambda message=message, count=count: repeated(message, count)) for _ in range(repeats)]
        found[str(size)] = milliseconds(pairs, count)
    return found


def repeated(message: torch.Tensor, count: int) -> None:
    """Sum a message over the group, several times."""
    for _ in range(count):
        dist.all_reduce(message)


def milliseconds(pairs: list[tuple[float, float]], count: int) -> dict[str, float]:
    """Return the median wall and CPU milliseconds of one of `count`."""
    wall, cpu = (1e3 * statistics.median(column) / count for column in zip(*pairs, strict=True))
    return {"wall": round(wall, 4), "cpu": round(cpu, 4)}


def fitted(alone: dict[str, Any], messages: dict[str, Any]) -> dict[str, Any]:
    """Return the constants: a line through both batches, and through the smallest and the largest message."""
    found: dict[str, Any] = {}
    for key in ("wall", "cpu"):
        small, large = alone["ms"][str(BATCH)][key], alone["ms"][str(2 * BATCH)][key]
        first, last = messages[str(SIZES[0])][key], messages[str(SIZES[-1])][key]
        found[key] = {
            "ms_a_sample": (large - small) / BATCH,
            "ms_a_round": 2 * small - large,
            "ms_a_message": first,
            "gigabytes_a_second": SIZES[-1] / (last - first) / 1e6,
        }
    return found


def foretold(found: dict[str, Any], size: int, key: str) -> float:
    """Return the milliseconds of a round of two processes: their own work, four messages, and the bytes once around.

    The messages are the gradients of two turns, the buffers of batch normalisation, and the agreement on the end.
    """
    c = found[key]
    work = c["ms_a_round"] + BATCH * c["ms_a_sample"]
    return round(work + 4 * c["ms_a_message"] + size / c["gigabytes_a_second"] / 1e6, 3)


if __name__ == "__main__":
    main()
