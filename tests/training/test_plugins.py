"""A user's own code is trained, scored and resumed as zerosum's is; that of a received run is not run unasked."""

import json
import re
import sys
import tomllib
from pathlib import Path

import pytest
import torch
from torch.utils.data import TensorDataset

import zerosum as zs
from plugins import install
from zerosum.core import registry
from zerosum.data import own
from zerosum.metrics.inception import INCEPTION
from zerosum.metrics.score import Score, compare

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "extend.md"
BLOCK = re.compile(r"This is `([\w/]+\.py)`:\n\n```python\n(.*?)```", re.DOTALL)
SHORT = ("--data", "8-ring", "--steps", "2", "--device", "cpu", "--quiet", "--accept-ill")


def examples():
    """The files of the page's package."""
    return {"guest/__init__.py": "", **dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))}


def entries():
    """The page's entry points, as an installed package has them."""
    block = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    groups = tomllib.loads(block.group(1))["project"]["entry-points"]
    return "".join(
        f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in points.items())
        for group, points in groups.items()
    )


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch):
    monkeypatch.setattr(registry, "_trusted", {"zerosum"})
    monkeypatch.setattr(registry, "_handed_over", {})


@pytest.fixture
def guest(in_tmp, monkeypatch):
    """The page's package, installed."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "guest"]:
        monkeypatch.delitem(sys.modules, name)
    return install(in_tmp / "site", monkeypatch, "guest", examples(), entries())


def test_the_system_of_the_page_is_trained_sampled_scored_and_resumed(guest, command):
    words = ("train", "huber-gan", *SHORT, "--out", "run", "--set", "generator.network=two-layers")
    longer = [word if word != "2" else "3" for word in words]
    code, _, said = command(*words)
    assert code == 0, said
    recipe = zs.Run(Path("run")).recipe()
    assert recipe.system == "huber-gan"
    assert recipe.game["loss"] == "huber"
    assert recipe.game["penalties"] == {"flat": {"every": 1, "weight_of_logits": 0.01}}
    assert recipe.players["generator"]["network"] == "two-layers"
    assert command("sample", "run", "-n", "4", "--out", "some.npz")[0] == 0
    assert command("evaluate", "run", "--metrics", "modes", "--samples", "100")[0] == 0
    assert "continuing run after round 2" in command(*longer)[2]


def test_a_loss_and_a_penalty_go_with_systems_of_zerosum(guest, command):
    words = ("train", "r1gan", *SHORT, "--out", "run", "--set")
    assert command(*words, "loss=huber", "penalties.flat.weight_of_logits=0.1")[0] == 0
    assert zs.Run(Path("run")).recipe().game["penalties"]["flat"]["weight_of_logits"] == 0.1


def test_dotted_names_that_the_user_types_are_trusted(guest, command):
    words = ("train", "guest.system:HUBER_GAN", *SHORT)
    code, out, said = command(*words, "--set", 'penalties={"guest.penalty:Flat": {weight_of_logits: 0.2}}')
    assert (code, out.strip()) == (0, "runs/HUBER_GAN-8-ring"), said


def test_the_list_names_what_is_installed_and_by_whom(guest, command):
    code, out, _ = command("list")
    assert code == 0
    assert re.search(r"huber-gan +of guest: guest\.system:HUBER_GAN", out)
    assert re.search(r"generator\.two-layers +of guest", out)
    assert "guest.system" not in sys.modules


def test_code_that_a_recipe_file_names_needs_the_users_word(guest, command, monkeypatch):
    """Whoever wrote it: it may have been received, renamed and stripped of what a training writes into it."""
    Path("mine.yaml").write_text("system: guest.system:HUBER_GAN\ndata: guest.data:half_moons\n")
    words = ("train", "mine.yaml", *SHORT[2:], "--out", "run")
    code, _, said = command(*words)
    assert (code, said.count("\n")) == (2, 1)
    assert "the system guest.system:HUBER_GAN is code that nobody allowed to run" in said
    assert "guest.system" not in sys.modules
    with pytest.raises(zs.UserError, match=r"trust=\['guest'\]"):
        zs.train("mine.yaml", steps=2, device="cpu")
    assert not Path("run").exists()
    for more in (
        ("--trust", "guest"),
        ("--set", "penalties={'guest.penalty:Flat': {}}"),
        ("--data", "guest.data:half_moons"),
    ):
        monkeypatch.setattr(registry, "_trusted", {"zerosum"})
        assert command(*words, "--dry-run", *more)[0] == 0, more
    monkeypatch.setattr(registry, "_trusted", {"zerosum"})
    assert zs.train("mine.yaml", steps=2, device="cpu", trust=["guest"]).run.recipe().system == "guest.system:HUBER_GAN"


def test_a_dotted_path_that_is_no_game_is_refused_before_anything_is_written(in_tmp, command):
    for name in ("zerosum.errors:UserError", "zerosum.core.game:Game", "nowhere.at_all:Game"):
        code, _, said = command("train", name, *SHORT, "--out", "run")
        assert code == 2
        assert said.count("\n") == 1
        assert not Path("run").exists()


def test_a_class_trains_by_its_own_name_and_as_one_of_a_script(in_tmp, monkeypatch):
    from zerosum.systems.two_player import TwoPlayer

    class Mine(TwoPlayer):
        """A game of a function's own."""

    trained = zs.train(Mine, "8-ring", steps=2, device="cpu", mute=True)
    assert trained.run.path == Path("runs/Mine-8-ring")
    assert zs.load(trained.run.path).sample(3).shape == (3, 2)
    monkeypatch.setattr(registry, "_handed_over", {})
    with pytest.raises(zs.UserError, match=r"zs\.load\(run, game=Mine\)"):
        zs.load(trained.run.path)
    assert zs.load(trained.run.path, game=Mine).sample(3).shape == (3, 2)


