"""The metrics of translations: pairs, the way there and back, and what should have stayed, on the table's terms."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from zerosum.metrics import classes, imagenet, pairs
from zerosum.metrics.metric import Metric, Value, always, binomial, needs_classes
from zerosum.metrics.ms_ssim import SIGMA, WEIGHTS, WINDOW, ms_ssim
from zerosum.metrics.outputs import Pairs, Translated
from zerosum.metrics.perceptual import perceptual
from zerosum.metrics.reference import Drawn, Reference
from zerosum.networks import pretrained

CHUNK = 256
LOOKED_AT = 1000
"""Pairs that `perceptual` takes at most: a deep network looks at each."""
Compare = Callable[[Tensor, Tensor], Tensor]


def _truth(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return _means({"psnr": pairs.psnr, "ssim": pairs.ssim, "pair_ms_ssim": ms_ssim, "l1": pairs.l1}, "truth", fake)


def _cycle(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return _means({"cycle_error": pairs.l1}, "cycle", fake)


def _identity(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return _means({"identity_error": pairs.l1}, "identity", fake)


def _perceptual(reference: Reference, fake: Drawn) -> dict[str, Value]:
    network = imagenet.imagenet(reference.device)
    return _means({"perceptual": partial(perceptual, network)}, "truth", fake, most=LOOKED_AT)


def _means(compare: Mapping[str, Compare], of: str, fake: Drawn, *, most: int | None = None) -> dict[str, Value]:
    """Return the means of some comparisons over pairs, all or the first `most`, each with its standard error."""
    count = len(fake) if most is None else min(most, len(fake))
    rows = [[function(*pair).cpu() for function in compare.values()] for pair in _parts(fake, of, count)]
    columns = (torch.cat(column).double() for column in zip(*rows, strict=True))
    return {
        name: (float(values.mean()), float(values.std()) / len(values) ** 0.5)
        for name, values in zip(compare, columns, strict=True)
    }


def _parts(fake: Drawn, of: str, count: int) -> Iterator[tuple[Tensor, Tensor]]:
    both: Pairs = getattr(fake.translated, of)
    for first in range(0, count, CHUNK):
        yield both(first, min(CHUNK, count - first))


def _lpips(reference: Reference, fake: Drawn) -> dict[str, Value]:
    from zerosum.metrics.lpips import Lpips

    return _means({"lpips": Lpips(device=reference.device)}, "truth", fake)


def _needs_imagenet(reference: Reference, conditional: bool) -> str:
    return "" if imagenet.installed() else f"it needs zerosum[imagenet], {pretrained.INSTALL}"


def _label_kept(reference: Reference, fake: Drawn) -> dict[str, Value]:
    assert fake.predicted is not None
    assert fake.labels is not None
    share = classes.label_accuracy(fake.predicted, fake.labels)
    return {"label_kept": (share, binomial(share, len(fake)))}


def _needs(name: str, missing: str) -> Callable[[Translated], str]:
    return lambda translated: missing if getattr(translated, name) is None else ""


_NEEDS = {
    "truth": _needs("truth", "no target is known to belong to a source"),
    "cycle": _needs("cycle", "the system has not learned the way back"),
    "identity": _needs("identity", "the system takes other images than those it makes"),
    "labels": _needs("labels", "sources and targets have no labels in common"),
}
_WINDOW = {"window": WINDOW, "sigma": SIGMA}
_PAIRS: dict[str, Any] = {
    "space": None,
    "has_floor": False,
    "has_rivals": True,
    "of_translations": _NEEDS["truth"],
}
_ITSELF: dict[str, Any] = {"space": None, "has_floor": False}

TRANSLATION: dict[str, Metric] = {
    "psnr": Metric(_truth, "higher", always, {"peak": 255, "least_square": "1/12"}, **_PAIRS),
    "ssim": Metric(_truth, "higher", always, _WINDOW, **_PAIRS),
    "pair_ms_ssim": Metric(_truth, "higher", always, {**_WINDOW, "weights": list(WEIGHTS)}, **_PAIRS),
    "l1": Metric(_truth, "lower", always, **_PAIRS),
    "perceptual": Metric(
        _perceptual,
        "lower",
        _needs_imagenet,
        {"network": "efficientnet-lite0", "levels": 5, "weights": "equal"},
        **_PAIRS,
        count=lambda reference, n: min(n, LOOKED_AT),
        shown=lambda reference: {"fingerprint": imagenet.imagenet(reference.device).fingerprint},
    ),
    "cycle_error": Metric(_cycle, "lower", always, {"of": "l1"}, **_ITSELF, of_translations=_NEEDS["cycle"]),
    "identity_error": Metric(_identity, "lower", always, {"of": "l1"}, **_ITSELF, of_translations=_NEEDS["identity"]),
    "label_kept": Metric(
        _label_kept, "higher", needs_classes, space="classifier", floor_on_test=True, of_translations=_NEEDS["labels"]
    ),
}
ON_REQUEST: dict[str, Metric] = {
    "lpips": Metric(_lpips, "lower", always, {"network": "vgg16, 0.1", "enlarged_to": 64}, **_PAIRS, asked=True),
}
