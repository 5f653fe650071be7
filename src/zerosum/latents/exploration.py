"""From a user's words to what an exploration needs: attributes, images, directions, training data."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from zerosum.data.bad_image import BadImageError
from zerosum.data.dataset import Resident
from zerosum.data.decode import decode
from zerosum.data.npz import UNREADABLE, check_members
from zerosum.errors import UserError, suggest
from zerosum.latents.arithmetic import Direction, attribute_direction, check
from zerosum.latents.attributes import MEASURES, attributes_of, judges_of
from zerosum.latents.space import Space
from zerosum.recipe.training_data import load_again


def resident(space: Space, split: str, root: Path | None = None) -> Resident:
    """Return a split of the data that a generator was trained on.

    Raises:
        UserError: they are not those of the training any more, no images, or do not fit in memory.
    """
    data = load_again(space.generator.recipe.data, split, root)
    if not isinstance(data, Resident) or not data.is_images:
        raise UserError(f"{data.name} are no images in memory: this works with images that fit there")
    return data


def attribute(
    space: Space,
    wanted: str,
    against: str = "",
    *,
    within: Sequence[str] = (),
    strength: float = 1.0,
    n: int = 2000,
    seed: int = 0,
    root: Path | None = None,
) -> tuple[Direction, dict[str, Any]]:
    """Return the direction of an attribute, and what it does to samples that had no part in finding it.

    Args:
        space: where to look.
        wanted: NAME=VALUE of the data's attributes, or the name of a measure, of which nothing needs to be checked.
        against: what the samples show that are to change; empty: any other value.
        within: NAME=VALUE of other attributes that all samples have to show.
        strength: how far to go in the check.
        n: samples to find it with, and again to check it with.
        seed: of the samples; they are checked with the next.
        root: where known data sets are looked for.

    Raises:
        UserError: no such attribute or value, or too few samples show it.
    """
    name, equals, _ = wanted.partition("=")
    if name in MEASURES and not equals and not within:
        return attribute_direction(space, name, n=n, seed=seed), {}
    name, value = pair(wanted)
    same = dict(pair(words) for words in within)
    data = resident(space, "train", root)
    attributes = attributes_of(data)
    for wanted_name in (name, *same):
        if wanted_name not in attributes:
            raise UserError(f"no attribute '{wanted_name}'{suggest(wanted_name, [*attributes, *MEASURES])}")
    finder, checker = judges_of(data)
    direction = attribute_direction(space, name, value, against, judge=finder, within=same, n=n, seed=seed)
    options: dict[str, Any] = {"judge": checker, "within": same, "strength": strength, "n": n, "seed": seed + 1}
    return direction, {"check": check(space, direction.vector, name, value, against, **options)}


def pair(words: str) -> tuple[str, str]:
    """Return NAME=VALUE as a pair; UserError where it is none."""
    name, _, value = words.partition("=")
    if not name or not value:
        raise UserError(f"'{words}' is no attribute: write NAME=VALUE, or to be measured one of {', '.join(MEASURES)}")
    return name, value


def images_of(
    space: Space, files: Sequence[Path], *, held_out: int = 0, root: Path | None = None
) -> tuple[Tensor, list[str]]:
    """Return images uint8 [N, C, H, W] of a generator's shape, from files or the test split, and their names.

    Raises:
        UserError: neither or both are asked for, or a file is no image.
    """
    if bool(files) == bool(held_out):
        raise UserError("which images: name files, or so many of the test split with --held-out")
    if held_out:
        resident(space, "train", root)  # whose fingerprint says that these are the data
        values = resident(space, "test", root).values
        if not 1 <= held_out <= len(values):
            raise UserError(f"--held-out {held_out}: the test split has 1 to {len(values)} images")
        return values[:held_out], [str(at) for at in range(held_out)]
    return torch.stack([image_of(space, file) for file in files]), [file.stem for file in files]


def image_of(space: Space, file: Path) -> Tensor:
    """Return one file as an image of a generator's shape, uint8 [C, H, W], cut and resized as for training."""
    data = space.generator.recipe.data
    channels, height, width = data.shape
    try:
        return torch.from_numpy(decode(file.read_bytes(), (height, width), channels, data.fit, data.levels))
    except (OSError, BadImageError) as error:
        raise UserError(f"cannot read the image {file} ({error}): give a PNG or JPEG file") from error


def direction_from(file: Path) -> Tensor:
    """Return the direction, or the first of the directions, that an exploration wrote: float32 [size].

    Raises:
        UserError: the file is none of an exploration, or holds no direction.
    """
    try:
        check_members(file)
        with np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files if name in ("direction", "directions")}
    except UNREADABLE as error:
        raise UserError(f"cannot read {file} ({error}): give the .npz of `zerosum explore RUN arithmetic`") from error
    if not arrays:
        raise UserError(f"{file} holds no direction: give the .npz of `zerosum explore RUN arithmetic` or `directions`")
    direction = torch.from_numpy(arrays["direction"] if "direction" in arrays else arrays["directions"][0])
    return direction.float()
