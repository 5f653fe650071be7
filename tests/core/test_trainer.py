"""The trainer: what a turn changes, when hooks run, budgets, and what it depends on."""

import math

import pytest
import torch
from torch import nn

from tiny import Hook, Points, Regression, play_regression, same, sgd, stop_at
from zerosum.core.game import Turn
from zerosum.core.schedule import Budget, Schedule
from zerosum.core.trainer import RewoundError, Trainer
from zerosum.errors import ZerosumError


def test_a_turn_is_one_step_of_its_optimiser_on_the_next_batch():
    trainer, game, batch = play_regression([Points()]), Regression(), Points().at(0)
    trainer.take(Turn(trainer.game.left, trainer.game.left_loss))
    (game.left(batch["real"]) - 1).square().mean().backward()
    with torch.no_grad():
        expected = game.left.weight - 0.1 * game.left.weight.grad
    assert torch.allclose(trainer.game.left.weight, expected, atol=1e-7)
    assert trainer.position == 1
    assert all(parameter.grad is None for parameter in trainer.game.parameters())


def test_a_turn_moves_its_player_only_and_no_gradient_stays():
    class Coupled(Regression):
        def left_loss(self, batch):
            return {"gap": (self.left(batch["real"]).mean() - self.right(batch["real"]).mean() - 1).square()}

    trainer = play_regression([Points()], Coupled(order=("left",)))
    before = {name: value.clone() for name, value in trainer.game.named_parameters()}
    trainer.play()
    moved = {name for name, value in trainer.game.named_parameters() if not torch.equal(value, before[name])}
    assert moved == {"left.weight", "left.bias"}
    assert trainer.game.right.weight.grad is None


def test_terms_are_summed_and_detached_ones_only_logged():
    class Terms(Regression):
        def left_loss(self, batch):
            square = (self.left(batch["real"]) - 1).square().mean()
            return {"a": 0.25 * square, "b": 0.75 * square, "watched": 100 * square.detach()}

    one, other = play_regression([Points()], Terms(order=("left",))), play_regression([Points()], Regression(("left",)))
    one.play(), other.play()
    assert torch.allclose(one.game.left.weight, other.game.left.weight)
    assert set(one.meter.means()) == {"left/a", "left/b", "left/watched"}


@pytest.mark.parametrize("clip", [None, 0.05])
def test_accumulating_four_micro_batches_is_one_batch(clip):
    whole = play_regression([Points(8)], clip_gradient=clip)
    parts = play_regression([Points(8, shard, 4) for shard in range(4)], clip_gradient=clip)
    whole.fit(5), parts.fit(5)
    for name, value in whole.game.state_dict().items():
        assert torch.allclose(value, parts.game.state_dict()[name], atol=1e-6), name
    assert whole.meter.means() == pytest.approx(parts.meter.means(), rel=1e-5)


def test_clipping_bounds_the_norm_of_the_gradient():
    trainer = play_regression([Points()], Regression(("left",)), clip_gradient=1e-3)
    before = torch.cat([trainer.game.left.weight.flatten(), trainer.game.left.bias]).detach().clone()
    trainer.play()
    after = torch.cat([trainer.game.left.weight.flatten(), trainer.game.left.bias]).detach()
    assert torch.linalg.vector_norm(after - before).item() == pytest.approx(0.1 * 1e-3, rel=1e-3)


def test_a_loss_that_does_not_reach_its_player_is_named():
    class Lost(Regression):
        def left_loss(self, batch):
            return {"square": self.left.weight.square().sum()}

    with pytest.raises(ZerosumError, match="1 parameters of player 'left' got no gradient"):
        play_regression([Points()], Lost()).play()


def test_frozen_parameters_stay_and_need_no_gradient():
    game = Regression(("left",))
    game.left.bias.requires_grad_(False)
    trainer = play_regression([Points()], game)
    trainer.play()
    assert game.left.bias.eq(0).all()
    assert len(trainer.optimizer("left").param_groups[0]["params"]) == 1


