"""Runs with a generator that translates, untrained, and pictures to translate."""

from pathlib import Path

import numpy as np
from PIL import Image

from tiny import recipe
from zerosum.recipe.build import build_game
from zerosum.runs.generator import save_generator
from zerosum.runs.run import Run


def run_of(folder: Path, system: str = "cyclegan", **data) -> Path:
    """A run folder with a generator of 8x8 grey images; `data` replaces fields of the recipe's data."""
    made = recipe(system)
    made = made.model_copy(update={"data": made.data.model_copy(update=data)})
    run = Run(folder)
    with run.locked():
        run.begin(made, fresh=False)
        save_generator(run.path, made, build_game(made), {"step": 1})
    return folder


def picture(path: Path, size: tuple[int, int] = (20, 14), seed: int = 0) -> Path:
    """A grey picture file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, size[::-1], dtype=np.uint8)).save(path)
    return path
