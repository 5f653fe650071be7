"""Make docs/results.md and the result tables of both READMEs from the committed results: no number is typed by hand.

python benchmarks/page.py
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import agreement
import common
import spoilt
import summary_judgement
import summary_speed
import summary_structure
import summary_training
import summary_translation
import toys
from common import show

ROOT = common.HERE.parent
FACTS = ("command", "date", "machine", "threads")
MISSING = {"en": "not measured yet", "zh": "尚未测量"}


def main() -> None:
    parts = (summary_training, summary_judgement, summary_speed, summary_structure, summary_translation)
    rows = list(chain.from_iterable(part.rows() for part in parts))
    for name, language in (("README.md", "en"), ("README.zh-CN.md", "zh")):
        fill(ROOT / name, table(rows, language))
    (ROOT / "docs" / "results.md").write_text(page(rows), encoding="utf-8")


def table(rows: list[common.Row], language: str) -> str:
    """Return the summary as a Markdown table in one language."""
    head = {"en": "| what | result |", "zh": "| 内容 | 结果 |"}[language]
    column = {"en": 0, "zh": 1}[language]
    lines = [f"| {row[column]} | {row[2] or MISSING[language]} |" for row in rows]
    return "\n".join([head, "| --- | --- |", *lines])


def fill(path: Path, content: str) -> None:
    """Replace what stands between the markers of a file."""
    before, _, rest = path.read_text(encoding="utf-8").partition("<!-- results -->")
    _, _, after = rest.partition("<!-- /results -->")
    path.write_text(f"{before}<!-- results -->\n{content}\n<!-- /results -->{after}", encoding="utf-8")


def page(rows: list[common.Row]) -> str:
    """Return docs/results.md."""
    parts = ["# Results", "", INTRODUCTION, "", table(rows, "en"), ""]
    for path in sorted(common.RESULTS.glob("*.json")):
        result = common.read(path.stem) or {}
        parts += [f"## {path.stem}", "", f"`{result['command']}`, {result['date']}, {result['machine']}", ""]
        parts += details(path.stem, result)
        for picture in pictures(path.stem):
            parts += [f"![{picture}](../benchmarks/pictures/{picture}.png)", ""]
    return "\n".join(parts).rstrip() + "\n"


def pictures(name: str) -> list[str]:
    """Return the names of a result's pictures: its own, and more after a hyphen unless they are another result's."""
    others = [path.stem for path in common.RESULTS.glob(f"{name}-*.json")]
    stems = [path.stem for path in sorted(common.PICTURES.glob(f"{name}*.png"))]
    own = [stem for stem in stems if stem == name or stem.startswith(f"{name}-")]
    return [stem for stem in own if not any(stem == other or stem.startswith(f"{other}-") for other in others)]


def details(name: str, result: dict[str, Any]) -> list[str]:
    """Return the lines of one result: its table of modes, its scores, or its values."""
    if name == "toys":
        return [toys.markdown(result["table"]), ""]
    if name == "doctor":
        return [f"{result['made']} runs: the confusion tables are on [the doctor's page](how-to/doctor.md).", ""]
    if name == "spoilt":
        return [spoilt.tables(result), ""]
    if name == "agreement":
        return agreement.markdown(result)
    if name == "guard":
        return [*guarded(result["runs"]), ""]
    lines = []
    for run in measured(result):
        flat = {
            key: value
            for key, value in run.items()
            if key not in FACTS and isinstance(value, int | float | str) and not isinstance(value, bool)
        }
        flat |= run.get("trained", {})
        flat |= {key: run[key] for key in ("state_equal", "generator_equal", "log_equal") if key in run}
        flat |= figures(run.get("scores", {}))
        lines.append("- " + ", ".join(f"{key} {show(value)}" for key, value in flat.items()))
    return [*lines, ""]


def figures(scores: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return scores by name: numbers, what holds one as "value", and those of each features under their name."""
    figures_by_name: dict[str, Any] = {}
    for name, score in scores.items():
        if not isinstance(score, dict):
            figures_by_name[prefix + name] = score
        elif "value" in score:
            figures_by_name[prefix + name] = score["value"]
        else:
            figures_by_name |= figures(score, f"{name} ")
    return figures_by_name


def measured(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a result holds of single runs: a list of them, the entries of a race, or the result itself."""
    return list(result.get("runs", result.get("entries", [result])))


def guarded(runs: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each way to fail and seed."""
    for name, rows in runs.items():
        for row in rows:
            alone, guarded = row["without"]["fd"], row["with"]["fd"]
            remedies = "; ".join(" ".join(rescue["settings"]) for rescue in row["with"]["rescues"])
            yield f"- {name}, seed {row['seed']}: fd {show(alone)} alone, {show(guarded)} with the guard ({remedies})"


INTRODUCTION = """This page is made by `python benchmarks/page.py` from the files in `benchmarks/results`, each of them
written by the command that it names. Where a result does not say otherwise, distances are in the features of a small
classifier of the same data, or in pixels where there are no labels, as all were before there were `imagenet` features:
they are not the FID of papers and compare only with each other. CPU seconds are those of the training process on shared
cores; where other programs run beside it they buy less. Targets that are missed are shown as they are."""


if __name__ == "__main__":
    main()
