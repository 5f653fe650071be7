"""Images as a kind of data: where its parts are."""

from zerosum.core.spec import IMAGES
from zerosum.kinds.kind import Kind

HERE = "zerosum.kinds.image"


class Images(Kind):
    """Images [C, H, W]: outside uint8, inside float32 in [-1, 1]."""

    name = "image"
    unit = IMAGES
    parts = {  # noqa: RUF012 - nobody writes to it
        "reading": f"{HERE}.reading:Reads",
        "units": f"{HERE}.units:Maps",
        "showing": f"{HERE}.showing:Shows",
        "writing": f"{HERE}.writing:Writes",
        "judging": f"{HERE}.judging:Judges",
        "suiting": f"{HERE}.suiting:Suits",
    }