def mine(count=200, shift=0):
    """A torch data set of grey 8x8 images with labels."""
    values = (torch.arange(count * 64).reshape(count, 1, 8, 8) * 7 + shift) % 256
    return TensorDataset(values.to(torch.uint8), torch.arange(count) % 2)


def test_a_torch_data_set_trains_resumes_and_is_scored_once_it_is_passed_again(in_tmp, monkeypatch, command):
    options = {"device": "cpu", "mute": True}
    trained = zs.train("r1gan", mine(), steps=2, **options)
    run = trained.run.path
    assert run == Path("runs/r1gan-TensorDataset")
    data = zs.Run(run).recipe().data
    assert (data.source, data.shape) == ("python:torch.utils.data.dataset.TensorDataset", (1, 8, 8))
    assert data.classes == ("0", "1")
    assert zs.load(run).sample(3).shape == (3, 1, 8, 8)
    assert (run / "report.html").exists()
    assert zs.train("r1gan", mine(), steps=3, **options).run.kept() == 3
    assert zs.evaluate(run, data=mine(), metrics=["fd"], n=50)[0].metric == "fd"
    monkeypatch.setattr("zerosum.doctor.examine.YOUNG", 0.0)  # so that samples of so short a run are looked at
    assert zs.examine(run, data=mine(), samples=100).measured["diversity"] > 0
    with pytest.raises(zs.UserError, match="has changed since"):
        zs.evaluate(run, data=mine(shift=1), metrics=["fd"], n=50)
    monkeypatch.setattr(own, "_passed", {})
    for words in (("evaluate", run), ("train", "r1gan", "--data", data.source, "--steps", "4")):
        code, _, said = command(*words)
        assert code == 2
        assert "passed in Python: pass it again, with data= in Python" in said
        assert said.count("\n") == 1
    assert command("sample", run, "-n", "4", "--out", "some.npz")[0] == 0


def test_a_game_and_points_of_ones_own_go_together(in_tmp):
    from zerosum.systems.two_player import TwoPlayer

    class Mine(TwoPlayer):
        """A game of a function's own."""

    points = torch.randn(300, 3, generator=torch.Generator().manual_seed(0))
    trained = zs.train(Mine, points, steps=2, device="cpu", mute=True, settings=["processes=2"])
    assert trained.run.recipe().processes == 2
    assert zs.load(trained.run.path).sample(3).shape == (3, 3)


def test_bad_data_leave_nothing_behind(in_tmp):
    with pytest.raises(zs.UserError, match="is empty"):
        zs.train("r1gan", torch.zeros(0, 2), device="cpu", mute=True)
    assert not list(in_tmp.iterdir())


def test_the_data_set_of_the_page_is_known_by_its_name(guest, command):
    assert command("train", "r1gan", "--data", "half-moons", *SHORT[2:], "--out", "run")[0] == 0
    data = zs.Run(Path("run")).recipe().data
    assert (data.source, data.name, data.shape) == ("half-moons", "half-moons", (2,))
    assert command("evaluate", "run", "--metrics", "fd", "--samples", "100")[0] == 0
    assert command("data", "check", "half-moons")[1].startswith("half-moons: 8,000 samples (own code); train 4,000")
    assert command("train", "r1gan", "--data", "guest.data:half_moons", *SHORT[2:], "--out", "dotted")[0] == 0


