"""Class folders: which images have which label, and which ones lie beside the folders."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from zerosum.data.split_words import role
from zerosum.data.splits import FEW, NAMED, Parts


@dataclass(frozen=True)
class Labels:
    """The label of each name, {} where there are none; names that have none beside those that do; and that in words."""

    of: dict[str, str]
    strays: list[str] = field(default_factory=list)
    meaning: str = ""


def labels_of(parts: Mapping[str, Parts], split: Mapping[str, str]) -> Labels:
    """Return the labels that folders give; where those of test images give none, images to train on have theirs alone.

    Args:
        parts: of each name: the folders below that of its split, and its file.
        split: of each name.
    """
    labels = _labels_of(parts, split)
    train = {name: part for name, part in parts.items() if split[name] == "train"}
    if labels.of or not train or len(train) == len(parts):
        return labels
    alone = _labels_of(train, dict.fromkeys(train, "train"))
    return replace(alone, meaning=f"{alone.meaning}; the test images have no labels") if alone.of else labels


def _labels_of(parts: Mapping[str, Parts], split: Mapping[str, str]) -> Labels:
    """Return the labels that folders give to all images or to none.

    Folders on the way that hold all images of a split (but for strays) are passed over. The labels are the first
    folders that are several, unless more than a few images of a split lie beside them.
    """
    inside, strays = dict(parts), list[str]()
    while inside:
        strays += [name for name, part in inside.items() if len(part) == 1]
        inside = {name: part for name, part in inside.items() if len(part) > 1}
        tops = {part[0] for part in inside.values()}
        if _many(strays, split):
            several = len(tops) > 1 or any(len(part) > 2 for part in inside.values())
            return Labels({}, meaning=_none(len(strays), len(inside) if several else 0))
        wrapped = _wrapped(inside, split)
        if len(tops) > 1 and not wrapped:
            return Labels({name: part[0] for name, part in inside.items()}, strays, _classes(sorted(tops)))
        passed = wrapped if len(tops) > 1 else set(split.values())
        inside = {name: part[1:] if split[name] in passed else part for name, part in inside.items()}
    return Labels({}, meaning=_none(0, 0))


def unwrapped(parts: Sequence[Parts]) -> list[Parts]:
    """Return the parts without the folders that hold all of them."""
    inner = list(parts)
    while len({part[0] for part in inner}) == 1 and all(len(part) > 1 for part in inner):
        inner = [part[1:] for part in inner]
    return inner


def _many(strays: list[str], split: Mapping[str, str]) -> bool:
    """Whether so many images of a split lie beside folders that they are no strays."""
    whole, beside = Counter(split.values()), Counter(split[name] for name in strays)
    return any(count > max(1, FEW * whole[one]) or 2 * count >= whole[one] for one, count in beside.items())


def _wrapped(parts: Mapping[str, Parts], split: Mapping[str, str]) -> set[str]:
    """Return the splits that lie in one folder which no other split has: it is no class."""
    tops = {one: {part[0] for name, part in parts.items() if split[name] == one} for one in set(split.values())}
    return {
        one
        for one, own in tops.items()
        if len(own) == 1 and len(tops) > 1 and not any(own & other for two, other in tops.items() if two != one)
    }


def _classes(names: list[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    lone = [name for name in names if role(name) == "train"]
    note = f" ({lone[0]} is a class, as there is no test folder beside it)" if lone else ""
    return f"class folders {', '.join(names[:NAMED])}{more}{note}"


def _none(beside: int, inside: int) -> str:
    if not inside:
        return "images without class folders, so without labels"
    return f"no labels: {beside:,} images lie beside the folders that hold the other {inside:,}"
