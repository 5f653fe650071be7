"""A table as a data set, and what it draws for training."""

import numpy as np
import pytest
import torch

from zerosum.data.keyed_random import keys_for
from zerosum.kinds.load import load
from zerosum.kinds.table_rows.compact import smallest


@pytest.fixture
def table(people):
    """The train split of the people, with labels."""
    return load(str(people), column=("income=target",))


def test_batches_decode_to_the_rows_that_were_read(table):
    indices = torch.arange(len(table))
    rows = table.rows(indices)
    assert torch.equal(table.outside(table.batch(indices)["real"]).nan_to_num(-1), rows.nan_to_num(-1))
    assert torch.allclose(table.columns.encode(rows), table.batch(indices)["real"], atol=1e-6)


def test_what_is_drawn_decodes_to_the_same_rows_and_is_a_function_of_the_keys(table):
    indices, keys = torch.arange(64), keys_for(0, torch.arange(64))
    drawn, again = table.drawn(indices, keys), table.drawn(indices, keys)
    assert all(torch.equal(drawn[name], again[name]) for name in drawn)
    assert not torch.equal(drawn["real"], table.batch(indices)["real"])
    assert torch.equal(table.outside(drawn["real"]).nan_to_num(-1), table.rows(indices).nan_to_num(-1))
    halves = [table.drawn(part, of)["balanced"] for part, of in zip(indices.split(32), keys.split(32), strict=True)]
    assert torch.equal(torch.cat(halves), drawn["balanced"])


def test_balanced_rows_meet_the_condition_that_they_were_drawn_by(table):
    drawn = table.drawn(torch.zeros(500, dtype=torch.int64), keys_for(1, torch.arange(500)))
    assert torch.equal(drawn["condition"].sum(1), torch.ones(500))
    own = torch.cat([drawn["balanced"][:, block.slice] for block in table.columns.conditions], 1)
    assert torch.equal((own * drawn["condition"]).sum(1), torch.ones(500))


def test_columns_are_drawn_evenly_and_categories_by_the_logarithm_of_their_count(table):
    condition = table.drawn(torch.zeros(40_000, dtype=torch.int64), keys_for(2, torch.arange(40_000)))["condition"]
    shares = condition.double().mean(0)
    for block, place in zip(table.columns.conditions, table.columns.condition_slices, strict=True):
        assert float(shares[place].sum()) == pytest.approx(1 / len(table.columns.conditions), abs=0.01)
        values = table.rows(torch.arange(len(table)))[:, block.column].nan_to_num(block.size - 1)
        wanted = np.log1p(np.bincount(values.long(), minlength=block.size))
        assert (shares[place] / shares[place].sum()).numpy() == pytest.approx(wanted / wanted.sum(), abs=0.015)


def test_the_target_is_the_label(table):
    assert table.classes == ("<=50K", ">50K")
    batch = table.batch(torch.arange(100))
    assert torch.equal(batch["label"], table.rows(torch.arange(100))[:, -1].long())


@pytest.mark.parametrize(
    "values, dtype",
    [
        ([1, 2, 127], torch.int8),
        ([1, 40_000], torch.int32),
        ([0.5, float("nan")], torch.float32),
        ([0.1], torch.float64),
    ],
)
def test_columns_take_as_little_memory_as_they_can(values, dtype):
    assert smallest(np.array(values, dtype=float)).dtype == dtype
