import json
import math

import pytest
import torch
from toy_images import bar_data

from zerosum.data.dataset import Resident
from zerosum.data.toys import load_toy
from zerosum.errors import UserError
from zerosum.metrics import classifier, evaluate, table
from zerosum.metrics.evaluate import Evaluator, over_seeds
from zerosum.metrics.named_features import named_features
from zerosum.metrics.names import METRICS
from zerosum.metrics.path_length import Paths
from zerosum.metrics.sampler import Sampler
from zerosum.metrics.score import Score, compare
from zerosum.metrics.table import TABLE

REQUESTED = ["fd_infinity", "classifier_score", "ndb", "ndb_js", "support", "feature_diversity", "ms_ssim", "swd"]
GENERAL = ["fd", "kd", "precision", "recall", "density", "coverage", "nearest_ratio", "nearest_ratio_low", "copying"]
FEW = ["kd", "fd", *GENERAL[2:]]
"""The same of few images, where the kernel distance leads."""


class Copies(Sampler):
    """A sampler of `data` itself; unconditional unless `conditional`."""

    def __init__(self, data, *, conditional=False, noise=0.0):
        self.data, self.conditional, self.noise, self.calls = data, conditional, noise, []

    def __call__(self, n, seed, labels):
        self.calls.append((n, seed, labels))
        generator = torch.Generator().manual_seed(seed)
        indices = torch.randint(len(self.data), (n,), generator=generator)
        if labels is not None:
            same = self.data.labels == labels[:, None]
            indices = (same * torch.rand(same.shape, generator=generator)).argmax(1)
        batch = self.data.batch(indices)
        real = batch["real"] + self.noise * torch.randn(batch["real"].shape, generator=generator)
        return self.data.outside(real), batch["label"] if self.conditional else None


