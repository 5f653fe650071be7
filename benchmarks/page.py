"""Make docs/results.md and the result tables of both READMEs from the committed results: no number is typed by hand.

python benchmarks/page.py
"""

import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import common
import toys

ROOT = common.HERE.parent
MISSING = {"en": "not measured yet", "zh": "尚未测量"}
DEMO = ("classes", "cas", "coverage", "label_accuracy")
Rows = list[tuple[str, str, str]]
"""What in English, what in Chinese, the result."""


def main() -> None:
    rows = list(summary())
    for name, language in (("README.md", "en"), ("README.zh-CN.md", "zh")):
        fill(ROOT / name, table(rows, language))
    (ROOT / "docs" / "results.md").write_text(page(rows))


def summary() -> Iterator[tuple[str, str, str | None]]:
    """Yield one row for each target of the first issue."""
    yield ("`make demo`, 8x8 digits with labels, 3 seeds", "`make demo`：带标签的 8x8 数字，3 个种子", demo())
    yield ("`gan` on a 1-D normal density, 3 seeds", "`gan` 学习一维正态分布，3 个种子", gaussian())
    for data in ("mnist", "fashion-mnist"):
        for minutes in (10, 20):
            what = f"{data}, no labels, {60 * minutes:,} CPU seconds: Frechet distance"
            yield (what, f"{data}，无标签，{60 * minutes:,} CPU 秒：Fréchet 距离", image(f"{data}-{minutes}", "fd"))
    yield ("mnist with labels: label accuracy", "mnist，有标签：标签准确率", image("mnist-labels-5", "label_accuracy"))
    for toy in toys.TOYS:
        what = f"{toy}, all systems, 3 seeds: who finds every mode"
        yield (what, f"{toy}，所有系统，3 个种子：找到所有峰的系统", modes(toy))
    yield ("20 kills at random moments, resumed each time", "随机时刻强行终止 20 次，每次继续", kills())
    yield (
        "the tutorials' pair and rule on mnist: Frechet distance",
        "教程的网络和训练方法，mnist：Fréchet 距离",
        tutorial(),
    )


def demo() -> str | None:
    """Return the demo's scores: median and range over the seeds, the first of which is that of `make demo`."""
    if (result := common.read("demo")) is None:
        return None
    seconds = statistics.median(run["train_seconds"] for run in result["runs"])
    found = [f"{name} {spread([run['scores'][name]['value'] for run in result['runs']])}" for name in DEMO]
    return f"{', '.join(found)}; trained in {seconds:.0f} s"


def spread(values: list[float]) -> str:
    """Return median, least and greatest, or the one value that all share."""
    if min(values) == max(values):
        return show(values[0])
    return f"{statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def gaussian() -> str | None:
    """Return the worst seed's distances."""
    if (result := common.read("gaussian")) is None:
        return None
    even, data, w1 = (
        max(run[name] for run in result["runs"])
        for name in ("mean_abs_d_minus_half", "mean_abs_d_minus_half_over_data", "w1_in_sigma")
    )
    half = f"mean \\|D - 1/2\\| <= {data:.3f} over the data, {even:.3f} evenly over +-3 sigma"
    return f"{half}; W1 <= {w1:.3f} sigma"


def image(stem: str, metric: str) -> str | None:
    """Return one score of a run of `images.py`, and what real data reach."""
    if (result := common.read(f"{stem}-cpu-minutes-seed-0")) is None:
        return None
    score = result["scores"][metric]
    used = f"after {result['trained']['cpu_seconds']:,.0f} CPU s"
    return f"{score['value']:.4g} (real data {score['floor']:.3g}) {used}"


def modes(toy: str) -> str | None:
    """Return the systems that find every mode in every seed, with their least share of good samples."""
    if (result := common.read("toys")) is None:
        return None
    rows = [row for row in result["table"] if row["data"] == toy and row["modes"][1] == toys.TOYS[toy]]
    rows.sort(key=lambda row: -row["high_quality"][0])
    return ", ".join(f"{row['system']} {row['high_quality'][0]:.0%}" for row in rows) or "none"


def kills() -> str | None:
    """Return whether everything was equal."""
    if (result := common.read("kill")) is None:
        return None
    equal = all(result[key] for key in ("state_equal", "generator_equal", "log_equal"))
    return "weights, averages, optimisers and log equal bit for bit" if equal else "NOT equal"


def tutorial() -> str | None:
    """Return the tutorial pair's score."""
    if (result := common.read("tutorial")) is None:
        return None
    trained = result["trained"]
    return (
        f"{result['scores']['fd']['value']:.4g} after {trained['step']:,} rounds, {trained['cpu_seconds']:,.0f} CPU s"
    )


def table(rows: list[Any], language: str) -> str:
    """Return the summary as a Markdown table in one language."""
    head = {"en": "| what | result |", "zh": "| 内容 | 结果 |"}[language]
    column = {"en": 0, "zh": 1}[language]
    lines = [f"| {row[column]} | {row[2] or MISSING[language]} |" for row in rows]
    return "\n".join([head, "| --- | --- |", *lines])


def fill(path: Path, content: str) -> None:
    """Replace what stands between the markers of a file."""
    before, _, rest = path.read_text().partition("<!-- results -->")
    _, _, after = rest.partition("<!-- /results -->")
    path.write_text(f"{before}<!-- results -->\n{content}\n<!-- /results -->{after}")


def page(rows: list[Any]) -> str:
    """Return docs/results.md."""
    parts = ["# Results", "", INTRODUCTION, "", table(rows, "en"), ""]
    for path in sorted(common.RESULTS.glob("*.json")):
        result = common.read(path.stem) or {}
        parts += [f"## {path.stem}", "", f"`{result['command']}`, {result['date']}, {result['machine']}", ""]
        parts += details(path.stem, result)
        if (common.PICTURES / f"{path.stem}.png").exists():
            parts += [f"![{path.stem}](../benchmarks/pictures/{path.stem}.png)", ""]
    return "\n".join(parts).rstrip() + "\n"


def details(name: str, result: dict[str, Any]) -> list[str]:
    """Return the lines of one result: its table of modes, its scores, or its values."""
    if name == "toys":
        return [toys.markdown(result["table"]), ""]
    found = result.get("runs", [result])
    lines = []
    for run in found:
        flat = {
            key: value for key, value in run.items() if isinstance(value, int | float) and not isinstance(value, bool)
        }
        flat |= run.get("trained", {})
        flat |= {key: run[key] for key in ("state_equal", "generator_equal", "log_equal") if key in run}
        flat |= {key: score["value"] for key, score in run.get("scores", {}).items()}
        lines.append("- " + ", ".join(f"{key} {show(value)}" for key, value in flat.items() if key != "threads"))
    return [*lines, ""]


def show(value: Any) -> str:
    """Return a value with four significant digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


INTRODUCTION = """This page is made by `python benchmarks/page.py` from the files in `benchmarks/results`, each of them
written by the command that it names. Distances are in the features of a small classifier of the same data: they are not
the FID of papers and compare only with each other. CPU seconds are those of the training process on shared cores; where
other programs run beside it they buy less. Targets that are missed are shown as they are."""


if __name__ == "__main__":
    main()
