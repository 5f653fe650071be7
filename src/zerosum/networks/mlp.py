"""Fully connected networks, for points and small images; those of Goodfellow et al. 2014, arXiv:1406.2661, among them.

The paper's pair for MNIST is a generator of width 1200, depth 2, and a discriminator of width 240, depth 2 with
activation maxout (5 pieces) and dropout 0.5.
"""

import math

from torch import Tensor, nn

from zerosum.errors import UserError, suggest
from zerosum.networks import init
from zerosum.networks.layers import Activation, Dropout, Maxout, activation_layer, spectrally_normalised
from zerosum.networks.trunk import DiscriminatorTrunk, joined
from zerosum.options import Chance, Count, Depth

SLOPES = {"relu": 0.0, "leaky_relu": 0.2, "maxout": 1.0, "tanh": 1.0}


class Generator(nn.Module):
    """`depth` hidden layers, then a linear one; tanh at the end where the data are images.

    Args:
        inputs: length of z (with the condition, where there is one).
        shape: of one sample, (D,) or (C, H, W).
        width: units of a hidden layer.
        depth: hidden layers.
        activation: relu, leaky_relu (slope 0.2), maxout (5 pieces) or tanh.
        batch_norm: normalise each hidden layer over the batch.
        dropout: probability with which a hidden unit is dropped in training.
    """

    def __init__(
        self,
        inputs: int,
        shape: tuple[int, ...],
        *,
        width: Count = 256,
        depth: Depth = 2,
        activation: Activation = "relu",
        batch_norm: bool = False,
        dropout: Chance = 0.0,
    ) -> None:
        super().__init__()
        slope = slope_of(activation)
        last = nn.Linear(width if depth else inputs, math.prod(shape))
        self.hidden = hidden_layers(inputs, width, depth, activation, batch_norm=batch_norm, dropout=dropout)
        self.out = nn.Sequential(last, nn.Unflatten(1, shape), nn.Tanh() if len(shape) == 3 else nn.Identity())
        init.he(self.hidden, slope=slope)
        init.he(self.out, slope=1.0)

    def forward(self, z: Tensor) -> Tensor:
        """Map z [N, inputs] to samples [N, *shape]."""
        out: Tensor = self.out(self.hidden(z))
        return out


class Trunk(DiscriminatorTrunk):
    """`depth` hidden layers on the flattened sample and the condition.

    Args:
        shape: of one sample, (D,) or (C, H, W).
        condition: length of the condition.
        width: units of a hidden layer.
        depth: hidden layers, at least 1.
        activation: relu, leaky_relu (slope 0.2), maxout (5 pieces) or tanh.
        batch_norm: normalise each hidden layer over the batch.
        dropout: probability with which a hidden unit is dropped in training.
        spectral_norm: normalise the weights spectrally.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        condition: int = 0,
        *,
        width: Count = 256,
        depth: Depth = 2,
        activation: Activation = "leaky_relu",
        batch_norm: bool = False,
        dropout: Chance = 0.0,
        spectral_norm: bool = False,
    ) -> None:
        super().__init__(condition=condition, spectral_norm=spectral_norm)
        inputs = math.prod(shape) + condition
        self.features = width if depth else inputs
        self.slope = slope_of(activation)
        self.hidden = hidden_layers(inputs, width, depth, activation, batch_norm=batch_norm, dropout=dropout)
        self.initialise(self.hidden)
        if spectral_norm:
            spectrally_normalised(self.hidden)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return features [N, width] of x [N, *shape]."""
        features: Tensor = self.hidden(joined(x.flatten(1), condition))
        return features

    def initialise(self, module: nn.Module) -> None:
        """Draw weights after He et al."""
        init.he(module, slope=self.slope)
        init.spread_biases(module)


def hidden_layers(
    inputs: int, width: int, depth: int, activation: Activation, *, batch_norm: bool, dropout: float
) -> nn.Sequential:
    """Return `depth` layers of linear, batch normalisation, activation and dropout."""
    layers: list[nn.Module] = []
    for incoming in [inputs, *[width] * (depth - 1)][:depth]:
        layers += [Maxout(incoming, width) if activation == "maxout" else nn.Linear(incoming, width)]
        layers += [nn.BatchNorm1d(width)] if batch_norm else []
        layers += [] if activation == "maxout" else [activation_layer(activation)]
        layers += [Dropout(dropout)] if dropout else []
    return nn.Sequential(*layers)


def slope_of(activation: str) -> float:
    """Return the slope by which `init.he` is to allow for `activation`.

    Raises:
        UserError: the activation is unknown.
    """
    if activation not in SLOPES:
        raise UserError(f"no activation is called '{activation}'{suggest(activation, SLOPES)}")
    return SLOPES[activation]
