"""Checkpoints: one folder a step, complete, atomic, checked by digest, and never unpickled.

`<step>/state.safetensors` holds the tensors; `<step>/state.json` the rest of the tree, and the digests of both. A
checkpoint is written in a temporary folder, forced to disk, and renamed, so it is either whole or absent. One that is
saved again steps aside as `.<step>.old`, where readers find it until the new one stands.
"""

import contextlib
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as read_safetensors
from safetensors.torch import save_file
from torch import Tensor

from zerosum._version import __version__
from zerosum.errors import UserError
from zerosum.storage import disk

FORMAT = 1
TENSOR = "$tensor"


class DamagedError(UserError):
    """A checkpoint that is not whole, or not one of zerosum: the one before it may do."""


def save(folder: Path, step: int, state: dict[str, Any]) -> Path:
    """Write `state` as checkpoint `step` below `folder` and return its path; an older one of this step stays till then.

    Raises:
        UserError: the disk is full or not writable; no partial checkpoint stays behind.
    """
    final, temporary = folder / named(step), folder / f".{named(step)}.partial"
    with disk.writing(temporary):
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        write_state(temporary, state)
        settle(folder)
        try:
            if final.exists():
                final.rename(aside(folder, step))
            temporary.rename(final)
            disk.sync(folder)
        finally:
            settle(folder)
    return final


def aside(folder: Path, step: int) -> Path:
    """Return where the checkpoint of a step is while a new one takes its place."""
    return folder / f".{named(step)}.old"


def place(folder: Path, step: int) -> Path:
    """Return the folder of the checkpoint of a step."""
    final, old = folder / named(step), aside(folder, step)
    return old if old.is_dir() and not final.exists() else final


def settle(folder: Path) -> None:
    """Remove what stepped aside for a new checkpoint, or bring it back where a kill came before that."""
    for old in folder.glob(".*.old"):
        final = folder / old.name.removeprefix(".").removesuffix(".old")
        if final.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(final)


def write_state(folder: Path, state: dict[str, Any]) -> None:
    """Write a tree of tensors and plain values as two files, forced to disk."""
    tensors: dict[str, Tensor] = {}
    tree = _split(state, "", tensors)
    save_tensors(tensors, folder / "state.safetensors")
    head = {"format": FORMAT, "zerosum": __version__, "sha256": digest(folder / "state.safetensors")}
    (folder / "state.json").write_text(
        json.dumps(head | {"tree_sha256": tree_digest(tree), "tree": tree}), encoding="utf-8"
    )
    for path in (folder / "state.safetensors", folder / "state.json", folder):
        disk.sync(path)


def save_tensors(tensors: dict[str, Tensor], path: Path) -> None:
    """Write a safetensors file that whoever may read its siblings may read: the library's own is its owner's alone."""
    path.touch()
    mode = path.stat().st_mode & 0o777
    save_file(tensors, path)
    path.chmod(mode)


def load(path: Path, device: torch.device | str = "cpu") -> dict[str, Any]:
    """Read the checkpoint in folder `path`.

    Raises:
        UserError: it is of a newer format.
        DamagedError: it is damaged, or not a checkpoint of zerosum.
    """
    with _damage(path):
        head = _head(path)
        tree: dict[str, Any] = _join(head["tree"], read_tensors(path / "state.safetensors", head["sha256"], device))
        return tree


def plain_values(path: Path) -> dict[str, Any]:
    """Return the numbers and words on top of the checkpoint in folder `path`, without reading its tensors into memory.

    Raises:
        UserError, DamagedError: as `load`.
    """
    with _damage(path):
        head = _head(path)
        if digest(path / "state.safetensors") != head["sha256"]:
            raise DamagedError(f"{path / 'state.safetensors'} is damaged (its digest differs)")
        return {key: value for key, value in head["tree"]["$dict"] if not isinstance(value, dict | list)}


def _head(path: Path) -> dict[str, Any]:
    """Read a checkpoint's state.json, which is of a known format and whole."""
    head: dict[str, Any] = json.loads((path / "state.json").read_text(encoding="utf-8"))
    if head["format"] > FORMAT:
        raise UserError(f"checkpoint {path} was written by zerosum {head['zerosum']}: upgrade zerosum to read it")
    if tree_digest(head["tree"]) != head["tree_sha256"]:
        raise DamagedError(f"checkpoint {path} is damaged (the digest of state.json differs)")
    return head


