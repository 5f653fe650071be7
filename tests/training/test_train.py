"""Training as a whole: one call makes, continues, refuses and recovers a run."""

import errno
import json
import math
import os
import signal
import threading

import pytest
import torch
from PIL import Image

import zerosum as zs
from tiny import CPU, TINY, same, tensors
from zerosum import hooks
from zerosum.errors import DivergedError, UserError
from zerosum.metrics.score import Score
from zerosum.progress.display import Quiet
from zerosum.recipe.build import build_trainer
from zerosum.runs.generator import load_generator
from zerosum.runs.run import Run
from zerosum.storage import checkpoint
from zerosum.training import planning, watching
from zerosum.training import train as training
from zerosum.training.request import Request

SEEN = ("log_every=2", "checkpoint_every=4", "sample_every=5")


def train(out, *settings, system="r1gan", steps=10, **options):
    return training.train(
        system, "digits", out=out, device="cpu", steps=steps, settings=(*TINY, *SEEN, *settings), **options
    )


def latest(run: Run):
    return checkpoint.load_latest(run.checkpoints, CPU, print)


class Listening(Quiet):
    def __init__(self):
        self.messages = []

    def message(self, text):
        self.messages.append(text)


def test_one_call_makes_a_whole_run(in_tmp, capsys):
    trained = train("run")
    assert trained.reason == "done"
    assert sorted(path.name for path in trained.run.path.iterdir()) == [
        ".lock", "checkpoints", "doctor.json", "generator.json", "generator.safetensors", "log.jsonl",
        "reals.png", "recipe.yaml",
        "report.html", "samples",
    ]  # fmt: skip
    assert sorted(path.name for path in trained.run.samples.iterdir()) == [
        "00000000.png", "00000005.png", "00000010.png",
    ]  # fmt: skip
    assert checkpoint.steps(trained.run.checkpoints) == [8, 10]
    assert latest(trained.run)["step"] == 10
    assert load_generator("run").about["step"] == 10
    assert capsys.readouterr().out == ""


def test_the_log_has_one_line_every_so_many_rounds(in_tmp):
    lines = [json.loads(line) for line in train("run").run.log.read_text().splitlines()]
    assert [(line["step"], line["images"]) for line in lines] == [(step, 16 * step) for step in (2, 4, 6, 8, 10)]
    names = {"adversarial", "r1", "real_logit", "fake_logit", "real_probability", "fake_probability"}
    terms = {f"discriminator/{name}" for name in names} | {"generator/adversarial"}
    assert all(set(line) == {"step", "images", "seconds", "cpu_seconds"} | terms for line in lines)
    seconds = [line["seconds"] for line in lines]
    assert seconds == sorted(seconds)
    assert seconds[0] > 0


def test_the_public_names(in_tmp):
    trained = zs.train("cgan", "digits", steps=2, device="cpu", out="run", settings=TINY)
    images = zs.load(trained.run.path).sample(3, label=4, seed=0)
    assert (images.shape, images.dtype) == ((3, 1, 8, 8), torch.uint8)


def test_the_same_call_continues_and_more_steps_extend(in_tmp, capsys):
    train("straight", steps=10)
    train("run", steps=6)
    trained = train("run", steps=10)
    assert "continuing run after round 6" in capsys.readouterr().err
    same(latest(Run(in_tmp / "straight")), latest(trained.run))
    assert len(trained.run.log.read_text().splitlines()) == 5
    before = (trained.run.path / "generator.safetensors").read_bytes()
    assert train("run", steps=10).reason == "done"
    assert "run is complete after round 10: raise --steps" in capsys.readouterr().err
    assert (trained.run.path / "generator.safetensors").read_bytes() == before
    assert (in_tmp / "straight" / "generator.safetensors").read_bytes() == before


def test_a_run_of_minutes_ends_by_time(in_tmp):
    trained = train("run", steps=None, minutes=0.2 / 60)
    assert trained.run.recipe().steps is None
    assert latest(trained.run)["seconds"] >= 0.2


def test_another_recipe_is_refused_and_the_folder_unchanged(in_tmp):
    train("run", steps=2)
    before = {path: path.stat().st_mtime_ns for path in (in_tmp / "run").rglob("*")}
    with pytest.raises(UserError, match=r"run holds another recipe .lr|players.generator.lr"):
        train("run", "generator.lr=0.5", steps=2)
    with pytest.raises(UserError, match="holds another recipe"):
        train("run", system="lsgan", steps=2)
    assert {path: path.stat().st_mtime_ns for path in (in_tmp / "run").rglob("*")} == before


