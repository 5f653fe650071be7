"""The command line: what it prints where, its exit codes, and one line for every mistake."""

import io
import json
import os
import pickle
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from PIL import Image

from tiny import TINY, command_line
from zerosum._version import __version__
from zerosum.cli.list import catalogue
from zerosum.cli.main import main
from zerosum.judge.rules import Finding
from zerosum.judge.verdict import State
from zerosum.losses.table import LOSSES
from zerosum.penalties.table import PENALTIES
from zerosum.recipe.schema import read_yaml
from zerosum.recipe.table import SYSTEMS
from zerosum.storage.checkpoint import steps


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A finished run of the conditional system on digits."""
    from zerosum.cli.main import run

    out = tmp_path_factory.mktemp("trained") / "run"
    assert run(command_line(out, "log_every=1", system="cgan", steps=4)) == 0
    return out


@pytest.fixture
def images(in_tmp):
    """A folder of 40 grey images of 16x16 in two sub-folders."""
    random = np.random.default_rng(0)
    for label in ("cat", "dog"):
        (in_tmp / "pets" / label).mkdir(parents=True)
        for number in range(20):
            pixels = random.integers(0, 256, (16, 16), dtype=np.uint8)
            Image.fromarray(pixels).save(in_tmp / "pets" / label / f"{number:02}.png")
    return in_tmp / "pets"


def refused(outcome, *parts, code=2) -> str:
    """Check that a command failed with one line on stderr that has all `parts`, and return it."""
    found, out, said = outcome
    lines = said.splitlines()
    assert (found, out, len(lines)) == (code, "", 1), said
    assert lines[0].startswith("zerosum: ")
    for part in parts:
        assert part in lines[0], lines[0]
    return lines[0]


# What works


def test_help_list_and_version_do_not_import_torch():
    code = """
