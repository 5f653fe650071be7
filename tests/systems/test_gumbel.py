"""Gumbel: one-hot words drawn by their probabilities, with the derivative of the relaxed ones."""

import pytest
import torch
from sentences import LENGTH, TOKENS, every_sentence, probabilities, tiny_writer

from zerosum.networks.sentences import Convolutional
from zerosum.systems.gumbel import Gumbel, closed, straight_through

REAL = every_sentence()


def game(**options):
    torch.manual_seed(0)
    discriminator = Convolutional(TOKENS, LENGTH, embedding=4, kernels=(1, 2), filters=(8, 8))
    return Gumbel(tiny_writer(), discriminator, **{"likelihood_rounds": 2, "cooling_rounds": 10} | options)


def test_rows_are_one_hot_with_the_derivative_of_the_relaxed_ones():
    logits, weights = torch.tensor([[1.0, 0.0, -2.0]], requires_grad=True), torch.tensor([[0.3, -1.0, 2.0]])
    torch.manual_seed(3)
    row = straight_through(logits, 0.7)
    assert torch.allclose(row.sort().values, torch.tensor([[0.0, 0.0, 1.0]]), atol=1e-6)
    (gradient,) = torch.autograd.grad((row * weights).sum(), logits)
    torch.manual_seed(3)
    noise = -(-torch.rand(1, 3).log()).log()
    y = ((logits + noise) / 0.7).softmax(1).detach()
    assert torch.allclose(gradient, y * (weights - (y * weights).sum()) / 0.7, atol=1e-6)


def test_words_are_drawn_by_their_probabilities():
    torch.manual_seed(0)
    logits = torch.tensor([0.5, 0.3, 0.2]).log().expand(20_000, 3)
    assert straight_through(logits, 0.1).mean(0).tolist() == pytest.approx([0.5, 0.3, 0.2], abs=0.012)


def test_soft_sentences_are_those_that_the_writer_writes():
    playing = game()
    torch.manual_seed(0)
    ids = torch.cat([playing.soft(5000, 1.0).argmax(2) for _ in range(4)])
    found = (ids[:, None] == REAL).all(2).float().mean(0)
    assert found.sum().item() == pytest.approx(1.0)
    assert found.tolist() == pytest.approx(probabilities(playing.generator, REAL).tolist(), abs=0.012)


def test_the_discriminator_sees_the_same_in_one_hot_rows_as_in_tokens():
    playing = game()
    playing.eval()
    rows = torch.nn.functional.one_hot(REAL, TOKENS).float()
    assert torch.allclose(playing.discriminator(rows), playing.discriminator(REAL), atol=1e-6)


def test_no_derivative_flows_from_behind_an_end():
    rows = torch.nn.functional.one_hot(torch.tensor([[3, 1, 4], [3, 4, 4]]), TOKENS).float().requires_grad_()
    shut = closed(rows)
    assert shut.argmax(2).tolist() == [[3, 1, 0], [3, 4, 4]]
    (gradient,) = torch.autograd.grad(shut.sum(), rows)
    assert gradient[:, :, 0].tolist() == [[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]


def test_the_softness_falls_by_the_same_factor_each_round():
    playing = game(softness=1.0, final_softness=0.01)
    assert [playing.softness_at(step) for step in (2, 7, 12, 99)] == pytest.approx([1.0, 0.1, 0.01, 0.01])


def test_likelihood_first_then_the_discriminator_and_the_writer():
    playing = game()
    assert [turn.player for turn in playing.turns(1)] == [playing.generator]
    assert [turn.player for turn in playing.turns(2)] == [playing.discriminator, playing.generator]


def test_a_derivative_reaches_all_of_the_writer():
    playing = game()
    terms = playing.generator_loss({"real": REAL}, softness=0.5)
    gradients = torch.autograd.grad(terms["adversarial"], list(playing.generator.parameters()))
    assert all(gradient.abs().sum() > 0 for gradient in gradients)
