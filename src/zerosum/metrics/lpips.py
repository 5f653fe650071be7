"""LPIPS, the perceptual distance of pairs by a network that others trained, for who asks for it."""

import torch
from torch import Tensor, nn

from zerosum.data.channels import on_white
from zerosum.errors import UserError
from zerosum.metrics.extra_features import torch_fidelity

BATCH = 50
SIDE = 64
"""Smaller images are enlarged to it, as VGG-16 halves them four times."""


class Lpips:
    """LPIPS with VGG-16, version 0.1: Zhang et al. 2018, arXiv:1801.03924, equation 1. Call it on pairs.

    torch-fidelity's, an extra: `pip install zerosum[fidelity]`. Its weights are downloaded once, to torch.hub's folder.

    Raises:
        UserError: torch-fidelity is not installed, or the weights cannot be had.
    """

    def __init__(self, *, device: torch.device | str = "cpu") -> None:
        fidelity = torch_fidelity("lpips", "sample_similarity_lpips")
        try:
            network = fidelity.SampleSimilarityLPIPS("lpips-vgg16", sample_similarity_dtype="uint8")
        except (OSError, RuntimeError) as error:
            raise UserError(
                f"the weights of lpips cannot be loaded ({error}): connect to the internet, once is enough"
            ) from error
        self.network: nn.Module = network.to(device).eval()
        self.device = device

    @torch.no_grad()
    def __call__(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the distances, float32 [N] on the CPU, of uint8 images x and y, [N, C, H, W]."""
        pairs = zip(torch.split(_ready(x), BATCH), torch.split(_ready(y), BATCH), strict=True)
        return torch.cat([self.network(a.to(self.device), b.to(self.device)).float().cpu() for a, b in pairs])


def _ready(images: Tensor) -> Tensor:
    """Return images in three channels, RGBA on white, enlarged by whole factors where they are small."""
    factor = -(-SIDE // min(images.shape[2:]))
    return on_white(images).expand(-1, 3, -1, -1).repeat_interleave(factor, 2).repeat_interleave(factor, 3)
