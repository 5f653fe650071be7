"""Conditions and constraints on rows."""

import numpy as np
import pytest
import torch

from zerosum.core.control import Control
from zerosum.core.forms import Latent
from zerosum.errors import UserError
from zerosum.kinds.table_rows.choosing import Chooses
from zerosum.kinds.table_rows.column import Column
from zerosum.kinds.table_rows.columns import Columns
from zerosum.kinds.table_rows.fitting import fitted

NAN = float("nan")
ROWS = torch.tensor([[1, 4, 5, 0, 1], [2, 4, 6, 1, NAN], [3, 2, 6, 1, 0], [NAN, 1, 0, 0, 0]] * 10, dtype=torch.float64)
COLUMNS = Columns(
    tuple(
        fitted(column, ROWS[:, at].numpy(), "quantile")
        for at, column in enumerate(
            (
                Column("net-pay", "integer", decimals=0, missing=""),
                Column("tax", "integer", decimals=0),
                Column("pay", "integer", decimals=0),
                Column("job", "category", categories=("a=b", "c")),
                Column("when", "date", decimals=0, form="%Y-%m-%d", missing="?"),
            )
        )
    )
)


def kept(conditions=(), constraints=()):
    wanted = Chooses().wanted(conditions, constraints, COLUMNS.spec, lambda: ROWS)
    return wanted.keeps(ROWS[:4]).tolist()


@pytest.mark.parametrize(
    "conditions, rows",
    [
        (["job=a=b"], [True, False, False, True]),
        (["job=c", "tax=2"], [False, False, True, False]),
        (["net-pay="], [False, False, False, True]),
        (["when=1970-01-02"], [True, False, False, False]),
        (["when=?"], [False, True, False, False]),
    ],
)
def test_conditions_keep_the_rows_that_meet_all(conditions, rows):
    assert kept(conditions) == rows


@pytest.mark.parametrize(
    "constraint, rows",
    [
        ("net-pay<tax", [True, True, False, True]),
        ("net-pay + tax = pay", [True, True, False, True]),
        ("pay-net-pay>=4.0", [True, True, False, True]),
        ("pay != 6", [True, False, False, True]),
        ("-tax < 0 - 3", [True, True, False, False]),
        ("fixed(net-pay, job)", [True, True, True, True]),
    ],
)
def test_constraints_keep_the_rows_that_meet_them_and_those_with_a_missing_value(constraint, rows):
    assert kept(constraints=[constraint]) == rows


def test_fixed_keeps_pairs_that_the_data_have():
    wanted = Chooses().wanted((), ["fixed(tax,job)"], COLUMNS.spec, lambda: ROWS)
    rows = ROWS[:4].clone()
    rows[0, 3] = 1
    rows[1, 3] = 0
    rows[2, 3] = 0
    assert wanted.keeps(rows).tolist() == [True, True, False, True]


@pytest.mark.parametrize(
    "conditions, constraints, message",
    [
        (["job=d"], (), "--condition job=d: no row has it"),
        (["jobs=c"], (), "--condition jobs=c: write COLUMN=VALUE; did you mean 'job'"),
        (["tax=9"], (), "--condition tax=9: no row has it, tax is from 1 to 4"),
        (["tax=x"], (), "'x' is no value of tax, which takes a number"),
        (["when=soon"], (), "'soon' is no value of when, which takes %Y-%m-%d"),
        ((), ["tax"], "--constraint tax: write a comparison"),
        ((), ["tax<job"], "job holds no numbers, so it has no order"),
        ((), ["tax<taxes"], "'taxes' is no sum of columns and numbers; did you mean 'tax'"),
        ((), ["tax<pay pay"], "'pay pay' is no sum of columns and numbers"),
        ((), ["fixed(tax,town)"], "no column 'town'"),
    ],
)
def test_words_that_say_nothing_are_refused(conditions, constraints, message):
    with pytest.raises(UserError, match=message):
        kept(conditions, constraints)


def test_a_game_with_a_condition_vector_is_asked_for_the_rarest_category():
    wanted = Chooses().wanted(["job=c", "tax=2"], (), COLUMNS.spec, lambda: ROWS)
    width = COLUMNS.condition_width
    assert width == 2
    controls = (Control("latent", Latent(4)), Control("condition", Latent(width)))
    assert wanted.inputs(controls, 3)["condition"].tolist() == [[0.0, 1.0]] * 3
    assert wanted.inputs(controls[:1], 3) == {}


def test_keeping_nothing_is_no_condition_at_all():
    assert np.all(Chooses().wanted((), ["tax<=pay+tax"], COLUMNS.spec, lambda: ROWS).keeps(ROWS).numpy())
