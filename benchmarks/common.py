"""What every benchmark shares: where results go, and the facts that make a number worth keeping."""

import json
import os
import platform
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import numpy
import torch

import zerosum

HERE = Path(__file__).parent
RESULTS, PICTURES = HERE / "results", HERE / "pictures"
Row = tuple[str, str, str | None]
"""Of a summary: what, in English and in Chinese, and the result, None where it has not been measured."""


def facts() -> dict[str, Any]:
    """Return machine, versions, date and the command that is running."""
    return {
        "command": command(),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()} {processor()}, {os.cpu_count()} cores (shared), {platform.system()}",
        "versions": {
            "zerosum": zerosum.__version__,
            "torch": torch.__version__,
            "numpy": numpy.__version__,
            "python": platform.python_version(),
        },
        "threads": torch.get_num_threads(),
    }


ELSEWHERE = ("--keep", "--data-root", "--before")
"""Options that name folders of one machine: they have no part in the result."""


def command() -> str:
    """Return the running command without the folders of this machine: of other paths, the last two parts."""
    words = list(sys.argv[1:])
    for option in ELSEWHERE:
        if option in words:
            at = words.index(option)
            del words[at : at + 2]
    words = [str(Path(*Path(word).parts[-2:])) if Path(word).is_absolute() else word for word in words]
    return " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *words])


def processor() -> str:
    """Return the processor's name, as far as the system tells."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def write(name: str, content: dict[str, Any]) -> Path:
    """Write results/<name>.json and say so; where it goes on with the runs of earlier commands, these stay named."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    before, about = read(name) or {}, facts()
    runs = before.get("runs", [])
    if isinstance(runs, list) and runs and json.loads(json.dumps(content.get("runs", [])))[: len(runs)] == runs:
        about["command"] = " && ".join(dict.fromkeys([*before["command"].split(" && "), about["command"]]))
    path.write_text(json.dumps(about | content, indent=1) + "\n", encoding="utf-8")
    print(path)
    return path


def read(name: str) -> dict[str, Any] | None:
    """Return results/<name>.json, or None where it has not been measured."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def features_of(run: Path) -> str:
    """Return the features that committed figures of a run's images are in, chosen before there were `imagenet` ones.

    The classifier where there are labels, else pixels; so that a benchmark that is played again compares.
    """
    return "classifier" if zerosum.Run.open(run).recipe().data.classes else "pixels"


def scores_of(scores: list[Any]) -> dict[str, Any]:
    """Return scores as {metric: {value, error, floor}} and the protocol they share."""
    shared = {key: value for key, value in scores[0].protocol.items() if key not in ("metric", "constants", "revision")}
    values = {score.metric: {"value": score.value, "error": score.error, "floor": score.floor} for score in scores}
    return {"scores": values, "protocol": shared}


def over_seeds(runs: list[dict[str, Any]], names: Iterable[str]) -> dict[str, Any]:
    """Return how many runs there are, as "seeds", and [median, least, greatest] of each value in `names`."""
    values = {name: [run[name] for run in runs] for name in names}
    return {"seeds": len(runs), **{name: [median(column), min(column), max(column)] for name, column in values.items()}}


def show(value: Any) -> str:
    """Return a value with four significant digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
