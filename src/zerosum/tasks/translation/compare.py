"""Before and after: a sheet to print, and a page with sliders that is one file and needs nothing else."""

import base64
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

from PIL import Image, ImageFont

from zerosum._version import __version__
from zerosum.drawing import pictures
from zerosum.drawing.canvas import Canvas
from zerosum.errors import UserError
from zerosum.storage import atomic, replacing
from zerosum.tasks.translation.files import Pair, not_written

MOST = 48
"""Pairs that are shown."""
TILE, COLUMNS, GAP, TEXT = 208, 3, 28, 13
SMALL = 256
"""Pixels up to which an image is small: it is shown with its pixels, and kept without loss."""
DARK, SOFT = (40, 40, 40), (120, 120, 120)
MARK = '<meta name="generator" content="zerosum '
"""In the head of every page."""


def check_out(sheet: Path | None, page: Path | None, *, force: bool = False) -> None:
    """Raise UserError unless sheet and page end as they must, and nothing is there that must not be overwritten.

    A sheet or page of an earlier command may: it is drawn from what is there and what is new.
    """
    for path, option, ending in ((sheet, "--sheet", ".png"), (page, "--page", ".html")):
        if path is not None and path.suffix.lower() != ending:
            raise UserError(f"{option} {path}: end it in {ending}")
        if path is not None:
            replacing.check([path], drawn_here, force=force, option=option)


def drawn_here(path: Path) -> bool:
    """Return whether a file is a sheet or a page that `write` wrote."""
    if path.suffix.lower() == ".html":
        with path.open("rb") as file:
            return MARK.encode() in file.read(1000)
    try:
        return "sheet" in pictures.read_metadata(path)
    except UserError:
        return False


def write(pairs: Sequence[Pair], *, sheet: Path | None, page: Path | None, title: str, total: int = 0) -> list[Path]:
    """Write what is asked for of these pairs, out of `total` if there are more, and return the files."""
    if not pairs:
        return []
    if sheet is not None:
        save_sheet(draw(pairs), sheet, len(pairs))
    if page is not None:
        try:
            atomic.write(page, render(pairs, title, total=total).encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise not_written(page, error) from error
    return [path for path in (sheet, page) if path is not None]


def save_sheet(sheet: Image.Image, path: Path, count: int) -> None:
    """Write a sheet of so many pairs; UserError where that cannot be done."""
    try:
        pictures.save(sheet, path, metadata={"sheet": count})
    except OSError as error:
        raise not_written(path, error) from error


def draw(pairs: Sequence[Pair], captions: tuple[str, str] = ("before", "after")) -> Image.Image:
    """Return the sheet: images before and after side by side, with captions above and their names below."""
    columns = min(COLUMNS, len(pairs))
    cells = [(name, fitted(before, after.size), fitted(after, after.size)) for name, before, after in pairs]
    rows = [cells[at : at + columns] for at in range(0, len(cells), columns)]
    heights = [max(after.height for _, _, after in row) + TEXT + GAP for row in rows]
    wide = 2 * TILE + 4
    canvas = Canvas(columns * (wide + GAP) + GAP, sum(heights) + 2 * GAP)
    for column in range(columns):
        left = GAP + column * (wide + GAP)
        canvas.text(left, GAP, captions[0], SOFT, TEXT)
        canvas.text(left + TILE + 4, GAP, captions[1], SOFT, TEXT)
    for number, row in enumerate(rows):
        top = GAP + TEXT + 4 + sum(heights[:number])
        for column, (name, _, after) in enumerate(row):
            below = top + after.height + TEXT / 2 + 5
            canvas.text(GAP + column * (wide + GAP), below, _short(readable(name), wide), DARK, TEXT)
    sheet = canvas.finish()
    for number, row in enumerate(rows):
        top = GAP + TEXT + 4 + sum(heights[:number])
        for column, (_, before, after) in enumerate(row):
            left = GAP + column * (wide + GAP)
            sheet.paste(before, (left, top))
            sheet.paste(after, (left + TILE + 4, top))
    return sheet


def fitted(image: Image.Image, like: tuple[int, int]) -> Image.Image:
    """Return a picture as `pictures.shown`, as large as one of size `like` in a tile: small ones in whole multiples."""
    scale = min(TILE / like[0], TILE / like[1])
    scale = float(int(scale)) if scale >= 2 else scale
    size = max(1, round(like[0] * scale)), max(1, round(like[1] * scale))
    how = Image.Resampling.NEAREST if size[0] >= image.width else Image.Resampling.LANCZOS
    # Alpha is multiplied in meanwhile, or the colours of what is not seen would come in from beside.
    return pictures.shown(image.convert("RGBA").convert("RGBa").resize(size, how).convert("RGBA"))


def readable(name: str) -> str:
    """Return the last part of a file's name, with ? for bytes that are no text."""
    return Path(name).name.encode(errors="replace").decode()


def _short(name: str, width: int) -> str:
    font = ImageFont.load_default(TEXT)
    while len(name) > 2 and font.getlength(name) > width:
        name = name[: len(name) - 2].rstrip("…") + "…"
    return name


def count(pairs: Sequence[Pair], total: int = 0) -> str:
    """Say how many images are shown, and of how many where there are more."""
    return f"{len(pairs):,}{f' of {total:,}' if total > len(pairs) else ''} image{'s' * (max(total, len(pairs)) > 1)}"


def render(pairs: Sequence[Pair], title: str, *, total: int = 0) -> str:
    """Return the page."""
    template = resources.files("zerosum.tasks.translation").joinpath("page.html.template").read_text(encoding="utf-8")
    small = all(max(after.size) <= SMALL for _, _, after in pairs)
    return Template(template).substitute(
        version=escape(__version__),
        title=escape(title),
        count=count(pairs, total),
        width="13rem" if small else "26rem",
        pairs="".join(_figure(*pair) for pair in pairs),
        written=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _figure(name: str, before: Image.Image, after: Image.Image) -> str:
    short = escape(readable(name), quote=True)
    pixels = ' class="pixels"' if max(after.size) <= SMALL else ""
    shape = f'width="{after.width}" height="{after.height}"'
    return (
        f'<figure><div class="pair" style="aspect-ratio: {after.width} / {after.height}">'
        f'<img{pixels} {shape} src="{_data(before)}" alt="{short} before">'
        f'<img{pixels} {shape} src="{_data(after)}" alt="{short} after">'
        f'<input type="range" min="0" max="100" value="50" hidden aria-label="{short}: how far before reaches">'
        f"</div><figcaption>{short}</figcaption></figure>"
    )


def _data(image: Image.Image) -> str:
    """Return a picture as a data URL."""
    lossless = max(image.size) <= SMALL or image.mode not in ("L", "RGB")
    file = io.BytesIO()
    if lossless:
        image.save(file, "PNG", optimize=True)
    else:
        image.save(file, "JPEG", quality=90)
    return f"data:image/{'png' if lossless else 'jpeg'};base64,{base64.b64encode(file.getvalue()).decode()}"
