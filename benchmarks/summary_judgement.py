"""The rows of the summary about judging: agreement, speed, the doctor, the guard, modes, the race, synthetic data."""

import math
from collections.abc import Iterator
from typing import Any

import spoilt
from common import Row, read

CONTESTS = {
    "frechet": ("scipy", "Frechet distance"),
    "cross": ("scipy", "Frechet distance of known moments"),
    "manifolds": ("prdc", "precision, recall, density, coverage"),
}
LABELS = (20, 100)


def rows() -> Iterator[Row]:
    """Yield one row for each target."""
    for contest, (rival, what) in CONTESTS.items():
        english = f"{what}, 10,000 x 10,000 x 2,048: against {rival}"
        yield (english, f"{what}，10,000 x 10,000 x 2,048：对比 {rival}", speed(contest, rival))
    yield (
        "real images spoilt in ten ways, five data sets: steps in which the distance grows with the fault",
        "以十种方式破坏的真实图像，五个数据集：距离随损坏程度增大的步数",
        seen(),
    )
    yield (
        "twenty runs ranked: agreement with judges built on other features (rank correlation)",
        "二十次训练的排名：与基于其他特征的评判的一致性（秩相关）",
        ranks(),
    )
    yield (
        "`zerosum evaluate`, 10,000 samples of 32x32, all metrics, a run with labels",
        "`zerosum evaluate`，10,000 个 32x32 样本，全部指标，带标签的训练",
        cost(),
    )
    yield ("the doctor on 33 runs it had never seen", "医生诊断 33 个从未见过的训练", doctor())
    yield ("`--guard` on digits, two ways to fail, 10 seeds each", "`--guard`：两种失败方式，各 10 个种子", guard())
    for system in ("r3gan", "dcgan"):
        yield (
            f"Stacked MNIST, `{system}`, 25,600 samples",
            f"Stacked MNIST，`{system}`，25,600 个样本",
            stacked(system),
        )
    yield (
        "race of ten systems on mnist, 2 CPU minutes each, 3 seeds: median Frechet distance",
        "十个系统在 mnist 上的比赛，每个 2 CPU 分钟，3 个种子：Fréchet 距离中位数",
        race(),
    )
    for labels in LABELS:
        english = f"fashion-mnist, {labels} labels a class: what generated images add to a classifier"
        yield (english, f"fashion-mnist，每类 {labels} 个标签：生成图像对分类器的帮助", augment(labels))


def seen() -> str | None:
    """Return how many steps the distances see in each kind of features, over all data sets."""
    if (result := read("spoilt")) is None:
        return None
    said = []
    for name in ("imagenet", "patches", "pixels"):
        counts = [spoilt.summary(entry["spaces"][name]) for entry in result["sets"].values()]
        grows, outside = (sum(count[key] for count in counts) for key in ("kd grows", "coverage"))
        faults, steps = 10 * len(counts), 30 * len(counts)
        said.append(f"{name} {grows} of {steps}, coverage sees {outside} of {faults} strong faults")
    return "; ".join(said)


def ranks() -> str | None:
    """Return the rank correlation of the distance that leads, and of the same in pixels."""
    if (result := read("agreement")) is None:
        return None
    said = []
    for data, entry in result["sets"].items():
        leads, alike = entry["leads"], entry["correlation"]
        ours, pixels = (
            [f"{alike[space][judge][leads]:.2f}" for judge in result["judges"]] for space in ("imagenet", "pixels")
        )
        judges = " and ".join(result["judges"])
        said.append(f"{data}: {leads} {' and '.join(ours)} with {judges}; in pixels {' and '.join(pixels)}")
    return "; ".join(said)


def cost() -> str | None:
    """Return the seconds of a first and a second call."""
    if (result := read("evaluate-speed")) is None:
        return None
    first, second = (result["calls"][f"now, {call}"]["cpu_seconds"][0] for call in ("first", "second"))
    alone = result["features_alone"]
    return (
        f"first call {first:.0f} CPU s, second {second:.0f}; features of {alone['images']:,} images alone "
        f"{alone['seconds']:.0f} s on {alone['threads']} threads"
    )


def speed(contest: str, rival: str) -> str | None:
    """Return how much faster ours is, and the memory of both."""
    if (result := read("metrics-speed")) is None:
        return None
    entry = result[contest]
    wall, cpu = (entry[f"times_faster_in_{clock}"] for clock in ("seconds", "cpu_seconds"))
    own, other = (entry[name]["peak_mib"]["median"] for name in ("zerosum", rival))
    times = (
        f"{wall['median']:.1f} times faster ({wall['min']:.1f} to {wall['max']:.1f}), {cpu['median']:.1f} in CPU time"
    )
    return f"{times}; peak memory {own:,.0f} MiB, {rival} {other:,.0f} MiB"


def doctor() -> str | None:
    """Return the shares of right verdicts."""
    if (result := read("doctor")) is None:
        return None
    figures = result["doctor"]["odd"]["summary"]
    healthy = f"healthy or ill right {figures['healthy_or_ill_right']:.0%}"
    illness = f"right illness {figures['right_illness']:.0%}"
    return f"{healthy}, {illness}, healthy called collapsed {figures['healthy_called_collapsed']}"


def guard() -> str | None:
    """Return how many seeds were ill without the guard and well with it."""
    if (result := read("guard")) is None:
        return None
    said = [f"{name}: {row['rescued']} of {row['ill_without']} rescued" for name, row in result["summary"].items()]
    return "; ".join(said)


def stacked(system: str) -> str | None:
    """Return the modes, and the divergence from the uniform histogram over them."""
    if (result := read(f"stacked-{system}-15-cpu-minutes-seed-0")) is None:
        return None
    last = result["trained"]
    modes = f"{last['stacked_modes']:.0f} of 1,000 modes"
    return f"{modes}, KL {last['stacked_kl']:.3f} after {last['cpu_seconds']:,.0f} CPU s"


def race() -> str | None:
    """Return the systems in the order of their medians."""
    if (result := read("race-mnist-2-cpu-minutes")) is None:
        return None
    return ", ".join(f"{row['name']} {number(row['median'])}" for row in result["standing"]["rows"])


def number(value: float | None) -> str:
    """Return a distance, or what stands for one that could not be taken."""
    return "failed" if value is None or not math.isfinite(value) else f"{value:.3g}"


def augment(labels: int) -> str | None:
    """Return what generated images add alone and on top of standard augmentation, in percentage points."""
    if (result := read(f"augment-fashion-mnist-{labels}-labels")) is None:
        return None
    differences: dict[str, Any] = result["differences"]
    pairs = (("generated - real", "over real images alone"), ("both - standard", "over standard augmentation"))
    return "; ".join(f"{points(differences[pair])} {words}" for pair, words in pairs)


def points(difference: dict[str, float]) -> str:
    """Return a difference with its interval in percentage points."""
    return f"{100 * difference['mean']:+.1f} ({100 * difference['low']:+.1f} to {100 * difference['high']:+.1f}) points"
