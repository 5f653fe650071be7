"""What a study is of: a system to train anew, or the generator of a run; and whether the data suit it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from zerosum.data.dataset import Dataset
from zerosum.data.size import described
from zerosum.errors import UserError
from zerosum.metrics.source import is_images
from zerosum.recipe.build import suited
from zerosum.recipe.layers import settings as system_settings
from zerosum.recipe.resolve import SUFFIXES, named, resolve
from zerosum.recipe.training_data import load_again
from zerosum.recipe.tree import merge
from zerosum.runs.generator import Generator, load_generator
from zerosum.runs.run import Run
from zerosum.tasks.table import from_noise
from zerosum.training.planning import data_fields


def is_system(subject: str) -> bool:
    """Return whether the subject is a system or recipe file to train; otherwise it is a run folder.

    Raises:
        UserError: no such system, or one that translates.
    """
    if subject.endswith(SUFFIXES) or not Path(subject).is_dir():
        from_noise(subject, "this study needs a system that makes labelled ones: use acgan, cgan or r1gan")
        return True
    return False


def own_data(subject: str, generator: Generator | None) -> dict[str, Any]:
    """Return the source and form of the data that a run was trained on or a recipe file names; {} if none."""
    fields = named(subject)[1].get("data", {}) if generator is None else generator.recipe.data.model_dump()
    fields = {"source": fields} if isinstance(fields, str) else fields
    return {key: fields[key] for key in ("source", "size", "channels", "fit", "value_range") if fields.get(key)}


def given_generator(path: Path, device: torch.device, root: Path | None) -> Generator:
    """Return the generator of a run, which notes how many images it saw."""
    generator = load_generator(Run.open(path).path).to(device)
    generator.about["seen"] = len(load_again(generator.recipe.data, "train", root))
    return generator


def labelled(generator: Generator, classes: int) -> Generator:
    """Return `generator`; UserError where it does not take the labels of these data."""
    names = generator.control("label").form.names
    if len(names) != classes:
        raise UserError(f"the generator knows {len(names)} classes and the data have {classes}: use its own data")
    return generator


def check_data(train: Dataset, n: int, generator: Generator | None) -> None:
    """Raise UserError unless `train` are labelled images with `n` of each class, and suit the given generator."""
    if not is_images(train) or len(train.classes) < 2 or train.labels is None:
        raise UserError(f"{train.name} has no labelled images to classify: use sub-folders as labels")
    counts = torch.bincount(train.labels, minlength=len(train.classes))
    if int(counts.min()) < n:
        rarest = train.classes[int(counts.argmin())]
        raise UserError(
            f"class '{rarest}' of {train.name} has {int(counts.min())} images, not {n}: ask for fewer labels"
        )
    if generator is not None:
        labelled(generator, len(train.classes))
        if tuple(generator.recipe.data.shape) != train.shape:
            form = described(generator.recipe.data.shape)
            raise UserError(
                f"the generator makes {form} images, the data are {described(train.shape)}: give --size and --channels"
            )


def check_recipe(subject: str, data: Dataset, settings: Sequence[str]) -> None:
    """Raise UserError where a system or recipe file cannot be trained so: before anything is written."""
    name, own = named(subject)
    own.pop("data", None)
    fields = data_fields(data.name, data, None, None)
    resolve(name, own, fields, suited(data.spec), [*conditional(subject, data), *settings])


def conditional(subject: str, data: Dataset) -> list[str]:
    """Return the setting that gives labels to a system that plays without them by itself."""
    name, own = named(subject)
    game = merge(system_settings(name, suited(data.spec)), own).get("game", {})
    return [] if game.get("conditioning", "none") != "none" else ["conditioning=projection"]
