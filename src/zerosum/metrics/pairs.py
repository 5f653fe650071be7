"""How near an image comes to the one that it should be: PSNR, SSIM and mean absolute difference of pairs."""

import torch
from torch import Tensor

from zerosum.data.channels import on_white
from zerosum.metrics.ms_ssim import similarity

LEAST_SQUARE = 1 / 12
"""Mean square of what rounding to whole grey levels does: images that differ by less cannot be told apart in 8 bits."""


def psnr(x: Tensor, y: Tensor) -> Tensor:
    """Return the peak signal-to-noise ratio in dB of images x and y, [N, C, H, W] in 0..255: float32 [N].

    10 log10(255^2 / mean (x - y)^2), over all channels of an image; RGBA on white. The mean square counts as 1/12 at
    least, so that equal images get 58.9 dB and a mean over images stays finite.
    """
    square = (on_white(x).float() - on_white(y).float()).square().mean((1, 2, 3))
    return 10 * torch.log10(255**2 / square.clamp(min=LEAST_SQUARE))


def ssim(x: Tensor, y: Tensor) -> Tensor:
    """Return the structural similarity of images x and y, [N, C, H, W] in 0..255: float32 [N], at most 1.

    Wang et al. 2004, "Image quality assessment: from error visibility to structural similarity", equation 13, as the
    mean over all places where the window lies inside the image, and over channels; RGBA on white. Gaussian window of
    11 pixels and sigma 1.5, K = (.01, .03); below 11 pixels the window is as wide as the image, less one where that is
    even.
    """
    return similarity(on_white(x).float(), on_white(y).float())[0].mean(1)


def l1(x: Tensor, y: Tensor) -> Tensor:
    """Return the mean absolute difference of images x and y, [N, C, H, W] in 0..255: float32 [N] in [0, 1].

    Over all channels: of RGBA alpha counts like a colour, seen or not.
    """
    return (x.float() - y.float()).abs().mean((1, 2, 3)) / 255
