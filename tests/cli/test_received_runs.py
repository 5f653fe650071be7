"""No command imports code that somebody else's run or recipe names: each is refused in one line."""

import json
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from PIL import Image

import zerosum as zs
from plugins import install
from zerosum.cli.main import app
from zerosum.cli.main import run as run_command
from zerosum.core import registry
from zerosum.page.report import write_report

SHORT = ("--data", "digits", "--steps", "2", "--device", "cpu", "--quiet", "--accept-ill")
OUT = ("--out", "out")
WORDS = {
    "train": [
        ("train", "r1gan", *SHORT, "--out", "run"),
        ("train", "run/recipe.yaml", *OUT),
        ("train", "run/recipe.yaml", "--dry-run", *OUT),
        ("train", "theirs.yaml", *OUT),
    ],
    "race": [
        (*("race", file, "--images", "200", "--device", "cpu"), *OUT) for file in ("run/recipe.yaml", "theirs.yaml")
    ],
    "sample": [("sample", "run", "--out", "out.png")],
    "translate": [
        ("translate", "run", "picture.png", *OUT),
        ("translate", "run", "picture.png", "--mask", "picture.png", *OUT),
    ],
    "evaluate": [("evaluate", "run"), ("evaluate", "run", "--data", "somewhere")],
    "doctor": [("doctor", "run"), ("doctor", "run", "--data", "somewhere")],
    "augment": [
        ("augment", each, "--labels-per-class", "5", *OUT) for each in ("run", "run/recipe.yaml", "theirs.yaml")
    ],
    "explore interpolate": [("explore", "run", "interpolate"), ("explore", "run", "interpolate", "--corners")],
    "explore truncation": [("explore", "run", "truncation")],
    "explore arithmetic": [
        ("explore", "run", "arithmetic", "--take", "1", "--minus", "2"),
        ("explore", "run", "arithmetic", "--attribute", "stroke-width"),
    ],
    "explore directions": [("explore", "run", "directions")],
    "explore invert": [("explore", "run", "invert", "--held-out", "2"), ("explore", "run", "invert", "picture.png")],
    "explore neighbours": [("explore", "run", "neighbours")],
}
"""What each command that takes a run, or a recipe, is called with."""
TAKE_NONE = ("list", "data check")
FOREIGN = {
    "system": lambda recipe: recipe.update(system="evil:Game"),
    "loss": lambda recipe: recipe["game"].update(loss="evil:loss"),
    "penalty": lambda recipe: recipe["game"].update(penalties={"evil:Penalty": {}}),
    "network": lambda recipe: recipe["players"]["generator"].update(network="evil:Net"),
    "critic": lambda recipe: recipe["players"]["discriminator"].update(network="evil.deep.down:Net"),
}
"""Where a recipe can name code that makes its game."""
OF_THE_DATA = {
    "source": lambda recipe: recipe["data"].update(source="evil:data"),
    "kind": lambda recipe: recipe["data"].update(kind="evil:Kind"),
}
OPENED = {
    "sample": ("kind",),
    "evaluate": ("source", "kind"),
    "doctor": ("kind",),
    "translate": ("kind",),
    "explore interpolate": ("kind",),
    "explore neighbours": ("source", "kind"),
}
"""Commands that open a run, and which of these they need for it: the doctor reads no data of so young a run."""
EVIL = "import pathlib\npathlib.Path('sign').write_text('it ran')\n"


def commands(parent, path=()):
    """Return the paths of all commands below one, as "explore interpolate"."""
    names = [name for name in parent if not name.startswith("-")]
    return [found for name in names for found in (commands(parent[name], (*path, name)) or [" ".join((*path, name))])]


@pytest.fixture(scope="module")
def trained(tmp_path_factory, cache):
    """A run of two rounds on digits."""
    run = tmp_path_factory.mktemp("trained") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZEROSUM_CACHE", str(cache))
        assert run_command(["train", "r1gan", *SHORT, "--out", str(run)]) == 0
    return run


@pytest.fixture
def received_code(in_tmp, monkeypatch, trained):
    """A folder with a run, a picture, and a package that leaves a sign where it is imported."""
    monkeypatch.setattr(registry, "_trusted", {"zerosum"})
    files = {"evil/__init__.py": EVIL, "evil/deep/__init__.py": EVIL, "evil/deep/down.py": EVIL}
    install(in_tmp / "site", monkeypatch, "evil", files)
    shutil.copytree(trained, "run")
    Image.new("L", (8, 8)).save("picture.png")
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "evil"]:
        del sys.modules[name]


@pytest.fixture
def received(received_code):
    """The same, where nothing of the package may be imported, and nothing written."""
    yield
    assert not [name for name in sys.modules if name.partition(".")[0] == "evil"]
    assert not Path("sign").exists()
    assert not Path("out").exists()


def name_foreign(change):
    """Let the run, and a recipe file that looks as if a person had written it, name somebody else's code."""
    recipe = yaml.safe_load(Path("run/recipe.yaml").read_text())
    about = json.loads(Path("run/generator.json").read_text())
    change(recipe)
    change(about["recipe"])
    Path("run/recipe.yaml").write_text(yaml.safe_dump(recipe))
    Path("run/generator.json").write_text(json.dumps(about))
    del recipe["zerosum"], recipe["chosen"]
    recipe["data"] = recipe["data"]["source"]
    Path("theirs.yaml").write_text(yaml.safe_dump(recipe))


def check_refused(command, words):
    code, out, said = command(*words)
    assert (code, out, said.count("\n")) == (2, "", 1), (words, said)
    assert "is code that nobody allowed to run: if you trust it, add --trust evil" in said, words


def test_every_command_is_tried_or_takes_no_run():
    assert sorted(commands(app)) == sorted([*WORDS, *TAKE_NONE])


@pytest.mark.parametrize("place", FOREIGN)
@pytest.mark.parametrize("name", WORDS)
def test_a_received_run_imports_nothing(received, command, name, place):
    name_foreign(FOREIGN[place])
    for words in WORDS[name]:
        check_refused(command, words)


@pytest.mark.parametrize("place", OF_THE_DATA)
@pytest.mark.parametrize("name", OPENED)
def test_data_of_a_received_run_are_not_imported(received, command, name, place):
    """What needs no data does without them; what needs them is refused."""
    name_foreign(OF_THE_DATA[place])
    code, _, said = command(*WORDS[name][0])
    assert code in (0, 2)
    assert ("--trust evil" in said) == (place in OPENED[name]), said


def test_what_is_trusted_is_imported(received_code, command):
    name_foreign(FOREIGN["system"])
    code, _, said = command("sample", "run", "--trust", "evil", "--out", "out.png")
    assert (code, said.count("\n")) == (2, 1)
    assert "cannot load the system evil:Game" in said
    assert Path("sign").exists()


def test_the_report_of_a_received_run_imports_nothing(received):
    for change in (*FOREIGN.values(), *OF_THE_DATA.values()):
        name_foreign(change)
        write_report(Path("run"))


@pytest.mark.parametrize("open_run", [zs.load, zs.evaluate, zs.examine, lambda run: zs.Run(Path(run)).recipe()])
def test_python_imports_nothing_either(received, open_run):
    name_foreign(FOREIGN["system"])
    with pytest.raises(zs.UserError, match=r"or trust=\['evil'\] in Python"):
        open_run("run")
