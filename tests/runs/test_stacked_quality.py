"""A few minutes on stacked MNIST find nearly all modes. Slow, and skipped where ZEROSUM_DATA has no MNIST."""

import os
from pathlib import Path

import pytest

import zerosum as zs

ROOT = Path(os.environ.get("ZEROSUM_DATA") or "/nonexistent")
pytestmark = pytest.mark.slow


def test_r3gan_finds_the_modes_of_stacked_mnist(tmp_path):
    if not (ROOT / "mnist").exists():
        pytest.skip("ZEROSUM_DATA has no mnist")
    settings = ["steps=null", "cpu_minutes=3", "width=32", "batch_size=32", "threads=1", "lr=2e-3"]
    settings += ["schedule=linear", "final_lr=0.05", "generator.batch_norm=true"]
    settings += ["penalties.r1.every=4", "penalties.r2.every=4"]
    zs.train("r3gan", "stacked-mnist", out=tmp_path / "run", settings=settings, data_root=ROOT, device="cpu")
    scores = zs.evaluate(tmp_path / "run", metrics=["stacked_modes", "stacked_kl"], data_root=ROOT)
    found = {score.metric: score.value for score in scores}
    assert found["stacked_modes"] >= 990
    assert found["stacked_kl"] <= 0.3
