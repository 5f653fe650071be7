"""The names of the networks, for recipes. Nothing is imported until a class is asked for."""

from typing import Any

from zerosum.core.registry import Registry

LINES: dict[str, str] = {
    "mlp": "fully connected, for points and small images; maxout as in 2014",
    "dcgan": "convolutions with stride, for images whose side halves down to 4 to 7 pixels",
    "tutorial": "the exact 28x28 pair of the TensorFlow DCGAN tutorial",
    "small": "convolutions on folded pixels, shaped for CPUs; sides multiples of 4",
    "light": "gated convolutions and skip-layer excitation, for few images and little time",
    "dense": "fully connected, each layer told what all before it were told; as in CTGAN",
    "projected": "looks at images through a network trained on ImageNet; needs zerosum[imagenet]",
    "residual": "images to images of any size: down, residual blocks, up; as in CycleGAN",
    "unet": "images to images of any size: down to a few pixels and up again, with skips; as in pix2pix",
    "gaussian": "no network: the marginals and the correlation of the blocks of a row",
    "patch": "judges each patch of an image of any size; 70x70 pixels as in pix2pix, or others",
    "lstm": "writes sentences token by token, with long short-term memory",
}
"""What each network is, in one line."""

GENERATORS: dict[str, str] = {
    "mlp": "zerosum.networks.mlp:Generator",
    "dcgan": "zerosum.networks.dcgan:Generator",
    "tutorial": "zerosum.networks.tutorial:Generator",
    "small": "zerosum.networks.small:Generator",
    "light": "zerosum.networks.light:Generator",
    "dense": "zerosum.networks.dense:Generator",
}

DISCRIMINATORS: dict[str, str] = {
    "mlp": "zerosum.networks.mlp:Trunk",
    "dcgan": "zerosum.networks.dcgan:Trunk",
    "tutorial": "zerosum.networks.tutorial:Trunk",
    "small": "zerosum.networks.small:Trunk",
    "projected": "zerosum.networks.projected:Trunk",
}

REFINERS: dict[str, str] = {
    "mlp": "zerosum.networks.refiner:Dense",
    "small": "zerosum.networks.refiner:Convolutional",
}

TRANSLATORS: dict[str, str] = {
    "residual": "zerosum.networks.residual:Residual",
    "unet": "zerosum.networks.unet:UNet",
}

PATCHES: dict[str, str] = {
    "patch": "zerosum.networks.patch:Patch",
}

WRITERS: dict[str, str] = {
    "lstm": "zerosum.networks.recurrent:LSTM",
}

COPULAS: dict[str, str] = {
    "gaussian": "zerosum.networks.gaussian:Gaussian",
}

NETWORKS: dict[str, dict[str, str]] = {
    "generator": GENERATORS,
    "discriminator": DISCRIMINATORS,
    "refiner": REFINERS,
    "encoder": DISCRIMINATORS,
    "translator": TRANSLATORS,
    "patch": PATCHES,
    "writer": WRITERS,
    "copula": COPULAS,
}
"""The networks that can play each role of a game."""

ALIKE = {"encoder": "discriminator"}
"""Roles whose networks are those of another."""


def registry(role: str) -> Registry:
    """Return the networks that can play a role: zerosum's, those of entry points "ROLE.NAME", and dotted ones."""
    return Registry("network", "zerosum.networks", NETWORKS.get(role, {}), _unfit, prefix=f"{ALIKE.get(role, role)}.")


def _unfit(thing: Any) -> str:
    from torch.nn import Module

    is_network = isinstance(thing, type) and issubclass(thing, Module)
    return "" if is_network else "name a class derived from torch.nn.Module"


SCALED = ("small", "light", "dcgan", "residual", "unet", "patch")
"""Networks whose width is worth choosing: those that learn convolutions. Perceptrons on small data cost next to
nothing."""
SEEING = ("projected",)
"""Networks that look through one that has learned to see."""

SIDES: dict[str, str] = {
    "generator": "generator",
    "translator": "generator",
    "discriminator": "discriminator",
    "patch": "discriminator",
    "writer": "generator",
}
"""The side of the contest that a role is on, where the judge looks at it."""
