"""Scoring a finished run: load its generator and its data, evaluate, record."""

from collections.abc import Callable, Sequence
from pathlib import Path

from torch import Tensor

from zerosum.data.dataset import Dataset
from zerosum.data.load import load as load_data
from zerosum.device import cpu_threads, device_of
from zerosum.errors import UserError, suggest
from zerosum.generator import Generator, load_generator
from zerosum.metrics.evaluate import evaluate
from zerosum.metrics.names import METRICS
from zerosum.metrics.score import Score
from zerosum.recipe.schema import Data
from zerosum.report import write_report
from zerosum.run import Run


def evaluate_run(
    path: Path | str,
    *,
    metrics: Sequence[str] | None = None,
    n: int | None = None,
    seed: int = 0,
    device: str = "auto",
    data_root: Path | None = None,
) -> list[Score]:
    """Score the generator of the run in `path`, add the scores to its metrics.jsonl and renew its report.

    Args:
        path: the run folder.
        metrics: names; None takes all that apply.
        n: samples to generate; None: 10,000, or 25,600 for stacked images.
        seed: of the samples.
        device: "auto", "cpu", "cuda" or "mps".
        data_root: where known data sets are looked for.

    Raises:
        UserError: no run, no generator, unknown metric, or data that are not those of the training.
    """
    for name in metrics or ():
        if name not in METRICS:
            raise UserError(f"no metric '{name}'{suggest(name, METRICS)}")
    place = device_of(device)
    generator = load_generator(path).to(place)
    train, test = (load_again(generator.recipe.data, split, data_root) for split in ("train", "test"))
    with cpu_threads(generator.recipe.threads):
        scores = evaluate(sampler_of(generator), train, test, metrics=metrics, n=n, seed=seed, device=place)
    run = Run(Path(path))
    run.append(run.metrics, [{"step": generator.about["step"], **score.to_dict()} for score in scores])
    write_report(run.path)
    return scores


def load_again(data: Data, split: str, root: Path | None) -> Dataset:
    """Load a split of the data of a recipe; UserError where they are not those of the training any more."""
    dataset = load_data(data.source, root=root, size=data.size, channels=data.channels, split=split)
    if split == "train" and dataset.fingerprint != data.fingerprint:
        raise UserError(f"{data.source} has changed since this run was trained: scores would not mean anything")
    return dataset


def sampler_of(generator: Generator) -> Callable[[int, int, Tensor | None], tuple[Tensor, Tensor | None]]:
    """Return a generator as the sampler that metrics take: (n, seed, labels) -> (samples, labels)."""
    conditional = any(control.kind == "label" for control in generator.controls)

    def sampler(n: int, seed: int, labels: Tensor | None) -> tuple[Tensor, Tensor | None]:
        given = {"label": labels} if conditional and labels is not None else None
        samples, inputs = generator.sample_with_inputs(n, seed=seed, given=given)
        return samples, inputs.get("label")

    return sampler


def table(scores: Sequence[Score]) -> str:
    """Return scores as aligned lines: metric, value, error, what real data reach, and which way is better."""
    rows = [("metric", "value", "error", "real data", "better")]
    rows += [
        (score.metric, number(score.value), number(score.error), number(score.floor), score.better) for score in scores
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def number(value: float | None) -> str:
    """Return a number with four significant digits, or a dash."""
    return "-" if value is None else f"{value:.4g}"
