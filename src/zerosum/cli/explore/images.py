"""`zerosum explore RUN invert` and `neighbours`: samples beside images that are given."""

from pathlib import Path

from zerosum.cli.explore.shared import Amounts, Flag, Numbers, save, space_of
from zerosum.cli.slow_commands import waited


@waited("looking for latents")
def invert(
    run: Path,
    /,
    *images: Path,
    held_out: int = 0,
    starts: int = 8,
    steps: int = 300,
    along: Path | None = None,
    strengths: Amounts = (-1.0, -0.5, 0.5, 1.0),
    seed: int = 0,
    label: str | None = None,
    out: Path = Path("invert.png"),
    force: Flag = False,
    device: str = "auto",
    data: Path | None = None,
    data_root: Path | None = None,
) -> None:
    """Find the latents of given images, so that they can be edited; says how near the generator comes to each, in dB.

    Args:
        run: The run folder.
        images: Image files, cut and resized as for training.
        held_out: In place of files: the first so many images of the data's test split.
        starts: Places to begin at for each image; the first is the encoder's where the game has one.
        steps: Of optimisation.
        along: The .npz of an `arithmetic` or `directions` of this run: edit along its (first) direction.
        strengths: Factors on that direction to show.
        seed: Of the starts.
        label: One class for all images. Default: each start has one at random, and the best start wins.
        out: A .png, or an .npz of the arrays alone.
        force: Replace files of anything but an exploration.
        device: auto, cpu, cuda or mps.
        data: Where the data of the run lie now. Default: where they lay when it was trained.
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
    """
    from zerosum.latents import exploration, inversion

    space = space_of(run, device, out, force, data)
    values, names = exploration.images_of(space, images, held_out=held_out, root=data_root)
    direction = None if along is None else exploration.direction_from(along)
    result = inversion.invert(space, values, steps=steps, starts=starts, seed=seed, label=label)
    sheet = inversion.show(space, values, result, direction=direction, strengths=strengths, names=names)
    save(sheet, run, out, force)


@waited("looking for neighbours")
def neighbours(
    run: Path,
    /,
    *,
    samples: Numbers = (0, 1, 2, 3, 4, 5, 6, 7),
    count: int = 6,
    features: str | None = None,
    seed: int = 0,
    label: str | None = None,
    out: Path = Path("neighbours.png"),
    force: Flag = False,
    device: str = "auto",
    data: Path | None = None,
    data_root: Path | None = None,
) -> None:
    """Show samples beside the training images that are nearest to them.

    Args:
        run: The run folder.
        samples: Numbers of the samples.
        count: Neighbours of each.
        features: The space of distances, as for `zerosum evaluate`. Default: what suits the data.
        seed: Of the samples.
        label: One class for all samples.
        out: A .png, or an .npz of the arrays alone.
        force: Replace files of anything but an exploration.
        device: auto, cpu, cuda or mps.
        data: Where the data of the run lie now. Default: where they lay when it was trained.
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
    """
    from zerosum.latents.exploration import resident
    from zerosum.latents.neighbours import neighbours as nearest
    from zerosum.metrics.features import features_for
    from zerosum.metrics.named_features import check_features, named_features

    check_features(features)
    space = space_of(run, device, out, force, data)
    train, test = (resident(space, split, data_root) for split in ("train", "test"))
    extractor = named_features(features, train, test) if features else features_for(train, test)
    save(nearest(space, train, extractor, numbers=samples, count=count, seed=seed, label=label), run, out, force)
