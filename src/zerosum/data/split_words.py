"""Names of folders that say a split: `train`, `val2017`, `test_images`, `cats_train`, `trainA`."""

import re
from collections import defaultdict
from collections.abc import Collection

from zerosum.errors import UserError

TRAIN = "train|training|trainval"
TEST = "tests?|testing|val|valid|validate|validation|dev|eval|evaluation|(?:hold|held)[-_ ]?out"
FILLER = r"set|data|dataset|images?|imgs?|pictures?|photos?|folder|files|split"
"""What says nothing of a folder but that it holds data."""
SIDE = re.compile(rf"({TRAIN}|{TEST})[-_ ]?([ab])", re.IGNORECASE)
"""What a folder of sources (A) or of targets (B) in a split is called."""
LETTER = r"[^\W\d_]"
FRONT = re.compile(rf"(?P<word>{TRAIN}|{TEST})(?:{FILLER})?(?!{LETTER})[\W_]*(?P<rest>.*)", re.IGNORECASE)
BACK = re.compile(rf"(?P<rest>.*?)[\W_]*(?<!{LETTER})(?P<word>{TRAIN}|{TEST})(?:{FILLER})?[\W\d_]*", re.IGNORECASE)
FILLED = re.compile(rf"(?:(?:{FILLER})[\W_]*)*", re.IGNORECASE)
NAMED = 5
"""How many folders are named in words."""


def role(folder: str) -> str | None:
    """Return the split that a folder of this name is: train, test or, for all other names, None."""
    for split, words in (("train", TRAIN), ("test", TEST)):
        if re.fullmatch(words, folder, re.IGNORECASE):
            return split
    return None


def side_of(folder: str) -> tuple[str, str] | None:
    """Return the split and the side, A or B, of a folder that is called by both."""
    match = SIDE.fullmatch(folder)
    return (role(match[1]) or "", match[2].upper()) if match else None


def marks(folder: str) -> set[tuple[str, str]]:
    """Return the splits that a name begins or ends in, each with what else it says: `cats_train` is (train, cats)."""
    if side_of(folder):
        return set()
    front, back = FRONT.fullmatch(folder), BACK.fullmatch(folder)
    # One word alone, as in train2017, is both.
    words = [one for one in (front, back) if one and not (front and one is back and one.start("word") == 0)]
    return {(role(one["word"]) or "", one["rest"]) for one in words}


def split_of(folder: str) -> str:
    """Return the split that a folder of this name is, as `test`, `val`, `testA` or `test_set` are test; else ""."""
    plain = [split for split, rest in marks(folder) if FILLED.fullmatch(rest) and not rest.isdigit()]
    return role(folder) or (side_of(folder) or ("",))[0] or (plain[0] if len(plain) == 1 else "")


def are_plain(folders: Collection[str]) -> bool:
    """Whether some are train folders and others test folders, by their whole names."""
    return {"train", "test"} <= {role(name) for name in folders}


def are_counterparts(folders: Collection[str]) -> bool:
    """Whether some begin or end in a word for train, and others in one for test."""
    marked = {name: {split for split, _ in marks(name)} for name in folders}
    marked = {name: splits for name, splits in marked.items() if splits}
    return len(marked) > 1 and {"train", "test"} <= set().union(*marked.values())


def together(folders: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return which of the folders that lie in one place are splits, and what else their names say, "" for nothing.

    `train` and `test` are, whatever lies beside them. Else all that begin or end in such a word are, if the rests of
    their names are the same in both splits, or only numbers and fillers. One rest says nothing; several are labels.

    Raises:
        UserError: they are counterparts, and the rests do not say which belong together.
    """
    if are_plain(folders):
        return {name: (split, "") for name in folders if (split := role(name))}
    if not are_counterparts(folders):
        return {}
    words = {name: marks(name) for name in sorted(folders) if marks(name)}
    for rest_of in (str, _without_filler):
        rests = defaultdict[str, set[str]](set)
        for one in words.values():
            for split, rest in one:
                rests[split].add(rest_of(rest))
        several = len(rests["train"]) > 1
        unclear = any(len(one) > 1 for one in words.values()) or (
            several and not all(map(_without_filler, rests["train"]))
        )
        if rests["train"] == rests["test"] and not unclear:
            return {name: (split, rest_of(rest) if several else "") for name, ((split, rest),) in words.items()}
        if rests["train"] == rests["test"]:
            break
    more = f" and {len(words) - NAMED:,} more" if len(words) > NAMED else ""
    raise UserError(
        f"{', '.join(list(words)[:NAMED])}{more} may be splits or classes: put the images into folders train and test, "
        "or rename those that are classes so that none begins or ends in such a word"
    )


def splits_of(folders: Collection[str]) -> dict[str, str]:
    """Return which of the folders that lie in one place are train and which test, by name; {} if they are not both.

    Raises:
        UserError: as of `together`.
    """
    splits = {name: split for name, (split, _) in together(folders).items()}
    splits = splits or {name: side[0] for name in folders if (side := side_of(name))}
    return splits if {"train", "test"} <= set(splits.values()) else {}


def _without_filler(rest: str) -> str:
    return "" if rest.isdigit() or FILLED.fullmatch(re.sub(r"[\W\d_]+", "", rest)) else rest
