"""InfoGAN: the codes, the bound in closed form, who pays for it, and what is read back from samples."""

import math

import pytest
import torch
from torch.nn.functional import one_hot

from tiny import recipe, trainer
from zerosum.core.control import Control
from zerosum.core.forms import Category, Code, Latent
from zerosum.errors import UserError
from zerosum.recipe.build import build_game
from zerosum.runs.generator import load_generator, save_generator
from zerosum.runs.run import Run
from zerosum.systems.infogan import InfoGAN, agreement, codes_of, surprise_of_category, surprise_of_number


@pytest.fixture
def made():
    return build_game(recipe("infogan", "digits", "categories=[3,2]", "continuous=2"))


def test_controls_are_numbered_categories_first(made):
    latent, *codes = made.controls
    assert [code.name for code in codes] == ["c1", "c2", "c3", "c4"]
    assert [code.form for code in codes] == [Category(3), Category(2), Code(), Code()]
    assert latent == Control("latent", Latent(made.latent, made.prior))
    assert made.discriminator.guess.out_features == 3 + 2 + 2 * 2


def test_every_code_reaches_the_generator(made):
    inputs = {control.name: control.draw(1) for control in made.controls}
    inputs |= {"c1": torch.tensor([0]), "c2": torch.tensor([0]), "c3": torch.zeros(1, 1), "c4": torch.zeros(1, 1)}
    others = {"c1": torch.tensor([2]), "c2": torch.tensor([1]), "c3": torch.ones(1, 1), "c4": -torch.ones(1, 1)}
    plain = made.sample(inputs)
    for name, value in others.items():
        assert not torch.equal(made.sample(inputs | {name: value}), plain)


def test_surprise_of_a_category_is_the_log_of_its_probability():
    logits = torch.tensor([[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]]).log()
    expected = -(math.log(0.5) + math.log(0.8)) / 2
    assert surprise_of_category(logits, torch.tensor([2, 1])).item() == pytest.approx(expected)


def test_surprise_of_a_number_is_that_of_a_normal_distribution():
    code, guess = torch.tensor([[0.4], [-0.7]]), torch.tensor([[0.1, 0.3], [-0.5, -1.0]])
    deviation = 0.25 * (1 + (guess[:, 1] - math.log(0.25)).exp())  # exp(log 0.25 + softplus(g - log 0.25))
    expected = -torch.distributions.Normal(guess[:, 0], deviation).log_prob(code[:, 0]).mean()
    assert surprise_of_number(guess, code).item() == pytest.approx(expected.item(), rel=1e-5)


def test_the_narrowest_guess_is_bounded_and_can_still_widen():
    guess = torch.tensor([[0.5, -9.0]], requires_grad=True)
    loss = surprise_of_number(guess, torch.tensor([[0.0]]))
    loss.backward()
    assert loss.item() == pytest.approx(0.5 * 4 + math.log(0.25) + math.log(2 * math.pi) / 2, rel=0.01)
    assert guess.grad[0, 1] < 0


def test_the_bound_reaches_its_ceiling_when_every_category_is_guessed(made):
    surprise = {"c1": torch.tensor(0.0), "c2": torch.tensor(0.0), "c3": torch.tensor(0.5), "c4": torch.tensor(-1.0)}
    found = made.information(surprise)
    assert found["information"].item() == pytest.approx(math.log(3) + math.log(2))
    assert found["ceiling"].item() == pytest.approx(math.log(6))
    assert found["continuous_information"].item() == pytest.approx(2 * math.log(2) + 0.5)


def test_a_guess_that_knows_nothing_bounds_the_information_by_zero(made):
    inputs = {control.name: control.draw(600) for control in made.controls}
    found = made.information(made.surprise(made.split(torch.zeros(600, 9)), inputs))
    assert found["information"].item() == pytest.approx(0.0, abs=1e-5)


def test_weights_are_on_the_codes_of_their_kind():
    options = ("categories=[3]", "continuous=1", "category_weight=2", "continuous_weight=0.5")
    made = build_game(recipe("infogan", "digits", *options))
    assert made.weighted({"c1": torch.tensor(1.5), "c2": torch.tensor(3.0)}).item() == pytest.approx(2 * 1.5 + 0.5 * 3)


def test_both_players_pay_for_the_codes_and_only_watch_the_information(made):
    batch = {"real": torch.rand(16, 1, 8, 8) * 2 - 1}
    terms = made.generator_loss(batch)
    assert {name for name, term in terms.items() if term.requires_grad} == {"adversarial", "codes"}
    assert {"information", "ceiling", "continuous_information"} <= set(terms)
    terms["codes"].backward()
    assert all(parameter.grad.any() for parameter in made.generator.parameters() if parameter.ndim > 1)
    made.zero_grad()
    made.discriminator_loss(batch)["codes"].backward()
    assert made.discriminator.guess.weight.grad.any()
    assert made.discriminator.head.weight.grad is None
    assert all(parameter.grad is None for parameter in made.generator.parameters())


@pytest.mark.parametrize(
    "settings",
    [("continuous=0",), ("categories=[]",), ("loss=relativistic", "penalties={r1: {}}"), ("moves={}", "real_weight=1")],
)
def test_other_codes_and_losses_play(settings):
    playing = trainer(recipe("infogan", "digits", *settings))
    playing.fit(2)
    assert all(math.isfinite(mean) for mean in playing.meter.means().values())