@contextlib.contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Call what cannot be read as a checkpoint a damaged one."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise DamagedError(f"{path} is not a checkpoint of zerosum, or is damaged ({error})") from error


def read_tensors(path: Path, sha256: str, device: torch.device | str = "cpu") -> dict[str, Tensor]:
    """Read a safetensors file whose digest is known.

    The file is read, not mapped into memory: what changes it later does not reach the tensors.

    Raises:
        DamagedError: its digest differs.
        SafetensorError: it is no such file.
    """
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedError(f"{path} is damaged (its digest differs)")
    return {name: tensor.to(device) for name, tensor in read_safetensors(content).items()}


def named(step: int) -> str:
    """Return the name of the folder of a step's checkpoint."""
    return f"{step:08d}"


def steps(folder: Path) -> list[int]:
    """Return the steps of the checkpoints below `folder`, in order."""
    names = {path.name for path in folder.glob("[0-9]*") if path.is_dir()}
    names |= {path.name[1:-4] for path in folder.glob(".[0-9]*.old") if path.is_dir()}
    return sorted(int(name) for name in names if name.isdecimal() and name == named(int(name)))


def load_latest(folder: Path, device: torch.device, say: Callable[[str], None]) -> dict[str, Any] | None:
    """Read the newest checkpoint that is whole; damaged ones are named to `say`. None where there is no checkpoint.

    Raises:
        UserError: there are checkpoints but all are damaged, or one is of a newer format.
    """
    newest_state = newest(folder, device, say)
    return None if newest_state is None else newest_state[1]


def newest(folder: Path, device: torch.device, say: Callable[[str], None]) -> tuple[int, dict[str, Any]] | None:
    """Return the step that `load_latest` reads, and what it returns."""
    saved = steps(folder)
    for step in reversed(saved):
        try:
            return step, load(place(folder, step), device)
        except DamagedError as error:
            say(f"{error}; falling back to the checkpoint before it" if step != saved[0] else str(error))
    if saved:
        raise UserError(f"every checkpoint in {folder} is damaged: start again with --fresh")
    return None


def prune(folder: Path, keep: set[int], last: int = 2) -> None:
    """Remove all checkpoints but the `last` newest and those in `keep`."""
    for step in steps(folder)[:-last]:
        if step not in keep:
            shutil.rmtree(place(folder, step))


def forget(folder: Path, after: int) -> None:
    """Remove the checkpoints after step `after`, which are damaged, and what a kill left half written."""
    settle(folder)
    for step in steps(folder):
        if step > after:
            shutil.rmtree(folder / named(step))
    for partial in folder.glob(".*.partial"):
        shutil.rmtree(partial, ignore_errors=True)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tree_digest(tree: Any) -> str:
    """Return the SHA-256 of a tree of plain values, in hexadecimal."""
    return hashlib.sha256(json.dumps(tree).encode()).hexdigest()


def _split(tree: Any, path: str, tensors: dict[str, Tensor]) -> Any:
    """Return the tree with its tensors moved to `tensors`, each under its path."""
    if isinstance(tree, Tensor):
        tensors[path] = tree.detach().cpu().contiguous().clone()
        return {TENSOR: path}
    if isinstance(tree, dict):
        # A list of pairs keeps keys that are no strings: an optimiser's state is keyed by whole numbers.
        return {"$dict": [[key, _split(value, f"{path}/{key}", tensors)] for key, value in tree.items()]}
    if isinstance(tree, list | tuple):
        return [_split(value, f"{path}/{number}", tensors) for number, value in enumerate(tree)]
    if tree is None or isinstance(tree, bool | int | float | str):
        return tree
    raise TypeError(f"a checkpoint cannot hold {type(tree).__name__} at {path}")


def _join(tree: Any, tensors: dict[str, Tensor]) -> Any:
    """Undo `_split`."""
    if isinstance(tree, list):
        return [_join(value, tensors) for value in tree]
    if isinstance(tree, dict):
        if TENSOR in tree:
            return tensors[tree[TENSOR]]
        return {key: _join(value, tensors) for key, value in tree["$dict"]}
    return tree
