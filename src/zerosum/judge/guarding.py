"""The guard: when a run is surely ill it goes back to where it was healthy and plays on by another recipe.

A rescue is a line of guard.jsonl beside recipe.yaml. A run is played by the recipe in recipe.yaml with the settings of
all rescues applied in their order. So a rescue and a resume are one thing: the folder is rewound, and whoever opens it
next builds the players, optimisers and penalties anew and takes the weights from the newest checkpoint.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor

from zerosum.errors import UserError
from zerosum.judge.verdict import GRAVE, WELL, Remedy, Verdict
from zerosum.recipe import overrides
from zerosum.recipe.schema import OPTIMIZER_FIELDS, Recipe, validate
from zerosum.runs.run import Run

MOST_RESCUES = 3
SURE = 0.7
"""The confidence from which on the guard believes a verdict; it must be given twice in a row."""

History = list[tuple[int, Verdict]]
"""The verdicts on a run so far, each with its round."""

Weights = Callable[[Recipe], Mapping[str, Tensor]]
"""Returns the state of a recipe's game; UserError where the recipe cannot be played."""


class RescuedError(Exception):
    """The run was rewound and its recipe changed: whoever plays it opens it again and plays on."""


@dataclass(frozen=True)
class Rescue:
    """One thing that the guard did.

    Attributes:
        step: the round after which the run was found ill.
        state: what was the matter.
        confidence: of that verdict.
        evidence: what it rested on, as in `verdict.Evidence`.
        back_to: the round that the run went back to.
        attempt: how often the run has gone back, this time included; it enters the seed.
        settings: the words of the remedy.
        why: that remedy should help.
    """

    step: int
    state: str
    confidence: float
    evidence: tuple[dict[str, Any], ...]
    back_to: int
    attempt: int
    settings: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        return (
            f"{self.state} after round {self.step}: back to round {self.back_to} with {' '.join(self.settings)} "
            f"({self.why})"
        )


def rescues(run: Run) -> list[Rescue]:
    """Return what the guard has done in a run, in order."""
    fields = {field.name for field in dataclasses.fields(Rescue)}
    lines = [{key: value for key, value in line.items() if key in fields} for line in run.records(run.guard)]
    return [
        Rescue(**line | {"evidence": tuple(line["evidence"]), "settings": tuple(line["settings"])}) for line in lines
    ]


def record(run: Run, rescue: Rescue) -> None:
    """Rewind the folder and note the rescue; a kill between the two repeats the rounds, and finds the same."""
    run.rewind(rescue.back_to)
    run.append(run.guard, [asdict(rescue)])


def changed(recipe: Recipe, settings: Iterable[str]) -> Recipe:
    """Return the recipe with settings applied, as `--set` does; UserError where one does not fit."""
    for assignment in settings:
        key, value = overrides.parse(assignment)
        recipe = validate(overrides.apply(recipe.model_dump(mode="json"), key, value))
    return recipe


def rescued(recipe: Recipe, earlier: Sequence[Rescue]) -> Recipe:
    """Return the recipe that a run is played by after what the guard has done."""
    return changed(recipe, [setting for rescue in earlier for setting in rescue.settings])


def grave(history: History) -> bool:
    """Whether the last two verdicts both say, with confidence, that the run is collapsed or diverging."""
    last = [verdict for _, verdict in history[-2:]]
    return len(last) == 2 and all(verdict.state in GRAVE and verdict.confidence >= SURE for verdict in last)


def since(history: History, earlier: Sequence[Rescue]) -> History:
    """Return the verdicts on what was played since the last rescue."""
    return [(step, verdict) for step, verdict in history if not earlier or step > earlier[-1].back_to]


def trusted(history: History, checkpoints: Sequence[int], earlier: Sequence[Rescue]) -> int:
    """Return the round to go back to: the newest checkpoint that a later verdict found healthy, or the oldest.

    One that a rescue went back to is not trusted again until a verdict after it was healthy: falling ill twice from the
    same weights says that the illness was in them already.
    """
    healthy = [step for step, verdict in since(history, earlier) if verdict.state in WELL]
    return max((step for step in checkpoints if healthy and step <= healthy[-1]), default=min(checkpoints, default=0))


def choose(verdict: Verdict, recipe: Recipe, current: Mapping[str, Tensor], weights: Weights) -> Remedy | None:
    """Return the first remedy that changes the recipe and by which the `current` weights can be played on."""
    for remedy in verdict.remedies:
        try:
            new = changed(recipe, remedy.settings)
            if new != recipe and shapes(weights(new)) == shapes(current):
                return remedy
        except UserError:
            continue
    return None


def rescue_of(verdict: Verdict, remedy: Remedy, step: int, *, back_to: int, attempt: int) -> Rescue:
    """Put a rescue together."""
    evidence = tuple(asdict(each) for each in verdict.evidence)
    return Rescue(step, str(verdict.state), verdict.confidence, evidence, back_to, attempt, remedy.settings, remedy.why)


def shapes(state: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Return the shape of each tensor of a state, by name."""
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def carried_over(state: dict[str, Any], recipe: Recipe, earlier: Sequence[Rescue]) -> dict[str, Any]:
    """Return a checkpoint's state as the rescues that it has not seen leave it.

    Weights, averages and the order of the data stay. A player whose optimiser's settings were changed starts with a
    fresh optimiser, since a saved one would bring its old settings back.
    """
    unseen = [number for number, rescue in enumerate(earlier) if state["attempt"] < rescue.attempt]
    if not unseen:
        return state
    before, after = rescued(recipe, earlier[: unseen[0]]), rescued(recipe, earlier)
    anew = {name for name in after.players if _optimizer(before, name) != _optimizer(after, name)}
    optimizers = {name: saved for name, saved in state["optimizers"].items() if name not in anew}
    return {**state, "attempt": earlier[-1].attempt, "optimizers": optimizers}


def _optimizer(recipe: Recipe, player: str) -> dict[str, Any]:
    return {name: value for name, value in recipe.players[player].items() if name in OPTIMIZER_FIELDS}