import contextlib, io, sys
from zerosum.cli.main import run
for line in ("--help", "list", "list --json", "train --help", "sample --help", "--version", "trian"):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        run(line.split())
sys.exit("torch imported" if "torch" in sys.modules else 0)
"""
    assert subprocess.run([sys.executable, "-W", "error", "-c", code], check=False, timeout=60).returncode == 0


def test_the_module_is_the_command():
    done = subprocess.run([sys.executable, "-m", "zerosum", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == __version__
    done = subprocess.run([sys.executable, "-m", "zerosum", "trian"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


def test_help_names_every_command(command):
    code, out, said = command("--help")
    assert (code, said) == (0, "")
    assert all(name in out for name in ("train", "sample", "evaluate", "list", "data"))


@pytest.mark.parametrize("name", ["train", "sample", "evaluate", "list"])
def test_help_of_a_command_describes_every_option(command, name):
    code, out, _ = command(name, "--help")
    assert code == 0
    assert "Usage" in out


def test_list_has_everything_with_a_line(command):
    found = json.loads(command("list", "--json")[1])
    assert set(found["systems"]) == set(SYSTEMS)
    assert {"digits", "8-ring"} <= set(found["data"])
    assert all(line for entries in found.values() for line in entries.values())
    text = command("list")[1]
    assert all(f"  {name}" in text for name in SYSTEMS)


def test_train_prints_the_run_folder_and_says_the_rest_on_stderr(command, in_tmp):
    words = command_line(in_tmp / "run", "log_every=1", steps=3)
    words.remove("--quiet")
    code, out, said = command(*words)
    assert (code, out) == (0, f"{in_tmp / 'run'}\n")
    assert "r1gan on digits" in said
    assert "D loss" in said
    assert "Traceback" not in said


def test_quiet_says_nothing_but_the_budget_and_the_verdict(command, in_tmp):
    code, out, said = command(*command_line(in_tmp / "run", steps=2))
    assert (code, out) == (0, f"{in_tmp / 'run'}\n")
    budget, verdict = said.splitlines()
    assert budget == "trains for 2 rounds"
    assert verdict.startswith("verdict after round 2: too early: 2 rounds; ")


def test_the_default_folder(command, in_tmp):
    words = ["train", "gan", "--data", "8-ring", "--steps", "2", "--device", "cpu", "--set", *TINY]
    assert command(*words)[:2] == (0, "runs/gan-8-ring\n")
    assert (in_tmp / "runs" / "gan-8-ring" / "recipe.yaml").is_file()


def test_a_dry_run_prints_the_recipe_and_makes_nothing(command, in_tmp):
    code, out, said = command("train", "dcgan", "--dry-run", "--steps", 7, "--seed", 3, "--set", "lr=1e-3")
    assert (code, said) == (0, "")
    assert "steps: 7" in out
    assert "seed: 3" in out
    assert "lr: 0.001" in out
    assert "parameters" in out
    assert list(in_tmp.iterdir()) == []


def test_data_alone_are_enough_and_the_reason_for_the_system_is_said(command, in_tmp):
    code, out, _ = command("train", "8-ring", "--dry-run")
    assert code == 0
    assert yaml.safe_load(out)["system"] == "r3gan"
    assert "# why: r3gan, as it finds the most modes of points" in out
    code, _, said = command("train", "gam")
    assert (code, said) == (2, "zerosum: no system 'gam'; did you mean 'gan'?\n")


def test_the_papers_own_values_are_played_when_asked_for(command, in_tmp):
    tuned, published = (
        yaml.safe_load(command("train", "dcgan", "--dry-run", *words)[1])["players"]["generator"]
        for words in ((), ("--as-published",))
    )
    assert (tuned["lr"], tuned["betas"]) == (2e-3, [0.0, 0.9])
    assert (published["lr"], published["betas"], published["network"]) == (2e-4, [0.5, 0.999], "dcgan")


def test_train_on_a_folder_with_labels(command, images, in_tmp):
    words = ["train", "cgan", "--data", images, "--out", "run", "--steps", 2, "--size", 8, "--set", *TINY]
    assert command(*words, "--quiet")[:2] == (0, "run\n")
    code, out, _ = command("sample", "run", "-n", 4, "--label", "dog", "--out", "s.npz")
    assert (code, out) == (0, "s.npz\n")
    with np.load("s.npz") as archive:
        assert archive["samples"].shape == (4, 8, 8, 1)
        assert archive["labels"].tolist() == [1, 1, 1, 1]


def test_labels_that_are_not_used_are_said(command, images, in_tmp):
    words = ["--data", images, "--size", 8, "--dry-run"]
    said = "the 2 labels are not used, so samples have none: --set conditioning=projection uses them"
    assert said in command("train", "r1gan", *words)[1]
    for used in (("r1gan", *words, "--set", "conditioning=projection"), ("cgan", *words)):
        assert "labels are not used" not in command("train", *used)[1]


def test_a_see_through_rectangle_from_the_folder_to_the_samples(command, in_tmp):
    (in_tmp / "logos").mkdir()
    for number in range(40):
        Image.new("RGBA", (120, 80), (9 * (number % 9), 200, 0, 5 * number)).save(in_tmp / "logos" / f"{number}.png")
    words = ["train", "r1gan", "--data", "logos", "--out", "run", "--size", "12x8", "--quiet", "--set", *TINY]
    assert command(*words, "--fit", "pad", "--steps", 2)[:2] == (0, "run\n")
    data = read_yaml(in_tmp / "run/recipe.yaml")["data"]
    assert (data["size"], data["fit"], data["shape"]) == ("12x8", "pad", [4, 8, 12])
    # The same command goes on, another way to fit is another run.
    assert command(*words, "--fit", "pad", "--steps", 3)[0] == 0
    refused(command(*words, "--steps", 3), "data.fit: pad -> crop")
    assert command("sample", "run", "-n", 3, "--out", "made")[0] == 0
    with Image.open(in_tmp / "made/000002.png") as image:
        assert (image.mode, image.size) == ("RGBA", (12, 8))
    code, out, _ = command("evaluate", "made", "--data", "logos", "--size", "12x8", "--fit", "pad", "--metrics", "fd")
    assert (code, [line for line in out.splitlines() if line.startswith("fd ")] != []) == (0, True)
    assert command("data", "check", "logos")[1].count("\nfit: crop: nothing is lost\n") == 1


@pytest.mark.parametrize("out", ["grid.png", "samples.npz", "folder"])
def test_sample_writes_what_the_ending_says(command, trained, in_tmp, out):
    assert command("sample", trained, "-n", 12, "--out", out) == (0, f"{out}\n", "")
    assert (in_tmp / out).exists()


def test_sample_says_before_it_draws_what_it_would_overwrite(command, trained, in_tmp, monkeypatch):
    (in_tmp / "samples.png").write_bytes(b"precious")
    with monkeypatch.context() as patch:
        patch.setattr("zerosum.runs.generator.load_generator", None)
        refused(command("sample", trained), "samples.png is there already: choose another --out, or overwrite it with")
    assert command("sample", trained, "-n", 4, "--force")[0] == 0
    for words in (("-n", 12, "--label", 0, 1), ("-n", 4, "--label", 2, "--force")):
        assert command("sample", trained, *words, "--out", "set")[0] == 0
    assert sorted(str(path) for path in Path("set").rglob("*.png")) == [f"set/2/00000{at}.png" for at in range(4)]
    refused(command("sample", trained, "--out", "set"), "set is not empty")


def samples(command, run, *words):
    assert command("sample", run, "--out", "s.npz", *words)[0] == 0
    with np.load("s.npz") as archive:
        return archive["samples"], archive["labels"]


def test_the_same_seed_gives_the_same_samples_for_any_number(command, trained, in_tmp):
    many, labels = samples(command, trained, "-n", 70, "--seed", 3)
    few, few_labels = samples(command, trained, "-n", 5, "--seed", 3)
    assert np.array_equal(many[:5], few)
    assert np.array_equal(labels[:5], few_labels)
    assert not np.array_equal(samples(command, trained, "-n", 5)[0], few)


def test_labels_take_turns(command, trained, in_tmp):
    assert samples(command, trained, "-n", 5, "--label", 3, 7)[1].tolist() == [3, 7, 3, 7, 3]
    assert samples(command, trained, "-n", 2, "--label", 3, "--label", 7)[1].tolist() == [3, 7]


def test_truncation_changes_the_samples(command, trained, in_tmp):
    whole, narrow = samples(command, trained, "-n", 5)[0], samples(command, trained, "-n", 5, "--truncation", 0.3)[0]
    assert not np.array_equal(whole, narrow)


def test_data_check(command, images):
    code, out, told = command("data", "check", images, "--json")
    refusal = "pets has 36 images, batch_size is 64: use --set batch_size=32 or add more images"
    assert (code, json.loads(out)["refused"], told) == (
        2,
        refusal,
        f"zerosum: zerosum train {images} would be refused: {refusal}\n",
    )
    assert command("data", "check", "digits", "--json")[0] == 0
    assert "40" in command("data", "check", images)[1]


def test_main_exits_with_the_code(monkeypatch, capsys):
    for words, code in ((["list"], 0), (["nonsense"], 2)):
        with pytest.raises(SystemExit) as caught:
            main(words)
        assert caught.value.code == code
    monkeypatch.setattr(sys, "argv", ["zerosum", "--version"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 0


def test_a_closed_pipe_is_no_error():
    words = [sys.executable, "-c", "from zerosum.cli.main import main; main(['list'] )"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(30) == 0, said
    assert said == b""


def test_verbose_shows_where_an_error_came_from(command):
    code, _, said = command("sample", "nowhere", "-v")
    assert code == 2
    assert "Traceback" in said
    assert said.splitlines()[-1].startswith("zerosum: nowhere is no run folder")


# What is refused, in one line, with nothing written


USAGE = {
    "one word too many": (["list", "extra", "words"], ["'extra words' is more than the command takes"]),
    "unknown command": (["trian", "gan"], ["trian", "train"]),
    "unknown option": (["train", "gan", "--stepz", "3"], ["--stepz"]),
    "unknown option of data": (["data", "chekc", "x"], ["chekc"]),
    "system missing": (["train"], ["SYSTEM", "zerosum --help"]),
    "number that is none": (["train", "gan", "--steps", "many"], ["--steps", "many"]),
    "channels that are none": (["train", "gan", "--channels", "2"], ["channels", "2"]),
    "unknown system": (["train", "wgangp"], ["no system 'wgangp'; did you mean 'wgan-gp'?"]),
    "unknown metric": (["evaluate", "{trained}", "--metrics", "fdd"], ["fdd", "fd"]),
    "unknown path": (["train", "gan", "--set", "generator.widht=3"], ["generator.widht", "did you mean 'width'?"]),
    "no assignment": (["train", "gan", "--set", "width"], ["--set width: write path=value"]),
    "bad value": (["train", "gan", "--set", "batch_size=many"], ["'batch_size'", "valid integer", "many"]),
    "value out of range": (["train", "gan", "--set", "ema=1"], ["'ema'", "less than 1"]),
    "bad choice": (["train", "gan", "--set", "precision=fp8"], ["'precision'", "'bf16'", "fp8"]),
    "bad optimiser": (["train", "gan", "--set", "betas=[0.5,1]"], ["betas", "less than 1"]),
    "impossible network": (["train", "gan", "--set", "generator.width=0"], ["'players.generator.width'"]),
    "data by --set": (["train", "gan", "--set", "data.size=16"], ["data.size", "--size"]),
    "steps": (["train", "gan", "--steps", "0"], ["'steps'"]),
    "minutes": (["train", "gan", "--minutes", "-1"], ["'minutes'"]),
    "seed": (["train", "gan", "--seed", "-1"], ["'seed'"]),
    "unknown data": (["train", "gan", "--data", "digts"], ["digts", "did you mean 'digits'?"]),
    "missing folder": (["train", "gan", "--data", "no/such/folder"], ["no file or folder 'no/such/folder'"]),
    "size of points": (["train", "gan", "--data", "8-ring", "--size", "8"], ["8-ring has points"]),
    "size out of range": (["train", "gan", "--size", "-3"], ["size is -3"]),
    "no size": (["train", "gan", "--size", "96*64"], ["size is '96*64'", "WIDTHxHEIGHT, such as 96x64"]),
    "no size to look at": (["data", "check", "digits", "--size", "big"], ["size is 'big'"]),
    "no way to fit": (["train", "gan", "--fit", "squash"], ["--fit", "squash", "stretch"]),
    "no such channels": (["train", "gan", "--channels", "2"], ["--channels", "1, 3, 4"]),
    "points by a network for images": (
        ["train", "gan", "--data", "8-ring", "--set", "generator.network=dcgan"], ["dcgan"],
    ),
    "no such device": (["train", "gan", "--device", "cuda:77"], ["no device 'cuda:77' here: use --device auto"]),
    "no such device name": (["sample", "{trained}", "--device", "gpu"], ["no device 'gpu' here"]),
    "labels where there are none": (
        ["train", "cgan", "--data", "25-grid"], ["these data have no labels: use --set conditioning=none"],
    ),
    "fewer images than a batch": (["train", "gan", "--set", "batch_size=5000"], ["digits has 1297 images"]),
    "indivisible batch": (["train", "gan", "--set", "accumulate=3", "batch_size=16"], ["batch_size 16", "of 3"]),
    "recipe file missing": (["train", "mine.yaml"], ["cannot read the recipe mine.yaml"]),
    "sample of no run": (["sample", "{tmp}"], ["is no run folder", "zerosum train"]),
    "evaluate of no run": (["evaluate", "nowhere"], ["nowhere is no run folder"]),
    "label that is none": (["sample", "{trained}", "--label", "cat"], ["no label 'cat': it takes 0 to 9"]),
    "control that is none": (["sample", "{trained}", "--control", "c1=3"], ["no control 'c1': there are latent ("]),
    "no samples": (["sample", "{trained}", "-n", "0"], ["ask for 1 or more"]),
    "truncation": (["sample", "{trained}", "--truncation", "2"], ["truncation 2"]),
    "negative seed": (["sample", "{trained}", "--seed", "-1"], ["seed -1"]),
    "ending": (["sample", "{trained}", "--out", "s.gif"], ["s.gif: use a .png grid"]),
}  # fmt: skip


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage_is_one_line_and_writes_nothing(command, in_tmp, trained, case):
    words, parts = USAGE[case]
    words = [word.format(trained=trained, tmp=in_tmp) for word in words]
    outcome = command(*words, *(["--out", "run"] if words[0] == "train" else []))
    refused(outcome, *parts)
    assert list(in_tmp.iterdir()) == []


def test_a_label_for_an_unconditional_generator_is_refused(command, in_tmp):
    command(*command_line(in_tmp / "run", steps=1))
    said = refused(command("sample", "run", "--label", "3"), "r1gan generator has no control 'label'")
    assert "--set conditioning=projection" in said  # as train says of labels that are not used


@pytest.mark.parametrize("size, network", [(27, "dcgan"), (27, "small"), (30, "small"), (2, "dcgan")])
def test_a_size_that_the_network_cannot_make(command, images, in_tmp, size, network):
    words = ["train", "dcgan", "--data", images, "--size", size, "--out", "run", "--set", f"network={network}"]
    refused(command(*words), network, f"{size}x{size}", "use --size")
    assert not (in_tmp / "run").exists()


@pytest.mark.parametrize("content", ["nothing", "text only", "a file"])
def test_a_folder_without_images(command, in_tmp, content):
    (in_tmp / "pets").mkdir()
    if content == "text only":
        (in_tmp / "pets" / "notes.md").write_text("no image")
    path = in_tmp / "pets"
    if content == "a file":
        path = path / "movie.mp4"
        path.write_bytes(b"\x00" * 100)
    refused(command("train", "gan", "--data", path, "--out", "run"), str(path))
    assert not (in_tmp / "run").exists()


def test_an_unreadable_folder(command, images, in_tmp, monkeypatch):
    def refuse(folder, *_, **__):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "scandir", refuse)
    refused(command("train", "gan", "--data", images, "--out", "run"), str(images), "Permission denied", "permissions")


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 60,000 pixels wide and high."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\x00" * 100)), (b"IEND", b"")]
    packed = [struct.pack(">I", len(c)) + n + c + struct.pack(">I", zlib.crc32(n + c)) for n, c in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@pytest.fixture
def with_bad_files(images):
    """The folder of images, and four files among them that are none."""
    good = (images / "cat" / "00.png").read_bytes()
    (images / "cat" / "truncated.png").write_bytes(good[: len(good) // 2])
    (images / "cat" / "zero.png").touch()
    (images / "dog" / "text.png").write_text("not an image")
    (images / "dog" / "bomb.png").write_bytes(bomb())
    return images


BAD = ("cat/truncated.png", "cat/zero.png", "dog/text.png", "dog/bomb.png")


def test_bad_files_among_good_ones_are_named_and_skipped(command, with_bad_files, in_tmp):
    words = ["train", "gan", "--data", with_bad_files, "--size", 8, "--out", "run", "--steps", 2, "--set", *TINY]
    code, out, said = command(*words, "--quiet")
    assert (code, out) == (0, "run\n")
    assert all(sum(f"skipped {name}: " in line for line in said.splitlines()) == 1 for name in BAD)
    report = json.loads(command("data", "check", with_bad_files, "--json")[1])
    assert all(name in json.dumps(report) for name in BAD)


def test_strict_refuses_bad_files(command, with_bad_files, in_tmp):
    words = ["train", "gan", "--data", with_bad_files, "--out", "run", "--strict"]
    refused(command(*words), BAD[0], "and 3 more")
    assert not (in_tmp / "run").exists()


def test_fewer_images_than_a_batch(command, images, in_tmp):
    words = ["train", "gan", "--data", images, "--size", 8, "--out", "run", "--set", "batch_size=64"]
    refused(command(*words), "images", "batch_size is 64", "use --set batch_size=")
    assert not (in_tmp / "run").exists()


# Run folders


def snapshot(folder: Path):
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*") if path.name != ".lock"}


def test_a_run_of_another_recipe_is_refused_and_unchanged(command, trained):
    before = snapshot(trained)
    words = command_line(trained, "log_every=1", "generator.lr=0.5", system="cgan", steps=4)
    refused(command(*words), str(trained), "holds another recipe", "players.generator.lr", "--fresh")
    refused(command(*command_line(trained, system="gan", steps=4)), "holds another recipe (system: cgan -> gan")
    assert snapshot(trained) == before


def test_a_folder_of_other_files_is_refused_and_unchanged(command, in_tmp):
    (in_tmp / "thesis").mkdir()
    (in_tmp / "thesis" / "thesis.tex").write_text("years of work")
    before = snapshot(in_tmp)
    for fresh in ([], ["--fresh"]):
        refused(
            command(*command_line(in_tmp / "thesis"), *fresh), "thesis is not empty and no run: choose another --out"
        )
    refused(command(*command_line(in_tmp / "thesis" / "thesis.tex")), "thesis.tex is not empty and no run")
    refused(command(*command_line(in_tmp / "thesis" / "thesis.tex" / "run")), "cannot write", "choose another --out")
    assert snapshot(in_tmp) == before


@pytest.mark.parametrize("text", ["", "steps: [", "steps: 5", "system: gan\ndata: 3", "\x00"])
def test_a_damaged_recipe_is_named(command, in_tmp, text):
    command(*command_line(in_tmp / "run", steps=1))
    (in_tmp / "run" / "recipe.yaml").write_text(text)
    refused(command(*command_line(in_tmp / "run", steps=1)))


def test_a_damaged_newest_checkpoint_falls_back_and_says_so(command, in_tmp):
    words = command_line(in_tmp / "run", "checkpoint_every=2", steps=4)
    command(*words)
    (in_tmp / "run" / "checkpoints" / "00000004" / "state.json").write_text("{")
    code, _, said = command(*words)
    assert code == 0
    assert len(said.splitlines()) == 4
    assert "00000004 is not a checkpoint of zerosum, or is damaged" in said
    assert "falling back to the checkpoint before it" in said
    assert "continuing" in said
    for step in steps(in_tmp / "run" / "checkpoints"):
        (in_tmp / "run" / "checkpoints" / f"{step:08d}" / "state.safetensors").unlink()
    code, out, said = command(*words)
    assert (code, out) == (2, "")
    assert "every checkpoint" in said.splitlines()[-1]
    assert "--fresh" in said.splitlines()[-1]


class Bomb:
    """Unpickling this makes a folder."""

    def __reduce__(self):
        return os.mkdir, ("unpickled",)


def test_a_pickle_in_place_of_a_checkpoint_is_never_unpickled(command, in_tmp):
    words = command_line(in_tmp / "run", "checkpoint_every=2", steps=4)
    command(*words)
    folder = in_tmp / "run" / "checkpoints"
    buffer = io.BytesIO()
    torch.save({"weights": Bomb()}, buffer)
    for name in ("00000004/state.safetensors", "00000002/state.json", "00000009.pt", "00000008"):
        (folder / name).write_bytes(buffer.getvalue())
    (in_tmp / "run" / "generator.safetensors").write_bytes(pickle.dumps(Bomb()))
    refused(command("sample", "run"), "the generator in run is damaged", "continue the training")
    code, _, said = command(*words)
    assert code == 2
    assert "every checkpoint" in said.splitlines()[-1]
    assert not (in_tmp / "unpickled").exists()
    pickle.loads(pickle.dumps(Bomb()))
    assert (in_tmp / "unpickled").exists()  # it would have gone off


def test_a_full_disk_is_one_line(command, in_tmp, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    refused(command(*command_line(in_tmp / "run")), "cannot write", "the disk is full: free some space")
    assert list((in_tmp / "run").rglob("*partial")) == []


def test_divergence_has_its_own_exit_code(command, in_tmp):
    words = command_line(in_tmp / "run", "lr=1e30", "optimizer=sgd", "log_every=1", system="wgan", steps=20)
    words[words.index("clip=0.01") if "clip=0.01" in words else -1] = "clip=0"
    code, out, said = command(*words)
    assert (code, out) == (3, "")
    lines = said.splitlines()
    assert sum("back to round 0, other random numbers" in line for line in lines) == 3
    assert lines[-1].startswith("zerosum: ")
    assert f"; try zerosum train {in_tmp / 'run'}/recipe.yaml --out {in_tmp / 'run'}-2 --set" in lines[-1]
    assert steps(in_tmp / "run" / "checkpoints") == [0]


@pytest.mark.parametrize("system", ["wgan", "dcgan"])
def test_a_run_that_ends_ill_exits_with_3_and_with_0_where_that_is_accepted(system, command, in_tmp, monkeypatch):
    if system == "wgan":  # given up
        words = command_line(in_tmp / "run", "lr=1e30", "optimizer=sgd", "log_every=1", "clip=0", system=system)
    else:
        monkeypatch.setattr("zerosum.judge.diagnosis.diagnose", lambda *_, **__: Finding(State.COLLAPSED, 0.9, ()))
        words = command_line(in_tmp / "run", system=system)
    code, out, said = command(*words)
    assert (code, out) == (3, "" if system == "wgan" else f"{in_tmp / 'run'}\n")
    assert "; try zerosum train" in said.splitlines()[-1]
    code, _, again = command(*words, "--accept-ill")
    assert (code, again.splitlines()[-1]) == (0, said.splitlines()[-1])


@pytest.mark.parametrize("state", [State.HEALTHY, State.MEMORISING, State.TOO_EARLY])
def test_other_ends_exit_with_0(state, command, in_tmp, monkeypatch):
    monkeypatch.setattr("zerosum.judge.diagnosis.diagnose", lambda *_, **__: Finding(state, 0.9, ()))
    assert command(*command_line(in_tmp / "run"))[0] == 0


def test_the_budget_is_said_first_and_by_whom(command, in_tmp):
    assert command(*command_line(in_tmp / "run", steps=3))[2].splitlines()[0] == "trains for 3 rounds"
    (in_tmp / "mine.yaml").write_text("system: r1gan\ncpu_minutes: 2.5\nsteps: 4000\n")

    def first(*words):
        return next(line for line in command("train", *words, "--dry-run")[1].splitlines() if "trains for" in line)

    why = "(as mine.yaml says; --minutes changes it)"
    assert first("mine.yaml") == f"# trains for 4,000 rounds or 2.5 CPU minutes, whichever ends first {why}"
    assert first("r1gan").endswith("(the default; --minutes changes it)")
    assert first("r1gan", "--set", "steps=7") == "# trains for 7 rounds"


def test_an_interrupt_while_loading_is_no_traceback(command, in_tmp, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("zerosum.recipe.training_data.load_data", interrupt)
    assert command(*command_line(in_tmp / "run")) == (130, "", "zerosum: interrupted\n")
    assert list(in_tmp.iterdir()) == []


def test_the_list_tells_every_loss_and_penalty():
    listed = catalogue()
    assert list(listed["losses"]) == list(LOSSES)
    assert list(listed["penalties"]) == list(PENALTIES)
