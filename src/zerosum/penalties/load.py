"""Penalties by name."""

from typing import Any

from zerosum.core.registry import Registry
from zerosum.errors import UserError
from zerosum.penalties.penalty import Penalty
from zerosum.penalties.table import PENALTIES


def penalty_class(name: str) -> type[Penalty]:
    """Return the penalty called `name`.

    Raises:
        UserError: there is no such penalty (the nearest name is suggested), or its package is not trusted or is broken.
    """
    try:
        kind: type[Penalty] = REGISTRY.load(name)
    except UserError as error:
        raise UserError(f"game.penalties: {error}") from error
    return kind


def _unfit(thing: Any) -> str:
    is_penalty = isinstance(thing, type) and issubclass(thing, Penalty)
    return "" if is_penalty else "derive it from zerosum.penalties.penalty.Penalty"


REGISTRY = Registry("penalty", "zerosum.penalties", PENALTIES, _unfit)
