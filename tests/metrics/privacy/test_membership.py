"""A generator that copies is caught; one that draws from the true distribution is at 0.5 within its error."""

import pytest
import torch

from known_rows import LAYOUT, WIDE, people, wide
from zerosum.metrics.privacy.membership import ATTACKS, Suspects, attacked
from zerosum.metrics.privacy.near import Near


def test_a_generator_that_copies_is_caught_by_every_attack():
    train, held_out = wide(800), wide(1600, seed=1)
    copies = train + 0.01 * wide(800, seed=2)
    verdict = attacked(Suspects.of(train, held_out, copies, WIDE))
    assert set(verdict) == set(ATTACKS)
    for each in verdict.values():
        assert each.auc > 0.9
        assert each.caught > 0.5


def test_one_that_draws_from_the_true_distribution_is_not():
    for rows, layout in ((wide, WIDE), (people, LAYOUT)):
        verdict = attacked(Suspects.of(rows(800), rows(1600, seed=1), rows(800, seed=2), layout))
        for each in verdict.values():
            assert abs(each.auc - 0.5) < 3 * each.error
            assert each.caught < 0.05
            assert 0.01 < each.error < 0.02


def test_one_that_copies_half_of_the_time_is_caught_in_part():
    train = wide(800)
    mixed = torch.cat([train[:400], wide(400, seed=2)])
    verdict = attacked(Suspects.of(train, wide(1600, seed=1), mixed, WIDE))
    assert verdict["distance"].auc == pytest.approx(0.75, abs=0.05)
    assert verdict["distance"].caught == pytest.approx(0.5, abs=0.06)


def test_suspects_are_as_many_members_as_others_and_the_population_is_neither():
    train, held_out = wide(30), wide(41, seed=1)
    suspects = Suspects.of(train, held_out, wide(5, seed=2), WIDE)
    known = [{tuple(row) for row in side.tolist()} for side in (suspects.members, suspects.others, suspects.population)]
    assert [len(side) for side in known] == [20, 20, 21]
    assert known[0] <= {tuple(row) for row in train.tolist()}
    assert known[1] | known[2] == {tuple(row) for row in held_out.tolist()}
    assert suspects.is_member.tolist() == [True] * 20 + [False] * 20


def test_distances_are_those_of_all_pairs():
    places, others = torch.randn(7, 3), torch.randn(30, 3)
    near = Near.of(places, others, k=4)
    torch.testing.assert_close(near.distances, torch.cdist(places, others).sort(1).values[:, :4], atol=1e-5, rtol=1e-4)
    assert torch.equal(near.nearest, near.distances[:, 0])
    assert Near.of(places, others[:2]).distances.shape == (7, 2)


def test_the_density_is_the_kernels_sum():
    near = Near(torch.tensor([[1.0, 2.0]]))
    expected = torch.tensor(torch.e**-0.125 + torch.e**-0.5).log()
    assert float(near.log_density(2.0)) == pytest.approx(float(expected), rel=1e-6)
