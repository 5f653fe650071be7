"""The picture of a game as it stands: samples from the same inputs each time, or the curves of a game on a line."""

from collections.abc import Mapping

import torch
from PIL import Image
from torch import Tensor

from zerosum.core.game import Game
from zerosum.core.seeds import derived_seed
from zerosum.core.spec import Spec
from zerosum.data.density import Density
from zerosum.drawing import pictures
from zerosum.kinds.table import kind_of
from zerosum.recipe.schema import Data
from zerosum.sampling import sampler


def snapshot(game: Game, data: Data, real: Tensor, density: Density | None = None) -> Image.Image:
    """Draw what the generator makes now; call it with the averaged weights in place.

    Args:
        game: whose samples are drawn, from seed 0; the first control with classes or categories runs through them, so
            that ten make columns. What samples are made from stands above them: the levels of a pyramid.
        data: of the recipe.
        real: in the units of the data, drawn behind points.
        density: of the data where it is known: drawn for data on a line.
    """
    showing = kind_of(data.spec).showing
    discrete = [c for c in game.controls if c.form.discrete][:1]
    columns = {c.name: torch.arange(showing.many) % c.form.size for c in discrete}
    samples, _ = sampler.sample(game, showing.many, given=columns)
    values = sampler.outside(samples, data)
    x = showing.axis(real, data.spec)
    if x is not None:
        return line(game, data, values, real, x, density)
    return showing.pyramid([*above(game, data, showing.columns, columns), values], data.spec, real)


def above(game: Game, data: Data, columns: int, inputs: Mapping[str, Tensor]) -> list[Tensor]:
    """Return what the first row of samples is made from, outside; nothing where samples do not stand in columns."""
    if not columns:
        return []
    stages = sampler.stages(game, columns, given={name: values[:columns] for name, values in inputs.items()})[:-1]
    return [sampler.outside(stage, data) for stage in stages]


def of_reals(samples: Tensor, spec: Spec) -> Image.Image:
    """Draw real samples, as many as in a snapshot and in the same form."""
    showing = kind_of(spec).showing
    return showing.picture(samples[: showing.many], spec, columns=showing.columns or None)


@torch.no_grad()
def line(game: Game, data: Data, samples: Tensor, real: Tensor, x: Tensor, density: Density | None) -> Image.Image:
    """Draw a game on a line as Figure 1 of Goodfellow et al. 2014 (arXiv:1406.2661): p_data, p_g, D, and z -> x."""
    device = next(game.parameters()).device
    with sampler.evaluating(game):
        opinion = game.opinion(kind_of(data.spec).units.inside(x, data.spec).to(device))
    return pictures.game_1d(
        samples,
        p_data=None if density is None else (x[:, 0], density.pdf(x)),
        discriminator=None if opinion is None else (x[:, 0], opinion.cpu()),
        mapping=mapping(game, data),
        real=real,
    )


def mapping(game: Game, data: Data) -> tuple[Tensor, Tensor] | None:
    """Return (z, G(z)), each [41], in the order of z, where one number alone steers; None elsewhere."""
    (first, *others) = game.controls
    if others or first.form.size != 1:
        return None
    latents = first.draw(4096, torch.Generator().manual_seed(derived_seed(0)))
    z = torch.quantile(latents, torch.linspace(0.005, 0.995, 41), dim=0)
    samples, _ = sampler.sample(game, len(z), given={first.name: z})
    return z[:, 0], sampler.outside(samples, data)[:, 0]
