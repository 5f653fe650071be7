"""Numbers that are no longer finite are found before they are used, and the run goes back."""

import math
from collections.abc import Callable

import torch

from zerosum.core.trainer import RewoundError, Trainer
from zerosum.errors import DivergedError
from zerosum.group import agreement, distributed
from zerosum.hooks.base import BaseHook
from zerosum.runs.run import Run
from zerosum.storage import atomic

MOST_ROLLBACKS = 3
Rescue = Callable[[Trainer, str], None]


class Finite(BaseHook):
    """Rolls back to the last healthy checkpoint when a logged term or a weight is no longer finite.

    The rounds after it are played with other random numbers, since the same ones would end the same way: `attempt`
    counts the rollbacks of the whole run, as checkpoints keep it. After `MOST_ROLLBACKS` it gives up.

    Args:
        run: whose checkpoints it goes back to.
        every: how often each other hook uses the terms or the weights, in rounds.
        say: takes messages.
        rescue: called first, with what was found; it may do better than to go back, and then does not return.
        gave_up: called before a run is given up, once that stands in its folder.
    """

    def __init__(
        self,
        run: Run,
        every: tuple[int, ...],
        say: Callable[[str], None],
        rescue: Rescue | None = None,
        gave_up: Callable[[], None] = lambda: None,
    ):
        self.run, self.every, self.say, self.rescue, self.gave_up = run, every, say, rescue, gave_up

    def round(self, trainer: Trainer) -> None:
        """Look at the terms and weights where they are about to be used."""
        if any(trainer.step % every == 0 for every in self.every if every):
            self._check(trainer)

    def finish(self, trainer: Trainer) -> None:
        """Look before the end is saved."""
        self._check(trainer)

    def _check(self, trainer: Trainer) -> None:
        bad = self._bad(trainer)
        if bad:
            self._roll_back(trainer, bad)

    def _bad(self, trainer: Trainer) -> str | None:
        for name, mean in trainer.meter.means().items():
            if not math.isfinite(mean):
                return name
        state = [tensor for tensor in trainer.game.state_dict().values() if tensor.is_floating_point()]
        finite = torch.stack([tensor.detach().isfinite().all() for tensor in state]).all()
        return None if finite else "a weight"

    def _roll_back(self, trainer: Trainer, bad: str) -> None:
        attempt = trainer.attempt + 1
        reason = f"{bad} is not finite after round {trainer.step}"
        if self.rescue is not None:
            self.rescue(trainer, reason)
        if attempt > MOST_ROLLBACKS:
            self._give_up(reason)
            raise DivergedError(f"{reason}, for the {attempt}th time: the game diverges")
        distributed.wait()
        state = agreement.latest(self.run.checkpoints, trainer.device, self.say)
        if state is None:
            raise DivergedError(f"{reason}, and there is no checkpoint to go back to")
        trainer.load_state_dict(state)
        trainer.attempt = attempt
        if distributed.rank() == 0:
            self.run.rewind(trainer.step)
        self.say(f"{reason}: back to round {trainer.step}, other random numbers ({attempt} of {MOST_ROLLBACKS})")
        raise RewoundError

    def _give_up(self, reason: str) -> None:
        """Leave word in the folder of why nobody plays on."""
        if distributed.rank() == 0:
            atomic.write_durably(self.run.diverged, reason + "\n")
            self.gave_up()
