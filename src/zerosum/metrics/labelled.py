"""What labels teach: the small classifier of the data's own classes, trained once a data set and kept."""

import hashlib
import logging
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F

from zerosum._version import __version__
from zerosum.data.dataset import Dataset
from zerosum.data.stacked import Stacked
from zerosum.errors import UserError
from zerosum.metrics import classifier
from zerosum.metrics.classifier import LeNet
from zerosum.metrics.source import choose, is_images, read
from zerosum.metrics.space import Features
from zerosum.metrics.stacked import StackedClassifier
from zerosum.storage import atomic
from zerosum.storage.cache import alone, cache_folder, keeping, safe_name
from zerosum.storage.checkpoint import save_tensors
from zerosum.storage.json_files import digest, read_json, write_json

log = logging.getLogger(__name__)
TRAINING_LIMIT = 60_000
SEED = 0


def classifiable(data: Dataset) -> bool:
    """Return whether a classifier can be trained on the data: images of at least 4 x 4 pixels, of two classes or more.

    Stacked images are, where the single ones are.
    """
    if isinstance(data, Stacked):
        return classifiable(data.single)
    return is_images(data) and len(data.classes) > 1 and min(data.shape[1:]) >= 4


def classifier_features(
    train: Dataset, test: Dataset, *, device: torch.device | str = "cpu", cache: Path | None = None
) -> Features | None:
    """Return the last hidden layer of a LeNet trained on the labels of `train`, with its `classifier`; None without.

    Trained once; kept in the cache folder under the data's fingerprint. Stacked images: the same of each channel, from
    the classifier of the single ones. The weights, hence the fingerprint, depend on the machine in the last digits: to
    compare scores between machines, copy the cache folder.

    Raises:
        UserError: the data have classes, but the images to train on have no labels.
    """
    if not classifiable(train):
        return None
    if isinstance(train, Stacked) and isinstance(test, Stacked):
        single = classifier_features(train.single, test.single, device=device, cache=cache)
        return None if single is None else _stacked_features(single)
    return _features(_load_or_train(train, test, torch.device(device), cache_folder(cache) / "features"))


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


def weights_fingerprint(network: LeNet) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of the weights."""
    hashed = hashlib.sha256()
    for name, weight in sorted(network.state_dict().items()):
        hashed.update(name.encode())
        hashed.update(weight.detach().cpu().contiguous().numpy().tobytes())
    return hashed.hexdigest()[:16]


def _features(network: LeNet) -> Features:
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
    with alone(stem.with_name(f"{stem.name}.lock")):
        network = _load(stem, train)
        if network is None:
            network, facts = _train(train, test, device)
            _save(stem, network, facts)
    return network.to(device=device)


def _load(stem: Path, train: Dataset) -> LeNet | None:
    """Return the network under `stem`, or None where it is missing, damaged, or not the one that its JSON names."""
    path = stem.with_name(f"{stem.name}.safetensors")
    facts = read_json(stem.with_name(f"{stem.name}.json"))
    if facts is None or not path.exists():
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
    with keeping(stem):
        with atomic.replacing(stem.with_name(f"{stem.name}.safetensors")) as part:
            save_tensors(weights, part)
        write_json(stem.with_name(f"{stem.name}.json"), facts)


def _train(train: Dataset, test: Dataset, device: torch.device) -> tuple[LeNet, dict[str, Any]]:
    log.info("training the classifier that measures %s (once; about a minute on a CPU)", train.name)
    images, labels = small_pairs(train, choose(TRAINING_LIMIT, len(train)))
    network = classifier.train_classifier(
        images, labels, len(train.classes), seed=SEED, steps=classifier.STEPS, device=device
    )
    accuracy = None
    if test.labels is not None:
        accuracy = classifier.accuracy(network, *small_pairs(test, choose(TRAINING_LIMIT, len(test))))
        log.info("the classifier labels %.2f %% of the test images rightly", 100 * accuracy)
    facts = {
        "fingerprint": weights_fingerprint(network),
        "test_accuracy": accuracy,
        "data": train.name,
        "data_fingerprint": train.fingerprint,
        "recipe": recipe(),
        "zerosum": __version__,
        "torch": str(torch.__version__),
    }
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