@pytest.fixture(scope="module")
def images():
    return bar_data(400), bar_data(200, split="test", seed=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr(classifier, "STEPS", 80)
    monkeypatch.setattr("zerosum.metrics.reference.LIMIT", 500)
    monkeypatch.setattr(table, "SUBSETS", 20)


@pytest.fixture(scope="module")
def toys():
    return {name: (load_toy(name), load_toy(name, split="test")) for name in ("8-ring", "mixture-1d")}


def by_name(scores):
    return {score.metric: score for score in scores}


def test_every_metric_has_a_line():
    assert list(TABLE) == list(METRICS)
    for name, line in METRICS.items():
        assert line.endswith(f"{TABLE[name].better} is better")


def test_conditional_images_get_all_their_metrics(images, folder):
    scores = by_name(evaluate.evaluate(Copies(images[0], conditional=True), *images, n=300, cache=folder))
    assert list(scores) == [*FEW, "classes", "class_kl", "label_accuracy", "cas"]
    assert scores["classes"].value == 3
    assert scores["label_accuracy"].value > 0.9
    assert scores["cas"].value > 0.6
    assert 0 < scores["cas"].error < 0.05
    assert 0 < scores["fd"].floor < scores["fd"].value * 10
    assert json.loads(json.dumps(scores["kd"].to_dict())) == scores["kd"].to_dict()
    assert Score.from_dict(scores["kd"].to_dict()) == scores["kd"]


def test_unconditional_images_leave_out_what_needs_labels(images, folder):
    sampler = Copies(images[0])
    scores = by_name(evaluate.evaluate(sampler, *images, n=300, cache=folder))
    assert list(scores) == [*FEW, "classes", "class_kl"]
    assert all(labels is None for _, _, labels in sampler.calls)
    with pytest.raises(UserError, match="'cas' does not apply: the sampler takes no labels"):
        evaluate.evaluate(sampler, *images, metrics=["cas"], n=300, cache=folder)


def test_on_request_there_are_more(images, folder):
    scores = by_name(evaluate.evaluate(Copies(images[0]), *images, metrics=["all"], n=300, cache=folder))
    assert list(scores) == [*FEW, "classes", "class_kl", *REQUESTED]
    assert 2 < scores["classifier_score"].value <= 3
    assert scores["feature_diversity"].value == pytest.approx(scores["feature_diversity"].floor, abs=0.1)
    assert scores["ms_ssim"].protocol["constants"]["scales"] == 1
    assert scores["swd"].protocol["n_fake"] == 200, "as many as test samples"
    assert 0 <= scores["ndb"].floor < 0.5
    assert all(score.floor is not None for score in scores.values())


def test_points_have_theirs(toys, tmp_path):
    train, test = toys["8-ring"]
    scores = by_name(evaluate.evaluate(Copies(train), train, test, metrics=["all"], n=400, cache=tmp_path))
    assert {"fd_infinity", "ndb", "support", "swd"} < set(scores)
    assert not {"classifier_score", "ms_ssim", "path_length"} & set(scores)
    assert scores["swd"].value < 0.2


def test_copies_of_the_train_split_are_seen(images, folder):
    scores = by_name(evaluate.evaluate(Copies(images[0]), *images, n=300, cache=folder))
    assert scores["nearest_ratio"].value == scores["nearest_ratio_low"].value == 0
    assert scores["nearest_ratio"].floor == 1
    assert scores["copying"].value < -8
    assert scores["copying"].floor == 0
    fresh = by_name(evaluate.evaluate(Copies(bar_data(400, seed=2)), *images, n=300, cache=folder))
    assert fresh["nearest_ratio"].value > 0.8
    assert abs(fresh["copying"].value) < 4
    assert compare(fresh["copying"], scores["copying"]) > 4, "closer to real is better"


def test_repeats_are_the_mean_over_seeds_with_their_spread(images, folder):
    judge, sampler = Evaluator(*images, cache=folder), Copies(images[0])
    options = {"metrics": ["fd", "precision"], "n": 100}
    singles = [by_name(judge.evaluate(sampler, seed=seed, **options)) for seed in (5, 6, 7)]
    together = by_name(judge.evaluate(sampler, seed=5, repeats=3, **options))
    for name, score in together.items():
        values = torch.tensor([single[name].value for single in singles], dtype=torch.float64)
        assert (score.value, score.spread) == pytest.approx((float(values.mean()), float(values.std())))
        assert score.error == pytest.approx(score.spread / 3**0.5)
        assert score.repeats == score.protocol["repeats"] == 3
        assert compare(score, singles[0][name]) == pytest.approx(
            (singles[0][name].value - score.value) * (1 if name == "fd" else -1)
        )
    assert singles[0]["fd"].spread is None
    with pytest.raises(UserError, match="cannot repeat 0 times"):
        judge.evaluate(sampler, repeats=0)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([(3.0, 0.5)], (3.0, 0.5, None)),
        ([(3.0, 4e-15)], (3.0, None, None)),
        ([(0.0, 0.0)], (0.0, None, None)),
        ([(3.0, math.nan)], (3.0, None, None)),
        ([(-1e-6, 1e-7)], (-1e-6, 1e-7, None)),
        ([(10.0, 1.0), (10.0, 2.0)], (10.0, None, 0.0)),
        ([(9.0, None), (11.0, None)], (10.0, 1.0, 2**0.5)),
    ],
)
def test_an_error_of_nothing_is_not_told(values, told):
    assert over_seeds(values) == pytest.approx(told)


class Grey(Copies):
    """A generator of even grey, 100 + 5 z, whose paths go from 0 to the number of the path."""

    def paths(self, n, seed, labels):
        self.asked = labels
        starts, ends = torch.zeros(n, 1), torch.arange(n).float()[:, None]
        return Paths(starts, ends, lambda z, at: (100 + 5 * z)[..., None, None].expand(-1, 1, 8, 8), spherical=False)


