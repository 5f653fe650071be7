"""Child processes for tests. They are forked from a server that has imported everything once, so they start at once."""

import functools
import multiprocessing
import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["warm", "zerosum.cli.main", "tiny"])
PATIENCE = 300.0
"""Seconds until a test gives a process up; that of a busy machine, as most tests need one or two."""
_started: list[BaseProcess] = []


def start(function: Callable[..., None], *arguments: object) -> BaseProcess:
    """Call a function of a module in a process of its own; it ends with the test, if not before."""
    _served()
    process = CONTEXT.Process(target=function, args=arguments)
    process.start()
    _started.append(process)
    return process


@functools.cache
def _served() -> None:
    """Wait, once and as long as it takes, until the server has imported everything: no test's patience is for that."""
    first = CONTEXT.Process(target=_nothing)
    first.start()
    first.join()


def _nothing() -> None:
    """Return at once."""


def end_all() -> None:
    """Kill what a failed test has left: else pytest would wait at its end for a training that never ends."""
    while _started:
        process = _started.pop()
        if process.exitcode is None:
            process.kill()
            process.join()


def start_command(words: list[str], messages: Path) -> BaseProcess:
    """Run a `zerosum` command line in a process of its own; stdout and stderr go to `messages`."""
    return start(_command, words, messages)


def _command(words: list[str], messages: Path) -> None:
    from zerosum.cli.main import run

    with messages.open("a") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.exit(run(words))


def ended(process: BaseProcess) -> int:
    """Wait for a process and return its exit code; minus the signal where one killed it."""
    process.join(PATIENCE)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError("the process did not end")
    return process.exitcode


def wait_until(condition: Callable[[], bool], process: BaseProcess) -> bool:
    """Wait until a condition holds or the process has ended; returns whether it holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if process.exitcode is not None:
            return condition()
        if time.monotonic() > deadline:
            process.kill()
            raise TimeoutError("waited too long")
        time.sleep(0.002)
    return True


def size(path: Path) -> int:
    """Bytes of a file, 0 where there is none."""
    with suppress(OSError):
        return path.stat().st_size
    return 0


def group(rank: int, world: int, port: int) -> None:
    """Set what torchrun sets."""
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "GLOO_SOCKET_IFNAME": "lo"}
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(world)}


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
