"""Training and scoring a translation from one call to the report, as users do it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import zerosum as zs
from tiny import same
from zerosum.errors import UserError
from zerosum.metrics.score import compare
from zerosum.recipe.schema import read_yaml
from zerosum.storage import checkpoint
from zerosum.training.planning import prepare
from zerosum.training.request import Request

TINY = [
    "generator.width=8",
    "generator.blocks=1",
    "discriminator.width=8",
    "batch_size=4",
    "sample_every=2",
    "checkpoint_every=2",
    "schedule=constant",
]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Twenty dark images, and the same brighter; one name in each folder is not in the other."""
    random = np.random.default_rng(0)
    for number in range(21):
        pixels = random.integers(0, 100, (16, 16, 3), dtype=np.uint8)
        for folder, name, image in (("dark", f"{number}.png", pixels), ("bright", f"{number + 1}.png", pixels + 100)):
            (tmp_path / folder).mkdir(exist_ok=True)
            Image.fromarray(image).save(tmp_path / folder / name)
    return tmp_path / "dark", tmp_path / "bright"


@pytest.mark.parametrize(("system", "channels"), [("pix2pix", (1, 3)), ("cyclegan", (3, 3)), ("cut", (3, 3))])
def test_colour_follows_the_richer_side(folders, tmp_path, system, channels):
    (tmp_path / "grey").mkdir()
    for file in folders[1].glob("*.png"):
        Image.open(file).convert("L").save(tmp_path / "grey" / file.name)
    for source, target, wanted in (("grey", "bright", channels), ("bright", "grey", channels[::-1])):
        found = {"target": str(tmp_path / target), "settings": [*TINY, "discriminator.depth=1"]}
        plan = prepare(Request(system, str(tmp_path / source), **found))
        assert (plan.recipe.data.source_shape[0], plan.recipe.data.shape[0]) == wanted
        made = plan.game.translate(torch.zeros(1, wanted[0], 16, 16))
        assert made.shape == (1, wanted[1], 16, 16)


def test_pairs_by_name_from_the_command_to_the_scores(folders, tmp_path, command):
    dark, bright = folders
    words = ["train", "pix2pix", "--data", dark, "--target", bright, "--out", tmp_path / "run", "--steps", 2]
    code, told, messages = command(
        *words, "--device", "cpu", "--set", *TINY, "evaluate_every=2", "evaluate_samples=100"
    )
    assert (code, told) == (0, f"{tmp_path / 'run'}\n")
    assert f"skipped 0.png: no image of this name in {bright}" in messages
    recipe = read_yaml(tmp_path / "run" / "recipe.yaml")
    assert (recipe["data"]["target"], recipe["data"]["paired"]) == (str(bright), True)
    assert (recipe["data"]["source_shape"], recipe["data"]["name"]) == ([3, 16, 16], "dark-to-bright")
    records = zs.Run.open(tmp_path / "run").records(tmp_path / "run" / "metrics.jsonl")
    assert records[0]["protocol"]["direction"] == "forward"
    code, told, _ = command("evaluate", tmp_path / "run", "--metrics", "psnr,l1,fd")
    assert code == 0
    # Two rounds teach less than the mean of the targets knows.
    assert [line.split()[0] for line in told.splitlines()] == [
        "the",
        "too",
        "metric",
        "psnr",
        "l1",
        "fd",
        "in",
        "worse",
    ]
    assert "best simple rival" in told.splitlines()[2]
    page = (tmp_path / "run" / "report.html").read_text()
    assert "decibels" in page
    assert "<small>one colour</small>" in page or "<small>mean target</small>" in page
    code, _, messages = command("evaluate", tmp_path / "run", "--direction", "backward")
    assert (code, "no direction 'backward'" in messages) == (2, True)
    code, _, _ = command("doctor", tmp_path / "run", "--samples", 100)
    assert code == 0


def test_a_run_goes_on_exactly_and_its_folder_may_move(folders, tmp_path):
    dark, bright = folders
    for name, rounds in (("whole", (4,)), ("parts", (2, 4))):
        for steps in rounds:
            zs.train("cyclegan", str(dark), target=str(bright), out=tmp_path / name, steps=steps, settings=TINY)
            if name == "parts" and steps == 2:
                (tmp_path / "moved").mkdir()
                bright = bright.rename(tmp_path / "moved" / "bright")
    states = [
        checkpoint.load_latest(tmp_path / name / "checkpoints", torch.device("cpu"), print)
        for name in ("whole", "parts")
    ]
    same(*states)
    scores = {score.metric: score for score in zs.evaluate(tmp_path / "parts", metrics=["fd", "cycle_error"])}
    assert scores["fd"].protocol["source"] == "dark"


