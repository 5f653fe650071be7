"""How the classes that a classifier sees in the samples are spread, and whether they are the ones asked for."""

import torch
from torch import Tensor

from zerosum.errors import UserError

SHARE = 0.1


def histogram(predicted: Tensor, classes: int) -> Tensor:
    """Return the number of samples in each class, int64 [classes], of predicted labels [N].

    Raises:
        UserError: there are no samples, or a label is outside 0..classes-1.
    """
    if len(predicted) == 0:
        raise UserError("no samples to count classes in; draw at least one")
    if int(predicted.min()) < 0 or int(predicted.max()) >= classes:
        raise UserError(f"a label is outside 0..{classes - 1}; number the classes from 0")
    return torch.bincount(predicted, minlength=classes)


def class_coverage(counts: Tensor, *, share: float = SHARE) -> int:
    """Return how many classes hold at least `share` of their even part, i.e. share / classes of the samples."""
    return int((counts * len(counts) >= share * counts.sum()).sum())


def kl_to_uniform(counts: Tensor) -> float:
    """Return KL(p || uniform) = sum_i p_i log(K p_i) in nats for the histogram `counts` [K].

    It is 0 when even and log K at worst. An even generator gets about (K - 1) / (2 N) from N samples, by chance alone.
    """
    shares = counts.double() / counts.sum()
    return float(torch.special.xlogy(shares, shares * len(counts)).sum())


def label_accuracy(predicted: Tensor, labels: Tensor) -> float:
    """Return the share of samples whose predicted label [N] is the one asked for [N].

    Raises:
        UserError: the numbers of labels differ, or are 0.
    """
    if len(predicted) != len(labels) or len(labels) == 0:
        raise UserError(f"{len(predicted)} predictions for {len(labels)} asked labels; give one label a sample")
    return float((predicted == labels).double().mean())
