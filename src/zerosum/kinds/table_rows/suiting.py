"""What suits tables: perceptrons."""

from zerosum.core.spec import Spec
from zerosum.kinds.kind import Suiting
from zerosum.kinds.table_rows.columns import Columns
from zerosum.networks.headed import Head


class Suits(Suiting):
    """See `Suiting`."""

    def defaults(self, spec: Spec, *, restored: bool = False) -> str:
        """Return "table"."""
        return "table"

    def system(self, spec: Spec) -> tuple[str, str]:
        """Return tablegan-modern."""
        return "tablegan-modern", "as it is made for tables"

    def rounds(self, spec: Spec) -> int:
        """Return 2,000."""
        return 2000

    def gamma(self, spec: Spec) -> float:
        """Return 0.1."""
        return 0.1

    def head(self, spec: Spec) -> Head:
        """Return tanh of scalars and a Gumbel-softmax of each choice."""
        return Head([block.size for block in Columns.from_facts(spec.facts).blocks()])

    def described(self, spec: Spec, *, translated: bool = False) -> str:
        """Return "rows of 15 columns"."""
        return f"rows of {len(spec.facts['columns'])} columns"
