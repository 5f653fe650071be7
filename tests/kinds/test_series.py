"""A third kind lives in a folder of its own: it is trained, resumed, sampled, scored, reported and raced as others."""

import json

import pytest

import zerosum as zs
from zerosum.cli.main import run as command
from zerosum.errors import UserError
from zerosum.page.report import write_report
from zerosum.racing.race import race
from zerosum.runs.run import Run

SMALL = ("batch_size=32", "generator.width=16", "discriminator.width=16")


@pytest.fixture
def run(installed, waves, tmp_path):
    """A short run on series."""
    out = tmp_path / "run"
    zs.train("r1gan", str(waves), steps=20, out=out, settings=SMALL)
    return out


def test_a_run_on_series_records_what_they_are(run):
    data = Run(run).recipe().data
    assert (data.kind, data.shape) == ("series", (1, 16))
    assert data.facts == pytest.approx({"mean": 3.0, "deviation": 0.7}, abs=0.1)
    assert (run / "reals.png").exists()
    assert len(list((run / "samples").glob("*.png"))) >= 2


def test_a_run_on_series_is_resumed_sampled_and_scored(run, waves, tmp_path):
    zs.train("r1gan", str(waves), steps=30, out=run, settings=SMALL)
    generator = zs.load(run)
    assert generator.about["step"] == 30
    samples = generator.sample(7, seed=0)
    assert samples.shape == (7, 1, 16)
    words = ["sample", str(run), "-n", "5", "--out", str(tmp_path / "some")]
    assert command(words) == command([*words, "--force"]) == 0
    assert [len(path.read_text().split(",")) for path in sorted((tmp_path / "some").glob("*.csv"))] == [16] * 5
    scores = zs.evaluate(run, n=100)
    with pytest.raises(UserError, match="waves holds series: only runs on them are scored"):
        zs.evaluate(samples, data=str(waves))
    assert "fd" in {score.metric for score in scores}
    assert "series" in write_report(run).read_text(encoding="utf-8")


def test_data_check_says_what_there_is_and_what_would_be_refused(installed, waves, tmp_path, capsys):
    assert command(["data", "check", str(waves)]) == 0
    assert "series [1, 16]; 400 train, 100 test" in capsys.readouterr().out
    (tmp_path / "few.series").write_text("1,2,3\n" * 5, encoding="utf-8")
    assert command(["data", "check", str(tmp_path / "few.series")]) == 2
    assert "few has 4 series, batch_size is" in capsys.readouterr().err


def test_systems_race_on_series(installed, waves, tmp_path):
    out = tmp_path / "race"
    race(["r1gan", "gan"], data=str(waves), out=out, images=1000, seeds=1, samples=100, quiet=True)
    assert len(json.loads((out / "race.json").read_text(encoding="utf-8"))["entries"]) == 2


def test_what_is_for_images_is_refused(installed, waves, tmp_path):
    with pytest.raises(UserError, match=r"game.augment is of images, and the data are series: leave it out"):
        zs.train("r1gan", str(waves), steps=2, out=tmp_path / "run", settings=("augment=[mirror]",))
    (tmp_path / "bad.series").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(UserError, match="cannot read the series of"):
        zs.train("r1gan", str(tmp_path / "bad.series"), steps=2, out=tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_data_set_of_ones_own_code_may_be_of_the_kind(installed, waves, tmp_path, capsys):
    reading = f"Reads().dataset({str(waves)!r}, split=split)"
    code = f"from zerosum_series.reading import Reads\n\ndef sines(split):\n    return {reading}\n"
    (installed / "sines.py").write_text(code)
    assert command(["data", "check", "sines:sines"]) == 0
    assert capsys.readouterr().out == "sines:sines: series [1, 16]; 400 train, 100 test\n"
