"""Overrides: `--set path=value` on a recipe's tree.

A path may leave out leading and middle parts: `generator.width` is `players.generator.width`, and `lr` is the `lr` of
every player. It names all entries of which it is an ordered selection that ends with the same name.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from zerosum.errors import UserError, suggest
from zerosum.recipe.schema import OPTIMIZER_FIELDS

Path = tuple[str, ...]
RECORDED = ("system", "zerosum", "data", "chosen")
"""The entries that are found out or have an option of their own: changed here, they would lie about the run."""

PENALTY_OPTIONS = {"gamma": "penalties.r1.gamma=1", "gp_weight": "penalties.one_centered.gp_weight=10"}
"""What only a penalty has, and how to add a penalty that has it."""


def parse(assignment: str) -> tuple[Path, Any]:
    """Split "path=value"; the value is read as YAML (numbers, true, null, lists, mappings, words)."""
    key, equals, text = assignment.partition("=")
    if not equals or not key.strip():
        raise UserError(f"--set {assignment}: write path=value, for example --set generator.lr=1e-3")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f"--set {assignment}: the value is not readable YAML") from error
    return tuple(key.strip().split(".")), _number(value)


def apply(tree: dict[str, Any], key: Path, value: Any) -> dict[str, Any]:
    """Return the tree with every entry that `key` names set to `value`.

    Raises:
        UserError: no entry has that name; the nearest is suggested.
    """
    paths = [path for path in entries(tree) if path[0] not in RECORDED]
    hits = [path for path in paths if matches(key, path)]
    exact = [path for path in hits if path == key]
    hits = exact or hits or _insertions(tree, key)
    if not hits:
        raise UserError(f"--set {'.'.join(key)}: {_unknown(tree, key, paths)}")
    for path in hits:
        tree = put(tree, path, value)
    return tree


def entries(tree: dict[str, Any], prefix: Path = ()) -> Iterator[Path]:
    """Yield the path of every entry, mappings included."""
    for name, value in tree.items():
        yield (*prefix, name)
        if isinstance(value, dict):
            yield from entries(value, (*prefix, name))


def matches(key: Path, path: Path) -> bool:
    """Whether `key` is an ordered selection from `path` with the same last name."""
    rest = iter(path)
    return key[-1] == path[-1] and all(part in rest for part in key)


def put(tree: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Return the tree with the entry at `path` replaced; another network drops the options of the old one."""
    head, *rest = path
    if not rest:
        changed = {**tree, head: value}
        if head == "network" and tree.get("network") != value:
            return {name: changed[name] for name in changed if name == "network" or name in OPTIMIZER_FIELDS}
        return changed
    return {**tree, head: put(tree.get(head, {}), tuple(rest), value)}


def _unknown(tree: dict[str, Any], key: Path, paths: list[Path]) -> str:
    if any(matches(key, path) for path in entries(tree)):
        return "this is recorded, not set: choose data with --data, --size and --channels"
    if key[-1] in PENALTY_OPTIONS:
        return f"this system has no penalty with it: add one, such as --set {PENALTY_OPTIONS[key[-1]]}"
    namesakes = {".".join(path) for path in paths if path[-1] == key[-1]}
    if namesakes:
        return f"no such option{suggest('.'.join(key), namesakes)}"
    return f"no such option{suggest(key[-1], {path[-1] for path in paths})}"


def _insertions(tree: dict[str, Any], key: Path) -> list[Path]:
    """Return where `penalties.NAME...` would add a penalty: the one mapping whose keys a user chooses."""
    if "penalties" not in key[:-1]:
        return []
    at = key.index("penalties")
    return [(*path, *key[at + 1 :]) for path in entries(tree) if matches(key[: at + 1], path)]


def _number(value: Any) -> Any:
    """Read what YAML 1.1 leaves as a string though a person means a number: 1e-3."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value
