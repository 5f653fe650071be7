"""Networks from images to images, and discriminators of patches: any size, what they see, what they begin with."""

import inspect

import pytest
import torch
from torch.nn import functional as F

from zerosum.core.device import repeatable
from zerosum.core.importing import load
from zerosum.errors import UserError
from zerosum.networks import table
from zerosum.networks.any_size import Translator, convolution, reflected
from zerosum.networks.patch import Patch
from zerosum.networks.residual import Residual
from zerosum.networks.unet import UNet

SMALL = {
    "residual": {"width": 4, "blocks": 2, "levels": 1},
    "unet": {"width": 4, "depth": 2},
}
EVERY = pytest.mark.parametrize("name", table.TRANSLATORS)


def made(name: str, source=(3, 8, 8), shape=(3, 8, 8), **options) -> Translator:
    torch.manual_seed(0)
    return load(table.TRANSLATORS[name])(source, shape, **{**SMALL[name], **options})


def images(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(1)) * 2 - 1


@EVERY
@pytest.mark.parametrize("side", [(28, 28), (31, 17), (5, 40), (1, 1), (64, 48)])
@pytest.mark.parametrize("fold", [1, 2])
def test_images_of_any_size_keep_it(name, side, fold):
    network = made(name, (1, 8, 8), fold=fold)
    y = network(images(2, 1, *side))
    assert y.shape == (2, 3, *side)
    assert y.abs().max() <= 1


@pytest.mark.parametrize("padding", ["zeros", "reflect"])
@pytest.mark.parametrize("side", range(1, 9))
def test_images_of_a_few_pixels_can_be_normalised(side, padding):
    network = made("residual", fold=2, padding=padding)
    assert network(images(1, 3, side, side)).isfinite().all()


@EVERY
def test_padding_on_the_right_does_not_move_the_picture(name):
    network, x = made(name, norm="none"), images(1, 3, 64, 64)
    x[..., 33:] = x[..., 31 - torch.arange(31)]  # what reflection of 33 columns gives
    part = network(x[..., :33])
    assert torch.allclose(part[..., : 33 - network.reach], network(x)[..., : 33 - network.reach], atol=1e-6)


