"""SeqGAN: phases by the round, rewards that are means over roll-outs, a copy that lags behind."""

import pytest
import torch
from sentences import LENGTH, TOKENS, every_sentence, tiny_writer
from torch import nn

from zerosum.networks.sentences import Convolutional
from zerosum.systems.seqgan import SeqGAN


class Counting(nn.Module):
    """D(x) = how many tokens are 4, times a weight."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(1, 1)
        nn.init.constant_(self.head.weight, 0.5)
        nn.init.zeros_(self.head.bias)

    def forward(self, sentences):
        return self.head((sentences == 4).sum(1, keepdim=True).float())[:, 0]


def game(discriminator=None, **options):
    rounds = {"likelihood_rounds": 2, "discriminator_rounds": 1, "rollouts": 3, "n_critic": 2}
    return SeqGAN(tiny_writer(), discriminator or Counting(), **rounds | options)


REAL = every_sentence()


def moves(playing, step):
    name = {playing.generator: "G", playing.discriminator: "D"}
    return [f"{name[turn.player]} {'/'.join(turn.loss({'real': REAL}))}" for turn in playing.turns(step)]


def test_likelihood_then_the_discriminator_then_the_contest():
    playing, judged = (
        game(n_likelihood=1),
        "D adversarial/decay/real_logit/fake_logit/real_probability/fake_probability",
    )
    assert moves(playing, 0) == moves(playing, 1) == ["G cross_entropy"]
    assert moves(playing, 2) == [judged]
    assert moves(playing, 3) == ["G policy/reward", "G cross_entropy", judged, judged]


def test_a_whole_sentence_earns_what_the_discriminator_gives():
    sentences = torch.tensor([[4, 4, 4], [3, 4, 3], [3, 3, 3]])
    earned = game(every=3).rewards(sentences)
    expected = torch.sigmoid(torch.tensor([1.5, 0.5, 0.0]))
    assert torch.allclose(earned, expected[:, None].expand(3, LENGTH))
    assert torch.allclose(game(every=3, reward="logit").rewards(sentences)[:, 0], torch.tensor([1.5, 0.5, 0.0]))


def test_beginnings_earn_the_mean_of_what_is_written_on():
    playing, sentences = game(rollouts=4000, reward="logit"), torch.tensor([[3, 4, 3]])
    torch.manual_seed(0)
    earned = playing.rewards(sentences)[0]
    last = playing.generator(sentences).softmax(2)[0]
    assert earned[2].item() == pytest.approx(0.5)  # one 4, whole
    assert earned[1].item() == pytest.approx(0.5 + 0.5 * last[2, 4].item(), abs=0.02)
    other = playing.generator(torch.tensor([[3, 3, 3]])).softmax(2)[0]
    fours = last[1, 4] * (1 + last[2, 4]) + last[1, 3] * other[2, 4]
    assert earned[0].item() == pytest.approx(0.5 * fours.item(), abs=0.03)


def test_the_copy_follows_likelihood_at_once_and_the_policy_slowly():
    playing = game(lag=0.75)
    with torch.no_grad():
        playing.generator.out.bias.fill_(4.0)
        playing.copy.out.bias.zero_()
    list(playing.turns(3))
    assert playing.copy.out.bias.tolist() == [1.0] * TOKENS
    list(playing.turns(0))
    assert playing.copy.out.bias.tolist() == [4.0] * TOKENS
    assert not any(parameter.requires_grad for parameter in playing.copy.parameters())


def test_the_head_decays():
    assert game(decay=0.2).discriminator_loss({"real": REAL})["decay"].item() == pytest.approx(0.1 * 0.25)


def test_a_baseline_changes_the_loss_but_not_what_was_earned():
    terms = {}
    for baseline in ("none", "batch"):
        torch.manual_seed(0)
        terms[baseline] = game(baseline=baseline).policy_loss({"real": REAL})
    assert terms["none"]["reward"] == terms["batch"]["reward"]
    assert abs(terms["batch"]["policy"]) < abs(terms["none"]["policy"])


def test_rewards_come_from_a_discriminator_at_rest():
    playing = game(Convolutional(TOKENS, LENGTH, kernels=(1, 2), filters=(8, 8), dropout=0.9), every=3)
    assert torch.equal(playing.rewards(REAL), playing.rewards(REAL))
    assert playing.discriminator.training


@pytest.mark.parametrize(("rate", "kept"), [(1.0, 4.0), (0.25, 1.0)])
def test_of_a_policy_turn_the_writer_keeps_a_share(rate, kept):
    playing = game(contest_rate=rate, lag=0.0)
    with torch.no_grad():
        playing.generator.out.bias.zero_()
    for turn in playing.turns(3):
        if turn.player is playing.generator:
            with torch.no_grad():
                playing.generator.out.bias += 4.0
    assert playing.generator.out.bias.tolist() == [kept] * TOKENS
    assert playing.copy.out.bias.tolist() == [kept] * TOKENS
