"""The house of speed measurements: rivals run in turn in one tree of processes, and are compared as ratios.

A rival is a program that prints one JSON line with its facts once it is ready, and then, for each line "N" it reads,
does N units of its work and prints one JSON line with what it took (`benchmarks/rivals/child.py`). All rivals stay
alive; only one works at a time. A repetition lets each work once, every other one in the opposite order, so what slows
the machine for a while slows them alike. What is kept of a pair is the ratio of its two figures in each repetition, and
of those the median and range. CPU seconds are of the whole process, all its threads; wall seconds stand beside them.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Spread:
    """Median and range of some figures, and how many there were."""

    median: float
    least: float
    most: float
    count: int

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f} to {self.most:.2f})"


@dataclass(frozen=True)
class Lap:
    """What one rival took for one repetition.

    Attributes:
        units: of work that was done (rounds).
        cpu: seconds of CPU, all threads of the process.
        wall: seconds on the wall.
        peak: the process's largest memory so far, MiB.
    """

    units: int
    cpu: float
    wall: float
    peak: float


class AbsentError(Exception):
    """A rival did not start, or ended while it was at work."""


class Rival:
    """A program that works when told to; see the module."""

    def __init__(self, command: Sequence[str], threads: int = 1, path: str = "") -> None:
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
        counts = {name: str(threads) for name in names} | {"TF_NUM_INTEROP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
        places = filter(None, [str(HERE), path, os.environ.get("PYTHONPATH")])
        counts["PYTHONPATH"] = os.pathsep.join(places)
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | counts
        )
        self.facts: dict[str, Any] = self.answer()

    def work(self, units: int) -> Lap:
        """Let it do `units` of its work."""
        assert self.process.stdin is not None
        print(units, file=self.process.stdin, flush=True)
        return Lap(units, **self.answer())

    def answer(self) -> dict[str, Any]:
        """Return the next line that is JSON; libraries like to talk."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                content: dict[str, Any] = json.loads(line)
                return content
        self.close()
        raise AbsentError(f"it ended without an answer, exit code {self.process.returncode}")

    def close(self) -> None:
        """End it."""
        if self.process.stdin is not None and not self.process.stdin.closed:
            self.process.communicate()


def own(name: str, *options: str, python: str = sys.executable) -> list[str]:
    """Return the command of a rival in benchmarks/rivals."""
    return [python, "-m", f"rivals.{name}", *options]


@contextmanager
def field(
    commands: Mapping[str, Sequence[str]],
    threads: int = 1,
    *,
    paths: Mapping[str, str] | None = None,
    absent: dict[str, str] | None = None,
) -> Iterator[dict[str, Rival]]:
    """Start the rivals, one after the other, and end them after the block.

    Args:
        commands: by name.
        threads: of each.
        paths: folders with modules that a rival needs, by its name.
        absent: where the names of those that do not start go, with the reason.

    Raises:
        AbsentError: one does not start, and there is no `absent` to put its name and the reason in.
    """
    with ExitStack() as stack:
        rivals = {}
        for name, command in commands.items():
            try:
                rivals[name] = Rival(command, threads, (paths or {}).get(name, ""))
                stack.callback(rivals[name].close)
            except AbsentError as error:
                if absent is None:
                    raise
                absent[name] = str(error)
        yield rivals


def interleave(rivals: Mapping[str, Rival], units: int, *, repetitions: int) -> dict[str, list[Lap]]:
    """Let each rival do `units` of its work `repetitions` times, in turn; the first round of all is not counted."""
    laps: dict[str, list[Lap]] = {name: [] for name in rivals}
    for rival in rivals.values():
        rival.work(units)
    for repetition in range(repetitions):
        for name in list(rivals) if repetition % 2 == 0 else list(rivals)[::-1]:
            laps[name].append(rivals[name].work(units))
    return laps


def spread(values: Sequence[float]) -> Spread:
    """Return median, least and most of some figures."""
    return Spread(statistics.median(values), min(values), max(values), len(values))


def ratio(slower: Sequence[Lap], faster: Sequence[Lap]) -> Spread:
    """Return how many times the CPU seconds of `faster` the other took for a unit, over the repetitions."""
    return spread(ratios(slower, faster))


def ratios(slower: Sequence[Lap], faster: Sequence[Lap]) -> list[float]:
    """Return the same for each repetition."""
    return [(a.cpu / a.units) / (b.cpu / b.units) for a, b in zip(slower, faster, strict=True)]


def quartiled(values: Sequence[float]) -> dict[str, Any]:
    """Return the median of some figures and their quartiles, which a few bad moments of the machine leave alone."""
    lower, middle, upper = statistics.quantiles(values, n=4)
    return {"median": round(middle, 4), "quartiles": [round(lower, 4), round(upper, 4)], "count": len(values)}


def summary(laps: Sequence[Lap], images: int) -> dict[str, Any]:
    """Return the figures of one rival that does `images` images a unit."""
    return {
        "images_per_cpu_second": spread([lap.units * images / lap.cpu for lap in laps]).__dict__,
        "cpu_seconds_per_unit": spread([lap.cpu / lap.units for lap in laps]).__dict__,
        "wall_over_cpu": statistics.median(lap.wall / lap.cpu for lap in laps),
        "peak_mib": max(lap.peak for lap in laps),
    }
