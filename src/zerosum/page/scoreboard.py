"""The scores of a report, as HTML: those of the generator that the run keeps."""

import shlex
from collections.abc import Sequence
from html import escape
from pathlib import Path

import yaml

from zerosum.metrics.inception import title_of
from zerosum.metrics.sample_size import too_few
from zerosum.page.curves import Record, finite, number, series_of
from zerosum.page.explanations import explain
from zerosum.progress.numbers import rounded

WAY = ("quick", "moment")
"""Marks of scores that were taken on the way, of fewer samples."""


def current(scores: Sequence[Record], kept: int | None) -> list[Record]:
    """Return the last score of each metric and protocol of the generator that is kept, whose pictures are shown.

    Those that were taken on the way are left out where the same metric was taken of more samples afterwards.
    """
    mine = [score for score in scores if kept is None or score.get("step") == kept]
    last = [series[-1] for series in series_of(mine)]
    full = {score["metric"] for score in last if not _on_the_way(score)}
    return [score for score in last if score["metric"] not in full or not _on_the_way(score)]


def _on_the_way(score: Record) -> bool:
    return any(name in score for name in WAY)


def board(scores: Sequence[Record], run: Path, kept: int | None) -> str:
    """Return the table of `current` scores of a run, below the rounds that they are of."""
    last = current(scores, kept)
    if not last:
        of = f" of the generator of round {kept:,}" if scores and kept is not None else ""
        command = escape(shlex.join(("zerosum", "evaluate", str(run))))
        return f'<p class="none">No scores were taken{of} yet: run <code>{command}</code>.</p>'
    head = "".join(f'<th scope="col">{name}</th>' for name in ("score", "value", "floor", "better", "what it says"))
    return (
        f'{_few(last)}<p class="lead">{_of(last)}The floor is what real training data score against real test data, '
        "which is what a perfect generator would score. Where translations are compared with their targets, what the "
        'best guess without any learning scores stands there, with its name.</p><table class="scores"><thead>'
        f"<tr>{head}</tr></thead><tbody>{''.join(map(_score_row, last))}</tbody></table>"
    )


def _score_row(score: Record) -> str:
    name = str(score["metric"])
    title = escape(title_of(name, score.get("protocol")))
    error = score.get("error")
    value = f"<b>{number(score.get('value')):.4g}</b>" + (f" &plusmn; {error:.2g}" if finite(error) else "")
    if finite(score.get("spread")):
        value += f"<br><small>mean of {escape(str(score.get('repeats')))}, spread {score['spread']:.2g}</small>"
    at = f" at round {score['step']:,}" if finite(score.get("step")) else ""
    protocol = escape(yaml.safe_dump(rounded(score.get("protocol") or {}), sort_keys=False, allow_unicode=True).strip())
    return (
        f'<tr><th scope="row">{title}</th><td class="number" data-label="value">{value}</td>'
        f'<td class="number" data-label="floor">{_floor(score)}</td>'
        f'<td class="number" data-label="better">{escape(str(score.get("better", "")))}</td>'
        f"<td>{escape(explain(name))}<details><summary>protocol{at}</summary><pre>{protocol}</pre></details></td></tr>"
    )


def _floor(score: Record) -> str:
    """Return what real data get; of pairs, of which real data have none, what the best simple rival gets."""
    floor, rival = score.get("floor"), score.get("rival_value")
    if finite(floor):
        return f"{floor:.4g}"
    return f"{rival:.4g}<br><small>{escape(str(score.get('rival')))}</small>" if finite(rival) else "not known"


def _of(scores: Sequence[Record]) -> str:
    """Say which rounds' generators scores are of."""
    steps = sorted({int(score["step"]) for score in scores if finite(score.get("step"))})
    of = (
        f"the generator of round {steps[0]:,}" if len(steps) == 1 else "generators of several rounds, see each protocol"
    )
    return f"Of {of}. " if steps else ""


def _few(scores: Sequence[Record]) -> str:
    """Say where scores are of too few samples or reals to mean anything."""
    remark = next((few for score in scores if (few := too_few(score.get("protocol") or {}))), "")
    return f'<p class="verdict young">{escape(remark)}</p>' if remark else ""
