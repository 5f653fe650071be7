"""Text as a kind of data: where its parts are."""

from zerosum.core.spec import Unit
from zerosum.kinds.kind import Kind

HERE = "zerosum.kinds.text"


class Text(Kind):
    """Sentences [L], inside and outside rows of tokens, int64; see `zerosum.core.tokens`."""

    name = "text"
    unit = Unit("sentence", "sentences")
    discrete = True
    parts = {  # noqa: RUF012 - nobody writes to it
        "reading": f"{HERE}.reading:Reads",
        "units": f"{HERE}.units:Maps",
        "showing": f"{HERE}.showing:Shows",
        "writing": f"{HERE}.writing:Writes",
        "judging": f"{HERE}.judging:Judges",
        "suiting": f"{HERE}.suiting:Suits",
    }
