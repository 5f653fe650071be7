"""The condition of a row as a control."""

import pytest
import torch

from zerosum.core.control import Control
from zerosum.errors import UserError
from zerosum.kinds.table_rows.column import Column
from zerosum.kinds.table_rows.columns import Columns
from zerosum.systems.condition import Condition, condition_of, shares_of

JOB = Column("job", "category", missing="?", categories=("clerk", "smith", "king"), counts=(50, 30, 10), grouped=2)
SEX = Column("sex", "category", categories=("f", "m"), counts=(75, 25), grouped=2)
AGE = Column("age", "integer", low=0.0, high=9.0, encoding="quantile", knots=(0.0, 9.0), scores=(-1.0, 1.0))


def test_frequencies_are_those_of_the_training_table():
    assert shares_of(Columns((JOB, AGE, SEX))) == ((0.5, 0.3, 0.1, 0.1), (0.75, 0.25))


def test_a_table_without_categories_has_no_condition():
    assert condition_of(Columns((AGE,))) is None


def test_a_column_is_drawn_evenly_and_its_category_by_frequency():
    form = Condition(((0.5, 0.3, 0.1, 0.1), (0.75, 0.25)))
    drawn = form.draw(40_000, torch.Generator().manual_seed(0))
    assert (form.size, drawn.shape, drawn.dtype) == (6, (40_000, 6), torch.float32)
    assert torch.equal(drawn.sum(1), torch.ones(40_000))
    expected = torch.tensor([0.25, 0.15, 0.05, 0.05, 0.375, 0.125])
    assert torch.allclose(drawn.mean(0), expected, atol=0.01)
    assert torch.equal(drawn, form.draw(40_000, torch.Generator().manual_seed(0)))


def test_a_condition_of_another_length_is_refused():
    with pytest.raises(UserError, match="give 2 numbers a row"):
        Control("condition", Condition(((0.5, 0.5),))).check(torch.zeros(3, 4))
