"""What an augmentation study is asked for, beside its subject and its data."""

from dataclasses import dataclass

from zerosum.errors import UserError
from zerosum.metrics.classifier import STEPS
from zerosum.study.outcome import LEAST_SEEDS


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
