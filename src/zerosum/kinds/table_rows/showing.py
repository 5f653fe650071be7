"""Rows are drawn as dots."""

from PIL import Image
from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.drawing import pictures
from zerosum.kinds.kind import Showing
from zerosum.kinds.table_rows.columns import Columns


class Shows(Showing):
    """See `Showing`."""

    many = few = 1000

    def picture(
        self, samples: Tensor, spec: Spec, real: Tensor | None = None, *, columns: int | None = None
    ) -> Image.Image:
        """Draw encoded rows along their first two principal axes."""
        table = Columns.from_facts(spec.facts)
        return pictures.points_picture(table.encode(samples), None if real is None else table.encode(real))

    def small(self, samples: Tensor, spec: Spec, real: Tensor | None = None) -> Image.Image:
        """Draw the same."""
        return self.picture(samples, spec, real)
