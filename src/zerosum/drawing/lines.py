"""Lines of text as a picture."""

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, MARGIN, SIZE = 900, 22, 10, 15
INK, SHADE, PAPER = (30, 30, 30), (244, 244, 244), (255, 255, 255)
MOST = 400
"""Characters of a line that are looked at: more are never seen."""


def lines_picture(texts: Sequence[str]) -> Image.Image:
    """Return a picture, 900 pixels wide, of texts below one another, each in one line and cut where it is too long."""
    image = Image.new("RGB", (WIDTH, HEIGHT * max(len(texts), 1)), PAPER)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(SIZE)
    for number, text in enumerate(texts):
        top = number * HEIGHT
        if number % 2:
            draw.rectangle((0, top, WIDTH, top + HEIGHT), fill=SHADE)
        draw.text((MARGIN, top + HEIGHT / 2), text[:MOST], fill=INK, font=font, anchor="lm")
    return image
