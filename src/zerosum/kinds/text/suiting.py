"""What suits text: recurrent networks."""

from zerosum.core.spec import Spec
from zerosum.kinds.kind import Suiting


class Suits(Suiting):
    """See `Suiting`."""

    rate = 1e-3

    def defaults(self, spec: Spec, *, restored: bool = False) -> str:
        """Return "text"."""
        return "text"

    def system(self, spec: Spec) -> tuple[str, str]:
        """Return maximum likelihood."""
        return "mle", "as it is what games of text are held against"

    def rounds(self, spec: Spec) -> int:
        """Return 1,000."""
        return 1000

    def gamma(self, spec: Spec) -> float:
        """Return 0.1, of what is laid between tokens as numbers."""
        return 0.1

    def described(self, spec: Spec, *, translated: bool = False) -> str:
        """Return "sentences of up to 20 words", "text of 64 bytes"."""
        many = {"word": "words", "byte": "bytes", "bpe": "pieces of words"}[spec.facts["tokens"]]
        return f"sentences of up to {spec.shape[0]} {many}"
