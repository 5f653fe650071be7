"""Translations as the metrics see them, with games whose translations are plain arithmetic."""

import numpy as np
import pytest
import torch

from darker import Darker, halved, images, scores
from processes import ended, free_port, group, start
from tiny import CPU
from zerosum.data.dataset import Resident, images_outside
from zerosum.data.makers import maker
from zerosum.data.source_target import Made, Unpaired
from zerosum.errors import UserError
from zerosum.group import distributed
from zerosum.metrics.evaluate import Evaluator
from zerosum.metrics.names import METRICS
from zerosum.sampling.in_group import helped
from zerosum.sampling.sampler import sample
from zerosum.storage import checkpoint
from zerosum.tasks.translation.rows import rows, shown
from zerosum.tasks.translation.sampler import TranslatingSampler

OF_PAIRS = ["psnr", "ssim", "pair_ms_ssim", "l1"]


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
        alone, images_outside(sample(Darker(2.0), 140, given=halved(150).inputs(sampler.order[10:150]))[0])
    )
