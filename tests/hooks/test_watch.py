"""Verdicts while a run is played, and the guard: rewind, another recipe, at most three times, resumed exactly."""

import json

import pytest

from tiny import CPU, TINY, same
from zerosum import hooks
from zerosum.errors import DivergedError
from zerosum.judge.guarding import rescues
from zerosum.judge.verdict import Evidence, Remedy, State, Verdict
from zerosum.runs.generator import load_generator
from zerosum.storage import checkpoint
from zerosum.training import train as training

SEEN = ("log_every=2", "signals_every=2", "checkpoint_every=4", "sample_every=1000")
STRONGER = Remedy(("penalties.r1.gamma=1", "generator.lr=1e-4"), "a smoother discriminator")
EVIDENCE = Evidence("diversity", 0.1, "0.6 to 1.2", "samples are alike")


def train(out, *settings, steps=16, **options):
    settings = (*TINY, *SEEN, *settings)
    return training.train("r1gan", "digits", out=out, device="cpu", steps=steps, settings=settings, **options)


@pytest.fixture
def judged(monkeypatch):
    """Let a function of (last round, recipe) give the verdicts."""

    def by(function):
        def watch(records, recipe):
            return function(records[-1]["step"], recipe)

        monkeypatch.setattr("zerosum.hooks.watch.watch", watch)

    return by


def collapsing(step, recipe):
    """Collapsed after round 8, unless R1 is strong."""
    if step > 8 and recipe.game["penalties"]["r1"]["gamma"] < 1:
        return Verdict(State.COLLAPSED, 0.9, (EVIDENCE,), (STRONGER,))
    return Verdict(State.HEALTHY, 0.9)


def said(capsys, word):
    return [line for line in capsys.readouterr().err.splitlines() if line.startswith(word)]


def stripped(run):
    lines = [json.loads(line) for line in run.log.read_text().splitlines()]
    return [{name: value for name, value in line.items() if "seconds" not in name} for line in lines]


def test_a_change_of_verdict_is_said_once_it_was_found_twice(in_tmp, capsys, judged):
    sick = {6, 10, 12, 14}
    judged(lambda step, _: collapsing(9 if step in sick else 0, _))
    train("run")
    assert said(capsys, "by the log") == [
        "by the log, after round 12: collapsed (confidence 90%); samples are alike; try --set penalties.r1.gamma=1 "
        "generator.lr=1e-4",
    ]


def test_an_illness_that_is_gone_is_said_too(in_tmp, capsys, judged):
    judged(lambda step, _: collapsing(9, _) if step < 8 else Verdict(State.CLEAR, 0.9))
    train("run")
    assert said(capsys, "by the log")[1:] == ["by the log, after round 10: no sign of illness (confidence 90%)"]


def test_a_run_too_young_is_called_so_at_once_and_once(in_tmp, capsys):
    train("run")
    needs = "8x8 images need about 400"
    assert said(capsys, "verdict") == [
        f"verdict after round {step}: too early: {step} rounds; {needs}; try --set steps=400" for step in (2, 16)
    ]


def test_a_resumed_run_does_not_say_it_again(in_tmp, capsys, judged):
    judged(lambda step, _: Verdict(State.COLLAPSED, 0.9, (EVIDENCE,), (STRONGER,)))
    train("run", steps=8)
    assert len(said(capsys, "by the log")) == 1
    train("run", steps=16)
    assert said(capsys, "by the log") == []


def test_without_the_guard_a_collapsed_run_is_left_alone(in_tmp, judged):
    judged(collapsing)
    trained = train("run")
    assert not trained.run.guard.exists()
    assert trained.run.recipe().game["penalties"]["r1"]["gamma"] == 0.05


def test_the_guard_goes_back_and_plays_by_another_recipe(in_tmp, capsys, judged):
    judged(collapsing)
    run = train("run", guard=True).run
    (done,) = rescues(run)
    assert (done.step, done.back_to, done.attempt, done.state) == (12, 8, 1, "collapsed")
    assert (done.settings, done.evidence[0]["value"]) == (STRONGER.settings, 0.1)
    assert said(capsys, "guard") == [f"guard: {done}"]
    assert [line["step"] for line in stripped(run)] == list(range(2, 17, 2))
    state = checkpoint.load_latest(run.checkpoints, CPU, print)
    assert (state["step"], state["attempt"]) == (16, 1)
    assert state["optimizers"]["generator"]["param_groups"][0]["initial_lr"] == 1e-4
    # recipe.yaml stays what the user asked for, so that the same command continues; the generator knows what it is.
    assert run.recipe().game["penalties"]["r1"]["gamma"] == 0.05
    assert load_generator(run.path).recipe.game["penalties"]["r1"]["gamma"] == 1.0


