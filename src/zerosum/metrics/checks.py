"""What every metric asks of its features."""

from torch import Tensor

from zerosum.errors import UserError


def check_features(features: Tensor, name: str, *, at_least: int = 1) -> None:
    """Raise UserError unless `features` is a finite floating [n, d] with n >= `at_least`."""
    if features.ndim != 2 or not features.is_floating_point():
        raise UserError(f"{name} features are {features.dtype} {list(features.shape)}; pass floating point [n, d]")
    if len(features) < at_least:
        raise UserError(f"{len(features)} {name} samples are too few for this metric; give at least {at_least}")
    if not bool(features.isfinite().all()):
        raise UserError(
            f"the {name} features hold NaN or infinity; the samples have diverged, use an earlier checkpoint"
        )


def varied(features: Tensor) -> bool:
    """Return whether the rows of `features` [n, d] differ at all."""
    return bool((features != features[:1]).any())


def check_pair(real: Tensor, fake: Tensor, *, at_least: int = 2) -> None:
    """Raise UserError unless both are finite features of the same width with at least `at_least` rows."""
    check_features(real, "real", at_least=at_least)
    check_features(fake, "fake", at_least=at_least)
    if real.shape[1] != fake.shape[1]:
        raise UserError(
            f"real features have {real.shape[1]} columns, fake {fake.shape[1]}; use the same extractor for both"
        )
