"""The rows of the summary about training: the demo, densities, images, kills, the tutorials' pair."""

import statistics
from collections.abc import Iterator
from typing import Any

import toys
from common import Row, read, show

OWN_ZH = "自己的文件夹，按默认命令训练，对照按论文取值的 r1gan：Fréchet 距离"
FORECAST_ZH = "预测：每个测得的结果由其余结果预测，误差在 1.5 倍以内"
DEMO = ("classes", "cas", "coverage", "label_accuracy")


def rows() -> Iterator[Row]:
    """Yield one row for each target."""
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
    for data, seconds in (("digits", 60), ("mnist", 300)):
        yield (
            f"{data}, every system as it is typed, {seconds} CPU seconds: Frechet distance (coverage)",
            f"{data}，每个系统按默认命令训练 {seconds} CPU 秒：Fréchet 距离（覆盖率）",
            typed(data),
        )
    yield ("own folders as they are typed, against r1gan as published: Frechet distance", OWN_ZH, own_folders())
    yield ("the forecast: measured runs foretold by the others, within a factor of 1.5", FORECAST_ZH, forecasts())
    yield ("20 kills at random moments, resumed each time", "随机时刻强行终止 20 次，每次继续", kills())
    yield (
        "the tutorials' pair and rule on mnist: Frechet distance",
        "教程的网络和训练方法，mnist：Fréchet 距离",
        tutorial(),
    )


def demo() -> str | None:
    """Return the demo's scores: median and range over the seeds, the first of which is that of `make demo`."""
    if (result := read("demo")) is None:
        return None
    seconds = statistics.median(run["cpu_seconds"] for run in result["runs"])
    lines = [f"{name} {spread([run['scores'][name]['value'] for run in result['runs']])}" for name in DEMO]
    return f"{', '.join(lines)}; trained in {seconds:.0f} CPU s"


def spread(values: list[float]) -> str:
    """Return median, least and greatest, or the one value that all share."""
    if min(values) == max(values):
        return show(values[0])
    return f"{statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def gaussian() -> str | None:
    """Return the worst seed's distances."""
    if (result := read("gaussian")) is None:
        return None
    even, data, w1 = (
        max(run[name] for run in result["runs"])
        for name in ("mean_abs_d_minus_half", "mean_abs_d_minus_half_over_data", "w1_in_sigma")
    )
    half = f"mean \\|D - 1/2\\| <= {data:.3f} over the data, {even:.3f} evenly over +-3 sigma"
    return f"{half}; W1 <= {w1:.3f} sigma"


def image(stem: str, metric: str) -> str | None:
    """Return one score of a run of `images.py`, and what real data reach."""
    if (result := read(f"{stem}-cpu-minutes-seed-0")) is None:
        return None
    score = result["scores"][metric]
    used = f"after {result['trained']['cpu_seconds']:,.0f} CPU s"
    return f"{score['value']:.4g} (real data {score['floor']:.3g}) {used}"


def modes(toy: str) -> str | None:
    """Return the systems that find every mode in every seed, with their least share of good samples."""
    if (result := read("toys")) is None:
        return None
    rows = [row for row in result["table"] if row["data"] == toy and row["modes"][1] == toys.TOYS[toy]]
    rows.sort(key=lambda row: -row["high_quality"][0])
    return ", ".join(f"{row['system']} {row['high_quality'][0]:.0%}" for row in rows) or "none"


def typed(data: str) -> str | None:
    """Return distance and coverage of every system by its default values, medians over the seeds, the best first."""
    if (result := read(f"defaults-{data}")) is None:
        return None
    rows = [row for row in result["table"] if not row["as_published"] and "fd" in row]
    rows.sort(key=lambda row: row["fd"])
    line = ", ".join(f"{row['system']} {row['fd']:.3g} ({row['coverage']:.2f})" for row in rows)
    return f"{line}; classes found: {min(row['classes_worst'] for row in rows):.0f} of 10 or more; {seeds(rows)}"


def seeds(rows: list[dict[str, Any]]) -> str:
    """Return how many seeds the rows are of."""
    least = min(row["seeds"] for row in rows)
    return f"{least} seed{'s' if least > 1 else ''}"


CLOCKS = {"wall": "minutes", "cpu": "CPU minutes"}


def own_folders() -> str | None:
    """Return how near own folders come to their data, and how near r1gan comes as published, in the same minutes."""
    if (result := read("own-folders")) is None:
        return None
    return "; ".join(
        f"{row['set']}, {row['minutes']:g} {CLOCKS[row['clock']]}: {row['as typed, fd in imagenet']:.3g} against "
        f"{row['r1gan as published, fd in imagenet']:.3g}"
        for row in result["table"]
        if "times nearer" in row
    )


def forecasts() -> str | None:
    """Return the share that was foretold well, with other runs as long at hand and without."""
    if (result := read("forecasts")) is None:
        return None
    ways = {"itself": "all other runs at hand", "its length": "none as long at hand"}
    return "; ".join(
        f"{words}: {each['within 1.5']:.0%} of {each['runs']} (median {each['median factor']:.2f}, worst "
        f"{each['worst factor']:.2f})"
        for way, words in ways.items()
        if (each := result["summary"][way])["runs"]
    )


def kills() -> str | None:
    """Return whether everything was equal."""
    if (result := read("kill")) is None:
        return None
    equal = all(result[key] for key in ("state_equal", "generator_equal", "log_equal"))
    return "weights, averages, optimisers and log equal bit for bit" if equal else "NOT equal"


def tutorial() -> str | None:
    """Return the tutorial pair's score."""
    if (result := read("tutorial")) is None:
        return None
    trained = result["trained"]
    return (
        f"{result['scores']['fd']['value']:.4g} after {trained['step']:,} rounds, {trained['cpu_seconds']:,.0f} CPU s"
    )
