"""Classification accuracy score: are the generated pairs of image and label good enough to learn from?"""

import torch
from torch import Tensor

from zerosum.metrics.classifier import STEPS, accuracy, train_classifier

LIMIT = 10_000


def classification_accuracy_score(
    fake: Tensor,
    fake_labels: Tensor,
    real: Tensor,
    real_labels: Tensor,
    classes: int,
    *,
    seed: int = 0,
    steps: int = STEPS,
    device: torch.device | str = "cpu",
) -> float:
    """Return the accuracy on real test images of a LeNet trained on generated images with the labels asked for.

    Ravuri & Vinyals, arXiv:1905.10887. All images are uint8 [N, C, H, W], labels int64 [N]. Compare it with the
    accuracy of the same classifier trained on as many real images.
    """
    network = train_classifier(fake, fake_labels, classes, seed=seed, steps=steps, device=device)
    return accuracy(network, real, real_labels)


def pairs_wanted(train_size: int) -> int:
    """Return how many pairs to generate: as many as real ones, at most 10,000."""
    return min(train_size, LIMIT)
