"""A discriminator that looks through a network trained on ImageNet: Sauer et al. 2021, arXiv:2111.01007.

Images pass an EfficientNet-Lite1 whose weights never change. Its maps at four scales are mixed by random projections
that never change either (section 3.2): across channels, by 1x1 convolutions, and across scales, top down, by 3x3
convolutions. On each of the four lies a small head of its own, and only these learn.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zerosum.errors import UserError
from zerosum.networks import init
from zerosum.networks.efficientnet import LEVELS
from zerosum.networks.layers import image_shape, spectrally_normalised
from zerosum.networks.pretrained import LITE1, efficientnet
from zerosum.networks.trunk import DiscriminatorTrunk, joined
from zerosum.options import Count

SLOPE = 0.2
SEEN = {1: 10.0, 2: 10.0, 3: 8.0, 4: 3.0}
"""The levels that are looked at, those at 1/4, 1/8, 1/16 and 1/32 of the side, and how large their numbers are: the
root of their mean square on photos, faces and drawings. Divided by it, D's logits begin within the hinge's margin."""
COARSEST = 4
"""The shorter side down to which heads halve their maps."""


class Trunk(DiscriminatorTrunk):
    """Frozen maps, random projections, and heads of 4x4 convolutions with stride 2; four views of each image.

    Grey images are grey in three channels. Of images with alpha, colour is laid over a grey that is drawn anew for each
    image in training, so that what alpha is wrong shows.

    Args:
        shape: (C, H, W), with 1, 3 or 4 channels.
        condition: length of the condition, which joins the projected maps as constant maps.
        side: pixels of the shorter side at which images are looked at, at least; smaller ones are enlarged.
        width: channels of the projections and heads.
        spectral_norm: normalise the weights of the heads spectrally, as the paper does.

    Raises:
        UserError: the data are not images, or the weights are not installed.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        condition: int = 0,
        *,
        side: Count = 64,
        width: Count = 64,
        spectral_norm: bool = True,
    ) -> None:
        super().__init__(condition=condition, spectral_norm=spectral_norm)
        channels, height, across = image_shape("projected", shape)
        if channels not in (1, 3, 4):
            raise UserError(
                f"projected looks at one image of 1, 3 or 4 channels, not {channels}: use --set game.pack=1"
            )
        efficientnet(LITE1)  # now, and not in the first round, is the time to say that it is missing
        factor = max(1.0, side / min(height, across))
        self.size = (round(height * factor), round(across * factor))
        self.enlarged = self.size != (height, across)
        self.mixed = nn.ModuleList(Mixed(LEVELS[level], width, scale) for level, scale in SEEN.items())
        self.smoothed = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in SEEN)
        for projection in (self.mixed, self.smoothed):
            init.he(projection, slope=1.0)
            projection.requires_grad_(False)
        self.features, self.views = len(SEEN) * width, len(SEEN)
        sizes = [tuple(-(-side // 2 ** (level + 1)) for side in self.size) for level in SEEN]
        self.heads = nn.ModuleList(head(condition + width, width, size) for size in sizes)
        self.initialise(self.heads)
        if spectral_norm:
            spectrally_normalised(self.heads)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return features [N, features] of images [N, C, H, W] in [-1, 1]: `width` of each level, the finest first."""
        maps = efficientnet(LITE1, x.device)(self.shown(x))
        mixed = [mix(maps[level]) for mix, level in zip(self.mixed, SEEN, strict=True)]
        above: Tensor | None = None
        features = []
        for level in reversed(range(len(SEEN))):
            here = mixed[level]
            if above is not None:
                here = here + F.interpolate(above, size=here.shape[2:], mode="bilinear")
            above = self.smoothed[level](here)
            features.append(self.heads[level](joined(above, condition)))
        return torch.cat(features[::-1], 1)

    def shown(self, x: Tensor) -> Tensor:
        """Return images as the frozen network takes them: float [N, 3, *size] in 0..255."""
        if x.shape[1] == 4:
            alpha = (x[:, 3:] + 1) / 2
            grey = torch.rand_like(alpha[:, :, :1, :1]) * 2 - 1 if self.training else torch.zeros_like(alpha)
            x = x[:, :3] * alpha + grey * (1 - alpha)
        if self.enlarged:
            x = F.interpolate(x, size=self.size, mode="bilinear")
        return ((x + 1) * 127.5).expand(-1, 3, -1, -1)

    def initialise(self, module: nn.Module) -> None:
        """Draw weights after He et al."""
        init.he(module, slope=SLOPE)


class Mixed(nn.Conv2d):
    """A 1x1 convolution of maps whose numbers are divided by `scale`."""

    def __init__(self, inputs: int, outputs: int, scale: float) -> None:
        super().__init__(inputs, outputs, 1)
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        """Return the mixed map [N, outputs, H, W] of x [N, inputs, H, W]."""
        return super().forward(x / self.scale)


def head(inputs: int, width: int, size: tuple[int, ...]) -> nn.Sequential:
    """Return what learns on the maps of one level: 4x4 convolutions with stride 2 down to 4 pixels, and a dense layer.

    Args:
        inputs: channels of the maps.
        width: channels of each layer, and the length of the result.
        size: height and width of the maps.
    """
    layers: list[nn.Module] = []
    while min(size) >= 2 * COARSEST:
        layers += [nn.Conv2d(inputs, width, 4, stride=2, padding=1), nn.LeakyReLU(SLOPE)]
        inputs, size = width, tuple(side // 2 for side in size)
    layers += [Spread(), nn.Flatten(), nn.Linear((inputs + 1) * size[0] * size[1], width), nn.LeakyReLU(SLOPE)]
    return nn.Sequential(*layers)


class Spread(nn.Module):
    """One more channel: how different the images of a batch are, so that a batch of the same is seen to be made.

    Karras et al. 2018, arXiv:1710.10196, section 3: the standard deviation over the batch, its mean over channels and
    places, as a constant map. Without it G falls onto one picture within hundreds of rounds.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return [N, C + 1, H, W] of x [N, C, H, W]."""
        spread = (x.float().var(0, correction=0) + 1e-8).sqrt().mean()
        return torch.cat([x, spread.to(x.dtype).expand(len(x), 1, *x.shape[2:])], 1)
