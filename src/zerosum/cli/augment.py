"""`zerosum augment`."""

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from zerosum.data.size import Fit


def augment(
    subject: str,
    /,
    *,
    labels_per_class: int,
    data: str | None = None,
    seeds: int = 5,
    generated: int = 1000,
    steps: int | None = None,
    minutes: float | None = None,
    set_: Annotated[tuple[str, ...], Parameter(name="--set", consume_multiple=True, negative="")] = (),
    classifier_steps: int = 1400,
    mirror: bool | None = None,
    out: Path | None = None,
    device: str = "auto",
    size: str | None = None,
    channels: Literal[1, 3, 4] | None = None,
    fit: Fit | None = None,
    data_root: Path | None = None,
    fresh: Annotated[bool, Parameter(negative="")] = False,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> str | None:
    """Does synthetic data help? Train a classifier on few real images, with and without generated ones.

    Standard augmentation (shifts, turns, mirroring) is the rival. Prints a table and a verdict; the same command again
    continues the study.

    Args:
        subject: A named system or recipe file, trained on the chosen images alone; or a run folder.
        labels_per_class: Real images of each class.
        data: Labelled images. Default: those of the run or recipe file, or digits.
        seeds: Repetitions, each with other images, another generator and another classifier.
        generated: Generated images of each class; half of what the classifier sees is generated.
        steps: Rounds of the generator's training.
        minutes: Minutes of the generator's training.
        set_: Recipe entries of the generator as path=value.
        classifier_steps: Batches of the classifier's training, the same with and without generated images.
        mirror: Mirror images left to right in standard augmentation. Default: for fashion-mnist and cifar10.
        out: Folder of the study. Default: runs/augment-SUBJECT-DATA-N.
        device: auto, cpu, cuda or mps.
        size: Pixels a side, or WIDTHxHEIGHT such as 96x64. Default: what the images have in common.
        channels: 1 for grey, 3 for colour, 4 for colour and alpha.
        fit: Of images of other proportions: crop, pad or stretch. Default: crop.
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
        fresh: Start over in a folder that holds a study.
        json_: Print JSON, with the protocol and every seed.
    """
    from zerosum.study.augmentation import augmentation_study

    outcome = augmentation_study(
        subject,
        data,
        labels_per_class=labels_per_class,
        seeds=seeds,
        generated=generated,
        classifier_steps=classifier_steps,
        mirror=mirror,
        settings=set_,
        steps=steps,
        minutes=minutes,
        out=out,
        device=device,
        data_root=data_root,
        size=size,
        channels=channels,
        fit=fit,
        fresh=fresh,
        say=lambda message: print(message, file=sys.stderr),
    )
    print(json.dumps(outcome.to_dict(), indent=1) if json_ else f"{outcome.table()}\n\n{outcome.verdict()}")
    return outcome.reason
