"""What suits points: perceptrons, fast rates, weak penalties."""

from zerosum.core.spec import Spec
from zerosum.kinds.kind import Suiting


class Suits(Suiting):
    """See `Suiting`."""

    rate = 3e-3

    def defaults(self, spec: Spec, *, restored: bool = False) -> str:
        """Return "line" of points on a line, else "points"."""
        return "line" if spec.shape == (1,) else "points"

    def system(self, spec: Spec) -> tuple[str, str]:
        """Return r3gan."""
        return "r3gan", "as it finds the most modes of points"

    def rounds(self, spec: Spec) -> int:
        """Return 1,000."""
        return 1000

    def gamma(self, spec: Spec) -> float:
        """Return 0.01: modes are narrow, and a gradient of 1 / sigma must be cheap."""
        return 0.01

    def described(self, spec: Spec, *, translated: bool = False) -> str:
        """Return "points"."""
        return "points"
