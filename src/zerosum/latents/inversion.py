"""Inversion: which input makes this image? Found by optimisation from several starts; then real images can be edited.

Zhu et al. 2016, arXiv:1609.03552, section 3.1; Creswell and Bharath 2016, arXiv:1611.05644.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from zerosum.core.device import repeatable
from zerosum.errors import UserError
from zerosum.kinds.table import kind_of
from zerosum.latents.arithmetic import strip
from zerosum.latents.explored import Explored
from zerosum.latents.sheet import draw
from zerosum.latents.space import Points, Space
from zerosum.sampling.sampler import evaluating

STEPS, STARTS, RATE = 300, 8, 0.1
TRIALS = 32
EDITS = (-1.0, -0.5, 0.5, 1.0)
FRESH = 0.75
"""Share of the steps after which all starts of an image but its best are given up."""


@dataclass(frozen=True)
class Inverted:
    """What was found: `points` [n], `images` as the generator makes them, uint8, and `psnr` in dB, [n]."""

    points: Points
    images: Tensor
    psnr: Tensor


def invert(
    space: Space,
    images: Tensor,
    *,
    steps: int = STEPS,
    starts: int = STARTS,
    seed: int = 0,
    label: str | int | None = None,
    prior_weight: float = 1e-2,
) -> Inverted:
    """Find the inputs whose samples are nearest to images.

    Minimises |G(v) - x|^2 / P + prior_weight |v|^2 / D over v, images in [-1, 1] of P numbers, v of D, by Adam at a
    rate that falls to nothing. An image is sought from several starts at once: the one the game's encoder names, where
    it has one, and else the nearest of 32 random samples a start; after three quarters of the steps the best alone goes
    on. The second term keeps v where training has been; it is left out for inputs that are bounded anyway.

    Args:
        space: of the generator.
        images: uint8 [N, C, H, W], of the generator's shape.
        steps: of optimisation.
        starts: places to begin at, for each image.
        seed: of the starts.
        label: one class for all; otherwise each start has the label or category of the random sample it began at.
        prior_weight: see above.

    Raises:
        UserError: images of another shape, or a number out of range.
    """
    check(space, images, steps, starts)
    device = next(space.generator.game.parameters()).device
    targets = (images.float() / 127.5 - 1).to(device)
    points = begin(space, targets, starts=starts, seed=seed, label=label)
    many = targets.repeat_interleave(starts, 0)
    early = max(round(FRESH * steps), 1)
    latents, errors = descend(space, points, many, range(early), steps, prior_weight)
    best = errors.view(-1, starts).argmin(1).cpu() + torch.arange(len(images)) * starts
    if early < steps:
        latents, _ = descend(space, latents[best], targets, range(early, steps), steps, prior_weight)
    else:
        latents = latents[best]
    samples = space.render(latents)
    return Inverted(latents, samples, psnr(samples, images))


def begin(space: Space, targets: Tensor, *, starts: int, seed: int, label: str | int | None) -> Points:
    """Return [N * starts] points to begin at: for each start the nearest of 32 random samples; the first is encoded."""
    pool = space.draw(TRIALS * starts, seed=seed, label=label)
    with torch.no_grad(), evaluating(space.generator.game):
        samples = torch.cat([space.differentiable(pool[rows]) for rows in torch.split(torch.arange(len(pool)), 64)])
        encoded = space.generator.game.encode(targets)
    distance = torch.cdist(targets.flatten(1), samples.flatten(1)).view(len(targets), starts, TRIALS)
    nearest = (distance.argmin(2).cpu() + torch.arange(starts) * TRIALS).flatten()
    points = pool[nearest]
    if encoded is not None:
        vectors, held = points.vectors.clone(), {name: values.clone() for name, values in points.held.items()}
        vectors[::starts] = space.vectors({name: value.cpu() for name, value in encoded.items()})
        for name in held.keys() & (encoded.keys() if label is None else set()):
            held[name][::starts] = encoded[name].cpu()
        points = Points(vectors, held)
    return points


def descend(
    space: Space, points: Points, targets: Tensor, part: range, steps: int, prior_weight: float
) -> tuple[Points, Tensor]:
    """Take the steps `part` out of `steps`, and return where that led and the squared error of each, [n]."""
    vectors = points.vectors.clone().requires_grad_()
    optimiser = torch.optim.Adam([vectors], lr=RATE, betas=(0.9, 0.99))
    errors = torch.zeros(len(targets))
    with repeatable(targets.device):
        for step in part:
            optimiser.param_groups[0]["lr"] = RATE * (1 - step / steps)
            samples = space.differentiable(Points(vectors, points.held))
            errors = F.mse_loss(samples, targets, reduction="none").flatten(1).mean(1)
            near = vectors.square().mean(1).to(errors.device) * prior_weight if space.spherical else 0.0
            (vectors.grad,) = torch.autograd.grad((errors + near).sum(), vectors)
            optimiser.step()
    return Points(vectors.detach(), points.held), errors.detach()


def psnr(samples: Tensor, images: Tensor) -> Tensor:
    """Return the peak signal-to-noise ratio of uint8 images, float64 [N] in dB: 20 log10(255 / root mean square error).

    Equal images have infinity.
    """
    error = (samples.double() - images.double()).square().flatten(1).mean(1)
    return 20 * torch.log10(255 / error.sqrt())


def show(
    space: Space,
    images: Tensor,
    inverted: Inverted,
    *,
    direction: Tensor | None = None,
    strengths: Sequence[float] = EDITS,
    names: Sequence[str] = (),
) -> Explored:
    """Show images, what was found for them, and that moved along a direction [size] by several strengths.

    Returns:
        `images`, `found` [N, ...], `latents` [N, size], `psnr` [N], and `edited` [N, strengths, ...] with a direction.
    """
    columns, titles = [images[:, None], inverted.images[:, None]], ["image", "found"]
    arrays = {"images": images, "found": inverted.images, "latents": inverted.points.vectors, "psnr": inverted.psnr}
    if direction is not None:
        if direction.shape != (space.size,):
            raise UserError(
                f"the direction has {direction.numel()} numbers, this space {space.size}: find one for this run"
            )
        edited, more = strip(space, direction, inverted.points, strengths=strengths)
        columns, titles, arrays = [*columns, edited], [*titles, *more], {**arrays, "edited": edited}
    rows = [f"{names[at] if names else at}: {float(value):.1f} dB" for at, value in enumerate(inverted.psnr)]
    notes = {
        "psnr": [round(float(value), 3) for value in inverted.psnr],
        "median_psnr": round(float(inverted.psnr.median()), 3),
    }
    return Explored(draw(torch.cat(columns, 1), rows=rows, columns=titles), arrays, notes)


def check(space: Space, images: Tensor, steps: int, starts: int) -> None:
    """Raise UserError where images are not of the generator's shape, or a number is out of range."""
    shape = tuple(space.generator.recipe.data.shape)
    data = space.generator.recipe.data
    if data.kind != "image":
        raise UserError(f"this generator makes {kind_of(data.spec).unit.many}: images only are inverted")
    if images.dtype != torch.uint8 or tuple(images.shape[1:]) != shape or not len(images):
        raise UserError(
            f"images to invert are {images.dtype} {list(images.shape)}: give uint8 [N, {', '.join(map(str, shape))}]"
        )
    if steps < 1 or not 1 <= starts <= 64:
        raise UserError(f"{steps} steps from {starts} starts: use 1 or more, and 1 to 64 starts")
