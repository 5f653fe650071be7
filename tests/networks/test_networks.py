"""Shapes, options, conditions and user errors of all networks in the table."""

import importlib
import inspect
import json
import subprocess
import sys

import pytest
import torch
from torch import nn

from zerosum.errors import UserError
from zerosum.networks import dcgan, init, layers, mlp, small, table, tutorial
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.layers import COARSEST
from zerosum.networks.trunk import DiscriminatorTrunk


def named(path):
    module, name = path.split(":")
    return getattr(importlib.import_module(module), name)


def shapes(name):
    if name == "tutorial":
        return [(1, 28, 28)]
    images = [(channels, size, size) for channels in (1, 3) for size in (8, 16, 28, 32, 64)]
    return [(2,), (1,), *images] if name == "mlp" else [*images, (3, 32, 64), (4, 24, 32), (1, 32, 24)]


PAIRS = [name for name in table.GENERATORS if name in table.DISCRIMINATORS]
CASES = [(name, shape) for name in PAIRS for shape in shapes(name)]


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def test_networks_come_in_pairs_but_for_three_that_play_with_any_other():
    assert table.GENERATORS.keys() ^ table.DISCRIMINATORS.keys() == {"dense", "light", "projected"}


def test_the_table_needs_no_torch():
    code = "import sys, json, zerosum.networks.table; print(json.dumps('torch' in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) is False


@pytest.mark.parametrize("name, shape", CASES)
def test_shapes(name, shape):
    generator, trunk = named(table.GENERATORS[name])(16, shape), named(table.DISCRIMINATORS[name])(shape, 5)
    fake = generator(torch.randn(2, 16))
    assert fake.shape == (2, *shape)
    assert fake.dtype == torch.float32
    if len(shape) == 3:
        assert fake.abs().max() <= 1
    assert isinstance(trunk, DiscriminatorTrunk)
    assert trunk(fake, torch.eye(5)[:2]).shape == (2, trunk.features)


@pytest.mark.parametrize("name, shape", CASES)
def test_the_signal_neither_dies_nor_explodes_at_the_start(name, shape):
    torch.manual_seed(0)
    generator, trunk = named(table.GENERATORS[name])(64, shape), named(table.DISCRIMINATORS[name])(shape)
    fake = generator(torch.randn(16, 64))
    logits = Discriminator(trunk)(torch.rand(16, *shape) * 2 - 1)
    assert 1e-3 < fake.std() < 3
    assert logits.abs().max() < 20
    assert logits.std() > 1e-7


@pytest.mark.parametrize("name", {**table.GENERATORS, **table.DISCRIMINATORS})
def test_every_option_is_plain_and_has_a_default_and_a_line_in_the_docstring(name):
    for kind in (named(part[name]) for part in (table.GENERATORS, table.DISCRIMINATORS) if name in part):
        options = list(inspect.signature(kind).parameters.values())[2:]
        for option in options:
            assert option.kind is inspect.Parameter.KEYWORD_ONLY
            assert isinstance(option.default, bool | int | float | str)
            assert f"        {option.name}: " in inspect.cleandoc(kind.__doc__).replace("\n    ", "\n        ")


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("conditioning", ["concatenation", "projection"])
def test_a_conditional_discriminator_depends_on_the_label(name, conditioning):
    torch.manual_seed(0)
    shape = shapes(name)[-1]
    trunk = named(table.DISCRIMINATORS[name])(shape, 4 if conditioning == "concatenation" else 0)
    network = Discriminator(trunk, classes=4, conditioning=conditioning).eval()
    x = torch.randn(3, *shape)
    logits = network(x, torch.tensor([0, 1, 2]))
    assert logits.shape == (3,)
    assert (logits != network(x, torch.tensor([3, 2, 1]))).all()
    assert torch.equal(logits, network(x, torch.tensor([0, 1, 2])))


def test_projection_is_the_inner_product_with_the_label_s_vector():
    network = Discriminator(mlp.Trunk((2,)), classes=3, conditioning="projection")
    x, label = torch.randn(5, 2), torch.tensor([0, 1, 2, 0, 1])
    phi = network.trunk(x)
    expected = phi @ network.head.weight[0] + network.head.bias + (network.embedding.weight[label] * phi).sum(1)
    assert torch.allclose(network(x, label), expected, atol=1e-6)