def test_fresh_starts_over(in_tmp):
    train("run", steps=4)
    trained = train("run", "generator.lr=0.5", steps=2, fresh=True)
    assert latest(trained.run)["step"] == 2
    assert trained.run.recipe().players["generator"]["lr"] == 0.5
    assert len(trained.run.log.read_text().splitlines()) == 1


def test_a_recipe_file_repeats_a_run(in_tmp):
    first = train("first", steps=4)
    again = training.train(str(first.run.path / "recipe.yaml"), out="second", device="cpu")
    assert again.run.recipe() == first.run.recipe()
    same(latest(first.run), latest(again.run))


def test_a_recipe_file_may_name_its_data_by_a_word(in_tmp):
    (in_tmp / "mine.yaml").write_text("system: gan\ndata: 8-ring\nsteps: 2\n")
    assert planning.prepare(Request("mine.yaml")).recipe.data.name == "8-ring"
    assert planning.prepare(Request("mine.yaml", "digits")).recipe.data.name == "digits"


def test_a_plan_writes_nothing_and_tells_the_sizes(in_tmp):
    plan = planning.prepare(Request("dcgan", "digits", settings=TINY))
    assert "generator" in plan.summary()
    assert "parameters" in plan.summary()
    assert list(in_tmp.iterdir()) == []


def test_a_torn_log_and_later_lines_are_forgotten_on_resume(in_tmp):
    run = train("run", steps=10).run
    whole = run.log.read_bytes()
    checkpoint.forget(run.checkpoints, 8)
    run.log.write_bytes(whole[:-30])
    train("run", steps=10)
    assert strip(run.log.read_bytes()) == strip(whole)


def strip(log: bytes):
    lines = [json.loads(line) for line in log.decode().splitlines()]
    return [{name: value for name, value in line.items() if "seconds" not in name} for line in lines]


def test_a_damaged_newest_checkpoint_falls_back_says_so_and_ends_the_same(in_tmp, capsys):
    run = train("run", steps=10).run
    whole, log = latest(run), run.log.read_bytes()
    os.truncate(run.checkpoints / "00000010" / "state.safetensors", 100)
    train("run", steps=10)
    said = capsys.readouterr().err
    assert "00000010" in said
    assert "falling back to the checkpoint before it" in said
    assert "continuing run after round 8" in said
    same(latest(run), whole)
    assert checkpoint.steps(run.checkpoints) == [8, 10]
    assert strip(run.log.read_bytes()) == strip(log)


def test_all_checkpoints_damaged_is_an_error_and_fresh_the_remedy(in_tmp):
    run = train("run", steps=10).run
    for step in checkpoint.steps(run.checkpoints):
        (run.checkpoints / f"{step:08d}" / "state.json").write_text("{}")
    with pytest.raises(UserError, match=r"every checkpoint in run/checkpoints is damaged: start again with --fresh"):
        train("run", steps=10)
    assert train("run", steps=2, fresh=True).reason == "done"


def test_a_checkpoint_of_other_networks_is_refused(in_tmp):
    run, other = train("run", steps=4).run, train("other", "generator.width=8", steps=6).run
    (other.checkpoints / "00000006").rename(run.checkpoints / "00000006")
    with pytest.raises(UserError, match=r"is not of this run's networks .RuntimeError.*--fresh"):
        train("run", steps=8)


def test_a_generator_torn_by_a_kill_is_written_again(in_tmp):
    run = train("run", steps=4).run
    # A kill between the two files of the generator, which come before the checkpoint of the same round:
    checkpoint.forget(run.checkpoints, 3)
    (run.path / "generator.json").write_text(
        (run.path / "generator.json").read_text().replace('"sha256": "', '"sha256": "0')
    )
    with pytest.raises(UserError, match=r"damaged .*: continue the training"):
        load_generator(run.path)
    train("run", steps=4)
    assert load_generator(run.path).about["step"] == 4


def test_the_generator_is_written_before_the_checkpoint_of_its_round(in_tmp, monkeypatch):
    order, save, write = [], checkpoint.save, hooks.keep.save_generator
    monkeypatch.setattr(checkpoint, "save", lambda *words: order.append("checkpoint") or save(*words))
    monkeypatch.setattr(hooks.keep, "save_generator", lambda *words: order.append("generator") or write(*words))
    train("run", steps=4)
    assert order == ["generator", "checkpoint"] * 2


class FakeEvaluator:
    """Scores 3, 1, 2, ...: the second is the best."""

    values = (3.0, 1.0, 2.0, 2.5, 2.0, 2.0)
    calls = 0

    def __init__(self, train, test, device):
        pass

    def leading(self, n):
        return "fd"

    def evaluate(self, sampler, metrics, n):
        samples, _ = sampler(10, 0, None)
        assert samples.dtype == torch.uint8
        self.calls += 1
        return [Score("fd", self.values[self.calls - 1], None, None, "lower", {})]


