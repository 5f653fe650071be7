"""The space that samples are compared in, chosen by the kind of data."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F

from zerosum import whole
from zerosum._version import __version__
from zerosum.data.dataset import Dataset
from zerosum.data.stacked import Stacked
from zerosum.errors import UserError, suggest
from zerosum.metrics import classifier
from zerosum.metrics.cache import cache_folder, digest, read_json, safe_name, write_json
from zerosum.metrics.classifier import LeNet
from zerosum.metrics.names import FEATURES
from zerosum.metrics.source import CHUNK, choose, is_images, read
from zerosum.metrics.stacked import StackedClassifier

log = logging.getLogger(__name__)
TRAINING_LIMIT = 60_000
SIDE = 16
WIDTH = 256
SEED = 0


@dataclass(frozen=True)
class Features:
    """A map from samples as users see them to float32 [N, d] on the CPU; call it."""

    name: str
    fingerprint: str
    """Identifies the numbers it computes: scores with different fingerprints cannot be compared."""
    extract: Callable[[Tensor], Tensor]
    processing: str
    classifier: LeNet | StackedClassifier | None = None
    unrounded: Callable[[Tensor], Tensor] | None = None
    """The same for images that are not rounded, float in 0..255; None where there is no such map."""

    def __call__(self, samples: Tensor) -> Tensor:
        """Return the features, float32 [N, d], of uint8 images [N, C, H, W] or points [N, D]."""
        return self.extract(samples)


def features_for(
    train: Dataset, test: Dataset, *, device: torch.device | str = "cpu", cache: Path | None = None
) -> Features:
    """Return the features that suit the data.

    Labelled images: the last hidden layer of a LeNet trained on `train` (once; kept in the cache folder under the
    data's fingerprint). Stacked images: the same of each channel, from the classifier of the single ones. Other images:
    their pixels, area-averaged to at most 16 x 16. Points: the coordinates.

    The classifier's weights, hence its fingerprint, depend on the machine in the last digits: to compare scores between
    machines, copy the cache folder.

    Raises:
        UserError: the samples are neither images nor points.
    """
    if len(train.shape) == 1:
        return Features(
            "coordinates", digest(["coordinates", train.shape]), _coordinates, "own units", unrounded=_coordinates
        )
    if not is_images(train):
        raise UserError(f"no features for samples of shape {train.shape}; use images [C, H, W] or points [D]")
    if isinstance(train, Stacked) and isinstance(test, Stacked) and min(train.shape[1:]) >= 4:
        return _stacked_features(features_for(train.single, test.single, device=device, cache=cache))
    if len(train.classes) < 2 or min(train.shape[1:]) < 4:
        return _pixel_features()
    return _classifier_features(_load_or_train(train, test, torch.device(device), cache_folder(cache) / "features"))


def named_features(
    name: str,
    train: Dataset,
    test: Dataset,
    *,
    device: torch.device | str = "cpu",
    cache: Path | None = None,
) -> Features:
    """Return the features `name`, out of `names.FEATURES`, for images of these data.

    Raises:
        UserError: there are no such features, they do not suit the data, or they lack what `extra_features` needs.
    """
    if name not in FEATURES:
        raise UserError(f"no features '{name}'{suggest(name, FEATURES)}")
    if not is_images(train):
        raise UserError(f"'{name}' features are of images, {train.name} holds points: leave the choice of features out")
    if name == "pixels":
        return _pixel_features()
    if name in ("inception", "dinov2"):
        # They need features of this module, and nobody else needs them.
        from zerosum.metrics.extra_features import extra_features

        return extra_features(name, device=device)
    features = features_for(train, test, device=device, cache=cache)
    if features.classifier is None:
        raise UserError(f"{train.name} has no labels to train a classifier with: use pixels features")
    return features


def recipe() -> dict[str, Any]:
    """Return what the classifier's weights depend on besides the data; it is part of its name in the cache."""
    return {
        "network": "lenet-32-64-128",
        "steps": classifier.STEPS,
        "batch_size": classifier.BATCH,
        "learning_rate": classifier.PEAK_LEARNING_RATE,
        "images": TRAINING_LIMIT,
        "seed": SEED,
    }


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


def weights_fingerprint(network: LeNet) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of the weights."""
    hashed = hashlib.sha256()
    for name, weight in sorted(network.state_dict().items()):
        hashed.update(name.encode())
        hashed.update(weight.detach().cpu().contiguous().numpy().tobytes())
    return hashed.hexdigest()[:16]


def _coordinates(points: Tensor) -> Tensor:
    return points.detach().cpu().float()


def _pixel_features() -> Features:
    processing = f"area to <= {SIDE} x {SIDE}, [0, 1], Gaussian projection above {WIDTH} numbers"
    return Features("pixels", digest(["pixels", processing]), pixels, processing, unrounded=pixels)


def _classifier_features(network: LeNet) -> Features:
    side = classifier.SIDE
    processing = f"uint8, area to <= {side} x {side}"

    @torch.no_grad()
    def unrounded(images: Tensor) -> Tensor:
        # Pooling to the sides of small images, and of those that do not exceed them, is the identity.
        small = [
            F.adaptive_avg_pool2d(part.float(), network.shape[1:]) for part in torch.split(images, classifier.CHUNK)
        ]
        return torch.cat([network.embed(part.to(network.head.weight.device)).cpu() for part in small])

    return Features("classifier", weights_fingerprint(network), network.features, processing, network, unrounded)


def _stacked_features(single: Features) -> Features:
    assert isinstance(single.classifier, LeNet)  # single images are labelled
    classifier = StackedClassifier(single.classifier)
    identity = digest(["stacked", single.fingerprint])
    return Features("classifier a channel", identity, classifier.features, single.processing, classifier)


def _load_or_train(train: Dataset, test: Dataset, device: torch.device, folder: Path) -> LeNet:
    """Return the cached network of these data, or train it; two processes that ask at once train it once."""
    stem = folder / f"{safe_name(train.name)}-{train.fingerprint}-{digest(recipe())}"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{stem}.lock"):
        network = _load(stem, train)
        if network is None:
            network, facts = _train(train, test, device)
            _save(stem, network, facts)
    return network.to(device=device)


def _load(stem: Path, train: Dataset) -> LeNet | None:
    """Return the network under `stem`, or None where it is missing, damaged, or not the one that its JSON names."""
    path = stem.with_name(f"{stem.name}.safetensors")
    facts = read_json(stem.with_name(f"{stem.name}.json"))
    if not path.exists() or facts is None:
        return None
    network = LeNet(train.shape, len(train.classes))
    try:
        network.load_state_dict(load_file(path))
    except Exception as error:
        # safetensors raises its own errors for what is damaged; whatever the reason, training again is the remedy.
        log.warning("the cached classifier %s is damaged (%s); training it again", path, type(error).__name__)
        return None
    if weights_fingerprint(network) != facts.get("fingerprint"):
        log.warning("the cached classifier %s does not match its description; training it again", path)
        return None
    return network.to(memory_format=torch.channels_last).eval().requires_grad_(False)  # type: ignore[call-overload, no-any-return]


def _save(stem: Path, network: LeNet, facts: dict[str, Any]) -> None:
    weights = {name: weight.detach().cpu().contiguous() for name, weight in network.state_dict().items()}
    with whole.replacing(stem.with_name(f"{stem.name}.safetensors")) as part:
        save_file(weights, part)
    write_json(stem.with_name(f"{stem.name}.json"), facts)


def _train(train: Dataset, test: Dataset, device: torch.device) -> tuple[LeNet, dict[str, Any]]:
    log.info("training the classifier that measures %s (once; about a minute on a CPU)", train.name)
    images, labels = small_pairs(train, choose(TRAINING_LIMIT, len(train)))
    network = classifier.train_classifier(
        images, labels, len(train.classes), seed=SEED, steps=classifier.STEPS, device=device
    )
    accuracy = classifier.accuracy(network, *small_pairs(test, choose(TRAINING_LIMIT, len(test))))
    facts = {
        "fingerprint": weights_fingerprint(network),
        "test_accuracy": accuracy,
        "data": train.name,
        "data_fingerprint": train.fingerprint,
        "recipe": recipe(),
        "zerosum": __version__,
        "torch": str(torch.__version__),
    }
    log.info("the classifier labels %.2f %% of the test images rightly", 100 * accuracy)
    return network, facts


def small_pairs(data: Dataset, indices: Tensor) -> tuple[Tensor, Tensor]:
    """Return (uint8 images of at most 32 x 32, int64 labels) of `indices` of labelled images."""
    images, labels = [], []
    for samples, label in read(data, indices):
        if label is None:
            raise UserError(f"{data.name} has classes but no labels for its {data.split} split; label it")
        images.append(classifier.shrink(samples))
        labels.append(label)
    return torch.cat(images), torch.cat(labels)
