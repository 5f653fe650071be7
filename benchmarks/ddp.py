"""Two gloo processes: our reducer against DistributedDataParallel on the same networks, target 6 of the fourth issue.

python benchmarks/ddp.py [--pairs 15]
Both play the same rounds (a discriminator's turn on reals and fakes in one batch, a generator's turn) of the small pair
on random images, one thread a process, by turns in the same group. The networks have no batch normalisation: DDP
does not average its statistics, so there would be nothing to compare. Afterwards all weights must agree.
"""

import argparse
from collections.abc import Callable
from typing import Any

import common
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus
from torch.nn.parallel import DistributedDataParallel

import group
from zerosum.group import distributed
from zerosum.group.reducer import Reducer
from zerosum.networks import small
from zerosum.networks.discriminator import Discriminator

SHAPE, LATENT, BATCH, ROUNDS = (1, 28, 28), 128, 32, 4


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=15, help="blocks of each of the two, by turns")
    parser.add_argument("--width", type=int, default=32)
    arguments = parser.parse_args()
    result = group.run(compare, 2, arguments.pairs, arguments.width)
    print(result)
    common.write("ddp", {"pairs": arguments.pairs, "width": arguments.width, "batch": BATCH, "processes": 2, **result})


def compare(pairs: int, width: int) -> dict[str, Any]:
    """Interleave the two and return times, ratio and the largest difference of weights."""
    both: dict[str, Pair] = {"ours": Ours(width), "ddp": Ddp(width)}
    for pair in both.values():
        pair.play(ROUNDS)
    walls: dict[str, list[float]] = {name: [] for name in both}
    cpus: dict[str, list[float]] = {name: [] for name in both}
    for number in range(pairs):
        for name in sorted(both, reverse=bool(number % 2)):
            distributed.wait()
            wall, cpu = group.seconds(lambda name=name: both[name].play(ROUNDS))
            walls[name].append(1e3 * wall / ROUNDS)
            cpus[name].append(1e3 * cpu / ROUNDS)
    weights = [[p.detach() for module in pair.modules for p in module.parameters()] for pair in both.values()]
    gaps = [(one - other).abs().max().item() for one, other in zip(*weights, strict=True)]
    ratio = {
        key: group.middle([ddp / ours for ours, ddp in zip(times["ours"], times["ddp"], strict=True)])
        for key, times in (("wall", walls), ("cpu", cpus))
    }
    return {
        "ms_a_round": {name: {"wall": group.middle(walls[name]), "cpu": group.middle(cpus[name])} for name in both},
        "ddp_over_ours": ratio,
        "largest_difference": max(gaps),
        "rounds": ROUNDS * (pairs + 1),
    }


class Pair:
    """The small pair with its optimisers and its own stream of numbers."""

    def __init__(self, width: int):
        torch.manual_seed(0)
        generator = small.Generator(LATENT, SHAPE, width=width, batch_norm=False)
        discriminator = Discriminator(small.Trunk(SHAPE, width=width))
        self.modules = (generator, discriminator)
        self.optimizers = [torch.optim.SGD(module.parameters(), lr=1e-3) for module in self.modules]
        self.numbers = torch.Generator().manual_seed(distributed.rank())

    def play(self, rounds: int) -> None:
        """Play rounds of two turns."""
        generator, discriminator = self.callable()
        for _ in range(rounds):
            real, z = self.drawn(BATCH, *SHAPE), self.drawn(BATCH, LATENT)
            with torch.no_grad():
                fake = self.modules[0](z)
            real_logits, fake_logits = discriminator(torch.cat([real, fake])).chunk(2)
            self.move(1, softplus(-real_logits).mean() + softplus(fake_logits).mean())
            self.move(0, softplus(-self.modules[1](generator(self.drawn(BATCH, LATENT)))).mean())

    def drawn(self, *shape: int) -> Tensor:
        """Draw normal numbers."""
        return torch.randn(shape, generator=self.numbers)

    def callable(self) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
        """Return how generator and discriminator are called in their own turns."""
        return self.modules

    def backward(self, number: int, loss: Tensor) -> None:
        """Take the mean gradients over the group."""
        torch.autograd.backward(loss, inputs=list(self.modules[number].parameters()))

    def move(self, number: int, loss: Tensor) -> None:
        """Take one optimiser step."""
        self.backward(number, loss)
        self.optimizers[number].step()
        self.optimizers[number].zero_grad(set_to_none=True)


class Ours(Pair):
    """Averages as the trainer does."""

    def __init__(self, width: int):
        super().__init__(width)
        self.reducers = [Reducer(list(module.parameters())) for module in self.modules]

    def backward(self, number: int, loss: Tensor) -> None:
        """See `Pair.backward`."""
        self.reducers[number].listen()
        super().backward(number, loss / distributed.world())
        self.reducers[number].finish()


class Ddp(Pair):
    """Averages with torch's wrapper."""

    def __init__(self, width: int):
        super().__init__(width)
        self.wrapped: tuple[nn.Module, nn.Module] = (
            DistributedDataParallel(self.modules[0], gradient_as_bucket_view=True),
            DistributedDataParallel(self.modules[1], gradient_as_bucket_view=True),
        )

    def callable(self) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
        """See `Pair.callable`."""
        return self.wrapped


if __name__ == "__main__":
    main()
