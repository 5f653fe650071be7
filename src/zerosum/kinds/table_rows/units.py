"""Rows are encoded inside, column by column."""

from torch import Tensor

from zerosum.core.spec import Spec
from zerosum.kinds.kind import Units
from zerosum.kinds.table_rows.columns import Columns


class Maps(Units):
    """See `Units` and `Columns`."""

    def inside(self, samples: Tensor, spec: Spec) -> Tensor:
        """Return rows float64 [N, C] as float32 [N, D]."""
        return Columns.from_facts(spec.facts).encode(samples)

    def outside(self, samples: Tensor, spec: Spec) -> Tensor:
        """Return encoded rows [N, D] as float64 [N, C]."""
        return Columns.from_facts(spec.facts).decode(samples)
