"""From measurements to a verdict: what is wrong with a run, and what would help."""

from collections.abc import Mapping, Sequence
from typing import Any

from zerosum.judge.age import age, kind, played, waiting
from zerosum.judge.remedies import remedies
from zerosum.judge.rules import LEAST_HELD_OUT, diagnose
from zerosum.judge.trends import trends
from zerosum.judge.verdict import Evidence, State, Verdict
from zerosum.recipe.schema import Recipe


def watch(records: Sequence[Mapping[str, Any]], recipe: Recipe) -> Verdict:
    """Judge a run by its log alone: cheap enough for every few rounds of a training.

    It never says healthy, which only samples can show; see `State`.

    Args:
        records: the lines of log.jsonl, in order.
        recipe: of the run.
    """
    return verdict_on(trends(records, recipe), played(records), recipe)


def verdict_on(numbers: Mapping[str, float], rounds: int, recipe: Recipe, missing: tuple[str, ...] = ()) -> Verdict:
    """Return the verdict on measurements after that many rounds, with remedies for the recipe.

    The only way to a verdict: while a run trains, at its end, and by `zerosum doctor`.

    Args:
        numbers: by name, as `trends`, `signals` and `examine` name them.
        rounds: played.
        recipe: of the run.
        missing: names of what is not made.
    """
    result = diagnose(numbers, age=age(rounds, recipe))
    first = (waiting(rounds, recipe),) if result.state is State.TOO_EARLY else ()
    held_out = numbers.get("held_out", LEAST_HELD_OUT)
    if result.state is State.UNKNOWN and held_out < LEAST_HELD_OUT:
        says = f"too few to say: {held_out:.0f} of the {LEAST_HELD_OUT} held-out {kind(recipe)} that it takes"
        first = (Evidence("held_out", held_out, f"from {LEAST_HELD_OUT}", says),)
    return Verdict(result.state, result.confidence, (*first, *result.evidence), remedies(result.state, recipe), missing)
