"""Learning-rate schedules in closed form."""

import math
from itertools import pairwise

import pytest

from zerosum.core.schedule import Budget, Schedule


@pytest.mark.parametrize("progress", [0.0, 0.3, 1.0, 7.0])
def test_constant_is_one(progress):
    assert Schedule().factor(5, progress) == 1.0


@pytest.mark.parametrize(
    "name, middle", [("linear", 0.55), ("cosine", 0.55), ("exponential", math.sqrt(0.1)), ("constant", 1.0)]
)
def test_start_middle_and_end(name, middle):
    schedule = Schedule(name, 0.1)
    assert schedule.factor(0, 0.0) == pytest.approx(1.0)
    assert schedule.factor(0, 0.5) == pytest.approx(middle)
    assert schedule.factor(0, 1.0) == pytest.approx(1.0 if name == "constant" else 0.1)
    assert schedule.factor(0, 2.0) == schedule.factor(0, 1.0)  # played beyond the budget


def test_a_quarter_of_the_cosine():
    assert Schedule("cosine", 0.2).factor(0, 0.25) == pytest.approx(0.2 + 0.8 * (1 + math.cos(math.pi / 4)) / 2)


def test_exponential_falls_by_the_same_factor_a_round():
    factors = [Schedule("exponential", 0.1).factor(step, step / 10) for step in range(11)]
    assert [b / a for a, b in pairwise(factors)] == pytest.approx([0.1**0.1] * 10)


def test_decay_begins_at_its_start():
    schedule = Schedule("linear", 0.0, start=0.5)
    assert [schedule.factor(0, progress) for progress in (0.0, 0.5, 0.75, 1.0)] == pytest.approx([1, 1, 0.5, 0])


def test_warm_up_grows_linearly_and_multiplies():
    schedule = Schedule("linear", 0.5, warmup=4)
    assert [schedule.factor(step, 0.0) for step in range(5)] == [0.25, 0.5, 0.75, 1.0, 1.0]
    assert schedule.factor(0, 1.0) == pytest.approx(0.125)


def test_a_budget_is_what_is_spent_first():
    assert Budget().spent(10, 10.0, 10.0) == 0.0
    assert Budget(steps=40).spent(10, 1e9, 1e9) == 0.25
    assert Budget(minutes=2).spent(10, 90.0, 0.0) == 0.75
    assert Budget(cpu_minutes=1).spent(10, 0.0, 90.0) == 1.5
    assert Budget(steps=40, minutes=2, cpu_minutes=1).spent(10, 90.0, 30.0) == 0.75
