"""Our own trainer in the house: rounds of any recipe.

python -m rivals.ours --data-root DATA [--system dcgan] [--data mnist] [--set path=value ...]
"""

import os
from collections.abc import Sequence

import torch

import zerosum
from rivals import child
from zerosum.core.trainer import Trainer
from zerosum.recipe.build import build_trainer
from zerosum.training.planning import prepare
from zerosum.training.request import Request

TUTORIAL = ("network=tutorial", "latent=100", "prior=normal", "batch_size=128", "lr=2e-4", "betas=[0.5,0.999]")
"""The tutorials' networks and rule."""


def trainer_of(system: str, data: str, settings: Sequence[str]) -> Trainer:
    """Return the trainer of a recipe, without hooks."""
    plan = prepare(Request(system, data, settings=settings, as_published=True))
    return build_trainer(plan.recipe, plan.game, plan.dataset, torch.device("cpu"), ())


def main() -> None:
    parser = child.options("our trainer")
    parser.add_argument("--system", default="dcgan")
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--set", nargs="*", default=TUTORIAL)
    arguments = parser.parse_args()
    os.environ["ZEROSUM_DATA"] = str(arguments.data_root)
    trainer = trainer_of(arguments.system, arguments.data, arguments.set)
    child.serve({"zerosum": zerosum.__version__, "torch": torch.__version__}, trainer.play)


if __name__ == "__main__":
    main()
