"""Several processes, started by `torchrun` or by `training.companions`: who am I, how many are we, what do we say.

Every process sends the same messages in the same order; none is sent by the first process alone.
"""

import contextlib
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed import PrefixStore, Store, TCPStore, rendezvous  # type: ignore[attr-defined]

from zerosum.errors import UserError, ZerosumError
from zerosum.group.heartbeat import Heartbeat

SETTLED = timedelta(seconds=600)
"""How long processes of one machine may take to load their data."""
TIMEOUT = 1800.0
"""Seconds that a process waits for the others, unless ZEROSUM_TIMEOUT says otherwise. The first process may be busy
with scores or pictures for minutes while the others wait."""
BESIDE = 86400.0
"""The same on one machine, where a process that has ended is noticed at once, and a wait costs nothing."""

_heartbeat: Heartbeat | None = None


@dataclass(frozen=True)
class Seat:
    """A process's place in a group that torchrun did not start: where it meets, its number, and how many they are."""

    store: Store
    rank: int
    world: int


def rank() -> int:
    """Return this process's number, 0 where there is one process."""
    return dist.get_rank() if dist.is_initialized() else 0


def speaks() -> bool:
    """Whether this process is the one of its group that prints, also before it has joined and after it has left."""
    return int(os.environ.get("RANK", "0")) == 0


def world() -> int:
    """Return the number of processes."""
    return dist.get_world_size() if dist.is_initialized() else 1


def meeting(world: int) -> tuple[Store, int]:
    """Return a store that `world` processes of this machine, and no other, can reach, and its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    store = TCPStore(
        "127.0.0.1",
        port,
        world,
        is_master=True,
        timeout=SETTLED,
        wait_for_workers=False,
        master_listen_fd=listening.detach(),
    )
    return store, port


def met(port: int, world: int) -> Store:
    """Return the store that another process of this machine keeps at this port."""
    return TCPStore("127.0.0.1", port, world, is_master=False, timeout=SETTLED, wait_for_workers=False)


def grouped() -> bool:
    """Whether this process belongs to a group: it has joined one, or torchrun has started it for one."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1 or dist.is_initialized()


@contextlib.contextmanager
def processes(device: torch.device, seat: Seat | None = None) -> Iterator[torch.device]:
    """Join the group of `seat` or that torchrun started (if it did), leave it at the end; yields this process's device.

    Raises:
        UserError: ZEROSUM_TIMEOUT is no number of seconds.
    """
    global _heartbeat
    if dist.is_initialized() or not (seat or grouped()):
        yield device
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
    seconds = timeout(TIMEOUT if seat is None else BESIDE)
    with _together():
        store, number, count = _torchrun(seconds) if seat is None else (seat.store, seat.rank, seat.world)
        backend = "nccl" if device.type == "cuda" else "gloo"
        shared, beats = PrefixStore("zerosum/group", store), PrefixStore("zerosum/heartbeat", store)
        dist.init_process_group(
            backend, store=shared, rank=number, world_size=count, timeout=timedelta(seconds=seconds)
        )
    patience = min(60.0, seconds / 2)
    _heartbeat = Heartbeat(beats, number, world=count, say=say, every=min(2.0, patience / 4), patience=patience)
    try:
        yield device
    finally:
        _heartbeat.stop()
        _heartbeat = None
        dist.destroy_process_group()


def _torchrun(seconds: float) -> tuple[Store, int, int]:
    """Return where the group of torchrun meets, this process's number, and how many they are."""
    store, number, count = next(rendezvous("env://", timeout=timedelta(seconds=seconds)))
    return store, number, count


def timeout(usual: float = TIMEOUT) -> float:
    """Return the seconds that a process waits for the others: `usual`, unless ZEROSUM_TIMEOUT says otherwise.

    Raises:
        UserError: ZEROSUM_TIMEOUT is no number above 0.
    """
    seconds = os.environ.get("ZEROSUM_TIMEOUT", str(usual))
    with contextlib.suppress(ValueError):
        if 0 < float(seconds) < 1e7:
            return float(seconds)
    raise UserError(f"ZEROSUM_TIMEOUT is {seconds!r}: set it to a number of seconds, such as 600")


