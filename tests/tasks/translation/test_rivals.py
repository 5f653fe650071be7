"""Guesses that take no learning, on images whose guesses are plain arithmetic."""

from functools import partial

import pytest
import torch

from darker import Darker
from zerosum.data.dataset import Resident, images_outside
from zerosum.data.makers import maker
from zerosum.data.source_target import Made, Matched, Unpaired
from zerosum.evaluation.run_scores import table, worse
from zerosum.metrics.evaluate import Evaluator
from zerosum.metrics.score import Score
from zerosum.tasks.translation.enlarged import enlarged
from zerosum.tasks.translation.rivals import Rivals
from zerosum.tasks.translation.sampler import TranslatingSampler, judged_by

ROWS = torch.arange(5)


def noise(count: int, seed: int, channels: int = 3, side: int = 16) -> Resident:
    random = torch.Generator().manual_seed(seed)
    values = torch.randint(0, 256, (count, channels, side, side), generator=random, dtype=torch.uint8)
    return Resident(values, name=f"noise {seed}")


def made(pairs: str, channels: int = 3) -> tuple[Made, Made]:
    return Made(noise(30, 0, channels), maker(pairs)), Made(noise(20, 1, channels), maker(pairs))


def near(x: torch.Tensor, y: torch.Tensor) -> bool:
    return int((x.int() - y.int()).abs().max()) <= 1


def test_means_are_those_of_the_train_targets():
    train, test = made("noisy")
    rivals = Rivals(train, test)
    values = train.targets.values.double()
    assert near(rivals("mean target", ROWS), values.mean(0).round().expand(5, -1, -1, -1))
    assert near(rivals("one colour", ROWS), values.mean((0, 2, 3))[:, None, None].round().expand(5, 3, 16, 16))


def test_the_source_itself_has_the_name_that_the_data_give_it():
    train, test = made("noisy")
    rivals = Rivals(train, test)
    assert list(rivals.guesses) == ["one colour", "mean target", "source itself", "colour for colour", "nearest pair"]
    assert torch.equal(rivals("source itself", ROWS), images_outside(test.inputs(ROWS)["x"]))


def test_a_grey_source_is_repeated_and_a_coloured_one_made_grey():
    _, test = made("grey")
    there, back = Rivals(test, test), Rivals(test.reversed(), test.reversed())
    source = test.sources.batch(ROWS)["real"]
    assert torch.equal(there("source itself", ROWS), images_outside(source.expand(-1, 3, -1, -1)))
    assert near(back("source itself", ROWS), images_outside(source))


def test_a_colour_becomes_the_mean_of_what_stands_in_its_place():
    # Dark source pixels (0 and 20: one level) stand for 10 and 30, light ones for 200; no source has the middle level.
    source = torch.tensor([[0, 20], [250, 250]], dtype=torch.uint8).expand(4, 1, 2, 2)
    target = torch.tensor([[10, 30], [200, 200]], dtype=torch.uint8).expand(4, 1, 2, 2)
    train = Matched(Resident(torch.cat([source, target], 1), name="a"), 1)
    asked = torch.tensor([[5, 255], [128, 10]], dtype=torch.uint8).expand(4, 1, 2, 2)
    test = Matched(Resident(torch.cat([asked, target], 1), name="b"), 1)
    made = Rivals(train, test)("colour for colour", torch.arange(4))
    assert near(made[0, 0], torch.tensor([[20, 200], [110, 20]], dtype=torch.uint8))


def test_bicubic_is_the_small_picture_enlarged():
    train, test = made("small:4")
    found = Rivals(train, test)("bicubic", ROWS)
    real = test.targets.batch(ROWS)["real"]
    less = torch.nn.functional.interpolate(real, (4, 4), mode="bicubic", antialias=True)
    assert near(found, images_outside(enlarged(images_outside(less), 4)))


def test_what_is_known_round_a_hole_stands_in_all_guesses():
    train, test = made("masked:centre")
    rivals = Rivals(train, test)
    real, mask = images_outside(test.targets.batch(ROWS)["real"]), test.inputs(ROWS)["mask"].bool()
    assert set(rivals.guesses) == {
        "one colour",
        "mean target",
        "hole in the mean colour",
        "colour for colour",
        "nearest pair",
    }
    for name in rivals.guesses:
        assert torch.equal(rivals(name, ROWS) * ~mask, real * ~mask)
    filled = rivals("hole in the mean colour", ROWS)[0, :, 8, 8]
    known = real[0].double()[:, ~mask[0, 0]].mean(1)
    assert filled.tolist() == pytest.approx(known.tolist(), abs=1)


