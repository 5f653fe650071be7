"""`zerosum explore RUN ...`: one command a kind of exploration; the run comes first, as in all other commands."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import cyclopts
from cyclopts import Parameter

if TYPE_CHECKING:
    from zerosum.latents.explored import Explored
    from zerosum.latents.space import Space

Numbers = Annotated[tuple[int, ...], Parameter(consume_multiple=True, negative="")]
Picked = Annotated[tuple[int, ...], Parameter(consume_multiple=True, negative="", show_default=False)]
Amounts = Annotated[tuple[float, ...], Parameter(consume_multiple=True, negative="")]
Flag = Annotated[bool, Parameter(negative="")]

explore = cyclopts.App(
    name="explore",
    help="Steer a trained generator: `zerosum explore RUN interpolate`. Samples are named by their number, counted "
    "from 0, as `zerosum sample` makes them from the same seed.",
    help_format="markdown",
    usage="Usage: zerosum explore RUN COMMAND [OPTIONS]",
)


def reordered(words: list[str]) -> list[str]:
    """Return `explore RUN VERB ...` as `explore VERB RUN ...`, which is what the parser wants; all else as it is."""
    verbs = [name for name in explore if not name.startswith("-")]
    if words[:1] == ["explore"] and len(words) > 2 and words[1] not in verbs and words[2] in verbs:
        return ["explore", words[2], words[1], *words[3:]]
    return words


@explore.command
def interpolate(
    run: Path,
    /,
    *,
    samples: Picked = (),
    corners: Flag = False,
    steps: int | None = None,
    way: Literal["auto", "linear", "spherical"] = "auto",
    seed: int = 0,
    label: str | None = None,
    out: Path = Path("interpolate.png"),
    fps: float = 20.0,
    force: Flag = False,
    device: str = "auto",
) -> None:
    """Walk from each sample to the next; a loop through all of them where --out ends in .gif, .apng, .webp or .mp4.

    Args:
        run: The run folder.
        samples: Numbers of the samples to walk between. Default: the first five, or four corners.
        corners: Fill a square between four samples in place of walking.
        steps: Pictures from one sample to the next. Default: 9, and 24 in an animation.
        way: Along straight lines or great circles; auto is what the prior of the latent asks for.
        seed: Of the samples.
        label: One class for all samples.
        out: A .png of all steps, an animation, or an .npz; arrays always go into an .npz beside it.
        fps: Frames a second of an animation.
        force: Overwrite files.
        device: auto, cpu, cuda or mps.
    """
    from zerosum.latents import paths
    from zerosum.latents.animation import ENDINGS

    space = _space(run, device, out, force)
    function = paths.corners if corners else paths.interpolate
    chosen = samples or ((0, 1, 2, 3) if corners else (0, 1, 2, 3, 4))
    steps = steps or (24 if out.suffix.lower() in ENDINGS else 9)
    _save(function(space, chosen, steps=steps, way=way, seed=seed, label=label), run, out, force, fps=fps)


@explore.command
def truncation(
    run: Path,
    /,
    *,
    samples: Numbers = (0, 1, 2, 3, 4),
    amounts: Amounts = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
    seed: int = 0,
    label: str | None = None,
    out: Path = Path("truncation.png"),
    force: Flag = False,
    device: str = "auto",
) -> None:
    """Show samples nearer and nearer to the middle of the latent space: safer, and less varied.

    Args:
        run: The run folder.
        samples: Numbers of the samples.
        amounts: Factors on the latent, 0 to 2.
        seed: Of the samples.
        label: One class for all samples.
        out: A .png, or an .npz of the arrays alone.
        force: Overwrite files.
        device: auto, cpu, cuda or mps.
    """
    from zerosum.latents.paths import truncate

    space = _space(run, device, out, force)
    _save(truncate(space, samples, amounts=amounts, seed=seed, label=label), run, out, force)


@explore.command
def arithmetic(
    run: Path,
    /,
    *,
    take: Picked = (),
    minus: Picked = (),
    plus: Picked = (),
    attribute: str | None = None,
    against: str = "",
    within: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative="", show_default=False)] = (),
    strength: float = 1.0,
    strengths: Amounts = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0),
    samples: Numbers = (0, 1, 2, 3, 4, 5),
    number: int = 2000,
    seed: int = 0,
    label: str | None = None,
    out: Path = Path("arithmetic.png"),
    force: Flag = False,
    device: str = "auto",
    data_root: Path | None = None,
) -> None:
    """Compute A - B + C of samples picked by hand, or find, show and check the direction of an attribute.

    With --take, --minus and --plus: mean(A) - mean(B) + mean(C), and the pictures that lead there. Without --plus:
    samples moved along A - B. With --attribute: the same, A and B being labelled by a classifier of the data's
    attribute, and a check by another classifier that the attribute changed and others did not.

    Args:
        run: The run folder.
        take: Numbers of the samples of A.
        minus: Of B.
        plus: Of C.
        attribute: NAME=VALUE, such as eyes=sunglasses or label=7; or slant or stroke-width, which are measured.
        against: What B shows of the attribute. Default: anything else.
        within: NAME=VALUE of other attributes, that all samples have to show.
        strength: Factor on A - B, in the result and in the check.
        strengths: Factors on A - B to show.
        samples: Numbers of the samples to move.
        number: Samples to label.
        seed: Of the samples.
        label: One class for all samples.
        out: A .png, or an .npz of the arrays alone.
        force: Overwrite files.
        device: auto, cpu, cuda or mps.
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
    """
    from zerosum.errors import UserError
    from zerosum.latents import arithmetic as sums
    from zerosum.latents import materials

    space = _space(run, device, out, force)
    if (attribute is None) == (not take or not minus):
        raise UserError(
            "name samples with --take and --minus (and --plus), or an attribute with --attribute NAME=VALUE"
        )
    if attribute is None and plus:
        found = sums.equation(space, take, minus, plus, strength=strength, seed=seed, label=label)
        return _save(found, run, out, force)
    checked: dict[str, Any] = {}
    if attribute is None:
        direction = sums.picked(space, take, minus, seed=seed, label=label)
    else:
        options: dict[str, Any] = {"within": within, "strength": strength, "n": number, "seed": seed, "root": data_root}
        direction, checked = materials.attribute(space, attribute, against, **options)
    found = sums.slide(space, direction, samples, strengths=strengths, seed=seed, label=label)
    return _save(found.noting(checked), run, out, force)


@explore.command
def directions(
    run: Path,
    /,
    *,
    method: Literal["factorise", "pca"] = "factorise",
    count: int = 5,
    layer: int | None = None,
    samples: Numbers = (0,),
    reach: float = 3.0,
    steps: int = 7,
    number: int = 2000,
    seed: int = 0,
    label: str | None = None,
    out: Path = Path("directions.png"),
    force: Flag = False,
    device: str = "auto",
) -> None:
    """Find the directions that change samples most, without labels, and show samples moved along them.

    Args:
        run: The run folder.
        method: factorise: of the first layer's weights, in closed form; pca: of the activations of a layer.
        count: How many directions.
        layer: Which weighted layer's activations pca takes, counted from 0. Default: 1.
        samples: Numbers of the samples to move; a row for each and direction.
        reach: How far to either side, in standard deviations of a normal latent.
        steps: Pictures a row.
        number: Samples whose activations pca takes.
        seed: Of the samples.
        label: One class for all samples.
        out: A .png, or an .npz of the arrays alone.
        force: Overwrite files.
        device: auto, cpu, cuda or mps.
    """
    from zerosum.errors import UserError
    from zerosum.latents import directions as unlabelled

    if steps < 2 or reach <= 0:
        raise UserError(f"{steps} steps with a reach of {reach:g}: use 2 or more, and a number above 0")
    reaches = [reach * (2 * at / (steps - 1) - 1) for at in range(steps)]
    options: dict[str, Any] = {"count": count, "layer": layer, "numbers": samples, "reaches": reaches}
    space = _space(run, device, out, force)
    found = unlabelled.directions(space, method=method, **options, n=number, seed=seed, label=label)
    _save(found, run, out, force)


@explore.command
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
        force: Overwrite files.
        device: auto, cpu, cuda or mps.
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
    """
    from zerosum.latents import inversion, materials

    space = _space(run, device, out, force)
    values, names = materials.images_of(space, images, held_out=held_out, root=data_root)
    direction = None if along is None else materials.direction_from(along)
    found = inversion.invert(space, values, steps=steps, starts=starts, seed=seed, label=label)
    shown = inversion.show(space, values, found, direction=direction, strengths=strengths, names=names)
    _save(shown, run, out, force)


