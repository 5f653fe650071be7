"""TorchGAN's trainer on the tutorials' pair: `Trainer.train_iter` with its minimax losses, as its tutorials use it.

Run it with TorchGAN on PYTHONPATH. It imports torchvision for pictures and Inception only, neither of which is used
here, so an empty module takes torchvision's place where there is no build of it for this torch.
"""

import os
import sys
import types

import torch
from torch.utils.data import DataLoader, TensorDataset

from rivals import child, plain_networks
from rivals.plain import endless, images_of

os.environ |= {"TENSORBOARD_LOGGING": "0", "CONSOLE_LOGGING": "0", "VISDOM_LOGGING": "0"}
try:
    import torchvision  # noqa: F401
except (ImportError, RuntimeError):
    sys.modules["torchvision"] = types.ModuleType("torchvision")

import torchgan
from torchgan.losses import MinimaxDiscriminatorLoss, MinimaxGeneratorLoss
from torchgan.models import Discriminator, Generator
from torchgan.trainer import Trainer


class TutorialGenerator(Generator):
    """The tutorials' G under TorchGAN's contract."""

    def __init__(self) -> None:
        super().__init__(100, "none")
        self.layers = plain_networks.generator()
        plain_networks.initialise(self.layers)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Map z to images."""
        return self.layers(z)


class TutorialDiscriminator(Discriminator):
    """The tutorials' D under TorchGAN's contract."""

    def __init__(self) -> None:
        super().__init__(1, "none")
        self.layers = plain_networks.discriminator()
        plain_networks.initialise(self.layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits [N, 1]."""
        return self.layers(x)


def main() -> None:
    arguments = child.options("TorchGAN").parse_args()
    torch.manual_seed(0)
    rule = {"name": torch.optim.Adam, "args": {"lr": 2e-4, "betas": (0.5, 0.999)}}
    trainer = Trainer(
        {
            "generator": {"name": TutorialGenerator, "optimizer": rule},
            "discriminator": {"name": TutorialDiscriminator, "optimizer": rule},
        },
        [MinimaxGeneratorLoss(), MinimaxDiscriminatorLoss()],
        device=torch.device("cpu"),
        epochs=1,
        checkpoints=os.path.join(os.environ.get("TMPDIR", "/tmp"), "torchgan"),
        recon=os.environ.get("TMPDIR", "/tmp"),
    )
    trainer.batch_size = arguments.batch_size
    trainer._store_loss_maps()
    batches = endless(
        DataLoader(TensorDataset(images_of(arguments)), arguments.batch_size, shuffle=True, drop_last=True)
    )

    def play() -> None:
        trainer.real_inputs = next(batches)
        trainer.train_iter()

    child.serve({"torchgan": torchgan.__version__, "torch": torch.__version__}, play)


if __name__ == "__main__":
    main()
