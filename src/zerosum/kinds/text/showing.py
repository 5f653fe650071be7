"""Sentences are shown as lines of text."""

from PIL import Image
from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.core.tokens import unpacked
from zerosum.drawing.lines import lines_picture
from zerosum.kinds.kind import Showing
from zerosum.kinds.text.vocabularies import vocabulary_of


class Shows(Showing):
    """See `Showing`."""

    many, few = 24, 8

    def picture(
        self, samples: Tensor, spec: Spec, real: Tensor | None = None, *, columns: int | None = None
    ) -> Image.Image:
        """Write the sentences below one another, each cut where the picture ends; `real` has a picture of its own."""
        return lines_picture(texts(samples, spec))

    def small(self, samples: Tensor, spec: Spec, real: Tensor | None = None) -> Image.Image:
        """Write the first few."""
        return self.picture(samples[: self.few], spec)


def texts(samples: Tensor, spec: Spec) -> list[str]:
    """Return what rows of tokens say, a line each: a line that ends within a text is shown as a sign."""
    vocabulary = vocabulary_of(spec)
    return [vocabulary.decode(row).replace("\n", "¶") for row in unpacked(samples.long())]
