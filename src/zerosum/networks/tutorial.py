"""The pair of TensorFlow's DCGAN tutorial for MNIST, layer by layer, with Keras's defaults.

It is here to compare with what people know: https://www.tensorflow.org/tutorials/generative/dcgan. Keras pads strided
convolutions one pixel more on the far side and torch on the near one: the same networks, mirrored. More than half
of all its products are in one layer, 5x5 on maps of 7x7, which `fourier` computes with a tenth of them on a CPU: the
same function.
"""

from torch import Tensor, nn

from zerosum.data.size import described
from zerosum.errors import UserError
from zerosum.networks import init
from zerosum.networks.columns import ColumnConv2d, ColumnTransposedConv2d
from zerosum.networks.fourier import FourierTransposedConv2d
from zerosum.networks.layers import Dropout, image_shape
from zerosum.networks.trunk import DiscriminatorTrunk, joined
from zerosum.options import Chance

SHAPE = (1, 28, 28)
SLOPE = 0.3  # Keras's LeakyReLU


class Generator(nn.Module):
    """Dense 7x7x256, then 5x5 transposed convolutions to 128, 64 (stride 2) and 1 (stride 2) channels; tanh.

    Args:
        inputs: length of z; 100 in the tutorial.
        shape: (1, 28, 28).

    Raises:
        UserError: another shape.
    """

    def __init__(self, inputs: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        check(shape)
        self.layers = nn.Sequential(
            nn.Linear(inputs, 7 * 7 * 256, bias=False),
            nn.BatchNorm1d(7 * 7 * 256, eps=1e-3, momentum=0.01),
            nn.LeakyReLU(SLOPE),
            nn.Unflatten(1, (256, 7, 7)),
            FourierTransposedConv2d(256, 128, 5, size=(7, 7), bias=False),
            *normalised(128),
            nn.ConvTranspose2d(128, 64, 5, stride=2, padding=2, output_padding=1, bias=False),
            *normalised(64),
            ColumnTransposedConv2d(64, 1, 5, stride=2, padding=2, output_padding=1, bias=False),
            nn.Tanh(),
        )
        init.glorot(self.layers)

    def forward(self, z: Tensor) -> Tensor:
        """Map z [N, inputs] to images [N, 1, 28, 28] in [-1, 1]."""
        images: Tensor = self.layers(z)
        return images


class Trunk(DiscriminatorTrunk):
    """5x5 convolutions with stride 2 to 64 and 128 channels, each with leaky ReLU and dropout.

    Args:
        shape: (1, 28, 28).
        condition: length of the condition, which joins the image as constant maps; 0 in the tutorial.
        dropout: probability with which an activation is dropped in training.

    Raises:
        UserError: another shape.
    """

    def __init__(self, shape: tuple[int, ...], condition: int = 0, *, dropout: Chance = 0.3) -> None:
        super().__init__(condition=condition)
        check(shape)
        self.features = 128 * 7 * 7
        self.layers = nn.Sequential(
            ColumnConv2d(1 + condition, 64, 5, stride=2, padding=2),
            nn.LeakyReLU(SLOPE),
            Dropout(dropout),
            nn.Conv2d(64, 128, 5, stride=2, padding=2),
            nn.LeakyReLU(SLOPE),
            Dropout(dropout),
        )
        self.initialise(self.layers)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return features [N, 6272] of images [N, 1, 28, 28]."""
        features: Tensor = self.layers(joined(x, condition))
        return features.permute(0, 2, 3, 1).flatten(1)  # in Keras's order, which is also that of the memory

    def initialise(self, module: nn.Module) -> None:
        """Draw weights as Keras does: after Glorot and Bengio."""
        init.glorot(module)


def normalised(channels: int) -> list[nn.Module]:
    """Return batch normalisation with Keras's constants, and leaky ReLU."""
    return [nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01), nn.LeakyReLU(SLOPE)]


def check(shape: tuple[int, ...]) -> None:
    """Raise UserError unless `shape` is (1, 28, 28)."""
    if image_shape("tutorial", shape) != SHAPE:
        raise UserError(
            f"tutorial makes {described(SHAPE)} images only, not {described(shape)}: use --size 28 --channels 1, or "
            "the network dcgan"
        )
