"""`load`: the one way from what a user writes after `--data` to a data set."""

from pathlib import Path

from zerosum.data.dataset import Dataset, Resident
from zerosum.data.names import KNOWN, SPLITS, TOYS
from zerosum.errors import UserError, suggest


def load(
    source: str,
    *,
    root: Path | None = None,
    size: int | None = None,
    channels: int | None = None,
    split: str = "train",
    strict: bool = False,
    memory_limit: int | None = None,
) -> Dataset:
    """Return the data that `source` names.

    Args:
        source: a known set or toy density (`names.KNOWN`, `names.TOYS`), or the path of a folder, .zip or .npz.
        root: where known sets are looked for first, as `<root>/<name>/<original files>`.
        size: side of the square images; default: a known set's own, else the rule in `zerosum.data.images`.
            Known sets are resized like all others (LANCZOS), not padded.
        channels: 1 or 3; default: a known set's own, else 1 where all images are grey.
        split: "train" or "test".
        strict: whether an unreadable file is an error; otherwise it is named in `problems` and left out.
        memory_limit: bytes above which a folder is decoded batch by batch instead of kept in memory; default: a
            quarter of the memory that is free, at most 8 GiB.

    Raises:
        UserError: there is no such data, or it cannot be read; says what to do.
    """
    _validate(size, channels, split)
    if source in TOYS:
        return _toy(source, size, channels, split)
    if source in KNOWN:
        return _known(source, root, size, channels, split)
    path = existing(source)
    if path.suffix.lower() == ".npz":
        from zerosum.data.arrays import load_arrays

        return load_arrays(path, size=size, channels=channels, split=split, memory_limit=memory_limit)
    from zerosum.data.images import load_images

    return load_images(path, size=size, channels=channels, split=split, strict=strict, memory_limit=memory_limit)


def existing(source: str) -> Path:
    """Return the path `source`; UserError if nothing is there, with the nearest name that is known."""
    path = Path(source).expanduser()
    if source and path.exists():
        return path
    names = [*KNOWN, *TOYS]
    if "/" in source or "\\" in source or path.suffix:
        raise UserError(f"no file or folder '{source}': check the path, or use a known set ({', '.join(KNOWN)})")
    raise UserError(f"'{source}' is neither a known data set nor a folder or file here{suggest(source, names)}")


def _validate(size: int | None, channels: int | None, split: str) -> None:
    if split not in SPLITS:
        raise UserError(f"no split '{split}'{suggest(split, SPLITS)}")
    if size is not None and not 1 <= size <= 4096:
        raise UserError(f"size is {size}: use a number of pixels from 1 to 4096")
    if channels not in (None, 1, 3):
        raise UserError(f"channels is {channels}: use 1 (grey) or 3 (colour)")


def _toy(name: str, size: int | None, channels: int | None, split: str) -> Resident:
    if size is not None or channels is not None:
        raise UserError(f"{name} has points, not images: leave out size and channels")
    from zerosum.data.toys import load_toy

    return load_toy(name, split=split)


def _known(name: str, root: Path | None, size: int | None, channels: int | None, split: str) -> Dataset:
    if name == "stacked-mnist":
        from zerosum.data.stacked import load_stacked

        return load_stacked(root=root, size=size, channels=channels, split=split)
    dataset = _original(name, root, split)
    wanted = (channels or dataset.shape[0], *((size, size) if size else dataset.shape[1:]))
    if wanted == dataset.shape:
        return dataset
    from zerosum.data.arrays import fitted

    return fitted(dataset, size=size or min(dataset.shape[1:]), channels=wanted[0])


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
