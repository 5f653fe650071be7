"""The small convolutional network whose features and labels the image metrics are measured in.

LeNet-5's plan (LeCun et al. 1998, "Gradient-based learning applied to document recognition") with today's parts: ReLU,
max-pooling, Adam and one learning-rate cycle. It is trained on the user's own data, so it needs no download and knows
what matters there; features of an ImageNet network say little about 8 x 8 digits.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zerosum.core.device import repeatable
from zerosum.errors import UserError

FEATURES = 128
SIDE = 32
CHUNK = 500
BATCH = 64
STEPS = 1400
PEAK_LEARNING_RATE = 3e-3


class LeNet(nn.Module):
    """Two 5 x 5 convolutions, one hidden dense layer (its 128 outputs are the features) and a dense layer of logits.

    Images of any size from 4 x 4 pixels; a side above 32 is average-pooled to 32 first (`shrink`).
    """

    def __init__(self, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        if len(shape) != 3 or min(shape[1:]) < 4:
            raise UserError(f"the classifier needs images [C, H, W] of at least 4 x 4 pixels, not {shape}; resize them")
        self.classes = classes
        channels, height, width = shape
        self.shape = (channels, min(height, SIDE), min(width, SIDE))
        # Judging must not move the random state of the training that it interrupts.
        with torch.random.fork_rng(devices=[]):
            self.first = nn.Conv2d(channels, 32, 5, padding=2)
            self.second = nn.Conv2d(32, 64, 5, padding=2)
            self.hidden = nn.Linear(64 * (self.shape[1] // 4) * (self.shape[2] // 4), FEATURES)
            self.head = nn.Linear(FEATURES, classes)

    def embed(self, images: Tensor) -> Tensor:
        """Return the features [N, 128] of shrunk uint8 images [N, C, H, W], in one piece and with gradients."""
        x = images.float() / 127.5 - 1
        # Channels last: the backward pass of a convolution with one input channel is several times faster on a CPU.
        x = x.contiguous(memory_format=torch.channels_last)
        # Pooling before the ReLU gives the same numbers for a quarter of the work.
        x = F.relu(F.max_pool2d(self.first(x), 2))
        x = F.relu(F.max_pool2d(self.second(x), 2))
        return F.relu(self.hidden(x.flatten(1)))

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits [N, classes] of shrunk uint8 images [N, C, H, W]."""
        logits: Tensor = self.head(self.embed(images))
        return logits

    @torch.no_grad()
    def features(self, images: Tensor) -> Tensor:
        """Return the features, float32 [N, 128] on the CPU, of uint8 images [N, C, H, W], a chunk at a time."""
        images = shrink(images)
        self._check(images)
        chunks = [self.embed(chunk.to(self.head.weight.device)).cpu() for chunk in torch.split(images, CHUNK)]
        return torch.cat(chunks) if len(images) else torch.zeros(0, FEATURES)

    @torch.no_grad()
    def predict(self, images: Tensor) -> Tensor:
        """Return the most likely class, int64 [N] on the CPU, of uint8 images [N, C, H, W], a chunk at a time."""
        return self.predict_from(self.features(images))

    @torch.no_grad()
    def predict_from(self, features: Tensor) -> Tensor:
        """Return the most likely class, int64 [N] on the CPU, of what `features` returned [N, 128]."""
        predicted: Tensor = self.head(features.to(self.head.weight.device)).argmax(1).cpu()
        return predicted

    def _check(self, images: Tensor) -> None:
        if images.dtype != torch.uint8 or tuple(images.shape[1:]) != self.shape:
            form = f"{images.dtype} {list(images.shape)}"
            shape = ", ".join(map(str, self.shape))
            raise UserError(f"the classifier takes uint8 images [N, {shape}], not {form}; convert with dataset.outside")


