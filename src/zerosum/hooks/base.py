"""What a hook is: something that happens besides playing. Only rank 0 writes."""

from zerosum.trainer import Trainer


class BaseHook:
    """Does nothing; hooks override what they need."""

    def start(self, trainer: Trainer) -> None:
        """Once, before the first round of this process."""

    def round(self, trainer: Trainer) -> None:
        """After every round."""

    def finish(self, trainer: Trainer) -> None:
        """Once, after the last round of this process."""
