"""Several processes, started by `torchrun`: who am I, how many are we, and one flat all-reduce a turn."""

import contextlib
import os
from collections.abc import Iterator, Sequence

import torch
import torch.distributed as dist
from torch import Tensor


def rank() -> int:
    """Return this process's number, 0 where there is one process."""
    return dist.get_rank() if dist.is_initialized() else 0


def speaks() -> bool:
    """Whether this process is the one of its group that prints, also before it has joined and after it has left."""
    return int(os.environ.get("RANK", "0")) == 0


def world() -> int:
    """Return the number of processes."""
    return dist.get_world_size() if dist.is_initialized() else 1


@contextlib.contextmanager
def processes(device: torch.device) -> Iterator[torch.device]:
    """Join the group that torchrun started (if it did) and leave it at the end; yields this process's device."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1 or dist.is_initialized():
        yield device
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield device
    finally:
        dist.destroy_process_group()


def average(tensors: Sequence[Tensor]) -> None:
    """Replace each tensor by its mean over the processes, all in one flat float32 message."""
    if world() == 1 or not tensors:
        return
    flat = torch.cat([tensor.detach().reshape(-1).float() for tensor in tensors])
    dist.all_reduce(flat)
    flat /= world()
    for tensor, mean in zip(tensors, torch.split(flat, [tensor.numel() for tensor in tensors]), strict=True):
        tensor.detach().copy_(mean.view_as(tensor))


def largest(value: int, device: torch.device) -> int:
    """Return the largest `value` over the processes: how they agree to stop in the same round."""
    if world() == 1:
        return value
    message = torch.tensor(value, device=device)
    dist.all_reduce(message, dist.ReduceOp.MAX)
    return int(message)


def wait() -> None:
    """Wait until every process is here: before the others read what rank 0 writes."""
    if world() > 1:
        dist.barrier()
