"""Runs for `doctor_unseen.py`, healthy and ill: other data, networks and faults than those of `ill_runs.py`.

No term is forced into a loss. What is wrong with a run is a setting that a user could have chosen, so that a remedy,
which is settings too, can put it right.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from ill_runs import QUIET, accuracy_gap, flat, outside
from PIL import Image
from torch import Tensor
from torch.nn.functional import avg_pool2d

import zerosum as zs
from zerosum.data.dataset import Dataset
from zerosum.data.load import load
from zerosum.metrics.kmeans import assign, kmeans
from zerosum.metrics.sliced import patch_distances
from zerosum.recipe.training_data import load_again
from zerosum.tasks.translation.sampler import TranslatingSampler

SMALL = "generator.network=small discriminator.network=small generator.width=16 discriminator.width=16 batch_size=32"
DCGAN = "generator.network=dcgan discriminator.network=dcgan generator.width=16 discriminator.width=16 batch_size=32"
TRANSLATOR = "generator.width=16 generator.blocks=2 discriminator.width=16 batch_size=8"
ALWAYS = (*QUIET, "signals_every=100", "threads=1")
FACES, EMOJI, CIFAR = "cmu-faces/faces_128x120_png.zip", "emoji/noto_png72.zip", "cifar10-jpg/train.zip"
MLP = "generator.width=128 discriminator.width=128"
SWINGING = (
    "optimizer=adam betas=[0.9,0.99] lr=1e-3 clip=0.1 n_critic=1 schedule=constant log_every=5 "
    "discriminator.depth=1 discriminator.width=32 generator.depth=1 generator.width=32"
)
FAR_OFF = "far from the data"
HELD_OUT = 1000


@dataclass(frozen=True)
class Case:
    """One way to play a run, and what is the matter with what comes out.

    Attributes:
        name: of the run's folder.
        truth: the state that the run is in.
        data: a name that `load` knows, or a file below the data folder.
        few: the number of images of a folder made of the data; 0: the data as they are.
    """

    name: str
    truth: str
    system: str
    data: str
    rounds: int
    settings: str = ""
    few: int = 0
    size: int | None = None
    pairs: str | None = None


CASES: tuple[Case, ...] = (
    Case("fashion", "healthy", "r1gan", "fashion-mnist", 1000, MLP, few=5000, size=16),
    Case("fashion-dcgan", "healthy", "r1gan", "fashion-mnist", 800, f"{DCGAN} gamma=0.1 lr=5e-4", few=5000, size=16),
    Case("swiss-roll", "healthy", "r1gan", "swiss-roll", 1500),
    Case("mixture", "healthy", "r1gan", "mixture-1d", 1500),
    Case("edges", "healthy", "pix2pix", "fashion-mnist", 500, TRANSLATOR, few=2000, size=16, pairs="edges"),
    Case(
        "ahead",
        "collapsed",
        "lsgan",
        "fashion-mnist",
        800,
        f"{SMALL} generator.lr=2e-2 discriminator.lr=1e-4",
        5000,
        16,
    ),
    Case("asleep", "collapsed", "r1gan", "fashion-mnist", 1000, f"{MLP} discriminator.lr=1e-6", few=5000, size=16),
    Case("endless", "diverging", "wgan", "gaussian", 1000, "optimizer=sgd lr=0.05 clip=1 n_critic=1"),
    Case("unbounded", "diverging", "wgan", "fashion-mnist", 800, f"{SMALL} clip=0 n_critic=2 lr=3e-3", 5000, 16),
    Case("hundred", "D overfits", "r1gan", FACES, 1000, f"{MLP} gamma=0.001 batch_size=32", few=100, size=16),
    Case("ten", "memorising", "r1gan", EMOJI, 1500, "gamma=0.5 batch_size=10 lr=1e-3", few=10, size=16),
    Case("minimax", "G starved", "lsgan", EMOJI, 800, f"{SMALL} loss=minimax n_critic=2 generator.lr=2e-5", size=16),
    Case("frozen", "not learning", "pix2pix", "fashion-mnist", 500, f"{TRANSLATOR} lr=1e-7", 2000, 16, "edges"),
    Case("swing", "oscillating", "wgan", "8-ring", 1200, SWINGING),
    Case("steep", FAR_OFF, "lsgan", CIFAR, 800, f"{SMALL} lr=0.03", few=2000, size=16),
    Case("clipped", FAR_OFF, "wgan", "fashion-mnist", 1000, f"{MLP} clip=0.0001 n_critic=1", few=5000, size=16),
    Case("narrow", FAR_OFF, "dcgan", CIFAR, 800, f"{SMALL} discriminator.width=1", few=5000, size=16),
)


def play(case: Case, seed: int, work: Path, data_root: Path, *, remedy: tuple[str, ...] = ()) -> Path:
    """Train one case, with the settings of a remedy where one is given, and write what the independent check says."""
    out = work / f"{case.name}-{seed}{'-rescued' if remedy else ''}"
    done = out / "truth.json"
    if done.exists():
        return out
    settings = [*ALWAYS, *case.settings.split(), *remedy]
    options = {"size": case.size, "pairs": case.pairs, "steps": case.rounds, "seed": seed}
    if any(word.startswith("steps=") for word in remedy):
        del options["steps"]
    try:
        zs.train(case.system, source(case, work, data_root), out=out, settings=settings, device="cpu", **options)
    except zs.DivergedError as error:
        result: dict[str, Any] = {"stopped": str(error)}
    else:
        result = check(out, case, work, data_root)
    content = {"case": case.name, "truth": case.truth, "seed": seed, "remedy": list(remedy), "check": result}
    done.write_text(json.dumps(content), encoding="utf-8")
    print(json.dumps(content), flush=True)
    return out


def source(case: Case, work: Path, data_root: Path) -> str:
    """Return what `train` is given: a known name, a file, or a folder of `case.few` images and of test images."""
    path = data_root / case.data
    whole = str(path) if path.is_file() else case.data
    if not case.few:
        return whole
    folder = work / "data" / f"{Path(case.data).stem}-{case.size}-{case.few}"
    if not folder.exists():
        for split, most in (("train", case.few), ("test", HELD_OUT)):
            channels = 3 if case.data == EMOJI else None  # on white, as they were measured
            save(spread(load(whole, split=split, size=case.size, channels=channels), most), folder / split)
    return str(folder)


def spread(data: Dataset, most: int) -> Tensor:
    """Return at most that many images, evenly over all: files often lie sorted."""
    n = min(most, len(data))
    return data.outside(data.batch(torch.arange(n) * len(data) // n)["real"])


def save(images: Tensor, folder: Path) -> None:
    """Write images as PNG files."""
    folder.mkdir(parents=True)
    for number, image in enumerate(images):
        pixels = image.permute(1, 2, 0).numpy()
        Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(folder / f"{number:05}.png")


@cache
def sides(data: str, size: int | None) -> tuple[Tensor, Tensor]:
    """Return raw samples of train and test."""
    train, test = (load(data, size=size, split=split) for split in ("train", "test"))
    return outside(train, 3000), outside(test, HELD_OUT)


def check(out: Path, case: Case, work: Path, data_root: Path) -> dict[str, Any]:
    """Measure a run in raw pixels or coordinates, which is not where the doctor looks.

    spread: total variance of fakes over that of held-out reals. far: median distance of a fake to the nearest of 3,000
    train reals, over that of held-out reals; near: the 10 % quantile of the same. covered: share of held-out reals
    nearer to a fake than twice what they are to train reals. detail: mean squared step between neighbouring pixels over
    that of reals. patches: sliced Wasserstein distance of patches, over that of held-out reals. gap: by how much
    more often D is right about train reals than about held-out ones. turns: see there.
    """
    run = zs.Run.open(out)
    train, test = sides(source(case, work, data_root), case.size)
    fake = made(out, case, source(case, work, data_root))
    log = run.records(run.log)
    result = distances(flat(fake), flat(train), flat(test)) | {"answers": answers(log), "turns": turns(log)}
    result |= texture(fake, train, test) if train.ndim == 4 else {}
    result |= {} if case.pairs else {"gap": accuracy_gap(out, fake)}
    result |= {"groups": groups(case, fake, train)} if train.ndim == 2 or case.truth == "partly collapsed" else {}
    return result | {"cpu_seconds": round(log[-1]["cpu_seconds"], 1)}


def made(out: Path, case: Case, data: str) -> Tensor:
    """Return 500 samples of a run; of a translator, what it makes of test images."""
    generator = zs.load(out)
    if case.pairs is None:
        return generator.sample(500, seed=5)
    sampler = TranslatingSampler(generator.game, load_again(generator.recipe.data, "test", None))
    return sampler(500, 5, None)[0]


def groups(case: Case, fake: Tensor, train: Tensor) -> float:
    """Return the share of the modes of a density, or of 20 regions of images, with at least a tenth of their part."""
    density = load(case.data).density if train.ndim == 2 else None
    modes = density.modes if density is not None else None
    centres = kmeans(flat(train), 20) if modes is None else modes
    ours, real = (assign(flat(part), centres).bincount(minlength=len(centres)) / len(part) for part in (fake, train))
    return float((ours >= 0.1 * real).double().mean())


def distances(fake: Tensor, train: Tensor, test: Tensor) -> dict[str, float]:
    """Return spread, far, near and covered; see `check`."""
    to_train, base = torch.cdist(fake, train).amin(1), torch.cdist(test, train).amin(1)
    reach = torch.cdist(test, fake).amin(1) / base.median()
    return {
        "spread": float(fake.var(0).sum() / test.var(0).sum()),
        "far": float(to_train.median() / base.median()),
        "near": float(to_train.quantile(0.1) / base.quantile(0.1)),
        "covered": float((reach < 2).double().mean()),
    }


def texture(fake: Tensor, train: Tensor, test: Tensor) -> dict[str, float]:
    """Return detail and patches; see `check`."""
    n = min(200, len(fake), len(train), len(test))
    ours, floor = (fmean(patch_distances(test[:n], part[:n]).values()) for part in (fake, train))
    return {"detail": steps(fake) / steps(test), "patches": ours / floor}


def steps(images: Tensor) -> float:
    """Return the mean squared step between neighbouring pixels of images at half and at full size."""
    whole = images.double()
    scales = (whole, avg_pool2d(whole, 2))
    return float(sum(each.diff(dim=axis).square().mean() for each in scales for axis in (2, 3)))


def answers(log: list[dict[str, Any]]) -> float:
    """Return the larger mean answer of D at the end."""
    return max(abs(log[-1].get(f"discriminator/{side}_logit", 0.0)) for side in ("real", "fake"))


def turns(log: list[dict[str, Any]], smooth: int = 5, fewest: int = 4) -> int:
    """Return how often D's mean answer to fakes crossed its own mean in the later half of the log, if it did so evenly.

    0 where it crossed less than four times, or where times between crossings vary by more than 0.6 of their mean.
    """
    later = torch.tensor([line["discriminator/fake_logit"] for line in log][len(log) // 2 :], dtype=torch.float64)
    if len(later) < 4 * smooth:
        return 0
    even = later.unfold(0, smooth, 1).mean(1)
    crossed = (even - even.mean()).sign().diff().nonzero()[:, 0].double()
    between = crossed.diff()
    steady = len(crossed) >= fewest and float(between.std() / between.mean()) < 0.6
    return len(crossed) if steady else 0


def is_well(result: dict[str, Any]) -> bool:
    """Return whether the independent check finds nothing wrong."""
    if "stopped" in result:
        return False
    fine = 0.5 < result["spread"] < 1.6 and result["far"] < 2.5 and result["answers"] < 100
    if "groups" in result:
        fine = fine and result["groups"] >= 0.9
    return fine and (not looks(result) or (1 / 1.6 < result["detail"] < 1.6 and result["patches"] < 3))


def is_ill(truth: str, result: dict[str, Any]) -> bool:
    """Return whether the independent check agrees that a run has the illness that it was made to have."""
    if "stopped" in result:
        return truth == "diverging"
    off = result["far"] > 3 or (looks(result) and not (0.5 < result["detail"] < 2 and result["patches"] < 4))
    return bool(
        {
            "collapsed": result["spread"] < 0.1,
            "partly collapsed": 0.2 <= result.get("groups", 1.0) <= 0.85 and result["spread"] > 0.2,
            "diverging": result["answers"] > 100,
            "D overfits": result.get("gap", 0.0) > 0.25 and result["near"] > 0.5 and result["spread"] > 0.3,
            "memorising": result["near"] < 0.5 and result["spread"] > 0.3,
            "G starved": off and result["answers"] > 5,
            "not learning": off,
            "oscillating": result.get("turns", 0) > 0,
            FAR_OFF: off and result["spread"] > 0.1,
        }[truth]
    )


def looks(result: dict[str, Any]) -> bool:
    """Return whether images were measured, not points."""
    return "detail" in result
