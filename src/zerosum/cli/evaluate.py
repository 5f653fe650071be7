"""`zerosum evaluate`."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def evaluate(
    run: Path,
    /,
    *,
    metrics: str | None = None,
    samples: int | None = None,
    seed: int = 0,
    repeats: int = 1,
    features: str | None = None,
    direction: str = "forward",
    device: str = "auto",
    data_root: Path | None = None,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Score a trained generator against the test split of its data; beside each score stands what real data reach.

    Args:
        run: The run folder.
        metrics: Names separated by commas (`zerosum list`), or `all`. Default: all that apply but those on request.
        samples: Samples to generate, at most as many as the train split has; up to 10,000 test reals are the reference.
            Default: 10,000, and 25,600 for stacked-mnist.
        seed: Of the samples.
        repeats: Score this many sets of samples, from as many seeds: the scores are their means, with a spread.
        features: The space to compare images in: imagenet, patches, classifier, pixels, inception
            or dinov2. Default: imagenet where it is installed, else patches.
        direction: Of a translator: forward, or backward to score what it makes of the targets.
        device: auto, cpu, cuda or mps.
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
        json_: Print JSON, with each score's protocol.
    """
    from zerosum import distributed
    from zerosum.judging import evaluate_run, table
    from zerosum.waits import Waits

    wanted = metrics.split(",") if metrics else None
    with Waits() as waits:
        scores = evaluate_run(
            run,
            metrics=wanted,
            n=samples,
            seed=seed,
            repeats=repeats,
            features=features,
            direction=direction,
            device=device,
            data_root=data_root,
            waiting=waits,
        )
    if distributed.speaks():
        print(json.dumps([score.to_dict() for score in scores], indent=1) if json_ else table(scores))
