"""CMU face images: 20 people, each in 4 poses, with 4 expressions, with open eyes and with sunglasses.

Source: T. Mitchell, "Machine Learning", 1997, chapter 4; UCI Machine Learning Repository, data set 124, doi
10.24432/C5JC79, for educational use with attribution. What a picture shows stands in its file's name, as in
`an2i_left_angry_open_2.pgm`; `_2` marks the half-size pictures of 64 x 60 pixels, the ones that are used.

It is read from a folder of these files or a zip of it, in `<root>/cmu-faces`. There is nothing to download: the
archive of the repository has to be unpacked by hand.
"""

import io
import re
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from zerosum.data.bad_image import BadImageError
from zerosum.data.dataset import Attribute, Problem, Resident
from zerosum.data.download import downloads, places
from zerosum.data.files import Files, open_files
from zerosum.data.layout import held_out
from zerosum.data.pixel_modes import flatten
from zerosum.errors import UserError

NAME = "cmu-faces"
HEIGHT, WIDTH = 60, 64
ATTRIBUTES = ("person", "pose", "expression", "eyes")
LABEL = ("pose", "eyes")
"""What the label is made of, as in `left-sunglasses`; the attributes have each on its own."""
STEM = re.compile(r"([a-z0-9]+)_(left|right|straight|up)_(angry|happy|neutral|sad)_(open|sunglasses)_2")


def load_faces(*, root: Path | None = None, split: str = "train") -> Resident:
    """Return the faces of a split: uint8 [562 or 62, 1, 60, 64], labelled by pose and eyes, with all four attributes.

    A tenth of the files is held out by the hash of their names.

    Raises:
        UserError: the pictures are not on this machine, or none can be read.
    """
    files = _files(root)
    stems = {PurePosixPath(name).stem: name for name in files.names if STEM.fullmatch(PurePosixPath(name).stem)}
    test = set(held_out(sorted(stems)))
    images = {stem: _pixels(files, name) for stem, name in sorted(stems.items()) if (stem in test) == (split == "test")}
    good = {stem: pixels for stem, pixels in images.items() if not isinstance(pixels, str)}
    problems: list[Problem] = [(stems[stem], reason) for stem, reason in images.items() if isinstance(reason, str)]
    if not good:
        raise UserError(
            f"{files.path} holds no readable pictures like an2i_left_angry_open_2.pgm: see cmu-faces in UCI"
        )
    attributes = attributes_of(list(stems), list(good))
    label = joined(attributes, LABEL)
    return Resident(
        torch.from_numpy(np.stack([pixels[None] for pixels in good.values()])),
        name=NAME,
        labels=label.labels,
        classes=label.values,
        split=split,
        problems=problems,
        attributes=attributes,
    )


def attributes_of(names: list[str], stems: list[str]) -> dict[str, Attribute]:
    """Return what the names `stems` say, attribute by attribute; the values are those of all `names`."""
    fields = {stem: match.groups() for stem in names if (match := STEM.fullmatch(stem))}
    attributes = {}
    for at, name in enumerate(ATTRIBUTES):
        values = tuple(sorted({field[at] for field in fields.values()}))
        attributes[name] = Attribute(values, torch.tensor([values.index(fields[stem][at]) for stem in stems]))
    return attributes


def joined(attributes: dict[str, Attribute], names: tuple[str, ...]) -> Attribute:
    """Return the attribute whose values are all combinations of those of `names`, such as `left-open`."""
    values: tuple[str, ...] = ("",)
    labels = torch.zeros((), dtype=torch.int64)
    for part in (attributes[name] for name in names):
        values = tuple(f"{one}-{other}".strip("-") for one in values for other in part.values)
        labels = labels * len(part.values) + part.labels
    return Attribute(values, labels)


def mirrored(attributes: dict[str, Attribute]) -> dict[str, Attribute]:
    """Return the attributes of the same faces in a mirror: who looks left there looks right, all else stays."""
    pose = attributes["pose"]
    swapped = {"left": "right", "right": "left"}
    turned: Tensor = torch.tensor([pose.values.index(swapped.get(value, value)) for value in pose.values])
    return {**attributes, "pose": Attribute(pose.values, turned[pose.labels])}


def _files(root: Path | None) -> Files:
    for place in places(NAME, root):
        for path in [*sorted(place.glob("*.zip")), place]:
            files = open_files(path) if path.suffix == ".zip" or _holds_pictures(path) else None
            if files and any(STEM.fullmatch(PurePosixPath(name).stem) for name in files.names):
                return files
    where = downloads() / NAME
    raise UserError(
        f"{NAME} is not on this machine: unpack CMU Face Images (UCI Machine Learning Repository, data set 124) into "
        f"{where}, or into the folder {NAME} under --data-root or ZEROSUM_DATA"
    )


def _holds_pictures(path: Path) -> bool:
    return path.is_dir() and next(path.rglob("*_2.*"), None) is not None


def _pixels(files: Files, name: str) -> NDArray[np.uint8] | str:
    try:
        with Image.open(io.BytesIO(files.read(name)), formats=["PPM", "PNG"]) as image:
            pixels = np.array(flatten(image).convert("L"))
    except (OSError, SyntaxError, ValueError, BadImageError) as error:
        return f"cannot be decoded ({' '.join(str(error).split())[:120]})"
    return pixels if pixels.shape == (HEIGHT, WIDTH) else f"{pixels.shape[1]}x{pixels.shape[0]}, not 64x60 pixels"
