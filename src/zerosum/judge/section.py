"""The doctor's section of a report, as HTML."""

from html import escape
from pathlib import Path

from zerosum.judge.verdict import WELL, Evidence, Remedy, State, Verdict
from zerosum.judge.verdict_file import Examined
from zerosum.judge.words import after, headline, named, option, visit

TONES = dict.fromkeys(WELL, "well") | {State.TOO_EARLY: "young", State.UNKNOWN: "young"}
HEAD = ("measured", "value", "normal", "what it says")


def section(examination: Examined | None, *, run: Path, picture: str | None = None) -> str:
    """Return what `zerosum doctor` found: state, what is missing, remedies, evidence.

    Args:
        examination: what the run's doctor.json says; None where nobody looked yet, which is then said.
        run: the run folder.
        picture: the source of the picture that was drawn, if there is one.
    """
    if examination is None:
        return f'<p class="none">Nobody looked yet: run <code>{escape(visit(run))}</code>.</p>'
    verdict = examination.verdict
    return (
        f'<p class="verdict {TONES.get(verdict.state, "ill")}">{escape(headline(verdict))} '
        f"<small>{after(examination.step, examination.rounds)}</small></p>{_missing(verdict, picture)}"
        f"{_remedies(verdict.remedies)}{_evidence(verdict.evidence)}"
    )


def _missing(verdict: Verdict, picture: str | None) -> str:
    text = f"<p>Not made: {escape(named(verdict.missing))}.</p>" if verdict.missing else ""
    if picture is None:
        return text
    copies = verdict.state is State.MEMORISING
    caption = (
        "Samples, and below each row the training data they are nearest to" if copies else "Data that are not made"
    )
    figure = f'<img src="{picture}" alt="{caption}"><figcaption>{caption}</figcaption>'
    return f'{text}<figure class="film">{figure}</figure>'


def _remedies(remedies: tuple[Remedy, ...]) -> str:
    items = "".join(f"<li><code>{escape(option(each))}</code><br>{escape(each.why)}</li>" for each in remedies)
    return f'<p>To try, in this order:</p><ol class="remedies">{items}</ol>' if items else ""


def _evidence(evidence: tuple[Evidence, ...]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in HEAD)
    rows = "".join(
        f'<tr><th scope="row">{escape(each.name.replace("_", " "))}</th>'
        f'<td class="number" data-label="value"><b>{each.value:.3g}</b></td>'
        f'<td class="number" data-label="normal">{escape(each.normal)}</td><td>{escape(each.says)}</td></tr>'
        for each in evidence
    )
    table = f'<table class="scores"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f"<details><summary>evidence</summary>{table}</details>"
