"""The two-player game: who moves when, its terms in plain arithmetic, labels, softened targets, clipping."""

import math

import pytest
import torch
from torch import nn

from tiny import dataset, recipe, trainer
from zerosum.core.control import Control
from zerosum.core.forms import Label
from zerosum.core.game import Facts
from zerosum.errors import UserError
from zerosum.networks.discriminator import packed
from zerosum.recipe.build import build_game
from zerosum.systems.two_player import TwoPlayer


class Echo(nn.Module):
    """A generator whose samples are its inputs, times a weight."""

    def __init__(self, factor=1.0):
        super().__init__()
        self.factor, self.seen = nn.Parameter(torch.tensor(factor)), []

    def forward(self, z):
        self.seen.append(z.detach().clone())
        return self.factor * z


class Slope(nn.Module):
    """D(x) = w sum(x), whose gradient has the norm |w| sqrt(dimensions) everywhere."""

    def __init__(self, weight=0.5):
        super().__init__()
        self.weight, self.labels = nn.Parameter(torch.tensor(weight)), []

    def forward(self, x, label=None):
        self.labels.append(label)
        return self.weight * x.flatten(1).sum(1)


def game(**options):
    return TwoPlayer(Echo(), Slope(), **{"latent": 2, **options})


REAL = {"real": torch.tensor([[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]])}


def test_turns_are_k_discriminator_steps_then_the_generator():
    made = game(n_critic=3)
    players = [turn.player for turn in made.turns(0)]
    assert players == [made.discriminator] * 3 + [made.generator]


def test_terms_of_the_discriminator_in_plain_arithmetic():
    torch.manual_seed(0)
    made = game(penalties={"r1": {"gamma": 4.0}})
    terms = made.discriminator_loss(REAL)
    real, fake = REAL["real"].sum(1) * 0.5, made.generator.seen[0].sum(1) * 0.5
    softplus = torch.nn.functional.softplus
    assert terms["adversarial"].item() == pytest.approx((softplus(-real).mean() + softplus(fake).mean()).item())
    assert terms["r1"].item() == pytest.approx(4.0 / 2 * 0.25 * 2)  # gamma / 2 times the squared norm
    assert terms["real_logit"].item() == pytest.approx(real.mean().item())
    assert terms["fake_probability"].item() == pytest.approx(fake.sigmoid().mean().item())
    assert {name for name, term in terms.items() if term.requires_grad} == {"adversarial", "r1"}


def test_terms_of_the_generator_in_plain_arithmetic():
    torch.manual_seed(0)
    made = game()
    terms = made.generator_loss(REAL)
    fake = made.generator.seen[0].sum(1) * 0.5
    assert terms["adversarial"].item() == pytest.approx(torch.nn.functional.softplus(-fake).mean().item())
    assert list(terms) == ["adversarial"]


def test_a_relativistic_generator_sees_the_reals_without_their_gradient():
    torch.manual_seed(0)
    made = game(loss="relativistic")
    loss = made.generator_loss(REAL)["adversarial"]
    real, fake = REAL["real"].sum(1) * 0.5, made.generator.seen[0].sum(1) * 0.5
    assert loss.item() == pytest.approx(torch.nn.functional.softplus(real - fake).mean().item())


def test_the_discriminators_loss_reaches_no_generator():
    made = game(penalties={"r1": {}, "r2": {}, "one_centered": {}, "local": {}})
    sum(term for term in made.discriminator_loss(REAL).values() if term.requires_grad).backward()
    assert made.generator.factor.grad is None
    assert made.discriminator.weight.grad is not None


def test_a_batch_is_not_changed_by_penalties_that_watch_it():
    batch = {"real": REAL["real"].clone()}
    game(penalties={"r1": {}}).discriminator_loss(batch)
    assert torch.equal(batch["real"], REAL["real"])


def test_a_lazy_penalty_is_there_when_due_with_as_many_times_the_weight():
    made = game(penalties={"r1": {"gamma": 4.0, "every": 3}})
    due = [made.discriminator_loss(REAL, step=step) for step in range(6)]
    assert ["r1" in terms for terms in due] == [True, False, False, True, False, False]
    assert due[0]["r1"].item() == pytest.approx(3 * 1.0)


def test_clipping_happens_after_each_of_the_critics_steps():
    playing = trainer(recipe("wgan", "8-ring", "clip=0.001", "n_critic=2"))
    playing.play()
    assert max(p.abs().max().item() for p in playing.game.discriminator.parameters()) <= 0.001 + 1e-9
    assert max(p.abs().max().item() for p in playing.game.generator.parameters()) > 0.001


@pytest.mark.parametrize("conditioning", ["concatenation", "projection"])
def test_labels_reach_both_players(conditioning):
    made = build_game(recipe("r1gan", "digits", f"conditioning={conditioning}")).eval()
    assert made.controls[1] == Control("label", Label(10, tuple("0123456789")))
    z = torch.randn(1, made.latent).expand(10, -1)
    images = made.sample({"latent": z, "label": torch.arange(10)})
    assert len({image.detach().numpy().tobytes() for image in images}) == 10
    logits = made.discriminator(images[:1].expand(10, -1, -1, -1), torch.arange(10))
    assert len(set(logits.tolist())) == 10


