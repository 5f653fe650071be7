"""Companions: the processes that play a training's other shards on this machine's CPU; the first one starts them.

They are plain subprocesses of `companion`, so they start from a script, a notebook or a command alike. They
meet on the loopback device only. Each ends with the first process, however that ends: its stdin is then closed.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch

from zerosum.core.device import cores
from zerosum.core.registry import is_local
from zerosum.data.own import is_passed
from zerosum.errors import OutOfMemoryError, ZerosumError
from zerosum.group import distributed
from zerosum.group.distributed import SETTLED, Seat
from zerosum.recipe.schema import Recipe

LOOPBACK = ("lo", "lo0")
UNFORESEEN = 70
"""The exit code of a companion that ended by an error that is not zerosum's."""
SHORT = 71
"""That of one for which memory did not suffice."""
Say = Callable[[str], None]


def processes_of(recipe: Recipe, device: torch.device) -> int:
    """Return how many processes are to play a recipe here: as many as it says, as far as there are cores.

    One where they are of no use (`device` is no CPU), where somebody else has made the group, or where others could not
    find the game or the data.
    """
    if (
        device.type != "cpu"
        or recipe.processes == 1
        or distributed.grouped()
        or not sys.executable
        or of_this_process(recipe)
    ):
        return 1
    most, shards = min(recipe.processes, cores()), recipe.processes * recipe.accumulate
    return max(count for count in range(1, most + 1) if shards % count == 0)


def of_this_process(recipe: Recipe) -> bool:
    """Whether game or data were passed in Python, so that no other process can find them."""
    return is_local(recipe.system) or is_passed(recipe.data.source)


@contextlib.contextmanager
def companions(count: int, job: Mapping[str, Any], say: Say) -> Iterator[Seat | None]:
    """Let `count` processes, this one included, meet inside the block; they all end with it.

    Yields:
        this process's seat, or None where it plays alone: `count` is 1, or a companion did not come. That changes how
        long the training takes, not what comes out of it, so it is said and no error.

    Raises:
        OutOfMemoryError: memory did not suffice for one of them.
    """
    if count == 1:
        yield None
        return
    with contextlib.ExitStack() as stack:
        stack.enter_context(_on_loopback())
        store, port = distributed.meeting(count)
        members = [
            stack.enter_context(_member(rank, {**job, "world": count, "port": port})) for rank in range(1, count)
        ]
        seat = Seat(store, 0, count)
        reason = _come(seat, members)
        if reason is not None:
            stack.close()
            say(f"playing with one process, as a companion did not start: {reason}")
        try:
            yield seat if reason is None else None
        except ZerosumError as error:
            for member in members:
                if member.process.poll() == SHORT:
                    raise OutOfMemoryError(member.told()) from error
                if member.process.poll() == UNFORESEEN:
                    say(f"process {member.rank} ended: {member.told()}")
            raise


@contextlib.contextmanager
def _on_loopback() -> Iterator[None]:
    """Let gloo listen on the loopback device, unless GLOO_SOCKET_IFNAME names another."""
    here = [name for _, name in socket.if_nameindex() if name in LOOPBACK]
    if "GLOO_SOCKET_IFNAME" in os.environ or not here:
        yield
        return
    os.environ["GLOO_SOCKET_IFNAME"] = here[0]
    try:
        yield
    finally:
        del os.environ["GLOO_SOCKET_IFNAME"]


@contextlib.contextmanager
def _member(rank: int, job: Mapping[str, Any]) -> Iterator["Member"]:
    member = Member(rank, job)
    try:
        yield member
    finally:
        member.end()


class Member:
    """A companion, as the first process sees it.

    A session of its own keeps Ctrl-C away from it: the first process alone hears it, and tells the others by a message
    after the round.
    """

    def __init__(self, rank: int, job: Mapping[str, Any]) -> None:
        self.rank, self.said = rank, tempfile.TemporaryFile()  # noqa: SIM115 (`end` closes it)
        own = {"RANK": str(rank), "OMP_NUM_THREADS": str(job["threads"]), "PYTHONPATH": os.pathsep.join(sys.path)}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "zerosum.training.companion"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self.said,
            env=os.environ | own,
            start_new_session=True,
        )
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps({**job, "rank": rank}).encode() + b"\n")
            self.process.stdin.flush()

    def lost(self) -> str | None:
        """Return why it has ended; None where it has not."""
        if self.process.poll() is None:
            return None
        return self.told() or f"it ended with exit code {self.process.returncode}"

    def told(self) -> str:
        """Return the last line that it has written."""
        self.said.seek(0)
        lines = self.said.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def end(self) -> None:
        """End it, and wait until it has ended: nothing that it holds is worth keeping."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.said.close()


def _come(seat: Seat, members: list[Member]) -> str | None:
    """Wait until all companions have come; returns why one did not."""
    keys = [ready(member.rank) for member in members]
    deadline = time.monotonic() + SETTLED.total_seconds()
    while not seat.store.check(keys):
        for member in members:
            reason = member.lost()
            if reason is not None:
                return reason
        if time.monotonic() > deadline:
            return f"it was not ready after {SETTLED.total_seconds():.0f} s"
        time.sleep(0.02)
    return None


def ready(rank: int) -> str:
    """Return the key by which a companion says that it has come."""
    return f"ready/{rank}"