def test_path_length_along_the_latents_of_the_sampler(images, tmp_path):
    sampler = Grey(images[0])
    plain = [unlabelled(part) for part in images]
    judge = Evaluator(*plain, cache=tmp_path, features=named_features("pixels", *plain))
    (score,) = judge.evaluate(sampler, metrics=["path_length"], n=20)
    # 64 pixels, in features 5 i / 255 along path i.
    assert score.value == pytest.approx(64 * sum((5 * i / 255) ** 2 for i in range(20)) / 20, rel=0.01)
    assert score.error > 0
    assert score.floor is None
    assert sampler.asked is None
    with pytest.raises(UserError, match="'path_length' does not apply: the sampler does not show its latents"):
        judge.evaluate(Copies(images[0]), metrics=["path_length"], n=20)


def test_path_length_holds_the_labels(images, folder):
    sampler = Grey(images[0], conditional=True)
    evaluate.evaluate(sampler, *images, metrics=["path_length"], n=20, cache=folder)
    assert len(sampler.asked) == 20


def test_unrounded_features_are_those_of_rounded_images(images, folder):
    for name in ("imagenet", "patches", "pixels", "classifier"):
        features, values = named_features(name, *images, cache=folder), images[1].values
        torch.testing.assert_close(features.unrounded(values.float()), features(values), rtol=1e-3, atol=1e-5)
        assert not torch.equal(features.unrounded(values.float() + 0.1), features(values))


def unlabelled(data):
    return Resident(data.values, name="bars", split=data.split)


def test_test_images_without_labels_have_no_metrics_that_need_them(images, folder):
    train, test = images
    judge = Evaluator(train, unlabelled(test), cache=folder)
    scores = by_name(judge.evaluate(Copies(train, conditional=True), n=50))
    assert "classes" in scores
    assert not {"label_accuracy", "cas"} & scores.keys()
    with pytest.raises(UserError, match="'label_accuracy' does not apply: the test images of bars have no labels"):
        judge.evaluate(Copies(train, conditional=True), metrics=["label_accuracy"], n=50)


def test_too_few_samples_are_named_or_left_out(images, folder, caplog):
    judge = Evaluator(*images, cache=folder)
    said = "metric 'support': it takes 100 generated and 100 test samples or more, there are 50 and 200"
    with pytest.raises(UserError, match=said):
        judge.evaluate(Copies(images[0]), metrics=["support"], n=50)
    scores = by_name(judge.evaluate(Copies(images[0]), n=10))
    assert list(scores) == [*FEW[:6], "classes", "class_kl"]
    assert "left out: nearest_ratio, nearest_ratio_low, copying: it takes 20 generated" in caplog.text


def test_held_out_data_that_are_in_the_train_split_say_so(images, folder):
    train, _ = images
    with pytest.raises(UserError, match="5% of the test samples of bars are in its train split too"):
        evaluate.evaluate(Copies(train), train, train, metrics=["copying"], n=50, cache=folder)


def test_constant_data_say_so(tmp_path):
    flat = Resident(torch.zeros(50, 1, 3, 3, dtype=torch.uint8), name="flat")
    with pytest.raises(UserError, match="the test samples of flat all have the same features"):
        evaluate.evaluate(Copies(flat), flat, flat, metrics=["feature_diversity"], n=50, cache=tmp_path)
    with pytest.raises(UserError, match="different samples, there are 1"):
        evaluate.evaluate(Copies(flat), flat, flat, metrics=["ndb"], n=50, cache=tmp_path)


def test_noise_is_worse_than_copies(images, folder):
    judge = Evaluator(*images, cache=folder)
    good = by_name(judge.evaluate(Copies(images[0]), n=300))
    bad = by_name(judge.evaluate(Copies(images[0], noise=0.7), n=300))
    for name in ("fd", "kd", "density", "coverage"):
        assert compare(good[name], bad[name]) > 0


