"""Which files belong together by their names: whole names without the suffix, folders included."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from zerosum.data.layout import composed


def stem(name: str) -> str:
    """Return a relative name, `composed`, without its suffix; `img.old.png` is `img.old`, and only `img.old` is too."""
    return PurePosixPath(composed(name)).with_suffix("").as_posix()


def by_stem(names: Iterable[str]) -> dict[str, list[str]]:
    """Return the names of each stem, sorted; several are alike but for their suffixes."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        groups[stem(name)].append(name)
    return groups


def which(names: list[str]) -> str:
    """Return what to say of names that are alike but for their suffixes."""
    return f"{names[0]} and {names[1]} have the same name: which of them is meant? move the other one away"