def at_round(step: int) -> None:
    """Note the round that is played, for the messages on who is late."""
    if _heartbeat is not None:
        _heartbeat.round = step


def average(tensors: Sequence[Tensor]) -> None:
    """Replace each tensor by its mean over the processes, all in one flat float32 message."""
    if world() == 1 or not tensors:
        return
    flat = torch.cat([tensor.detach().reshape(-1).float() for tensor in tensors])
    with _together():
        dist.all_reduce(flat)
    flat /= world()
    for tensor, mean in zip(tensors, torch.split(flat, [tensor.numel() for tensor in tensors]), strict=True):
        tensor.detach().copy_(mean.view_as(tensor))


def largest(value: int, device: torch.device) -> int:
    """Return the largest `value` over the processes: how they agree to stop in the same round."""
    if world() == 1:
        return value
    message = torch.tensor(value, device=device)
    with _together():
        dist.all_reduce(message, dist.ReduceOp.MAX)
    return int(message)


def first_said(text: str | None, device: torch.device, most: int = 64) -> str | None:
    """Return the first text of any process, in the order of ranks, on all of them; None where all have None.

    Args:
        text: plain ASCII.
        device: where messages are sent from.
        most: characters of it that are told.
    """
    if world() == 1:
        return text
    letters = torch.zeros(most, dtype=torch.uint8, device=device)
    codes = torch.tensor(list((text or "").encode()[:most]), dtype=torch.uint8, device=device)
    letters[: len(codes)] = codes
    texts = (bytes(part.tolist()).rstrip(b"\0").decode() for part in from_all(letters))
    return next((each for each in texts if each), None)


def wait() -> None:
    """Wait until every process is here: before the others read what rank 0 writes."""
    if world() > 1:
        with _together():
            dist.barrier()


def started(flat: Tensor) -> dist.Work:
    """Begin to sum a flat tensor over the processes; `finished` waits for the end."""
    with _together():
        work: dist.Work | None = dist.all_reduce(flat, async_op=True)
    if work is None:
        raise ZerosumError("this process is not in the group")
    return work


def finished(work: dist.Work) -> None:
    """Wait for what `started` returned."""
    with _together():
        work.wait()


def from_first(tensor: Tensor) -> Tensor:
    """Fill `tensor` with the first process's, and return it."""
    if world() > 1:
        with _together():
            dist.broadcast(tensor, 0)
    return tensor


def to_first(tensor: Tensor) -> list[Tensor]:
    """Return every process's `tensor`, in the order of ranks, on the first one; [] on the others.

    All are of the same shape.
    """
    if world() == 1:
        return [tensor]
    parts = [torch.empty_like(tensor) for _ in range(world())] if rank() == 0 else None
    with _together():
        dist.gather(tensor.contiguous(), parts)
    return parts or []


def from_all(tensor: Tensor) -> list[Tensor]:
    """Return every process's `tensor`, in the order of ranks, on all of them; all are of the same shape."""
    if world() == 1:
        return [tensor]
    parts = [torch.empty_like(tensor) for _ in range(world())]
    with _together():
        dist.all_gather(parts, tensor.contiguous())
    return parts


@contextlib.contextmanager
def _together() -> Iterator[None]:
    """Count a message, and say who did not answer where it fails."""
    if _heartbeat is not None:
        _heartbeat.enter()
    try:
        yield
    except RuntimeError as error:
        raise ZerosumError(_lost(error)) from error
    finally:
        if _heartbeat is not None:
            _heartbeat.leave()


def _lost(error: RuntimeError) -> str:
    reason = str(error).partition("\n")[0]
    if _heartbeat is None:
        return f"the processes did not find each other ({reason}): check MASTER_ADDR, MASTER_PORT and the network"
    try:
        late = _heartbeat.late()
    except RuntimeError:
        late = "the first process, which keeps the list, is gone"
    return f"lost the group in round {_heartbeat.round}: {late} ({reason}); the same command continues the run"


def say(text: str) -> None:
    """Write a message to stderr, from whichever process it comes."""
    print(f"zerosum: {text}", file=sys.stderr, flush=True)