def test_the_best_checkpoint_is_kept_and_its_generator_used(in_tmp, monkeypatch):
    monkeypatch.setattr(watching, "Evaluator", FakeEvaluator)
    run = train("run", "evaluate_every=2", "checkpoint_every=3", steps=12).run
    assert [(record["step"], record["value"]) for record in run.records(run.metrics)] == list(
        zip(range(2, 13, 2), FakeEvaluator.values, strict=True)
    )
    assert hooks.best_step(run) == 4
    assert checkpoint.steps(run.checkpoints) == [4, 9, 12]
    assert load_generator(run.path).about["step"] == 4
    averages = checkpoint.load(run.checkpoints / "00000004")["averages"]["generator"]
    kept = load_generator(run.path).game.generator.state_dict()
    assert all(torch.equal(kept[name], value) for name, value in averages.items())


# What is not finite


def diverging(run, when, *settings, steps=12, spoil=None):
    """Play a run whose loss, or what `spoil` does, is broken where `when(trainer)` says so; returns what was said."""
    plan = planning.prepare(Request("r1gan", "digits", steps=steps, settings=(*TINY, *SEEN, *settings)))
    display, stop = Listening(), hooks.Stop(print)
    trainer = build_trainer(
        plan.recipe, plan.game, plan.dataset, CPU, watching.make_hooks(plan, run, CPU, display, stop, None)
    )
    loss, turns = plan.game.generator_loss, plan.game.turns

    def broken_loss(batch):
        factor = math.nan if spoil is None and when(trainer) else 1.0
        return {name: term * factor for name, term in loss(batch).items()}

    def broken_turns(step):
        yield from turns(step)
        if spoil is not None and when(trainer):
            spoil(trainer)

    plan.game.generator_loss, plan.game.turns = broken_loss, broken_turns
    try:
        training.play(run, plan.recipe, trainer, display, fresh=False)
    finally:
        stop.restore()
    return display.messages, trainer


def all_finite(run) -> bool:
    states = [checkpoint.load(run.checkpoints / f"{step:08d}") for step in checkpoint.steps(run.checkpoints)]
    values = [value for state in states for value in tensors(state).values()]
    numbers = [number for record in run.records(run.log) for number in record.values()]
    generator = load_generator(run.path).game.state_dict().values()
    return all(bool(value.isfinite().all()) for value in [*values, *generator]) and all(map(math.isfinite, numbers))


def test_what_is_not_finite_is_rolled_back_once_said_and_played_otherwise(in_tmp):
    run = Run(in_tmp / "run")
    said, trainer = diverging(run, lambda trainer: trainer.step == 6 and trainer.attempt == 0)
    rolled = [message for message in said if "not finite" in message]
    assert len(rolled) == 1
    assert rolled[0].endswith(
        "/adversarial is not finite after round 8: back to round 4, other random numbers (1 of 3)"
    )
    assert (trainer.step, trainer.attempt) == (12, 1)
    assert [record["step"] for record in run.records(run.log)] == [2, 4, 6, 8, 10, 12]
    assert latest(run)["attempt"] == 1
    assert all_finite(run)


@pytest.mark.parametrize("steps", [6, 7])
def test_what_is_not_finite_in_the_last_round_is_not_saved(in_tmp, steps):
    run = Run(in_tmp / "run")
    said, trainer = diverging(
        run, lambda trainer: trainer.step == steps - 1 and trainer.attempt == 0, "log_every=5", steps=steps
    )
    assert sum("not finite" in message for message in said) == 1
    assert (trainer.step, latest(run)["step"]) == (steps, steps)
    assert all_finite(run)


@pytest.mark.parametrize("part", ["generator", "discriminator"])
def test_a_weight_or_buffer_that_is_not_finite_is_found_though_the_terms_are(in_tmp, part):
    def spoil(trainer):
        state = trainer.game.get_submodule(part).state_dict()
        with torch.no_grad():
            next(value for name, value in state.items() if "running_var" in name or part == "discriminator").fill_(
                math.inf
            )

    run = Run(in_tmp / "run")
    settings = ("generator.batch_norm=true", "lr=1e-9")
    said, _ = diverging(run, lambda t: t.step == 7 and t.attempt == 0, *settings, spoil=spoil)
    assert sum("is not finite after round 8" in message for message in said) == 1
    assert all_finite(run)


