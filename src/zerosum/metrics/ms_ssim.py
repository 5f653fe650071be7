"""Multi-scale structural similarity: how alike pairs of images look, as a measure of variety."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from zerosum.data.channels import on_white
from zerosum.errors import UserError

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
WINDOW = 11
SIGMA = 1.5
PAIRS = 2000
CHUNK = 100


def ms_ssim_diversity(images: Tensor) -> tuple[float, float]:
    """Return (mean, standard error) of the MS-SSIM of disjoint pairs of uint8 images [N, C, H, W]: 0 and 1, 2 and 3...

    Odena et al., arXiv:1610.09585, section 4.2: above what real images get, the samples are less varied. Give the
    images in random order. Their pairs were of one class; these are of all classes.

    Raises:
        UserError: there are fewer than four images, or they are no uint8 images.
    """
    if len(images) < 4 or images.ndim != 4 or images.dtype != torch.uint8:
        raise UserError(f"pairs are compared of 4 or more uint8 images, not {images.dtype} {list(images.shape)}")
    even = len(images) // 2 * 2
    pairs = zip(torch.split(images[0:even:2], CHUNK), torch.split(images[1:even:2], CHUNK), strict=True)
    values = torch.cat([ms_ssim(first, second) for first, second in pairs]).double()
    return float(values.mean()), float(values.std()) / len(values) ** 0.5


def ms_ssim(x: Tensor, y: Tensor) -> Tensor:
    """Return the multi-scale structural similarity of images x and y, [N, C, H, W] in 0..255: float32 [N], at most 1.

    Wang, Simoncelli & Bovik 2003, "Multiscale structural similarity for image quality assessment", equation 7: the
    product over scales j of (mean over pixels of the contrast-structure term)^w_j, at the last scale with the luminance
    term in it; each scale halves the images by averaging. Gaussian window of 11 pixels, sigma 1.5, constants
    (.01 L)^2 and (.03 L)^2 with L = 255; channels on their own, then averaged; RGBA on white. A negative
    term counts as 0.

    Images too small for five scales get as many as `scales` says, with the first weights scaled to sum 1; below 11
    pixels the window is as wide as the image, less one where that is even.
    """
    x, y = on_white(x).float(), on_white(y).float()
    count = scales(min(x.shape[2:]))
    result = torch.ones(x.shape[:2], device=x.device)
    for scale, weight in enumerate(WEIGHTS[:count]):
        if scale:
            x, y = F.avg_pool2d(x, 2), F.avg_pool2d(y, 2)
        whole, structure = similarity(x, y)
        term = whole if scale == count - 1 else structure
        result = result * term.clamp(min=0) ** (weight / sum(WEIGHTS[:count]))
    return result.mean(1)


def scales(side: int) -> int:
    """Return how many scales images of this shorter side allow: the window must fit, so 5 from 176 pixels on."""
    return max(1, min(len(WEIGHTS), int(math.log2(max(side, 1) / WINDOW)) + 1)) if side >= WINDOW else 1


def similarity(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return (SSIM, its contrast-structure term), each a mean over the pixels, [N, C]."""
    window = _window(min(x.shape[2:])).to(x)
    mean_x, mean_y = _blur(x, window), _blur(y, window)
    variances = _blur(x * x, window) - mean_x**2 + _blur(y * y, window) - mean_y**2
    covariance = _blur(x * y, window) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    structure = (2 * covariance + c2) / (variances + c2)
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    return (luminance * structure).mean((2, 3)), structure.mean((2, 3))


def _window(side: int) -> Tensor:
    width = min(WINDOW, side - 1 + side % 2)
    offsets = torch.arange(width) - width // 2
    weights = torch.exp(-offsets.float().square() / (2 * SIGMA**2))
    return weights / weights.sum()


def _blur(x: Tensor, window: Tensor) -> Tensor:
    """Filter along rows, then along columns, where the window lies inside the image."""
    channels = x.shape[1]
    rows = F.conv2d(x, window.view(1, 1, 1, -1).expand(channels, 1, 1, -1), groups=channels)
    return F.conv2d(rows, window.view(1, 1, -1, 1).expand(channels, 1, -1, 1), groups=channels)
