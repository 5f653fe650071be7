"""Points as a kind of data: where its parts are."""

from zerosum.core.spec import Unit
from zerosum.kinds.kind import Kind

HERE = "zerosum.kinds.points"


class Points(Kind):
    """Points [D]: outside float32 in units of their own, inside standardised."""

    name = "points"
    unit = Unit("point", "points")
    parts = {  # noqa: RUF012 - nobody writes to it
        "reading": f"{HERE}.reading:Reads",
        "units": f"{HERE}.units:Maps",
        "showing": f"{HERE}.showing:Shows",
        "writing": f"{HERE}.writing:Writes",
        "judging": f"{HERE}.judging:Judges",
        "suiting": f"{HERE}.suiting:Suits",
    }
