"""The picture of a game as it stands: samples from the same inputs each time, or the curves of a game on a line."""

import torch
from PIL import Image
from torch import Tensor

from zerosum.core.game import Game
from zerosum.core.seeds import derived_seed
from zerosum.data.density import Density
from zerosum.drawing import pictures
from zerosum.recipe.schema import Data
from zerosum.sampling import sampler

IMAGES_SHOWN, COLUMNS, POINTS_SHOWN, CURVE_POINTS = 80, 10, 2000, 400


def snapshot(game: Game, data: Data, real: Tensor, density: Density | None = None) -> Image.Image:
    """Draw what the generator makes now; call it with the averaged weights in place.

    Args:
        game: whose samples are drawn, from seed 0; the first control with classes or categories runs through them, so
            that ten make columns. What samples are made from stands above them: the levels of a pyramid.
        data: of the recipe.
        real: in the units of the data, drawn behind points.
        density: of the data where it is known: drawn for data on a line.
    """
    n = IMAGES_SHOWN if len(data.shape) == 3 else POINTS_SHOWN
    columns = {c.name: torch.arange(n) % c.form.size for c in [c for c in game.controls if c.form.discrete][:1]}
    samples, _ = sampler.sample(game, n, given=columns)
    shown = sampler.outside(samples, data)
    if data.shape == (1,):
        return line(game, data, shown, real, density)
    if len(data.shape) == 1:
        return pictures.samples_picture(shown, real)
    made_from = sampler.stages(game, COLUMNS, given={name: values[:COLUMNS] for name, values in columns.items()})[:-1]
    return stacked([*(sampler.outside(stage, data) for stage in made_from), shown])


def stacked(stages: list[Tensor]) -> Image.Image:
    """Draw uint8 images of several sizes below one another, each pixel so large that all are equally wide."""
    scale = pictures.grid(stages[-1], columns=COLUMNS).width // (COLUMNS * stages[-1].shape[3])
    sheets = [
        pictures.grid(stage, columns=COLUMNS, scale=scale * stages[-1].shape[3] // stage.shape[3]) for stage in stages
    ]
    if len(sheets) == 1:
        return sheets[0]
    picture = Image.new(sheets[0].mode, (sheets[0].width, sum(sheet.height for sheet in sheets)))
    for number, sheet in enumerate(sheets):
        picture.paste(sheet, (0, sum(before.height for before in sheets[:number])))
    return picture


def of_reals(samples: Tensor) -> Image.Image:
    """Draw samples as they are, images as a grid of the same shape as a snapshot's."""
    if samples.ndim == 4:
        return pictures.grid(samples[:IMAGES_SHOWN], columns=COLUMNS)
    return pictures.samples_picture(samples[:POINTS_SHOWN])


@torch.no_grad()
def line(game: Game, data: Data, samples: Tensor, real: Tensor, density: Density | None) -> Image.Image:
    """Draw a game on a line as Figure 1 of Goodfellow et al. 2014 (arXiv:1406.2661): p_data, p_g, D, and z -> x."""
    device = next(game.parameters()).device
    x = torch.linspace(float(real.min()), float(real.max()), CURVE_POINTS)[:, None]
    with sampler.evaluating(game):
        opinion = game.opinion(((x - torch.tensor(data.center)) / torch.tensor(data.scale)).to(device))
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
    drawn = first.draw(4096, torch.Generator().manual_seed(derived_seed(0)))
    z = torch.quantile(drawn, torch.linspace(0.005, 0.995, 41), dim=0)
    made, _ = sampler.sample(game, len(z), given={first.name: z})
    return z[:, 0], sampler.outside(made, data)[:, 0]
