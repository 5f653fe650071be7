"""Quality against CPU seconds on 28x28 images with the small pair: targets 3 of the first issue.

python benchmarks/images.py mnist --cpu-minutes 20 [--labels] [--seed 0] [--set path=value ...] [--variant NAME]

What is run with other settings has a --variant, which names its result.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import common
from PIL import Image

import zerosum as zs


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", choices=["mnist", "fashion-mnist"])
    parser.add_argument("--cpu-minutes", type=float, default=20)
    parser.add_argument("--labels", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--variant", default="")
    arguments = parser.parse_args()
    settings = [
        f"cpu_minutes={arguments.cpu_minutes}",
        *(["conditioning=projection"] if arguments.labels else []),
        *arguments.set,
    ]
    name = f"{arguments.data}{'-labels' if arguments.labels else ''}"
    name += f"-{arguments.cpu_minutes:g}-cpu-minutes-seed-{arguments.seed}"
    name += f"-{arguments.variant}" if arguments.variant else ""
    run = Path(tempfile.gettempdir()) / f"zerosum-benchmark-{name}"
    recipe = common.HERE.parent / "recipes" / "mnist.yaml"
    zs.train(str(recipe), arguments.data, out=run, seed=arguments.seed, settings=settings, quiet=False)
    last = json.loads((run / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    scores = zs.evaluate(run, features="classifier")
    trained = {key: last[key] for key in ("step", "images", "seconds", "cpu_seconds")}
    common.write(
        name, {"settings": settings, "recipe": "recipes/mnist.yaml", "trained": trained, **common.scores_of(scores)}
    )
    samples = sorted((run / "samples").glob("*.png"))[-1]
    common.PICTURES.mkdir(exist_ok=True)
    Image.open(samples).save(common.PICTURES / f"{name}.png", optimize=True)
    shutil.rmtree(run)


if __name__ == "__main__":
    main()
