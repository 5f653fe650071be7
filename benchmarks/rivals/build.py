"""A build of zerosum, whichever `PYTHONPATH` names: a training that plays rounds when told to, with all its hooks."""

import argparse
import json
import resource
import sys
import tempfile
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import zerosum as zs


def trainer_class() -> Any:
    """Return the build's `Trainer`: older builds have it outside `core`."""
    return import_module("zerosum.core.trainer" if find_spec("zerosum.core") else "zerosum.trainer").Trainer


class Told:
    """The number of rounds that may be played before the next line is read from stdin, and what they took."""

    def __init__(self) -> None:
        self.left, self.cpu, self.wall = 0, 0.0, 0.0

    def wait(self) -> None:
        """Return at once where rounds are left; else say what the last ones took and wait for a line."""
        if self.left:
            self.left -= 1
            return
        if self.cpu:
            took = {"cpu": time.process_time() - self.cpu, "wall": time.perf_counter() - self.wall}
            print(json.dumps(took | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)
        else:
            print(json.dumps({"source": str(Path(zs.__file__).parent)}), flush=True)
        line = sys.stdin.readline()
        if not line:
            raise SystemExit
        self.left = int(line) - 1
        self.cpu, self.wall = time.process_time(), time.perf_counter()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("recipe")
    parser.add_argument("data")
    arguments = parser.parse_args()
    kind, told = trainer_class(), Told()
    play = kind.play

    def paced(trainer: Any) -> None:
        told.wait()
        play(trainer)

    kind.play = paced
    settings = ["threads=1", "evaluate_every=0", "sample_every=1000000", "checkpoint_every=1000000"]
    with tempfile.TemporaryDirectory() as folder:
        zs.train(
            arguments.recipe, arguments.data, out=f"{folder}/run", steps=10**8, settings=settings, as_published=True
        )


if __name__ == "__main__":
    main()