def shrink(images: Tensor) -> Tensor:
    """Return uint8 images [N, C, H, W] with each side above 32 pixels average-pooled to 32, in uint8 again."""
    if images.ndim != 4 or max(images.shape[2:]) <= SIDE:
        return images
    size = (min(images.shape[2], SIDE), min(images.shape[3], SIDE))
    parts = [F.adaptive_avg_pool2d(part.float(), size).round().to(torch.uint8) for part in torch.split(images, CHUNK)]
    return torch.cat(parts)


def train_classifier(
    images: Tensor,
    labels: Tensor,
    classes: int,
    *,
    seed: int = 0,
    steps: int = STEPS,
    batch_size: int = BATCH,
    device: torch.device | str = "cpu",
    change: Callable[[Tensor, torch.Generator], Tensor] | None = None,
) -> LeNet:
    """Train a LeNet on uint8 images [N, C, H, W] and int64 labels [N]; return it in evaluation mode.

    Adam with one learning-rate cycle (Smith & Topin, arXiv:1708.07120) over `steps` batches, whatever the size of the
    data set. It is a function of its arguments: the global random state is neither read nor moved. `change` is applied
    to each batch of uint8 images, with random numbers of its own: the same batches are drawn with it and without.

    Raises:
        UserError: images and labels differ in number, there are none, or a label is outside 0..classes-1.
    """
    _check_pairs(images, labels, classes)
    images = shrink(images)
    generator, changing = torch.Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    network = LeNet(tuple(images.shape[1:]), classes)
    _initialise(network, generator)
    network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.Adam(network.parameters(), lr=PEAK_LEARNING_RATE)
    size = min(batch_size, len(images))
    with repeatable(torch.device(device)):
        for step, indices in enumerate(_batches(len(images), size, steps, generator)):
            optimiser.param_groups[0]["lr"] = PEAK_LEARNING_RATE * one_cycle(step / steps)
            batch = images[indices.to(images.device)]
            logits = network((batch if change is None else change(batch, changing)).to(device))
            loss = F.cross_entropy(logits, labels[indices.to(labels.device)].to(device))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    return network.eval().requires_grad_(False)


def one_cycle(progress: float) -> float:
    """Return the share of the peak learning rate at `progress` in [0, 1): a linear rise to 20 %, then a half cosine."""
    rise = 0.2
    if progress < rise:
        return 0.1 + 0.9 * progress / rise
    return 0.5 * (1 + math.cos(math.pi * (progress - rise) / (1 - rise)))


def accuracy(network: LeNet, images: Tensor, labels: Tensor) -> float:
    """Return the share of uint8 images [N, C, H, W] to which `network` gives their label [N]."""
    return float((network.predict(images) == labels.cpu()).double().mean())


def _check_pairs(images: Tensor, labels: Tensor, classes: int) -> None:
    if len(images) == 0 or len(images) != len(labels):
        raise UserError(f"{len(images)} images and {len(labels)} labels; the classifier needs one label for each image")
    if images.dtype != torch.uint8:
        raise UserError(f"the classifier is trained on uint8 images, not {images.dtype}; convert with dataset.outside")
    if int(labels.min()) < 0 or int(labels.max()) >= classes:
        raise UserError(f"labels {int(labels.min())}..{int(labels.max())} with {classes} classes; number them from 0")


@torch.no_grad()
def _initialise(network: LeNet, generator: torch.Generator) -> None:
    """He's initialisation (arXiv:1502.01852) from `generator`, so that the weights depend on the seed alone."""
    for layer in (network.first, network.second, network.hidden, network.head):
        scale = math.sqrt(2 / layer.weight[0].numel())
        layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator) * scale)
        assert layer.bias is not None
        layer.bias.zero_()


def _batches(count: int, size: int, steps: int, generator: torch.Generator) -> list[Tensor]:
    """Return `steps` batches of indices out of as many permutations as that takes."""
    epochs = -(-steps * size // count)
    order = torch.cat([torch.randperm(count, generator=generator) for _ in range(epochs)])
    return list(torch.split(order[: steps * size], size))
