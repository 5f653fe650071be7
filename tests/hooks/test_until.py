"""Training until the scores have converged."""

import pytest

from tiny import TINY
from zerosum.errors import UserError
from zerosum.metrics.score import Score
from zerosum.runs.generator import load_generator
from zerosum.storage import checkpoint
from zerosum.training import planning, watching
from zerosum.training import train as training
from zerosum.training.request import Request


@pytest.fixture
def scores(monkeypatch):
    """Let the quick scores be those of a list, in order."""

    def by(values):
        left = iter(values)

        class Fake:
            def __init__(self, train, test, device):
                pass

            def leading(self, n):
                return "fd"

            def evaluate(self, sampler, metrics, n):
                return [Score("fd", next(left), None, None, "lower", {})]

        monkeypatch.setattr(watching, "Evaluator", Fake)

    return by


def train(out, *settings, steps=60, until="converged"):
    settings = (*TINY, "sample_every=1000", "signals_every=0", *settings)
    return training.train("r1gan", "digits", out=out, device="cpu", steps=steps, settings=settings, until=until)


def test_it_ends_where_the_scores_are_flat_keeps_the_best_and_says_why(in_tmp, scores, capsys):
    scores([100 * 0.7**n for n in range(8)] + [5.0, 4.0] + [6.0] * 20)
    trained = train("run")
    assert trained.reason == "converged"
    last = max(checkpoint.steps(trained.run.checkpoints))
    assert 2 * 10 < last < 60
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("converged")]
    assert len(said) == 1
    assert said[0].endswith("best 4 after round 20")
    assert load_generator("run").about["step"] == 20
    assert (trained.run.path / "report.html").exists()


def test_a_run_that_has_converged_stays_as_it_is_until_it_may_go_on(in_tmp, scores, capsys):
    scores([1.0] * 100)
    run = train("run").run
    before = checkpoint.steps(run.checkpoints)
    assert train("run").reason == "converged"
    assert checkpoint.steps(run.checkpoints) == before
    assert before[-1] == 20
    assert train("run", "evaluate_every=2", until=None).reason == "done"
    assert checkpoint.steps(run.checkpoints)[-1] == 60


def test_scores_that_fall_keep_it_going_to_its_last_round(in_tmp, scores):
    scores(100 * 0.8**n for n in range(31))
    assert train("run").reason == "done"


def test_scores_alone_do_not_end_a_run(in_tmp, scores):
    scores([1.0] * 100)
    assert train("run", "evaluate_every=2", until=None).reason == "done"


@pytest.mark.parametrize(
    "steps, settings, every",
    [(60, (), 2), (7, (), 1), (30_000, (), 500), (60, ("evaluate_every=7",), 7), (None, (), 500)],
)
def test_scores_are_taken_often_enough_where_no_other_number_is_asked_for(steps, settings, every):
    minutes = 1.0 if steps is None else None
    plan = planning.prepare(Request("r1gan", steps=steps, minutes=minutes, settings=settings, until="converged"))
    assert plan.recipe.evaluate_every == every
    assert planning.prepare(Request("r1gan", steps=60)).recipe.evaluate_every == 0


def test_another_word_is_refused(command, in_tmp):
    with pytest.raises(UserError, match="cannot train until 'bored': use converged"):
        planning.prepare(Request("r1gan", until="bored"))
    code, _, said = command("train", "r1gan", "--until", "bored")
    assert code == 2
    assert "bored" in said
    assert list(in_tmp.iterdir()) == []


def test_the_command_line(command, in_tmp, scores):
    scores([1.0] * 100)
    words = ["train", "r1gan", "--steps", 60, "--device", "cpu", "-q", "--until", "converged", "--guard"]
    code, printed, said = command(*words, "--set", *TINY)
    assert (code, printed) == (0, "runs/r1gan-digits\n")
    assert "converged: since round 2 (10 scores)" in said
