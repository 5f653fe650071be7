import pytest
import torch

from zerosum.data.channels import filtered, grey, on_white, opaque, with_channels
from zerosum.data.dataset import images_inside, images_outside

PIXEL = torch.tensor([200, 100, 0, 51], dtype=torch.uint8).view(1, 4, 1, 1)
WHITENED = [200 * 0.2 + 255 * 0.8, 100 * 0.2 + 255 * 0.8, 255 * 0.8]


def test_alpha_is_put_on_white() -> None:
    assert on_white(PIXEL).flatten().tolist() == [round(value) for value in WHITENED]
    assert on_white(PIXEL).dtype == torch.uint8
    assert on_white(PIXEL.float()).flatten().tolist() == pytest.approx(WHITENED)
    assert ((opaque(images_inside(PIXEL)) + 1) * 127.5).flatten().tolist() == pytest.approx(WHITENED, abs=1e-3)
    colour = PIXEL[:, :3]
    assert on_white(colour) is colour, "what has no alpha stays as it is"


@pytest.mark.parametrize(
    ("given", "wanted", "expected"),
    [
        ([60], 3, [60, 60, 60]),
        ([60], 4, [60, 60, 60, 255]),
        ([200, 100, 10], 1, [120]),  # .299 200 + .587 100 + .114 10
        ([200, 100, 0], 4, [200, 100, 0, 255]),
        ([200, 100, 0, 0], 3, [255, 255, 255]),
        ([200, 100, 0, 0], 1, [255]),
        ([200, 100, 0, 255], 3, [200, 100, 0]),
        ([200, 100, 0, 51], 4, [200, 100, 0, 51]),
    ],
)
def test_channels_become_others(given, wanted, expected) -> None:
    images = images_inside(torch.tensor(given, dtype=torch.uint8).view(1, -1, 1, 1))
    made = with_channels(images, wanted)
    assert images_outside(made).flatten().tolist() == expected
    assert wanted != 1 or torch.equal(made, grey(images))


def test_hidden_colours_do_not_bleed_into_what_is_seen() -> None:
    images = torch.full((1, 4, 4, 4), -1.0)
    images[:, :3, :, 2:] = torch.tensor([1.0, 0.0, -1.0])[:, None, None]
    images[:, 3, :, 2:] = 1
    mean = filtered(images, lambda part: part.mean((2, 3), keepdim=True))
    assert mean.flatten().tolist() == pytest.approx([1, 0, -1, 0], abs=1e-6), "the colour of the half that is seen"
    assert filtered(images[:, :3], lambda part: part.mean((2, 3), keepdim=True))[0, 0] == 0


def test_what_nobody_sees_of_made_images_is_black_as_in_data() -> None:
    made = torch.tensor([[0.5, 0.5, 0.5, -1.0], [0.5, 0.5, 0.5, -0.9]]).view(2, 4, 1, 1)
    assert images_outside(made).flatten(1).tolist() == [[0, 0, 0, 0], [191, 191, 191, 13]]
