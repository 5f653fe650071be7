"""Series [1, T] as a kind of data: where its parts are."""

from zerosum.core.spec import Unit
from zerosum.kinds.kind import Kind

HERE = "zerosum_series"


class Series(Kind):
    """Series: outside float32 as written, inside standardised by one mean and one deviation."""

    name = "series"
    unit = Unit("series", "series")
    parts = {  # noqa: RUF012
        "reading": f"{HERE}.reading:Reads",
        "units": f"{HERE}.answers:Maps",
        "showing": f"{HERE}.answers:Shows",
        "writing": f"{HERE}.answers:Writes",
        "judging": f"{HERE}.answers:Judges",
        "suiting": f"{HERE}.answers:Suits",
    }