def test_the_head_has_a_bias_unless_told_otherwise():
    assert Discriminator(mlp.Trunk((2,))).head.bias is not None
    assert Discriminator(mlp.Trunk((2,)), bias=False).head.bias is None


def test_conditional_discriminators_are_checked():
    with pytest.raises(ValueError, match="needs labels"):
        Discriminator(mlp.Trunk((2,), 3), classes=3, conditioning="concatenation")(torch.randn(1, 2))
    with pytest.raises(ValueError, match="condition of 0 numbers where 3"):
        Discriminator(mlp.Trunk((2,)), classes=3, conditioning="concatenation")
    with pytest.raises(ValueError, match="both or neither"):
        Discriminator(mlp.Trunk((2,)), classes=3)


def largest_singular_value(layer):
    return torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2).item()


@pytest.mark.parametrize("family", [mlp, dcgan, small])
def test_spectral_norm_reaches_every_layer_head_and_embedding(family):
    torch.manual_seed(0)
    trunk = family.Trunk((1, 16, 16), spectral_norm=True)
    network = Discriminator(trunk, classes=3, conditioning="projection")
    for _ in range(60):
        network(torch.randn(2, 1, 16, 16), torch.tensor([0, 1]))
    kinds = (nn.Linear, nn.Conv2d, nn.Embedding)
    found = [layer for layer in network.modules() if isinstance(layer, kinds)]
    assert len(found) >= 4
    assert [largest_singular_value(layer) for layer in found] == pytest.approx([1.0] * len(found), rel=0.05)


def test_spectral_norm_resumes_exactly():
    torch.manual_seed(0)
    one, two = (Discriminator(small.Trunk((1, 8, 8))) for _ in range(2))
    x = torch.randn(2, 1, 8, 8)
    one(x)
    two.load_state_dict(one.state_dict())
    assert torch.equal(one(x), two(x))
    assert torch.equal(one(x), two(x))


def test_spectral_norm_stands_still_in_eval():
    network = Discriminator(small.Trunk((1, 8, 8))).eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    network(torch.randn(2, 1, 8, 8))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_logits_are_float32_under_autocast():
    network = Discriminator(small.Trunk((1, 8, 8)))
    with torch.autocast("cpu", torch.bfloat16):
        assert network.features(torch.randn(2, 1, 8, 8)).dtype == torch.bfloat16
        assert network(torch.randn(2, 1, 8, 8)).dtype == torch.float32


def test_points_are_not_squashed():
    assert not any(isinstance(part, nn.Tanh) for part in mlp.Generator(4, (2,)).modules())


@pytest.mark.parametrize(
    "family, options",
    [
        (mlp, {"width": 32}),
        (mlp, {"depth": 3}),
        (mlp, {"batch_norm": True}),
        (dcgan, {"width": 32}),
        (dcgan, {"kernel": 5}),
        (dcgan, {"batch_norm": False}),
        (small, {"width": 32}),
        (small, {"fold": 1}),
    ],
)
def test_options_reach_both_networks(family, options):
    shape = (1, 28, 28)
    assert parameters(family.Generator(8, shape, **options)) != parameters(family.Generator(8, shape))
    assert parameters(family.Trunk(shape, **options)) != parameters(family.Trunk(shape))
    assert family.Generator(8, shape, **options)(torch.randn(2, 8)).shape == (2, *shape)
    assert family.Trunk(shape, **options)(torch.randn(2, *shape)).ndim == 2


def kinds(module):
    return {type(part) for part in module.modules()}


@pytest.mark.parametrize(
    "activation, layer",
    [("relu", nn.ReLU), ("leaky_relu", nn.LeakyReLU), ("tanh", nn.Tanh), ("maxout", layers.Maxout)],
)
def test_mlp_activations(activation, layer):
    assert layer in kinds(mlp.Trunk((2,), activation=activation))
    assert layer in kinds(mlp.Generator(4, (2,), activation=activation))


def test_mlp_dropout_and_batch_norm():
    trunk = mlp.Trunk((2,), dropout=0.4, batch_norm=True)
    assert [part.p for part in trunk.modules() if isinstance(part, nn.Dropout)] == [0.4, 0.4]
    assert nn.BatchNorm1d in kinds(trunk)
    assert layers.Dropout in kinds(mlp.Generator(4, (2,), dropout=0.1))


