"""The metrics that are measured only when they are asked for, on the terms of the table."""

import torch
from torch import Tensor

from zerosum.metrics import birthday, ms_ssim, ndb, path_length, sliced
from zerosum.metrics import classifier_score as score
from zerosum.metrics import fd_infinity as infinity
from zerosum.metrics.classifier import LeNet
from zerosum.metrics.diversity import feature_diversity
from zerosum.metrics.metric import Metric, Value, always, needs_classes
from zerosum.metrics.reference import LIMIT, SIDE, Drawn, Reference

PATHS = 2000
PATH_CHUNK = 500


def _fd_infinity(reference: Reference, fake: Drawn) -> dict[str, Value]:
    # The line's own error knows nothing of the samples that its points share: it is not that of the value.
    return {"fd_infinity": (infinity.fd_infinity(reference.real.features, fake.features)[0], None)}


def _classifier_score(reference: Reference, fake: Drawn) -> dict[str, Value]:
    network, seen = reference.labelled.classifier, fake.seen
    assert isinstance(network, LeNet)
    assert seen is not None
    with torch.no_grad():
        logits = network.head(seen().to(network.head.weight.device)).cpu()
    return {"classifier_score": score.classifier_score(logits)}


def _ndb(reference: Reference, fake: Drawn) -> dict[str, Value]:
    train = reference.train_side.features
    bins = ndb.ndb(train, fake.features, bins=ndb.bins_for(min(len(train), len(fake))))
    return {"ndb": (bins.share, None), "ndb_js": (bins.js, None)}


def _support(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return {"support": birthday.support(reference.real.features, fake.features)}


def _feature_diversity(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return {"feature_diversity": (feature_diversity(reference.real.features, fake.features), None)}


def _ms_ssim(reference: Reference, fake: Drawn) -> dict[str, Value]:
    return {"ms_ssim": ms_ssim.ms_ssim_diversity(fake.images(min(len(fake), 2 * ms_ssim.PAIRS)))}


def _sliced(reference: Reference, fake: Drawn) -> dict[str, Value]:
    count = _as_many(reference, len(fake))
    if fake.points is not None and reference.real.points is not None:
        return {"swd": (sliced.sliced_wasserstein(reference.real.points[:count], fake.points[:count]), None)}
    levels = sliced.patch_distances(reference.real.images(count), fake.images(count)).values()
    return {"swd": (sum(levels) / len(levels), None)}


def _path_length(reference: Reference, fake: Drawn) -> dict[str, Value]:
    assert fake.paths is not None
    unrounded = reference.features.unrounded
    assert unrounded is not None
    paths = fake.paths(min(len(fake), PATHS))

    def embed(latents: Tensor) -> Tensor:
        chunks = torch.arange(len(latents)).split(PATH_CHUNK)  # type: ignore[no-untyped-call]
        return torch.cat([unrounded(paths.render(latents[chunk], chunk)) for chunk in chunks])

    length = path_length.path_length(embed, paths.starts, paths.ends, spherical=paths.spherical)
    return {"path_length": length}


def _as_many(reference: Reference, n: int) -> int:
    """Return how many samples of each side the sliced distance compares; of images no more than 4,000."""
    return min(n, len(reference.indices), sliced.IMAGES if reference.images else LIMIT)


def _needs_images(reference: Reference, conditional: bool) -> str:
    return "" if reference.images else f"{reference.train.name} holds no images"


def _needs_images_or_points(reference: Reference, conditional: bool) -> str:
    return "" if reference.layout is None else f"{reference.train.name} holds rows of a table"


def _needs_smooth_features(reference: Reference, conditional: bool) -> str:
    return "" if reference.features.unrounded else f"the features '{reference.features.name}' take rounded images only"


def _needs_variety(reference: Reference, conditional: bool) -> str:
    return "" if reference.varied else f"the test samples of {reference.test.name} all have the same features"


_IMAGES = {"area_to": SIDE}
_BINS = {"bins": ndb.BINS, "a_bin": ndb.A_BIN, "critical": ndb.CRITICAL, "against": "train", "train_limit": LIMIT}
_PATCHES = {"patch": sliced.PATCH, "patches": sliced.PATCHES, "directions": sliced.DIRECTIONS, **_IMAGES, "seed": 0}
_PATH = {"epsilon": path_length.EPSILON, "trim": path_length.TRIM}
_SCALES = {"window": ms_ssim.WINDOW, "sigma": ms_ssim.SIGMA, "weights": list(ms_ssim.WEIGHTS), **_IMAGES}

ON_REQUEST: dict[str, Metric] = {
    "fd_infinity": Metric(
        _fd_infinity, "lower", always, {"sizes": infinity.SIZES, "seed": 0}, at_least=infinity.AT_LEAST, asked=True
    ),
    "classifier_score": Metric(
        _classifier_score,
        "higher",
        needs_classes,
        {"splits": score.SPLITS},
        space="classifier",
        floor_on_test=True,
        at_least=2 * score.SPLITS,
        asked=True,
    ),
    "ndb": Metric(_ndb, "lower", always, _BINS, floor_on_test=True, at_least=2 * ndb.A_BIN, asked=True),
    "ndb_js": Metric(_ndb, "lower", always, _BINS, floor_on_test=True, at_least=2 * ndb.A_BIN, asked=True),
    "support": Metric(
        _support, "higher", always, {"percentile": birthday.PERCENTILE}, at_least=birthday.AT_LEAST, asked=True
    ),
    "feature_diversity": Metric(_feature_diversity, "closer to real", _needs_variety, asked=True),
    "ms_ssim": Metric(
        _ms_ssim,
        "closer to real",
        _needs_images,
        _SCALES,
        space=None,
        count=lambda reference, n: min(n, 2 * ms_ssim.PAIRS),
        at_least=4,
        asked=True,
        shown=lambda reference: {"scales": ms_ssim.scales(min(SIDE, *reference.train.shape[1:]))},
    ),
    "swd": Metric(_sliced, "lower", _needs_images_or_points, _PATCHES, space=None, count=_as_many, asked=True),
    "path_length": Metric(
        _path_length,
        "lower",
        _needs_smooth_features,
        _PATH,
        has_floor=False,
        along_paths=True,
        count=lambda reference, n: min(n, PATHS),
        at_least=path_length.AT_LEAST,
        asked=True,
    ),
}
