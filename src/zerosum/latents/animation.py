"""Moving pictures: GIF, APNG and WebP by Pillow; MP4 by PyAV, an extra."""

import importlib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from zerosum.errors import UserError
from zerosum.storage import atomic

FPS = 20.0
KINDS = {".gif": "GIF", ".apng": "PNG", ".webp": "WEBP"}
ENDINGS = (*KINDS, ".mp4")


def save(frames: Sequence[Image.Image], path: Path, *, fps: float = FPS) -> Path:
    """Write frames that repeat for ever, in one piece, by the ending of `path`.

    GIF counts time in hundredths of a second, so its rate is rounded; players slow down what is below 2 of them.

    Raises:
        UserError: another ending, no frames, a rate out of range, or MP4 without its extra.
    """
    if path.suffix.lower() not in ENDINGS:
        raise UserError(f"{path.name} is no moving picture: end it in {', '.join(ENDINGS)}")
    if not frames or not 1 <= fps <= 50:
        raise UserError(f"{len(frames)} frames at {fps:g} a second: use 1 or more, at 1 to 50 a second")
    with atomic.replacing(path) as part:
        if path.suffix.lower() == ".mp4":
            _write_mp4(frames, part, fps)
        else:
            _write_pillow(frames, part, KINDS[path.suffix.lower()], fps)
    return path


def _write_pillow(frames: Sequence[Image.Image], path: Path, kind: str, fps: float) -> None:
    lossless = {"lossless": True} if kind == "WEBP" else {}
    first, *rest = frames
    first.save(path, kind, save_all=True, append_images=rest, duration=round(1000 / fps), loop=0, **lossless)


def _write_mp4(frames: Sequence[Image.Image], path: Path, fps: float) -> None:
    """Write H.264 in yuv420p, which all players know; it wants even sides, so an odd edge is repeated."""
    try:
        av = importlib.import_module("av")
    except ImportError as error:
        raise UserError("MP4 needs PyAV: pip install 'zerosum[video]', or write a .gif, .apng or .webp") from error
    pixels = [np.asarray(frame.convert("RGB")) for frame in frames]
    height, width = pixels[0].shape[:2]
    even = ((0, height % 2), (0, width % 2), (0, 0))
    with av.open(str(path), "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=Fraction(fps).limit_denominator(1000))
        stream.width, stream.height, stream.pix_fmt = width + width % 2, height + height % 2, "yuv420p"
        for frame in pixels:
            film.mux(stream.encode(av.VideoFrame.from_ndarray(np.pad(frame, even, mode="edge"), format="rgb24")))
        film.mux(stream.encode())
