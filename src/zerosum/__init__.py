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
    from zerosum.core.control import Control
    from zerosum.core.forms import Category, Code, Dial, Dice, Given, Label, Latent
    from zerosum.core.game import Facts, Game, Turn
    from zerosum.core.trainer import Trainer
    from zerosum.doctor.examine import examine_run as examine
    from zerosum.errors import DivergedError, UserError, ZerosumError
    from zerosum.evaluation.sample_scores import evaluate
    from zerosum.racing.race import race
    from zerosum.racing.result import Race
    from zerosum.runs.generator import Generator
    from zerosum.runs.generator import load_generator as load
    from zerosum.runs.run import Run
    from zerosum.study.augmentation import augmentation_study
    from zerosum.systems.two_player import TwoPlayer
    from zerosum.training.train import train

_WHERE = {
    "Category": "zerosum.core.forms:Category",
    "Code": "zerosum.core.forms:Code",
    "Control": "zerosum.core.control:Control",
    "DivergedError": "zerosum.errors:DivergedError",
    "Facts": "zerosum.core.game:Facts",
    "Game": "zerosum.core.game:Game",
    "Generator": "zerosum.runs.generator:Generator",
    "Dial": "zerosum.core.forms:Dial",
    "Dice": "zerosum.core.forms:Dice",
    "Given": "zerosum.core.forms:Given",
    "Label": "zerosum.core.forms:Label",
    "Latent": "zerosum.core.forms:Latent",
    "Race": "zerosum.racing.result:Race",
    "Run": "zerosum.runs.run:Run",
    "Trainer": "zerosum.core.trainer:Trainer",
    "Turn": "zerosum.core.game:Turn",
    "TwoPlayer": "zerosum.systems.two_player:TwoPlayer",
    "UserError": "zerosum.errors:UserError",
    "ZerosumError": "zerosum.errors:ZerosumError",
    "augmentation_study": "zerosum.study.augmentation:augmentation_study",
    "evaluate": "zerosum.evaluation.sample_scores:evaluate",
    "examine": "zerosum.doctor.examine:examine_run",
    "load": "zerosum.runs.generator:load_generator",
    "race": "zerosum.racing.race:race",
    "train": "zerosum.training.train:train",
}

__all__ = [
    "Category",
    "Code",
    "Control",
    "Dial",
    "Dice",
    "DivergedError",
    "Facts",
    "Game",
    "Generator",
    "Given",
    "Label",
    "Latent",
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
    "examine",
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