def test_fakes_have_the_labels_of_the_batch():
    made = TwoPlayer(Echo(), Slope(), ("a", "b", "c"), latent=2, conditioning="projection")
    label = torch.tensor([2, 0, 1])
    made.discriminator_loss({"real": torch.zeros(3, 5), "label": label})
    assert made.generator.seen[0][:, 2:].tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert all(torch.equal(seen, label) for seen in made.discriminator.labels)


def test_an_unconditional_game_ignores_labels():
    made = game()
    made.discriminator_loss(REAL | {"label": torch.tensor([0, 1, 2])})
    assert made.discriminator.labels == [None, None]


def test_a_conditional_game_on_data_without_labels_is_refused_with_the_remedy():
    full = TwoPlayer.complete({"conditioning": "projection"})
    with pytest.raises(UserError, match="these data have no labels: use --set conditioning=none, or sub-folders"):
        TwoPlayer.build(Facts((2,)), lambda *_: nn.Identity(), full)


def test_smoothed_labels_change_only_the_discriminators_targets():
    torch.manual_seed(0)
    made = game(real_label=0.9)
    loss = made.discriminator_loss(REAL)["adversarial"]
    real, fake = REAL["real"].sum(1) * 0.5, made.generator.seen[0].sum(1) * 0.5
    softplus = torch.nn.functional.softplus
    assert loss.item() == pytest.approx((softplus(real) - 0.9 * real + 0).mean().item() + softplus(fake).mean().item())


@pytest.mark.parametrize(
    "options, message",
    [
        ({"loss": "hinge", "real_label": 0.9}, "the hinge loss has no labels to soften; use loss=non_saturating"),
        ({"real_label": 1.05}, "'game.real_label': input should be less than or equal to 1"),
        ({"loss": "hing"}, "no loss 'hing'; did you mean 'hinge'"),
        ({"penalties": {"locl": {}}}, "no penalty 'locl'; did you mean 'local'"),
        ({"penalties": {"r1": {"gama": 1}}}, "'game.penalties.r1.gama' is no option; did you mean 'gamma'"),
        ({"penalties": {"r1": {"gamma": -1}}}, "'game.penalties.r1.gamma': input should be greater than or equal to 0"),
        ({"n_critic": 0}, "'game.n_critic': input should be greater than or equal to 1"),
        ({"clip": -0.1}, "'game.clip': input should be greater than or equal to 0"),
        ({"latent": 0}, "'game.latent': "),
        (
            {"pack": 2, "conditioning": "projection"},
            "game.pack: 2 samples of a pack share no label; use conditioning=none",
        ),
        ({"pack": 0}, "'game.pack': input should be greater than or equal to 1"),
        ({"prior": "cauchy"}, "'game.prior': input should be 'normal' or 'uniform'"),
    ],
)
def test_bad_options_are_one_line(options, message):
    with pytest.raises(UserError, match=message):
        TwoPlayer.complete(options)


def test_options_complete_to_themselves():
    full = TwoPlayer.complete({"penalties": {"r1": {}}})
    assert full["penalties"] == {"r1": {"every": 1, "gamma": 1.0}}
    assert TwoPlayer.complete(full) == full


def test_priors_of_the_latent():
    made = game(prior="uniform")
    made.fake(torch.zeros(5000, 2), None)
    assert made.generator.seen[0].abs().max() <= 1
    assert made.generator.seen[0].std().item() == pytest.approx(1 / math.sqrt(3), abs=0.02)


def test_weights_are_a_function_of_the_seed_and_leave_the_random_state_alone():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one, same, other = (build_game(recipe("dcgan", seed=seed)).state_dict() for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["discriminator.head.weight"], other["discriminator.head.weight"])


@pytest.mark.parametrize("loss", ["minimax", "non_saturating", "least_squares", "hinge", "wasserstein", "relativistic"])
@pytest.mark.parametrize("network", ["mlp", "dcgan", "small"])
def test_losses_and_networks_combine_freely(loss, network):
    width = "width=8"
    playing = trainer(recipe("r1gan", "digits", f"loss={loss}", f"network={network}", width, "conditioning=projection"))
    playing.play()
    assert all(math.isfinite(mean) for mean in playing.meter.means().values())
    assert dataset("digits").classes


def test_logits_are_what_the_discriminator_says_given_labels_where_it_has_them():
    assert game().logits(REAL).tolist() == pytest.approx([1.5, 1.0, 0.5])
    labelled = TwoPlayer(Echo(), Slope(), ("a", "b"), latent=2)
    batch = REAL | {"label": torch.tensor([0, 1, 1])}
    assert labelled.logits(batch).tolist() == pytest.approx([1.5, 1.0, 0.5])
    assert labelled.discriminator.labels == [batch["label"]]


