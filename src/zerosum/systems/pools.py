"""A pool of past fakes, which a discriminator sees beside new ones, so that the players do not run in circles.

Section 2.3 of Shrivastava et al. 2016 (arXiv:1612.07828); CycleGAN (arXiv:1703.10593, section 4) keeps 50 images. As
there, a new image is shown as it is or changes places with one of the pool, each half of the time.
"""

import torch
from torch import Tensor, nn

from zerosum.data.dataset import images_inside, images_outside
from zerosum.group import distributed

UNUSED, APPENDED = -2, -1


class Pool(nn.Module):
    """Fakes of earlier rounds, as uint8, in buffers: part of every checkpoint.

    What a round puts in is collected and stored after its turn, from all micro-batches and processes in their order. So
    what is drawn does not depend on how a batch is divided, and all processes keep the same pool.

    Args:
        size: images that it holds; 0 for no pool.
        shape: of an image, (C, H, W).
    """

    images: Tensor
    count: Tensor

    def __init__(self, size: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.size, self.pending = size, list[tuple[Tensor, Tensor]]()
        self.register_buffer("images", torch.zeros(size, *shape, dtype=torch.uint8))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def mixed(self, fakes: Tensor) -> Tensor:
        """Return fakes [N, C, H, W] with some replaced by images of the pool, and remember what is to be stored."""
        if not self.size:
            return fakes
        n, full = len(fakes), self.count == self.size
        slots = torch.randint(self.size, (n,), device=fakes.device)
        swapped = (torch.rand(n, device=fakes.device) < 0.5) & full
        self.pending.append((torch.where(swapped, slots, torch.where(full, UNUSED, APPENDED)), images_outside(fakes)))
        past = images_inside(self.images[slots]).to(fakes.dtype)
        return torch.where(swapped[:, None, None, None], past, fakes)

    @torch.no_grad()
    def store(self) -> None:
        """Store what was remembered since the last call."""
        if not self.pending:
            return
        slots, images = (torch.cat(parts) for parts in zip(*self.pending, strict=True))
        self.pending.clear()
        slots, images = (torch.cat(distributed.from_all(part)) for part in (slots, images))
        for slot, image in zip(slots.tolist(), images, strict=True):
            if slot == APPENDED and self.count < self.size:
                self.images[self.count] = image
                self.count += 1
            elif slot >= 0:
                self.images[slot] = image
