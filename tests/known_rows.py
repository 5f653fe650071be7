"""Small tables whose truth is known."""

import torch

from zerosum.metrics.tables.layout import Column, Layout

NAN = float("nan")
LAYOUT = Layout([Column("height"), Column("weight"), Column("colour", 3), Column("kind", 2)], target="kind")


def people(n, *, seed=0):
    """Rows in which weight goes with height, kind with both, colour with nothing; a tenth of weights is missing."""
    random = torch.Generator().manual_seed(seed)
    height = torch.randn(n, generator=random, dtype=torch.float64) * 10 + 170
    weight = height - 100 + torch.randn(n, generator=random, dtype=torch.float64) * 5
    colour = torch.multinomial(torch.tensor([0.6, 0.3, 0.1]), n, replacement=True, generator=random).double()
    kind = (height + weight + torch.randn(n, generator=random) * 5 > 255).double()
    weight[torch.rand(n, generator=random) < 0.1] = NAN
    return torch.stack([height, weight, colour, kind], 1)


def wide(n, *, seed=0, columns=12):
    """Rows of independent normal numbers, so that no two lie near each other by chance."""
    return torch.randn(n, columns, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


WIDE = Layout([Column(f"x{number}") for number in range(12)])
