"""The rules: which measurements, on which side of which limit, make which verdict.

Every limit was set on the even seeds of `benchmarks/doctor.py`, between what its healthy and its ill runs measured; the
odd seeds, which were looked at once, are what `docs/how-to/doctor.md` reports. `AWAY` and `NEARER` came later, from
translations whose truth is known; they change no verdict on those runs.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from zerosum.judge.age import YOUNG
from zerosum.judge.verdict import Evidence, State

Measured = Mapping[str, float]


@dataclass(frozen=True)
class Sign:
    """A measurement beyond a limit.

    Attributes:
        name: of the measurement.
        limit: where it begins to be ill.
        above: whether it is ill above the limit, otherwise below.
        width: how far beyond the limit it is rather sure (0.88); a factor where `ratio`, otherwise a difference.
        ratio: whether distances from the limit are factors.
        says: what it means when it is ill.
    """

    name: str
    limit: float
    above: bool
    width: float
    says: str
    ratio: bool = False

    def strength(self, value: float) -> float:
        """Return how surely a value is ill: 1 / (1 + e^-2d), d the distance beyond the limit in widths; 1/2 at it."""
        if math.isnan(value):
            return 1.0
        if self.ratio:
            beyond = math.log(max(value, 1e-12) / self.limit) / math.log(self.width)
        else:
            beyond = (value - self.limit) / self.width
        beyond = beyond if self.above else -beyond
        return 1 / (1 + math.exp(-2 * max(-20.0, min(20.0, beyond))))

    def normal(self) -> str:
        """Return the normal range in words."""
        return f"{'up to' if self.above else 'from'} {self.limit:g}"


def above(name: str, limit: float, width: float, says: str, *, ratio: bool = False) -> Sign:
    """Return a sign that is ill above `limit`."""
    return Sign(name, limit, True, width, says, ratio)


def below(name: str, limit: float, width: float, says: str, *, ratio: bool = False) -> Sign:
    """Return a sign that is ill below `limit`."""
    return Sign(name, limit, False, width, says, ratio)


NOT_FINITE = above("not_finite", 0.5, 0.1, "a logged number is not finite")
EXPLODING = above("logit_gap", 200, 1.5, "D's answers have left the range in which a game is played", ratio=True)
STEEP = above("real_gradient", 3e5, 5, "D is so steep that its gradient says nothing", ratio=True)
ONE_POINT = below("diversity", 0.2, 1.5, "the samples are nearly all the same", ratio=True)
MOSTLY_MISSING = above("missing", 0.75, 0.05, "most of the data's classes, modes or regions are not made")
PARTLY_MISSING = above("missing", 0.1, 0.03, "some of the data's classes, modes or regions are not made")
NARROW = below("diversity", 0.8, 1.1, "the samples vary less than the data", ratio=True)
LESS_VARIED = below("diversity", 0.88, 1.05, "the samples vary less than the data", ratio=True)
UNCOVERED = below("coverage", 0.5, 1.3, "half of the data has no sample near it", ratio=True)
VARIED = above("diversity", 0.5, 1.3, "the samples vary, as copies of many data do", ratio=True)
COPIES = below("nearest_low", 0.6, 1.3, "samples are nearer to training data than new data are", ratio=True)
COPIED = below("copying", -5, 3, "samples are nearer to training data than chance allows (C_T)")
PAIRS_BY_HEART = above(
    "error_ratio", 1.5, 1.2, "the error on new pairs is that many times the error on training pairs", ratio=True
)
GUESSED = above("guess_ratio", 1.0, 1.1, "a guess without learning is nearer to the targets", ratio=True)
BY_HEART = above("held_out_gap", 1.0, 0.3, "D tells its training data from new data: it knows them by heart")
CERTAIN = above("gap", 1.4, 0.2, "D is certain: it tells every sample from data")
SATURATED = below("pull", 0.01, 2, "the generator's loss is saturated: hardly any gradient is left", ratio=True)
ALIKE = below("feature_diversity", 0.2, 1.5, "the samples are nearly all the same", ratio=True)
UNLIKE = above("feature_nearest", 1.5, 1.2, "samples look like no data: their features are far from all", ratio=True)
IMPRECISE = below("precision", 0.05, 1.5, "hardly a sample lies among the data", ratio=True)
AMONG = above("precision", 0.05, 1.5, "samples lie among the data", ratio=True)
FAR = above("nearest", 3, 1.2, "samples are further from the data than new data are", ratio=True)
AWAY = above("nearest", 1.3, 1.1, "samples are further from the data than new data are", ratio=True)
STILL = below("change", 0.15, 1.5, "D's answers are where they were in the first round", ratio=True)
SWINGING = above("swing", 0.6, 0.1, "D's answers go up and down in step, round after round")

MOST_SURE = 0.99
"""Rules that were tried on some dozens of runs cannot be surer than that."""

LEAST_HELD_OUT = 20
"""Held-out data from which on samples can be called healthy: fewer do not tell new ones from copies."""

Alternative = tuple[Sign, ...]
RULES: dict[State, tuple[Alternative, ...]] = {
    State.DIVERGING: ((NOT_FINITE,), (EXPLODING,), (STEEP,)),
    State.LEARNT_PAIRS: ((PAIRS_BY_HEART,),),
    State.MEMORISING: ((COPIED, COPIES, VARIED),),
    State.STARVED: ((SATURATED, CERTAIN, FAR), (SATURATED, CERTAIN, UNLIKE, IMPRECISE)),
    State.NOT_LEARNING: ((STILL, FAR), (STILL, UNLIKE, IMPRECISE)),
    State.COLLAPSED: ((ONE_POINT,), (ALIKE,), (MOSTLY_MISSING, AMONG)),
    State.OVERFITTING: ((BY_HEART, LESS_VARIED), (BY_HEART, UNLIKE)),
    State.OSCILLATING: ((SWINGING, FAR), (SWINGING, UNLIKE, IMPRECISE), (SWINGING, NARROW)),
    State.POOR: ((UNLIKE, IMPRECISE, UNCOVERED), (UNLIKE, IMPRECISE, AWAY)),
    State.PARTLY_COLLAPSED: ((PARTLY_MISSING,), (NARROW, UNCOVERED)),
}
"""By gravity: the first that holds is the verdict, as those before are causes or hide those after. A rule holds where
all signs of one of its alternatives do; what was not measured holds for nothing."""

OF_SETS = frozenset({MOSTLY_MISSING, PARTLY_MISSING, UNCOVERED, UNLIKE, IMPRECISE})
"""What tells whether samples are like the data as a whole. A translation has a target of its own: what is soft, where
the source leaves several answers open, is far from the data, and right."""
NEARER = 0.9
"""The error of translations, over that of the best guess without learning, below which their targets tell it all."""

HEALING = frozenset({MOSTLY_MISSING, PARTLY_MISSING, UNCOVERED, UNLIKE, IMPRECISE})
"""What every run shows while it is young: before the rounds that it needs, no verdict rests on one of these."""

SHOWN = (
    *(NARROW, PARTLY_MISSING, UNCOVERED, UNLIKE, IMPRECISE, FAR, COPIES, COPIED, PAIRS_BY_HEART, GUESSED),
    *(CERTAIN, BY_HEART, SATURATED, EXPLODING, SWINGING),
)
"""What is shown beside the signs of the verdict itself."""


MEANS = {
    "change": "how far D's answers moved since the first round, in their spread",
    "copying": "C_T: standard deviations by which samples avoid (+) or hug (-) training data",
    "coverage": "share of new data with a sample near, over what training data reach",
    "diversity": "distance between two samples, over that between two data",
    "error_ratio": "error on new pairs, over that on training pairs",
    "feature_diversity": "the same between features, which see texture",
    "feature_nearest": "distance of samples to the data in features, over that of new data: median",
    "guess_ratio": "error on new pairs, over that of the best guess without learning",
    "gap": "what D says of data less what it says of samples, in the spread of its answers",
    "held_out_gap": "what D says of training data less what it says of new data, in the spread of its answers",
    "logit_gap": "what D says of data less what it says of samples, in its own units",
    "missing": "share of the data in classes, modes or regions that are not made",
    "nearest": "distance of samples to the data, over that of new data: median",
    "nearest_low": "the same for the 5 % that are nearest",
    "not_finite": "1 where a logged number is not finite",
    "precision": "share of samples among the data in features, over what training data reach",
    "pull": "slope of the generator's loss where D stands",
    "real_gradient": "mean squared slope of D at data",
    "swing": "share of the movement of D's answers that is one steady swing",
}
"""What each measurement is, in a clause."""


@dataclass(frozen=True)
class Finding:
    """A state, how sure it is, and the numbers it rests on."""

    state: State
    confidence: float
    evidence: tuple[Evidence, ...]


def diagnose(numbers: Measured, *, age: float = 1.0) -> Finding:
    """Return what the measurements of a run say.

    Args:
        numbers: by name, as `trends`, `signals` and `examine` name them; what is absent holds for nothing.
        age: the rounds played over those that a run of this size needs, as in `zerosum.judge.age`. Below a tenth only
            divergence is looked for; below 1 no verdict rests on what time heals.
    """
    beats_guess = numbers.get("guess_ratio", 1.0) < NEARER
    rules = {state: apart(alternatives) if beats_guess else alternatives for state, alternatives in RULES.items()}
    strengths = {state: strength(alternatives, numbers) for state, alternatives in rules.items()}
    young = False
    for state in (State.DIVERGING,) if age < YOUNG else RULES:
        sure, signs = strengths[state]
        if sure >= 0.5 and (age >= 1 or HEALING.isdisjoint(signs)):
            return Finding(state, min(sure, MOST_SURE), evidence(numbers, signs))
        young = young or sure >= 0.5
    if young or age < YOUNG:
        return Finding(State.TOO_EARLY, min(1 - age, MOST_SURE), evidence(numbers, ()))
    return _well(numbers, max(sure for sure, _ in strengths.values()))


def apart(alternatives: tuple[Alternative, ...]) -> tuple[Alternative, ...]:
    """Return the alternatives that do not rest on likeness to the data as a whole."""
    return tuple(signs for signs in alternatives if OF_SETS.isdisjoint(signs))


def _well(numbers: Measured, doubt: float) -> Finding:
    """Return that nothing is the matter, as far as was looked: at samples, at the log alone, or at too little."""
    state = State.HEALTHY if "missing" in numbers else State.CLEAR if "diversity" in numbers else State.UNKNOWN
    state = State.UNKNOWN if numbers.get("held_out", LEAST_HELD_OUT) < LEAST_HELD_OUT else state
    sure = 0.0 if state is State.UNKNOWN else min(1 - doubt, MOST_SURE)
    return Finding(state, sure, evidence(numbers, ()))


def strength(alternatives: tuple[Alternative, ...], numbers: Measured) -> tuple[float, Alternative]:
    """Return how surely the best alternative holds, which is how surely its weakest sign does, and its signs."""
    best: tuple[float, Alternative] = (0.0, ())
    for signs in alternatives:
        if all(sign.name in numbers for sign in signs):
            weakest = min(sign.strength(numbers[sign.name]) for sign in signs)
            best = max(best, (weakest, signs), key=lambda pair: pair[0])
    return best


def evidence(numbers: Measured, signs: Alternative) -> tuple[Evidence, ...]:
    """Return the signs of a verdict and then what else was looked at, the ill before the normal."""
    others = [sign for sign in SHOWN if sign not in signs and sign.name in numbers]
    others.sort(key=lambda sign: sign.strength(numbers[sign.name]) < 0.5)
    return tuple(_evidence(sign, numbers[sign.name]) for sign in (*signs, *others))


def _evidence(sign: Sign, value: float) -> Evidence:
    ill = sign.strength(value) >= 0.5
    return Evidence(sign.name, value, sign.normal(), sign.says if ill else f"normal: {MEANS[sign.name]}")
