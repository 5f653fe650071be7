"""Directions that nobody labelled: what a generator's own layers say moves its samples most."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from zerosum.errors import UserError
from zerosum.latents.arithmetic import strip
from zerosum.latents.explored import Explored
from zerosum.latents.sheet import draw
from zerosum.latents.space import Points, Space
from zerosum.sampling import sampler

Method = Literal["factorise", "pca"]
REACHES = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
DRAWN, MOST_ACTIVATIONS = 2000, 4096
WEIGHTED = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d, nn.Bilinear, nn.Embedding)


def directions(
    space: Space,
    *,
    method: Method = "factorise",
    count: int = 5,
    layer: int | None = None,
    numbers: Sequence[int] = (0,),
    reaches: Sequence[float] = REACHES,
    n: int = DRAWN,
    seed: int = 0,
    label: str | int | None = None,
) -> Explored:
    """Find the `count` directions that matter most, without labels, and show samples moved along each.

    Args:
        space: where to look.
        method: "factorise" (`factorised`) or "pca" (`principal`).
        count: directions to show, at most the size of the space.
        layer: which weighted layer's activations "pca" takes, counted from 0 in the order they are called; default 1.
        numbers: of the samples that are moved; a row for each and direction.
        reaches: how far, in lengths of 1; a standard deviation of a normal latent is 1 in every direction.
        n: samples whose activations "pca" takes.
        seed: of all samples.
        label: one class for all samples.

    Returns:
        `directions` [count, size] of length 1, the first the strongest; `strengths` [count], the share of the variance
        (of activations, or of the change of the first layer) that each explains; `samples` [count x numbers, reaches,
        ...].

    Raises:
        UserError: an unknown method, or a number out of range.
    """
    if method not in ("factorise", "pca"):
        raise UserError(f"no method '{method}': use factorise or pca")
    if not 1 <= count <= space.size:
        raise UserError(f"{count} directions: use 1 to {space.size}, the size of the space")
    if method == "factorise":
        vectors, strengths = factorised(space)
    else:
        vectors, strengths = principal(space, layer=1 if layer is None else layer, n=n, seed=seed)
    points = space.numbered(numbers, seed=seed, label=label)
    parts = [strip(space, vector, points, strengths=reaches) for vector in vectors[:count]]
    samples = torch.cat([part for part, _ in parts])
    titles = [f"{at + 1}: {strengths[at]:.0%}" if row == 0 else "" for at in range(count) for row in range(len(points))]
    notes = {"method": method, "samples": list(numbers), "seed": seed, "reaches": list(reaches)}
    notes["strengths"] = [round(float(strength), 6) for strength in strengths[:count]]
    arrays = {"directions": vectors[:count], "strengths": strengths[:count], "samples": samples}
    return Explored(draw(samples, rows=titles, columns=parts[0][1]), arrays, notes)


def factorised(space: Space) -> tuple[Tensor, Tensor]:
    """Return the directions that change the first layer most, [size, size] by rows, and their shares, [size].

    Shen and Zhou 2021, arXiv:2007.06600, equation 8: the eigenvectors of A^T A, A the weight of the first layer. A is
    taken as the derivative of that layer's output by the vector, at the middle of the space: for a linear layer this is
    its weight, without the columns of a label beside the latent.
    """
    middle = space.draw(1).at(torch.zeros(1, space.size))
    vectors = middle.vectors.requires_grad_()
    first = activations(space, Points(vectors, middle.held), 0)
    seeds = torch.eye(first.shape[1], device=first.device)
    rows = torch.autograd.grad(first[0], vectors, seeds, is_grads_batched=True)[0][:, 0]
    squares, axes = torch.linalg.eigh((rows.T @ rows).double())
    return oriented(axes.flip(1).T.float()), shares(squares.flip(0))


def principal(space: Space, *, layer: int = 1, n: int = DRAWN, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return the directions of the main variation of a layer's activations, by rows, and their shares of the variance.

    Haerkoenen et al. 2020 (GANSpace), arXiv:2004.02546, section 2.2: the principal axes of the activations y of `n`
    samples; the vectors are then regressed on the coordinates along the axes, U = argmin |U x - z|^2 (equation 2), and
    its columns are the directions. Of more than 4,096 activations so many are taken, evenly spread.
    """
    points = space.draw(n, seed=seed)
    with torch.no_grad():
        parts = [activations(space, points[rows], layer).cpu() for rows in torch.split(torch.arange(n), sampler.CHUNK)]
    values = torch.cat(parts)
    values = values[:, :: -(-values.shape[1] // MOST_ACTIVATIONS)].double()
    centred = values - values.mean(0)
    count = min(space.size, *centred.shape)
    _, spread, axes = torch.linalg.svd(centred, full_matrices=False)
    coordinates = centred @ axes[:count].T
    solution = torch.linalg.lstsq(
        coordinates, (points.vectors - points.vectors.mean(0)).double(), driver="gelsd"
    ).solution
    return oriented(nn.functional.normalize(solution, dim=1).float()), shares(spread.square())[:count]


def activations(space: Space, points: Points, layer: int) -> Tensor:
    """Return what the weighted layer number `layer`, in the order of calls, makes of points: [n, numbers].

    Raises:
        UserError: there are not so many layers.
    """
    values: list[Tensor] = []

    def keep(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        values.append(output)

    layers = [part for part in space.generator.game.modules() if isinstance(part, WEIGHTED)]
    hooks = [part.register_forward_hook(keep) for part in layers]
    try:
        space.differentiable(points)
    finally:
        for hook in hooks:
            hook.remove()
    if not values:
        raise UserError("this generator has no weighted layers, so it tells no directions: interpolate between latents")
    if not 0 <= layer < len(values):
        raise UserError(f"layer {layer}: this generator has {len(values)} weighted layers, use 0 to {len(values) - 1}")
    return values[layer].float().flatten(1)


def oriented(vectors: Tensor) -> Tensor:
    """Return vectors by rows, each turned so that its largest entry is positive: the sign of an axis is arbitrary."""
    largest = vectors.gather(1, vectors.abs().argmax(1, keepdim=True))
    return vectors * torch.where(largest < 0, -1.0, 1.0)


def shares(squares: Tensor) -> Tensor:
    """Return squares as shares of their sum, float32."""
    return (squares.clamp(min=0) / squares.clamp(min=0).sum().clamp(min=torch.finfo(squares.dtype).tiny)).float()
