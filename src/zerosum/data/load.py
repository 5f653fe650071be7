"""`load`: the one way from what a user writes after `--data` to a data set."""

import os
from pathlib import Path
from typing import Any

from zerosum.data.dataset import Dataset, Resident
from zerosum.data.names import KNOWN, SPLITS, TOYS
from zerosum.data.own import is_own
from zerosum.data.own import load as load_own
from zerosum.data.ranges import Given, check_used, parsed
from zerosum.data.size import FITS, Fit, Sides, Size, sides
from zerosum.errors import UserError, suggest


def load(
    source: str,
    *,
    root: Path | None = None,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit = "crop",
    split: str = "train",
    strict: bool = False,
    memory_limit: int | None = None,
    value_range: Given | None = None,
) -> Dataset:
    """Return the data that `source` names.

    Args:
        source: a known set or toy density (`names.KNOWN`, `names.TOYS`), a data set of somebody's own code
            (`zerosum.data.own`), or the path of a folder, .zip or .npz.
        root: where known sets are looked for first, as `<root>/<name>/<original files>`.
        size: the side of squares, "WIDTHxHEIGHT" or (height, width); default: a known set's own, else the rule in
            `zerosum.data.size`. Known sets are resized like all others (LANCZOS).
        channels: 1 (grey), 3 (RGB) or 4 (RGBA); default: a known set's own, else 4 where an image is see-through
            somewhere, 1 where all are grey.
        fit: of images of other proportions: "crop", "pad" or "stretch".
        split: "train" or "test".
        strict: whether an unreadable file is an error; otherwise it is named in `problems` and left out.
        memory_limit: bytes above which a folder is decoded batch by batch instead of kept in memory; default: a
            quarter of the memory that is free, at most 8 GiB.
        value_range: "LOW:HIGH" or a pair, the values of black and of white, of arrays and of grey files of more than 8
            bits; default: found in all of them by the rules of `zerosum.data.ranges`.
        column: of a table, what its columns are, "NAME=TYPE".
        encoding: of a table, how its numbers are seen: `kinds.table_rows.fitting.ENCODINGS`.

    Raises:
        UserError: there is no such data, or it cannot be read; says what to do.
    """
    check_form(channels, fit)
    if split not in SPLITS:
        raise UserError(f"no split '{split}'{suggest(split, SPLITS)}")
    extent, within = None if size is None else sides(size), parsed(value_range)
    if source in (*KNOWN, *TOYS):
        check_used(within, source)
    if source in TOYS:
        return _toy(source, extent, channels, split)
    if source in KNOWN:
        return _known(source, root, extent, channels, fit, split)
    form: dict[str, Any] = {"size": extent, "channels": channels, "fit": fit, "value_range": within}
    if is_own(source):
        return load_own(source, split, **form)
    path = existing(source)
    if path.suffix.lower() == ".npz":
        from zerosum.data.arrays import load_arrays

        return load_arrays(path, **form, split=split, memory_limit=memory_limit)
    from zerosum.data.images import load_images

    return load_images(path, **form, split=split, strict=strict, memory_limit=memory_limit)


def existing(source: str) -> Path:
    """Return the path `source`; UserError if nothing is there, with the nearest name that is known."""
    path = Path(source).expanduser()
    if source and path.exists():
        return path
    names = [*KNOWN, *TOYS]
    if "/" in source or "\\" in source or path.suffix:
        raise UserError(f"no file or folder '{source}': check the path, or use a known set ({', '.join(KNOWN)})")
    raise UserError(f"'{source}' is neither a known data set nor a folder or file here{suggest(source, names)}")


def is_name(source: str) -> bool:
    """Whether a source is a name, of zerosum's or of somebody's own code, and no path."""
    return source in KNOWN or source in TOYS or is_own(source)


def located(source: str) -> str:
    """Return what `load` takes in any working folder: a name as it is, a path as an absolute one."""
    return source if is_name(source) else os.path.abspath(Path(source).expanduser())


def check_form(channels: int | None, fit: str) -> None:
    """Raise UserError where images cannot have so many channels, or cannot be fitted so."""
    if channels not in (None, 1, 3, 4):
        raise UserError(f"channels is {channels}: use 1 (grey), 3 (colour) or 4 (colour and alpha)")
    if fit not in FITS:
        raise UserError(f"fit is '{fit}'{suggest(fit, FITS)}: use {', '.join(FITS)}")


def _toy(name: str, size: Sides | None, channels: int | None, split: str) -> Resident:
    if size is not None or channels is not None:
        raise UserError(f"{name} has points, not images: leave out size and channels")
    from zerosum.data.toys import load_toy

    return load_toy(name, split=split)


def _known(name: str, root: Path | None, size: Sides | None, channels: int | None, fit: Fit, split: str) -> Dataset:
    if name == "stacked-mnist":
        from zerosum.data.stacked import load_stacked

        return load_stacked(root=root, size=size, channels=channels, fit=fit, split=split)
    dataset = _original(name, root, split)
    own, height, width = dataset.shape
    if (channels or own, size or (height, width)) == (own, (height, width)):
        return dataset
    from zerosum.data.arrays import fitted

    return fitted(dataset, size=size or (height, width), channels=channels or own, fit=fit)


def _original(name: str, root: Path | None, split: str) -> Resident:
    if name == "digits":
        from zerosum.data.digits import load_digits

        return load_digits(split=split)
    if name == "cifar10":
        from zerosum.data.cifar import load_cifar10

        return load_cifar10(root=root, split=split)
    if name == "cmu-faces":
        from zerosum.data.faces import load_faces

        return load_faces(root=root, split=split)
    from zerosum.data.idx import load_idx

    return load_idx(name, root=root, split=split)
