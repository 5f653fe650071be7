"""The log: terms, signals and norms of gradients, and that watching changes nothing."""

import json
import math

import pytest
import torch

from tiny import CPU, TINY, Points, Regression, play_regression, same
from zerosum.judge.signals import measure, probe_of
from zerosum.recipe import training_data
from zerosum.runs.run import MAY_CHANGE
from zerosum.storage import checkpoint
from zerosum.training import planning
from zerosum.training import train as training
from zerosum.training.request import Request

SEEN = ("log_every=2", "signals_every=3", "checkpoint_every=4", "sample_every=1000")
NAMES = {
    "real_logit", "fake_logit", "held_out_logit", "real_sign", "fake_sign", "held_out_sign", "logit_scale",
    "real_gradient", "fake_gradient", "spectral_max", "spectral_mean", "diversity", "duplicates", "nearest",
}  # fmt: skip


def train(out, *settings, system="r1gan", data="digits", steps=7):
    return training.train(system, data, out=out, device="cpu", steps=steps, settings=(*TINY, *SEEN, *settings)).run


def lines(run):
    found = [json.loads(line) for line in run.log.read_text().splitlines()]
    return [{name: value for name, value in line.items() if "seconds" not in name} for line in found]


def test_signals_stand_in_the_log_beside_the_terms_or_in_lines_of_their_own(in_tmp):
    found = {line["step"]: line for line in lines(train("run"))}
    signals = {f"judge/{name}" for name in NAMES} | {"generator/gradient_norm", "discriminator/gradient_norm"}
    assert list(found) == [2, 3, 4, 6, 7]
    assert set(found[3]) == {"step", "images"} | signals
    assert set(found[6]) == set(found[4]) | signals
    assert not signals & set(found[4])
    assert found[3]["images"] == 48
    assert set(found[7]) == set(found[4]) | {"last"}
    assert all(math.isfinite(value) for line in found.values() for value in line.values())


def test_they_are_those_of_the_generator_as_it_is_played_not_of_its_average(in_tmp):
    run = train("run", "checkpoint_every=3", steps=3)
    plan = planning.prepare(Request("r1gan", "digits", steps=3, settings=(*TINY, *SEEN)))
    plan.game.load_state_dict(checkpoint.load_latest(run.checkpoints, CPU, print)["game"])
    expected = measure(plan.game, probe_of(plan.dataset, plan.test()))
    assert {name: lines(run)[-1][f"judge/{name}"] for name in NAMES} == expected


@pytest.mark.parametrize("system, data", [("dcgan", "digits"), ("sngan", "digits"), ("wgan-gp", "8-ring")])
def test_the_weights_are_the_same_bit_for_bit_with_signals_and_without(in_tmp, system, data):
    runs = [train(f"run-{every}", f"signals_every={every}", system=system, data=data) for every in (0, 1)]
    same(*[checkpoint.load_latest(run.checkpoints, CPU, print) for run in runs])
    without, watched = map(lines, runs)
    assert not any(name.startswith("judge/") or "norm" in name for line in without for name in line)
    assert [
        {name: line[name] for name in line if name in without[-1]}
        for line in watched
        if line["step"] % 2 == 0 or "last" in line
    ] == without


def test_a_resumed_run_has_the_same_log(in_tmp):
    straight, run = train("straight", steps=9), train("run", steps=4)
    train("run", steps=9)
    assert lines(run) == lines(straight)


@pytest.mark.parametrize("stopped", [3, 5, 6])
def test_the_last_round_is_logged_and_its_line_taken_back_where_the_run_plays_on(in_tmp, stopped):
    straight, run = train("straight", "checkpoint_every=7", steps=9), train("run", "checkpoint_every=7", steps=stopped)
    assert lines(run)[-1]["step"] == stopped
    assert ("last" in lines(run)[-1]) == (stopped % 2 == 1)
    before = lines(run)
    train("run", "checkpoint_every=7", steps=stopped)
    assert lines(run) == before
    train("run", "checkpoint_every=7", steps=9)
    assert lines(run) == lines(straight)
    assert [line["step"] for line in lines(run)] == [2, 3, 4, 6, 8, 9, 9]


def test_a_run_shorter_than_its_first_line_has_one(in_tmp):
    (line,) = lines(train("run", "log_every=50", "signals_every=0", steps=3))
    assert (line["step"], line["images"], line["last"]) == (3, 48, True)
    assert math.isfinite(line["discriminator/adversarial"])


def test_signals_may_come_and_go_in_a_run():
    assert "signals_every" in MAY_CHANGE


def test_in_a_round_without_signals_no_norm_is_taken():
    trainer = play_regression([Points()], norms_every=2)
    trainer.play()
    assert trainer.gradient_norms == {}
    trainer.play()
    assert set(trainer.gradient_norms) == {"left", "right"}
    trainer.play()
    assert trainer.gradient_norms == {}


@pytest.mark.parametrize("options", [{}, {"clip_gradient": 1e-3}, {"precision": "fp16"}])
@pytest.mark.parametrize("shards", [1, 4])
def test_the_norm_is_that_of_the_whole_batchs_gradient_before_clipping(options, shards):
    trainer = play_regression([Points(8, n, shards) for n in range(shards)], norms_every=1, **options)
    # Scaled by its first, far larger factor the gradient overflows and the step is skipped.
    trainer.scaler = torch.amp.GradScaler("cpu", init_scale=8.0, enabled=trainer.scaler.is_enabled())
    game = Regression()
    trainer.play()
    (game.left(Points().at(0)["real"]) - 1).square().mean().backward()
    expected = torch.cat([parameter.grad.flatten() for parameter in game.left.parameters()]).norm()
    assert float(trainer.gradient_norms["left"]) == pytest.approx(float(expected), rel=2e-3 if options else 1e-5)


def test_data_without_a_test_split_are_watched_without_it(in_tmp, monkeypatch):
    from zerosum.errors import UserError

    def load(source, *, split="train", load=training_data.load_data, **options):
        if split == "test":
            raise UserError("no test split")
        return load(source, split=split, **options)

    monkeypatch.setattr(training_data, "load_data", load)
    found, _ = [line for line in lines(train("run", steps=3)) if line["step"] == 3]
    assert {name for name in NAMES if f"judge/{name}" not in found} == {"held_out_logit", "held_out_sign", "nearest"}
