"""The rows of the summary about games with more structure, and about steering a generator."""

from collections.abc import Iterator
from typing import Any

import common
from common import Row, read

STROKES = ("slant", "stroke_width")
EDIT = 0.5
"""The strength of an edit up to which labels are counted."""


def rows() -> Iterator[Row]:
    """Yield one row for each target."""
    yield (
        "`infogan` on mnist without labels: test images that its category labels, 3 seeds",
        "`infogan`，mnist，无标签：其类别编码正确标注的测试图像，3 个种子",
        infogan(),
    )
    for data in ("mnist", "cifar10-jpg"):
        for name, minutes in (("lapgan-2-cpu-minutes", 2), ("lapgan", 10)):
            english = (
                f"`lapgan` on {data} at 32x32, {minutes} CPU minutes, against one game of equal parameters and time"
            )
            chinese = f"`lapgan`，{data}，32x32，{minutes} CPU 分钟：对比参数和时间相同的单个博弈"
            yield (english, chinese, pyramid(name, data))
    for data in ("mnist", "fashion-mnist"):
        english = f"{data}, three ways to tell D the label, 2 CPU minutes, 3 seeds: label accuracy"
        yield (english, f"{data}，三种告知判别器标签的方式，2 CPU 分钟，3 个种子：标签准确率", conditional(data))
    yield (
        "faces: sunglasses - open eyes + another face, judged by a classifier",
        "人脸：墨镜 - 睁眼 + 另一张脸，由分类器判断",
        arithmetic(),
    )
    yield ("inversion of mnist digits that no training saw", "反演训练未见过的 mnist 数字", inversion())
    for name, rounds in (("packed", "5,000"), ("packed-long", "20,000")):
        for kind, chinese in (("weak", "弱"), ("usual", "常规")):
            english = f"25-grid, a {kind} discriminator, {rounds} rounds, 3 seeds: modes found (good samples)"
            yield (
                english,
                f"25-grid，{chinese}判别器，{rounds} 轮，3 个种子：找到的峰（优质样本）",
                packed(name, kind),
            )


def infogan() -> str | None:
    """Return the accuracies, and the correlations of each continuous code with what it turned out to mean."""
    if (result := read("infogan")) is None:
        return None
    shares = ", ".join(f"{run['test_accuracy']:.1%}" for run in result["runs"])
    return f"{shares}; strongest correlation {strokes(result['runs'])}"


def strokes(runs: list[dict[str, Any]]) -> str:
    """Return, of each measure, the largest |r| with a code, for each seed."""
    said = []
    for measure in STROKES:
        largest = (max(abs(code[measure][0]) for code in run["correlation"].values()) for run in runs)
        said.append(f"with {measure.replace('_', ' ')} {', '.join(f'{r:.2f}' for r in largest)}")
    return "; ".join(said)


def pyramid(name: str, data: str) -> str | None:
    """Return the patch distances, the finest octave first, and the Frechet distance of both."""
    runs = [run for run in (read(name) or {"runs": []})["runs"] if run["data"] == data]
    if len(runs) < 2:
        return None
    said = []
    for run in runs:
        octaves = " and ".join(f"{run['by_octave'][side]:.1f}" for side in sorted(run["by_octave"], key=int)[::-1])
        said.append(f"{run['kind']}: octaves {octaves}, FD {run['fd']:.3g}")
    return "; ".join(said)


def conditional(data: str) -> str | None:
    """Return the accuracy of each way: median and range."""
    entries = [row for row in (read("conditional") or {"table": []})["table"] if row["data"] == data]
    said = [
        f"{row['way']} {shares(row['label_accuracy'])}, FD within classes {row['fd_within'][0]:.3g}" for row in entries
    ]
    return "; ".join(said) or None


def shares(values: list[float]) -> str:
    """Return a median of shares and its range."""
    middle, low, high = (f"{value:.1%}" for value in values)
    return f"{middle} ({low} to {high})"


def arithmetic() -> str | None:
    """Return, of each way that was tried, how often the eyes changed and the pose stayed."""
    names = sorted(path.stem for path in common.RESULTS.glob("arithmetic-faces-*.json"))
    if not names or (result := read(names[-1])) is None:
        return None
    said = []
    for way, entry in result["ways"].items():
        outcome = entry["outcome"]
        said.append(f"{way.replace('_', ' ')}: changed {outcome['changed']:.0%}, pose kept {outcome['kept']:.0%}")
    return "; ".join(said)


def inversion() -> str | None:
    """Return the median error, and how often the label stays."""
    names = sorted(path.stem for path in common.RESULTS.glob("inversion-*.json"))
    if not names or (result := read(names[-1])) is None:
        return None
    error = f"median PSNR {result['psnr']['median']:.1f} dB on {result['images']} images"
    kept = [f"{name} {edited(rows)}" for name, rows in result["edits"].items()]
    return f"{error}; label kept when edited: {', '.join(kept)}"


def edited(rows: list[dict[str, float]]) -> str:
    """Return the least share of labels kept, over the strengths up to a half either way."""
    return f"{min(row['label_kept'] for row in rows if abs(row['strength']) <= EDIT):.0%}"


def packed(name: str, kind: str) -> str | None:
    """Return the modes that each entrant finds, and its share of good samples."""
    entries = [row for row in (read(name) or {"table": []})["table"] if row["discriminator"] == kind]
    said = []
    for row in entries:
        middle, low, high = (f"{value:.0f}" for value in row["modes"])
        modes = middle if low == high else f"{middle} ({low} to {high})"
        said.append(f"{row['entrant']}: {modes} ({row['high_quality'][0]:.0%})")
    return "; ".join(said) or None
