"""Ctrl-C and SIGTERM: a clean end after the round."""

import signal
import threading
import types
from collections.abc import Callable

from zerosum.core.trainer import Trainer
from zerosum.hooks.base import BaseHook


class Stop(BaseHook):
    """Turns Ctrl-C and SIGTERM into a clean end after the round; a second signal kills at once."""

    REASONS = types.MappingProxyType({signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"})

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.received: str | None = None
        # Signals belong to the main thread; a training in another one is stopped by whoever started it.
        here = self.REASONS if threading.current_thread() is threading.main_thread() else ()
        self.previous = {number: signal.signal(number, self._receive) for number in here}

    def _receive(self, number: int, frame: types.FrameType | None) -> None:
        self.received = self.REASONS[signal.Signals(number)]
        for each in self.REASONS:
            signal.signal(each, signal.SIG_DFL)
        self.say("stopping after this round to save the state; once more stops at once")

    def round(self, trainer: Trainer) -> None:
        """Stop the trainer once a signal has come."""
        trainer.stopped = trainer.stopped or self.received

    def restore(self) -> None:
        """Give the signals back to whoever had them."""
        for number, handler in self.previous.items():
            signal.signal(number, handler)
