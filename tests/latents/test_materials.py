from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from zerosum.errors import UserError
from zerosum.latents.exploration import image_of


def space(fit: str) -> SimpleNamespace:
    """What `image_of` looks at of a generator of 12x8 images with alpha."""
    data = SimpleNamespace(shape=(4, 8, 12), fit=fit, levels=(0.0, 4095.0))
    return SimpleNamespace(generator=SimpleNamespace(recipe=SimpleNamespace(data=data)))


def test_a_file_is_brought_to_a_generator_as_its_data_were(tmp_path):
    Image.new("RGBA", (8, 8), (200, 100, 50, 255)).save(tmp_path / "a.png")
    padded = image_of(space("pad"), tmp_path / "a.png")
    assert padded.shape == (4, 8, 12)
    assert np.array_equal(padded[3], np.repeat([[0] * 2 + [255] * 8 + [0] * 2], 8, axis=0))
    assert (image_of(space("crop"), tmp_path / "a.png")[3] == 255).all()


def test_a_deep_file_is_looked_at_in_the_range_of_training(tmp_path):
    Image.fromarray(np.full((8, 12), 1638, np.uint16)).save(tmp_path / "a.png")
    assert image_of(space("crop"), tmp_path / "a.png")[:, 0, 0].tolist() == [102, 102, 102, 255]


def test_what_is_no_image_is_said(tmp_path):
    (tmp_path / "a.png").write_text("no image")
    with pytest.raises(UserError, match="cannot read the image"):
        image_of(space("crop"), tmp_path / "a.png")
