"""Which task a game is for."""

from zerosum.core.game import Game
from zerosum.errors import UserError
from zerosum.recipe.resolve import named
from zerosum.recipe.table import game_of
from zerosum.systems.translates import Translates
from zerosum.tasks.from_noise import FromNoise
from zerosum.tasks.task import Task
from zerosum.tasks.translation.task import Translation


def task_of(game: Game | type[Game]) -> Task:
    """Return the task of a game: to translate what it is given, as it learns that, or to make samples of noise."""
    kind = game if isinstance(game, type) else type(game)
    return Translation(kind.learns) if issubclass(kind, Translates) else FromNoise()


def from_noise(system_or_file: str, why: str) -> None:
    """Raise UserError where a system or recipe file translates images instead of making them; `why` ends the line."""
    name, _ = named(system_or_file)
    if task_of(game_of(name)).given:
        raise UserError(f"{name} translates images, and {why}")
