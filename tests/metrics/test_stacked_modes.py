import math

import pytest
import torch
from toy_images import bar_data

from zerosum.data.stacked import Stacked
from zerosum.errors import UserError
from zerosum.metrics import classifier
from zerosum.metrics.evaluate import Evaluator, samples_for
from zerosum.metrics.labelled import classifier_features
from zerosum.metrics.stacked import SAMPLES, stacked_modes

METRICS = ["stacked_modes", "stacked_kl"]


def stacked(split="train", *, n=600, seed=0, only=slice(None)):
    """Bars of 3 kinds, stacked: 27 modes; `only` keeps some of the single images."""
    single = bar_data(400, split=split, seed=seed)
    allowed = torch.arange(400)[only]
    generator = torch.Generator().manual_seed(seed)
    return Stacked(single, allowed[torch.randint(len(allowed), (n, 3), generator=generator)], name="stacked-bars")


def sampler(data):
    def sample(n, seed, labels):
        indices = torch.randint(len(data), (n,), generator=torch.Generator().manual_seed(seed))
        return data.outside(data.batch(indices)["real"]), None

    return sample


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier, "STEPS", 150)
        return Evaluator(stacked(), stacked("test", seed=1), cache=tmp_path_factory.mktemp("cache"))


def test_closed_forms():
    every = torch.arange(1000).repeat_interleave(3)
    assert stacked_modes(every, 1000) == (1000, pytest.approx(0, abs=1e-12))
    found, kl = stacked_modes(torch.zeros(50, dtype=torch.int64), 1000)
    assert (found, kl) == (1, pytest.approx(math.log(1000)))
    assert stacked_modes(torch.arange(500), 1000)[1] == pytest.approx(math.log(2))
    with pytest.raises(UserError, match="no samples"):
        stacked_modes(torch.zeros(0, dtype=torch.int64), 1000)


def test_a_perfect_sampler_gets_the_stated_floor():
    draws = torch.randint(1000, (SAMPLES,), generator=torch.Generator().manual_seed(0))
    found, kl = stacked_modes(draws, 1000)
    assert found == 1000
    # 2 N KL is nearly chi-squared with 999 degrees of freedom, a standard deviation of sqrt(2 x 999).
    assert kl == pytest.approx(999 / (2 * SAMPLES), abs=4 * math.sqrt(2 * 999) / (2 * SAMPLES))


def test_the_classifier_of_single_images_tells_the_modes(judge):
    data = judge.reference.train
    images = data.outside(data.batch(torch.arange(300))["real"])
    features = judge.reference.labelled(images)
    classifier = judge.reference.labelled.classifier
    assert features.shape == (300, 384)
    single = classifier.single.features(images[:, 1:2])
    assert torch.allclose(features[:, 128:256], single, atol=1e-4), "the second channel has the second third"
    told = classifier.predict_from(features)
    assert (told == data.modes[:300]).double().mean() > 0.9


def test_lost_modes_are_found_out(judge):
    rows = (judge.reference.train.single.labels == 0).nonzero().squeeze(1)
    whole = {s.metric: s for s in judge.evaluate(sampler(stacked(seed=2)), metrics=METRICS, n=600)}
    lost = {s.metric: s for s in judge.evaluate(sampler(stacked(only=rows)), metrics=METRICS, n=600)}
    assert whole["stacked_modes"].value == whole["stacked_modes"].floor == 27
    assert whole["stacked_kl"].value == pytest.approx(whole["stacked_kl"].floor, abs=0.06)
    assert lost["stacked_modes"].value < 10
    assert lost["stacked_kl"].value > 2
    assert whole["stacked_kl"].protocol["n_fake"] == 600
    assert whole["stacked_kl"].protocol["features"] == "classifier a channel"


def test_it_applies_to_stacked_images_alone(judge, tmp_path):
    with pytest.raises(UserError, match="'classes' does not apply: stacked-bars has no labelled images"):
        judge.evaluate(sampler(stacked()), metrics=["classes"], n=10)
    plain = Evaluator(bar_data(50, labelled=False), bar_data(20, labelled=False, split="test"), cache=tmp_path)
    with pytest.raises(UserError, match="'stacked_kl' does not apply: bars is not stacked of labelled images"):
        plain.evaluate(sampler(bar_data(50, labelled=False)), metrics=["stacked_kl"], n=10)


def test_the_usual_number_of_samples():
    assert samples_for(stacked()) == 25_600
    assert samples_for(bar_data(50)) == 10_000


def test_tiny_sides_have_no_classifier(tmp_path):
    tiny = Stacked(bar_data(8, side=2), torch.zeros(4, 3, dtype=torch.int64), name="tiny")
    assert classifier_features(tiny, tiny, cache=tmp_path) is None
