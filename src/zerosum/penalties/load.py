"""Penalties by name."""

from zerosum.core.importing import load
from zerosum.errors import UserError, suggest
from zerosum.penalties.penalty import Penalty
from zerosum.penalties.table import PENALTIES


def penalty_class(name: str) -> type[Penalty]:
    """Return the penalty called `name`.

    Raises:
        UserError: there is no such penalty; the nearest name is suggested.
    """
    if name not in PENALTIES:
        raise UserError(f"game.penalties: no penalty '{name}'{suggest(name, PENALTIES)}")
    found: type[Penalty] = load(PENALTIES[name])
    return found
