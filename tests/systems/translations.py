"""Made-up images and facts for the tests of games that translate."""

import torch

from zerosum.core.game import Facts, Game
from zerosum.core.importing import load
from zerosum.recipe.build import _network
from zerosum.recipe.resolve import resolve
from zerosum.recipe.table import SYSTEMS


def batch(n: int = 6, channels: int = 1, side: int = 8, seed: int = 0) -> dict[str, torch.Tensor]:
    """Random images, what they become, and holes of four pixels a side."""
    random = torch.Generator().manual_seed(seed)
    x, real = (torch.rand(n, channels, side, side, generator=random) * 2 - 1 for _ in range(2))
    mask = torch.zeros(n, 1, side, side)
    mask[:, :, 2:6, 2:6] = 1
    return {"x": x, "real": real, "mask": mask}


def holed(n: int = 6, channels: int = 1, side: int = 8) -> dict[str, torch.Tensor]:
    """Images, and the same with holes in them."""
    made = batch(n, channels, side)
    return made | {"x": made["real"] * (1 - made["mask"])}


def game(system: str, *settings: str, source=(1, 8, 8), shape=(1, 8, 8), paired: bool = True) -> Game:
    """A tiny game of a named system; `settings` as with --set."""
    fields = {"source": "x", "name": "x", "shape": shape, "source_shape": source, "paired": paired}
    small = ("generator.width=8", "generator.blocks=2", "discriminator.width=8")
    recipe = resolve(system, {}, fields, Facts(shape).kind, (*small, *settings))
    kind: type[Game] = load(SYSTEMS[system].game)
    torch.manual_seed(0)
    facts = Facts(shape, source=source, paired=paired)
    return kind.build(facts, lambda player, *context: _network(recipe, kind, player, *context), recipe.game)
