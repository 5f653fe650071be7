"""How the scores of a run move with one of its controls, as with temperature: quality beside variety."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from zerosum.core.control import Control, control_of
from zerosum.core.device import cpu_threads, device_of
from zerosum.errors import UserError
from zerosum.metrics.evaluate import Evaluator
from zerosum.metrics.named_features import named_features
from zerosum.metrics.score import Score
from zerosum.progress.numbers import number
from zerosum.progress.waiting import Waiting, silent
from zerosum.recipe.training_data import load_again, pointed
from zerosum.runs.generator import load_generator
from zerosum.tasks.from_noise import GameSampler


def curve(
    path: Path | str,
    word: str,
    *,
    data: str | Path | None = None,
    metrics: Sequence[str] | None = None,
    n: int | None = None,
    seed: int = 0,
    features: str | None = None,
    device: str = "auto",
    data_root: Path | None = None,
    waiting: Waiting = silent,
) -> list[list[Score]]:
    """Return the scores of a run with a control set to each of some values in turn; nothing is added to the run.

    Args:
        path: the run folder.
        word: "name=a,b,c": the control and its values; each score's protocol names its value.
        data: where the data lie now; default: where they lay in training.
        metrics: names; None takes all that apply but those on request.
        n: samples to generate for each value.
        seed: of the samples: the same for each value.
        features: the space to compare in.
        device: "auto", "cpu", "cuda" or "mps".
        data_root: where known data sets are looked for.
        waiting: is told what is waited for.

    Raises:
        UserError: no run, no such control, or values that it does not take.
    """
    place = device_of(device)
    generator = load_generator(path).to(place)
    recipe = pointed(generator.recipe, data)
    name, values = values_of(generator.controls, word)
    train, test = (load_again(recipe.data, split, data_root) for split in ("train", "test"))
    space = named_features(features, train, test, device=place) if features else None
    rows = []
    with cpu_threads(recipe.threads):
        evaluator = Evaluator(train, test, device=place, features=space, waiting=waiting)
        for value in values:
            sampler = GameSampler(generator.game, recipe.data, turned={name: value})
            scores = evaluator.evaluate(sampler, metrics=metrics, n=n, seed=seed)
            rows.append([replace(score, protocol=score.protocol | {"control": {name: value}}) for score in scores])
    return rows


def values_of(controls: Sequence[Control], word: str) -> tuple[str, list[float]]:
    """Return a control's name and its values, of "name=a,b,c"; errors as `curve`."""
    name, _, text = word.partition("=")
    form = control_of(controls, name).form
    values = [form.parse(part) for part in text.split(",")] if form.one_word else []
    if not values or None in values:
        raise UserError(f"--control {word}: it takes {form.takes()}; write {name or 'name'}=a,b,c")
    return name, [value for value in values if value is not None]


def curve_table(rows: Sequence[Sequence[Score]]) -> str:
    """Return a line a metric and a column a value of the control, what real data reach, and which way is better."""
    ((name, _),) = rows[0][0].protocol["control"].items()
    values = [f"{name}={scores[0].protocol['control'][name]:g}" for scores in rows]
    lines = [["metric", *values, "real data", "better"]]
    for at, score in enumerate(rows[0]):
        numbers = [number(scores[at].value) for scores in rows]
        lines.append([score.title, *numbers, number(score.floor), score.better])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    aligned = (zip(line, widths, strict=True) for line in lines)
    return "\n".join("  ".join(f"{cell:<{width}}" for cell, width in line).rstrip() for line in aligned)
