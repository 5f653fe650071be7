"""Does synthetic data help? A classifier is trained on few real images, with and without generated ones.

The question of Frid-Adar et al. 2018, arXiv:1803.01229, asked so that the answer can be no: the generator sees the same
few images and no others, standard augmentation is the rival, each arm gets the same number of batches of the same size
from the same initial weights, and several seeds choose other images, generators and classifiers. The arms of a seed
share all of these, so their differences are paired.
"""

import re
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from zerosum._version import __version__
from zerosum.core.device import device_of
from zerosum.data.dataset import Dataset
from zerosum.data.load import load as load_data
from zerosum.data.size import Fit, Size
from zerosum.errors import UserError
from zerosum.metrics.cache import read_json, write_json
from zerosum.metrics.classifier import BATCH, PEAK_LEARNING_RATE, STEPS, accuracy, train_classifier
from zerosum.metrics.labelled import small_pairs
from zerosum.progress.waits import about_left, slow
from zerosum.runs.generator import Generator, load_generator
from zerosum.runs.run import Run, default_folder
from zerosum.study.images import Pairs, few_a_class, generated, mixed, write_images
from zerosum.study.outcome import ARMS, LEAST_SEEDS, Outcome, differing, percent
from zerosum.study.standard import MIRRORED, Standard
from zerosum.study.subject import check_data, conditional, given_generator, is_system, labelled, own_data
from zerosum.training.train import train as train_generator

FILE, SEED = "augment.json", re.compile(r"seed-[0-9]+")
"""What was found, and the folders of the seeds."""


@dataclass(frozen=True)
class Setting:
    """What is asked for, beside the subject and the data; see `augmentation_study`."""

    labels_per_class: int
    seeds: int = 5
    generated: int = 1000
    classifier_steps: int = STEPS
    mirror: bool | None = None
    settings: tuple[str, ...] = ()
    steps: int | None = None
    minutes: float | None = None

    def check(self) -> None:
        """Raise UserError where a number makes no sense."""
        least = {"labels_per_class": 1, "seeds": LEAST_SEEDS, "generated": 1, "classifier_steps": 1}
        for name, bound in least.items():
            if getattr(self, name) < bound:
                raise UserError(f"{name} is {getattr(self, name)}: use {bound} or more")


@dataclass(frozen=True)
class Study:
    """A study that has been checked and not begun."""

    subject: str
    setting: Setting
    train: Dataset
    test: Dataset
    out: Path
    device: torch.device
    fresh: bool = False
    given: Generator | None = None
    """The generator of a run, where the subject is one; otherwise each seed trains its own."""
    say: Callable[[str], None] = field(default=lambda message: None)

    @property
    def standard(self) -> Standard:
        """The rival."""
        asked = self.setting.mirror
        return Standard(mirror=self.train.name in MIRRORED if asked is None else asked)

    def protocol(self) -> dict[str, Any]:
        """Return all that the numbers depend on, but the seeds."""
        own = {name: value for name, value in asdict(self.setting).items() if name not in ("seeds", "mirror")}
        return {
            "subject": self.subject,
            "data": self.train.name,
            "data_fingerprint": self.train.fingerprint,
            "test_fingerprint": self.test.fingerprint,
            "test_images": len(self.test),
            **own,
            "settings": list(self.setting.settings),
            "standard": asdict(self.standard),
            "classifier": {"network": "lenet", "batch_size": BATCH, "learning_rate": PEAK_LEARNING_RATE},
            "generator_saw": self.seen(),
            "zerosum": __version__,
        }

    def seen(self) -> int:
        """Return how many real images the generator was trained on."""
        few = self.setting.labels_per_class * len(self.train.classes)
        return few if self.given is None else int(self.given.about.get("seen", few))

    def run(self, outcome: Outcome) -> Outcome:
        """Measure the seeds that `outcome` lacks, writing augment.json after each and at the end."""
        known = {run["seed"] for run in outcome.runs}
        todo, began = sorted(set(range(self.setting.seeds)) - known), time.monotonic()
        for done, seed in enumerate(todo, 1):
            record = self.measure(seed, outcome)
            if record is None:
                break
            outcome.runs.append(record)
            write_json(self.out / FILE, outcome.to_dict())
            found = ", ".join(f"{arm} {percent(v)}" for arm, v in record["accuracy"].items())
            self.say(f"seed {seed}: {found}{about_left(time.monotonic() - began, done, len(todo))}")
        write_json(self.out / FILE, outcome.to_dict())
        return outcome

    def measure(self, seed: int, outcome: Outcome) -> dict[str, Any] | None:
        """Return the record of a seed, or None where a signal ended it, whose name is then the outcome's reason."""
        chosen = few_a_class(self.train, self.setting.labels_per_class, seed)
        generator = self.given or self.trained(seed, chosen, outcome)
        if generator is None:
            return None
        real = small_pairs(self.train, chosen)
        with slow(f"seed {seed}: drawing images", self.say):
            fake = generated(generator, max(self.setting.generated, self.setting.labels_per_class), seed)
        accuracies = self.arms(real, fake, seed)
        facts = {"step": generator.about.get("step"), "images": generator.about.get("images")}
        return {"seed": seed, "accuracy": accuracies, "generator": facts}

    def arms(self, real: Pairs, fake: Pairs, seed: int) -> dict[str, float]:
        """Return the test accuracy of each arm's classifier."""
        both, test = mixed(real, fake), small_pairs(self.test, torch.arange(len(self.test)))
        plans = {
            "real": (real, None),
            "generated": (both, None),
            "standard": (real, self.standard),
            "both": (both, self.standard),
        }
        found = {}
        for arm, (pairs, change) in plans.items():
            with slow(f"seed {seed}: training the classifier of {ARMS[arm]}", self.say):
                network = train_classifier(
                    *pairs,
                    len(self.train.classes),
                    seed=seed,
                    steps=self.setting.classifier_steps,
                    batch_size=min(BATCH, len(real[0])),
                    device=self.device,
                    change=change,
                )
                found[arm] = accuracy(network, *test)
        return found

    def trained(self, seed: int, chosen: Tensor, outcome: Outcome) -> Generator | None:
        """Train, or go on training, this seed's generator on the chosen images; None where a signal ended it."""
        folder = self.out / f"seed-{seed}"
        folder.mkdir(parents=True, exist_ok=True)
        write_images(folder / "images.npz", self.train, chosen)
        self.say(f"seed {seed}: training the generator on {len(chosen):,} images in {folder / 'run'}")
        with slow(f"seed {seed}: training the generator", self.say):
            trained = train_generator(
                self.subject,
                str(folder / "images.npz"),
                size=self.train.shape[1:],
                channels=self.train.shape[0],
                out=folder / "run",
                seed=seed,
                device=str(self.device),
                fresh=self.fresh,
                settings=[*conditional(self.subject, self.train), *self.setting.settings],
                steps=self.setting.steps,
                minutes=self.setting.minutes,
            )
        if trained.reason != "done":
            outcome.reason = trained.reason
            return None
        return labelled(load_generator(trained.run.path).to(self.device), len(self.train.classes))