@explore.command
def neighbours(
    run: Path,
    /,
    *,
    samples: Numbers = (0, 1, 2, 3, 4, 5, 6, 7),
    count: int = 6,
    features: Literal["classifier", "pixels", "inception", "dinov2"] | None = None,
    seed: int = 0,
    label: str | None = None,
    out: Path = Path("neighbours.png"),
    force: Flag = False,
    device: str = "auto",
    data_root: Path | None = None,
) -> None:
    """Show samples beside the training images that are nearest to them.

    Args:
        run: The run folder.
        samples: Numbers of the samples.
        count: Neighbours of each.
        features: The space of distances. Default: what suits the data.
        seed: Of the samples.
        label: One class for all samples.
        out: A .png, or an .npz of the arrays alone.
        force: Overwrite files.
        device: auto, cpu, cuda or mps.
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
    """
    from zerosum.latents.materials import resident
    from zerosum.latents.neighbours import neighbours as nearest
    from zerosum.metrics.features import features_for, named_features

    space = _space(run, device, out, force)
    train, test = (resident(space, split, data_root) for split in ("train", "test"))
    chosen = named_features(features, train, test) if features else features_for(train, test)
    _save(nearest(space, train, chosen, numbers=samples, count=count, seed=seed, label=label), run, out, force)


def _space(run: Path, device: str, out: Path, force: bool) -> "Space":
    """Return the space of a run; what would make the whole exploration vain is looked at first."""
    from zerosum.device import device_of
    from zerosum.latents.explored import check_out
    from zerosum.latents.space import open_space

    check_out(out, force=force)
    return open_space(run, device=device_of(device))


def _save(found: "Explored", run: Path, out: Path, force: bool, *, fps: float = 20.0) -> None:
    """Write what was found; where it is goes to stdout, what there is to say of it to stderr."""
    for name in ("check", "median_psnr"):
        if name in found.notes:
            print(f"{name}: {json.dumps(found.notes[name])}", file=sys.stderr)
    for path in found.save(out, force=force, fps=fps, about={"run": run.name}):
        print(path)
