"""Features learned from the user's own images, without labels or downloads: how strongly patches occur at each octave.

What is left where no network is at hand. After Coates, Lee & Ng 2011, "An analysis of single-layer networks in
unsupervised feature learning": filters that whiten patches, rectified and averaged over the image's quarters, here with
principal components for filters and at each octave of the image.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

SIDE, LEAST = 64, 8
"""Sides of the finest and of the coarsest level."""
PATCH, FILTERS = 5, 24
QUARTERS = 2
THUMBNAIL = 6
LEARNT_FROM, PLACES = 1000, 50
FLOOR = 1e-3
"""Share of the mean variance that is added to each: a direction that the images hardly have must not count for much."""
CHUNK = 250


@dataclass(frozen=True)
class Level:
    """The filters of one octave, [K, C, P, P]."""

    filters: Tensor


@dataclass(frozen=True)
class Patches:
    """A map from uint8 images [N, C, H, W] to float32 [N, d] on the CPU; `learn` makes it."""

    levels: tuple[Level, ...]
    centre: Tensor
    scale: Tensor

    @torch.no_grad()
    def __call__(self, images: Tensor) -> Tensor:
        """Return the features of images [N, C, H, W] in 0..255, uint8 or float: on the images learnt from, mean 0.

        Each block (a level, or the thumbnail) has a mean variance of 1 a number, so that all weigh by their width.
        """
        parts = [torch.cat(self.blocks(part), 1) for part in torch.split(images.cpu(), CHUNK)]
        features: Tensor = (torch.cat(parts) - self.centre) * self.scale
        return features

    def blocks(self, images: Tensor) -> list[Tensor]:
        """Return the features before they are centred and scaled, a block a level, and the image at 6 x 6."""
        octaves = pyramid(images)
        small = F.adaptive_avg_pool2d(octaves[0], _within(octaves[0], THUMBNAIL))
        return [*map(strengths, octaves, self.levels), small.flatten(1)]


def learn(images: Tensor) -> Patches:
    """Return the features that suit uint8 images [N, C, H, W], of which 1,000 are enough.

    At each octave the filters are the principal components of patches of 5 x 5 pixels without their mean, divided by
    the root of their variances: what is rare in the data, as noise in photos, answers loudly.
    """
    generator = torch.Generator().manual_seed(0)
    levels = tuple(Level(whitening(octave, generator)) for octave in pyramid(images))
    plain = Patches(levels, torch.zeros(()), torch.ones(()))
    blocks = [plain.blocks(part) for part in torch.split(images, CHUNK)]
    answers = [torch.cat(block) for block in zip(*blocks, strict=True)]
    scales = [block.var(0).mean().clamp(min=1e-12).rsqrt().expand(block.shape[1]) for block in answers]
    return Patches(levels, torch.cat(answers, 1).mean(0), torch.cat(scales))


def pyramid(images: Tensor) -> list[Tensor]:
    """Return images as float32 in [0, 1] at each octave, from at most 64 pixels a side down to at least 8."""
    octaves = [F.adaptive_avg_pool2d(images.float() / 255, _within(images, SIDE))]
    while min(octaves[-1].shape[2:]) >= 2 * LEAST:
        octaves.append(F.avg_pool2d(octaves[-1], 2))
    return octaves


def whitening(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return at most 24 filters [K, C, 5, 5] that whiten the patches of images [N, C, H, W], without their mean."""
    padded = F.pad(images, [PATCH // 2] * 4, mode="replicate")
    patches = F.unfold(padded, PATCH).transpose(1, 2)
    places = torch.randint(patches.shape[1], (len(images), PLACES), generator=generator)
    sample = patches.gather(1, places[:, :, None].expand(-1, -1, patches.shape[2])).flatten(0, 1).double()
    sample = _flat(sample.view(len(sample), images.shape[1], -1)).flatten(1)
    values, vectors = torch.linalg.eigh(sample.T @ sample / len(sample))
    variances = values.flip(0) + FLOOR * values.clamp(min=0).mean() + 1e-9
    filters = (vectors.flip(1) / variances.sqrt()).T[: min(FILTERS, len(values) - images.shape[1])]
    flat = _flat(filters.reshape(len(filters), images.shape[1], -1))
    return flat.view(*flat.shape[:2], PATCH, PATCH).float()


def strengths(images: Tensor, level: Level) -> Tensor:
    """Return how strongly each filter answers in each quarter, upwards and downwards: [N, 2 K x 4]."""
    answers = F.conv2d(F.pad(images, [PATCH // 2] * 4, mode="replicate"), level.filters)
    both = torch.cat([answers, -answers], 1).relu_()
    means: Tensor = F.adaptive_avg_pool2d(both, QUARTERS).flatten(1)
    return means


def _flat(patches: Tensor) -> Tensor:
    """Return patches [N, C, P P] without the mean of each channel."""
    without: Tensor = patches - patches.mean(2, keepdim=True)
    return without


def _within(images: Tensor, side: int) -> tuple[int, int]:
    """Return the height and width of images, each at most `side`."""
    return min(images.shape[2], side), min(images.shape[3], side)
