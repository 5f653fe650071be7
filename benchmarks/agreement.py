"""Does the judge rank runs as other judges do? Twenty runs of different quality, judged in several features.

python benchmarks/agreement.py train --work FOLDER    train what is not trained yet, 40 CPU minutes in all
python benchmarks/agreement.py judge --work FOLDER    score all of them, and keep the rank correlations
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import common
import paired
import torch
from scipy.stats import spearmanr

import zerosum as zs
from zerosum.data.dataset import Dataset
from zerosum.drawing import pictures
from zerosum.evaluation.run_scores import run_sampler
from zerosum.latents.sheet import draw
from zerosum.metrics.evaluate import Evaluator
from zerosum.metrics.imagenet import imagenet
from zerosum.metrics.named_features import named_features
from zerosum.metrics.score import Score
from zerosum.metrics.space import Features
from zerosum.networks.pretrained import LITE1
from zerosum.recipe.training_data import load_again

DATA = ("cifar10-jpg", "cmu-faces")
SPACES = ("imagenet", "patches", "pixels")
METRICS = ("fd", "kd", "precision", "recall", "density", "coverage")
JUDGES = {"lite1": "kd", "classifier": "fd"}
"""Features of others, and the distance in them that ranks."""
SAMPLES, SHOWN = 2500, 12
RECIPE = Path(__file__).parent.parent / "recipes" / "mnist.yaml"
SMALL = ("generator.network=small", "discriminator.network=small")
BRISK = (*SMALL, "threads=1", "batch_size=32", "schedule=linear", "final_lr=0.05", "generator.width=32")
COMMON = (*BRISK, "discriminator.width=32", "generator.lr=1e-3", "discriminator.lr=1e-3", "steps=null")


@dataclass(frozen=True)
class Entry:
    """A run: system or recipe, CPU minutes, settings."""

    name: str
    system: str
    cpu_minutes: float
    settings: tuple[str, ...] = ()


ENTRIES = (
    Entry("r1-half", str(RECIPE), 0.5),
    Entry("r1-1", str(RECIPE), 1),
    Entry("r1-4", str(RECIPE), 4),
    Entry("r1-narrow", str(RECIPE), 1, ("generator.width=8", "discriminator.width=8")),
    Entry("r1-wide", str(RECIPE), 3, ("generator.width=64", "discriminator.width=64")),
    Entry("r3gan", "r3gan", 2, COMMON),
    Entry("dcgan", "dcgan", 2, COMMON),
    Entry("sngan", "sngan", 2, COMMON),
    Entry("lsgan", "lsgan", 2, COMMON),
    Entry("wgan-gp", "wgan-gp", 2, COMMON),
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("stage", choices=("train", "judge"))
    parser.add_argument("--work", type=Path, default=Path("runs") / "agreement")
    arguments = parser.parse_args()
    if arguments.stage == "train":
        train(arguments.work)
    else:
        torch.set_num_threads(1)
        for data in DATA:
            sheet(arguments.work, data)
        judge(arguments.work)


def train(work: Path) -> None:
    """Train every entry on both data sets; what is complete stays."""
    for entry in ENTRIES:
        for data in DATA:
            out = work / f"{data}-{entry.name}"
            settings = [*entry.settings, f"cpu_minutes={entry.cpu_minutes}", "sample_every=100000", "log_every=10"]
            zs.train(
                entry.system, paired.located(data), out=out, size=32, settings=settings, device="cpu", as_published=True
            )
            print(out, flush=True)


def judge(work: Path) -> None:
    """Score every run in all features, and keep what ranks alike."""
    sets = {data: judged(work, data) for data in DATA}
    common.write("agreement", {"samples": SAMPLES, "judges": JUDGES, "sets": sets})


def sheet(work: Path, data: str) -> None:
    """Draw what every run makes, a row each, for eyes to judge the judges by."""
    samples = torch.stack([zs.load(work / f"{data}-{entry.name}").sample(SHOWN, seed=0) for entry in ENTRIES])
    names = [entry.name for entry in ENTRIES]
    picture = draw(samples, rows=names, columns=[str(number) for number in range(SHOWN)])
    pictures.save(picture, common.PICTURES / f"agreement-{data}.png", metadata={"rows": names})


def judged(work: Path, data: str) -> dict[str, Any]:
    """Return the scores of the runs on one data set, what led, and the rank correlations with the judges."""
    recipe = zs.Run.open(work / f"{data}-{ENTRIES[0].name}").recipe()
    train, test = (load_again(recipe.data, split, None) for split in ("train", "test"))
    metrics = dict.fromkeys(SPACES, METRICS) | {name: (metric,) for name, metric in JUDGES.items()}
    evaluators = {name: Evaluator(train, test, features=features(name, train, test)) for name in metrics}
    rows = {}
    for entry in ENTRIES:
        sampler = run_sampler(zs.load(work / f"{data}-{entry.name}"), test)
        rows[entry.name] = {
            name: values(evaluator.evaluate(sampler, metrics=metrics[name], n=SAMPLES))
            for name, evaluator in evaluators.items()
        }
        print(data, entry.name, rows[entry.name], flush=True)
    alike = {name: {of: ranked(rows, name, of) for of in JUDGES} for name in SPACES}
    return {"leads": evaluators["imagenet"].leading(SAMPLES), "correlation": alike, "runs": rows}


def features(name: str, train: Dataset, test: Dataset) -> Features:
    """Return features by their name, or those of Lite1."""
    if name != "lite1":
        return named_features(name, train, test)
    network = imagenet("cpu", LITE1)
    return Features("lite1", network.fingerprint, network, network.processing)


def values(scores: list[Score]) -> dict[str, float]:
    """Return scores by metric, what real data get beside them."""
    return {score.metric: score.value for score in scores} | {
        f"{score.metric} floor": score.floor for score in scores if score.floor is not None
    }


def ranked(rows: dict[str, Any], space: str, judge: str) -> dict[str, float]:
    """Return Spearman's rank correlation of each metric in a space with a judge's distance; 1 where they agree."""
    theirs = [row[judge][JUDGES[judge]] for row in rows.values()]
    correlations = {}
    for metric in METRICS:
        sign = 1 if metric in ("fd", "kd") else -1
        ours = [sign * row[space][metric] for row in rows.values()]
        correlations[metric] = round(float(spearmanr(ours, theirs).statistic), 3)
    return correlations


def markdown(result: dict[str, Any]) -> list[str]:
    """Return the rank correlations as a table for the page of results: a row for data, features and judge."""
    rows = [f"| data | features | judge | {' | '.join(METRICS)} |", f"| --- | --- | --- {'| --- ' * len(METRICS)}|"]
    for data, entry in result["sets"].items():
        for space, judges in entry["correlation"].items():
            for judge, values in judges.items():
                cells = " | ".join(f"{values[metric]:.2f}" for metric in METRICS)
                rows.append(f"| {data} | {space} | {judge}'s {JUDGES[judge]} | {cells} |")
    return [*rows, ""]


if __name__ == "__main__":
    main()
