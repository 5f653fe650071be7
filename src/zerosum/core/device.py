"""Where the arithmetic runs: the device by its name, cores, memory and threads, and whether its bits repeat."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import torch

from zerosum.errors import UserError

os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
"""What cuBLAS needs to repeat. It reads this once, when it first multiplies in a process, so it is said here."""


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
def repeatable(device: torch.device, *, strict: bool = False) -> Iterator[None]:
    """Let torch take kernels inside the block that give the same bits each time, on CUDA and on the CPU.

    Others add in whatever order their threads come, or are chosen anew in each process. What the process had chosen
    before is put back after the block.

    Args:
        device: on others than CUDA and the CPU torch promises nothing, and nothing is changed.
        strict: an operator without such a kernel is an error, else a warning of torch's.

    Raises:
        UserError: with `strict`, an operator has no such kernel on this device.
    """
    if device.type not in ("cpu", "cuda"):
        yield
        return
    cudnn, filling = torch.backends.cudnn, cast(Any, torch.utils.deterministic)
    mode, kernels, filled = torch.get_deterministic_debug_mode(), cudnn.deterministic, filling.fill_uninitialized_memory
    # `use_deterministic_algorithms` would import torch's compiler, which takes seconds.
    torch.set_deterministic_debug_mode("error" if strict else "warn")
    cudnn.deterministic, filling.fill_uninitialized_memory = True, False  # what is not filled is not read here
    try:
        yield
    except RuntimeError as error:
        if strict and "deterministic" in str(error).lower():
            raise UserError(f"{_unrepeatable(str(error))}: train with --fast, which gives repeating up") from error
        raise
    finally:
        torch.set_deterministic_debug_mode(mode)
        cudnn.deterministic, filling.fill_uninitialized_memory = kernels, filled


def _unrepeatable(message: str) -> str:
    """Return what cannot repeat, from what torch says of it."""
    if "CUBLAS_WORKSPACE_CONFIG" in message:
        return "cuBLAS was used before zerosum, set CUBLAS_WORKSPACE_CONFIG=:4096:8 before the program starts, or else"
    return f"{message.split(' ')[0]} has no kernel on this device that repeats bit for bit"


@contextlib.contextmanager
def cpu_threads(count: int | None) -> Iterator[None]:
    """Let torch use `count` CPU threads inside the block; None leaves its choice."""
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
