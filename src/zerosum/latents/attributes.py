"""Who says what a sample shows: small classifiers of the data's attributes, and measures of handwriting.

Two judges are trained on the two halves of the train split. One finds a direction, the other says whether it works, so
that a direction is not praised by the eyes that found it. Each one's accuracy is taken on the other's half.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from zerosum.data.dataset import Attribute, Dataset, Resident
from zerosum.errors import UserError, suggest
from zerosum.latents.measures import slant, stroke_width
from zerosum.metrics.classifier import PEAK_LEARNING_RATE, LeNet, one_cycle, shrink

MEASURES: dict[str, Callable[[Tensor], Tensor]] = {"slant": slant, "stroke-width": stroke_width}
"""What needs no judge: numbers that are measured in grey images."""
STEPS, BATCH = 400, 64
IMAGES = 10_000
SHIFT = 2


@dataclass(frozen=True)
class Judge:
    """A classifier of several attributes at once, each a part of its logits.

    Attributes:
        network: its logits are those of the attributes one after the other.
        values: the names of the values, by attribute.
        accuracy: on images of the train split that it was not trained on, by attribute.
    """

    network: LeNet
    values: Mapping[str, tuple[str, ...]]
    accuracy: Mapping[str, float]

    @torch.no_grad()
    def read(self, images: Tensor) -> dict[str, Tensor]:
        """Return the most likely value of each attribute, int64 [N], of uint8 images [N, C, H, W]."""
        logits = self.network.head(self.network.features(images))
        return {name: part.argmax(1) for name, part in parted(logits, self.values).items()}

    def value(self, attribute: str, name: str) -> int:
        """Return the number of a value of an attribute; UserError where it has no such value."""
        names = self.values[attribute]
        if name not in names:
            raise UserError(f"'{attribute}' is never '{name}'{suggest(name, names)}")
        return names.index(name)


def attributes_of(dataset: Dataset) -> dict[str, Attribute]:
    """Return what is known of the samples: their attributes, or else their labels, as the attribute `label`."""
    if dataset.attributes:
        return dict(dataset.attributes)
    return {"label": Attribute(dataset.classes, dataset.labels)} if dataset.labels is not None else {}


def judges_of(dataset: Dataset, *, steps: int = STEPS, seed: int = 0) -> tuple[Judge, Judge]:
    """Train two judges of all attributes, on one half of the images each (at most 10,000); takes about a minute.

    Raises:
        UserError: the data are no labelled images in memory.
    """
    attributes = attributes_of(dataset)
    if not isinstance(dataset, Resident) or not dataset.is_images or not attributes:
        raise UserError(f"{dataset.name} has no labelled images to train a judge with: hand-pick samples instead")
    order = torch.randperm(len(dataset), generator=torch.Generator().manual_seed(seed))[: 2 * IMAGES]
    halves = order.chunk(2)
    networks = [train(dataset.values[half], chosen(attributes, half), steps=steps, seed=seed) for half in halves]
    return (judge(networks[0], dataset, attributes, halves[1]), judge(networks[1], dataset, attributes, halves[0]))


def judge(network: LeNet, dataset: Resident, attributes: Mapping[str, Attribute], unseen: Tensor) -> Judge:
    """Return a judge with its accuracy on the images number `unseen`."""
    values = {name: attribute.values for name, attribute in attributes.items()}
    reader = Judge(network, values, {})
    readings = reader.read(dataset.values[unseen])
    accuracy = {name: share(readings[name] == attributes[name].labels[unseen]) for name in attributes}
    return Judge(network, values, accuracy)


def train(images: Tensor, attributes: Mapping[str, Attribute], *, steps: int = STEPS, seed: int = 0) -> LeNet:
    """Train one LeNet on all attributes: the sum of their cross-entropies, Adam, one learning-rate cycle.

    Images are shifted by up to 2 pixels at random. It is a function of its arguments: the global random state is
    neither read nor moved.
    """
    images = shrink(images)
    random = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = LeNet(tuple(images.shape[1:]), sum(len(attribute.values) for attribute in attributes.values()))
    optimiser = torch.optim.Adam(network.parameters(), lr=PEAK_LEARNING_RATE)
    values = {name: attribute.values for name, attribute in attributes.items()}
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = PEAK_LEARNING_RATE * one_cycle(step / steps)
        rows = torch.randint(len(images), (BATCH,), generator=random)
        parts = parted(network(shifted(images[rows], random)), values)
        losses = [F.cross_entropy(parts[name], attribute.labels[rows]) for name, attribute in attributes.items()]
        optimiser.zero_grad(set_to_none=True)
        torch.stack(losses).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return network.eval().requires_grad_(False)


def shifted(images: Tensor, random: torch.Generator) -> Tensor:
    """Return a batch moved by up to 2 pixels either way, the border repeated."""
    dy, dx = torch.randint(2 * SHIFT + 1, (2,), generator=random).tolist()
    wide = F.pad(images.float(), (SHIFT,) * 4, mode="replicate").to(images.dtype)
    return wide[:, :, dy : dy + images.shape[2], dx : dx + images.shape[3]]


def chosen(attributes: Mapping[str, Attribute], rows: Tensor) -> dict[str, Attribute]:
    """Return the attributes of some of the samples."""
    return {name: Attribute(attribute.values, attribute.labels[rows]) for name, attribute in attributes.items()}


def parted(logits: Tensor, values: Mapping[str, tuple[str, ...]]) -> dict[str, Tensor]:
    """Return the parts of logits [N, sum of values] that belong to each attribute."""
    parts = torch.split(logits, [len(names) for names in values.values()], dim=1)
    return dict(zip(values, parts, strict=True))


def share(true: Tensor) -> float:
    """Return the share of a bool tensor that is true; 0 of none."""
    return float(true.double().mean()) if len(true) else 0.0