def test_the_rescued_run_is_the_first_recipe_up_to_the_checkpoint_and_the_second_after_it(in_tmp, judged):
    judged(collapsing)
    plain, run = train("plain", steps=8).run, train("run", guard=True).run
    assert stripped(run)[:4] == stripped(plain)
    judged(lambda step, _: Verdict(State.HEALTHY, 0.9))
    assert stripped(train("unguarded").run)[4:] != stripped(run)[4:]


@pytest.mark.parametrize("steps", [6, 10, 14])
@pytest.mark.parametrize("guard", [True, False])
def test_a_guarded_run_resumes_exactly(in_tmp, judged, steps, guard):
    judged(collapsing)
    straight = train("straight", guard=True).run
    first = train("run", guard=True, steps=steps).run
    run = train("run", guard=guard or steps < 12).run  # what the guard did once holds without it too
    assert first.path == run.path
    assert rescues(run) == rescues(straight)
    assert stripped(run) == stripped(straight)
    same(*[checkpoint.load_latest(each.checkpoints, CPU, print) for each in (straight, run)])


def test_a_kill_between_rewinding_and_noting_it_ends_the_same(in_tmp, judged, monkeypatch):
    judged(collapsing)
    straight = train("straight", guard=True).run

    class Killed(BaseException):
        pass

    def killed(self, path, records, append=hooks.watch.Run.append):
        if path == self.guard:
            raise Killed
        append(self, path, records)

    with monkeypatch.context() as patched:
        patched.setattr(hooks.watch.Run, "append", killed)
        with pytest.raises(Killed):
            train("run", guard=True)
    run = train("run", guard=True).run
    assert (rescues(run), stripped(run)) == (rescues(straight), stripped(straight))
    same(*[checkpoint.load_latest(each.checkpoints, CPU, print) for each in (straight, run)])


def test_the_healthy_checkpoint_and_the_start_outlive_newer_ones(in_tmp, judged):
    judged(lambda step, recipe: Verdict(State.HEALTHY if step <= 4 else State.STARVED, 0.9))
    run = train("run", "checkpoint_every=2", guard=True).run
    assert checkpoint.steps(run.checkpoints) == [0, 4, 14, 16]


def test_it_gives_up_after_three_times_and_plays_on(in_tmp, capsys, judged):
    lower = {2e-3: 1e-3, 1e-3: 5e-4, 5e-4: 2e-4, 2e-4: 1e-4}

    def always(step, recipe):
        rate = lower[recipe.players["generator"]["lr"]]
        return Verdict(State.COLLAPSED, 0.9, (), (Remedy((f"generator.lr={rate}",), "slower"),))

    judged(always)
    trained = train("run", guard=True)
    assert trained.reason == "done"
    assert [(done.back_to, done.attempt) for done in rescues(trained.run)] == [(0, 1), (0, 2), (0, 3)]
    assert said(capsys, "guard")[3:] == ["guard: collapsed after round 4, and it has gone back 3 times: playing on"]
    assert checkpoint.load_latest(trained.run.checkpoints, CPU, print)["step"] == 16


def test_without_a_remedy_that_fits_it_plays_on_and_says_so_once(in_tmp, capsys, judged):
    wider = Remedy(("discriminator.width=64",), "wider")
    larger = Remedy(("batch_size=2048",), "more than there are images")
    judged(lambda step, recipe: Verdict(State.DIVERGING, 0.9, (), (wider, larger)))
    trained = train("run", guard=True)
    assert rescues(trained.run) == []
    assert said(capsys, "guard") == ["guard: diverging after round 4, and no remedy fits these networks: playing on"]


def test_fresh_forgets_what_the_guard_did(in_tmp, judged):
    judged(collapsing)
    train("run", guard=True)
    run = train("run", "lr=1e-4", steps=4, fresh=True).run
    assert rescues(run) == []
    assert load_generator(run.path).recipe.game["penalties"]["r1"]["gamma"] == 0.05


def test_numbers_that_are_not_finite_are_rescued_with_a_remedy(in_tmp, judged, monkeypatch):
    slower = Remedy(("discriminator.lr=1e-4",), "slower")
    monkeypatch.setattr("zerosum.hooks.watch.remedies", lambda state, recipe: (slower,))
    judged(lambda step, recipe: Verdict(State.HEALTHY, 0.9))
    bursting = ("discriminator.lr=1e38", "discriminator.optimizer=sgd")  # infinite at once, whatever is drawn
    with pytest.raises(DivergedError):
        train("plain", *bursting)
    run = train("run", *bursting, guard=True).run
    (done,) = rescues(run)
    assert (done.state, done.back_to, done.attempt) == ("diverging", 0, 1)
    assert "not finite after round 2" in done.evidence[0]["says"]
    assert checkpoint.load_latest(run.checkpoints, CPU, print)["step"] == 16
