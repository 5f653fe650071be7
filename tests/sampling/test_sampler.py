"""Sampling is a pure function of (game, seed, index) that leaves training alone."""

import pytest
import torch

from tiny import recipe, trainer
from zerosum.core.control import Control
from zerosum.core.forms import Label, Latent
from zerosum.errors import UserError
from zerosum.recipe.build import build_game
from zerosum.sampling import sampler


@pytest.fixture(scope="module")
def conditional():
    return build_game(recipe("cgan"))


@pytest.fixture(scope="module")
def normalised():
    return build_game(recipe("r1gan", "digits", "generator.batch_norm=true", "generator.dropout=0.5"))


@pytest.mark.parametrize("n", [1, 3, 63, 64, 65, 130])
def test_the_same_seed_gives_the_same_images_for_any_number(conditional, n):
    all_of_them, inputs = sampler.sample(conditional, 130, seed=5)
    some, some_inputs = sampler.sample(conditional, n, seed=5)
    assert some.shape == (n, 1, 8, 8)
    assert torch.equal(some, all_of_them[:n])
    assert all(torch.equal(some_inputs[name], inputs[name][:n]) for name in inputs)


def test_given_inputs_too_make_each_sample_its_own(conditional):
    given = {"label": torch.arange(100) % 10}
    all_of_them, inputs = sampler.sample(conditional, 100, given=given)
    assert torch.equal(inputs["label"], given["label"])
    some, _ = sampler.sample(conditional, 7, given={"label": given["label"][:7]})
    assert torch.equal(some, all_of_them[:7])


def test_other_seeds_and_other_rows_are_other_images(conditional):
    one, _ = sampler.sample(conditional, 130, seed=0)
    other, _ = sampler.sample(conditional, 130, seed=1)
    assert not torch.equal(one, other)
    assert len({row.numpy().tobytes() for row in torch.cat([one, other])}) == 260


def test_the_random_state_of_training_is_untouched(conditional):
    torch.manual_seed(3)
    before = torch.get_rng_state()
    sampler.sample(conditional, 70, seed=9)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(4)
    again, _ = sampler.sample(conditional, 5, seed=9)
    assert torch.equal(again, sampler.sample(conditional, 70, seed=9)[0][:5])


def test_modes_buffers_and_gradients_are_as_before(normalised):
    normalised.train()
    normalised.discriminator.eval()
    modes = [part.training for part in normalised.modules()]
    state = {name: value.clone() for name, value in normalised.state_dict().items()}
    samples, _ = sampler.sample(normalised, 5)
    assert [part.training for part in normalised.modules()] == modes
    assert all(torch.equal(state[name], value) for name, value in normalised.state_dict().items())
    assert not samples.requires_grad
    assert torch.equal(samples, sampler.sample(normalised, 5)[0])  # no dropout, no batch statistics


def test_modes_come_back_after_an_error(normalised):
    normalised.train()
    with pytest.raises(ZeroDivisionError), sampler.evaluating(normalised):
        raise ZeroDivisionError
    assert all(part.training for part in normalised.modules())


def test_sampling_between_rounds_does_not_change_training():
    one, other = trainer(recipe("r1gan")), trainer(recipe("r1gan"))
    for _ in range(3):
        one.play()
        other.play()
        sampler.sample(other.game, 10)
    assert all(torch.equal(value, other.game.state_dict()[name]) for name, value in one.game.state_dict().items())


@pytest.mark.parametrize("prior", ["normal", "uniform"])
def test_truncation_scales_the_latent_only(prior):
    game = build_game(recipe("cgan", "digits", f"prior={prior}"))
    _, whole = sampler.sample(game, 10)
    _, half = sampler.sample(game, 10, truncation=0.5)
    assert torch.equal(half["latent"], whole["latent"] * 0.5)
    assert torch.equal(half["label"], whole["label"])


@pytest.mark.parametrize(
    "wrong", [{"n": 0}, {"n": -5}, {"seed": -1}, {"truncation": 0.0}, {"truncation": 1.5}, {"truncation": float("nan")}]
)
def test_numbers_out_of_range_are_refused(conditional, wrong):
    with pytest.raises(UserError, match=r"(ask for 1 or more|use 0 or more|use a number above 0, up to 1)$"):
        sampler.sample(conditional, **{"n": 5, **wrong})


CAT = Control("label", Label(3, names=("cat", "dog", "eel")))


def test_labels_by_name_and_number_take_turns():
    assert sampler.labels_for(CAT, ["dog"], 3).tolist() == [1, 1, 1]
    assert sampler.labels_for(CAT, ["1", "cat"], 5).tolist() == [1, 0, 1, 0, 1]
    accents = Control("label", Label(2, names=("tea", "caf\u00e9")))
    assert sampler.labels_for(accents, ["cafe\u0301"], 1).tolist() == [1]


def test_a_name_comes_before_a_number_and_that_is_said(caplog):
    numbers = Control("label", Label(3, names=("2", "1", "0")))
    assert sampler.labels_for(numbers, ["2", "0", "1"], 3).tolist() == [0, 2, 1]
    assert [record.message for record in caplog.records] == [
        "label 2 is the class of that name, not number 2, counted from 0",
        "label 0 is the class of that name, not number 0, counted from 0",
    ]


def test_a_number_is_no_class_where_others_have_numbers_for_names():
    months = Control("label", Label(12, names=tuple(sorted(map(str, range(1, 13))))))
    assert sampler.labels_for(months, ["2"], 1).tolist() == [4], "sorted as text: 1, 10, 11, 12, 2"
    with pytest.raises(UserError, match="no label '0': it takes one of 1, 10, 11, 12, 2"):
        sampler.labels_for(months, ["0"], 1)


@pytest.mark.parametrize("word", ["3", "-1", "bird", "", "1.0", "²"])
def test_an_unknown_label_is_named_with_those_that_are_known(word):
    with pytest.raises(UserError, match=f"no label '{word}': it takes 0 to 2, or one of cat, dog, eel"):
        sampler.labels_for(CAT, [word], 2)


def test_no_label_at_all_is_refused():
    with pytest.raises(UserError, match="no label is given: known are cat, dog, eel"):
        sampler.labels_for(CAT, [], 2)


def test_images_outside_are_bytes_and_points_have_their_own_units():
    digits, ring = recipe("gan").data, recipe("gan", "8-ring").data
    assert sampler.outside(torch.tensor([-2.0, -1.0, 1.0, 3.0]).view(1, 1, 2, 2), digits).flatten().tolist() == [
        0, 0, 255, 255,
    ]  # fmt: skip
    points = sampler.outside(torch.tensor([[0.0, 0.0], [1.0, -1.0]]), ring)
    assert points.tolist()[0] == pytest.approx(ring.center)
    assert points[1].tolist() == pytest.approx(
        [c + s * x for c, s, x in zip(ring.center, ring.scale, (1, -1), strict=True)]
    )


def test_priors():
    generator = torch.Generator().manual_seed(0)
    uniform = Control("latent", Latent(5, "uniform")).draw(10_000, generator)
    normal = Control("latent", Latent(5)).draw(10_000, generator)
    labels = CAT.draw(10_000, generator)
    assert uniform.abs().max() <= 1
    assert uniform.var().item() == pytest.approx(1 / 3, abs=0.01)
    assert normal.mean().item() == pytest.approx(0, abs=0.02)
    assert normal.var().item() == pytest.approx(1, abs=0.02)
    assert torch.bincount(labels).tolist() == pytest.approx([3333] * 3, abs=200)
