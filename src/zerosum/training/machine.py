"""The doctor without a run: what is this machine, and does training work on it?"""

import os
import platform
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from zerosum._version import __version__
from zerosum.errors import ZerosumError
from zerosum.storage.cache import cache_folder

SMOKE_SECONDS = 5.0
LITTLE_DISK, LITTLE_MEMORY = 2e9, 1e9
SYSTEM, SETTINGS = "r1gan", ("generator.width=64", "discriminator.width=64", "log_every=1", "signals_every=0")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what it is, what was found, and what to do where it is not well."""

    name: str
    found: str
    well: bool = True
    remedy: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def checks(*, device: str = "auto", data_root: Path | None = None, smoke_seconds: float = SMOKE_SECONDS) -> list[Check]:
    """Look at versions, devices, memory, disk and folders, and train for some seconds."""
    return [
        Check(
            "zerosum", f"{__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
        ),
        Check("torch", f"{torch.__version__}, {torch.get_num_threads()} of {os.cpu_count()} CPU threads"),
        devices(),
        memory(),
        disk(Path.cwd()),
        folder("data", data_root or os.environ.get("ZEROSUM_DATA"), "set ZEROSUM_DATA, or give --data-root"),
        folder("cache", cache_folder(), "it is made when it is needed"),
        smoke(device, smoke_seconds),
    ]


def devices() -> Check:
    """Name what can compute."""
    names = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    names += ["mps"] if torch.backends.mps.is_available() else []
    return Check("devices", ", ".join([*names, "cpu"]))


def memory() -> Check:
    """Say how much memory is free, on the machine and on its GPUs."""
    free = free_memory()
    parts = [] if free is None else [f"{free / 1e9:.1f} GB free"]
    for number in range(torch.cuda.device_count()):
        left, total = torch.cuda.mem_get_info(number)
        parts.append(f"cuda:{number} {left / 1e9:.1f} of {total / 1e9:.1f} GB free")
    well = free is None or free > LITTLE_MEMORY
    return Check(
        "memory", ", ".join(parts) or "not known here", well, "" if well else "close programs, or lower batch_size"
    )


def free_memory() -> int | None:
    """Return the bytes of memory that are free, None where the system does not say."""
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def disk(where: Path) -> Check:
    """Say how much room there is for runs in the folder `where`."""
    free = shutil.disk_usage(where).free
    well = free > LITTLE_DISK and os.access(where, os.W_OK)
    return Check("disk", f"{free / 1e9:.1f} GB free in {where}", well, "" if well else "give --out on another disk")


def folder(name: str, path: Path | str | None, otherwise: str) -> Check:
    """Say whether a folder is there, and what to do where it is not; that is no fault."""
    if not path:
        return Check(name, f"no folder named: {otherwise}")
    there = Path(path).is_dir()
    inside = ", ".join(sorted(entry.name for entry in Path(path).iterdir())[:8]) if there else f"not there: {otherwise}"
    return Check(name, f"{path} ({inside or 'empty'})")


def smoke(device: str, seconds: float) -> Check:
    """Train a small game on the shipped digits for some seconds, and say how fast it went."""
    from zerosum.training.train import train

    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        play = partial(train, SYSTEM, "digits", device=device, settings=SETTINGS, mute=True)
        try:
            play(out=Path(folder) / "first", steps=1)  # torch loads its compiler with the first step, for seconds
            outcome = play(out=Path(folder) / "run", minutes=seconds / 60)
            log = outcome.run.records(outcome.run.log)
        except (ZerosumError, RuntimeError, OSError) as error:
            return Check("training", " ".join(str(error).split()), False, "this is not right: please report it")
        elapsed = time.perf_counter() - began
    if not log:
        return Check("training", f"not one round in {seconds:g} s", False, "the machine is busy, or very slow")
    rate = log[-1]["step"] / log[-1]["seconds"]
    return Check(
        "training", f"{SYSTEM} on digits: {rate:.0f} rounds a second for {seconds:g} s ({elapsed:.0f} s with start)"
    )


def table(checks: list[Check]) -> str:
    """Return the checks as aligned lines."""
    width = max(len(check.name) for check in checks)
    lines = [f"{check.name:<{width}}  {'ok ' if check.well else 'bad'}  {check.found}" for check in checks]
    remedies = [f"{check.name}: {check.remedy}" for check in checks if not check.well]
    return "\n".join([*lines, *remedies, *([] if remedies else [f"all well: Python at {sys.executable} trains"])])