def test_the_nearest_pair_is_that_of_the_nearest_source():
    sources, targets = noise(30, 0).values, noise(30, 1).values
    train = Matched(Resident(torch.cat([sources, targets], 1), name="pairs"), 3)
    order = torch.tensor([7, 3, 29, 0])
    shifted = (sources[order].int() + 3).clamp(0, 255).to(torch.uint8)
    test = Matched(Resident(torch.cat([shifted, noise(4, 2).values], 1), name="pairs"), 3)
    assert torch.equal(Rivals(train, test)("nearest pair", torch.arange(4)), targets[order])


def test_no_pair_is_near_where_training_knows_none():
    test = made("noisy")[1]
    assert "nearest pair" not in Rivals(Unpaired(noise(9, 0), noise(9, 1)), test).guesses


def score(game, train, test, cache, direction="forward", metrics=("psnr", "l1"), n=100):
    evaluator = Evaluator(judged_by(train, direction), judged_by(test, direction), cache=cache)
    sampler = TranslatingSampler(game, test, direction=direction, train=train)
    return {found.metric: found for found in evaluator.evaluate(sampler, metrics=metrics, n=n)}


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_the_best_rival_stands_beside_a_score_and_is_measured_as_it_is(direction, tmp_path):
    train, test = made("noisy:0.02", channels=1)
    found = score(Darker(1.0), train, test, tmp_path, direction)
    # The game leaves its sources as they are, and so does the best guess at a target with little noise.
    assert found["l1"].rival == found["psnr"].rival == "source itself"
    assert found["l1"].rival_value == pytest.approx(found["l1"].value, abs=1e-3)
    assert Score.from_dict(found["l1"].to_dict()) == found["l1"]
    wrong = score(Darker(-1.0), train, test, tmp_path, direction)
    assert wrong["psnr"].rival_value == found["psnr"].rival_value
    assert worse(list(wrong.values())) == ["worse than source itself, which learns nothing: psnr, l1"]
    assert "source itself" in table(list(wrong.values())).splitlines()[2]


def test_rivals_that_cannot_be_kept_are_measured_all_the_same(tmp_path):
    train, test = made("noisy", channels=1)
    (tmp_path / "file").touch()
    assert score(Darker(1.0), train, test, tmp_path / "file" / "cache") == score(Darker(1.0), train, test, tmp_path)


def test_rivals_are_measured_once_for_the_same_translations(tmp_path, monkeypatch):
    train, test = made("noisy", channels=1)
    first = score(Darker(1.0), train, test, tmp_path)

    def refuse(self, name, rows):
        raise AssertionError("measured again")

    monkeypatch.setattr(Rivals, "__call__", refuse)
    assert score(Darker(0.5), train, test, tmp_path)["l1"].rival_value == first["l1"].rival_value
    for kept in (tmp_path / "rivals").glob("*.json"):
        kept.write_text("{")
    for again in (partial(score, n=10), score):
        with pytest.raises(AssertionError, match="measured again"):
            again(Darker(0.5), train, test, tmp_path)


def test_what_has_no_pairs_or_no_train_images_has_no_rivals(tmp_path):
    train, test = made("noisy", channels=1)
    evaluator = Evaluator(train.targets, test.targets, cache=tmp_path)
    (alone,) = evaluator.evaluate(TranslatingSampler(Darker(1.0), test), metrics=["l1"], n=10)
    assert (alone.rival, alone.rival_value, alone.loses) == (None, None, False)
    unpaired = Unpaired(noise(9, 0, 1), noise(9, 1, 1))
    assert TranslatingSampler(Darker(1.0), unpaired, train=unpaired).translated.rivals == {}
    assert "rival" not in table([alone])


@pytest.mark.parametrize("better, values", [("lower", (0.3, 0.2)), ("higher", (20.0, 21.0))])
def test_a_score_loses_where_its_rival_is_better(better, values):
    ours, theirs = values
    lost, won = (
        Score("l1", value, None, None, better, rival="mean target", rival_value=other)
        for value, other in ((ours, theirs), (theirs, ours))
    )
    assert lost.loses
    assert not won.loses
    assert worse([lost, won]) == ["worse than mean target, which learns nothing: l1"]
