"""The constants of docs/scaling.md: compute, latency and bandwidth, and how well they foretell two processes.

python benchmarks/scaling.py [--repeats 15]
1. one process: seconds a round of the small pair at batch B and 2 B: a cost a round and a cost a sample;
2. two gloo processes on this machine: seconds of a sum over both for messages of 4 bytes to 16 MB: latency, bandwidth;
3. two processes playing batch 2 B together: measured beside what the formula says from 1 and 2.
4. what the same formula says of 8 devices and of 64 machines of 8, from constants that are assumed, not measured.
   `--foretell` does this alone, from the measured JSON.
One thread a process. CPU seconds stand beside wall seconds, because cores are shared with whatever else runs here.
"""

import argparse
import statistics
from pathlib import Path
from typing import Any

import common
import torch
import torch.distributed as dist

import group
from zerosum.core.trainer import Trainer
from zerosum.group import distributed
from zerosum.recipe.build import build_game, build_trainer
from zerosum.training.planning import prepare
from zerosum.training.request import Request

RECIPE = str(Path(__file__).parents[1] / "recipes" / "mnist.yaml")
BATCH, ROUNDS = 32, 6
ASSUMED: dict[str, Any] = {
    "parameters_a_player": 50e6,
    "ms_a_round": 2.0,
    "ms_a_sample": 3.0,
    "inside": {"ms_a_hop": 0.01, "gigabytes_a_second": 300.0},
    "between": {"ms_a_hop": 0.025, "gigabytes_a_second": 50.0},
}
"""A large pair on devices of today: NVLink inside a machine, 400 Gbit/s a device between machines. Not measured."""
SIZES = (4, 4096, 262_144, 1_048_576, 4_194_304, 16_777_216)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--foretell", action="store_true", help="only print what is foretold of many devices")
    arguments = parser.parse_args()
    if arguments.foretell:
        print(*many(), sep="\n")
        return
    alone = group.run(rounds, 1, (BATCH, 2 * BATCH), arguments.repeats)
    messages = group.run(sums, 2, arguments.repeats)
    pair = group.run(rounds, 2, (2 * BATCH,), arguments.repeats)
    constants = fitted(alone, messages)
    constants["foretold_ms"] = {key: foretold(constants, pair["bytes"], key) for key in ("wall", "cpu")}
    constants |= {"assumed": ASSUMED, "many": many(), "alone": alone, "messages": messages, "two": pair}
    print({key: value for key, value in constants.items() if key not in ("alone", "messages")})
    common.write("scaling", {"repeats": arguments.repeats, "batch_a_process": BATCH, **constants})


def trainer_of(batch: int) -> Trainer:
    """Return the trainer of the default recipe for MNIST with another batch."""
    plan = prepare(Request(RECIPE, "mnist", settings=[f"batch_size={batch}"]))
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
    times = {}
    for size in SIZES:
        message = torch.zeros(size // 4)
        count = 50 if size < 10**6 else 5
        pairs = [group.seconds(lambda message=message, count=count: repeated(message, count)) for _ in range(repeats)]
        times[str(size)] = milliseconds(pairs, count)
    return times


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
    constants: dict[str, Any] = {}
    for key in ("wall", "cpu"):
        small, large = alone["ms"][str(BATCH)][key], alone["ms"][str(2 * BATCH)][key]
        first, last = messages[str(SIZES[0])][key], messages[str(SIZES[-1])][key]
        constants[key] = {
            "ms_a_sample": (large - small) / BATCH,
            "ms_a_round": 2 * small - large,
            "ms_a_message": first,
            "gigabytes_a_second": SIZES[-1] / (last - first) / 1e6,
        }
    return constants


def foretold(constants: dict[str, Any], size: int, key: str) -> float:
    """Return the milliseconds of a round of two processes: their own work, four messages, and the bytes once around.

    The messages are the gradients of two turns, the buffers of batch normalisation, and the agreement on the end.
    """
    c = constants[key]
    work = c["ms_a_round"] + BATCH * c["ms_a_sample"]
    return round(work + 4 * c["ms_a_message"] + size / c["gigabytes_a_second"] / 1e6, 3)


def many() -> list[dict[str, Any]]:
    """Return what is foretold of 1, 8 and 512 devices: the same batch divided, and the same batch a device."""
    rows = []
    for batch, what in ((512, "whole batch 512"), (None, "64 a device")):
        for devices in (1, 8, 512):
            own = 64.0 if batch is None else batch / devices
            work = ASSUMED["ms_a_round"] + own * ASSUMED["ms_a_sample"]
            talk = 2 * message(devices, 4 * ASSUMED["parameters_a_player"])
            speed = devices * own / (work + talk)
            one = own if batch is None else batch
            alone = one / (ASSUMED["ms_a_round"] + one * ASSUMED["ms_a_sample"])
            rows.append(
                {
                    "plan": what,
                    "devices": devices,
                    "work_ms": round(work, 2),
                    "messages_ms": round(talk, 2),
                    "images_a_second": round(1e3 * speed),
                    "efficiency": round(speed / (devices * alone), 3),
                }
            )
    return rows


def message(devices: int, size: float) -> float:
    """Return the milliseconds of a sum of `size` bytes: a ring inside a machine of 8, and one over the machines.

    2 (P - 1) hops of latency and 2 (P - 1) / P of the bytes for P members; each of the 8 devices of a machine takes an
    eighth of the bytes to the other machines.
    """
    inside, machines = min(devices, 8), max(devices // 8, 1)
    return ring(inside, size, ASSUMED["inside"]) + ring(machines, size / 8, ASSUMED["between"])


def ring(members: int, size: float, link: dict[str, float]) -> float:
    """Return the milliseconds of a sum around a ring."""
    hops = 2 * (members - 1)
    return hops * link["ms_a_hop"] + hops / members * size / link["gigabytes_a_second"] / 1e6


if __name__ == "__main__":
    main()
