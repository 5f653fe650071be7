"""The rows of the summary about speed: rivals, the machine's limit, time to quality, penalties, overhead, processes."""

from collections.abc import Iterator
from typing import Any

from common import Row, read

RIVALS = {"keras": "Keras", "plain": "plain PyTorch", "torchgan": "TorchGAN"}


def rows() -> Iterator[Row]:
    """Yield one row for each target."""
    yield (
        "the tutorials' networks and rule, batch 128, images a CPU second: times a rival's",
        "教程的网络和训练方法，批量 128，每 CPU 秒图像数：相对于对手的倍数",
        rivals(),
    )
    yield (
        "share of the machine's best matrix-product rate, a whole round",
        "一整轮达到本机矩阵乘法最高速率的比例",
        limit(),
    )
    yield (
        "mnist: how much sooner than the plain loop's best of 15 CPU minutes",
        "mnist：比普通循环 15 CPU 分钟的最好结果早多少",
        sooner(),
    )
    yield ("R1 and R2: a whole round with them over one without", "R1 和 R2：带惩罚与不带惩罚的一轮之比", penalties())
    yield ("the trainer beside the networks' arithmetic", "训练器在网络计算之外的开销", overhead())
    yield ("`compile: true`: times faster", "`compile: true`：加速倍数", compiled())
    yield ("two gloo processes: DDP's time over ours", "两个 gloo 进程：DDP 用时与我们的比", processes())
    yield ("start-up, seconds", "启动时间，秒", startup())


def spread(figure: dict[str, float], least: str = "least", most: str = "most", form: str = ".2f") -> str:
    """Return a median and its range."""
    return f"{figure['median']:{form}} ({figure[least]:{form}} to {figure[most]:{form}})"


def rivals() -> str | None:
    """Return the ratio to each rival that ran."""
    if (result := read("speed")) is None:
        return None
    ratios = result["times_ours"]
    return ", ".join(f"{title} {spread(ratios[name])}" for name, title in RIVALS.items() if name in ratios)


def limit() -> str | None:
    """Return the share of each pair."""
    if (result := read("limit")) is None:
        return None
    return ", ".join(f"{name} {pair['share']['median']:.0%}" for name, pair in result["pairs"].items())


def sooner() -> str | None:
    """Return how many times sooner, and what was reached by then and later."""
    if (result := read("time-to-quality")) is None or result.get("times_sooner") is None:
        return None
    ours = ", ".join(f"{run['fd']:.3g} at {run['budget']} s" for run in result["ours"])
    return f"{result['times_sooner']:.0f} times (Frechet distance {result['plain_best']:.0f}); ours {ours}"


def penalties() -> str | None:
    """Return the ratios of the exact penalties on every step, and of the lazy ones."""
    if (result := read("penalties-cost")) is None:
        return None
    names = ("R1 and R2", "R1 and R2, every 16th")
    lines = [
        f"{pair}: {name} {spread(ratios[name])}"
        for pair, ratios in result["pairs"].items()
        for name in names
        if name in ratios
    ]
    return "; ".join(lines)


def overhead() -> str | None:
    """Return the overhead of each recipe."""
    return by_name("overhead", lambda row: f"{row['overhead']:.1%}")


def compiled() -> str | None:
    """Return how much faster each recipe is compiled."""
    return by_name("compile", lambda row: spread(row["eager_over_compiled"], "low", "high"))


def startup() -> str | None:
    """Return the seconds of each command."""
    return by_name("startup", lambda row: f"{row['seconds']:.2f}")


def by_name(name: str, said: Any) -> str | None:
    """Return what is said of each entry of a result's `results`."""
    if (result := read(name)) is None:
        return None
    return ", ".join(f"{entry} {said(row)}" for entry, row in result["results"].items())


def processes() -> str | None:
    """Return the ratio on the clock and in CPU time."""
    if (result := read("ddp")) is None:
        return None
    wall, cpu = (spread(result["ddp_over_ours"][clock], "low", "high") for clock in ("wall", "cpu"))
    return f"{wall} on the clock, {cpu} in CPU time"
