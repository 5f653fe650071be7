"""How long a run trains, in words, and who said so."""

from collections.abc import Iterable, Mapping
from typing import Any

from zerosum.progress.numbers import counted
from zerosum.recipe.overrides import parse
from zerosum.recipe.schema import Recipe

BUDGETS = {"steps": "round", "minutes": "minute", "cpu_minutes": "CPU minute"}
"""The entries of a recipe that end a run, and what each counts."""


def told(recipe: Recipe, why: str) -> str:
    """Say how long a run trains, in one line: "trains for 10 minutes (the default; --minutes changes it)".

    Args:
        recipe: of the run.
        why: who chose that; "" where the user asked for it with the command.
    """
    budgets = [(getattr(recipe, name), unit) for name, unit in BUDGETS.items()]
    amounts = [(round(amount, 1 if amount > 1 else 3), unit) for amount, unit in budgets if amount is not None]
    parts = [counted(amount, unit) for amount, unit in amounts]
    whichever = ", whichever ends first" if len(parts) > 1 else ""
    return f"trains for {' or '.join(parts)}{whichever}{f' ({why}; --minutes changes it)' if why else ''}"


def why(options: Iterable[object], settings: Iterable[str], own: Mapping[str, Any], system: str) -> str:
    """Return who chose a run's budget: "" for the command itself, else the recipe file, else "the default".

    Args:
        options: the options that name one; None is not given.
        settings: "path=value" of the command.
        own: what the recipe file holds.
        system: as named in the command.
    """
    if any(value is not None for value in options) or any(parse(each)[0][0] in BUDGETS for each in settings):
        return ""
    return f"as {system} says" if BUDGETS.keys() & own.keys() else "the default"
