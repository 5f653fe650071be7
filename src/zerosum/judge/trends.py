"""What a log says of a run: where its terms stand now, and how they got there."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, arange, fft, float64, hann_window, tensor

from zerosum.losses.loss import load_loss, needs_real_logits
from zerosum.recipe.schema import Recipe

Measured = dict[str, float]
Record = Mapping[str, Any]
SIGNAL = "judge/"
LAST = 0.1
SHORTEST = 32


def trends(records: Sequence[Record], recipe: Recipe) -> Measured:
    """Return what is to be read off the lines of log.jsonl, by name; what does not apply is left out.

    Means over the last tenth of the log:

    - every `judge/<name>` signal, under its name; `real_logit`, `fake_logit` else from the discriminator's own terms.
    - what `derived` makes of them.
    - growth: the distance between D's mean answers to reals and fakes, over its median in the first half of the log.
    - change: how far the mean answers moved since the first line, in units of `logit_scale`.
    - swing: how regularly D's answers to fakes go up and down, -1 to 1; see `swing`.
    - not_finite: 1 where a term is not finite.
    """
    lines = [line for line in records if "step" in line]
    if not lines:
        return {}
    recent = lines[-max(1, math.ceil(LAST * len(lines))) :]
    means = {key: _mean(recent, f"discriminator/{key}") for key in ("real_logit", "fake_logit")}
    signals = {key for line in recent for key in line if key.startswith(SIGNAL)}
    means |= {key.removeprefix(SIGNAL): mean for key in signals if (mean := _mean(recent, key)) is not None}
    numbers = {key: mean for key, mean in means.items() if mean is not None}
    numbers |= derived(numbers, recipe) | {"not_finite": float(_not_finite(recent))}
    later = {
        "growth": _growth(lines, recent),
        "change": _change(lines, numbers),
        "swing": swing([_mean([line], "discriminator/fake_logit") for line in lines], numbers.get("logit_scale")),
    }
    return numbers | {key: value for key, value in later.items() if value is not None}


def swing(series: Sequence[float | None], scale: float | None) -> float | None:
    """Return how regularly the last half of a series goes up and down, or None where it is too short to tell.

    The share of its power, without the straight line through it and with a Hann window, that lies at the strongest
    frequency and the two beside it, among frequencies of at least four periods: near 1 for a steady swing, about 0.25
    for noise. 0 too where the swing is smaller than a quarter of `scale`, the standard deviation of D's answers.
    """
    values = tensor([value for value in series if value is not None][len(series) // 2 :], dtype=float64)
    n = len(values)
    if n < SHORTEST or not scale:
        return None
    time = arange(n, dtype=float64) - (n - 1) / 2
    x = values - values.mean()
    x = x - time * (time @ x) / (time @ time)
    if float(x.square().mean()) < (scale / 4) ** 2:
        return 0.0
    power = fft.rfft(x * hann_window(n, periodic=False, dtype=float64)).abs().square()
    return float((power[3:-2] + power[4:-1] + power[5:]).max() / power[1:].sum())


def progress(records: Sequence[Record], recipe: Recipe) -> float:
    """Return how far a run is, 0 to 1, by the last line of its log; 1 where it has no budget."""
    last = records[-1] if records else {}
    shares = [
        spent / budget
        for budget, spent in (
            (recipe.steps, last.get("step", 0)),
            (recipe.minutes, last.get("seconds", 0) / 60),
            (recipe.cpu_minutes, last.get("cpu_seconds", 0) / 60),
        )
        if budget
    ]
    return max(shares, default=1.0)


def derived(signals: Mapping[str, float], recipe: Recipe) -> Measured:
    """Return numbers without units, so that one range is normal for every loss.

    - gap: (mean D(real) - mean D(fake)) / logit_scale; 0 where D cannot tell, 2 where it always can.
    - held_out_gap: (mean D(real) - mean D(held-out)) / logit_scale; 0 where D has learnt nothing by heart.
    - pull: |dL_G / dD(G(z))| at the mean answers, what is left of the generator's loss when D's certainty has passed
      through it; 0 where it is saturated.
    - logit_gap: |mean D(real) - mean D(fake)|, in D's own units.
    """
    numbers: Measured = {}
    real, fake, scale = (signals.get(name) for name in ("real_logit", "fake_logit", "logit_scale"))
    if real is None or fake is None:
        return numbers
    numbers["logit_gap"] = abs(real - fake)
    if scale:
        numbers["gap"] = (real - fake) / scale
    if scale and "held_out_logit" in signals:
        numbers["held_out_gap"] = (real - signals["held_out_logit"]) / scale
    if "loss" in recipe.game:
        numbers["pull"] = pull(recipe.game["loss"], real, fake)
    return numbers


def pull(loss: str, real_logit: float, fake_logit: float) -> float:
    """Return |dL_G / dD(G(z))| for the loss of this name at the given answers of the discriminator."""
    module = load_loss(loss)
    real, fake = tensor([real_logit]), tensor([fake_logit], requires_grad=True)
    paired = needs_real_logits(module)
    value: Tensor = module.generator_loss(fake, real) if paired else module.generator_loss(fake)
    value.sum().backward()  # type: ignore[no-untyped-call]
    assert fake.grad is not None
    return float(fake.grad.abs())


def _mean(lines: Sequence[Record], key: str) -> float | None:
    """Return the mean of a term over lines, without what is no finite number; None where nothing is left."""
    values = [line[key] for line in lines if isinstance(line.get(key), int | float) and math.isfinite(line[key])]
    return statistics.fmean(values) if values else None


def _not_finite(lines: Sequence[Record]) -> bool:
    values = [value for line in lines for key, value in line.items() if "/" in key]
    return any(value is None or (isinstance(value, float) and not math.isfinite(value)) for value in values)


def _growth(lines: Sequence[Record], recent: Sequence[Record]) -> float | None:
    before = [gap for line in lines[: len(lines) // 2] if (gap := _logit_gap(line)) is not None]
    now = [gap for line in recent if (gap := _logit_gap(line)) is not None]
    if not before or not now or not (usual := statistics.median(before)):
        return None
    return statistics.median(now) / usual


def _logit_gap(line: Record) -> float | None:
    real, fake = (_mean([line], f"discriminator/{side}_logit") for side in ("real", "fake"))
    return None if real is None or fake is None else abs(real - fake)


def _change(lines: Sequence[Record], numbers: Mapping[str, float]) -> float | None:
    scale = numbers.get("logit_scale")
    moves = []
    for side in ("real_logit", "fake_logit"):
        first = _mean(lines[:1], f"discriminator/{side}")
        if first is not None and side in numbers:
            moves.append(abs(numbers[side] - first))
    return max(moves) / scale if moves and scale else None
