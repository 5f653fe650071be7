"""Text is scored by the same command as all else: quality beside variety, and the generator's own likelihood."""

import pytest
import torch

from tiny import TEXT, recipe, trainer
from zerosum.errors import UserError
from zerosum.kinds.load import load
from zerosum.metrics.evaluate import evaluate
from zerosum.metrics.names import METRICS
from zerosum.metrics.text.table import TEXT as METRICS_OF_TEXT
from zerosum.metrics.text.table import mean_of
from zerosum.tasks.from_noise import GameSampler


@pytest.fixture(scope="module")
def data():
    return load(TEXT), load(TEXT, split="test")


def scores_of(draw, data, names, tmp_path, n=200):
    return {s.metric: s for s in evaluate(draw, *data, metrics=names, n=n, cache=tmp_path)}


def from_train(data):
    def draw(n, seed, labels):
        rows = torch.randint(len(data[0]), (n,), generator=torch.Generator().manual_seed(seed))
        return data[0].batch(rows)["real"], None

    return draw


def test_training_sentences_say_what_is_real_and_are_repeats(data, tmp_path):
    names = ["bleu_4", "self_bleu_4", "backward_bleu_4", "known_words", "repeats", "distinct_2"]
    scores = scores_of(from_train(data), data, names, tmp_path)
    assert scores["repeats"].value == 1
    assert scores["repeats"].floor == 0
    for name in ("bleu_4", "known_words", "backward_bleu_4"):
        assert scores[name].value == pytest.approx(scores[name].floor, abs=0.05)
    assert scores["bleu_4"].protocol["constants"]["smoothing"] == "method 1"


def test_one_sentence_again_and_again_has_no_variety(data, tmp_path):
    def draw(n, seed, labels):
        return data[0].batch(torch.zeros(n, dtype=torch.int64))["real"], None

    scores = scores_of(draw, data, ["self_bleu_2", "backward_bleu_2", "distinct_1"], tmp_path)
    assert scores["self_bleu_2"].value == pytest.approx(1)
    assert scores["self_bleu_2"].floor < 0.995
    assert scores["backward_bleu_2"].value < 0.7 * scores["backward_bleu_2"].floor
    assert scores["distinct_1"].value < 0.1


def test_likelihood_is_that_of_the_game_on_held_out_text(data, tmp_path):
    made = recipe("mle")
    playing = trainer(made)
    score = scores_of(GameSampler(playing.game, made.data), data, ["nll"], tmp_path)["nll"]
    real = data[1].batch(torch.arange(40))["real"]
    assert score.value == pytest.approx(playing.game.eval().loss({"real": real})["cross_entropy"].item(), rel=1e-5)
    assert 0 < score.error < 1
    assert score.floor is None
    with pytest.raises(UserError, match="'nll' does not apply: the sampler knows no probabilities"):
        scores_of(from_train(data), data, ["nll"], tmp_path)


def test_images_have_no_words(tmp_path):
    digits = load("digits"), load("digits", split="test")
    with pytest.raises(UserError, match="'bleu_2' does not apply: digits holds no text"):
        evaluate(
            lambda n, seed, labels: (torch.zeros(n, 1, 8, 8, dtype=torch.uint8), None), *digits, metrics=["bleu_2"]
        )


def test_all_are_named():
    assert METRICS_OF_TEXT.keys() <= METRICS.keys()


def test_means_have_errors():
    assert mean_of([1.0, 3.0]) == (2.0, pytest.approx(1.0))
    assert mean_of([1.0]) == (1.0, None)
