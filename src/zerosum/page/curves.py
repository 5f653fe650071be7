"""The curves of the report: which terms of a log, and which scores, share a chart."""

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

from zerosum.drawing.charts import Curve, Level, chart
from zerosum.metrics.inception import title_of
from zerosum.metrics.score import NOT_COMPARED

POSITION = ("step", "images", "seconds", "cpu_seconds")
TONES = ("c", "d", "e", "f")
Record = dict[str, Any]
SIGNAL = "judge/"
SIGNAL_CHARTS: tuple[tuple[str, dict[str, tuple[str, str]], str | None], ...] = (
    (
        "What the discriminator answers to the same samples each time",
        {
            "real_logit": ("train data", "data"),
            "held_out_logit": ("held-out data", "c"),
            "fake_logit": ("generated", "generator"),
        },
        None,
    ),
    (
        "How steep the discriminator is at samples",
        {"real_gradient": ("real", "data"), "fake_gradient": ("generated", "generator")},
        None,
    ),
    ("Diversity of the samples", {"diversity": ("of the data's", "generator")}, "as diverse as data"),
    ("Distance to the nearest train sample", {"nearest": ("of held-out data's", "generator")}, "as new data"),
    ("Share of near duplicates", {"duplicates": ("generated", "generator")}, None),
    (
        "Largest singular values of the discriminator's layers",
        {"spectral_max": ("largest", "discriminator"), "spectral_mean": ("mean", "d")},
        None,
    ),
)
"""Title, the signals with their names and tones, and what 1 means where it means something."""


def finite(value: object) -> bool:
    """Tell whether a value read from JSON is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def number(value: object) -> float:
    """Return a value read from JSON as a number; what is none is not a number."""
    return float(value) if isinstance(value, int | float) else math.nan


def series_of(scores: Iterable[Record]) -> list[list[Record]]:
    """Gather the scores that may be compared, which are those of one metric taken by one protocol, each in order."""
    series: dict[tuple[str, str], list[Record]] = {}
    for score in scores:
        if "metric" in score:
            protocol = json.dumps(_compared(score.get("protocol")), sort_keys=True)
            series.setdefault((str(score["metric"]), protocol), []).append(score)
    return list(series.values())


def _compared(protocol: object) -> object:
    """Return a protocol without what may differ between scores that are alike."""
    if not isinstance(protocol, dict):
        return protocol
    return {key: value for key, value in protocol.items() if key not in NOT_COMPARED}


def curves(log: Sequence[Record], scores: Sequence[Record]) -> str:
    """Return the charts of a log (sorted by step) and of the scores taken on the way, as HTML."""
    charts = [*_judgement_charts(log), *_term_charts(log), *_signal_charts(log), *_score_charts(scores)]
    if not charts:
        return '<p class="none">Nothing was logged yet.</p>'
    return (
        '<p class="lead">Over the rounds. Long logs are drawn as the mean of equal stretches, with a shade from the '
        f'least to the greatest value of each.</p><div class="charts">{"".join(charts)}</div>'
    )


def _curve(log: Sequence[Record], key: str, name: str, tone: str) -> Curve:
    lines = [line for line in log if key in line]
    return Curve(name, [float(line["step"]) for line in lines], [number(line[key]) for line in lines], tone)


def _keys(log: Iterable[Record]) -> list[str]:
    keys = dict.fromkeys(key for line in log for key in line)
    return [key for key in keys if key not in POSITION and "/" in key and not key.startswith(SIGNAL)]


def _judgement_charts(log: Sequence[Record]) -> list[str]:
    """Return, for each player that judges, what it says of real and fake: probabilities, or else logits."""
    charts = []
    for player in dict.fromkeys(key.rpartition("/")[0] for key in _keys(log) if _is_judgement(key)):
        chance = any(f"{player}/{side}_probability" in line for line in log for side in ("real", "fake"))
        kind = "probability" if chance else "logit"
        real = _curve(log, f"{player}/real_{kind}", "of real", "data")
        fake = _curve(log, f"{player}/fake_{kind}", "of generated", "generator")
        if chance:
            title, levels = f"What the {player} believes is real", [Level("1/2: cannot tell", 0.5)]
            charts.append(chart(title, [real, fake], levels=levels, limits=(0.0, 1.0)))
        else:
            charts.append(chart(f"What the {player} answers, before any squashing", [real, fake]))
    return charts


def _is_judgement(key: str) -> bool:
    side, _, kind = key.rpartition("/")[2].partition("_")
    return side in ("real", "fake") and kind in ("probability", "logit")


def _term_charts(log: Sequence[Record]) -> list[str]:
    """Return a chart for each term of a loss with the players that have it; the terms have scales of their own."""
    by_term: dict[str, list[str]] = {}
    for key in _keys(log):
        if not _is_judgement(key):
            player, _, term = key.rpartition("/")
            by_term.setdefault(term, []).append(player)
    return [
        chart(
            "Adversarial loss of each player" if term == "adversarial" else term.replace("_", " "),
            [_curve(log, f"{player}/{term}", player, _tone(player, index)) for index, player in enumerate(players)],
        )
        for term, players in by_term.items()
    ]


def _signal_charts(log: Sequence[Record]) -> list[str]:
    """Return the charts of the judge's signals, where they were logged."""
    charts = []
    for title, signals, meaning in SIGNAL_CHARTS:
        lines = [_curve(log, f"{SIGNAL}{key}", name, tone) for key, (name, tone) in signals.items()]
        if any(curve.values for curve in lines):
            charts.append(chart(title, lines, levels=[] if meaning is None else [Level(meaning, 1.0)]))
    return charts


def _tone(player: str, index: int) -> str:
    """Return the colour of a player: its own for the two of every game, otherwise the next."""
    last = player.rpartition(".")[2]
    if last == player and last in ("generator", "discriminator", "critic"):
        return "generator" if last == "generator" else "discriminator"
    return TONES[index % len(TONES)]


def _score_charts(scores: Sequence[Record]) -> list[str]:
    """Return a chart for each score that was taken at least twice during training."""
    charts = []
    for series in series_of(scores):
        by_step = {float(score["step"]): score for score in series if finite(score.get("step"))}
        if len(by_step) > 1:
            charts.append(_score_chart([by_step[step] for step in sorted(by_step)]))
    return charts


def _score_chart(series: Sequence[Record]) -> str:
    """Draw a score with its error as a shade and its floor dashed."""
    final = series[-1]
    errors = [number(score["error"]) if finite(score.get("error")) else None for score in series]
    steps, values = [number(score["step"]) for score in series], [number(score.get("value")) for score in series]
    levels = [Level("floor", number(final["floor"]))] if finite(final.get("floor")) else []
    title = title_of(str(final["metric"]), final.get("protocol"))
    title = f"{title}, {final['better']} is better" if final.get("better") else title
    return chart(title, [Curve("value", steps, values, "d", errors)], levels=levels)
