"""The encoder of sentences learns the next token, is kept, and sees what is wrong with sentences."""

import pytest
import torch

from tiny import TEXT
from zerosum.core.tokens import END, PADDING
from zerosum.kinds.load import load
from zerosum.kinds.text import encoder as module
from zerosum.kinds.text.encoder import encoder_of
from zerosum.kinds.text.vocabularies import vocabulary_of
from zerosum.metrics.frechet import frechet_from_moments, moments


@pytest.fixture(scope="module")
def data():
    return load(TEXT)


@pytest.fixture(scope="module")
def encoder(data, tmp_path_factory):
    return encoder_of(data, vocabulary_of(data.spec).size, tmp_path_factory.mktemp("cache"))


def test_it_learns_without_touching_the_random_state(data, encoder):
    torch.manual_seed(3)
    expected = torch.rand(3)
    torch.manual_seed(3)
    again = encoder_of(data, vocabulary_of(data.spec).size, None)
    assert torch.equal(torch.rand(3), expected)
    assert torch.equal(again.embedding.weight, encoder.embedding.weight)
    ids = load(TEXT, split="test").batch(torch.arange(40))["real"]
    fresh = module.Encoder(vocabulary_of(data.spec).size)
    module._draw(fresh, torch.Generator().manual_seed(0))
    assert encoder.loss(ids).item() < 0.75 * fresh.loss(ids).item()


def test_it_is_learned_once(data, tmp_path, monkeypatch):
    first = encoder_of(data, vocabulary_of(data.spec).size, tmp_path)
    monkeypatch.setattr(module, "learned", None)
    second = encoder_of(data, vocabulary_of(data.spec).size, tmp_path)
    ids = data.batch(torch.arange(9))["real"]
    assert torch.equal(first.features(ids), second.features(ids))


def test_what_stands_behind_an_end_is_not_seen(data, encoder):
    ids = data.batch(torch.arange(5))["real"]
    changed = torch.where(ids == PADDING, 5, ids)
    assert torch.allclose(encoder.features(ids), encoder.features(changed), atol=1e-6)
    assert encoder.features(ids).shape == (5, 96)


def test_the_distance_grows_with_the_share_of_words_in_the_wrong_place(data, encoder):
    real = data.batch(torch.arange(360))["real"]

    def shuffled(share):
        rows = real.clone()
        generator = torch.Generator().manual_seed(0)
        for row in rows[: round(share * len(rows))]:
            count = int((row > END).sum())
            row[:count] = row[:count][torch.randperm(count, generator=generator)]
        return rows

    base = moments(encoder.features(real))
    far = [frechet_from_moments(base, moments(encoder.features(shuffled(share)))) for share in (0.0, 0.3, 1.0)]
    assert far[0] < 1e-6 < far[1] < far[2]
