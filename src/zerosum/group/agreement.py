"""What the processes of a group must have in common before they play: they agree on it, or refuse together.

Each reads the run folder for itself, and a shared disk may show one of them an older state than another.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from zerosum.errors import UserError
from zerosum.group import distributed
from zerosum.storage import checkpoint

NONE, FAILED = -1, -2
"""In the place of a step: there is no checkpoint, and none can be read."""
REMEDY = "wait until all of them see the same files, then run the same command"


def latest(folder: Path, device: torch.device, say: Callable[[str], None]) -> dict[str, Any] | None:
    """Return the checkpoint that the group goes on from: the newest that is whole for the first process.

    Of one process alone it is what `checkpoint.load_latest` returns, with the same errors.

    Raises:
        UserError: in every process, where one of them cannot read this very checkpoint.
    """
    if distributed.world() == 1:
        return checkpoint.load_latest(folder, device, say)
    if distributed.rank() == 0:
        return _first(folder, device, say)
    step, mark = distributed.from_first(torch.tensor([0, 0], device=device)).tolist()
    if step == FAILED:
        raise UserError(f"the first process cannot read the checkpoints in {folder}")
    state, error = None, None
    if step != NONE:
        try:
            state = checkpoint.load(checkpoint.place(folder, step), device)
            error = None if _mark(folder, step) == mark else UserError("its content is another")
        except UserError as caught:
            error = caught
    _settle(folder, step, error, device)
    return state


def _first(folder: Path, device: torch.device, say: Callable[[str], None]) -> dict[str, Any] | None:
    """Read the newest whole checkpoint as the first process, and tell the others which it is."""
    step, mark = FAILED, 0
    try:
        newest = checkpoint.newest(folder, device, say)
        step, mark = (NONE, 0) if newest is None else (newest[0], _mark(folder, newest[0]))
    finally:
        distributed.from_first(torch.tensor([step, mark], device=device))
    _settle(folder, step, None, device)
    return None if newest is None else newest[1]


def _settle(folder: Path, step: int, error: UserError | None, device: torch.device) -> None:
    """Raise UserError in every process where one of them has an error."""
    failed = distributed.largest(0 if error is None else distributed.rank(), device)
    if failed:
        what = f"checkpoint {checkpoint.named(step)} in {folder}, which the first process goes on from"
        raise UserError(f"process {failed} cannot read {what}: {REMEDY}") from error


def same(what: str, content: str, device: torch.device) -> None:
    """Raise UserError in every process unless all have read the same `content` of `what`."""
    mark = _number(content.encode())
    if distributed.largest(mark, device) != -distributed.largest(-mark, device):
        raise UserError(f"the processes have read {what} in different states: {REMEDY}")


def _mark(folder: Path, step: int) -> int:
    """Return a number that tells a checkpoint from others of its step."""
    return _number((checkpoint.place(folder, step) / "state.json").read_bytes())


def _number(content: bytes) -> int:
    """Return the head of a SHA-256 as a whole number that a message can hold."""
    return int(hashlib.sha256(content).hexdigest()[:15], 16)
