"""What `make demo` trains, timed and scored: target 1 of the first issue.

python benchmarks/demo.py [--seeds 3]
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import common
from PIL import Image

import zerosum as zs


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    runs = [measure(seed) for seed in range(parser.parse_args().seeds)]
    common.write("demo", {"recipe": "recipes/digits.yaml", "runs": runs})


def measure(seed: int) -> dict[str, object]:
    """Train and evaluate once."""
    recipe = common.HERE.parent / "recipes" / "digits.yaml"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        began = time.monotonic()
        zs.train(str(recipe), out=out, seed=seed)
        trained = time.monotonic()
        scores = zs.evaluate(out)
        ended = time.monotonic()
        last = json.loads((out / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
        if seed == 0:
            common.PICTURES.mkdir(exist_ok=True)
            Image.open(sorted((out / "samples").glob("*.png"))[-1]).save(common.PICTURES / "demo.png", optimize=True)
    times = {"train_seconds": trained - began, "evaluate_seconds": ended - trained, "cpu_seconds": last["cpu_seconds"]}
    result = {"seed": seed, **times, **common.scores_of(scores)}
    print(seed, times, {name: score["value"] for name, score in result["scores"].items()}, flush=True)
    return result


if __name__ == "__main__":
    main()
