"""Processes of one group on this machine, for benchmarks."""

import multiprocessing
import os
import socket
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch

from zerosum.group import distributed

CPU = torch.device("cpu")


def run(function: Callable[..., Any], world: int, *arguments: object) -> Any:
    """Call `function(*arguments)` in `world` new processes that form a gloo group; returns what rank 0 returned."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    answer = context.SimpleQueue()
    members = [
        context.Process(target=_member, args=(function, rank, world, port, answer, arguments)) for rank in range(world)
    ]
    for member in members:
        member.start()
    for member in members:
        member.join()
    if any(member.exitcode for member in members):
        raise SystemExit("a process of the group failed")
    return answer.get()


def _member(function: Callable[..., Any], rank: int, world: int, port: int, answer: Any, arguments: tuple[Any]) -> None:
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "GLOO_SOCKET_IFNAME": "lo"}
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(world)}
    torch.set_num_threads(1)
    with distributed.processes(CPU):
        result = function(*arguments)
        if rank == 0:
            answer.put(result)


def seconds(call: Callable[[], object]) -> tuple[float, float]:
    """Return the wall and CPU seconds of a call."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - cpu


def middle(values: list[float]) -> dict[str, float]:
    """Return median and quartiles, rounded to 4 digits."""
    low, median, high = statistics.quantiles(values, n=4)
    return {"median": float(f"{median:.4g}"), "low": float(f"{low:.4g}"), "high": float(f"{high:.4g}")}
