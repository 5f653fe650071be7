"""Arithmetic further inside: on the activations of a generator's layers, where meanings lie straighter than in latents.

A generator may bend the latent space so that no one step of it puts glasses on every face. Past its first layers the
bends are undone: means and differences of activations do there what those of latents are meant to do. The place of a
thing in the picture is known there too, so a difference is best taken among samples of one pose.

The same idea in the features of a classifier: Upchurch et al. 2017, arXiv:1611.05507. Layers are the weighted ones in
the order in which they are called, from 0, as in `zerosum.latents.directions`.
"""

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from zerosum.errors import UserError
from zerosum.latents.directions import WEIGHTED, activations
from zerosum.latents.space import Points, Space
from zerosum.sampling import sampler


@torch.no_grad()
def values(space: Space, points: Points, layer: int) -> Tensor:
    """Return the activations of a layer at points, float32 [n, numbers] on the CPU.

    Raises:
        UserError: there is no such layer.
    """
    parts = torch.split(torch.arange(len(points)), sampler.CHUNK)
    return torch.cat([activations(space, points[rows], layer).cpu() for rows in parts])


@torch.no_grad()
def render(space: Space, points: Points, layer: int, by: Tensor) -> Tensor:
    """Return the samples at points as users see them, with `by` [n or 1, numbers] added to a layer's activations.

    Raises:
        UserError: there is no such layer, or it has another number of activations.
    """
    size = activations(space, points[0], layer).shape[1]
    if by.ndim != 2 or by.shape[1] != size or len(by) not in (1, len(points)):
        raise UserError(f"a step of {list(by.shape)} for {len(points)} samples: layer {layer} has {size} activations")
    by = by.expand(len(points), -1)
    parts = []
    for rows in torch.split(torch.arange(len(points)), sampler.CHUNK):
        hooks = added(space, layer, by[rows])
        try:
            parts.append(space.differentiable(points[rows]).cpu())
        finally:
            for hook in hooks:
                hook.remove()
    return sampler.outside(torch.cat(parts), space.generator.recipe.data)


def added(space: Space, layer: int, by: Tensor) -> list[RemovableHandle]:
    """Make the generator add `by` [n, numbers] to what its weighted layer number `layer` returns; return the hooks."""
    calls = iter(range(1 << 30))

    def add(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor | None:
        return output + by.to(output).view(output.shape) if next(calls) == layer else None

    layers = [part for part in space.generator.game.modules() if isinstance(part, WEIGHTED)]
    return [part.register_forward_hook(add) for part in layers]
