"""Sliced Wasserstein distance: of points as they are, of images patch by patch at each scale."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from zerosum.errors import UserError
from zerosum.metrics.checks import check_pair

DIRECTIONS = 512
AT_ONCE = 64
PATCH = 7
PATCHES = 16
IMAGES = 4000
CHUNK = 500


def sliced_wasserstein(a: Tensor, b: Tensor, *, directions: int = DIRECTIONS, seed: int = 0) -> float:
    """Return the sliced Wasserstein-1 distance of `a` and `b`, both [n, d], in their own units.

    Rabin et al. 2011, "Wasserstein barycenter and its application to texture mixing": the mean over random directions
    of the 1-D distance of the projections, itself the mean of |a_(i) - b_(i)| over the sorted values.

    Raises:
        UserError: the shapes differ, or the samples are not finite.
    """
    check_pair(a, b)
    if len(a) != len(b):
        raise UserError(f"{len(a)} and {len(b)} samples cannot be paired; give as many of both")
    generator = torch.Generator().manual_seed(seed)
    axes = F.normalize(torch.randn(a.shape[1], directions, generator=generator), dim=0).to(a)
    gaps = [(_sorted(part @ a.T) - _sorted(part @ b.T)).abs().mean(1) for part in torch.split(axes.T, AT_ONCE)]
    return float(torch.cat(gaps).double().mean())


def _sorted(values: Tensor) -> Tensor:
    """Return the values of each row in order."""
    if values.is_cuda:
        return values.sort(dim=1).values
    # Several times as fast as torch's on a CPU.
    return torch.from_numpy(np.sort(values.cpu().numpy(), axis=1))


def patch_distances(real: Tensor, fake: Tensor, *, seed: int = 0) -> dict[int, float]:
    """Return the sliced Wasserstein distance, times 1,000, by side of the image at each scale, finest first.

    Karras et al., arXiv:1710.10196, section 5: 7 x 7 patches of each level of a Laplacian pyramid, channels divided by
    their standard deviation, of uint8 images [n, C, H, W]. Differences: 16 patches an image instead of 128; as many
    levels as `sides` says; the statistics of the reals divide both sets, so that wrong brightness or contrast counts.

    Raises:
        UserError: the shapes or numbers differ, or they are no uint8 images.
    """
    if real.shape != fake.shape or real.dtype != torch.uint8 or fake.dtype != torch.uint8 or real.ndim != 4:
        shapes = f"{real.dtype} {list(real.shape)} and {fake.dtype} {list(fake.shape)}"
        raise UserError(f"patches are compared of as many uint8 images of one size, not {shapes}")
    patches = zip(_patches(real, seed), _patches(fake, seed), strict=True)
    scales = sides(min(real.shape[2:]))
    return {side: 1000 * _distance(a, b, seed) for side, (a, b) in zip(scales, patches, strict=True)}


def sides(side: int) -> list[int]:
    """Return the shorter side at each level: halved, rounded up, as long as two patches fit side by side after it."""
    levels = [side]
    while levels[-1] // 2 >= 2 * PATCH:
        levels.append((levels[-1] + 1) // 2)
    return levels


def _distance(real: Tensor, fake: Tensor, seed: int) -> float:
    """Return the sliced distance of patches [n, C, p, p] in units of the reals' standard deviation of each channel."""
    mean = real.mean((0, 2, 3), keepdim=True)
    scale = (real - mean).square().mean((0, 2, 3), keepdim=True).sqrt().clamp(min=1e-6)
    return sliced_wasserstein(((real - mean) / scale).flatten(1), ((fake - mean) / scale).flatten(1), seed=seed)


def _patches(images: Tensor, seed: int) -> list[Tensor]:
    """Return random patches of each level of the images' pyramid, float32 [16 n, C, p, p]."""
    generator = torch.Generator().manual_seed(seed)
    parts = [
        [_cut(level, generator) for level in laplacian_pyramid(part.float() / 255)]
        for part in torch.split(images, CHUNK)
    ]
    return [torch.cat(level) for level in zip(*parts, strict=True)]


def laplacian_pyramid(images: Tensor) -> Iterator[Tensor]:
    """Yield the levels of images [N, C, H, W], finest first: each less what its half keeps of it, at last what is left.

    Burt & Adelson 1983, "The Laplacian pyramid as a compact image code", with their 5-tap binomial filter.
    """
    for _ in sides(min(images.shape[2:]))[1:]:
        half = _blur(images)[:, :, ::2, ::2]
        yield images - _double(half, images.shape[2:])
        images = half
    yield images


def _double(images: Tensor, size: torch.Size) -> Tensor:
    wide = images.new_zeros(*images.shape[:2], *size)
    wide[:, :, ::2, ::2] = images
    return 4 * _blur(wide)


def _blur(images: Tensor) -> Tensor:
    taps = torch.tensor([1.0, 4, 6, 4, 1]).to(images) / 16
    channels = images.shape[1]
    padded = F.pad(images, (2, 2, 2, 2), mode="reflect")
    rows = F.conv2d(padded, taps.view(1, 1, 1, 5).expand(channels, 1, 1, 5), groups=channels)
    return F.conv2d(rows, taps.view(1, 1, 5, 1).expand(channels, 1, 5, 1), groups=channels)


def _cut(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return 16 random patches of each image [N, C, H, W], as [16 N, C, p, p], p at most 7."""
    height, width = (min(PATCH, side) for side in images.shape[2:])
    windows = images.unfold(2, height, 1).unfold(3, width, 1)
    shape = (len(images), PATCHES)
    tops, lefts = (torch.randint(windows.shape[at], shape, generator=generator).to(images.device) for at in (2, 3))
    patches = windows[torch.arange(len(images), device=images.device)[:, None], :, tops, lefts]
    return patches.flatten(0, 1)
