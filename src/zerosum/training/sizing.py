"""What a run can afford: networks as wide as its minutes let them learn, and how often it saves and shows.

The rule was read off the searches in benchmarks/results: at a given time narrow networks that play many rounds beat
wide ones that play few, until they have played several times as many rounds as samples need to be judged (`judge.age`);
from there on width wins. So the widest networks are taken that still play that many.
"""

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch

from zerosum.errors import OutOfMemoryError
from zerosum.judge.age import needed, sees
from zerosum.networks.table import SCALED
from zerosum.progress.numbers import length, one_digit
from zerosum.recipe.schema import Recipe
from zerosum.training.choice import Choice

FACTORS = (0.25, 0.375, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
"""Widths that are thought of, as multiples of the tuned ones."""
MEASURED = (0.5, 1.5)
"""The multiples at which a round is timed; between and beyond them its time grows as a power of the width."""
UNIT, NARROWEST = 4, 8
ROUNDS, ROUNDS_HELPED = 6.0, 2.5
"""Times the rounds needed: of networks that learn to see, and where D looks through one that has learned it, or G is
told the target of each image. Without pairs the game alone teaches, which takes as many rounds as from noise."""
ROUNDS_SEEING = 20.0
"""The same, to be worth a wider G than the tuned one, where D looks through a network that has learned to see: in
trials on photos of ten minutes each doubling of the width was a step back."""
LEAST_SEEING = 1.0
"""The least multiple there: on faces a generator of half the width was behind at equal time from the start."""
SHOWN, KEPT, LOGGED, SIGNALLED = 30.0, 60.0, 2.0, 15.0
"""Seconds between pictures, checkpoints, lines and signals of the log, at most."""
BATCHES = (2, 4, 8, 16, 32)
"""Batches that are thought of for an accelerator, as multiples of the tuned one."""
FREE = 1.15
"""Times as long as a round of the tuned batch that one of a larger batch may take: then it costs next to nothing."""
PLACED = frozenset({"processes", "threads"})
"""Entries that say how a run is spread over a CPU: they stay as they were, chosen or not."""
OWN = {"width"}
"""The chosen entries that each player has of its own."""
INTERVALS = {"sample_every": SHOWN, "checkpoint_every": KEPT, "log_every": LOGGED, "signals_every": SIGNALLED}

Time = Callable[[Recipe], float]
"""The seconds of a round of a recipe on this device."""


def fitted(recipe: Recipe, by_user: frozenset[str], time: Time) -> tuple[Recipe, list[Choice]]:
    """Return the recipe with widths and intervals that its minutes allow, in what the user has not set, and why.

    Without minutes there is nothing to fit to: who counts in rounds is given the usual ones.

    Args:
        recipe: complete.
        by_user: names of the entries that the user has set.
        time: how long a round takes.
    """
    seconds = 60 * (recipe.minutes or recipe.cpu_minutes or 0)
    if not seconds or not varied(recipe):
        return recipe, []
    why, names = list[Choice](), set[str]()
    if "width" not in by_user:
        recipe, reason = widest(recipe, seconds, time)
        why.append(reason)
        names.add("width")
    fitting = intervals(recipe, by_user, time(recipe), seconds)
    return noted(recipe.model_copy(update=fitting), names | fitting.keys()), why


def filled(recipe: Recipe, by_user: frozenset[str], images: int, time: Time) -> tuple[Recipe, list[Choice]]:
    """Return the recipe with the largest batch whose rounds take as long as those of the tuned one, and why.

    An accelerator that waits for launches plays more images in the same time. What does not fit its memory, and what is
    more than there are images, is not taken.

    Args:
        recipe: complete.
        by_user: names of the entries that the user has set.
        images: there are to train on.
        time: how long a round takes; it raises torch's OutOfMemoryError, or ours, where a batch does not fit.
    """
    if "batch_size" in by_user:
        return recipe, []
    usual, best = time(recipe), recipe
    for times in BATCHES:
        larger = recipe.model_copy(update={"batch_size": recipe.batch_size * times})
        if larger.batch_size > images or not affordable(larger, time, FREE * usual):
            break
        best = larger
    if best is recipe:
        return recipe, []
    why = f"which takes as long as one of {recipe.batch_size} here"
    return noted(best, {"batch_size"}), [Choice(f"batch {best.batch_size}", why)]


def affordable(recipe: Recipe, time: Time, most: float) -> bool:
    """Return whether a round fits the memory of the device, and takes so many seconds at the most."""
    try:
        return time(recipe) <= most
    except (torch.OutOfMemoryError, OutOfMemoryError):
        return False


def noted(recipe: Recipe, names: Iterable[str]) -> Recipe:
    """Return the recipe with a note that these entries were chosen."""
    return recipe.model_copy(update={"chosen": tuple(sorted({*recipe.chosen, *names}))})


def taken_over(recipe: Recipe, previous: Recipe, by_user: frozenset[str]) -> Recipe:
    """Return the recipe with what was chosen when its run was begun: a run that goes on is not fitted again."""
    names = (set(previous.chosen) | PLACED) - by_user
    fields = {name: getattr(previous, name) for name in names if name in Recipe.model_fields}
    players = {
        player: options | {name: previous.players[player][name] for name in names & options.keys() & OWN}
        for player, options in recipe.players.items()
    }
    return noted(recipe.model_copy(update={**fields, "players": players}), previous.chosen)


def varied(recipe: Recipe) -> list[str]:
    """Return the players whose width may be chosen."""
    return [name for name, fields in recipe.players.items() if fields["network"] in SCALED]


def widest(recipe: Recipe, seconds: float, time: Time) -> tuple[Recipe, Choice]:
    """Return the recipe with the widest networks that play enough rounds in so many seconds, and why."""
    few, many = (time(scaled(recipe, factor)) for factor in MEASURED)
    power = max(math.log(many / few) / math.log(MEASURED[1] / MEASURED[0]), 0.0)
    enough, least = rounds_wanted(recipe), rounds_to_widen(recipe)
    factors = [factor for factor in FACTORS if factor >= LEAST_SEEING or not sees(recipe)]
    expected = {factor: seconds / (few * (factor / MEASURED[0]) ** power) for factor in factors}
    widest_first = [factor for factor in reversed(factors) if expected[factor] >= least] or factors[:1]
    # Wider networks than those timed may take longer than the power says, so what is taken is timed itself.
    for factor in widest_first:
        network = scaled(recipe, factor)
        rounds = seconds / time(network)
        if rounds >= least:
            break
    widths = ", ".join(str(network.players[name]["width"]) for name in varied(network))
    pace = f"about {one_digit(rounds):,} rounds in {length(seconds)}"
    if rounds >= enough:
        return network, Choice(f"width {widths}", f"which plays {pace} ({one_digit(enough):,} are enough)")
    minutes = one_digit(math.ceil(seconds / 60 * enough / rounds))
    remedy = f"where {one_digit(enough):,} are enough: --minutes {minutes} plays them"
    return network, Choice(f"width {widths}", f"the narrowest there is: {pace}, {remedy}")


def rounds_wanted(recipe: Recipe) -> float:
    """Return the rounds that are enough, so that a wider network is worth more than further ones."""
    return needed(recipe) * (ROUNDS_HELPED if sees(recipe) or recipe.data.paired else ROUNDS)


def rounds_to_widen(recipe: Recipe) -> float:
    """Return the rounds that wider networks than the tuned ones must play to be worth it."""
    return max(rounds_wanted(recipe), needed(recipe) * ROUNDS_SEEING if sees(recipe) else 0)


def scaled(recipe: Recipe, factor: float) -> Recipe:
    """Return the recipe with its convolutional networks so many times as wide, in steps of 4 channels, at least 8."""
    players: dict[str, dict[str, Any]] = dict(recipe.players)
    for name in varied(recipe):
        width = max(NARROWEST, UNIT * round(factor * players[name]["width"] / UNIT))
        players[name] = {**players[name], "width": width}
    return recipe.model_copy(update={"players": players})


def intervals(recipe: Recipe, by_user: frozenset[str], seconds_a_round: float, seconds: float) -> dict[str, int]:
    """Return the rounds between pictures, checkpoints and lines of the log: some seconds, and never more than usual.

    A run of so many `seconds` shows itself ten times at least.
    """
    rounds = {}
    for name, most in INTERVALS.items():
        usual = getattr(recipe, name)
        fitting = (min(most, seconds / 10) if seconds else most) / seconds_a_round
        if name not in by_user and usual:
            rounds[name] = max(1, min(usual, one_digit(fitting, down=True)))
    return rounds