def test_code_after_a_yield_runs_once_the_turn_is_taken():
    seen = []

    class Watched(Regression):
        def turns(self, step):
            before = self.left.weight.clone()
            yield Turn(self.left, self.left_loss)
            seen.append((step, torch.equal(before, self.left.weight)))

    play_regression([Points()], Watched()).fit(2)
    assert seen == [(0, False), (1, False)]


def test_each_turn_takes_the_next_batch():
    trainer = play_regression([Points()])
    trainer.fit(3)
    assert (trainer.step, trainer.position) == (3, 6)


def test_hooks_start_follow_every_round_and_finish_in_order():
    calls = []

    class Recorder(Hook):
        def __init__(self, name):
            self.name = name

        def start(self, trainer):
            calls.append((self.name, "start", trainer.step))

        def round(self, trainer):
            calls.append((self.name, "round", trainer.step))

        def finish(self, trainer):
            calls.append((self.name, "finish", trainer.step))

    reason = play_regression([Points()], hooks=[Recorder("a"), Recorder("b")]).fit(2)
    expected = [("start", 0), ("round", 1), ("round", 2), ("finish", 2)]
    assert reason == "done"
    assert calls == [(name, moment, step) for moment, step in expected for name in "ab"]


def test_a_hook_that_rewinds_skips_the_hooks_after_it():
    later = []

    def rewind(trainer):
        if trainer.step == 2 and not later.count("rewound"):
            later.append("rewound")
            trainer.step = 0
            raise RewoundError

    play_regression([Points()], hooks=[Hook(rewind), Hook(lambda trainer: later.append(trainer.step))]).fit(3)
    assert later == [1, "rewound", 1, 2, 3]


def test_a_hook_may_rewind_at_the_end_and_the_rounds_are_played_again():
    class AtTheEnd(Hook):
        ends = 0

        def finish(self, trainer):
            self.ends += 1
            if self.ends == 1:
                trainer.step = 1
                raise RewoundError

    hook, rounds = AtTheEnd(), []
    trainer = play_regression([Points()], hooks=[hook, Hook(lambda trainer: rounds.append(trainer.step))])
    assert trainer.fit(3) == "done"
    assert (rounds, hook.ends) == ([1, 2, 3, 2, 3], 2)


def test_a_hook_can_stop_it():
    trainer = play_regression([Points()], hooks=[stop_at(2)])
    assert trainer.fit(5) == "interrupted"
    assert trainer.step == 2


def test_minutes_count_playing_only_and_over_resumes(monkeypatch):
    clock = iter(range(0, 1000, 30))  # each round begins and ends 30 s apart
    trainer = play_regression([Points()], hooks=[Hook()])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    trainer.fit(minutes=1)
    assert (trainer.step, trainer.seconds) == (2, 60)
    assert trainer.progress == 1.0
    trainer.fit(minutes=1.4)
    assert trainer.step == 3


def test_progress_follows_the_budget():
    trainer = play_regression([Points()])
    assert trainer.progress == 0.0
    trainer.fit(4)
    trainer.budget = Budget(steps=8)
    assert trainer.progress == 0.5


def test_the_schedule_scales_every_learning_rate():
    one = play_regression([Points()], schedule=Schedule("linear", 0.5))
    one.budget = Budget(steps=4)
    rates = []
    for _ in range(4):
        one.play()
        rates.append({name: optimizer.param_groups[0]["lr"] for name, optimizer in one.optimizers.items()})
    assert [rate["left"] for rate in rates] == pytest.approx([0.1, 0.0875, 0.075, 0.0625])
    assert all(rate["left"] == rate["right"] for rate in rates)


def test_a_run_is_a_function_of_its_seed():
    class Noisy(Regression):
        def left_loss(self, batch):
            return {"noise": (self.left(batch["real"]) - torch.randn(1)).square().mean()}

    def weights(seed, disturbed=False):
        trainer = play_regression([Points()], Noisy(), seed=seed, hooks=[Hook(lambda _: torch.rand(7))] * disturbed)
        trainer.fit(3)
        return trainer.game.left.weight.detach().clone()

    assert torch.equal(weights(1), weights(1))
    assert torch.equal(weights(1), weights(1, disturbed=True))  # what hooks draw does not matter
    assert not torch.equal(weights(1), weights(2))


