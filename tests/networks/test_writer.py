"""Networks that write: each token by what stands before it, decided by dice."""

import pytest
import torch

from zerosum.core.tokens import END, PADDING, UNKNOWN, ended, mask
from zerosum.networks.recurrent import LSTM
from zerosum.networks.writer import thrown

IDS = torch.tensor([[3, 4, 5, END, 0], [4, UNKNOWN, 3, 3, 5]])


@pytest.fixture
def writer():
    torch.manual_seed(0)
    return LSTM(7, 5, embedding=4, hidden=6, depth=2).eval()


def test_a_logit_depends_on_what_stands_before_alone(writer):
    changed = IDS.clone()
    changed[:, 3] = 6
    same, other = writer(IDS), writer(changed)
    assert same.shape == (2, 5, 7)
    assert torch.equal(same[:, :4], other[:, :4])
    assert not torch.allclose(same[:, 4], other[:, 4])


def test_steps_are_the_whole_at_once(writer):
    previous, state, steps = torch.zeros(2, dtype=torch.int64), None, []
    for at in range(5):
        logits, state = writer.step(previous, state)
        steps.append(logits)
        previous = IDS[:, at]
    assert torch.allclose(torch.stack(steps, 1), writer(IDS), atol=1e-6)


def test_likelihood_is_a_sum_over_what_can_be_written(writer):
    with torch.no_grad():
        found, every = writer.log_probability(IDS), writer(IDS).log_softmax(2)
        loss = float(writer.cross_entropy(IDS))
    assert found[0, 0] == every[0, 0, 3]
    assert found[0, 4] == found[1, 1] == 0
    assert loss == pytest.approx(float(-found.sum() / 8), rel=1e-5)
    assert float(every.exp()[:, :, [PADDING, UNKNOWN]].sum()) == 0


def test_all_sentences_together_are_certain(writer):
    """Over all sentences of two tokens probabilities sum to one."""
    writer.length = 2
    tokens = [END, 3, 4, 5, 6]
    rows = torch.tensor([[a, b] for a in tokens for b in (tokens if a != END else [0])])
    assert float(writer.log_probability(rows).sum(1).exp().sum().detach()) == pytest.approx(1.0, abs=1e-5)


def test_dice_decide_by_cumulated_probabilities():
    logits = torch.tensor([[0.1, 0.2, 0.0, 0.7]]).log().repeat(5, 1)
    dice = torch.tensor([0.0, 0.099, 0.1, 0.301, 0.999999])
    assert thrown(logits, dice).tolist() == [0, 0, 1, 3, 3]


def test_sentences_follow_the_probabilities_of_the_writer(writer):
    dice = torch.rand(4000, 5, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        ids = writer.write(dice, torch.ones(4000, 1))
        first = writer(ids[:1])[0, 0].softmax(0)
    assert torch.equal(ids, ended(ids))
    assert not bool(((ids == UNKNOWN) | (mask(ids) & (ids == PADDING))).any())
    counts = torch.bincount(ids[:, 0], minlength=7) / 4000
    assert torch.allclose(counts, first, atol=0.03)


def test_low_temperature_writes_the_likeliest_and_rows_stand_alone(writer):
    dice = torch.rand(9, 5, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        cold = writer.write(dice, torch.full((9, 1), 0.01))
        warm = writer.write(dice, torch.ones(9, 1))
        assert torch.equal(writer.write(dice[3:4], torch.ones(1, 1)), warm[3:4])
    assert len(torch.unique(cold, dim=0)) == 1
    assert len(torch.unique(warm, dim=0)) > 5
