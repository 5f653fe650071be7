"""The rivals' side of `house.py`: say what you are, then work when told to. It needs nothing but Python and numpy."""

import argparse
import gzip
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy


def options(description: str) -> argparse.ArgumentParser:
    """Return a parser with what all rivals take."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--batch-size", type=int, default=128)
    return parser


def mnist(root: Path) -> numpy.ndarray:
    """Return the training images of MNIST, uint8 [60000, 28, 28]."""
    with gzip.open(root / "mnist" / "train-images-idx3-ubyte.gz") as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 28, 28)


def serve(facts: dict[str, Any], play: Callable[[], None]) -> None:
    """Print `facts`; then for each line N on stdin play N rounds and print what they took."""
    print(json.dumps(facts), flush=True)
    for line in sys.stdin:
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(int(line)):
            play()
        took = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(took | {"peak": peak}), flush=True)
