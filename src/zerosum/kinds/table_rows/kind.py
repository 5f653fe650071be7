"""Tables as a kind of data: where its parts are."""

from zerosum.core.spec import Unit
from zerosum.kinds.kind import Kind

HERE = "zerosum.kinds.table_rows"


class Tables(Kind):
    """Rows of a table: outside float64 [C], a number a column; inside float32 [D], encoded. See `columns.Columns`."""

    name = "table"
    unit = Unit("row", "rows")
    parts = {  # noqa: RUF012 - nobody writes to it
        "reading": f"{HERE}.reading:Reads",
        "units": f"{HERE}.units:Maps",
        "showing": f"{HERE}.showing:Shows",
        "writing": f"{HERE}.writing:Writes",
        "judging": f"{HERE}.judging:Judges",
        "suiting": f"{HERE}.suiting:Suits",
        "choosing": f"{HERE}.choosing:Chooses",
    }
