"""Initial weights. Call them before spectral normalisation, which hides the weights it wraps."""

from torch import nn

WEIGHTED = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)
NORMALISING = (nn.BatchNorm1d, nn.BatchNorm2d)


def dcgan(module: nn.Module) -> None:
    """Draw weights from N(0, 0.02) and batch normalisation's from N(1, 0.02), biases 0: section 4 of arXiv:1511.06434.

    The paper speaks of all weights; that those of batch normalisation are centred at 1 comes from the authors' code.
    """
    for part in module.modules():
        if isinstance(part, WEIGHTED):
            nn.init.normal_(part.weight, 0.0, 0.02)
            _zero_bias(part)
        elif isinstance(part, NORMALISING):
            nn.init.normal_(part.weight, 1.0, 0.02)


def he(module: nn.Module, *, slope: float = 0.0) -> None:
    """Draw weights from N(0, 2 / ((1 + slope^2) fan_in)), biases 0: equations 10 and 15 of He et al., arXiv:1502.01852.

    Args:
        module: the network.
        slope: that of its leaky ReLUs; 0 for ReLU, 1 for a linear layer.
    """
    for part in module.modules():
        if isinstance(part, WEIGHTED):
            variance = 2 / ((1 + slope**2) * fan_in(part))
            nn.init.normal_(part.weight, 0.0, variance**0.5)
            _zero_bias(part)


def spread_biases(module: nn.Module) -> None:
    """Draw biases from U(-b, b), b = 1 / sqrt(fan_in): where inputs have few dimensions, zero biases are a trap.

    Without biases a rectifier network is homogeneous, D(t x) = t D(x), so all its kinks pass through the origin, and
    two-dimensional densities are learned as rays long before they are learned as modes.
    """
    for part in module.modules():
        if isinstance(part, WEIGHTED) and part.bias is not None:
            nn.init.uniform_(part.bias, -(fan_in(part) ** -0.5), fan_in(part) ** -0.5)


def glorot(module: nn.Module) -> None:
    """Draw weights from U(-b, b), b = sqrt(6 / (fan_in + fan_out)), biases 0: equation 16 of Glorot and Bengio 2010."""
    for part in module.modules():
        if isinstance(part, WEIGHTED):
            nn.init.xavier_uniform_(part.weight)
            _zero_bias(part)


def fan_in(layer: nn.Linear | nn.Conv2d | nn.ConvTranspose2d) -> float:
    """Return how many inputs an output of `layer` sums; of a strided transposed convolution, on average."""
    if isinstance(layer, nn.Linear):
        return layer.in_features
    taps = layer.kernel_size[0] * layer.kernel_size[1] * layer.in_channels / layer.groups
    strides = layer.stride[0] * layer.stride[1]
    return taps / strides if isinstance(layer, nn.ConvTranspose2d) else taps


def _zero_bias(layer: nn.Linear | nn.Conv2d | nn.ConvTranspose2d) -> None:
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