def test_on_points_the_category_is_learnt():
    playing = trainer(recipe("infogan", "8-ring", "categories=[8]", "continuous=0", "width=64", "batch_size=64"))
    playing.fit(300)
    means = playing.meter.means()
    playing.meter.clear()
    playing.fit(400)
    assert playing.meter.means()["generator/information"] > 0.5 * math.log(8)
    assert playing.meter.means()["generator/information"] > means["generator/information"]


def test_codes_are_read_back_from_samples_also_after_saving(made, tmp_path):
    told = recipe("infogan", "digits", "categories=[3,2]", "continuous=2")
    run, images = Run(tmp_path / "run"), torch.rand(5, 1, 8, 8) * 2 - 1
    with run.locked():
        run.begin(told, fresh=False)
    save_generator(run.path, told, made, {"step": 0})
    found = load_generator(run.path).game.encode(images)
    expected = made.eval().encode(images)
    assert all(torch.equal(found[name], expected[name]) for name in ("c1", "c2", "c3", "c4"))
    assert found["c1"].dtype == torch.int64
    assert found["c3"].shape == (5, 1)
    assert found["c3"].abs().max() <= 1


@pytest.mark.parametrize(
    "options, message",
    [
        ({"categories": [1]}, "'game.categories.0': input should be greater than or equal to 2"),
        ({"continuous": -1}, "'game.continuous': input should be greater than or equal to 0"),
        ({"conditioning": "none"}, "'game.conditioning' is no option"),
        ({"moves": {"turns": 3}}, "'game.moves.turns' is no option; did you mean 'turn'"),
        ({"code_scale": 0}, "'game.code_scale': input should be greater than 0"),
        ({"loss": "hing"}, "no loss 'hing'"),
    ],
)
def test_bad_options_are_one_line(options, message):
    with pytest.raises(UserError, match=message):
        InfoGAN.complete(options)


def test_no_code_at_all_is_refused():
    with pytest.raises(UserError, match="infogan without codes is a plain game: set categories or continuous"):
        InfoGAN.complete({"categories": [], "continuous": 0})


def test_codes_follow_the_order_of_the_paper():
    assert [code.name for code in codes_of((10,), 2)] == ["c1", "c2", "c3"]


def test_views_agree_most_when_sure_of_each_and_even_over_all():
    sure_and_even, unsure, sure_of_one = 50 * torch.eye(4), torch.zeros(4, 4), torch.zeros(4, 4)
    sure_of_one[:, 0] = 50
    assert agreement(sure_and_even, sure_and_even).item() == pytest.approx(math.log(4), abs=1e-3)
    assert agreement(unsure, unsure).item() == pytest.approx(0.0, abs=1e-6)
    assert agreement(sure_of_one, sure_of_one).item() == pytest.approx(0.0, abs=1e-3)
    assert agreement(sure_and_even, sure_and_even.roll(1, 0)).item() < math.log(4) / 2 + 1e-3


def test_agreement_by_hand():
    q, other = torch.tensor([[0.5, 0.5], [0.9, 0.1]]), torch.tensor([[0.4, 0.6], [0.8, 0.2]])
    # 1/2 (q_1 o_1^T + q_2 o_2^T) = [[.46, .24], [.14, .16]], made symmetric
    joint, even = [[0.46, 0.19], [0.19, 0.16]], [0.65, 0.35]
    expected = sum(joint[i][j] * math.log(joint[i][j] / (even[i] * even[j])) for i in range(2) for j in range(2))
    assert agreement(q.log(), other.log()).item() == pytest.approx(expected, rel=1e-5)


def test_agreement_in_reals_is_raised_by_the_discriminator_alone():
    batch = {"real": torch.rand(16, 1, 8, 8) * 2 - 1}
    plain, made = (
        build_game(recipe("infogan", "digits", f"real_weight={w}", "discriminator.dropout=0")) for w in (0, 2)
    )
    assert "clusters" not in plain.discriminator_loss(batch)
    terms = made.discriminator_loss(batch)
    assert terms["clusters"].requires_grad
    guess = made.split(made.judge(batch["real"])[1])[made.codes[0]]
    assert terms["clusters"].item() == pytest.approx(-2 * agreement(guess, guess).item(), rel=1e-4)
    assert "clusters" not in made.generator_loss(batch)


def test_categories_are_read_off_moved_samples_and_numbers_off_the_samples():
    made = build_game(recipe("infogan", "digits", "moves={turn: 30}")).eval()
    samples = torch.rand(4, 1, 8, 8) * 2 - 1
    _, guesses = made.judge(samples)
    torch.manual_seed(0)
    read = made.read(samples, guesses)
    torch.manual_seed(0)
    _, moved = made.judge(made.moves(samples))
    category, *numbers = made.codes
    assert torch.equal(read[category], made.split(moved)[category])
    assert not torch.equal(read[category], made.split(guesses)[category])
    assert all(torch.equal(read[number], made.split(guesses)[number]) for number in numbers)


def test_code_scale_lengthens_the_one_hot_codes_alone():
    plain, made = (build_game(recipe("infogan", "digits", f"code_scale={c}")) for c in (1, 4))
    made.load_state_dict(plain.state_dict())
    assert made.lengths.tolist() == [1.0] * made.controls[0].form.size + [4.0] * 10 + [1.0, 1.0]
    inputs = {control.name: control.draw(3) for control in made.controls}
    numbers = torch.cat([inputs["latent"], 4 * one_hot(inputs["c1"], 10), inputs["c2"], inputs["c3"]], 1)
    assert torch.equal(made.sample(inputs), plain.generator(numbers))


def test_points_cannot_be_moved():
    with pytest.raises(UserError, match=r"game\.moves are of images, and the data are points: leave them out"):
        build_game(recipe("infogan", "8-ring", "moves={}"))
