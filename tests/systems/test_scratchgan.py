"""ScratchGAN: each token earns at once, discounted, compared to a baseline that moves."""

import pytest
import torch
from sentences import every_sentence, tiny_writer
from torch import nn

from zerosum.core.tokens import END
from zerosum.systems.scratchgan import ScratchGAN


class Words(nn.Module):
    """D(x_t | ...) = a number of the token."""

    def __init__(self):
        super().__init__()
        self.numbers = nn.Parameter(torch.tensor([9.0, 0.0, 9.0, -1.0, 2.0]))

    def forward(self, sentences):
        return self.numbers[sentences]


REAL = every_sentence()


def game(**options):
    return ScratchGAN(tiny_writer(), Words(), **options)


def test_the_discriminator_moves_then_the_writer():
    playing = game(n_critic=2)
    players = []
    for turn in playing.turns(0):
        turn.loss({"real": REAL})
        players.append(turn.player)
    assert players == [playing.discriminator, playing.discriminator, playing.generator]


def test_tokens_earn_from_minus_one_to_one_discounted():
    playing = game(discount=0.5)
    playing.fake = lambda real: torch.tensor([[3, 4, END]])
    one, two = (2 * torch.sigmoid(torch.tensor([-1.0, 2.0])) - 1).tolist()
    rewards = torch.tensor([[one + 0.5 * two, two, 0.0]])  # an end, of logit 0, earns nothing
    terms = playing.policy_loss({"real": REAL})
    assert terms["reward"].item() == pytest.approx(rewards.mean().item())
    logs = playing.generator.log_probability(torch.tensor([[3, 4, END]]))
    assert terms["policy"].item() == pytest.approx(-(rewards * logs).sum().item() / 3, rel=1e-5)


def test_padding_is_not_judged():
    playing = game()
    playing.fake = lambda real: torch.tensor([[END, 0, 0]])
    terms = playing.discriminator_loss({"real": torch.tensor([[3, END, 0]])})
    real = nn.functional.softplus(torch.tensor([1.0, 0.0])).mean()
    assert terms["adversarial"].item() == pytest.approx(real.item() + nn.functional.softplus(torch.tensor(0.0)).item())
    assert terms["real_logit"].item() == pytest.approx(-0.5)
    assert playing.opinion(torch.tensor([[4, 4, 4]])).item() == pytest.approx(torch.sigmoid(torch.tensor(2.0)).item())


def test_the_baseline_follows_what_was_earned_in_all_parts_of_a_batch():
    playing, earned = game(baseline_decay=0.08), []
    playing.baseline.fill_(1.0)
    for turn in playing.turns(0):
        terms = [turn.loss({"real": part}) for part in REAL.chunk(2)]
        earned = [part["reward"].item() for part in terms if "reward" in part]
    assert playing.baseline.item() == pytest.approx(0.08 + 0.92 * sum(earned) / 2, rel=1e-5)


def test_a_baseline_lowers_what_rewards_are_worth():
    playing = game()
    playing.fake = lambda real: torch.tensor([[4, 4, 4]])
    playing.baseline.fill_(10.0)
    assert playing.policy_loss({"real": REAL})["policy"].item() < 0  # R - b is negative, and so is log p