def test_the_protocol_says_how_it_was_measured(images, folder):
    (score,) = evaluate.evaluate(Copies(images[0]), *images, metrics=["recall"], n=50, seed=3, cache=folder)
    expected = {
        "metric": "recall",
        "data": "bars",
        "data_fingerprint": images[0].fingerprint,
        "reference": "test",
        "reference_fingerprint": images[1].fingerprint,
        "n_real": 200,
        "n_fake": 50,
        "features": "patches",
        "seed": 3,
        "constants": {"k": 3},
        "shape": [1, 8, 8],
    }
    assert score.protocol.items() >= expected.items()
    (other,) = evaluate.evaluate(Copies(images[0]), *images, metrics=["recall"], n=60, cache=folder)
    with pytest.raises(UserError, match="n_fake: 50 against 60"):
        compare(score, other)


def test_classes_are_told_by_the_classifier_and_distances_by_the_features(images, folder):
    scores = by_name(evaluate.evaluate(Copies(images[0]), *images, metrics=["fd", "classes"], n=50, cache=folder))
    assert [scores[name].protocol["features"] for name in ("fd", "classes")] == ["patches", "classifier"]
    pixels = named_features("pixels", *images)
    other = by_name(
        evaluate.evaluate(Copies(images[0]), *images, metrics=["fd", "classes"], n=50, cache=folder, features=pixels)
    )
    assert compare(scores["classes"], other["classes"]) == 0, "the classes do not depend on the features"
    with pytest.raises(UserError, match="features: 'patches' against 'pixels'"):
        compare(scores["fd"], other["fd"])


def test_of_few_images_the_kernel_distance_leads(images, toys, folder):
    few = Evaluator(*images, cache=folder)
    assert few.leading(10_000) == "kd"
    assert few.evaluate(Copies(images[0]), n=100)[0].metric == "kd"
    many = Evaluator(*toys["8-ring"], cache=folder)
    assert many.leading(10_000) == "fd"
    assert many.leading(3) == "kd"
    assert many.evaluate(Copies(toys["8-ring"][0]), n=100)[0].metric == "fd"


def test_fakes_are_as_many_as_the_floor_can_have(images, folder):
    scores = by_name(evaluate.evaluate(Copies(images[0]), *images, metrics=["fd", "recall"], n=5000, cache=folder))
    assert scores["fd"].protocol["n_fake"] == 400, "all of the train split"
    assert scores["recall"].protocol["n_fake"] == 200, "as many as test samples"


def test_floors_are_measured_once(images, tmp_path, folder, monkeypatch):
    features = Evaluator(*images, cache=folder).features
    seen, original = [], table.frechet_from_moments

    def counted(*arguments):
        seen.append(1)
        return original(*arguments)

    monkeypatch.setattr(table, "frechet_from_moments", counted)

    def judge(seed=0):
        options = {"metrics": ["fd"], "n": 100, "cache": tmp_path, "features": features, "seed": seed}
        (score,) = evaluate.evaluate(Copies(images[0]), *images, **options)
        return score.floor

    first = judge()
    assert len(seen) == 2, "the fakes and the floor"
    assert judge(seed=1) == first
    assert len(seen) == 3, "the fakes alone"
    (path,) = (tmp_path / "floors").iterdir()
    path.write_text("{")
    assert judge() == first
    assert len(seen) == 5, "a damaged floor is measured again"


def test_a_cache_that_cannot_be_written_costs_no_score_and_is_told_once(images, tmp_path, caplog):
    full = tmp_path / "file" / "cache"
    full.parent.touch()
    asked = {"metrics": ["fd", "kd", "label_accuracy"], "n": 100}
    features = named_features("classifier", *images, cache=full)
    found = evaluate.evaluate(Copies(images[0], conditional=True), *images, cache=full, features=features, **asked)
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        f"{full} cannot be written (Not a directory): measured again each time, unless ZEROSUM_CACHE names another"
    ]
    features = named_features("classifier", *images, cache=tmp_path / "good")
    good = {"cache": tmp_path / "good", "features": features}
    assert found == evaluate.evaluate(Copies(images[0], conditional=True), *images, **good, **asked)


