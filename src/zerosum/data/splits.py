"""Folders that are splits: `train` and `test` or the like, anywhere, and `trainA`, `trainB`, `testA`, `testB`."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from zerosum.data.split_words import are_counterparts, are_plain, marks, role, side_of, split_of, together
from zerosum.errors import UserError

FEW = 0.1
"""Share of the images that may lie outside of the folder that holds the splits; one may in any case."""
NAMED = 5
"""How many classes are named in words."""

Parts = tuple[str, ...]
"""The folders of a name, and its file."""

Role = Callable[[str], str | None]
"""Returns the split that a folder of this name is, or None."""


@dataclass(frozen=True)
class Splits:
    """Which images are in which split, by the parts of their names.

    Attributes:
        home: the folder that holds all splits; those that lie outside of it are in none.
        split: "train" or "test".
        folders: what the folders of the splits are called, in words.
        meaning: of the layout, in words.
        label: of each image where the layout says it, else {}.
    """

    home: Parts
    split: dict[Parts, str]
    folders: str
    meaning: str
    label: dict[Parts, str] = field(default_factory=dict)


def find_splits(names: Sequence[Parts]) -> Splits | None:
    """Return the splits that folders make, or None where there are none.

    Raises:
        UserError: folders called train and test lie in several places that do not go together, among more than a few
            other images, or inside of one another; or a test folder has no train folder beside it.
    """
    inner: dict[Parts, set[str]] = defaultdict(set)
    for part in names:
        for depth in range(len(part) - 1):
            inner[part[:depth]].add(part[depth])
    homes = _outer([folder for folder, folders in inner.items() if are_counterparts(folders) or _two_sided(folders)])
    if not homes:
        _refuse_lone(names, inner)
        return None
    if len(homes) > 1:
        return _in_each(names, homes, inner)
    (home,) = homes
    sided = _two_sided(inner[home]) and not are_plain(inner[home])
    roles = {} if sided else together(inner[home])
    what = _shown(home, _called(roles or filter(side_of, inner[home])))
    _refuse_many([part for part in names if part[: len(home)] != home], names, what)
    return _sides(names, home, inner[home]) if sided else _named(names, home, roles)


def _two_sided(folders: Collection[str]) -> bool:
    """Whether folders are the train images of both sides, or train and test images of one."""
    sides = {side for name in folders if (side := side_of(name))}
    return len({one for one in sides if one[0] == "train"}) > 1 or any(
        {("train", side), ("test", side)} <= sides for side in "AB"
    )


def _outer(homes: Sequence[Parts]) -> list[Parts]:
    """Return the folders that lie in no other one; what lies beside a train and a test folder is a stray."""
    outer = [home for home in homes if not any(home[: len(other)] == other != home for other in homes)]
    for home in homes:
        for other in outer:
            if home[: len(other)] == other != home and split_of(home[len(other)]):
                raise UserError(
                    f"{_shown(home, 'train and test')} lie inside of a folder {home[len(other)]} that is a split "
                    "itself: give the folder that holds the splits you mean"
                )
    return outer


def _named(names: Sequence[Parts], home: Parts, roles: Mapping[str, tuple[str, str]]) -> Splits:
    """Return the splits that folders are by their names, which may say labels too."""
    split = _split(names, home, _splits_in(roles))
    _refuse_inside(split, len(home) + 1)
    called = _called(roles)
    labels = {part: label for part in split if (label := roles[part[len(home)]][1])}
    classes = f" of the classes {_some(sorted(set(labels.values())))}" if labels else ""
    return Splits(home, split, called, f"folders {called} are the splits{classes}", labels)


def _splits_in(roles: Mapping[str, tuple[str, str]]) -> Role:
    return lambda folder: roles[folder][0] if folder in roles else None


def _sides(names: Sequence[Parts], home: Parts, folders: Collection[str]) -> Splits:
    sides = {name: side for name in folders if (side := side_of(name))}
    for name, (kind, letter) in sides.items():
        if kind == "test" and ("train", letter) not in sides.values():
            raise UserError(f"{_shown(home, name)} has no train{letter} beside it: add one, or move {name} away")
    splits = _split(names, home, lambda folder: sides[folder][0] if folder in sides else None)
    labels = {part: sides[part[len(home)]][1] for part in splits}
    called = _called(sides)
    both = "A and B are two sides: sources and targets to a system that translates, else labels"
    meaning = f"folders {called}: {both if len(set(labels.values())) > 1 else 'images of one side'}"
    return Splits(home, splits, called, meaning, labels)


def _in_each(names: Sequence[Parts], homes: Sequence[Parts], inner: Mapping[Parts, set[str]]) -> Splits:
    """Return the splits where each class folder has its own."""
    parent = homes[0][:-1]
    roles = {home: {} if _two_sided(inner[home]) else together(inner[home]) for home in homes}
    if any(home[:-1] != parent or not one or any(label for _, label in one.values()) for home, one in roles.items()):
        places = " and ".join(sorted(_shown(home, "train and test") for home in homes)[:2])
        raise UserError(f"there are {places}: give the folder that holds the splits you mean")
    split: dict[Parts, str] = {}
    for home, one in roles.items():
        split |= _split(names, home, _splits_in(one))
    _refuse_many([part for part in names if part not in split], names, _shown(homes[0], "train and test"))
    _refuse_inside(split, len(parent) + 2)
    called = _called({name for one in roles.values() for name in one})
    meaning = f"class folders {_some(sorted(home[-1] for home in homes))}, with folders {called} in each"
    return Splits(parent, split, called, meaning, {part: part[len(parent)] for part in split})


def _some(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - NAMED:,} more" if len(labels) > NAMED else ""
    return f"{', '.join(labels[:NAMED])}{more}"


def _split(names: Sequence[Parts], home: Parts, role: Role) -> dict[Parts, str]:
    at = len(home)
    splits = {part: role(part[at]) for part in names if len(part) > at + 1 and part[:at] == home}
    return {part: split for part, split in splits.items() if split}


def _refuse_many(outside: Sequence[Parts], names: Sequence[Parts], what: str) -> None:
    """Refuse splits that more than a few images have no part in: they may be those of a part of the data alone."""
    if len(outside) > max(1, FEW * len(names)):
        raise UserError(
            f"there are {what}, but {len(outside):,} of {len(names):,} images lie elsewhere, such as "
            f"{'/'.join(outside[0])}: give the folder that holds the splits, or put all images into train and test"
        )


def _refuse_inside(split: Mapping[Parts, str], depth: int) -> None:
    """Refuse a test folder in a train folder, unless it is a class that test images have too."""
    tested = {part[depth:-1] for part, one in split.items() if one == "test"}
    for part, one in split.items():
        below = part[depth:-1]
        if one == "train" and any(role(folder) == "test" for folder in below) and below not in tested:
            raise UserError(
                f"{'/'.join(part[:-1])} is a test folder in a train folder: move it beside that, or rename it where it "
                "is a class"
            )


def _refuse_lone(names: Sequence[Parts], inner: Mapping[Parts, set[str]]) -> None:
    """Refuse a test folder among other images that are in no train folder beside it."""
    for folder, folders in inner.items():
        for name in sorted(folders):
            path = (*folder, name)
            if split_of(name) == "test" and any(part[: len(path)] != path for part in names):
                raise UserError(
                    f"{'/'.join(path)} has no train folder beside it: put the images to train on into one, or rename "
                    f"{name} where it is a class"
                )


def _called(folders: Iterable[str]) -> str:
    """Return the names of folders in words, those of train images first."""
    names = sorted(
        folders, key=lambda name: ("train" not in {split_of(name), *(split for split, _ in marks(name))}, name)
    )
    return " and ".join([*([", ".join(names[:-1])] if names[:-1] else []), names[-1]])


def _shown(home: Parts, folders: str) -> str:
    return f"{folders} in {'/'.join(home)}" if home else folders
