"""A plain PyTorch loop of the tutorials' pair, as found in tutorials; torch alone.

By default it draws new noise for G's turn, as the Keras program and ours do. With --reuse G's turn plays the fakes that
D has just seen, as in PyTorch's own DCGAN tutorial: another rule, with one pass of G less.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from rivals import child, plain_networks


class Loop:
    """Two networks, two optimisers, one loss."""

    def __init__(self, images: Tensor, batch_size: int, *, reuse: bool = False) -> None:
        torch.manual_seed(0)
        self.generator, self.discriminator = plain_networks.generator(), plain_networks.discriminator()
        for network in (self.generator, self.discriminator):
            plain_networks.initialise(network)
        self.generator_optimizer, self.discriminator_optimizer = rule(self.generator), rule(self.discriminator)
        self.criterion, self.reuse = nn.BCEWithLogitsLoss(), reuse
        self.batches = endless(DataLoader(TensorDataset(images), batch_size, shuffle=True, drop_last=True))

    def play(self) -> None:
        """Play one round."""
        real = next(self.batches)
        ones, zeros = torch.ones(len(real), 1), torch.zeros(len(real), 1)

        self.discriminator_optimizer.zero_grad()
        self.criterion(self.discriminator(real), ones).backward()
        fake = self.generator(torch.randn(len(real), 100)) if self.reuse else self.drawn(len(real))
        self.criterion(self.discriminator(fake.detach()), zeros).backward()
        self.discriminator_optimizer.step()

        self.generator_optimizer.zero_grad()
        fake = fake if self.reuse else self.generator(torch.randn(len(real), 100))
        self.criterion(self.discriminator(fake), ones).backward()
        self.generator_optimizer.step()

    @torch.no_grad()
    def drawn(self, count: int) -> Tensor:
        """Return fakes without a graph."""
        fakes: Tensor = self.generator(torch.randn(count, 100))
        return fakes


def rule(network: nn.Module) -> torch.optim.Optimizer:
    """Return the tutorials' optimiser."""
    return torch.optim.Adam(network.parameters(), lr=2e-4, betas=(0.5, 0.999))


def endless(loader: "DataLoader[Any]") -> Iterator[Tensor]:
    """Yield batches for ever."""
    while True:
        for (batch,) in loader:
            yield batch


def images_of(arguments: Any) -> Tensor:
    """Return MNIST in [-1, 1]."""
    return torch.tensor(child.mnist(arguments.data_root))[:, None].float() / 127.5 - 1


def main() -> None:
    parser = child.options("a plain PyTorch loop")
    parser.add_argument("--reuse", action="store_true")
    arguments = parser.parse_args()
    child.serve(
        {"torch": torch.__version__}, Loop(images_of(arguments), arguments.batch_size, reuse=arguments.reuse).play
    )


if __name__ == "__main__":
    main()