def test_batch_norm_of_the_generators_can_be_switched_off():
    for family in (dcgan, small):
        assert nn.BatchNorm2d in kinds(family.Generator(8, (1, 28, 28)))
        assert nn.BatchNorm2d not in kinds(family.Generator(8, (1, 28, 28), batch_norm=False))


def test_maxout_is_the_largest_of_its_pieces():
    layer = layers.Maxout(3, 4, pieces=5)
    x = torch.randn(6, 3)
    pieces = [x @ layer.linear.weight[j::5].T + layer.linear.bias[j::5] for j in range(5)]
    assert torch.allclose(layer(x), torch.stack(pieces).amax(0), atol=1e-6)


def test_the_2014_discriminator():
    """Two maxout layers of 240 units with 5 pieces."""
    trunk = mlp.Trunk((1, 28, 28), width=240, activation="maxout", dropout=0.5)
    assert parameters(trunk) == (784 + 1) * 240 * 5 + (240 + 1) * 240 * 5


def test_the_tutorial_generator_layer_by_layer():
    generator = tutorial.Generator(100, (1, 28, 28))
    dense, first, second, third = 100 * 12544, 256 * 128 * 25, 128 * 64 * 25, 64 * 1 * 25
    batch_norms = 2 * (12544 + 128 + 64)
    assert parameters(generator) == dense + first + second + third + batch_norms == 2_305_472
    assert [part.negative_slope for part in generator.modules() if isinstance(part, nn.LeakyReLU)] == [0.3] * 3
    sizes = []
    for part in generator.modules():
        if isinstance(part, nn.ConvTranspose2d):
            part.register_forward_hook(lambda _, __, out: sizes.append(tuple(out.shape[1:])))
    generator(torch.randn(2, 100))
    assert sizes == [(128, 7, 7), (64, 14, 14), (1, 28, 28)]


def test_the_tutorial_discriminator_layer_by_layer():
    network = Discriminator(tutorial.Trunk((1, 28, 28)))
    assert parameters(network) == (25 * 64 + 64) + (64 * 25 * 128 + 128) + (6272 + 1) == 212_865
    assert [part.p for part in network.modules() if isinstance(part, nn.Dropout)] == [0.3, 0.3]


def test_dcgan_at_64_is_the_paper_s_pyramid():
    trunk = dcgan.Trunk((3, 64, 64))
    convolutions = [part for part in trunk.modules() if isinstance(part, nn.Conv2d)]
    assert [(c.in_channels, c.out_channels) for c in convolutions] == [(3, 64), (64, 128), (128, 256), (256, 512)]
    assert trunk.features == 512 * 4 * 4
    norms = [type(part) for part in trunk.layers if not isinstance(part, nn.LeakyReLU)]
    assert norms == [nn.Conv2d] + [nn.Conv2d, nn.BatchNorm2d] * 3


def test_dcgan_width_stops_at_512():
    assert layers.widths(64, 6) == [64, 128, 256, 512, 512, 512]
    assert layers.widths(1024, 2) == [1024, 1024]


def test_no_convolution_of_small_sees_a_single_channel():
    for network in (small.Generator(8, (1, 28, 28)), small.Trunk((1, 28, 28))):
        found = [p for p in network.modules() if isinstance(p, nn.Conv2d | nn.ConvTranspose2d)]
        assert min(min(c.in_channels, c.out_channels) for c in found) == 4


@pytest.mark.parametrize("size", range(4, 129, 4))
def test_small_makes_every_multiple_of_4(size):
    assert small.levels_of((1, size, size), 2) >= 1


