"""What an exploration returns: a picture, arrays and a few words, and how they become files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor

from zerosum.drawing import pictures
from zerosum.errors import UserError
from zerosum.latents import animation
from zerosum.storage import archives, replacing
from zerosum.storage.disk import writing

COMMAND = "explore"
"""Stands in the arrays that are written, with the name of the file beside them."""


@dataclass(frozen=True)
class Explored:
    """The outcome of an exploration.

    Attributes:
        picture: all of it at a glance.
        arrays: tensors by name; samples as users see them, uint8 [..., C, H, W] or float32 [..., D].
        notes: numbers and names, as JSON has them.
        frames: what moves, in order; () where nothing does.
    """

    picture: Image.Image
    arrays: Mapping[str, Tensor]
    notes: Mapping[str, Any] = field(default_factory=dict)
    frames: Sequence[Image.Image] = ()

    def save(
        self,
        out: Path | str,
        *,
        force: bool = False,
        fps: float = animation.FPS,
        about: Mapping[str, Any] | None = None,
    ) -> list[Path]:
        """Write the outcome to `out` by its ending, with all arrays in an .npz beside it; return the paths.

        Args:
            out: .png: the picture; .npz: arrays alone; .gif, .apng, .webp or .mp4: the frames.
            force: whether to replace files of anything but an exploration.
            fps: frames a second.
            about: how it was made, written into a .png.

        Raises:
            UserError: another ending, a file of something else is there, nothing moves, or the disk is full.
        """
        out = Path(out)
        paths = check_out(out, force=force)
        old = beside(paths[-1])
        if out.suffix.lower() in animation.ENDINGS and not self.frames:
            raise UserError(f"--out {out}: nothing moves here, so write a .png; loops are made by `interpolate`")
        with writing(out.with_name(f".{out.name}.partial")):
            if out.suffix.lower() == ".png":
                pictures.save(self.picture, out, metadata=None if about is None else {**about, **self.notes})
            elif out.suffix.lower() in animation.ENDINGS:
                animation.save(self.frames, out, fps=fps)
            write_arrays(paths[-1], self.arrays, self.notes, beside=out.name)
            if old is not None and old not in paths:
                old.unlink(missing_ok=True)
        return paths

    def noting(self, notes: Mapping[str, Any]) -> "Explored":
        """Return the same with more notes."""
        return replace(self, notes={**self.notes, **notes})


def check_out(out: Path, *, force: bool = False) -> list[Path]:
    """Return the files that would be written for `out`: itself, and the archive of arrays last.

    What an earlier exploration wrote is replaced.

    Raises:
        UserError: another ending, or a file of something else is there and must not be replaced.
    """
    endings = (".png", ".npz", *animation.ENDINGS)
    if out.suffix.lower() not in endings:
        raise UserError(f"--out {out}: end it in {', '.join(endings)}")
    paths = list(dict.fromkeys([out, out.with_suffix(".npz")]))
    replacing.check(paths, lambda path: beside(paths[-1]) == out, force=force)
    return paths


def beside(arrays: Path) -> Path | None:
    """Return the file that an exploration wrote with these arrays, or they themselves; None of arrays of anything else.

    It is called like them, but for its ending.
    """
    about = archives.read_about(arrays)
    file = arrays.with_name(Path(str(about.get("beside"))).name)
    return file if about.get("command") == COMMAND and file.with_suffix(".npz") == arrays else None


def write_arrays(path: Path, arrays: Mapping[str, Tensor], notes: Mapping[str, Any], *, beside: str = "") -> None:
    """Write arrays, images with their channels last, and `notes` as JSON text, to an .npz in one piece.

    `beside` is the name of the file that is written with it.
    """
    ready = {name: outside(value).numpy() for name, value in arrays.items()}
    archives.save(path, {**ready, "notes": np.array(json.dumps(dict(notes)))}, {"command": COMMAND, "beside": beside})


def outside(value: Tensor) -> Tensor:
    """Return uint8 images with the channels last, and all else as it is."""
    value = value.detach().cpu()
    return value.movedim(-3, -1) if value.ndim >= 4 and "uint8" in str(value.dtype) else value