def test_another_attempt_draws_other_numbers():
    drawn = []

    class Drawing(Regression):
        def left_loss(self, batch):
            drawn.append(torch.rand(1).item())
            return super().left_loss(batch)

    trainer = play_regression([Points()], Drawing(("left",)))
    trainer.play()
    trainer.step, trainer.attempt = 0, 1
    trainer.play()
    trainer.step, trainer.attempt = 0, 0
    trainer.play()
    assert drawn[0] == drawn[2] != drawn[1]


def test_micro_batches_and_turns_draw_different_numbers():
    drawn = []

    class Drawing(Regression):
        def left_loss(self, batch):
            drawn.append(torch.rand(1).item())
            return super().left_loss(batch)

    play_regression([Points(8, 0, 2), Points(8, 1, 2)], Drawing(("left", "left"))).fit(2)
    assert len(set(drawn)) == 8


def test_the_state_continues_in_a_fresh_trainer():
    whole, first = play_regression([Points()]), play_regression([Points()], hooks=[stop_at(3)])
    whole.fit(6), first.fit(6)
    second = play_regression([Points()])
    second.load_state_dict(first.state_dict())
    second.fit(6)
    same(whole.state_dict(), second.state_dict())


def test_fp16_scales_the_loss_and_skips_a_step_that_overflows():
    class Overflowing(Regression):
        def left_loss(self, batch):
            return {"square": super().left_loss(batch)["square"] * (math.inf if trainer.step == 0 else 1.0)}

    game = Overflowing(("left",))
    trainer = play_regression([Points()], game, precision="fp16")
    before, scale = game.left.weight.detach().clone(), trainer.scaler.get_scale()
    trainer.play()
    assert torch.equal(game.left.weight, before)
    assert trainer.scaler.get_scale() == scale / 2
    trainer.play()
    assert not torch.equal(game.left.weight, before)


@pytest.mark.parametrize(
    "precision, dtype", [("fp32", torch.float32), ("bf16", torch.bfloat16), ("fp16", torch.float16)]
)
def test_the_forward_pass_has_the_precision_that_was_asked_for(precision, dtype):
    seen = []

    class Watched(Regression):
        def left_loss(self, batch):
            out = self.left(batch["real"])
            seen.append(out.dtype)
            return {"square": (out - 1).square().mean()}

    trainer = play_regression([Points()], Watched(("left",)), precision=precision)
    trainer.play()
    assert seen == [dtype]
    assert trainer.game.left.weight.dtype == torch.float32


def test_averaged_swaps_weights_inside_the_block_only():
    trainer = play_regression([Points()], ema=0.9, ema_ramp=0.0)
    start = trainer.game.left.weight.detach().clone()
    trainer.play()
    moved = trainer.game.left.weight.detach().clone()
    with trainer.averaged():
        assert torch.allclose(trainer.game.left.weight, 0.9 * start + 0.1 * moved)
    assert torch.equal(trainer.game.left.weight, moved)


def test_without_an_average_the_weights_themselves_are_used():
    trainer = play_regression([Points()], ema=0)
    trainer.play()
    before = trainer.game.left.weight.detach().clone()
    with trainer.averaged():
        assert torch.equal(trainer.game.left.weight, before)
    assert trainer.state_dict()["averages"] is None


def test_a_player_inside_another_module_goes_by_its_path():
    class Nested(Regression):
        def __init__(self):
            super().__init__()
            self.levels = nn.ModuleList([nn.ModuleDict({"generator": nn.Linear(3, 1)})])

        def turns(self, step):
            player = self.levels[0]["generator"]
            yield Turn(player, lambda batch: {"square": player(batch["real"]).square().mean()})

    trainer = Trainer(Nested(), [Points()], optimizers={"levels.0.generator": sgd})
    trainer.play()
    assert list(trainer.optimizers) == ["levels.0.generator"]
    assert list(trainer.meter.means()) == ["levels.0.generator/square"]