def test_a_run_works_from_anywhere_and_its_data_may_move(folders, tmp_path, command, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(tmp_path)
    zs.train("cyclegan", "dark", target="bright", out="run", steps=2, settings=TINY)
    assert read_yaml(Path("run/recipe.yaml"))["data"]["source"] == str(tmp_path / "dark")
    monkeypatch.chdir(elsewhere)
    words, run = ("--metrics", "fd", "--json"), tmp_path / "run"
    code, before, said = command("evaluate", run, *words)
    assert code == 0, said
    (tmp_path / "bright").rename(elsewhere / "bright")
    code, out, said = command("evaluate", run, *words)
    assert (code, out) == (2, "")
    assert said == f"zerosum: the data of this run are no more at {tmp_path / 'bright'}: say where with --target\n"
    code, out, said = command("evaluate", run, *words, "--target", "../dark")
    assert (code, out) == (2, "")
    assert "has changed since this run was trained, or is not its data" in said
    assert command("evaluate", run, *words, "--target", "bright")[:2] == (0, before)
    assert command("doctor", run, "--target", "bright", "--samples", 100)[0] == 0
    # The run goes on with what is found there, and remembers where that was.
    zs.train("cyclegan", str(tmp_path / "dark"), target="bright", out=run, steps=2, settings=TINY)
    assert command("evaluate", run, *words)[:2] == (0, before)


def test_the_way_back_is_scored(folders, tmp_path):
    dark, bright = map(str, folders)
    zs.train("cyclegan", dark, target=bright, out=tmp_path / "run", steps=2, settings=TINY)
    there, back = (zs.evaluate(tmp_path / "run", metrics=["fd"], direction=way)[0] for way in ("forward", "backward"))
    assert (there.protocol["data"], back.protocol["data"]) == ("bright", "dark")
    assert there.value != back.value
    with (
        Image.open(tmp_path / "run" / "samples" / "00000002.png") as picture,
        Image.open(tmp_path / "run" / "reals.png") as reals,
    ):
        assert picture.height > 1.5 * reals.height


def test_a_recipe_file_brings_sources_and_targets(folders, tmp_path, monkeypatch):
    dark, bright = folders
    file = tmp_path / "own.yaml"
    file.write_text(f"system: cut\ndata: {{source: {dark}, target: {bright}, crops: true}}\nsteps: 3\n")
    plan = prepare(Request(str(file), settings=TINY))
    assert (plan.recipe.data.target, plan.recipe.data.crops, plan.dataset.shape) == (str(bright), True, (3, 16, 16))
    assert prepare(Request(str(file), target=str(dark), settings=TINY)).recipe.data.target == str(dark)
    assert prepare(Request(str(file), pairs="noisy", settings=TINY)).recipe.data.target is None


def test_runs_with_and_without_crops_are_judged_alike(folders, tmp_path):
    dark, bright = (str(folder) for folder in folders)
    scores = []
    for crops in (False, True):
        out = tmp_path / f"crops {crops}"
        zs.train("pix2pix", dark, target=bright, out=out, steps=1, device="cpu", settings=TINY, crops=crops)
        scores.append(zs.evaluate(out, metrics=["l1", "psnr", "fd"]))
    for plain, cropped in zip(*scores, strict=True):
        assert isinstance(compare(plain, cropped), float)
        assert (plain.protocol, plain.floor) == (cropped.protocol, cropped.floor)
        assert (plain.rival, plain.rival_value) == (cropped.rival, cropped.rival_value)


def test_other_data_than_those_of_the_training_are_refused(folders, tmp_path):
    dark, bright = folders
    zs.train("pix2pix", str(dark), target=str(bright), out=tmp_path / "run", steps=1, settings=TINY)
    with pytest.raises(UserError, match=r"holds another recipe .*data\.crops"):
        zs.train("pix2pix", str(dark), target=str(bright), crops=True, out=tmp_path / "run", steps=2, settings=TINY)
    (bright / "7.png").unlink()
    with pytest.raises(UserError, match="has changed since this run was trained"):
        zs.evaluate(tmp_path / "run")


def test_what_translates_nothing_takes_no_targets(folders):
    with pytest.raises(UserError, match="r1gan translates nothing"):
        prepare(Request("r1gan", str(folders[0]), target=str(folders[1])))
