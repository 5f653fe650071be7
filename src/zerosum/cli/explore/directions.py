"""`zerosum explore RUN arithmetic` and `directions`: steps that mean something, with labels and without."""

from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from zerosum.cli.explore.shared import Amounts, Flag, Numbers, Picked, save, space_of
from zerosum.cli.slow_commands import waited


@waited("drawing samples and what they have in common")
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
    data: Path | None = None,
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
        force: Replace files of anything but an exploration.
        device: auto, cpu, cuda or mps.
        data: Where the data of the run lie now. Default: where they lay when it was trained.
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
    """
    from zerosum.errors import UserError
    from zerosum.latents import arithmetic as sums
    from zerosum.latents import exploration

    space = space_of(run, device, out, force, data)
    if (attribute is None) == (not take or not minus):
        raise UserError(
            "name samples with --take and --minus (and --plus), or an attribute with --attribute NAME=VALUE"
        )
    if attribute is None and plus:
        result = sums.equation(space, take, minus, plus, strength=strength, seed=seed, label=label)
        return save(result, run, out, force)
    notes: dict[str, Any] = {}
    if attribute is None:
        direction = sums.picked(space, take, minus, seed=seed, label=label)
    else:
        options: dict[str, Any] = {"within": within, "strength": strength, "n": number, "seed": seed, "root": data_root}
        direction, notes = exploration.attribute(space, attribute, against, **options)
    result = sums.slide(space, direction, samples, strengths=strengths, seed=seed, label=label)
    return save(result.noting(notes), run, out, force)


@waited("looking for directions")
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
        force: Replace files of anything but an exploration.
        device: auto, cpu, cuda or mps.
    """
    from zerosum.errors import UserError
    from zerosum.latents import directions as unlabelled

    if steps < 2 or reach <= 0:
        raise UserError(f"{steps} steps with a reach of {reach:g}: use 2 or more, and a number above 0")
    reaches = [reach * (2 * at / (steps - 1) - 1) for at in range(steps)]
    options: dict[str, Any] = {"count": count, "layer": layer, "numbers": samples, "reaches": reaches}
    space = space_of(run, device, out, force)
    result = unlabelled.directions(space, method=method, **options, n=number, seed=seed, label=label)
    save(result, run, out, force)
