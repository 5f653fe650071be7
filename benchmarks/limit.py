"""How much of the machine's limit a whole update of G and D reaches: operations over the machine's best rate.

python benchmarks/limit.py [--repetitions 7] [--threads 1]

Operations are those of the textbook's algorithms for the networks as written (`torch.utils.flop_counter`: convolutions
and matrix products, two operations for a multiplication and addition), in the trainer's own round; optimiser, average
and all else are in the time and not in the count. The limit is the best rate of a matrix product measured between the
rounds: of square matrices of several sizes, and the same as a 1x1 convolution, since another library computes that.
Where a layer takes fewer operations than the textbook's (`networks.fourier`) both are given: `share` counts the
textbook's, `share_done` those done.
"""

import argparse
import os
import time
from collections.abc import Sequence
from typing import Any

import common
import house
import torch
from rivals.ours import TUTORIAL, trainer_of
from torch.utils.flop_counter import FlopCounterMode

from zerosum.core.trainer import Trainer
from zerosum.networks.fourier import FourierTransposedConv2d

SIZES = (512, 1024, 2048)
PAIRS: dict[str, Sequence[str]] = {
    "the tutorials' pair": TUTORIAL,
    "small, width 32, batch 32": ("network=small", "batch_size=32", "width=32"),
    "small, width 64, batch 64": ("network=small", "batch_size=64", "width=64"),
    "small, width 128, batch 64": ("network=small", "batch_size=64", "width=128"),
    "dcgan, width 64, batch 64": ("network=dcgan", "batch_size=64", "width=64"),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    trainers = {name: trainer_of("dcgan", "mnist", settings) for name, settings in PAIRS.items()}
    counts = {name: (operations(trainer, textbook=True), operations(trainer)) for name, trainer in trainers.items()}
    took = {name: list[float]() for name in trainers}
    products = {f"{size} x {size}": (product(size), 2 * size**3) for size in SIZES}
    products |= {f"{size} x {size} as a convolution": (convolution(size), 2 * size**3) for size in SIZES}
    rates = {name: list[float]() for name in products}
    for _ in range(arguments.repetitions):
        for name, (act, count) in products.items():
            rates[name].append(count / seconds(act))
        for name, trainer in trainers.items():
            took[name].append(seconds(trainer.play))
    best = max(house.spread(numbers).median for numbers in rates.values())
    pairs = {name: pair(counts[name], took[name], best, trainers[name]) for name in PAIRS}
    spreads = {name: house.spread(numbers).__dict__ for name, numbers in rates.items()}
    common.write("limit", {"matrix_rates": spreads, "best_rate": best, "pairs": pairs})
    for name, numbers in pairs.items():
        print(f"{name}: {numbers['share']['median']:.0%} of {best / 1e9:.0f} GFLOP/s")


def pair(counts: tuple[int, int], took: Sequence[float], best: float, trainer: Trainer) -> dict[str, Any]:
    """Return the figures of one pair of networks."""
    textbook, done = counts
    return {
        "parameters": sum(parameter.numel() for parameter in trainer.game.parameters()),
        "operations": textbook,
        "operations_done": done,
        "cpu_seconds": house.spread(took).__dict__,
        "share": house.spread([textbook / second / best for second in took]).__dict__,
        "share_done": house.spread([done / second / best for second in took]).__dict__,
    }


def operations(trainer: Trainer, *, textbook: bool = False) -> int:
    """Return the operations of one round: as done, or with every convolution by the textbook."""
    layers = [part for part in trainer.game.modules() if isinstance(part, FourierTransposedConv2d)]
    sizes = [layer.size for layer in layers]
    for layer in layers:
        layer.size = (0, 0) if textbook else layer.size
    with FlopCounterMode(display=False) as counter:
        trainer.play()
    for layer, size in zip(layers, sizes, strict=True):
        layer.size = size
    return counter.get_total_flops()


def product(size: int) -> Any:
    """Return a function that multiplies two square matrices."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    return lambda: a @ b


def convolution(size: int) -> Any:
    """Return a function that multiplies two square matrices, written as a 1x1 convolution."""
    image, kernel = torch.randn(1, size, size // 32, 32), torch.randn(size, size, 1, 1)
    return lambda: torch.nn.functional.conv2d(image, kernel)


def seconds(act: Any) -> float:
    """Return the CPU seconds that `act` takes."""
    before = time.process_time()
    act()
    return time.process_time() - before


if __name__ == "__main__":
    os.environ.setdefault("ZEROSUM_DATA", "data")
    main()
