"""Rows of a table as networks see them, and back."""

import json

import numpy as np
import pytest
import torch

from zerosum.core.spec import Spec
from zerosum.kinds.table_rows.column import Column
from zerosum.kinds.table_rows.columns import Columns
from zerosum.kinds.table_rows.fitting import fitted

NAN = float("nan")


def made(encoding="quantile"):
    """Columns of five sorts, and the rows that they were fitted to."""
    random = np.random.default_rng(0)
    rows = np.stack(
        [
            random.integers(18, 80, 600),
            random.choice([0, 1, 2, NAN], 600, p=[0.6, 0.2, 0.1, 0.1]),
            np.where(random.random(600) < 0.8, 0, random.normal(5000, 900, 600).round(2)),
            np.full(600, 7.0),
            random.integers(0, 2, 600),
        ],
        1,
    )
    columns = (
        Column("age", "integer", decimals=0),
        Column("job", "category", missing="?", categories=("clerk", "nurse", "king")),
        Column("gain", "numeric", decimals=2),
        Column("version", "integer", decimals=0),
        Column("member", "boolean", categories=("no", "yes")),
    )
    return Columns(tuple(fitted(c, rows[:, at], encoding) for at, c in enumerate(columns))), torch.from_numpy(rows)


def test_blocks_lie_side_by_side_in_the_order_of_the_columns():
    columns, _ = made()
    blocks = [(b.column, b.sort, b.start, b.stop) for b in columns.blocks()]
    assert blocks == [
        (0, "scalar", 0, 1),
        (1, "choice", 1, 5),
        (2, "scalar", 5, 6),
        (2, "choice", 6, 8),
        (4, "choice", 8, 10),
    ]
    assert columns.width == 10
    assert [(b.column, b.size) for b in columns.conditions] == [(1, 4), (4, 2)]
    assert columns.condition_slices == (slice(0, 4), slice(4, 6))
    assert columns.condition_width == 6


def test_an_encoded_row_has_one_entry_a_choice_and_scalars_between_minus_one_and_one():
    columns, rows = made()
    inside = columns.encode(rows)
    assert inside.dtype == torch.float32
    for block in columns.blocks():
        part = inside[:, block.slice]
        if block.sort == "choice":
            assert torch.equal(part.sum(1), torch.ones(600))
            assert set(part.unique().tolist()) == {0.0, 1.0}
        else:
            assert part.abs().max() <= 1


def test_every_value_comes_back_missing_ones_and_constants_too():
    columns, rows = made()
    assert torch.equal(columns.decode(columns.encode(rows)).nan_to_num(-1), rows.nan_to_num(-1))


def test_what_a_network_makes_is_within_bounds_decimals_and_lists():
    columns, rows = made()
    noise = torch.randn(2000, columns.width, generator=torch.Generator().manual_seed(0)) * 3
    decoded = columns.decode(noise)
    assert float(decoded[:, 0].min()) >= float(rows[:, 0].min())
    assert float(decoded[:, 2].max()) <= float(rows[:, 2].max())
    assert torch.equal(decoded[:, 0], decoded[:, 0].round())
    assert torch.allclose(decoded[:, 2], decoded[:, 2].round(decimals=2))
    assert set(decoded[:, 1].nan_to_num(-1).unique().tolist()) == {-1.0, 0.0, 1.0, 2.0}
    assert set(decoded[:, 3].tolist()) == {7.0}


def test_columns_go_through_the_facts_of_a_recipe():
    columns, rows = made()
    again = Columns.from_facts(Spec.from_dict(json.loads(json.dumps(columns.spec.to_dict()))).facts)
    assert again == columns
    assert torch.equal(again.encode(rows), columns.encode(rows))


def test_of_many_categories_the_rare_ones_share_an_entry_and_come_back():
    counts = np.r_[np.full(1000, 5), np.arange(400, 0, -1) % 3 + 1]
    values = np.repeat(np.arange(1400.0), counts)
    column = fitted(Column("code", "category", categories=tuple(map(str, range(1400)))), values, "quantile")
    columns = Columns((column,))
    assert [(b.sort, b.size) for b in columns.blocks()] == [("scalar", 1), ("choice", 1001)]
    rows = torch.arange(1400.0, dtype=torch.float64)[:, None]
    assert torch.equal(columns.decode(columns.encode(rows)), rows)


def test_a_uniform_scalar_draws_rare_categories_by_their_frequency():
    values = np.repeat(np.arange(1002.0), np.r_[np.full(1000, 9), [6, 2]])
    column = fitted(Column("code", "category", categories=tuple(map(str, range(1002)))), values, "quantile")
    scalars = torch.linspace(-1, 1, 4000)[:, None]
    inside = torch.cat([scalars, torch.zeros(4000, 1000), torch.ones(4000, 1)], 1)
    decoded = Columns((column,)).decode(inside)[:, 0]
    assert float((decoded == 1000).double().mean()) == pytest.approx(0.75, abs=0.001)
    assert float((decoded == 1001).double().mean()) == pytest.approx(0.25, abs=0.001)
