"""What happens besides playing: watch, log, sample, judge, keep, and recover. Only rank 0 writes."""

from zerosum.hooks.base import BaseHook
from zerosum.hooks.finite import MOST_ROLLBACKS, Finite
from zerosum.hooks.judge import Judge, game_sampler
from zerosum.hooks.keep import Keep, best_step
from zerosum.hooks.log import Log
from zerosum.hooks.samples import Samples
from zerosum.hooks.stop import Stop

__all__ = [
    "MOST_ROLLBACKS",
    "BaseHook",
    "Finite",
    "Judge",
    "Keep",
    "Log",
    "Samples",
    "Stop",
    "best_step",
    "game_sampler",
]
