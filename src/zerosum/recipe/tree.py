"""Parts of a recipe as plain mappings, and one put over another."""

from typing import Any

Tree = dict[str, Any]


def players(both: Tree | None = None, *, generator: Tree | None = None, discriminator: Tree | None = None) -> Tree:
    """Return the `players` part of a tree: what both share, and what each has of its own."""
    return {
        "generator": {**(both or {}), **(generator or {})},
        "discriminator": {**(both or {}), **(discriminator or {})},
    }


def pyramid(both: Tree, finer: Tree) -> Tree:
    """Return the `players` of a pyramid: what all share, and what those above the coarsest level have of their own."""
    return players(both) | {"refiner": both | finer, "inspector": both | finer}


def adam(lr: float, beta1: float, beta2: float = 0.999) -> Tree:
    """Return the optimiser fields of Adam."""
    return {"optimizer": "adam", "lr": lr, "betas": [beta1, beta2]}


def merge(base: Tree, over: Tree) -> Tree:
    """Return `base` with the entries of `over` put in its place, mapping by mapping; another network starts afresh."""
    if over.get("network", base.get("network")) != base.get("network"):
        base = {key: value for key, value in base.items() if key in ("optimizer", "lr", "betas", "momentum")}
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict) and key != "penalties"
        merged[key] = merge(merged[key], value) if both else value
    return merged