def augmentation_study(
    subject: str,
    data: str | None = None,
    *,
    labels_per_class: int,
    seeds: int = 5,
    generated: int = 1000,
    classifier_steps: int = STEPS,
    mirror: bool | None = None,
    settings: Sequence[str] = (),
    steps: int | None = None,
    minutes: float | None = None,
    out: Path | str | None = None,
    device: str = "auto",
    data_root: Path | None = None,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit | None = None,
    fresh: bool = False,
    say: Callable[[str], None] = lambda message: None,
) -> Outcome:
    """Measure whether generated images help a classifier that has few real ones; the same call continues a study.

    Args:
        subject: a named system or recipe file, trained anew for each seed on the chosen images alone; or a run folder.
        data: labelled images; default: those of the run or recipe file, or digits.
        labels_per_class: n, the real images of each class.
        seeds: how many times, with other images, generators and classifiers.
        generated: images a class to draw from the generator, at least n; half of each batch, on average, is generated.
        classifier_steps: batches, the same for each arm.
        mirror: whether standard augmentation mirrors; None: where that is known to make sense (`standard.MIRRORED`).
        settings: recipe entries of the generator, "path=value".
        steps: rounds of the generator.
        minutes: of the generator's training.
        out: folder of the study: augment.json, and a run folder a seed; default runs/augment-SUBJECT-DATA-n.
        device: "auto", "cpu", "cuda" or "mps".
        data_root: where known data sets are looked for.
        size: pixels a side, "WIDTHxHEIGHT" or (height, width).
        channels: 1, 3 or 4.
        fit: of images of other proportions: "crop", "pad" or "stretch".
        fresh: start over in a folder that holds a study.
        say: told of progress and warnings.

    Raises:
        UserError: bad input, too few images of a class, a generator without labels, or a folder with another study.
    """
    plan = Setting(
        labels_per_class, seeds, generated, classifier_steps, mirror, tuple(settings), steps=steps, minutes=minutes
    )
    plan.check()
    place = device_of(device)
    given = None if is_system(subject) else given_generator(Path(subject), place, data_root)
    own = {} if data else own_data(subject, given)
    form = {"size": size, "channels": channels, "fit": fit}
    source: dict[str, Any] = {"source": data or "digits"} | own | {k: v for k, v in form.items() if v}
    train, test = (load_data(**source, root=data_root, split=split) for split in ("train", "test"))
    check_data(train, plan.labels_per_class, given)
    folder = Path(out) if out else default_folder(f"augment-{Path(subject).stem}", f"{train.name}-{labels_per_class}")
    study = Study(subject, plan, train, test, folder, place, fresh, given, say)
    if study.seen() > plan.labels_per_class * len(train.classes):
        say(f"{subject} was trained on {study.seen():,} images: its samples bring in what the few labelled ones lack")
    known = begun(study)
    with Run(study.out).locked():
        if fresh:
            empty(study.out)
        return study.run(known)


def begun(study: Study) -> Outcome:
    """Return the outcome that the study's folder holds already, or an empty one."""
    protocol = study.protocol()
    check_folder(study.out)
    content = None if study.fresh else read_json(study.out / FILE)
    if content is None:
        return Outcome(protocol)
    changed = differing(content["protocol"], protocol, ignored=["zerosum"])
    if changed:
        raise UserError(f"{study.out} holds another study ({'; '.join(changed[:3])}): choose another --out, or --fresh")
    wanted = [run for run in content["runs"] if run["seed"] < study.setting.seeds]
    return Outcome(content["protocol"], wanted)


def check_folder(out: Path) -> None:
    """Raise UserError where there is something else than a study; one that was killed in its first seed has no file."""
    held = list(out.iterdir()) if out.is_dir() else []
    if not (out / FILE).exists() and not all(path.name == ".lock" or SEED.fullmatch(path.name) for path in held):
        raise UserError(f"{out} is not empty and holds no study: choose another --out")


def empty(out: Path) -> None:
    """Remove a study from its folder: what was found and the runs of all seeds; what else is in it stays."""
    (out / FILE).unlink(missing_ok=True)
    for path in out.iterdir():
        if SEED.fullmatch(path.name) and not path.is_symlink():
            shutil.rmtree(path)
