"""Classifier score: are single samples easy to classify, and are all classes made? The inception score's formula."""

import torch
from torch import Tensor

from zerosum.errors import UserError

SPLITS = 10


def classifier_score(logits: Tensor, *, splits: int = SPLITS) -> tuple[float, float]:
    """Return (value, standard error) of the classifier score of the logits [N, K] that a classifier gives samples.

    Salimans et al., arXiv:1606.03498, section 4, with the classifier of the user's data in place of Inception:
    exp(E_x KL(p(y|x) || p(y))), p(y) = E_x p(y|x), the mean over `splits` equal parts of the samples. Between 1 and K;
    K where each sample is surely one class and all are made evenly. It never sees real data, and is blind to variety
    within a class. The error is the standard deviation over the parts divided by the root of their number; papers
    print the standard deviation.

    Raises:
        UserError: the logits are not finite, or there are fewer than two samples a part.
    """
    if len(logits) < 2 * splits:
        raise UserError(f"{len(logits)} samples are too few for a classifier score; give at least {2 * splits}")
    if not bool(logits.isfinite().all()):
        raise UserError("the logits hold NaN or infinity; the samples have diverged, use an earlier checkpoint")
    scores = torch.stack([_score(part) for part in torch.tensor_split(logits.double(), splits)])
    return float(scores.mean()), float(scores.std()) / splits**0.5 if splits > 1 else float("nan")


def _score(logits: Tensor) -> Tensor:
    log_p = logits.log_softmax(1)
    p = log_p.exp()
    mean = p.mean(0)
    # xlogy: a class that never occurs adds 0.
    divergence = (p * log_p).sum(1).mean() - torch.special.xlogy(mean, mean).sum()
    score: Tensor = divergence.clamp(min=0).exp()
    return score