def test_the_metric_of_the_page_is_measured_beside_its_floor(guest, command):
    assert command("train", "r1gan", *SHORT, "--out", "run")[0] == 0
    for name in ("mean_shift", "guest.metric:MEAN_SHIFT"):
        code, out, said = command("evaluate", "run", "--metrics", name, "--samples", "200", "--json")
        assert code == 0, said
        (score,) = json.loads(out)
        assert score["metric"] == name
        assert 0 < score["floor"] < score["value"]
    assert "mean_shift" not in command("evaluate", "run", "--samples", "200")[1]


def test_metrics_that_are_none_are_refused(in_tmp, command):
    for name, said in (("fdd", "did you mean 'fd'"), ("zerosum.errors:UserError", "is no metric")):
        with pytest.raises(zs.UserError, match=said):
            zs.evaluate(torch.zeros(9, 2), data="8-ring", metrics=[name])


def test_a_metric_that_returns_something_else_is_one_line(in_tmp, monkeypatch):
    code = "from zerosum.metrics.metric import Metric, always\nBAD = Metric(lambda real, fake: 3, 'lower', always)\n"
    install(in_tmp / "site", monkeypatch, "dull", {"dull.py": code})
    with pytest.raises(zs.UserError, match="dull:BAD returns no"):
        zs.evaluate(torch.randn(99, 2), data="8-ring", metrics=["dull:BAD"])


def test_the_features_of_the_page_are_a_space_of_their_own(guest, command):
    assert command("train", "r1gan", *SHORT, "--out", "run")[0] == 0
    assert re.search(r"\n  ranks +of guest: guest\.features:ranks", command("list")[1])
    words = ("evaluate", "run", "--metrics", "fd", "--samples", "200", "--json")
    scores = [json.loads(command(*words)[1])[0]]
    for name in ("ranks", "guest.features:ranks"):
        code, out, said = command(*words, "--features", name)
        assert code == 0, said
        scores += json.loads(out)
        assert scores[-1]["protocol"]["features"] == name
        assert zs.Run(Path("run")).records(Path("run", "metrics.jsonl"))[-1]["protocol"]["features"] == name
        assert 0 < scores[-1]["floor"] < scores[-1]["value"] < 2
        assert f"fd ({name})" in command(*words[:-1], "--features", name)[1]
    (score,) = zs.evaluate("run", metrics=["fd"], n=200, features="ranks")
    assert score.value == scores[1]["value"] == scores[2]["value"] != scores[0]["value"]
    plain, ours = (Score.from_dict(each) for each in scores[:2])
    assert plain.protocol["features_fingerprint"] != ours.protocol["features_fingerprint"]
    with pytest.raises(zs.UserError, match="unlike protocols"):
        compare(plain, ours)


def test_the_features_of_the_page_find_neighbours_of_images(guest, command):
    assert command("train", "r1gan", "--data", "digits", *SHORT[2:], "--out", "run")[0] == 0
    words = ("explore", "run", "neighbours", "--samples", "1", "--count", "2", "--features", "ranks")
    code, _, said = command(*words)
    assert code == 0, said
    assert Path("neighbours.png").exists()


POSER = """
import torch
from zerosum.metrics.inception import INCEPTION
from zerosum.metrics.space import Features

def fid(train, test, *, device, cache):
    return Features("inception", INCEPTION, lambda samples: samples.float().flatten(1), "none", "a classifier")

def flat(train, test, *, device, cache):
    return Features("flat", "1", lambda samples: samples.float().flatten(), "none")

def none(train, test, *, device, cache):
    return torch.zeros(3)

NOTHING = 3
"""


def test_features_that_pose_as_others_have_their_own_name(in_tmp, monkeypatch):
    install(in_tmp / "site", monkeypatch, "poser", {"poser.py": POSER}, "[zerosum.features]\nmine = poser:fid\n")
    (score,) = zs.evaluate(torch.randn(99, 2), data="8-ring", metrics=["fd"], features="mine")
    assert score.title == "fd (mine)"
    assert score.protocol["features_fingerprint"] != INCEPTION


def test_features_that_are_none_are_refused(in_tmp, monkeypatch):
    entry = "[zerosum.features]\npatches = poser:fid\n"
    install(in_tmp / "site", monkeypatch, "poser", {"poser.py": POSER}, entry)
    for name, said in (
        ("rnks", "no feature space 'rnks'"),
        ("patches", "two of the installed packages have a feature space 'patches', zerosum and poser"),
        ("pixels", "'pixels' features do not suit points, which 8-ring holds"),
        ("poser:NOTHING", r"poser:NOTHING is no feature space: name a function of \(train, test"),
        ("poser:none", "the features poser:none are a Tensor: make them with a function"),
        ("poser:flat", r"the features poser:flat of \d+ samples are \[\d+\]: mend the package, return \[N, d\]"),
    ):
        with pytest.raises(zs.UserError, match=said):
            zs.evaluate(torch.randn(99, 2), data="8-ring", metrics=["fd"], features=name)
