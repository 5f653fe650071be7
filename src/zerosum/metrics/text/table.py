"""The metrics of text, on the table's terms."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from zerosum.metrics.metric import Metric, Value, binomial
from zerosum.metrics.reference import Drawn, Reference
from zerosum.metrics.source import read
from zerosum.metrics.text.bleu import EPSILON, ORDERS, bleu, self_bleu
from zerosum.metrics.text.ngrams import Words, distinct
from zerosum.metrics.text.repeats import known_share, repeated

SENTENCES = 500
"""How many sentences, and how many references, BLEU takes, as the benchmark that made it common does."""
HELD_OUT = 1000
"""How many held-out sentences the likelihood is the mean of."""
CHUNK = 64


def words_of(samples: Tensor | None, reference: Reference) -> list[Words]:
    """Return the words of samples, whatever their tokens are."""
    assert samples is not None
    spec = reference.train.spec
    words: list[Words] = spec.answers.judging.words(samples.long(), spec)
    return words


def _some(drawn: Drawn, reference: Reference) -> list[Words]:
    assert drawn.points is not None
    return words_of(drawn.points[:SENTENCES], reference)


def _bleu(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return _by_order("bleu", bleu(_some(fake, reference), _some(reference.real, reference)))


def _self_bleu(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return _by_order("self_bleu", self_bleu(_some(fake, reference)))


def _backward_bleu(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return _by_order("backward_bleu", bleu(_some(reference.real, reference), _some(fake, reference)))


def _by_order(name: str, rows: Sequence[Sequence[float]]) -> dict[str, Value]:
    columns = zip(*rows, strict=True)
    return {f"{name}_{order}": mean_of(column) for order, column in zip(ORDERS, columns, strict=True)}


def _distinct(reference: Reference, fake: Drawn) -> dict[str, Value]:
    sentences = words_of(fake.points, reference)
    return {f"distinct_{n}": (distinct(sentences, n), None) for n in (1, 2, 3)}


def _known(reference: Reference, fake: Drawn) -> dict[str, Value]:
    held_out = {word for words in words_of(reference.real.points, reference) for word in words}
    return {"known_words": mean_of(known_share(words_of(fake.points, reference), held_out))}


def _repeats(reference: Reference, fake: Drawn) -> dict[str, Value]:
    train = reference.train
    parts = (words_of(samples, reference) for samples, _ in read(train, torch.arange(len(train))))
    training = (words for part in parts for words in part)
    within = bool(train.spec.answers.judging.within(train.spec))
    found = repeated(words_of(fake.points, reference), training, within=within)
    share = sum(found) / max(len(found), 1)
    return {"repeats": (share, binomial(share, len(found)))}


def _nll(reference: Reference, fake: Drawn) -> dict[str, Value]:
    assert fake.log_probability is not None
    assert reference.real.points is not None
    parts = torch.split(reference.real.points[:HELD_OUT].long(), CHUNK)
    logs = torch.cat([fake.log_probability(part) for part in parts]).double()
    tokens = (logs != 0).sum(1)
    mean = -logs.sum() / tokens.sum()
    # Of a mean over tokens, whose sentences are independent: the error of a ratio.
    spread = (-logs.sum(1) - mean * tokens).square().sum().sqrt() / tokens.sum()
    return {"nll": (float(mean), float(spread))}


def mean_of(values: Sequence[float]) -> Value:
    """Return the mean of values of independent samples, and its standard error; of none no number."""
    if not values:
        return math.nan, None
    numbers = torch.tensor(values, dtype=torch.float64)
    error = float(numbers.std()) / len(values) ** 0.5 if len(values) > 1 else None
    return float(numbers.mean()), error


def _needs_tokens(reference: Reference, conditional: bool) -> str:
    discrete = reference.train.spec.answers.discrete
    return "" if discrete else f"{reference.train.name} holds no text"


def _first(reference: Reference, n: int) -> int:
    return min(n, SENTENCES)


_BLEU: dict[str, Any] = {"sentences": SENTENCES, "smoothing": "method 1", "epsilon": EPSILON}

TEXT: dict[str, Metric] = {
    **{f"bleu_{n}": Metric(_bleu, "higher", _needs_tokens, _BLEU, space=None, count=_first) for n in ORDERS},
    **{
        f"self_bleu_{n}": Metric(_self_bleu, "closer to real", _needs_tokens, _BLEU, space=None, count=_first)
        for n in ORDERS
    },
    **{
        f"backward_bleu_{n}": Metric(_backward_bleu, "higher", _needs_tokens, _BLEU, space=None, count=_first)
        for n in ORDERS
    },
    **{f"distinct_{n}": Metric(_distinct, "closer to real", _needs_tokens, space=None) for n in (1, 2, 3)},
    "known_words": Metric(_known, "higher", _needs_tokens, space=None),
    "repeats": Metric(_repeats, "closer to real", _needs_tokens, space=None, floor_on_test=True),
    "nll": Metric(
        _nll, "lower", _needs_tokens, {"held_out": HELD_OUT}, space=None, has_floor=False, of_likelihood=True
    ),
}
