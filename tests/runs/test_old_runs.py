"""Runs that an older zerosum wrote still load, sample and go on: tests/golden/runs, of 0.1.0 before kinds and tasks.

Each is three rounds of tiny networks; samples.npz holds what the zerosum of that day made of them, with seed 1, and of
the first test digits through pix2pix.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import zerosum as zs
from zerosum.data.load import load

RUNS = Path(__file__).parents[1] / "golden" / "runs"
SAMPLES = np.load(RUNS / "samples.npz")
DATA = {"cgan": "digits", "infogan": "digits", "gan": "8-ring", "pix2pix": "digits"}
MADE = [name for name in DATA if name != "pix2pix"]


@pytest.fixture(params=DATA)
def run(request, tmp_path):
    """A copy of an old run."""
    return Path(shutil.copytree(RUNS / request.param, tmp_path / request.param))


@pytest.mark.parametrize("run", MADE, indirect=True)
def test_samples_are_those_of_its_day(run):
    name, samples = run.name, np.asarray(zs.load(run).sample(4, seed=1))
    assert samples.dtype == SAMPLES[name].dtype
    away = 1 if samples.dtype == np.uint8 else 1e-4
    assert np.allclose(samples.astype(float), SAMPLES[name].astype(float), rtol=0, atol=away)


@pytest.mark.parametrize("run", ["pix2pix"], indirect=True)
def test_translations_are_those_of_its_day(run):
    images = zs.load(run).translate(load("digits", split="test").values[:4])
    assert (images.int() - torch.from_numpy(SAMPLES["pix2pix"]).int()).abs().max() <= 1


def test_it_goes_on_where_it_was(run):
    recipe = zs.Run.open(run).recipe()
    widths = [f"{player}.width=8" for player in ("generator", "discriminator")]
    own = ["generator.blocks=1", "discriminator.depth=1"] if recipe.data.pairs else []
    settings = [*widths, *own, "batch_size=16", "schedule=constant", "log_every=1", "checkpoint_every=3"]
    settings += ["sample_every=3", "signals_every=0"]
    zs.train(recipe.system, DATA[run.name], pairs=recipe.data.pairs, out=run, steps=5, settings=settings, device="cpu")
    assert [line["step"] for line in zs.Run.open(run).records(run / "log.jsonl")] == [1, 2, 3, 4, 5]


def test_it_is_scored_and_reported(run):
    metrics = ["l1"] if run.name == "pix2pix" else ["fd"]
    assert [score.metric for score in zs.evaluate(run, metrics=metrics, n=100)] == metrics
    assert "<dt>rounds</dt><dd>3</dd>" in (run / "report.html").read_text(encoding="utf-8")
