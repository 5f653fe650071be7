"""The report: one file, complete in itself, right and readable whatever the run folder lacks."""

import json
import math
import re
from html.parser import HTMLParser

import pytest
import torch

from zerosum.drawing.charts import Curve, Level, chart, thin
from zerosum.drawing.pictures import grid, save
from zerosum.errors import UserError
from zerosum.judge.verdict import State, Verdict
from zerosum.metrics.names import METRICS
from zerosum.page.explanations import EXPLANATIONS, explain
from zerosum.page.report import write_report
from zerosum.storage.json_files import read_lines

VOID = {"meta", "img", "input", "br", "link", "hr"}


class Page(HTMLParser):
    """Checks that tags are balanced and gathers what a test asks for."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def values(self, tag, name):
        return [value for found, key, value in self.attributes if (found, key) == (tag, name)]


def append(path, *records):
    with path.open("a") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)


def term_line(step):
    chances = {"discriminator/real_probability": 0.7, "discriminator/fake_probability": 0.3}
    losses = {"discriminator/adversarial": 1.2, "generator/adversarial": 0.8 + step / 1e4, "discriminator/r1": 0.1}
    return {"step": step, "images": step * 64, "seconds": step * 0.5, **losses, **chances}


def score(step, metric="fd", value=4.0, **more):
    base = {"step": step, "metric": metric, "value": value, "error": 0.5, "floor": 1.5, "better": "lower"}
    return {**base, "protocol": {"features": "imagenet", "samples": 100}, **more}


@pytest.fixture
def run(tmp_path):
    run = tmp_path / "my run"
    run.mkdir()
    (run / "recipe.yaml").write_text("system: gan\ndata:\n  source: digits\n  name: digits\nseed: 5\n")
    for step in range(0, 1000, 10):
        save(grid(torch.full((4, 1, 8, 8), step % 250).byte()), run / "samples" / f"{step:08d}.png")
    append(run / "log.jsonl", *(term_line(step) for step in range(0, 1000, 10)))
    append(run / "metrics.jsonl", score(500), score(900, value=3.25))
    return run


def read(run):
    return write_report(run).read_text(encoding="utf-8")


def scores(text):
    """The section of the scores."""
    return text.split('id="scores"')[1].split("</section>")[0]


def test_it_is_one_file_that_needs_no_other(run):
    text = read(run)
    page = Page(text)
    assert not re.search(r"(https?:)?//[a-z]", re.sub(r"base64,[A-Za-z0-9+/=]+", "", text))
    assert all(value.startswith("data:image/png;base64,") for value in page.values("img", "src"))
    assert "link" not in page.tags
    assert page.values("script", "src") == []
    assert "url(" not in text
    assert [file.name for file in run.iterdir() if ".part" in file.name] == []


def test_it_says_what_was_run(run):
    text = " ".join(Page(read(run)).text)
    for part in ("gan", "on digits", "seed", "990", "63,360", "0:08:15", "my run"):
        assert part in text


def test_the_last_samples_are_shown_and_forty_can_be_played(run):
    text = read(run)
    frames = json.loads(text.split('id="frames">')[1].split("</script>")[0])
    assert len(frames) == 40
    assert (frames[0]["name"], frames[-1]["name"]) == ("round 0", "round 990")
    assert Page(text).values("img", "src") == [frames[-1]["src"]]
    assert Page(text).values("input", "max") == ["39"]


def test_pictures_scores_and_verdict_are_those_of_the_generator_that_is_kept(run):
    (run / "generator.json").write_text(json.dumps({"step": 500}))
    verdict = Verdict(State.HEALTHY, 0.9).to_dict()
    (run / "doctor.json").write_text(json.dumps({"step": 500, "rounds": 990, **verdict}))
    append(run / "metrics.jsonl", score(500, "kd", 0.25, quick=True), score(990, "kd", 0.5, quick=True))
    text = read(run)
    page = Page(text)
    frames = json.loads(text.split('id="frames">')[1].split("</script>")[0])
    (at,) = [number for number, frame in enumerate(frames) if frame["name"].startswith("round 500")]
    assert frames[at]["name"] == "round 500: the best of those that were scored, which is kept, of 990"
    assert page.values("img", "src")[0] == frames[at]["src"]
    assert page.values("input", "value") == [str(at)]
    assert "Of the generator of round 500." in text
    assert "on the best generator, of round 500 of 990" in text
    assert ("<b>4</b>" in scores(text), "<b>3.25</b>" in scores(text)) == (True, False)  # fd of round 500, not of 900
    assert ("<b>0.25</b>" in scores(text), "<b>0.5</b>" in scores(text)) == (True, False)


def test_scores_of_another_round_than_the_pictures_are_not_shown(run):
    (run / "generator.json").write_text(json.dumps({"step": 990}))
    text = read(run)
    assert "No scores were taken of the generator of round 990 yet" in scores(text)
    assert f"zerosum evaluate &#x27;{run}&#x27;" in scores(text)
    assert "<table" not in scores(text)


def test_how_many_pictures_are_shown_of_how_many_is_said(run):
    assert "40 of 100 pictures are shown.</p>" in read(run)
    (run / "generator.json").write_text(json.dumps({"step": 505}))
    assert "40 of 100 pictures are shown. Of the generator that is kept, of round 505, there is none." in read(run)
    for path in list((run / "samples").iterdir())[3:]:
        path.unlink()
    (run / "generator.json").unlink()
    assert "pictures are shown" not in read(run)


def test_a_protocol_has_no_more_digits_than_one_reads(run):
    append(
        run / "metrics.jsonl", score(990, "psnr", 17.123456789012345, protocol={"peak": 23.123456789012345, "n": 10000})
    )
    text = scores(read(run))
    assert "peak: 23.12\nn: 10000" in text
    assert not re.search(r"[0-9]\.[0-9]{6}", text)


def test_scores_of_the_way_give_place_to_those_of_the_end(run):
    fewer = {"features": "imagenet", "samples": 10, "n_fake": 2000}
    append(run / "metrics.jsonl", score(990, value=9.5, quick=True, protocol=fewer), score(990, value=7.5))
    text = scores(read(run))
    assert ("<b>7.5</b>" in text, "<b>9.5</b>" in text) == (True, False)


def test_scores_of_a_handful_of_samples_are_no_praise(run):
    append(run / "metrics.jsonl", score(990, "precision", 1.0, protocol={"n_fake": 4, "n_real": 500}))
    assert "too few to say: 4 samples; take at least 100 of each, better 10,000" in read(run)


def test_samples_stand_beside_their_neighbours(run):
    asked = " ".join(Page(read(run)).text)
    assert f"zerosum doctor '{run}'" in asked
    save(grid(torch.zeros(4, 1, 8, 8).byte()), run / "neighbours.png")
    text = read(run)
    assert "Samples beside their nearest neighbours" in Page(text).values("img", "alt")
    assert "the held-out image nearest to it" in text
    (run / "neighbours.png").unlink()
    (run / "recipe.yaml").write_text("system: gan\ndata: {name: 8-ring, shape: [2]}\n")
    assert "laid beside data" not in read(run)


def test_the_real_data_can_be_compared_with(run):
    save(grid(torch.zeros(4, 1, 8, 8).byte()), run / "reals.png")
    assert "Real data, for comparison" in Page(read(run)).values("img", "alt")


def test_the_table_holds_the_last_score_with_its_noise_floor_and_protocol(run):
    text = read(run)
    assert "<b>3.25</b> &plusmn; 0.5" in text
    assert ">1.5</td>" in text
    assert "protocol at round 900" in text
    assert "features: imagenet" in text
    assert EXPLANATIONS["fd"].split(",")[0] in text


def test_scores_of_unlike_protocol_are_never_joined(run):
    append(run / "metrics.jsonl", score(990, value=77.0, protocol={"features": "inception"}), score(995, "kd", 0.1))
    text = read(run)
    assert text.count('<th scope="row">fd</th>') == 1
    assert text.count('<th scope="row">fd (inception)</th>') == 1
    assert text.count("fd, lower is better</h3>") == 1
    assert "goes from 4 at step 500 to 3.25 at step 900" in text


def test_the_seed_of_a_score_does_not_part_it(run):
    append(run / "metrics.jsonl", score(950, value=3.0, protocol={"features": "imagenet", "samples": 100, "seed": 9}))
    assert read(run).count('<th scope="row">fd</th>') == 1


def test_every_metric_is_explained():
    assert set(EXPLANATIONS) == set(METRICS)
    assert "No explanation" in explain("unheard_of")


def test_charts_are_those_of_the_log(run):
    titles = re.findall(r"<h3>(.*?)</h3>", read(run))
    expected = [
        "What the discriminator believes is real",
        "Adversarial loss of each player",
        "r1",
        "fd, lower is better",
    ]
    assert titles == expected


def test_a_critic_is_shown_by_its_logits(tmp_path):
    append(tmp_path / "log.jsonl", *({"step": s, "critic/real_logit": 3, "critic/fake_logit": -3} for s in (1, 2)))
    assert re.findall(r"<h3>(.*?)</h3>", read(tmp_path)) == ["What the critic answers, before any squashing"]


def test_signals_share_charts_and_are_no_player(tmp_path):
    signals = {"judge/real_logit": 1.0, "judge/fake_logit": -1.0, "judge/diversity": 0.9, "judge/spectral_max": 3.0}
    append(tmp_path / "log.jsonl", {"step": 100, "discriminator/gradient_norm": 0.5, **signals})
    page = read(tmp_path)
    titles = ("to the same samples each time", "Diversity of the samples", "singular values", "gradient norm")
    assert all(title in page for title in titles)
    assert "as diverse as data" in page
    assert "Share of near duplicates" not in page
    assert "What the judge" not in page


def test_all_text_is_escaped(run):
    bad = "<script>alert('x')</script>&\"$heading"
    (run / "recipe.yaml").write_text(json.dumps({"system": bad.replace("/", ""), "data": {"name": bad}, "seed": bad}))
    append(run / "log.jsonl", {"step": 991, f"{bad}/{bad}": 1.0})
    append(
        run / "metrics.jsonl", score(990, bad, better=bad, protocol={bad: bad}), score(991, bad, protocol={bad: bad})
    )
    (run / "samples" / "<b> & '.png").write_bytes((run / "samples" / "00000000.png").read_bytes())
    page = Page(read(run))
    assert page.tags.count("script") == 2
    assert "b" in page.tags
    assert not any(name.startswith("on") for _, name, _ in page.attributes)


def test_nothing_at_all_is_said_in_words(tmp_path):
    text = " ".join(Page(read(tmp_path)).text)
    for part in ("no samples yet", "No scores were taken yet", "Nothing was logged yet", "no recipe.yaml"):
        assert part in text
    with pytest.raises(UserError, match="no run folder"):
        write_report(tmp_path / "absent")


def test_torn_lines_and_broken_files_are_passed_over(run):
    for name in ("log.jsonl", "metrics.jsonl"):
        with (run / name).open("a") as file:
            file.write('null\n[1]\n{"step": 12, "ima')
    (run / "samples" / "00000990.png").write_bytes(b"\x89PNG torn")
    (run / "recipe.yaml").write_text("a: [torn")
    assert len(read_lines(run / "log.jsonl")) == 100
    assert "round 960" in read(run)


def test_odd_values_do_not_break_it(tmp_path):
    odd = [
        {"step": None},
        {"step": 1, "g/a": None},
        {"step": 2, "g/a": math.nan},
        {"step": 3, "g/a": "x", "images": "y"},
    ]
    append(tmp_path / "log.jsonl", *odd, {"step": 4, "g/b": True, "g/c": math.inf})
    append(
        tmp_path / "metrics.jsonl", {"metric": "fd"}, {"value": 3}, score(None), score(1, "kd", None), score(2, "kd")
    )
    text = read(tmp_path)
    Page(text)
    assert "No finite value was logged." in text


def test_of_a_step_logged_twice_the_later_line_counts(tmp_path):
    append(tmp_path / "log.jsonl", *({"step": s, "g/a": v} for s, v in ((1, 1.0), (2, 50.0), (2, 2.0), (3, 3.0))))
    assert "goes from 1 at step 1 to 3 at step 3" in read(tmp_path)
    assert "50" not in re.sub(r"<style>.*</style>", "", read(tmp_path), flags=re.S).split("aria-label=")[2][:80]


def test_large_pictures_are_reduced(tmp_path):
    noise = torch.randint(256, (4, 3, 512, 512), generator=torch.Generator().manual_seed(0)).byte()
    for step in (1, 2, 3):
        save(grid(noise), tmp_path / "samples" / f"{step:08d}.png")
    path = write_report(tmp_path)
    assert "data:image/jpeg" in path.read_text()
    assert path.stat().st_size < 4_000_000


def test_thinning_keeps_the_mean_and_the_extremes():
    curve = Curve("a", range(4000), [float(value % 10) for value in range(4000)])
    points = thin(curve)
    assert len(points.step) == 400
    assert set(points.mean) == {4.5}
    assert (set(points.low), set(points.high)) == ({0.0}, {9.0})


def test_a_spike_is_cut_and_said():
    values = [1 + (step % 7) / 10 for step in range(300)]
    values[150], values[200] = 1e6, math.nan
    text = chart("loss", [Curve("g", range(300), values)], levels=[Level("floor", 1.0)])
    assert "g leaves the frame (to 1e+06); g was not finite 1 time." in text
    heights = [float(pair.split(",")[1]) for pair in re.search(r'points="([^"]+)"', text).group(1).split()]
    assert min(heights) == 12
    assert max(heights) > 200


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("{source: a, target: b, paired: true}", "what is made of it, and the target it should become."),
        ("{source: a, target: b, paired: false}", "a target, what is made of it.</p>"),
        ("{source: a, pairs: edges, paired: false}", "a target, what is made of it, and its source."),
    ],
)
def test_the_groups_of_a_translation_are_explained(tmp_path, data, said):
    (tmp_path / "recipe.yaml").write_text(f"system: pix2pix\ndata: {data}\n")
    assert said in read(tmp_path)
    (tmp_path / "recipe.yaml").write_text("system: r1gan\ndata: {source: a}\n")
    assert "Each group" not in read(tmp_path)