def test_repeated_evaluations_cost_sampling_only(images, folder, monkeypatch):
    judge = Evaluator(*images, cache=folder)
    (first,) = judge.evaluate(Copies(images[0]), metrics=["fd"], n=100)
    monkeypatch.setattr("zerosum.metrics.reference.read", None)
    (second,) = judge.evaluate(Copies(images[0]), metrics=["fd"], n=100)
    assert first == second


def test_samples_are_drawn_a_chunk_at_a_time_with_the_labels_of_the_train_split(images, folder, monkeypatch):
    monkeypatch.setattr(evaluate, "CHUNK", 40)
    sampler = Copies(images[0], conditional=True)
    evaluate.evaluate(sampler, *images, metrics=["fd"], n=100, cache=folder)
    (_, *parts) = sampler.calls
    assert [n for n, _, _ in parts] == [40, 40, 20]
    assert len({seed for _, seed, _ in parts}) == 3
    assert set(torch.cat([labels for _, _, labels in parts]).tolist()) == {0, 1, 2}


def test_toy_densities(toys, tmp_path):
    train, test = toys["8-ring"]
    scores = by_name(evaluate.evaluate(Copies(train), train, test, n=1000, cache=tmp_path))
    assert list(scores) == [*GENERAL, "modes", "populated_modes", "high_quality", "reverse_kl"]
    assert scores["modes"].value == scores["modes"].floor == 8
    assert scores["high_quality"].value == pytest.approx(1 - math.exp(-4.5), abs=0.015)
    assert scores["fd"].protocol["features"] == "coordinates"
    assert scores["coverage"].value == pytest.approx(scores["coverage"].floor, abs=0.05)


def test_one_dimension_is_measured_in_outside_units(toys, tmp_path):
    train, test = toys["mixture-1d"]

    def shifted(n, seed, labels):
        return Copies(train)(n, seed, labels)[0] + 2, None

    scores = by_name(evaluate.evaluate(shifted, train, test, metrics=["w1", "modes"], n=2000, cache=tmp_path))
    assert scores["w1"].value == pytest.approx(2, abs=0.25)
    assert scores["w1"].floor < 0.3
    assert "features" not in scores["w1"].protocol


def test_bad_input(images, toys, folder):
    sampler = Copies(images[0])
    with pytest.raises(UserError, match="no metric 'recal'; did you mean 'recall'"):
        evaluate.evaluate(sampler, *images, metrics=["recal"], cache=folder)
    with pytest.raises(UserError, match="'modes' does not apply: bars is not a toy density"):
        evaluate.evaluate(sampler, *images, metrics=["modes"], cache=folder)
    with pytest.raises(UserError, match="'w1' does not apply: 8-ring is not one-dimensional"):
        evaluate.evaluate(Copies(toys["8-ring"][0]), *toys["8-ring"], metrics=["w1"], cache=folder)
    with pytest.raises(UserError, match="'classes' does not apply: 8-ring has no labelled images"):
        evaluate.evaluate(Copies(toys["8-ring"][0]), *toys["8-ring"], metrics=["classes"], cache=folder)
    with pytest.raises(UserError, match="cannot judge 1 samples"):
        evaluate.evaluate(sampler, *images, n=1, cache=folder)
    with pytest.raises(UserError, match=r"returned \[10, 2\], not \[10, 1, 8, 8\]"):
        evaluate.evaluate(lambda n, seed, labels: (torch.zeros(n, 2), None), *images, n=10, cache=folder)
    with pytest.raises(UserError, match="not uint8"):
        evaluate.evaluate(lambda n, seed, labels: (torch.zeros(n, 1, 8, 8), None), *images, n=10, cache=folder)


@pytest.mark.imagenet
def test_by_imagenet_features_of_reals_are_kept_and_a_second_call_gives_the_same(images, tmp_path):
    first, again = (
        by_name(evaluate.evaluate(Copies(images[0]), *images, metrics=["fd", "kd"], n=100, cache=tmp_path))
        for _ in range(2)
    )
    assert first == again
    assert first["fd"].protocol["features"] == "imagenet"
    assert len(list((tmp_path / "reals").iterdir())) == 2, "test reals, and the train reals of the floors"
