"""The first guess in a hole: a thin plate through what is known."""

import pytest
import torch

from zerosum.systems.spread import around, bent, spread, unbent


def holed(side: int = 20) -> torch.Tensor:
    """Return a mask [1, 1, side, side] with a rectangle missing."""
    mask = torch.zeros(1, 1, side, side)
    mask[..., 5:15, 6:14] = 1
    return mask


@pytest.mark.parametrize("side", [20, 32, 33, 65, 178])
def test_slopes_go_on_through_the_hole(side):
    slope = torch.linspace(-1, 1, side).expand(1, 1, side, side)
    both, mask = torch.cat([slope, slope.mT], 1), torch.zeros(1, 1, side, side)
    mask[..., side // 4 : 3 * side // 4, side // 4 : 3 * side // 4] = 1
    assert torch.allclose(spread(both * (1 - mask), mask), both, atol=0.05)


def test_only_what_is_near_the_holes_is_bent():
    torch.manual_seed(0)
    maps, hole = torch.randn(2, 1, 30, 40, dtype=torch.float64), torch.zeros(2, 1, 30, 40, dtype=torch.bool)
    hole[0, :, 10:14, 20:25] = hole[1, :, :3, 37:] = True
    box = around(hole)
    assert [(part.start, part.stop) for part in box[2:]] == [(0, 16), (18, 42)]
    assert torch.allclose(unbent(maps, hole)[box], unbent(maps[box], hole[box]), atol=1e-12)


def test_it_nears_the_solution_of_the_biharmonic_equation():
    """Against the exact solution: L L u = 0 at every missing pixel, solved as a dense linear system."""
    torch.manual_seed(0)
    x, mask = torch.rand(1, 1, 12, 12, dtype=torch.float64), torch.zeros(1, 1, 12, 12)
    x = torch.nn.functional.avg_pool2d(torch.nn.functional.pad(x, (2, 2, 2, 2), mode="replicate"), 5, stride=1)
    mask[..., 4:8, 3:9] = 1
    hole = mask.flatten() == 1
    plate = torch.stack([bent(bent(unit.view(1, 1, 12, 12))).flatten() for unit in torch.eye(144).double()], 1)
    known = torch.where(hole, 0, x.flatten())
    exact = torch.linalg.solve(plate[hole][:, hole], -(plate @ known)[hole])
    guess, mean = spread(x, mask), torch.where(mask > 0, known.sum() / (~hole).sum(), x)
    least = unbent(guess, mask > 0, steps=60)
    assert torch.allclose(least.flatten()[hole], exact, atol=1e-9)
    bending = [bent(image).square().sum().item() for image in (least, guess, mean)]
    assert bending[1] - bending[0] < 0.02 * (bending[2] - bending[0])


def test_known_pixels_stay_and_missing_ones_are_not_looked_at():
    torch.manual_seed(0)
    x, mask = torch.randn(2, 3, 20, 20), holed()
    found = spread(x, mask.expand(2, -1, -1, -1))
    known = (mask == 0).expand_as(x)
    assert torch.equal(found[known], x[known])
    assert torch.equal(found, spread(torch.where(mask > 0, torch.full_like(x, torch.nan), x), mask))
    assert torch.equal(found, spread(x, mask * 0.5)), "what is missing in part is not known"


def test_each_image_is_filled_alone():
    torch.manual_seed(0)
    x, mask = torch.randn(3, 1, 20, 20), holed().repeat(3, 1, 1, 1)
    mask[1] = 0
    together = spread(x, mask)
    assert torch.equal(together[1], x[1])
    assert torch.allclose(together[2:], spread(x[2:], mask[2:]), atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (3, 2), (33, 47)])
def test_any_size_will_do_and_nothing_known_is_grey(shape):
    x, mask = torch.rand(2, 1, *shape), torch.zeros(2, 1, *shape)
    mask[0, 0, 0, 0], mask[1] = 1, 1
    found = spread(x, mask)
    assert found.isfinite().all()
    assert not found[1].any()
