"""A verdict in words, for a terminal."""

import itertools
import shlex
from pathlib import Path

from zerosum.judge.verdict import GRAVE, OPEN, Evidence, Remedy, State, Verdict
from zerosum.progress.numbers import counted

MOST_NAMED = 12


def as_text(verdict: Verdict, run: Path | str, step: int, rounds: int | None = None) -> str:
    """Return a verdict as lines: state, evidence, what is missing, remedies; `step` and `rounds` as for `brief`."""
    parts = [f"{headline(verdict)}, {after(step, rounds)}", evidence_table(verdict.evidence)]
    if verdict.missing and verdict.state is not State.HEALTHY:
        parts.append(f"missing: {named(verdict.missing)}")
    if verdict.remedies:
        parts.append("try, in this order (each a new run, with another --out):\n" + remedy_lines(verdict.remedies))
    picture = Path(run) / "doctor.png"
    parts += [f"picture: {picture}"] if picture.exists() else []
    return "\n\n".join(part for part in parts if part)


def headline(verdict: Verdict) -> str:
    """Return the state and how sure it is; of what cannot be told yet, what is played or there, and what is needed."""
    if verdict.state is State.TOO_EARLY and verdict.evidence:
        young = verdict.evidence[0]
        return f"{verdict.state.value}: {counted(round(young.value), 'round')}; {young.says}"
    if verdict.state is State.UNKNOWN:
        return verdict.evidence[0].says if verdict.evidence else verdict.state.value
    return f"{verdict.state.value} (confidence {verdict.confidence:.0%})"


def brief(verdict: Verdict, step: int, rounds: int | None = None, *, remedy: bool = True) -> str:
    """Say a verdict in one line: the headline, the strongest evidence of an illness, and the first remedy.

    Args:
        verdict: to say.
        step: the round whose generator was looked at.
        rounds: played in all; None: as many.
        remedy: whether to say what would help.
    """
    text = f"verdict {after(step, rounds)}: {headline(verdict)}"
    if verdict.state not in OPEN:
        text += "".join(f"; {each.says}" for each in verdict.evidence[:1])
    return text + "".join(f"; try {option(each)}" for each in verdict.remedies[:1] if remedy)


def after(step: int, rounds: int | None = None) -> str:
    """Say which round a verdict is about: the last one, or an earlier one whose generator was the best and is kept."""
    if rounds is None or rounds <= step:
        return f"after round {step:,}"
    return f"on the best generator, of round {step:,} of {rounds:,}"


def ending(verdict: Verdict, run: Path, *, data_root: Path | None = None) -> str | None:
    """Say in one line that a run ended ill and what to type; None of one that did not.

    Args:
        verdict: at its end.
        run: its folder.
        data_root: where its data were looked for, where that was asked for.
    """
    if verdict.state in OPEN:
        return None
    text = f"{run} ended {'ill, ' if verdict.state in GRAVE else ''}{verdict.state.value}"
    return text + "".join(f"; try {command(remedy, run, data_root=data_root)}" for remedy in verdict.remedies[:1])


def command(remedy: Remedy, run: Path, *, data_root: Path | None = None) -> str:
    """Return the command that plays a run's recipe, changed by a remedy, in a folder of its own."""
    names = (run.with_name(f"{run.name}-{number}") for number in itertools.count(2))
    out = next(path for path in names if not path.exists())
    root = () if data_root is None else ("--data-root", str(data_root))
    words = ("zerosum", "train", str(run / "recipe.yaml"), "--out", str(out), *root)
    return f"{shlex.join(words)} {option(remedy)}"


def visit(run: Path) -> str:
    """Return the command that examines a run."""
    return shlex.join(("zerosum", "doctor", str(run)))


def named(missing: tuple[str, ...]) -> str:
    """Return the first names, and how many more there are."""
    more = len(missing) - MOST_NAMED
    return ", ".join(missing[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def evidence_table(evidence: tuple[Evidence, ...]) -> str:
    """Return aligned lines: measurement, value, normal range, what it says."""
    rows = [("measured", "value", "normal", "says")]
    rows += [(each.name, f"{each.value:.3g}", each.normal, each.says) for each in evidence]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines) if evidence else ""


def remedy_lines(remedies: tuple[Remedy, ...]) -> str:
    """Return the remedies, numbered, each as words that can be pasted behind a `zerosum train` command."""
    return "\n".join(f"  {number}. {option(each)}  ({each.why})" for number, each in enumerate(remedies, 1))


def option(remedy: Remedy) -> str:
    """Return the words of a remedy: `--crops`, `--set a=1 b=2`, quoted for a shell where it needs it."""
    settings = ("--set", *remedy.settings) if remedy.settings else ()
    return shlex.join((*remedy.options, *settings))
