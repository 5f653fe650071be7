"""Every system has a task, which says what is asked for, shown and judged."""

import pytest
import torch

from darker import Darker, halved, images
from tiny import Regression, game_of, recipe
from zerosum.data.load import load
from zerosum.errors import UserError
from zerosum.recipe.build import build_game
from zerosum.recipe.table import SYSTEMS
from zerosum.recipe.training_data import Material
from zerosum.sampling import sampler
from zerosum.tasks.from_noise import FromNoise, GameSampler
from zerosum.tasks.table import from_noise, task_of
from zerosum.tasks.translation.image_translator import ImageTranslator
from zerosum.tasks.translation.sampler import TranslatingSampler
from zerosum.tasks.translation.task import Translation

TRANSLATING = {"pix2pix": "pairs", "cyclegan": "domains", "cut": "domains", "inpainting": "holes"}


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_task_of_each_system(name):
    task = task_of(game_of(name))
    assert task == Translation(TRANSLATING[name]) if name in TRANSLATING else isinstance(task, FromNoise)
    assert task.given == (name in TRANSLATING)
    assert task.near_train == (TRANSLATING.get(name, "domains") != "domains")


def test_a_game_has_the_task_of_its_class():
    assert isinstance(task_of(Regression()), FromNoise)
    assert task_of(Darker()) == Translation("domains")


def test_a_race_of_noise_refuses_what_translates():
    from_noise("gan", "so")
    with pytest.raises(UserError, match=r"^pix2pix translates images, and so$"):
        from_noise("pix2pix", "so")


@pytest.mark.parametrize(
    "task, material, message",
    [
        (FromNoise(), Material("digits", pairs="edges"), "it translates nothing: leave out --target and --pairs"),
        (Translation("pairs"), Material("digits"), "it translates images: give --target"),
        (Translation("pairs"), Material("digits", pairs="masked"), "it is not told where holes are: train inpainting"),
        (Translation("holes"), Material("digits", pairs="edges"), "it fills holes: leave out --target"),
    ],
)
def test_what_is_asked_for_is_said(task, material, message):
    with pytest.raises(UserError, match=message):
        task.asked_for("it", material)


def test_what_can_be_told_is_completed():
    assert Translation("holes").asked_for("it", Material("digits")) == Material("digits", pairs="masked", paired=True)
    grey = Material("digits", pairs="grey")
    assert Translation("domains").asked_for("it", grey) == grey
    assert FromNoise().asked_for("it", Material("digits")) == Material("digits")


def test_samples_of_noise_are_those_of_the_sampler():
    made = recipe("cgan")
    game, data = build_game(made), load("digits")
    task = task_of(game)
    judged = task.sampler(game, made, lambda: data)
    assert isinstance(judged, GameSampler)
    samples, labels = judged(3, 5, torch.tensor([1, 2, 3]))
    inside, _ = sampler.sample(game, 3, seed=5, given={"label": torch.tensor([1, 2, 3])})
    assert torch.equal(samples, sampler.outside(inside, made.data))
    assert labels.tolist() == [1, 2, 3]
    assert task.judged_by(data).fingerprint == data.fingerprint
    with pytest.raises(UserError, match="cgan translates nothing: leave the direction out"):
        task.sampler(game, made, lambda: data, direction="backward")


def test_translations_are_of_the_test_images():
    task, data, made = Translation("domains"), halved(), recipe("cyclegan")
    judged = task.sampler(Darker(2.0), made, lambda: data)
    assert isinstance(judged, TranslatingSampler)
    assert judged.translated.count == len(data.sources)
    assert task.judged_by(data).fingerprint == data.targets.fingerprint
    assert task.judged_by(data, "backward").fingerprint == data.sources.fingerprint
    shown = task.pictures(made, data, lambda: data)
    assert shown.of(Darker(2.0)).height > shown.reals().height


def test_what_does_not_fit_the_task_is_refused():
    with pytest.raises(UserError, match="noise 0 has nothing to be translated: give --target or --pairs"):
        Translation("pairs").judged_by(images(4, 0))
    with pytest.raises(UserError, match="this gan generator makes images of its own: to translate images, train"):
        ImageTranslator(Regression(), recipe("gan"))
