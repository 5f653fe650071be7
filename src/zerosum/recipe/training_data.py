"""What a system is trained and judged on: from the words of a user, or from a recipe, to a data set's splits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zerosum.core.registry import typed
from zerosum.data.dataset import Dataset
from zerosum.data.load import existing, is_name, located
from zerosum.data.pairing import load_translation
from zerosum.data.ranges import Given
from zerosum.data.size import Fit, Size
from zerosum.errors import UserError
from zerosum.kinds.load import OWN
from zerosum.kinds.load import load as load_data
from zerosum.recipe.schema import Data, Recipe

KEPT = ("pairs", "crops", "value_range", *OWN)
"""What was asked for, as a recipe keeps it."""


@dataclass(frozen=True)
class Material:
    """Where data come from, and how; the fields are those of `recipe.schema.Data`."""

    source: str
    target: str | None = None
    pairs: str | None = None
    crops: bool | None = None
    size: Size | None = None
    channels: int | None = None
    fit: Fit = "crop"
    value_range: Given | None = None
    column: Sequence[str] = ()
    encoding: str | None = None
    tokens: str | None = None
    length: int | None = None
    sentences: str | None = None
    paired: bool = False

    @classmethod
    def of(cls, data: Data) -> "Material":
        """Return what a recipe was trained on."""
        return cls(**{name: getattr(data, name) for name in cls.__dataclass_fields__})

    @property
    def translated(self) -> bool:
        """Whether there are images to be translated."""
        return self.target is not None or self.pairs is not None

    def load(self, split: str = "train", *, root: Path | None = None, strict: bool = False) -> Dataset:
        """Load a split; UserError where it is missing or cannot be read."""
        form: dict[str, Any] = {name: getattr(self, name) for name in ("size", "channels", "fit", "value_range")}
        if not self.translated:
            own = {name: getattr(self, name) for name in OWN}
            return load_data(self.source, root=root, split=split, strict=strict, **form, **own)
        return load_translation(
            self.source,
            target=self.target,
            pairs=self.pairs,
            paired=self.paired,
            crops=self.crops,
            root=root,
            split=split,
            strict=strict,
            **form,
        )

    def fields(self, dataset: Dataset) -> dict[str, Any]:
        """Return the fields of `schema.Data` that say what was asked for and what a translation's data are."""
        target = None if self.target is None else located(self.target)
        fields = {"target": target} | {name: getattr(self, name) for name in KEPT}
        source = None if dataset.source is None else list(dataset.source)
        return fields | {"source_shape": source, "paired": self.paired if self.translated else False}


def material(file: Mapping[str, Any], options: Mapping[str, Any]) -> Material:
    """Return what is named to be trained on; `Task.asked_for` completes it.

    Args:
        file: the `data` of a recipe file.
        options: the same by options, which win; None is not given.
    """
    set_options = {name: value for name, value in options.items() if value is not None}
    # A target instead of the file's pairs, or the other way round, is no target beside them.
    ways = {"target", "pairs"} if {"target", "pairs"} & set_options.keys() else set()
    of_file = {name: file[name] for name in Material.__dataclass_fields__ if name in file.keys() - ways}
    return Material(**({"source": "digits"} | of_file | set_options | {"paired": False}))


def pointed(recipe: Recipe, source: str | Path | None, target: str | Path | None = None) -> Recipe:
    """Return a recipe whose data lie in another place now; None leaves them where they are.

    Raises:
        UserError: a target of a recipe that has none.
    """
    if target is not None and recipe.data.target is None:
        raise UserError(f"this {recipe.system} was trained without --target: leave it out")
    places = {"source": source, "target": target}
    typed(*(str(path) for path in places.values() if path is not None))
    update = {name: located(str(path)) for name, path in places.items() if path is not None}
    return recipe.model_copy(update={"data": recipe.data.model_copy(update=update)})


def load_again(data: Data, split: str, root: Path | None) -> Dataset:
    """Load a split of the data of a recipe; UserError where they are gone, or not those of the training any more."""
    for option, place in (("--data", data.source), ("--target", data.target)):
        if place is not None and not is_name(place):
            try:
                existing(place)
            except UserError as error:
                raise UserError(f"the data of this run are no more at {place}: say where with {option}") from error
    dataset = Material.of(data).load(split, root=root)
    if split == "train" and dataset.fingerprint != data.fingerprint:
        place = data.source if data.target is None else f"{data.source} and {data.target}"
        raise UserError(f"{place} has changed since this run was trained, or is not its data: check --data")
    return dataset