def test_a_discriminator_that_guesses_labels_is_not_told_them():
    made = build_game(recipe("acgan")).eval()
    images = torch.rand(4, 1, 8, 8) * 2 - 1
    assert torch.equal(made.discriminator(images, torch.arange(4)), made.discriminator(images, torch.zeros(4).long()))
    assert made.discriminator.judge(images)[1].shape == (4, 10)


def test_terms_of_guessed_labels_are_cross_entropies_by_hand():
    made = build_game(recipe("acgan", "digits", "class_weight=0.5"))
    real, label = torch.rand(3, 1, 8, 8) * 2 - 1, torch.tensor([4, 0, 9])
    terms = made.discriminator_loss({"real": real, "label": label})
    probability = made.discriminator.judge(real)[1].softmax(1)[torch.arange(3), label]
    assert terms["class"].item() == pytest.approx(0.5 * -probability.log().mean().item(), rel=1e-5)
    assert terms["fake_class"].requires_grad
    assert set(made.generator_loss({"real": real, "label": label})) == {"adversarial", "class"}


def test_the_term_of_guessed_labels_moves_the_generator_towards_its_class():
    made = build_game(recipe("acgan", "digits"))
    batch = {"real": torch.zeros(256, 1, 8, 8), "label": torch.arange(256) % 10}
    optimiser, losses = torch.optim.Adam(made.generator.parameters(), lr=0.01), []
    for _ in range(40):
        torch.manual_seed(0)
        losses.append(made.generator_loss(batch)["class"])
        optimiser.zero_grad()
        losses[-1].backward(inputs=list(made.generator.parameters()))
        optimiser.step()
    assert losses[-1] < 0.7 * losses[0]


def test_packs_are_samples_that_follow_one_another_laid_over_one_another():
    x = torch.arange(4 * 2 * 3).view(4, 2, 3)
    whole = packed(x, 2)
    assert whole.shape == (2, 4, 3)
    assert torch.equal(whole[1], torch.cat([x[2], x[3]]))
    with pytest.raises(UserError, match="5 samples cannot be packed by 2: set batch_size"):
        packed(torch.zeros(5, 2), 2)


def test_a_discriminator_of_packs_judges_samples_together():
    made = build_game(recipe("pacgan", "digits", "pack=4")).eval()
    images = torch.rand(8, 1, 8, 8) * 2 - 1
    assert made.discriminator(images).shape == (2,)
    said = made.logits({"real": images[:6]})
    assert said.shape == (6,)
    filled = torch.cat([images[4:6], images[:1], images[:1]])
    expected = [made.discriminator(pack).item() for pack in (images[:4], filled) for _ in range(4)]
    assert said.tolist() == pytest.approx(expected[:6], abs=1e-6)
    other = torch.cat([images[:1], images[4:7]])
    assert made.discriminator(other) != made.discriminator(images[:4])
    assert made.opinion(images) is None


def test_a_pack_of_one_is_the_plain_game_bit_for_bit():
    plain, packs = trainer(recipe("dcgan", "8-ring")), trainer(recipe("pacgan", "8-ring", "pack=1"))
    plain.fit(3), packs.fit(3)
    ours, theirs = plain.game.state_dict(), packs.game.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_packs_go_with_every_penalty():
    penalties = "penalties={r1: {}, r2: {}, one_centered: {}, local: {}, fd_r1: {}, fd_r2: {}}"
    playing = trainer(recipe("pacgan", "digits", penalties))
    playing.play()
    assert all(math.isfinite(mean) for mean in playing.meter.means().values())


@pytest.mark.parametrize("system", ["gan", "cgan", "acgan", "wgan-gp", "pacgan"])
def test_one_pass_for_reals_and_fakes_is_two_passes_to_rounding(system):
    made = build_game(recipe(system, "digits", "network=mlp", "activation=leaky_relu", "discriminator.dropout=0"))
    batch = {"real": torch.rand(6, 1, 8, 8), "label": torch.arange(6)}
    found = []
    for made.at_once in (True, False):
        torch.manual_seed(0)
        terms = made.discriminator_loss(batch)
        loss = sum(term for term in terms.values() if term.requires_grad)
        found.append((terms, torch.autograd.grad(loss, list(made.discriminator.parameters()))))
    (one_terms, one), (two_terms, two) = found
    assert one_terms.keys() == two_terms.keys()
    assert all(torch.allclose(one_terms[name], two_terms[name], atol=1e-6) for name in one_terms)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize(
    "setting, gains",
    [("network=mlp", True), ("network=small", False), ("batch_norm=true", False), ("spectral_norm=true", False)],
)
def test_only_perceptrons_without_a_memory_of_batches_take_reals_and_fakes_at_once(setting, gains):
    made = build_game(recipe("gan", "digits", "network=mlp", f"discriminator.{setting}"))
    assert made.at_once is gains
    assert not game().at_once