@EVERY
@pytest.mark.parametrize("fold", [1, 2])
@pytest.mark.parametrize("depth", [1, 2])
def test_reach_is_how_far_an_output_pixel_sees(name, fold, depth):
    options = {"residual": {"levels": depth, "padding": "zeros"}, "unet": {"depth": depth}}[name]
    network = made(name, fold=fold, norm="none", **options)
    side, seen = 32 * network.unit, 0
    for at in range(side // 2, side // 2 + network.unit):
        x = images(1, 3, 8, side).requires_grad_()
        network(x)[..., at].sum().backward()
        columns = x.grad.abs().sum((0, 1, 2)).nonzero().flatten()
        seen = max(seen, int(columns.max()) - at, at - int(columns.min()))
    assert seen <= network.reach <= 3 * seen + 8


@EVERY
def test_without_normalisation_tiles_that_overlap_by_the_reach_are_the_whole(name):
    network = made(name, norm="none")
    x, unit = images(1, 3, 8, 40 * network.unit), network.unit
    left = -(-network.reach // unit) * unit
    middle = 20 * unit
    tile = network(x[..., middle - left :])[..., left:]
    assert torch.allclose(tile, network(x)[..., middle:], atol=1e-5)


@EVERY
def test_maps_lead_to_the_middle(name):
    network, x = made(name, fold=2), images(2, 3, 16, 16)
    maps = network.maps(x)
    assert [part.shape[1] for part in maps] == network.widths
    assert torch.equal(network.decode(maps).tanh(), network(x))
    assert maps[-1].shape[2] < maps[1].shape[2] <= 8


@EVERY
def test_a_skip_begins_near_the_image(name):
    x = images(2, 4, 16, 16)
    network = made(name, (4, 16, 16), norm="none", skip=True)
    assert (network(x) - x[:, :3]).abs().mean() < (network(x) - x[:, :3].flip(0)).abs().mean() / 2
    assert made(name, (1, 8, 8), skip=True)(x[:, :1]).shape == (2, 3, 16, 16)
    with pytest.raises(UserError, match="skip adds 2 channels to 3: use skip=false"):
        made(name, (2, 8, 8), skip=True)


@EVERY
@pytest.mark.parametrize("norm", ["image", "none"])
def test_the_signal_neither_dies_nor_saturates_at_the_start(name, norm):
    torch.manual_seed(0)
    network = load(table.TRANSLATORS[name])((3, 64, 64), (3, 64, 64), norm=norm)
    with torch.no_grad():
        y = network(images(2, 3, 64, 64))
    assert 0.05 < y.std() < 0.9


@EVERY
def test_points_are_no_images(name):
    with pytest.raises(UserError, match="the data are points"):
        made(name, (2,), (2,))


def test_the_residual_network_is_that_of_the_paper():
    channels = [part.out_channels for part in Residual((3, 1, 1), (3, 1, 1)).modules() if hasattr(part, "out_channels")]
    assert channels == [64, 128, 256, *[256] * 18, 128, 64, 3]
    assert Residual((3, 1, 1), (3, 1, 1)).stem[0].kernel_size == (7, 7)


def test_the_u_net_is_that_of_the_paper():
    network = UNet((3, 1, 1), (3, 1, 1), depth=8)
    assert network.widths == [3, 64, 128, 256, 512, 512, 512, 512, 512]
    assert network.unit == 256
    assert sum(p.numel() for p in network.parameters()) == pytest.approx(54.4e6, rel=0.01)


def test_dropout_is_in_the_innermost_levels_and_in_training_only():
    network, x = made("unet", dropout=0.5, depth=4), images(2, 3, 16, 16)
    assert [len(list(layer.children())) for layer in network.up] == [4, 4, 4]
    assert not torch.equal(network(x), network(x))
    network.eval()
    assert torch.equal(network(x), network(x))


@pytest.mark.parametrize("depth, pixels", [(0, 1), (1, 16), (2, 34), (3, 70), (4, 142)])
def test_a_patch_is_what_a_logit_sees(depth, pixels):
    patch, side = Patch((1, 256, 256), width=2, depth=depth, norm="none"), 256
    x = images(1, 1, side, side).requires_grad_()
    logits = patch(x)
    logits[0, 0, logits.shape[2] // 2, logits.shape[3] // 2].backward()
    assert len(x.grad.abs().sum((0, 1, 2)).nonzero()) == pixels


def test_the_70x70_patch_network_is_that_of_the_paper():
    patch = Patch((6, 256, 256))
    assert [p.shape[0] for p in patch.parameters() if p.ndim > 1] == [64, 128, 256, 512, 1]
    assert patch(images(1, 6, 256, 256)).shape == (1, 1, 30, 30)


def test_scales_count_alike_in_the_mean():
    torch.manual_seed(0)
    patch, x = Patch((3, 64, 64), width=4, depth=1, scales=2), images(2, 3, 64, 64)
    logits, features = patch.judge(x)
    assert torch.equal(patch(x), logits)
    assert logits.shape == (2, 2, 30, 30)
    assert [part.shape[2] for part in features] == [32, 31, 16, 15]
    alone = Patch((3, 32, 32), width=4, depth=1)
    alone.load_state_dict(
        {key.replace("scales.1", "scales.0"): value for key, value in patch.state_dict().items() if "scales.1" in key}
    )
    half = torch.nn.functional.avg_pool2d(x, 2)
    assert logits[:, 1].unique().numel() == alone(half).unique().numel() == 2 * 14 * 14
    assert logits[:, 1].mean().item() == pytest.approx(alone(half).mean().item(), abs=0.05)


@pytest.mark.parametrize("shape, options", [((1, 8, 8), {"depth": 3}), ((1, 28, 28), {"depth": 2, "scales": 3})])
def test_images_without_a_patch_are_refused(shape, options):
    with pytest.raises(UserError, match=r"no patch of \d+x\d+ images is left: use a smaller"):
        Patch(shape, **options)


@pytest.mark.parametrize("side, depth", [(3, 0), (8, 1), (12, 2), (23, 2), (24, 3), (64, 3)])
def test_as_many_halvings_as_leave_a_patch(side, depth):
    fitting, x = Patch((1, side, side), width=4, depth=None), images(2, 1, side, side)
    fixed = Patch((1, side, side), width=4, depth=depth)
    fixed.load_state_dict(fitting.state_dict())
    assert torch.equal(fitting(x), fixed(x))


def test_patches_of_a_rectangle_with_alpha():
    assert Patch((4, 24, 32), width=4, depth=1)(images(2, 4, 24, 32)).shape == (2, 1, 10, 14)
    with pytest.raises(UserError, match="no patch of 32x4 images is left"):
        Patch((4, 4, 32), depth=2)


def test_spectral_normalisation_bounds_every_layer():
    patch = Patch((3, 32, 32), width=4, depth=1, norm="none", spectral_norm=True)
    for _ in range(30):
        patch(images(1, 3, 32, 32))
    weights = [m.weight.flatten(1) for m in patch.modules() if isinstance(m, torch.nn.Conv2d)]
    assert len(weights) == 3
    assert [torch.linalg.matrix_norm(w, 2).item() for w in weights] == pytest.approx([1] * 3, rel=0.02)


@pytest.mark.parametrize("role, positional", [("translator", 2), ("patch", 1)])
def test_every_option_is_plain_and_has_a_line_in_the_docstring(role, positional):
    for path in table.NETWORKS[role].values():
        for option in list(inspect.signature(load(path)).parameters.values())[positional:]:
            assert option.kind is inspect.Parameter.KEYWORD_ONLY
            assert isinstance(option.default, bool | int | float | str)
            assert f"    {option.name}: " in inspect.cleandoc(load(path).__doc__)


def test_without_normalisation_no_step_is_so_large_that_nothing_can_be_learned():
    """ReLU would be silent for all inputs after it, and no gradient would come back."""
    network, x = made("residual", norm="none", skip=True), images(4, 3, 8, 8)
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, torch.nn.Conv2d | torch.nn.ConvTranspose2d) and layer.bias is not None:
                layer.bias -= 100
    network(x).square().sum().backward()
    assert network.stem[0].weight.grad.any()


@pytest.mark.parametrize("side, width", [((3, 3), 1), ((2, 5), 1), ((4, 7), 3), ((9, 5), 3)])
def test_reflection_by_indexing_is_torchs_with_its_derivative(side, width):
    x = images(2, 3, *side).requires_grad_()
    theirs, ours = F.pad(x, (width,) * 4, mode="reflect"), reflected(x, width)
    assert torch.equal(ours, theirs)
    weights = images(*theirs.shape)
    expected, found = (torch.autograd.grad((padded * weights).sum(), x)[0] for padded in (theirs, ours))
    torch.testing.assert_close(found, expected)
    layer = convolution(3, 2, 2 * width + 1, padding="reflect", bias=True)
    torch.testing.assert_close(layer(x), F.conv2d(ours, layer.weight, layer.bias))


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("side", [3, 4, 5, 8])
def test_on_cuda_the_derivative_of_reflection_is_that_of_the_cpu(side):
    layer, x = convolution(3, 2, 3, padding="reflect", bias=True), images(2, 3, side, side).requires_grad_()
    (expected,) = torch.autograd.grad(layer(x).square().sum(), x)
    there = x.detach().cuda().requires_grad_()
    with repeatable(there.device, strict=True):
        (found,) = torch.autograd.grad(layer.cuda()(there).square().sum(), there)
    torch.testing.assert_close(found.cpu(), expected, rtol=1e-3, atol=1e-3)
