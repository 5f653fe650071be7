"""Modes and KL over time on Stacked MNIST, r3gan beside dcgan without a penalty: target 5 of the third issue.

python benchmarks/stacked.py r3gan dcgan [--cpu-minutes 90] [--at 2.5 5 ...] [--seed 0] [--set path=value ...]

Each system trains for that long and is measured on the way: SIGTERM stops it as a scheduler would, 25,600 samples are
judged, and the same call goes on where it stopped. Killed, the command goes on in the same way with --keep FOLDER.
"""

import argparse
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import common
from PIL import Image

import zerosum as zs

METRICS = ("stacked_modes", "stacked_kl", "fd")
SLACK = 15
"""CPU seconds before a moment that count as that moment: loading the data uses some."""
MOMENTS = [2.5, 5, 10, 20, 30, 45, 60, 75]
# The same networks and budget for both. R1 and R2 every fourth round, with four times the weight, beat every round at
# equal CPU time: after 3 minutes a KL of 0.083 against 0.177 (one run each).
COMMON = ["steps=null", "network=small", "width=32", "batch_size=32", "threads=1", "schedule=linear", "final_lr=0.05"]
SETTINGS = {
    "r3gan": ["lr=2e-3", "generator.batch_norm=true", "penalties.r1.every=4", "penalties.r2.every=4"],
    "dcgan": [],
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("systems", nargs="+")
    parser.add_argument("--cpu-minutes", type=float, default=90)
    parser.add_argument("--at", type=float, nargs="*", default=MOMENTS, help="CPU minutes, measured on the way")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--keep", type=Path, help="folder of the runs; default: a temporary one, removed at the end")
    parser.add_argument("--set", nargs="*", default=[])
    arguments = parser.parse_args()
    for system in arguments.systems:
        measure(system, arguments)


def measure(system: str, arguments: argparse.Namespace) -> None:
    """Train one system, measuring it on the way, and write its result after each measurement."""
    name = f"stacked-{system}-{arguments.cpu_minutes:g}-cpu-minutes-seed-{arguments.seed}"
    run = (arguments.keep or Path(tempfile.gettempdir())) / f"zerosum-{name}"
    settings = [f"cpu_minutes={arguments.cpu_minutes:g}", *COMMON, *SETTINGS.get(system, []), *arguments.set]
    reason, stops = "terminated", [True]
    while reason == "terminated" and stops:
        with terminated_after(until_next(run, arguments.at)) as stops:
            reason = zs.train(
                system,
                "stacked-mnist",
                out=run,
                seed=arguments.seed,
                settings=settings,
                device=arguments.device,
                as_published=True,
            ).reason
        zs.evaluate(run, metrics=METRICS, device=arguments.device)
        moments = history(run)
        print(system, moments[-1], flush=True)
        common.write(name, {"system": system, "settings": settings, "trained": moments[-1], "history": moments})
    if reason != "done":
        raise SystemExit(reason)
    common.PICTURES.mkdir(exist_ok=True)
    Image.open(sorted((run / "samples").glob("*.png"))[-1]).save(common.PICTURES / f"{name}.png", optimize=True)
    if not arguments.keep:
        shutil.rmtree(run)


def until_next(run: Path, moments: Sequence[float]) -> float:
    """Return the CPU seconds of training until the next of `moments` (minutes), or 0 where none is left."""
    log = zs.Run(run).records(run / "log.jsonl")
    spent = log[-1]["cpu_seconds"] if log else 0.0
    return next((60 * moment - spent for moment in sorted(moments) if 60 * moment > spent + SLACK), 0.0)


@contextmanager
def terminated_after(cpu_seconds: float) -> Iterator[list[bool]]:
    """Send this process SIGTERM once it has used `cpu_seconds` of CPU time inside the block, where it is handled.

    0 sends nothing. Yields a list that is empty until the signal was sent.
    """
    sent: list[bool] = []

    def terminate(number: int, frame: FrameType | None) -> None:
        if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
            sent.append(True)
            signal.raise_signal(signal.SIGTERM)

    before = signal.signal(signal.SIGPROF, terminate)
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds, 1)
    try:
        yield sent
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def history(run: Path) -> list[dict[str, Any]]:
    """Return one record a measurement: round, images, CPU seconds of training, and the scores."""
    log = {record["step"]: record for record in zs.Run.open(run).records(run / "log.jsonl")}
    moments: dict[int, dict[str, Any]] = {}
    for record in zs.Run.open(run).records(run / "metrics.jsonl"):
        moments.setdefault(record["step"], {"step": record["step"]})[record["metric"]] = record["value"]
    for step, moment in moments.items():
        logged = log[max(at for at in log if at <= step)]
        moment |= {key: logged[key] for key in ("images", "cpu_seconds", "seconds")}
    return list(moments.values())


if __name__ == "__main__":
    main()
