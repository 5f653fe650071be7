"""A study as it is carried out: seed by seed a generator, its images, and a classifier an arm."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from zerosum._version import __version__
from zerosum.data.dataset import Dataset
from zerosum.metrics.classifier import BATCH, PEAK_LEARNING_RATE, accuracy, train_classifier
from zerosum.metrics.labelled import small_pairs
from zerosum.progress.numbers import percent
from zerosum.progress.waits import about_left, slow
from zerosum.runs.generator import Generator, load_generator
from zerosum.storage.json_files import write_json
from zerosum.study.folder import FILE
from zerosum.study.images import Pairs, few_a_class, generated, mixed, write_images
from zerosum.study.outcome import ARMS, Outcome
from zerosum.study.setting import Setting
from zerosum.study.standard import MIRRORED, Standard
from zerosum.study.subject import conditional, labelled
from zerosum.training.train import train as train_generator


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
    generator: Generator | None = None
    """The generator of a run, where the subject is one; otherwise each seed trains its own."""
    say: Callable[[str], None] = field(default=lambda message: None)

    @property
    def standard(self) -> Standard:
        """The rival."""
        mirror = self.setting.mirror
        return Standard(mirror=self.train.name in MIRRORED if mirror is None else mirror)

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
        return few if self.generator is None else int(self.generator.about.get("seen", few))

    def run(self, outcome: Outcome) -> Outcome:
        """Measure the seeds that `outcome` lacks, writing augment.json after each and at the end."""
        seeds_over = {run["seed"] for run in outcome.runs}
        todo, began = sorted(set(range(self.setting.seeds)) - seeds_over), time.monotonic()
        for done, seed in enumerate(todo, 1):
            record = self.measure(seed, outcome)
            if record is None:
                break
            outcome.runs.append(record)
            write_json(self.out / FILE, outcome.to_dict())
            accuracies = ", ".join(f"{arm} {percent(v)}" for arm, v in record["accuracy"].items())
            self.say(f"seed {seed}: {accuracies}{about_left(time.monotonic() - began, done, len(todo))}")
        write_json(self.out / FILE, outcome.to_dict())
        return outcome

    def measure(self, seed: int, outcome: Outcome) -> dict[str, Any] | None:
        """Return the record of a seed, or None where a signal ended it, whose name is then the outcome's reason."""
        rows = few_a_class(self.train, self.setting.labels_per_class, seed)
        generator = self.generator or self.trained(seed, rows, outcome)
        if generator is None:
            return None
        real = small_pairs(self.train, rows)
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
        accuracies = {}
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
                accuracies[arm] = accuracy(network, *test)
        return accuracies

    def trained(self, seed: int, rows: Tensor, outcome: Outcome) -> Generator | None:
        """Train, or go on training, this seed's generator on the chosen images; None where a signal ended it."""
        folder = self.out / f"seed-{seed}"
        folder.mkdir(parents=True, exist_ok=True)
        write_images(folder / "images.npz", self.train, rows)
        self.say(f"seed {seed}: training the generator on {len(rows):,} images in {folder / 'run'}")
        with slow(f"seed {seed}: training the generator", self.say):
            training = train_generator(
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
        if training.reason != "done":
            outcome.reason = training.reason
            return None
        return labelled(load_generator(training.run.path).to(self.device), len(self.train.classes))
