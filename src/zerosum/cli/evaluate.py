"""`zerosum evaluate`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from zerosum.data.size import Fit

if TYPE_CHECKING:
    from zerosum.evaluation.sample_scores import Asked


def evaluate(
    *samples: Path,
    data: str | None = None,
    target: str | None = None,
    size: str | None = None,
    channels: Literal[1, 3, 4] | None = None,
    fit: Fit | None = None,
    range_: Annotated[str | None, Parameter(name="--range")] = None,
    metrics: str | None = None,
    number: Annotated[int | None, Parameter(name="--samples")] = None,
    seed: int = 0,
    repeats: int = 1,
    features: str | None = None,
    control: str | None = None,
    direction: str = "forward",
    device: str = "auto",
    data_root: Path | None = None,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Score a trained generator, or samples from anywhere; beside each score stands what real data reach.

    A generator is scored against the test split of its data, samples against the test split of --data.

    Args:
        samples: The run folder; or one or more folders, zips or npz archives of samples.
        data: For samples: the reals, as for `zerosum train`. For a run: where its data lie now; default: where they lay
            when it was trained.
        target: For a run that translates: the same of the images that it translates into. For a table: the column that
            classifiers trained on the samples are to tell from the others.
        size: For samples: of the reals, pixels a side or WIDTHxHEIGHT. The samples are resized to them.
        channels: For samples: of the reals, 1 for grey, 3 for colour, 4 for colour and alpha.
        fit: For samples: of the reals of other proportions: crop, pad or stretch. Default: crop.
        range_: For samples: of the reals, LOW:HIGH, the values of black and white of arrays and of files of more than 8
            bits. Default: found in all of them.
        metrics: Names separated by commas (`zerosum list`), or `all`. Default: all that apply but those on request.
        number: Samples to generate or to take, at most as many as the train split has; up to 10,000 test reals are the
            reference. Default: 10,000, 25,600 for stacked-mnist, 50,000 for a table; of samples that are there all.
        seed: Of the samples, or of the choice among them.
        repeats: Of a run: score so many sets of samples, from as many seeds: the scores are their means, with a spread.
        features: The space to compare in (`zerosum list`), such as classifier or inception. Default: of images imagenet
            where it is installed, else patches; of points their coordinates.
        control: Of a run: score it with a control at each of some values, as temperature=0.7,0.85,1,1.15; the scores
            stand side by side, and are not added to the run.
        direction: Of a translator: forward, or backward to score what it makes of the targets.
        device: auto, cpu, cuda or mps.
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
        json_: Print JSON, with each score's protocol.
    """
    from zerosum.errors import ZerosumError
    from zerosum.evaluation.run_scores import table
    from zerosum.evaluation.sample_scores import Asked, evaluate_each
    from zerosum.group import distributed
    from zerosum.progress.waits import Waits

    request = Asked(
        data=data,
        target=target,
        size=size,
        channels=channels,
        fit=fit,
        value_range=range_,
        metrics=metrics.split(",") if metrics else None,
        n=number,
        seed=seed,
        repeats=repeats,
        features=features,
        direction=direction,
        device=device,
        data_root=data_root,
    )
    if control is not None:
        _print_curve(samples, control, request, json_=json_)
        return
    unkept: list[ZerosumError] = []
    with Waits("reading data and samples") as waits:
        results = evaluate_each(samples, request, waiting=waits, unkept=unkept.append)
    if not distributed.speaks():
        return
    if json_:
        print(json.dumps([score.to_dict() for scores in results for score in scores], indent=1))
    else:
        titles = [title(path, alone=len(samples) == 1) for path in samples]
        print("\n\n".join(above + table(scores) for above, scores in zip(titles, results, strict=True)))
    for error in unkept:
        raise error


def _print_curve(samples: tuple[Path, ...], control: str, request: "Asked", *, json_: bool) -> None:
    from zerosum.errors import UserError
    from zerosum.evaluation.curve import curve, curve_table
    from zerosum.progress.waits import Waits
    from zerosum.runs.run import Run

    if len(samples) != 1 or not Run(samples[0]).exists():
        raise UserError("--control turns what a run has: give one run folder")
    names = ("data", "metrics", "n", "seed", "features", "device", "data_root")
    with Waits("reading data and samples") as waits:
        rows = curve(samples[0], control, **{name: getattr(request, name) for name in names}, waiting=waits)
    if json_:
        print(json.dumps([score.to_dict() for scores in rows for score in scores], indent=1))
    else:
        print(curve_table(rows))


def title(path: Path, *, alone: bool) -> str:
    """Return the line above a table: the round of a run's generator, or which of several sets of samples it is of."""
    from zerosum.runs.run import Run

    step = Run(path).kept()
    return f"the generator of round {step:,}\n" if step is not None else "" if alone else f"{path}\n"
