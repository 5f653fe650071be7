"""Translations as the metrics see them, with games whose translations are plain arithmetic."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import nn

from processes import ended, free_port, group, start
from tiny import CPU
from zerosum import checkpoint, distributed, sampling
from zerosum.data.dataset import Resident, images_outside
from zerosum.data.makers import maker
from zerosum.data.translation import Made, Translation, Unpaired
from zerosum.errors import UserError
from zerosum.game import Control, Game, Turn
from zerosum.helped import helped
from zerosum.metrics.evaluate import Evaluator
from zerosum.metrics.names import METRICS
from zerosum.rows import rows, shown
from zerosum.translators import TranslatingSampler, judged_by

OF_PAIRS = ["psnr", "ssim", "pair_ms_ssim", "l1"]


class Darker(Game):
    """Multiplies images by a factor, and divides by it on the way back where there is one."""

    roles = {"generator": "translator"}  # noqa: RUF012
    translates = "domains"

    def __init__(self, factor: float = 0.5, back: bool = True):
        super().__init__()
        self.generator, self.back = nn.Conv2d(1, 1, 1, bias=False), back
        nn.init.constant_(self.generator.weight, factor)

    @classmethod
    def build(cls, facts, networks, options):
        return cls()

    @property
    def controls(self):
        return (Control("x", "image", 1),)

    def turns(self, step: int) -> Iterator[Turn]:
        yield Turn(self.generator, lambda batch: {"l1": (self.generator(batch["x"]) - batch["real"]).abs().mean()})

    def sample(self, inputs):
        return self.translate(inputs["x"])

    def translate(self, x, *, direction="forward", mask=None):
        if direction not in ("forward", "backward") or (direction == "backward" and not self.back):
            raise UserError(f"no direction '{direction}': use forward")
        return self.generator(x) if direction == "forward" else (x / self.generator.weight.item()).clamp(-1, 1)

    def averaged(self):
        return {"generator": self.generator}


def images(count: int, seed: int, labels: bool = True) -> Resident:
    random = torch.Generator().manual_seed(seed)
    values = torch.randint(64, 192, (count, 1, 8, 8), generator=random, dtype=torch.uint8)
    numbers = torch.arange(count) % 2 if labels else None
    return Resident(values, name=f"noise {seed}", labels=numbers, classes=("even", "odd") if labels else ())


def halved(count: int = 40, labels: bool = False) -> Translation:
    """Images, and the same with half of their contrast as sources."""
    data = Made(images(count, 0, labels), maker("grey"))
    data.maker = type(data.maker)("half", lambda real, keys: {"x": real / 2})
    return data


def scores(game: Game, test: Translation, metrics=None, direction="forward", tmp=None) -> dict[str, float]:
    evaluator = Evaluator(judged_by(test, direction), judged_by(test, direction), cache=tmp)
    found = evaluator.evaluate(TranslatingSampler(game, test, direction=direction), metrics=metrics, n=100)
    return {score.metric: score.value for score in found}


def test_the_right_translation_is_perfect_and_a_wrong_one_is_not(tmp_path):
    test = halved()
    right, wrong = (scores(Darker(factor), test, tmp=tmp_path) for factor in (2.0, 0.5))
    assert {*OF_PAIRS, "fd", "cycle_error", "identity_error"} <= right.keys()
    assert right["ssim"] == pytest.approx(1, abs=1e-3)
    assert right["l1"] < 1 / 255
    assert right["psnr"] > 50
    assert right["fd"] == pytest.approx(0, abs=1e-3)
    real = test.batch(torch.arange(40))["real"]
    assert wrong["l1"] == pytest.approx(float((real - real / 4).abs().mean() / 2), abs=1 / 255)
    assert wrong["fd"] > right["fd"] + 0.01
    assert right["cycle_error"] < 1 / 255
    assert right["identity_error"] == pytest.approx(float((real * 2).clamp(-1, 1).sub(real).abs().mean() / 2), abs=0.01)


def test_unpaired_images_have_no_truth_but_a_way_back(tmp_path):
    test = Unpaired(images(30, 1, False), images(20, 2, False))
    found = scores(Darker(2.0), test, tmp=tmp_path)
    assert not {*OF_PAIRS, "label_kept"} & found.keys()
    assert found["cycle_error"] < 0.1
    assert "cycle_error" not in scores(Darker(back=False), test, tmp=tmp_path)
    for metric, reason in {"psnr": "no target is known", "label_kept": "no labels in common"}.items():
        with pytest.raises(UserError, match=reason):
            scores(Darker(), test, [metric], tmp=tmp_path)
    with pytest.raises(UserError, match="has not learned the way back"):
        scores(Darker(back=False), test, ["cycle_error"], tmp=tmp_path)


def test_the_way_back_is_scored_against_the_sources(tmp_path):
    there, back = (scores(Darker(2.0), halved(), OF_PAIRS, way, tmp_path) for way in ("forward", "backward"))
    assert back["l1"] < 1 / 255
    assert back["ssim"] == pytest.approx(there["ssim"], abs=1e-2)
    assert scores(Darker(1.0), halved(), OF_PAIRS, "backward", tmp_path)["l1"] > 0.03
    with pytest.raises(UserError, match="no direction 'backward'"):
        TranslatingSampler(Darker(back=False), halved(), direction="backward")


def test_labels_that_are_kept_are_those_of_the_sources(tmp_path):
    bright = torch.cat([torch.full((40, 1, 8, 8), value, dtype=torch.uint8) for value in (70, 180)])
    base = Resident(bright, name="dark and bright", labels=torch.arange(80) // 40, classes=("dark", "bright"))
    test = Made(base, maker("noisy:0.01"))
    assert scores(Darker(1.0), test, ["label_kept"], tmp=tmp_path)["label_kept"] == 1
    assert scores(Darker(-1.0), test, ["label_kept"], tmp=tmp_path)["label_kept"] == 0


def test_a_score_says_what_was_translated(tmp_path):
    test = halved()
    (score,) = Evaluator(test.targets, test.targets, cache=tmp_path).evaluate(
        TranslatingSampler(Darker(), test), metrics=["l1"], n=10
    )
    assert score.protocol["source_fingerprint"] == test.sources.fingerprint
    assert (score.protocol["direction"], score.protocol["n_fake"], score.floor) == ("forward", 10, None)
    assert score.error > 0


def test_there_are_no_more_translations_than_sources(tmp_path):
    test = Unpaired(images(5, 1, False), images(20, 2, False))
    (score,) = Evaluator(test.targets, test.targets, cache=tmp_path).evaluate(
        TranslatingSampler(Darker(), test), metrics=["fd"], n=1000
    )
    assert score.protocol["n_fake"] == 5
    made = TranslatingSampler(Darker(), test)(7, 0, None)[0]
    assert len(made.flatten(1).unique(dim=0)) == 5
    assert torch.equal(made[5:], made[:2])


def test_some_translations_are_of_all_kinds(tmp_path):
    """Files lie sorted by their labels: the first of them would all be of one kind."""
    values = torch.arange(100, dtype=torch.uint8)[:, None, None, None].expand(-1, 1, 8, 8).contiguous()
    base = Resident(values, name="sorted", labels=torch.arange(100) // 50, classes=("low", "high"))
    sampler = TranslatingSampler(Darker(1.0), Made(base, maker("grey")))
    made, true = sampler.translated.truth(0, 40)
    assert torch.equal(made, true)
    assert 10 < int((made[:, 0, 0, 0] < 50).sum()) < 30
    assert torch.equal(made[:, 0, 0, 0] // 50, sampler.translated.labels[:40])


def test_what_makes_its_own_images_has_no_scores_of_translations(tmp_path):
    data = images(20, 0, False)
    evaluator = Evaluator(data, data, cache=tmp_path)

    def sampler(n, seed, labels):
        return data.values[torch.arange(n) % 20], None

    assert not {*OF_PAIRS, "cycle_error"} & {score.metric for score in evaluator.evaluate(sampler, n=20)}
    with pytest.raises(UserError, match="translates nothing"):
        evaluator.evaluate(sampler, metrics=["psnr"], n=20)
    assert all(METRICS[name] for name in OF_PAIRS)


def test_what_is_shown_is_of_the_test_split_and_always_the_same():
    seen = shown(halved(30))
    assert len(seen.targets) == 24
    assert torch.equal(seen.inputs["x"], seen.targets / 2)
    assert torch.equal(shown(halved(30)).targets, seen.targets)
    unpaired = shown(Unpaired(images(3, 0), images(5, 1)))
    assert (len(unpaired.targets), unpaired.truth) == (3, False)


def test_the_way_back_stands_below_and_sources_without_truth_stand_alone():
    both, one = (rows(Darker(2.0, back), shown(halved())) for back in (True, False))
    assert both.height > 2 * one.height
    apart = rows(Darker(2.0, back=False), shown(Unpaired(images(40, 0), images(40, 1))))
    assert apart.height < one.height  # two images in a group, not three, so more groups abreast


def test_a_group_of_the_picture_is_source_result_and_target_of_one_image():
    seen = shown(halved())
    picture = torch.from_numpy(np.array(rows(Darker(2.0, back=False), seen)))
    tiles = [picture[2:66, 2 + 66 * number : 66 + 66 * number][::8, ::8] for number in range(3)]
    assert torch.equal(tiles[0], images_outside(seen.inputs["x"])[0, 0])
    assert torch.equal(tiles[2], images_outside(seen.targets)[0, 0])
    assert (tiles[1].int() - tiles[2].int()).abs().max() <= 1


def in_a_group(rank: int, port: int, folder) -> None:
    group(rank, 2, port)
    torch.set_num_threads(1)
    with distributed.processes(CPU):
        game = Darker(2.0)
        with helped(game) as draw:
            assert (draw is None) is (rank == 1)
            if draw is not None:
                sampler = TranslatingSampler(game, halved(150), draw=draw)
                checkpoint.write_state(folder, {"made": sampler.translated.images(10, 140)})


def test_a_group_translates_as_one_process_does(tmp_path):
    port = free_port()
    processes = [start(in_a_group, rank, port, tmp_path) for rank in range(2)]
    assert [ended(process) for process in processes] == [0, 0]
    sampler = TranslatingSampler(Darker(2.0), halved(150))
    alone = sampler.translated.images(10, 140)
    assert torch.equal(checkpoint.load(tmp_path)["made"], alone)
    assert torch.equal(
        alone, images_outside(sampling.sample(Darker(2.0), 140, given=halved(150).inputs(sampler.order[10:150]))[0])
    )
