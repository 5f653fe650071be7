"""Recipes reach their numbers. Slow, so left out of `make test`: python -m pytest -m slow tests/runs."""

from pathlib import Path

import pytest

import zerosum as zs

RECIPES = Path(__file__).parents[2] / "recipes"
pytestmark = pytest.mark.slow


def scores(run: Path, *names: str) -> dict[str, float]:
    return {score.metric: score.value for score in zs.evaluate(run, metrics=names)}


def test_the_demo_makes_digits_that_train_a_classifier(tmp_path):
    zs.train(str(RECIPES / "digits.yaml"), out=tmp_path / "run", device="cpu")
    found = scores(tmp_path / "run", "classes", "cas", "coverage", "label_accuracy")
    assert found["classes"] == 10
    assert found["cas"] >= 0.95
    assert found["coverage"] >= 0.85
    assert found["label_accuracy"] >= 0.97


def test_the_2014_game_finds_the_normal_density(tmp_path):
    zs.train("gan", "gaussian", out=tmp_path / "run", device="cpu")
    assert scores(tmp_path / "run", "w1")["w1"] <= 0.1 * 1.25


def test_r3gan_finds_every_mode_of_the_ring(tmp_path):
    zs.train("r3gan", "8-ring", out=tmp_path / "run", device="cpu", steps=5000)
    found = scores(tmp_path / "run", "modes", "high_quality")
    assert found["modes"] == 8
    assert found["high_quality"] >= 0.9
