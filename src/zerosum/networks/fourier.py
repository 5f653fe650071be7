"""Convolutions of small maps through their Fourier transform: the same function with a tenth of the products.

A 5x5 convolution of a 7x7 map takes 25 products an output and pair of channels, 1,225 in all. A cyclic convolution of
9x9 holds it (its wrap falls on zeros), and in frequencies that is 41 products, 40 of them complex. Three real products
make a complex one, so 121 are left. What remains is a bilinear form

    y = C ((A x) * (B w)),    A [121, 49], B [121, 25], C [49, 121],

with * over the 121 rows and a sum over the channels, so all of it is matrix products. Derivatives of every order follow
from those. The idea is that of Mathieu, Henaff and LeCun 2013, arXiv:1312.5851, and the form that of Winograd's
algorithms (Lavin and Gray 2015, arXiv:1509.09308); frequencies keep float32 exact to 1e-6, which large tiles of the
latter do not. It pays on a CPU from about 128 channels. Elsewhere the library's own convolution runs.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn


class FourierTransposedConv2d(nn.ConvTranspose2d):
    """A transposed convolution with stride 1 that keeps a map's size, in float32 and float64 on a CPU by frequencies.

    Its parameters are those of `nn.ConvTranspose2d`, and its results are too, up to rounding.

    Args:
        inputs: channels of the map.
        outputs: channels of the result.
        kernel: side of the kernel, odd.
        size: (H, W) of the maps.
        bias: add a bias to each channel.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, *, size: tuple[int, int], bias: bool = True) -> None:
        super().__init__(inputs, outputs, kernel, padding=kernel // 2, bias=bias)
        self.size, self.forms = size, bilinear_form(size, kernel)

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Map [N, inputs, H, W] to [N, outputs, H, W], where it goes by frequencies with channels last."""
        if not self.pays(x):
            return super().forward(x, output_size)
        of_map, of_kernel, back = (form.to(x.dtype) for form in self.forms)
        n, inputs, height, width = x.shape
        maps = of_map @ x.permute(2, 3, 0, 1).reshape(height * width, -1)
        kernels = of_kernel @ self.weight.permute(2, 3, 0, 1).reshape(of_kernel.shape[1], -1)
        products = torch.bmm(maps.view(-1, n, inputs), kernels.view(-1, inputs, self.out_channels))
        y = (back @ products.view(len(products), -1)).view(height, width, n, -1).permute(2, 3, 0, 1)
        y = y.contiguous(memory_format=torch.channels_last)
        return y if self.bias is None else y + self.bias.view(-1, 1, 1)

    def pays(self, x: Tensor) -> bool:
        """Say whether `x` is what the form is for: a map of the size it was made for, in full precision on a CPU."""
        if x.device.type != "cpu" or tuple(x.shape[2:]) != self.size:
            return False
        return x.dtype in (torch.float32, torch.float64) and not torch.is_autocast_enabled("cpu")


def bilinear_form(size: tuple[int, int], kernel: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return A, B and C of the module's description, float64, for a transposed convolution that keeps `size`.

    With frequency f of a map extended by zeros, angles a_j = <f, j> at pixel j and b_k = <f, k> at tap k, counted from
    the kernel's middle: X = p - i q and W = c - i d are the sums of x and w with p = cos a, q = sin a, c = cos b and
    d = sin b. The product is Re = pc - qd and -Im = pd + qc, from the three products pc, qd and (p + q)(c + d). The
    conjugate frequency adds the same again, and the inverse transform is Re cos a - Im sin a.
    """
    reach = kernel // 2
    extended = (size[0] + reach, size[1] + reach)
    pixels, taps = grid(*map(torch.arange, size)), grid(*[torch.arange(-reach, kernel - reach)] * 2)
    rows: list[tuple[Tensor, Tensor, Tensor]] = []
    for frequency, own_conjugate in frequencies(*extended):
        p, q, c, d = (wave(points @ frequency) for points in (pixels, taps) for wave in (torch.cos, torch.sin))
        share = (1 if own_conjugate else 2) / math.prod(extended)
        if own_conjugate:  # the sines are 0 or meet others that are
            rows.append((p, c, share * p))
        else:
            rows += [(p, c, share * (p - q)), (q, d, -share * (p + q)), (p + q, c + d, share * q)]
    of_map, of_kernel, back = (torch.stack(column) for column in zip(*rows, strict=True))
    return of_map, of_kernel, back.T.contiguous()


def frequencies(height: int, width: int) -> Iterator[tuple[Tensor, bool]]:
    """Yield the angular frequencies of a height x width grid, one of each conjugate pair, and if it is its own."""
    for row in range(height):
        for column in range(width):
            conjugate = (-row % height, -column % width)
            if (row, column) <= conjugate:
                angles = torch.tensor([row / height, column / width], dtype=torch.float64) * 2 * math.pi
                yield angles, (row, column) == conjugate


def grid(rows: Tensor, columns: Tensor) -> Tensor:
    """Return all pairs of `rows` and `columns`, float64 [R C, 2]."""
    return torch.cartesian_prod(rows, columns).to(torch.float64)