def test_after_three_rollbacks_it_gives_up_with_the_state_good(in_tmp):
    run, seen = Run(in_tmp / "run"), []

    def when(trainer):
        if trainer.step == 6:
            seen.append(trainer.attempt)
        return trainer.step == 6

    with pytest.raises(DivergedError, match="for the 4th time: the game diverges") as caught:
        diverging(run, when)
    assert caught.value.exit_code == 3
    assert seen == [0, 1, 2, 3]
    assert latest(run)["step"] == 4
    assert all_finite(run)
    assert [record["step"] for record in run.records(run.log)] == [2, 4, 6]


def test_rollbacks_are_counted_over_the_whole_run(in_tmp):
    run = Run(in_tmp / "run")
    diverging(run, lambda t: (t.step, t.attempt) in ((2, 0), (6, 1)), steps=8)
    assert latest(run)["attempt"] == 2
    _, trainer = diverging(run, lambda t: (t.step, t.attempt) == (10, 2), steps=12)
    assert trainer.attempt == 3
    with pytest.raises(DivergedError):
        diverging(run, lambda t: t.step == 14, steps=16)
    assert all_finite(run)


def test_nothing_finite_to_go_back_to(in_tmp):
    run = Run(in_tmp / "run")
    with pytest.raises(DivergedError):
        diverging(run, lambda trainer: True, "log_every=1")
    assert latest(run)["step"] == 0
    assert run.records(run.log) == []


# A full disk


FULL = OSError(errno.ENOSPC, "No space left on device")


def fail_after(calls: int, function):
    count = [0]

    def wrapped(*args, **kwargs):
        count[0] += 1
        if count[0] > calls:
            raise FULL
        return function(*args, **kwargs)

    return wrapped


@pytest.mark.parametrize("calls", [0, 2, 7, 15])
def test_a_full_disk_is_one_line_and_the_same_command_goes_on(in_tmp, monkeypatch, calls):
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", fail_after(calls, os.fsync))
        with pytest.raises(UserError, match=r"cannot write .*disk is full: free some space, then run the same command"):
            train("run")
    assert list(in_tmp.rglob("*.partial")) == []
    assert train("run").reason == "done"
    train("straight")
    same(latest(Run(in_tmp / "run")), latest(Run(in_tmp / "straight")))


@pytest.mark.parametrize("target", ["zerosum.drawing.pictures.save", "zerosum.training.train.write_report"])
def test_a_disk_too_full_for_pictures_and_reports_is_one_line(in_tmp, monkeypatch, target):
    monkeypatch.setattr(target, fail_after(0, print))
    with pytest.raises(UserError, match="disk is full"):
        train("run", steps=4)
    assert list(in_tmp.rglob("*.part*")) == []


def test_signals_and_threads_are_given_back(in_tmp):
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT), torch.get_num_threads()
    train("run", steps=2)
    with pytest.raises(UserError):
        train("run", "batch_size=100000", steps=2)
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT), torch.get_num_threads()) == before


@pytest.mark.parametrize("number, reason", [(signal.SIGTERM, "terminated"), (signal.SIGINT, "interrupted")])
def test_the_first_signal_asks_for_an_end_and_the_second_kills(number, reason):
    before, said = signal.getsignal(number), []
    stop = hooks.Stop(said.append)
    try:
        assert stop.received is None
        os.kill(os.getpid(), number)
        assert stop.received == reason
        assert said == ["stopping after this round to save the state; once more stops at once"]
        assert {signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)} == {signal.SIG_DFL}
    finally:
        stop.restore()
    assert signal.getsignal(number) is before


def test_training_in_another_thread(in_tmp):
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(train("run", steps=2).reason))
    thread.start()
    thread.join(60)
    assert outcomes == ["done"]


def test_names_of_folders_need_not_be_text(in_tmp):
    data = in_tmp / os.fsdecode(b"d\xe9j\xe0")
    for name in (b"\xe9t\xe9", b"hiver"):
        folder = data / os.fsdecode(name)
        folder.mkdir(parents=True)
        for number in range(20):
            Image.new("L", (8, 8), number).save(folder / f"{number}.png")
    settings = (*TINY, "batch_size=4")
    run = training.train("cgan", str(data), out="run", device="cpu", steps=2, settings=settings).run
    assert tuple(load_generator(run.path).recipe.data.classes) == ("hiver", "\udce9t\udce9")
    assert b"d\xe9j\xe0" in (run.path / "report.html").read_bytes()
    again = training.train("cgan", str(data), out="run", device="cpu", steps=4, settings=settings)
    assert again.reason == "done"
    assert run.recipe().data.source == str(data)
