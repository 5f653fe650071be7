"""Convolutions from or to a few channels as one matrix product: the same function without empty lanes on a CPU.

A convolution from few channels is a product of all patches with W, [N H' W', inputs k^2] [inputs k^2, outputs]; a
transposed one to few channels a product of all pixels with W, [N H W, inputs] [inputs, outputs k^2], whose rows are
patches to be added where they overlap ("im2col" and "col2im": Chellapilla, Puri and Simard 2006, "High performance
convolutional neural networks for document processing", section 4). The library's own kernels work on 8 or 16 channels
at once, most of which are empty where a picture of one or three enters or leaves a network.

Their parameters are those of the library's layers, and their results too, up to rounding. Both are for maps whose
channels lie side by side in memory (channels last): pixels are then rows of the product as they are.
"""

from torch import Tensor, nn
from torch.nn.functional import fold, linear, unfold


class ColumnConv2d(nn.Conv2d):
    """A convolution that is computed as a matrix product on a CPU; with zeros for padding, and one group."""

    def forward(self, x: Tensor) -> Tensor:
        """Map [N, inputs, H, W] to [N, outputs, H', W'], H' as `nn.Conv2d` says; channels last on a CPU."""
        if x.device.type != "cpu":
            return super().forward(x)
        padding, stride = whole(self.padding), whole(self.stride)
        patches = unfold(x, whole(self.kernel_size), whole(self.dilation), padding, stride)
        pixels = linear(patches.transpose(1, 2).flatten(0, 1), self.weight.flatten(1), self.bias)
        height = (x.shape[2] + 2 * padding[0] - self.dilation[0] * (self.kernel_size[0] - 1) - 1) // stride[0] + 1
        return pixels.view(len(x), height, -1, self.out_channels).permute(0, 3, 1, 2)


class ColumnTransposedConv2d(nn.ConvTranspose2d):
    """A transposed convolution that is computed as a matrix product on a CPU; without dilation, and one group."""

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Map [N, inputs, H, W] to [N, outputs, H', W'], H' as `nn.ConvTranspose2d` says."""
        if x.device.type != "cpu" or output_size is not None:
            return super().forward(x, output_size)
        n, inputs, *sides = x.shape
        patches = x.permute(0, 2, 3, 1).reshape(-1, inputs) @ self.weight.flatten(1)
        columns = patches.view(n, sides[0] * sides[1], -1).transpose(1, 2)
        larger = (self.larger(sides[0], 0), self.larger(sides[1], 1))
        y = fold(columns, larger, whole(self.kernel_size), padding=whole(self.padding), stride=whole(self.stride))
        return y if self.bias is None else y + self.bias.view(-1, 1, 1)

    def larger(self, side: int, dim: int) -> int:
        """Return what becomes of a side of the map."""
        own = (side - 1) * self.stride[dim] - 2 * int(self.padding[dim]) + self.kernel_size[dim]
        return own + self.output_padding[dim]


def whole(sizes: tuple[int, ...] | str) -> tuple[int, int]:
    """Return a layer's sizes, up and across, as numbers; padding by name has none."""
    up, across = (int(size) for size in sizes)
    return up, across
