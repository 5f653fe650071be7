"""Where the arithmetic runs: the device by its name, what there is of CPU cores and memory, and the threads."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import torch

from zerosum.errors import UserError


def device_of(name: str) -> torch.device:
    """Return the device of this name; "auto" takes CUDA, then MPS, then the CPU.

    Raises:
        UserError: there is no such device here.
    """
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if available[kind]))
    kind = name.split(":")[0]
    if available.get(kind, False):
        with contextlib.suppress(RuntimeError):  # "cuda:one"
            device = torch.device(name)
            if (device.index or 0) < (torch.cuda.device_count() if kind == "cuda" else 1):
                return device
    here = ", ".join(kind for kind, there in available.items() if there)
    raise UserError(f"no device '{name}' here: use --device auto or one of {here}")


def cores(limit: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Return how many CPU cores this process may use: those it is bound to, and no more than its container's share.

    Args:
        limit: Linux's file of that share: microseconds of CPU time, or "max", in a period of so many.
    """
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):  # no such file, or "max"
        quota, period = map(int, limit.read_text(encoding="utf-8").split())
        return max(1, min(bound, quota // period))
    return bound


def affordable(most: int, memory: Path = Path("/proc/meminfo")) -> int:
    """Return how many processes as large as this one, itself included and up to `most`, there is memory for.

    Args:
        most: also the answer where the system does not tell.
        memory: Linux's file of what is available, in KiB.
    """
    with contextlib.suppress(OSError, StopIteration):
        lines = memory.read_text(encoding="utf-8").splitlines()
        available = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
        import resource  # which every system that has such a file has

        return min(most, 1 + available // resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return most


@contextlib.contextmanager
def cpu_threads(count: int | None) -> Iterator[None]:
    """Let torch use `count` CPU threads inside the block; None leaves its choice."""
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
