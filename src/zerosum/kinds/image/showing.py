"""Images are drawn as a grid, and what they are made from above them."""

from collections.abc import Sequence

from PIL import Image
from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.drawing import pictures
from zerosum.kinds.kind import Showing

SMALL_COLUMNS = 6


class Shows(Showing):
    """See `Showing`."""

    many, few, columns, single = 80, 36, 10, True

    def picture(
        self, samples: Tensor, spec: Spec, real: Tensor | None = None, *, columns: int | None = None
    ) -> Image.Image:
        """Draw a grid, as square as it gets where `columns` is left out; `real` has a picture of its own."""
        return pictures.grid(samples, columns=columns)

    def small(self, samples: Tensor, spec: Spec, real: Tensor | None = None) -> Image.Image:
        """Draw a grid of single pixels, blown up by the page."""
        return pictures.grid(samples[: self.few], columns=SMALL_COLUMNS, scale=1, pad=1)

    def pyramid(self, stages: Sequence[Tensor], spec: Spec, real: Tensor | None = None) -> Image.Image:
        """Draw images of several sizes below one another, each pixel so large that all are equally wide."""
        final, columns = stages[-1], self.columns
        scale = pictures.grid(final, columns=columns).width // (columns * final.shape[3])
        sheets = [
            pictures.grid(stage, columns=columns, scale=scale * final.shape[3] // stage.shape[3]) for stage in stages
        ]
        if len(sheets) == 1:
            return sheets[0]
        picture = Image.new(sheets[0].mode, (sheets[0].width, sum(sheet.height for sheet in sheets)))
        for number, sheet in enumerate(sheets):
            picture.paste(sheet, (0, sum(before.height for before in sheets[:number])))
        return picture
