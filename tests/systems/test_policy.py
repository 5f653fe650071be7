"""Policy gradients: against the gradient of the expectation itself, summed over all sentences of a tiny vocabulary."""

import pytest
import torch
from sentences import LENGTH, every_sentence, probabilities, tiny_writer

from zerosum.networks.writer import written
from zerosum.systems.policy import at_rest, centred, credited, policy_loss, returns, rollouts

SENTENCES = every_sentence()
COUNTED = written(SENTENCES)
VALUES = torch.randn(len(SENTENCES), generator=torch.Generator().manual_seed(1))
"""What each sentence is worth."""


def flat(gradients):
    return torch.cat([gradient.flatten() for gradient in gradients])


def exact_gradient(writer, values=VALUES):
    """grad sum_x p(x) value(x)."""
    return flat(torch.autograd.grad((probabilities(writer, SENTENCES) * values).sum(), list(writer.parameters())))


def expected_gradient(writer, rewards):
    """sum_x p(x) grad sum_t R_t log p_t, by `policy_loss` of one sentence after the other."""
    total = 0.0
    for at, weight in enumerate(probabilities(writer, SENTENCES).tolist()):
        row = slice(at, at + 1)
        loss = policy_loss(writer.log_probability(SENTENCES[row]), rewards[row], COUNTED[row]) * COUNTED[row].sum()
        total = total - weight * flat(torch.autograd.grad(loss, list(writer.parameters())))
    return total


def expected_values(writer, values=VALUES):
    """E[value | x_1, ..., x_t] of each sentence and t = 1 to L, [N, L], summed over all that begin so."""
    weights, table = probabilities(writer, SENTENCES).detach(), torch.zeros(len(SENTENCES), LENGTH)
    for at in range(LENGTH):
        same = (SENTENCES[:, None, : at + 1] == SENTENCES[None, :, : at + 1]).all(2)
        table[:, at] = (same * weights * values).sum(1) / (same * weights).sum(1)
    return table


def test_a_writer_spends_all_its_probability_on_the_sentences_it_can_write():
    assert probabilities(tiny_writer(), SENTENCES).sum().item() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("baseline", [0.0, 0.7])
def test_the_reward_of_a_whole_sentence_gives_the_gradient_of_its_expectation(baseline):
    writer = tiny_writer()
    rewards = VALUES[:, None].expand(-1, LENGTH) - baseline
    assert torch.allclose(expected_gradient(writer, rewards), exact_gradient(writer), atol=1e-5)


def test_the_expectation_of_what_follows_gives_the_same_gradient():
    writer = tiny_writer()
    assert torch.allclose(expected_gradient(writer, expected_values(writer)), exact_gradient(writer), atol=1e-5)


def test_tokens_that_share_a_later_roll_out_give_the_same_gradient():
    writer = tiny_writer()
    values = torch.stack([expected_values(writer)[:, 1], VALUES])
    rewards = credited(values, range(2, LENGTH, 2), LENGTH)
    assert torch.equal(rewards[:, 0], values[0])
    assert torch.equal(rewards[:, 2], VALUES)
    assert torch.allclose(expected_gradient(writer, rewards), exact_gradient(writer), atol=1e-5)


def test_rewards_of_tokens_give_the_gradient_of_their_sum():
    writer = tiny_writer()
    table = torch.tensor([0.0, 0.5, 0.0, -1.0, 2.0])[SENTENCES] * torch.tensor([1.0, 2.0, 3.0])
    sums = (table * COUNTED).sum(1)
    rewards = returns(table, COUNTED, 1.0)
    assert torch.allclose(expected_gradient(writer, rewards), exact_gradient(writer, sums), atol=1e-5)


def test_returns_are_discounted_and_stop_behind_the_end():
    counted = torch.tensor([[True, True, False], [True, True, True]])
    earned = returns(torch.tensor([[1.0, 2.0, 8.0], [1.0, 2.0, 8.0]]), counted, 0.5)
    assert earned.tolist() == [[2.0, 2.0, 0.0], [4.0, 6.0, 8.0]]


def test_centred_rewards_are_compared_to_those_of_their_place():
    counted = torch.tensor([[True, True], [True, False]])
    assert centred(torch.tensor([[1.0, 5.0], [3.0, 9.0]]), counted)[counted].tolist() == [-1.0, 0.0, 1.0]


def test_roll_outs_keep_the_beginning_and_go_on_as_the_writer_does():
    writer, sentences = tiny_writer(), torch.tensor([[3, 4, 1], [4, 4, 4]])
    torch.manual_seed(2)
    rolled = rollouts(writer, sentences, range(1, 3), 2000)
    assert rolled.shape == (2, 2000, 2, 3)
    assert (rolled[0, :, :, :1] == sentences[:, :1]).all()
    assert (rolled[1, :, :, :2] == sentences[:, :2]).all()
    value = {tuple(row): number for row, number in zip(SENTENCES.tolist(), VALUES.tolist(), strict=True)}
    means = torch.tensor([[[value[tuple(row)] for row in rows] for rows in part] for part in rolled.tolist()]).mean(1)
    places = [SENTENCES.tolist().index(row) for row in sentences.tolist()]
    assert torch.allclose(means, expected_values(writer)[places, :2].T, atol=0.08)  # 3.5 / sqrt(2000)


def test_a_sentence_that_has_ended_stays_as_it_is():
    rolled = rollouts(tiny_writer(), torch.tensor([[3, 1, 0]]), range(2, 3), 5)
    assert rolled.flatten(0, 2).unique(dim=0).tolist() == [[3, 1, 0]]


def test_roll_outs_from_nowhere_are_none():
    assert rollouts(tiny_writer(), SENTENCES, range(3, 3), 4).shape == (0, 4, 15, 3)


def test_many_sentences_are_rolled_out_in_parts(monkeypatch):
    monkeypatch.setattr("zerosum.systems.policy.ROOM", 5 * 4 * 4)  # four sentences at a time
    rolled = rollouts(tiny_writer(), SENTENCES, range(1, 3), 2)
    assert rolled.shape == (2, 2, 15, 3)
    assert (rolled[1, :, :, :2] == SENTENCES[:, :2]).all()


def test_a_discriminator_at_rest_drops_nothing_and_goes_on_as_before():
    dropping = torch.nn.Dropout(0.5)
    with at_rest(dropping):
        assert torch.equal(dropping(torch.ones(8)), torch.ones(8))
    assert dropping.training
