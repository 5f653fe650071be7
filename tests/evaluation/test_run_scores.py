import json
import shutil
import sys

import pytest
import torch

from tiny import command_line
from zerosum.errors import UserError
from zerosum.evaluation.run_scores import evaluate_run, sampler_of, table
from zerosum.metrics import classifier
from zerosum.metrics.inception import INCEPTION
from zerosum.metrics.score import Score
from zerosum.runs.generator import load_generator
from zerosum.runs.run import Run


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A finished run of the conditional system on digits."""
    from zerosum.cli.main import run

    out = tmp_path_factory.mktemp("trained") / "run"
    assert run(command_line(out, "log_every=1", system="cgan", steps=4)) == 0
    return out


def test_repeats_are_recorded_and_shown(trained, command, monkeypatch):
    monkeypatch.setattr(classifier, "STEPS", 20)
    words = ("evaluate", trained, "--metrics", "fd,path_length", "--samples", 50, "--repeats", 3)
    code, out, said = command(*words)
    assert code == 0, said
    of, few, head, fd, length, seen = out.splitlines()
    assert of == "the generator of round 4"
    assert few == "too few to say: 50 samples; take at least 100 of each, better 10,000"
    assert seen.startswith("in patches features: 50 samples, ")
    assert head.split() == ["metric", "value", "error", "spread", "real", "data", "better"]
    assert fd.startswith("fd ")
    assert length.split()[-2:] == ["-", "lower"], "real data have no path length"
    scores = [Score.from_dict(record) for record in Run(trained).records(trained / "metrics.jsonl")]
    assert [(score.metric, score.repeats) for score in scores] == [("fd", 3), ("path_length", 3)]
    assert all(score.spread > 0 for score in scores)
    page = (trained / "report.html").read_text()
    assert f"mean of 3, spread {scores[0].spread:.2g}" in page
    json.dumps([score.to_dict() for score in scores], allow_nan=False)


def test_scores_that_cannot_be_kept_are_printed_first_and_why_is_said(trained, command, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("zerosum.runs.run.PATIENCE", 0.0)
    run = tmp_path / "run"
    shutil.copytree(trained, run)
    (run / "metrics.jsonl").unlink(missing_ok=True)
    (run / "metrics.jsonl").symlink_to("/dev/full")
    words = ("evaluate", run, "--metrics", "fd", "--samples", 50)
    code, out, said = command(*words)
    assert (code, out.splitlines()[3].startswith("fd ")) == (1, True)
    assert said == f"zerosum: the scores could not be kept in {run}: No space left on device\n"
    (run / "metrics.jsonl").unlink()
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    with Run(run).locked():
        code, out, said = command(*words, "--json")
        busy = f"{run} is being trained, or written to: the scores cannot be kept now"
        assert (code, said) == (0, f"zerosum: {busy}\n")
        assert [score["metric"] for score in json.loads(out)] == ["fd"]
        assert [score.metric for score in evaluate_run(run, metrics=["fd"], n=50)] == ["fd"]
        assert busy in caplog.text
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before
    assert command(*words)[0] == 0
    assert [record["step"] for record in Run(run).records(run / "metrics.jsonl")] == [4]


def test_the_table_has_no_column_for_a_spread_that_nobody_measured():
    lines = table([Score("fd", 1.25, None, 0.5, "lower"), Score("kd", 2.0, 0.1, 0.0, "lower")]).splitlines()
    assert [line.split() for line in lines] == [
        ["metric", "value", "error", "real", "data", "better"],
        ["fd", "1.25", "-", "0.5", "lower"],
        ["kd", "2", "0.1", "0", "lower"],
    ]


def test_paths_hold_all_but_the_latent(trained):
    generator = load_generator(trained)
    labels = torch.arange(6) % 3
    sampler = sampler_of(generator)
    paths = sampler.paths(6, 1, labels)
    size = generator.control("latent").form.size
    assert paths.starts.shape == paths.ends.shape == (6, size)
    assert not torch.equal(paths.starts, paths.ends)
    unrounded = paths.render(paths.starts, torch.arange(6))
    rounded, _ = generator.sample_with_inputs(6, given={"latent": paths.starts, "label": labels})
    assert torch.equal(unrounded.round().to(torch.uint8), rounded)
    assert not torch.equal(unrounded, unrounded.round())
    some = torch.tensor([4, 2])
    torch.testing.assert_close(paths.render(paths.starts[some], some), unrounded[some])
    assert torch.equal(sampler.paths(6, 1, labels).ends, paths.ends)


def test_bad_requests(trained):
    with pytest.raises(UserError, match="no metric 'fid'"):
        evaluate_run(trained, metrics=["fid"])
    with pytest.raises(UserError, match="no metric 'all'"):
        evaluate_run(trained, metrics=["fd", "all"])


def test_features_of_choice_are_in_the_protocol(trained, command):
    code, out, said = command(
        "evaluate", trained, "--metrics", "fd,kd", "--samples", 50, "--features", "pixels", "--json"
    )
    assert code == 0, said
    protocols = [score["protocol"] for score in json.loads(out)]
    assert {protocol["features"] for protocol in protocols} == {"pixels"}
    code, out, said = command("evaluate", trained, "--metrics", "classes", "--features", "pixels", "--json")
    assert code == 0, said
    assert [score["protocol"]["features"] for score in json.loads(out)] == ["classifier"]
    code, _, said = command("evaluate", trained, "--features", "pixel")
    assert code == 2
    assert "did you mean 'pixels'" in said


def test_extra_features_name_what_to_install(trained, command, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch_fidelity", None)
    code, out, said = command("evaluate", trained, "--features", "inception")
    assert (code, out) == (2, "")
    assert "pip install 'zerosum[fidelity]'" in said


def test_fid_is_shown_for_what_it_is():
    protocol = {"features": "inception", "features_fingerprint": INCEPTION}
    lines = table([Score("fd", 2.0, None, 1.0, "lower", protocol)]).splitlines()
    assert lines[1].split()[0] == "FID"


def test_the_table_says_in_which_features():
    about = {"features": "imagenet", "n_fake": 10_000, "n_real": 2_500}
    scores = [
        Score("classes", 10.0, None, 10.0, "higher", about | {"features": "classifier"}),
        Score("fd", 2.0, None, 1.0, "lower", about),
    ]
    assert table(scores).splitlines()[-1] == "in imagenet features: 10,000 samples, 2,500 reals"
