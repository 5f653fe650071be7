"""Slant and stroke width of drawings whose slant and width are known."""

import math

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from zerosum.errors import UserError
from zerosum.latents.measures import slant, stroke_width

FINE = 8


def stroke(lean: float, width: float, length: float = 36, side: int = 48) -> torch.Tensor:
    """A straight stroke that leans by `lean` degrees to the right, drawn at 8 times the size and averaged."""
    canvas = Image.new("L", (side * FINE, side * FINE))
    angle, middle = math.radians(lean), side * FINE / 2
    along = np.array([math.sin(angle), -math.cos(angle)]) * length * FINE / 2
    across = np.array([math.cos(angle), math.sin(angle)]) * width * FINE / 2
    corners = [along + across, along - across, -along - across, -along + across]
    ImageDraw.Draw(canvas).polygon([tuple(middle + corner) for corner in corners], fill=255)
    return torch.from_numpy(np.asarray(canvas.reduce(FINE)).copy())[None, None]


@pytest.mark.parametrize("lean", [-35, -10, 0, 5, 20, 40])
@pytest.mark.parametrize("width", [2.0, 3.5])
def test_a_stroke_leans_by_its_angle(lean, width):
    """The moments of a turned rectangle; a stroke of no width would lean by its angle exactly."""
    length, sine, cosine = 36, math.sin(math.radians(lean)), math.cos(math.radians(lean))
    mu_11, mu_02 = (length**2 - width**2) * sine * cosine, length**2 * cosine**2 + width**2 * sine**2
    assert slant(stroke(lean, width)).item() == pytest.approx(math.degrees(math.atan(mu_11 / mu_02)), abs=0.2)
    assert slant(stroke(lean, width)).item() == pytest.approx(lean, abs=1)


@pytest.mark.parametrize("lean", [-30, 0, 15])
@pytest.mark.parametrize("width", [2.0, 3.0, 5.0])
def test_a_stroke_is_as_thick_as_it_was_drawn_but_for_its_ends(lean, width):
    expected = width / (1 + width / 36)
    assert stroke_width(stroke(lean, width)).item() == pytest.approx(expected, rel=0.08)


def test_thicker_strokes_measure_thicker():
    widths = [stroke_width(stroke(10, width)).item() for width in (1.5, 2, 3, 4, 5)]
    assert widths == sorted(widths)


def test_contrast_place_and_type_do_not_matter():
    drawn = stroke(12, 3)
    pale, moved = drawn.float() / 700, torch.roll(drawn, (3, -4), (2, 3))
    for measure in (slant, stroke_width):
        wanted = measure(drawn).item()
        assert measure(pale).item() == pytest.approx(wanted, rel=1e-5)
        assert measure(moved).item() == pytest.approx(wanted, rel=1e-5)


def test_mirrored_drawings_lean_the_other_way():
    drawn = stroke(17, 2)
    assert slant(drawn.flip(3)).item() == pytest.approx(-slant(drawn).item(), abs=1e-9)
    assert stroke_width(drawn.flip(3)).item() == pytest.approx(stroke_width(drawn).item())


def test_empty_and_flat_drawings_are_no_error():
    empty, flat = torch.zeros(2, 1, 8, 8, dtype=torch.uint8), torch.zeros(1, 1, 8, 8)
    flat[0, 0, 4, 1:6] = 1
    assert slant(empty).tolist() == stroke_width(empty).tolist() == [0, 0]
    assert slant(flat).item() == 0


def test_colour_is_refused():
    for measure in (slant, stroke_width):
        with pytest.raises(UserError, match="grey images"):
            measure(torch.zeros(2, 3, 8, 8))
