"""The space that samples are compared in, chosen by the kind of data."""

import logging
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from zerosum.data.dataset import Dataset
from zerosum.errors import UserError
from zerosum.metrics import imagenet, patches
from zerosum.metrics.labelled import classifier_features
from zerosum.metrics.source import CHUNK, choose, read
from zerosum.metrics.space import Features
from zerosum.networks import pretrained
from zerosum.storage.json_files import digest

log = logging.getLogger(__name__)
SIDE = 16
WIDTH = 256
Place = torch.device | str


def features_for(
    train: Dataset, test: Dataset, *, device: torch.device | str = "cpu", cache: Path | None = None
) -> Features:
    """Return the features that suit the data.

    The kind of data chooses: see `kinds.kind.Judging.features`.
    """
    features: Features = train.spec.answers.judging.features(train, test, device=device, cache=cache)
    return features


def coordinates(train: Dataset) -> Features:
    """Return samples themselves as features, flattened, in their own units."""
    return Features(
        "coordinates", digest(["coordinates", train.shape]), _coordinates, "own units", unrounded=_coordinates
    )


def features_of_images(train: Dataset, test: Dataset, *, device: torch.device | str, cache: Path | None) -> Features:
    """Return "imagenet", of a network that knows photos; without its package "patches", of the train images."""
    if imagenet.installed():
        return imagenet_features(train, test, device=device, cache=cache)
    _say_once()
    return patch_features(train, test, device=device, cache=cache)


def coordinate_features(train: Dataset, test: Dataset, *, device: Place = "cpu", cache: Path | None = None) -> Features:
    """Return `coordinates`; see `space.Maker`, as all of the following."""
    return coordinates(train)


def imagenet_features(train: Dataset, test: Dataset, *, device: Place = "cpu", cache: Path | None = None) -> Features:
    """Return the maps of EfficientNet-Lite0; see `imagenet`."""
    network = imagenet.imagenet(device)
    return Features("imagenet", network.fingerprint, network, network.processing, unrounded=network.exactly, kept=True)


def patch_features(train: Dataset, test: Dataset, *, device: Place = "cpu", cache: Path | None = None) -> Features:
    """Return what is learned of the patches of train images; see `patches`."""
    rows = choose(patches.LEARNT_FROM, len(train))
    module = patches.learn(torch.cat([samples for samples, _ in read(train, rows)]))
    processing = f"5x5 patches at each octave, whitened on {len(rows)} train images; thumbnail"
    # Not of the filters: their last digits differ between machines, and so do those of all scores.
    return Features("patches", digest(["patches", processing, train.fingerprint]), module, processing, unrounded=module)


def label_features(train: Dataset, test: Dataset, *, device: Place = "cpu", cache: Path | None = None) -> Features:
    """Return `labelled.classifier_features`; UserError where there are no labels."""
    features = classifier_features(train, test, device=device, cache=cache)
    if features is None:
        raise UserError(f"{train.name} has no labels to train a classifier with: leave the choice of features out")
    return features


def pixel_features(train: Dataset, test: Dataset, *, device: Place = "cpu", cache: Path | None = None) -> Features:
    """Return `pixels`."""
    processing = f"area to <= {SIDE} x {SIDE}, [0, 1], Gaussian projection above {WIDTH} numbers"
    return Features("pixels", digest(["pixels", processing]), pixels, processing, unrounded=pixels)


def pixels(images: Tensor) -> Tensor:
    """Return uint8 images [N, C, H, W] as float32 [N, <= 256] in [0, 1]: area-averaged to at most 16 x 16, flattened.

    More than 256 numbers are projected to 256 by a fixed Gaussian matrix of variance 1 / 256, which keeps distances on
    average (Johnson & Lindenstrauss); those are not confined to [0, 1].
    """
    size = (min(images.shape[2], SIDE), min(images.shape[3], SIDE))
    parts = [F.adaptive_avg_pool2d(part.cpu().float() / 255, size).flatten(1) for part in torch.split(images, CHUNK)]
    flat = torch.cat(parts)
    if flat.shape[1] <= WIDTH:
        return flat
    generator = torch.Generator().manual_seed(0)
    projected: Tensor = flat @ (torch.randn(flat.shape[1], WIDTH, generator=generator) / WIDTH**0.5)
    return projected


_SAID: set[str] = set()


def _say_once() -> None:
    """Say, once a process, what is missing and how to get it."""
    if not _SAID:
        _SAID.add(pretrained.INSTALL)
        log.warning(
            "scores are taken in patches of your own images: %s for features that see more (18 MB)", pretrained.INSTALL
        )


def _coordinates(points: Tensor) -> Tensor:
    return points.detach().cpu().float().flatten(1)
