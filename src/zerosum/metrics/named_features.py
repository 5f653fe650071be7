"""Features by name: zerosum's own, those of installed packages, and "package.module:Name"."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from zerosum.core.registry import Registry, typed
from zerosum.data.dataset import Dataset
from zerosum.errors import UserError
from zerosum.metrics.space import Features
from zerosum.storage.json_files import digest

MAKERS = {
    "imagenet": "zerosum.metrics.features:imagenet_features",
    "patches": "zerosum.metrics.features:patch_features",
    "classifier": "zerosum.metrics.features:label_features",
    "pixels": "zerosum.metrics.features:pixel_features",
    "inception": "zerosum.metrics.extra_features:inception_features",
    "dinov2": "zerosum.metrics.extra_features:dinov2_features",
    "coordinates": "zerosum.metrics.features:coordinate_features",
}
"""Where each of `names.FEATURES` is made: see `space.Maker`."""
SIGNATURE = "a function of (train, test, *, device, cache) that returns a zerosum.metrics.space.Features"
REGISTRY = Registry(
    "feature space", "zerosum.features", MAKERS, lambda thing: "" if callable(thing) else f"name {SIGNATURE}"
)


def named_features(
    name: str,
    train: Dataset,
    test: Dataset,
    *,
    device: torch.device | str = "cpu",
    cache: Path | None = None,
) -> Features:
    """Return the features `name` for these data; somebody else's have that name, and a fingerprint with their origin.

    Raises:
        UserError: there are no such features, they do not suit the data, they lack what they need, or their package is
            not trusted or is broken.
    """
    own, kind = REGISTRY.is_own(name), train.spec.answers
    if own and name not in kind.judging.names:
        raise UserError(
            f"'{name}' features do not suit {kind.unit.many}, which {train.name} holds: leave the choice out"
        )
    features: Any = REGISTRY.load(name)(train, test, device=device, cache=cache)
    if not isinstance(features, Features):
        raise UserError(f"the features {name} are a {type(features).__name__}: make them with {SIGNATURE}")
    return features if own else _renamed(features, name)


def check_features(name: str | None) -> None:
    """Raise UserError where a user asks for features that there are not; code that is named so is trusted."""
    if name is not None:
        typed(name)
        REGISTRY.load(name)


def _renamed(features: Features, name: str) -> Features:
    """Return somebody else's features under the name by which they are asked for, so that none pass for others."""
    origin = digest([REGISTRY.target(name), features.fingerprint])
    unrounded = None if features.unrounded is None else partial(_checked, name, features.unrounded)
    extract = partial(_checked, name, features.extract)
    # Classes are told by zerosum's classifier whatever the features are: their scores do not name the features.
    return replace(features, name=name, fingerprint=origin, extract=extract, unrounded=unrounded, classifier=None)


def _checked(name: str, extract: Callable[[Tensor], Tensor], samples: Tensor) -> Tensor:
    values: Any = extract(samples)
    if not isinstance(values, Tensor) or values.ndim != 2 or len(values) != len(samples):
        what = list(values.shape) if isinstance(values, Tensor) else type(values).__name__
        raise UserError(f"the features {name} of {len(samples)} samples are {what}: mend the package, return [N, d]")
    return values.detach().cpu().float()
