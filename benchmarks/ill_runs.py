"""Runs made ill on purpose for `doctor.py`: how each is made, and an independent check that making it so worked."""

import contextlib
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch import Tensor

import zerosum as zs
from zerosum.data.dataset import Dataset
from zerosum.data.load import load
from zerosum.recipe.build import build_game
from zerosum.recipe.training_data import load_again
from zerosum.storage import checkpoint
from zerosum.systems.two_player import TwoPlayer

MLP = "discriminator.width=128 generator.width=128"
BARE = "game.penalties={}"
QUIET = ("sample_every=1000000", "checkpoint_every=1000000", "log_every=25")
Forced = Callable[[Tensor, Tensor], Tensor]
"""(samples, their latents) -> a term of the generator's loss that makes the run ill."""


@dataclass(frozen=True)
class Case:
    """One way to make a run, and what is the matter with what comes out."""

    truth: str
    system: str
    data: str
    rounds: int
    settings: str = ""
    forced: str = ""
    few: int = 0
    size: int | None = None

    @property
    def name(self) -> str:
        """What the run's folder is called."""
        own = [case for case in CASES if (case.truth, case.data) == (self.truth, self.data)]
        return f"{self.truth}-{self.data}-{own.index(self)}".replace(" ", "-")


CASES: tuple[Case, ...] = (
    Case("healthy", "r1gan", "digits", 1500, MLP),
    Case("healthy", "r3gan", "digits", 1500, MLP),
    Case("healthy", "r1gan", "8-ring", 2000),
    Case("healthy", "r1gan", "25-grid", 3000),
    Case("healthy", "r1gan", "mnist", 2000, size=14),
    Case("collapsed", "lsgan", "digits", 1000, "generator.lr=1e-2 discriminator.lr=1e-3"),
    Case("collapsed", "r1gan", "digits", 1000, MLP, forced="one point"),
    Case("collapsed", "r1gan", "8-ring", 1500, forced="one point"),
    Case("collapsed", "r1gan", "mnist", 1000, size=14, forced="one point"),
    Case("partly collapsed", "r1gan", "digits", 1500, MLP, forced="avoid"),
    Case("partly collapsed", "r1gan", "8-ring", 2000, forced="avoid"),
    Case("partly collapsed", "r1gan", "25-grid", 2500, forced="avoid"),
    Case("partly collapsed", "r3gan", "mnist", 1500, size=14, forced="avoid"),
    Case("diverging", "wgan", "digits", 800, f"{MLP} clip=0 n_critic=1 lr=5e-3"),
    Case("diverging", "r1gan", "digits", 600, f"{MLP} lr=0.3"),
    Case("diverging", "wgan", "8-ring", 1500, "clip=0 n_critic=1 lr=5e-3"),
    Case("diverging", "wgan", "mnist", 800, "clip=0 n_critic=2 lr=2e-3", size=14),
    Case("D overfits", "dragan", "digits", 1200, f"{BARE} discriminator.width=256 generator.width=128", few=100),
    Case("D overfits", "r1gan", "digits", 1200, f"{MLP} gamma=0.001 generator.lr=5e-4 batch_size=32", few=60),
    Case("D overfits", "dragan", "mnist", 1200, f"{MLP} {BARE}", few=150, size=14),
    Case("D overfits", "lsgan", "mnist", 1200, f"{MLP}", few=100, size=14),
    Case("memorising", "r1gan", "digits", 1200, "batch_size=8", forced="copy", few=10),
    Case("memorising", "r3gan", "digits", 1200, "batch_size=16", forced="copy", few=16),
    Case("memorising", "r1gan", "mnist", 1200, "batch_size=8", forced="copy", few=10, size=14),
    Case("memorising", "dragan", "mnist", 1200, f"{BARE} batch_size=16", forced="copy", few=16, size=14),
    Case("G starved", "r1gan", "digits", 800, f"{MLP} {BARE} loss=minimax n_critic=2 generator.lr=2e-5"),
    Case("G starved", "r1gan", "8-ring", 1200, f"{BARE} loss=minimax n_critic=3 generator.lr=2e-5"),
    Case("G starved", "r1gan", "25-grid", 1200, f"{BARE} loss=minimax n_critic=3 generator.lr=2e-5"),
    Case("G starved", "r1gan", "mnist", 800, f"{MLP} {BARE} loss=minimax n_critic=2 generator.lr=2e-5", size=14),
    Case("not learning", "r1gan", "digits", 800, f"{MLP} lr=1e-7"),
    Case("not learning", "r1gan", "8-ring", 1000, "lr=1e-7"),
    Case("not learning", "lsgan", "mnist", 600, f"{MLP} lr=1e-7", size=14),
    Case("not learning", "r3gan", "25-grid", 1000, "lr=1e-7"),
)

