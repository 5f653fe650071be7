"""zerosum: train, sample and judge generative adversarial networks on your own data.

    import zerosum as zs
    trained = zs.train("r1gan", "digits", steps=2000)
    images = zs.load(trained.run.path).sample(64, seed=0)

Names are imported when they are first used, so `import zerosum` is instant.
"""

import importlib
from typing import TYPE_CHECKING, Any

from zerosum._version import __version__

if TYPE_CHECKING:
    from zerosum.errors import DivergedError, UserError, ZerosumError
    from zerosum.game import Control, Facts, Game, Turn
    from zerosum.generator import Generator
    from zerosum.generator import load_generator as load
    from zerosum.judging_samples import evaluate
    from zerosum.racing.race import race
    from zerosum.racing.result import Race
    from zerosum.run import Run
    from zerosum.study.augmentation import augmentation_study
    from zerosum.systems.two_player import TwoPlayer
    from zerosum.trainer import Trainer
    from zerosum.training import train

_WHERE = {
    "Control": "zerosum.game:Control",
    "DivergedError": "zerosum.errors:DivergedError",
    "Facts": "zerosum.game:Facts",
    "Game": "zerosum.game:Game",
    "Generator": "zerosum.generator:Generator",
    "Race": "zerosum.racing.result:Race",
    "Run": "zerosum.run:Run",
    "Trainer": "zerosum.trainer:Trainer",
    "Turn": "zerosum.game:Turn",
    "TwoPlayer": "zerosum.systems.two_player:TwoPlayer",
    "UserError": "zerosum.errors:UserError",
    "ZerosumError": "zerosum.errors:ZerosumError",
    "augmentation_study": "zerosum.study.augmentation:augmentation_study",
    "evaluate": "zerosum.judging_samples:evaluate",
    "load": "zerosum.generator:load_generator",
    "race": "zerosum.racing.race:race",
    "train": "zerosum.training:train",
}

__all__ = [
    "Control",
    "DivergedError",
    "Facts",
    "Game",
    "Generator",
    "Race",
    "Run",
    "Trainer",
    "Turn",
    "TwoPlayer",
    "UserError",
    "ZerosumError",
    "__version__",
    "augmentation_study",
    "evaluate",
    "load",
    "race",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'zerosum' has no attribute '{name}'")
    module, _, attribute = _WHERE[name].partition(":")
    return getattr(importlib.import_module(module), attribute)


def __dir__() -> list[str]:
    return __all__
