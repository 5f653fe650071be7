"""What suits images: perceptrons for tiny ones, convolutions for others."""

from zerosum.core.spec import Spec
from zerosum.kinds.kind import Suiting
from zerosum.networks import pretrained

TINY = 16
"""Pixels of the longer side up to which perceptrons do."""
SMALLEST = 24
"""Pixels of the shorter side from which a network trained on photos sees more than the pixels show."""
ROUNDS_A_PIXEL = 50


class Suits(Suiting):
    """See `Suiting`."""

    augmentations = ("mirror", "color", "translation", "cutout")
    sized = True

    def defaults(self, spec: Spec, *, restored: bool = False) -> str:
        """Return "tiny" up to 16 pixels, "restored" where larger ones are restored, else "image"."""
        if max(spec.shape[1:]) <= TINY:
            return "tiny"
        return "restored" if restored else "image"

    def system(self, spec: Spec) -> tuple[str, str]:
        """Return r1gan of small images, else projected, where the network it looks through is installed."""
        if min(spec.shape[1:]) < SMALLEST:
            return "r1gan", f"as images below {SMALLEST} pixels show all in their pixels"
        if not pretrained.installed(pretrained.LITE1):
            return "r1gan", f"as photos need more to look through: {pretrained.INSTALL}"
        return "projected", "as it looks at images through a network that knows photos"

    def rounds(self, spec: Spec) -> int:
        """Return 50 a pixel of the longer side."""
        return ROUNDS_A_PIXEL * max(spec.shape[1:])

    def gamma(self, spec: Spec) -> float:
        """Return 0.05 of tiny images, else 1."""
        return 0.05 if max(spec.shape[1:]) <= TINY else 1.0

    def described(self, spec: Spec, *, translated: bool = False) -> str:
        """Return "64x64 images", or "translations of 64x64 images"."""
        _, height, width = spec.shape
        return f"{'translations of ' if translated else ''}{width}x{height} images"
