"""What happens besides playing: watch, log, sample, judge, keep, and recover. Only rank 0 writes."""

from zerosum.hooks.base import BaseHook
from zerosum.hooks.finite import MOST_ROLLBACKS, Finite
from zerosum.hooks.keep import Keep, best_step
from zerosum.hooks.log import Log, Signals
from zerosum.hooks.samples import Samples
from zerosum.hooks.score import Judge, Until
from zerosum.hooks.stop import Stop
from zerosum.hooks.visit import Visit
from zerosum.hooks.watch import Guard, Watch

__all__ = [
    "MOST_ROLLBACKS",
    "BaseHook",
    "Finite",
    "Guard",
    "Judge",
    "Keep",
    "Log",
    "Samples",
    "Signals",
    "Stop",
    "Until",
    "Visit",
    "Watch",
    "best_step",
]
