"""Does synthetic data help? Fashion-MNIST with 20 and 100 labels a class: part of target 6 of the third issue.

python benchmarks/augment.py [--labels 20 100] [--seeds 5] [--cpu-minutes 0.5] [--set path=value ...]

For each number of labels: 5 seeds, each with a generator trained on those images alone and four classifiers. Killed,
the command goes on where it was with --keep FOLDER.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import common

import zerosum as zs

RECIPE = common.HERE.parent / "recipes" / "mnist.yaml"
SETTINGS = ["steps=null", "conditioning=projection", "sample_every=100000", "checkpoint_every=1000"]
CLASSIFIER_STEPS = 500


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--labels", type=int, nargs="+", default=[20, 100])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--cpu-minutes", type=float, default=0.5, help="of each generator's training")
    parser.add_argument("--keep", type=Path, help="folder of the studies; default: a temporary one, removed at the end")
    parser.add_argument("--set", nargs="*", default=[])
    arguments = parser.parse_args()
    for labels in arguments.labels:
        measure(labels, arguments)


def measure(labels: int, arguments: argparse.Namespace) -> None:
    """Make the study for one number of labels and write its result."""
    name = f"augment-fashion-mnist-{labels}-labels"
    folder = (arguments.keep or Path(tempfile.gettempdir())) / f"zerosum-{name}"
    settings = [*SETTINGS, f"cpu_minutes={arguments.cpu_minutes:g}", *arguments.set]
    started = time.process_time()
    outcome = zs.augmentation_study(
        str(RECIPE),
        "fashion-mnist",
        labels_per_class=labels,
        seeds=arguments.seeds,
        classifier_steps=CLASSIFIER_STEPS,
        settings=settings,
        out=folder,
        device="cpu",
        say=lambda message: print(message, flush=True),
    )
    print(outcome.table(), outcome.verdict(), sep="\n\n", flush=True)
    content = outcome.to_dict()
    content["protocol"]["subject"] = f"recipes/{RECIPE.name}"
    content["runs"] = [
        run | {f"accuracy_{arm}": value for arm, value in run["accuracy"].items()} for run in outcome.runs
    ]
    common.write(name, {"cpu_seconds": time.process_time() - started, **content})
    if outcome.reason != "done":
        raise SystemExit(outcome.reason)
    if not arguments.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
