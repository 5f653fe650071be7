import sys

import numpy as np
import pytest
import torch

from known_rows import LAYOUT, NAN, people
from zerosum.errors import UserError
from zerosum.metrics.tables.layout import Column, Layout
from zerosum.metrics.tables.utility import f1, utility


def test_f1():
    answers, truth = np.array([True, True, False, False]), np.array([True, False, True, False])
    assert f1(answers, truth) == pytest.approx(2 * 1 / 4)
    assert f1(~truth, ~truth) == 1
    assert f1(np.zeros(3, bool), np.zeros(3, bool)) == 0


def test_fresh_rows_are_worth_as_much_as_real_ones_and_noise_is_worth_nothing():
    pytest.importorskip("sklearn")
    train, test, fresh = people(1200), people(1200, seed=1), people(1200, seed=2)
    random = torch.Generator().manual_seed(0)
    noise = torch.stack([column[torch.randperm(1200, generator=random)] for column in fresh.T], 1)
    real, ours, nothing = (utility(rows, test, LAYOUT) for rows in (train, fresh, noise))
    assert real.f1 > 0.85
    assert ours.f1 == pytest.approx(real.f1, abs=0.03)
    assert ours.auc == pytest.approx(real.auc, abs=0.03)
    assert nothing.f1 < real.f1 - 0.2
    assert real.r2 is None
    assert set(real.models) == {"decision tree", "adaboost", "logistic regression", "perceptron"}
    assert real.f1 == pytest.approx(np.mean([each["f1"] for each in real.models.values()]))


def test_the_same_seed_the_same_scores():
    pytest.importorskip("sklearn")
    train, test = people(300), people(300, seed=1)
    assert utility(train, test, LAYOUT, seed=3) == utility(train, test, LAYOUT, seed=3)


def test_f1_is_that_of_the_rarer_class():
    pytest.importorskip("sklearn")
    test = people(500, seed=1)
    assert int((test[:, 3] == 1).sum()) < 250
    one_class = people(100)
    one_class[:, 3] = 0
    told = utility(one_class, test, LAYOUT)
    assert (told.f1, told.auc) == (0, 0.5)
    share = float((test[:, 3] == 0).double().mean())
    assert told.macro_f1 == pytest.approx(2 * share / (1 + share) / 2)


def test_three_classes_have_no_rarer_one():
    pytest.importorskip("sklearn")
    told = utility(people(300), people(300, seed=1), LAYOUT.aimed("colour"))
    assert told.f1 is None
    assert 0 < told.macro_f1 < 0.6
    assert told.auc == pytest.approx(0.5, abs=0.1)


def test_numbers_as_a_target():
    pytest.importorskip("sklearn")
    train, test = people(1200), people(1200, seed=1)
    told = utility(train, test, LAYOUT.aimed("weight"))
    assert (told.f1, told.macro_f1, told.auc) == (None, None, None)
    # Var(height) = 100 of 125, and the kind helps.
    assert 0.6 < told.r2 < 0.9
    assert told.models["linear regression"]["r2"] == pytest.approx(0.82, abs=0.05)


def test_categories_that_the_training_table_lacks_are_no_error():
    pytest.importorskip("sklearn")
    train, test = people(200), people(200, seed=1)
    train[:, 2] = 0
    assert utility(train, test, LAYOUT).f1 > 0.7


def test_what_cannot_be_asked():
    with pytest.raises(UserError, match="no target"):
        utility(people(10), people(10), Layout(LAYOUT.columns))
    with pytest.raises(UserError, match=r"no column 'hight'.*height"):
        LAYOUT.aimed("hight")
    gone = people(10)
    gone[:, 3] = NAN
    with pytest.raises(UserError, match="kind is there in 0 rows"):
        utility(gone, people(10), LAYOUT)


def test_without_scikit_learn_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(UserError, match=r"pip install 'zerosum\[utility\]'"):
        utility(people(20), people(20), LAYOUT)


def test_layouts():
    layout = Layout([Column("a"), Column("b", 2)], target="a")
    assert layout.aimed(None) is layout
    assert layout.aimed("b").target == "b"
    assert (layout.numbers(), layout.categories(), layout.place_of("b")) == ([0], [1], 1)
    assert layout.without(0) == Layout([Column("b", 2)])
