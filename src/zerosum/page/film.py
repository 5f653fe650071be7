"""The pictures of a report: samples as training went on, ready to embed."""

import base64
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path

from PIL import Image

from zerosum.kinds.kind import Showing
from zerosum.page.curves import Record

MOST_FRAMES = 40
FRAME_BYTES = 200_000
LAST_BYTES = 2_000_000
FRAME_SIDE = 800


def _evenly(paths: Sequence[Path], most: int) -> list[Path]:
    """Return at most `most` of the paths, evenly spread, the first and the last among them."""
    if len(paths) <= most:
        return list(paths)
    return [paths[round(index * (len(paths) - 1) / (most - 1))] for index in range(most)]


def frames(paths: Sequence[Path], kept: int | None) -> list[Record]:
    """Return at most 41 pictures of samples ready to embed, that of the generator that is kept among them.

    Args:
        paths: in order, named by their rounds.
        kept: the round of the generator that the run keeps; None where that is not known.
    """
    mine = [path for path in paths if _round(path) == kept]
    selection = sorted({*_evenly(paths, MOST_FRAMES), *mine})
    large = mine or selection[-1:]
    pictures = [frame(path, LAST_BYTES if path in large else FRAME_BYTES) for path in selection]
    whole = [each for each in pictures if each is not None]
    best = whole[shown(whole, kept)] if whole else {}
    if best.get("step") == kept is not None and best is not whole[-1]:
        best["name"] += f": the best of those that were scored, which is kept, of {whole[-1]['step']:,}"
    return whole


def _round(path: Path) -> int | None:
    return int(path.stem) if path.stem.isdigit() else None


def frame(path: Path, most_bytes: int) -> Record | None:
    """Return one picture ready to embed: as it is if it is small, otherwise reduced; None if it cannot be read."""
    try:
        with Image.open(path) as image:
            image.load()
            width, data, kind = image.width, path.read_bytes(), "png"
            if len(data) > most_bytes:
                data, kind = _reduced(image), "jpeg"
    except (OSError, SyntaxError, ValueError):
        return None
    step = _round(path)
    name = path.stem if step is None else f"round {step:,}"
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
    return {"src": source, "name": name, "step": step, "width": min(width, 960)}


def _reduced(image: Image.Image) -> bytes:
    small = image.convert("RGB")
    small.thumbnail((FRAME_SIDE, 2 * FRAME_SIDE))
    stream = io.BytesIO()
    small.save(stream, format="JPEG", quality=88)
    return stream.getvalue()


def told(frames: Sequence[Record], there: int, kept: int | None) -> str:
    """Say how many of the pictures are shown, and where that of the generator that is kept is missing."""
    remarks = [f"{len(frames)} of {there} pictures are shown."] if 0 < len(frames) < there else []
    if frames and kept is not None and all(each["step"] != kept for each in frames):
        remarks.append(f"Of the generator that is kept, of round {kept:,}, there is none.")
    return f'<p class="remark">{" ".join(remarks)}</p>' if remarks else ""


def shown(frames: Sequence[Record], kept: int | None) -> int:
    """Return which picture to show first: that of the generator that is kept, which scores and verdict are of."""
    steps = [each["step"] for each in frames]
    return steps.index(kept) if kept is not None and kept in steps else len(frames) - 1


def film(frames: Sequence[Record], at: int) -> str:
    """Return the pictures as a figure to look through, which begins at one of them."""
    if not frames:
        return '<p class="none">There are no samples yet.</p>'
    first = frames[at]
    reel = (
        '<div class="reel" hidden><button type="button">Play</button>'
        f'<input type="range" min="0" max="{len(frames) - 1}" value="{at}" step="1" '
        'aria-label="Samples over time"></div>'
    )
    return (
        f'<figure class="film"><img src="{first["src"]}" alt="Samples at {escape(first["name"], quote=True)}">'
        f"{reel if len(frames) > 1 else ''}<figcaption>{escape(first['name'])}</figcaption></figure>"
    )


def legend(data: object) -> str:
    """Say what stands in the groups of a translator's pictures; nothing for what makes its own images."""
    if not isinstance(data, dict) or not (data.get("target") or data.get("pairs")):
        return ""
    # Only of two sets without pairs nobody knows what a source should become.
    has_targets = data.get("paired") or data.get("pairs")
    there, back = (", and the target it should become", ", and its source") if has_targets else ("", "")
    return (
        f'<p class="remark">Each group is a source of the test split, what is made of it{there}. '
        f"A second part is the way back: a target, what is made of it{back}.</p>"
    )


def reals(path: Path, showing: Showing) -> str:
    """Return the picture of real data, which the reader may open to compare."""
    picture_frame = frame(path, FRAME_BYTES)
    if picture_frame is None:
        return ""
    picture = f'<figure class="film">{showing.embed(picture_frame["src"], "Real data, for comparison")}</figure>'
    return f"<details><summary>real data, to compare with</summary>{picture}</details>"
