"""How far translations are from the targets of training pairs and of new ones, and guesses from those of new ones."""

from typing import TypeGuard

from zerosum.data.crops import cropped
from zerosum.data.dataset import Dataset
from zerosum.data.source_target import Translation
from zerosum.metrics.outputs import Pairs
from zerosum.metrics.pairs import l1
from zerosum.recipe.schema import Recipe
from zerosum.runs.generator import Generator
from zerosum.tasks.translation.sampler import TranslatingSampler

PAIRS, FEWEST = 200, 10
"""Pairs of a split that are looked at, always the same; with fewer than 10 there is nothing to say."""


def judge_pairs(generator: Generator, train: Dataset, test: Dataset | None) -> dict[str, float]:
    """Return the errors of the averaged generator on pairs; nothing where it translates nothing or trains without them.

    - train_error, test_error: mean |x - y| / 255 of translations x and targets y, 0 to 1: of 200 pairs of each split,
      whole images, in the fixed order that scores have.
    - error_ratio: test_error / train_error, about 1 for a translator that has learned what holds for all pairs.
    - guess_ratio: test_error over that of the best guess that takes no learning (`rivals`), on the same pairs.

    Where the system trains without pairs, as CycleGAN, there are none to learn by heart.
    """
    if not _pairs(train) or not _pairs(test):
        return {}
    errors = {"train_error": _error(generator, train), "test_error": _error(generator, test)}
    ratio = {"error_ratio": errors["test_error"] / errors["train_error"]} if errors["train_error"] else {}
    guess = _guessed(generator, train, test)
    return errors | ratio | ({"guess_ratio": errors["test_error"] / guess} if guess else {})


def with_crops_known(recipe: Recipe, train: Dataset) -> Recipe:
    """Return a recipe that says whether training saw crops, where the files decided it: so none are advised twice."""
    if not isinstance(train, Translation):
        return recipe
    return recipe.model_copy(update={"data": recipe.data.model_copy(update={"crops": cropped(train.targets)})})


def _pairs(data: Dataset | None) -> TypeGuard[Translation]:
    return isinstance(data, Translation) and data.truth and data.paired and len(data) >= FEWEST


def _error(generator: Generator, data: Translation) -> float:
    truth = TranslatingSampler(generator.translation.game, data).translated.truth
    assert truth is not None
    return _mean_error(truth, data)


def _guessed(generator: Generator, train: Translation, test: Translation) -> float:
    """Return the least error of a guess."""
    rivals = TranslatingSampler(generator.translation.game, test, train=train).translated.rivals
    return min(_mean_error(rival, test) for rival in rivals.values())


def _mean_error(pairs: Pairs, data: Translation) -> float:
    return float(l1(*pairs(0, min(PAIRS, len(data)))).mean())
