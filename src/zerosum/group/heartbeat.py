"""Who is late: every process of a group tells a shared store how far it is, and asks there when it waits too long."""

import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Protocol

Say = Callable[[str], None]


class Store(Protocol):
    """What is used of `torch.distributed.Store`."""

    def set(self, key: str, value: str) -> None: ...  # noqa: D102
    def get(self, key: str) -> bytes: ...  # noqa: D102
    def check(self, keys: list[str]) -> bool: ...  # noqa: D102


class Heartbeat:
    """A thread that writes how far this process is, and names those that keep it waiting.

    All processes send the same messages in the same order, so the late one is the one that has sent the fewest. Nothing
    is sent or read in the step itself: it only counts. Others are looked up once a wait has lasted `patience` seconds.

    Args:
        store: shared by the group.
        rank: of this process.
        world: number of processes.
        say: takes messages.
        every: seconds between two beats.
        patience: seconds of waiting after which the late processes are named.

    Attributes:
        round: that this process is in.
    """

    def __init__(
        self, store: Store, rank: int, *, world: int, say: Say, every: float = 2.0, patience: float = 60.0
    ) -> None:
        self.store, self.rank, self.world, self.say = store, rank, world, say
        self.every, self.patience = every, patience
        self.round = self.sent = self.beats = 0
        self.since: float | None = None
        self.ended = threading.Event()
        self.beat()
        self.thread = threading.Thread(target=self._run, name="zerosum heartbeat", daemon=True)
        self.thread.start()

    def enter(self) -> None:
        """Note that this process sends its next message, and waits for those of the others."""
        self.sent, self.since = self.sent + 1, time.monotonic()

    def leave(self) -> None:
        """Note that the message has been answered."""
        self.since = None

    def beat(self) -> None:
        """Write how far this process is."""
        self.beats += 1
        place = f"{socket.gethostname()}, process {os.getpid()}"
        self.store.set(str(self.rank), f"{self.beats}|{self.sent}|{self.round}|{place}")

    def late(self) -> str:
        """Say which processes are behind, and whether they still answer; takes two beats of time."""
        first = self._all()
        time.sleep(2 * self.every)
        second = self._all()
        counts = {rank: int(entry[1]) for rank, entry in second.items()}
        ahead = max([self.sent, *counts.values()])
        behind = [rank for rank in range(self.world) if rank != self.rank and counts.get(rank, 0) < ahead]
        silent = [r for r in range(self.world) if r != self.rank and first.get(r) == second.get(r)]
        lines = [self._describe(r, second.get(r), answers=r not in silent) for r in sorted({*behind, *silent})]
        return "; ".join(lines) or "all processes answer and are equally far: the connection between them is lost"

    def stop(self) -> None:
        """End the thread."""
        self.ended.set()
        self.thread.join()

    def _describe(self, rank: int, entry: list[str] | None, *, answers: bool) -> str:
        if entry is None:
            return f"rank {rank} never came"
        _, _, round_, place = entry
        return f"rank {rank} ({place}) is in round {round_} and {'is late' if answers else 'does not answer'}"

    def _all(self) -> dict[int, list[str]]:
        others = [rank for rank in range(self.world) if rank != self.rank and self.store.check([str(rank)])]
        return {rank: self.store.get(str(rank)).decode().split("|", 3) for rank in others}

    def _run(self) -> None:
        told = False
        while not self.ended.wait(self.every):
            try:
                self.beat()
                waited = time.monotonic() - self.since if self.since is not None else 0.0
                if waited > self.patience and not told:
                    self.say(f"rank {self.rank} has waited {waited:.0f} s in round {self.round}: {self.late()}")
                told = waited > self.patience
            except (RuntimeError, OSError):  # whoever keeps the store has ended
                return
