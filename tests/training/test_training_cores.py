"""How a training is spread over the cores: chosen for a new run that leaves it open, recorded, and never changed."""

import pytest

from tiny import CPU, TINY
from zerosum.errors import UserError
from zerosum.runs.run import Run
from zerosum.training import companions, planning
from zerosum.training import train as training
from zerosum.training.choice import Choice
from zerosum.training.probing import Way
from zerosum.training.request import Request


@pytest.fixture
def best(monkeypatch):
    """A machine of four cores on which one process of three threads is best; returns how often it was asked."""
    asked = []

    def best_way(recipe, dataset, cores):
        asked.append((recipe.batch_size, len(dataset), cores))
        return Way(1, 3, 0.5), Choice("one process of 3 threads", "32 images/s"), 0.5

    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(planning, "cores", lambda: 4)
    monkeypatch.setattr(planning, "best_way", best_way)
    # Tiny images have one thread by their defaults, as larger ones have not.
    whole = planning.resolve
    monkeypatch.setattr(planning, "resolve", lambda *words, **given: open_(whole(*words, **given), words))
    return asked


def open_(recipe, words):
    said = any("threads" in setting for setting in words[4]) or "threads" in words[1]
    return recipe if said else recipe.model_copy(update={"threads": None})


def train(*settings, system="r1gan", steps=2, **options):
    return training.train(
        system, "digits", out="run", device="cpu", steps=steps, settings=(*TINY, *settings), **options
    ).run


def placed(run: Run) -> tuple[int, int | None]:
    recipe = run.recipe()
    return recipe.processes, recipe.threads


def test_a_new_run_is_measured_told_why_and_recorded(in_tmp, best, capsys):
    assert placed(train()) == (1, 3)
    assert best == [(16, 1297, 4)]
    assert "why: one process of 3 threads, 32 images/s\n" in capsys.readouterr().err


def test_a_run_that_goes_on_is_not_measured_and_stays(in_tmp, best, capsys):
    train()
    capsys.readouterr()
    assert placed(train(steps=4)) == (1, 3)
    assert len(best) == 1
    assert "why:" not in capsys.readouterr().err
    train(steps=6, fresh=True)
    assert len(best) == 2


def test_an_older_run_without_the_entry_stays_as_it_was(in_tmp, best):
    run = train("threads=1")
    kept = [line for line in (run.path / "recipe.yaml").read_text().splitlines() if not line.startswith("processes:")]
    (run.path / "recipe.yaml").write_text("\n".join(kept).replace("threads: 1", "threads: null"))
    assert placed(train(steps=4)) == (1, None)
    assert best == []


@pytest.mark.parametrize("setting, expected", [("processes=1", (1, None)), ("threads=2", (1, 2))])
def test_a_user_who_chooses_is_not_second_guessed(in_tmp, best, setting, expected):
    assert placed(train(setting)) == expected
    assert best == []


def test_what_is_set_when_a_run_goes_on_is_what_is_played(in_tmp, best, monkeypatch):
    monkeypatch.setattr(companions, "cores", lambda: 1)
    train()
    assert placed(train("threads=1", steps=4)) == (1, 1)
    assert placed(train("processes=2", steps=6)) == (2, 1)


def test_a_recipe_file_that_chooses_is_not_second_guessed(in_tmp, best):
    (in_tmp / "mine.yaml").write_text("system: r1gan\nprocesses: 1\n")
    assert placed(train(system="mine.yaml")) == (1, None)
    assert best == []


@pytest.mark.parametrize(
    "name, value",
    [("OMP_NUM_THREADS", "2"), ("cpu_minutes", "9"), ("cores", 1)],
    ids=["OMP", "CPU minutes", "one core"],
)
def test_what_leaves_nothing_to_choose(in_tmp, best, monkeypatch, name, value):
    if name == "cores":
        monkeypatch.setattr(planning, "cores", lambda: value)
    if name.isupper():
        monkeypatch.setenv(name, value)
    assert placed(train(*([f"cpu_minutes={value}"] if name == "cpu_minutes" else []))) == (1, None)
    assert best == []


def test_small_networks_are_not_measured(in_tmp, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(planning, "best_way", lambda *_: pytest.fail("measured"))
    assert placed(train()) == (1, 1)


def test_torchrun_has_chosen_the_processes(in_tmp, best, monkeypatch):
    plan = planning.prepare(Request("r1gan", "digits", settings=TINY))
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert planning.sized(plan, Run(in_tmp / "run"), CPU, fresh=False) is plan
    assert best == []


def test_a_folder_of_another_run_is_refused_before_anything_is_measured(in_tmp, best):
    train()
    with pytest.raises(UserError, match="holds another recipe"):
        train("generator.lr=0.5")
    assert len(best) == 1


def test_a_dry_run_shows_the_entry(command):
    shown = command("train", "r1gan", "--data", "digits", "--dry-run", "--set", "processes=2")[1]
    assert "\nprocesses: 2\n" in shown
    assert "\nthreads: 1\n" in shown


def test_a_plan_knows_what_was_set(in_tmp):
    (in_tmp / "mine.yaml").write_text("system: r1gan\nplayers: {generator: {width: 8}}\n")
    given = planning.prepare(Request("mine.yaml", "digits", settings=["discriminator.depth=1", "threads=1"])).given
    assert {"width", "depth", "threads"} <= given
    assert not {"processes", "batch_size"} & given


def test_the_networks_of_a_paper_are_as_wide_as_it_has_them(in_tmp):
    assert "width" in planning.prepare(Request("r1gan", "digits", as_published=True)).given
    assert "width" not in planning.prepare(Request("r1gan", "digits")).given
