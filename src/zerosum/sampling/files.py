"""Samples as files: a grid, an archive, or one file each."""

import contextlib
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from zerosum._version import __version__
from zerosum.core.spec import Spec, spec_by
from zerosum.data.layout import folder_names
from zerosum.drawing import pictures
from zerosum.errors import UserError
from zerosum.kinds.table import every, kind_of
from zerosum.storage import archives, replacing
from zerosum.storage.disk import writing

COMMAND = "sample"
"""Stands in what `write_samples` writes, so that it knows its own files again."""
ENDINGS = (".png", ".npz")
"""Of files that samples of all kinds are written to: a picture, an archive."""
SAMPLE = re.compile(r"[0-9]{6,}")
"""The name of a sample in a folder, before the ending that its kind gives it."""


def write_samples(
    out: Path,
    samples: Tensor,
    labels: Tensor | None,
    about: Mapping[str, Any] | None,
    *,
    columns: int | None = None,
    classes: Sequence[str] = (),
    force: bool = False,
    spec: Spec | None = None,
) -> Path:
    """Write samples to `out` by its ending and return it; a file of earlier samples is replaced.

    Args:
        out: .png: one picture of all; .npz: `samples` uint8 [N, H, W, C] for images or float32 [N, D], and `labels`
            int64 [N] where there are any, with the names `classes`; no ending: a folder of numbered files.
        samples: uint8 [N, C, H, W] or float32 [N, D].
        labels: int64 [N], or None.
        about: how they were made, written into pictures; None writes nothing.
        columns: of a .png of images; by default as many as make a square.
        classes: the names of the labels; default: their numbers.
        force: whether to replace another file, or the samples in a folder.
        spec: what the samples are; None where their shape tells it.

    Raises:
        UserError: another ending, something is there that must not be replaced, points as single files, or a full disk.
    """
    check_out(out, force=force)
    spec = spec or spec_by(tuple(samples.shape[1:]))
    kind = kind_of(spec)
    if out.suffix not in (*ENDINGS, *kind.writing.endings) and (out.suffix or kind.writing.ending is None):
        files = "".join(f", a {ending} file" for ending in kind.writing.endings)
        raise UserError(f"--out {out}: {kind.unit.many} are written as a .png picture{files} or an .npz archive")
    metadata = None if about is None else {"zerosum": __version__, "command": COMMAND, **about}
    with writing(out.absolute() / ".partial"):
        if out.suffix == ".png":
            return pictures.save(kind.showing.picture(samples, spec, columns=columns), out, metadata=metadata)
        if out.suffix == ".npz":
            return write_archive(out, kind.writing.array(samples, spec), labels, classes=classes)
        if out.suffix:
            kind.writing.save_all(samples, spec, out)
            return out
        with whole_folder(out) as part:
            write_folder(part, samples, labels, metadata, spec=spec, classes=classes)
        return out


def check_out(out: Path, *, force: bool = False) -> None:
    """Make sure that samples may be written to `out`.

    Raises:
        UserError: another ending, a file of something else, or a folder that is not empty. With `force` only a folder
            in which there is anything but samples, since all that was in it is removed.
    """
    # Kinds of installed packages are imported only for an ending that zerosum itself does not know.
    if out.suffix in ENDINGS or any(out.suffix in kind.writing.endings for kind in every() if out.suffix):
        replacing.check([out], own, force=force)
    elif out.suffix:
        raise UserError(f"--out {out}: use a .png grid, an .npz archive, or a folder's name without an ending")
    elif out.exists() and not out.is_dir():
        raise UserError(f"--out {out} is a file, and no folder: choose another --out, or end it in .png or .npz")
    contents = entries(out) if not out.suffix else []
    if contents and not force:
        raise UserError(f"{out} is not empty: choose another --out, or replace the samples in it with --force")
    for entry in contents:
        if not all(map(is_sample, entries(entry) if entry.is_dir() and not entry.is_symlink() else [entry])):
            raise UserError(f"{out} holds {entry.name}, which is no sample: choose another --out, or remove it")


def own(path: Path) -> bool:
    """Return whether a file is a grid or archive of samples that `write_samples` wrote."""
    if path.suffix not in ENDINGS:
        return False
    if path.suffix == ".npz":
        return archives.read_about(path).get("command") == COMMAND
    try:
        return pictures.read_metadata(path).get("command") == COMMAND
    except UserError:
        return False


def entries(folder: Path) -> list[Path]:
    """Return what is in a folder, but for hidden files, in order; nothing where there is none."""
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith(".")) if folder.is_dir() else []


def is_sample(path: Path) -> bool:
    """Return whether a file is called as `write_folder` calls samples."""
    endings = {kind.writing.ending for kind in every()}
    return SAMPLE.fullmatch(path.stem) is not None and path.suffix in endings and not path.is_dir()


@contextlib.contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Yield a folder to be filled; at the end of the block what is in it takes the place of what is in `out`.

    All that is old goes before the first of the new comes, so that a kill leaves no mixture.
    """
    part, new = out / ".partial", not out.exists()
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        for entry in entries(out):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        for entry in list(part.iterdir()):
            entry.rename(out / entry.name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if new:
            with contextlib.suppress(OSError):
                out.rmdir()


def write_archive(out: Path, samples: Any, labels: Tensor | None, *, classes: Sequence[str] = ()) -> Path:
    """Write an .npz archive, atomically."""
    arrays = {"samples": samples}
    arrays |= {} if labels is None else {"labels": labels.numpy()}
    arrays |= {"classes": np.array(classes)} if labels is not None and classes else {}
    return archives.save(out, arrays, {"command": COMMAND})


def write_folder(
    out: Path,
    samples: Tensor,
    labels: Tensor | None,
    metadata: Mapping[str, Any] | None,
    *,
    spec: Spec,
    classes: Sequence[str] = (),
) -> Path:
    """Write one file a sample, in a sub-folder a label where there are labels."""
    folders, writing = folder_names(classes), kind_of(spec).writing
    for number, sample in enumerate(samples):
        label = None if labels is None else int(labels[number])
        folder = out if label is None else out / (folders[label] if folders else str(label))
        folder.mkdir(parents=True, exist_ok=True)
        own = None if metadata is None else {**metadata, "number": number}
        writing.save(sample, spec, folder / f"{number:06d}{writing.ending}", own)
    return out