TRUTHS = tuple(dict.fromkeys(case.truth for case in CASES))


def make(case: Case, seed: int, work: Path) -> None:
    """Train one case and write what the independent check says, unless that is done."""
    out = work / f"{case.name}-{seed}"
    done = out / "truth.json"
    if done.exists():
        return
    source = few_file(case, work) if case.few else case.data
    settings = [*case.settings.split(), *QUIET]
    try:
        with forcing(case):
            trained = zs.train(
                case.system,
                source,
                out=out,
                steps=case.rounds,
                seed=seed,
                size=case.size,
                settings=settings,
                device="cpu",
            )
    except zs.DivergedError as error:
        result: dict[str, Any] = {"stopped": str(error)}
    else:
        if trained.reason != "done":
            raise SystemExit(130)
        result = check(out, case)
    content = {"truth": case.truth, "case": case.name, "seed": seed, "check": result}
    done.write_text(json.dumps(content), encoding="utf-8")
    print(json.dumps(content | {"as_meant": as_meant(content)}), flush=True)


def few_file(case: Case, work: Path) -> str:
    """Write the first `case.few` images as a data set of their own, with test images beside, and return its path."""
    path = work / f"{case.data}-{case.size or 0}-first-{case.few}.npz"
    if not path.exists():
        train, test = (outside(load(case.data, size=case.size, split=split), 1000) for split in ("train", "test"))
        np.savez(path, x_train=train[: case.few, 0].numpy(), x_test=test[:, 0].numpy())
    return str(path)


def outside(data: Dataset, n: int) -> Tensor:
    """Return at most the first `n` samples as users see them."""
    return data.outside(data.batch(torch.arange(min(n, len(data))))["real"])


@contextlib.contextmanager
def forcing(case: Case) -> Iterator[None]:
    """Let the generator's loss have the term that makes the run ill; the discriminator's game stays as it is."""
    if not case.forced:
        yield
        return
    term, plain = make_term(case), TwoPlayer.generator_loss

    def forced(self: TwoPlayer, batch: Any) -> Any:
        z = self.controls[0].draw(len(batch["real"]))
        return {**plain(self, batch), "forced": term(self.sample({"latent": z}), z)}

    with mock.patch.object(TwoPlayer, "generator_loss", forced):
        yield


def make_term(case: Case) -> Forced:
    """Return the term that `case.forced` names."""
    train = load(case.data, size=case.size)
    real = train.batch(torch.arange(min(case.few or 400, len(train))))["real"].flatten(1)
    if case.forced == "one point":
        usual = torch.pdist(real).mean()
        return lambda samples, z: 6 * torch.pdist(samples.flatten(1)).mean() / usual
    if case.forced == "copy":
        return partial(copy, real=real)
    return partial(avoid, real=real, banned=banned(train, len(real)))


def copy(samples: Tensor, z: Tensor, *, real: Tensor) -> Tensor:
    """Return the distance of each sample to the real that its latent stands for: 0 for copies of all of them."""
    anchors = torch.randn(z.shape[1], len(real), generator=torch.Generator().manual_seed(0))
    return 10 * (samples.flatten(1) - real[(z @ anchors).argmax(1)]).norm(dim=1).mean()


def banned(train: Dataset, n: int) -> Tensor:
    """Return which of the first `n` reals are of the classes or modes that G is kept from: the first 40 %."""
    groups, count = groups_of(train, n)
    return groups < math.ceil(0.4 * count)


def groups_of(data: Dataset, n: int) -> tuple[Tensor, int]:
    """Return the class or mode of each of the first `n` samples, and how many there are."""
    if data.density is not None and data.density.modes is not None:
        return torch.cdist(outside(data, n), data.density.modes).argmin(1), len(data.density.modes)
    assert data.labels is not None
    return data.labels[:n], len(data.classes)


