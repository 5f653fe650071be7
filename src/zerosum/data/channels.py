"""Images of 1 (grey), 3 (RGB) or 4 channels (RGBA), and the ways between them. Alpha is straight, not multiplied in."""

from collections.abc import Callable

import torch
from torch import Tensor

LUMA = (0.299, 0.587, 0.114)


def grey(images: Tensor) -> Tensor:
    """Return the luma, [N, 1, H, W], of images inside: .299 R + .587 G + .114 B, as ITU-R BT.601 has it; RGBA on white.

    Args:
        images: [N, 1, 3 or 4, H, W] in [-1, 1].
    """
    if images.shape[1] == 1:
        return images
    return (opaque(images) * torch.tensor(LUMA, device=images.device)[:, None, None]).sum(1, keepdim=True)


def with_channels(images: Tensor, channels: int) -> Tensor:
    """Return images inside with 1, 3 or 4 channels: grey repeated, colour as luma, alpha on white or full.

    Args:
        images: [N, C, H, W] in [-1, 1].
        channels: wanted.
    """
    if images.shape[1] == channels:
        return images
    if channels == 1:
        return grey(images)
    colour = opaque(images).expand(-1, 3, -1, -1)
    return torch.cat([colour, torch.ones_like(colour[:, :1])], 1) if channels == 4 else colour


def opaque(images: Tensor) -> Tensor:
    """Return images [N, C, H, W] in [-1, 1], RGBA as RGB on white: c a + (1 - a) with a in [0, 1]."""
    if images.shape[1] != 4:
        return images
    share = (images[:, 3:] + 1) / 2
    return images[:, :3] * share + (1 - share)


def on_white(images: Tensor) -> Tensor:
    """Return images [N, C, H, W] in 0..255, RGBA as RGB on white, as networks that know no alpha see them.

    uint8 stays uint8, rounded; floats stay floats.
    """
    if images.shape[1] != 4:
        return images
    share = images[:, 3:].float() / 255
    flat = images[:, :3].float() * share + 255 * (1 - share)
    return flat.round().to(images.dtype) if images.dtype == torch.uint8 else flat


def filtered(images: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
    """Return what a filter or a resize makes of images inside; of RGBA with alpha multiplied in and out again.

    Else the colour of pixels that nobody sees would bleed into their neighbours.
    """
    if images.shape[1] != 4:
        return function(images)
    share = (images[:, 3:] + 1) / 2
    result = function(torch.cat([(images[:, :3] + 1) / 2 * share, share], 1))
    colour, share = result[:, :3], result[:, 3:].clamp(0, 1)
    straight = torch.where(share > 1 / 510, colour / share.clamp(min=1 / 510), 0.0).clamp(0, 1)
    return torch.cat([straight, share], 1) * 2 - 1