@pytest.mark.parametrize("shape", [(1, 14, 14), (1, 6, 10), (3, 50, 64), (4, 30, 2), (1, 46, 46)])
def test_the_small_trunk_judges_what_small_cannot_make(shape):
    """The finer levels of a pyramid are judged at any even size."""
    network = small.Trunk(shape, width=8, hidden=0)
    features = network(torch.zeros(2, *shape))
    assert features.shape == (2, network.features)
    halved = [side // 2 >> small.halvings_of(shape, 2) for side in shape[1:]]
    assert 1 <= min(halved) <= COARSEST


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: dcgan.Generator(8, (1, 27, 27)), "dcgan cannot make 27x27 images: use --size 24 or 28"),
        (lambda: dcgan.Trunk((1, 4, 4)), "dcgan cannot make 4x4 images: use --size 8"),
        (lambda: dcgan.Trunk((1, 8, 8), kernel=1), "kernel of 2 or more, not 1"),
        (lambda: small.Trunk((1, 27, 27)), "small cannot make 27x27 images: use --size 24 or 28"),
        # Width first, as --size has it.
        (lambda: dcgan.Generator(8, (3, 60, 64)), "dcgan cannot make 64x60 images: use --size 64x56"),
        (lambda: dcgan.Trunk((3, 64, 60)), "dcgan cannot make 60x64 images: use --size 56x64"),
        (lambda: dcgan.Trunk((3, 3, 900)), "dcgan cannot make 900x3 images: use --size 900x8"),
        (lambda: small.Generator(8, (4, 50, 64)), "small cannot make 64x50 images: use --size 64x48 or 64x52"),
        (lambda: small.Generator(8, (1, 50, 48)), "small cannot make 48x50 images: use --size 48 or 48x52"),
        (lambda: small.Generator(8, (1, 2, 50)), "small cannot make 50x2 images: use --size 52x4"),
        (lambda: tutorial.Generator(8, (3, 32, 32)), "28x28 grey images only, not 32x32 colour: use --size 28"),
        (lambda: tutorial.Trunk((1, 24, 32)), "not 32x24 grey"),
        (lambda: small.Generator(8, (2,)), "points of 2 numbers: use the network mlp"),
        (lambda: dcgan.Generator(8, (2,)), "points of 2 numbers"),
        (lambda: mlp.Trunk((2,), activation="gelu"), "no activation is called 'gelu'; did you mean 'relu'?"),
    ],
)
def test_user_errors_carry_the_remedy(make, message):
    with pytest.raises(UserError) as caught:
        make()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("size", [24, 28, 8, 36 - 4, 40])
def test_suggested_sizes_work(size):
    assert layers.halvings(size, size)


def test_dcgan_initialisation():
    torch.manual_seed(0)
    generator = dcgan.Generator(100, (3, 32, 32))
    for part in generator.modules():
        if isinstance(part, nn.ConvTranspose2d):
            assert part.weight.std().item() == pytest.approx(0.02, rel=0.05)
        if isinstance(part, nn.BatchNorm2d):
            assert part.weight.mean().item() == pytest.approx(1.0, abs=0.01)
    head = Discriminator(dcgan.Trunk((3, 32, 32))).head
    assert head.weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert (head.bias == 0).all()


@pytest.mark.parametrize(
    "layer, shape",
    [
        (nn.Linear(300, 400), (300,)),
        (nn.Conv2d(64, 64, 3, padding=1), (64, 16, 16)),
        (nn.ConvTranspose2d(64, 64, 4, stride=2, padding=1), (64, 16, 16)),
    ],
)
def test_he_keeps_the_size_of_the_signal(layer, shape):
    torch.manual_seed(0)
    init.he(layer, slope=0.2)
    x = nn.functional.leaky_relu(torch.randn(32, *shape), 0.2)
    out = layer(x)
    if out.ndim == 4:
        out = out[..., 2:-2, 2:-2]
    assert out.std().item() == pytest.approx(1.0, rel=0.1)


def test_what_a_discriminator_guesses_comes_from_the_same_pass():
    network = Discriminator(mlp.Trunk((2,)), guesses=7).eval()
    x = torch.randn(5, 2)
    logits, guesses = network.judge(x)
    assert torch.equal(logits, network(x))
    assert guesses.shape == (5, 7)
    assert torch.allclose(guesses, network.guess(network.features(x)))


def test_guesses_are_normalised_with_the_trunk():
    network = Discriminator(mlp.Trunk((2,), spectral_norm=True), classes=3, conditioning="auxiliary")
    for _ in range(30):
        network.judge(torch.randn(4, 2))
    assert torch.linalg.matrix_norm(network.guess.weight, 2).item() == pytest.approx(1.0, abs=0.05)


def test_a_discriminator_that_guesses_nothing_cannot_be_asked():
    with pytest.raises(ValueError, match="guesses nothing: make it with guesses, or auxiliary conditioning"):
        Discriminator(mlp.Trunk((2,))).judge(torch.randn(1, 2))
