"""Every named system on a tiny rectangle with alpha: it trains, samples, is saved and loaded."""

import numpy as np
import pytest
import torch

from tiny import given, recipe, trainer, writes
from zerosum.recipe.table import SYSTEMS
from zerosum.runs.generator import load_generator, save_generator
from zerosum.runs.run import Run
from zerosum.sampling import sampler

HEIGHT, WIDTH = 8, 12


@pytest.fixture(scope="module")
def see_through(tmp_path_factory) -> str:
    """An archive of 64 labelled images of 12x8 pixels, half of each of them see-through."""
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (64, HEIGHT, WIDTH, 4), dtype=np.uint8)
    images[:, :, : WIDTH // 2, 3] = 0
    path = tmp_path_factory.mktemp("rectangles") / "see-through.npz"
    np.savez(path, images=images, labels=np.arange(64) % 2)
    return str(path)


@pytest.mark.parametrize("system", [name for name in SYSTEMS if not writes(name)])
def test_a_rectangle_with_alpha_trains_samples_and_is_loaded_again(system, see_through, tmp_path):
    made = recipe(system, see_through)
    assert made.data.shape == (4, HEIGHT, WIDTH)
    run = Run(tmp_path)
    run.begin(made, fresh=False)
    playing = trainer(made)
    playing.fit(2)
    images = given(playing, 5)
    samples, _ = sampler.sample(playing.game, 5, given=images)
    outside = sampler.outside(samples, made.data)
    assert outside.shape == (5, 4, HEIGHT, WIDTH)
    assert (outside[:, :3].amax(1, keepdim=True)[outside[:, 3:] == 0] == 0).all(), "no colour where nothing is seen"
    save_generator(tmp_path, made, playing.game, {"step": 2})
    assert torch.equal(load_generator(tmp_path).sample(5, given=images), outside)
