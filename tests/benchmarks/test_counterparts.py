"""The hidden truth of benchmarks/cyclegan_digits.py is what its page says it is."""

import cyclegan_digits
import pairs_cifar
import pytest
import torch


def digits() -> torch.Tensor:
    """A square of four pixels, and nothing."""
    images = torch.zeros(2, 1, 9, 9, dtype=torch.uint8)
    images[0, :, 3:5, 3:5] = 255
    return images


def test_a_counterpart_is_the_outline_on_paper():
    made = cyclegan_digits.counterpart(digits())
    ink, _, paper = cyclegan_digits.RAMP.to(torch.uint8)[:, :, None]
    assert made.shape == (2, 3, 9, 9)
    outline = torch.zeros(9, 9, dtype=torch.bool)
    outline[2:6, 2:6] = True
    outline[3:5, 3:5] = False
    assert torch.equal(made[0][:, outline], ink.expand(-1, 12))
    assert torch.equal(made[0][:, ~outline], paper.expand(-1, 69))
    assert torch.equal(made[1], paper[:, :, None].expand(-1, 9, 9))


def test_half_an_outline_has_the_colour_in_the_middle_of_the_ramp():
    images = torch.zeros(1, 1, 5, 5, dtype=torch.uint8)
    images[0, 0, 2, 2] = 128
    near = cyclegan_digits.counterpart(images)[0, :, 1, 1].float()
    assert (near - cyclegan_digits.RAMP[1]).abs().max() < 2


@pytest.mark.parametrize("least, expected", [(0.95, True), (0.949, False)])
def test_a_run_passes_where_both_directions_do(least, expected):
    good, other = {"ssim": 0.8, "kept": 0.95}, {"ssim": 0.9, "kept": least}
    run = {"kind": "cycle", "seed": 1, "forward": good, "backward": other}
    assert cyclegan_digits.passed([run]) == {"cycle-1": expected}


def test_the_trade_is_of_both_terms_over_l1_alone():
    own = {"task": "grey", "seed": 0}
    runs = [
        own | {"kind": "L1", "l1": 0.1, "fd": 20.0},
        own | {"kind": "cGAN", "l1": 0.3, "fd": 5.0},
        own | {"kind": "L1+cGAN", "l1": 0.105, "fd": 10.0},
    ]
    (found,) = pairs_cifar.trade(runs)
    assert found == {"task": "grey", "seed": 0, "l1": pytest.approx(1.05), "fd": 0.5, "passed": True}
    runs[2]["l1"] = 0.12
    assert not pairs_cifar.trade(runs)[0]["passed"]
    assert pairs_cifar.trade(runs[:2]) == []