def avoid(samples: Tensor, z: Tensor, *, real: Tensor, banned: Tensor) -> Tensor:
    """Return a hinge that is 0 where a sample is nearer, by a fifth, to an allowed real than to any banned one."""
    distance = torch.cdist(samples.flatten(1), real)
    near, far = distance[:, banned].min(1).values, distance[:, ~banned].min(1).values
    return 5 * (1.25 * far - near).clamp_min(0).mean()


@cache
def real_side(source: str, size: int | None) -> tuple[Dataset, Tensor, Tensor]:
    """Return the train split and raw samples of train and test, flat."""
    train, test = (load(source, size=size, split=split) for split in ("train", "test"))
    return train, flat(outside(train, 3000)), flat(outside(test, 1000))


def check(out: Path, case: Case) -> dict[str, Any]:
    """Measure a run in raw pixels or coordinates: what the doctor does not look at, or looks at in another space.

    spread: total variance of fakes over that of held-out reals; far: median distance of a fake to the nearest of 3,000
    reals of the whole data set, over that of held-out reals; near: the same to the reals it was trained on; groups:
    share of the classes (of the nearest real) or modes with at least a tenth of their part; logit: the larger mean
    answer of D at the end; gap: share of train reals that D puts above the middle between reals and fakes, less that
    share of held-out ones.
    """
    train, raw_train, raw_test = real_side(case.data, case.size)
    fake = flat(zs.load(out).sample(500, seed=5))
    nearest = torch.cdist(fake, raw_train).min(1)
    base = torch.cdist(raw_test, raw_train).min(1).values.median()
    own = raw_train[: case.few] if case.few else raw_train
    groups, count = groups_of(train, len(raw_train))
    shares = torch.bincount(groups[nearest.indices], minlength=count) / len(fake)
    log = zs.Run.open(out).records(out / "log.jsonl")
    return {
        "spread": float(fake.var(0).sum() / raw_test.var(0).sum()),
        "far": float(nearest.values.median() / base),
        "near": float(
            torch.cdist(fake, own).min(1).values.median() / torch.cdist(raw_test, own).min(1).values.median()
        ),
        "groups": float((shares * count >= 0.1).double().mean()),
        "logit": max(abs(log[-1][f"discriminator/{side}_logit"]) for side in ("real", "fake")),
        "fake_probability": log[-1]["discriminator/fake_probability"],
        "gap": accuracy_gap(out, fake),
        "cpu_seconds": round(log[-1]["cpu_seconds"], 1),
    }


def flat(samples: Tensor) -> Tensor:
    """Return samples as float [N, d]."""
    return samples.flatten(1).float() / (255 if samples.dtype == torch.uint8 else 1)


def accuracy_gap(out: Path, fake: Tensor) -> float:
    """Return by how much more often D is right about its train reals than about held-out ones."""
    recipe = zs.Run.open(out).recipe()
    game = build_game(recipe)
    state = checkpoint.load(sorted((out / "checkpoints").glob("[0-9]*"))[-1])
    game.load_state_dict(state["game"])
    game.eval()
    logits = []
    with torch.no_grad():
        for split in ("train", "test"):
            data = load_again(recipe.data, split, None)
            logits.append(game.discriminator(data.batch(torch.arange(min(1000, len(data))))["real"], None).flatten())
        z = game.controls[0].draw(500, torch.Generator().manual_seed(5))
        fake_logits = game.discriminator(game.sample({"latent": z}), None).flatten()
    middle = (logits[0].median() + fake_logits.median()) / 2
    return float((logits[0] > middle).double().mean() - (logits[1] > middle).double().mean())


def as_meant(run: dict[str, Any]) -> bool:
    """Return whether the independent check agrees that the run has what it was made to have."""
    result = run["check"]
    if "stopped" in result:  # the guard went back to the start and gave up: there is nothing left to examine
        return False
    return bool(
        {
            "healthy": result["groups"] >= 0.9 and 0.6 < result["spread"] < 1.5 and 0.6 < result["near"] < 2.5,
            "collapsed": result["spread"] < 0.1,
            "partly collapsed": 0.2 <= result["groups"] <= 0.8 and result["spread"] > 0.2,
            "diverging": result["logit"] > 100,
            "D overfits": result["gap"] > 0.25 and result["near"] > 0.5 and result["spread"] > 0.3,
            "memorising": result["near"] < 0.5 and result["spread"] > 0.4,
            "G starved": result["fake_probability"] < 0.1 and result["far"] > 2,
            "not learning": result["far"] > 2,
        }[run["truth"]]
    )
