"""Games: networks that play against each other, and in which order they move.

A game is a module whose submodules are players. It is played in rounds; in a turn one player takes one optimiser
step that lowers its own loss. The game says who moves and what it minimises; the trainer does everything else.
"""

import abc
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor, nn

from zerosum.core.control import Control
from zerosum.core.spec import Spec, spec_by
from zerosum.options import complete

Batch = Mapping[str, Tensor]
Terms = dict[str, Tensor]
Samples = Tensor | Batch
"""What a game makes: a tensor [N, *shape], or several, of which the kind makes one (`kinds.kind.Units.joined`)."""


@dataclass(frozen=True)
class Turn:
    """One move: one optimiser step of `player` that lowers the sum of `loss(batch)`.

    `loss` returns named scalar terms. Those with a gradient are summed and minimised; detached ones are only logged.
    Turns of one player with equal `key` are the same function of weights, buffers and batch, which change their buffers
    in place: so one compiled function does for all of them. None where that is not known: such turns are not compiled.
    """

    player: nn.Module
    loss: Callable[[Batch], Terms]
    key: Hashable = None


@dataclass(frozen=True)
class Facts:
    """What a game must know of its data.

    Args:
        shape: of one sample, (C, H, W) or (D,): what is generated.
        classes: names of the labels.
        source: of the images that are translated, the batch's `x`, (C, H, W); None where nothing is translated.
        paired: whether row i of `x` and row i of `real` show the same thing; otherwise each is drawn on its own.
        restored: whether `x` is the target itself with something lost (`data.names.RESTORED`).
        recorded: what the samples are; None where their shape tells it.
    """

    shape: tuple[int, ...]
    classes: tuple[str, ...] = ()
    source: tuple[int, ...] | None = None
    paired: bool = False
    restored: bool = False
    recorded: Spec | None = None

    @property
    def spec(self) -> Spec:
        """What the samples are."""
        return self.recorded or spec_by(self.shape)

    @property
    def kind(self) -> str:
        """Which defaults suit, "points", "tiny", "image" and so on, as the kind of data says."""
        return str(self.spec.answers.suiting.defaults(self.spec, restored=self.restored))


Networks = Callable[..., nn.Module]


class Game(nn.Module, abc.ABC):
    """Players (submodules) and the turns they take. All lasting state lives in parameters, buffers and extra state.

    The keyword-only parameters of a game's constructor are its options in a recipe (`game.n_critic: 5`).
    """

    roles: ClassVar[dict[str, str]]
    """The entries of a recipe's `players`, and the role of each: which networks can play it (a key of `NETWORKS`)."""
    discrete: ClassVar[bool] = False
    """Whether samples are rows of tokens, int64 [N, L] (`core.tokens`), and not numbers that change by degrees."""

    spec: Spec | None = None
    """What the samples are; `recipe.build.build_game` sets it."""

    @classmethod
    def complete(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Check a recipe's options for this game and fill in the defaults; UserError names a bad one."""
        return complete(cls, options, "game")

    @classmethod
    @abc.abstractmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "Game":
        """Make the game for data described by `facts`.

        `networks(player, *context)` makes the network that the recipe names for `player`, from the context its role
        needs: `(inputs, shape)` for a generator, `(shape, condition)` for the trunk of a discriminator.
        """

    @property
    def players(self) -> dict[str, str]:
        """The attribute path of each player, and the entry of the recipe's `players` by which it plays."""
        return {name: name for name in self.roles}

    @property
    @abc.abstractmethod
    def controls(self) -> tuple[Control, ...]:
        """What steers the generator; `sample` takes one input a control, under its name."""

    @abc.abstractmethod
    def turns(self, step: int) -> Iterator[Turn]:
        """Yield the turns of round `step`. Code after a `yield` runs once that turn has been taken."""

    @abc.abstractmethod
    def sample(self, inputs: Batch) -> Samples:
        """Generate one sample for each row of the inputs: [N, *shape], images in [-1, 1].

        Where samples are no single tensor, as tokens with a mask, a mapping of tensors [N, ...], the samples first.
        """

    def stages(self, inputs: Batch) -> Sequence[Samples]:
        """Return what `sample` returns, after what it was made from: each [N, *its own shape]. Only looked at."""
        return [self.sample(inputs)]

    def opinion(self, samples: Tensor) -> Tensor | None:
        """Return the probability, [N] in [0, 1], that the discriminator gives samples of being real, where it has one.

        Only looked at (pictures, reports), never trained on.
        """
        return None

    def encode(self, samples: Tensor) -> dict[str, Tensor] | None:
        """Return the inputs, by control, from which the game would make `samples`, [N, *shape] inside.

        None where no player has learned to; controls of which nothing is known are left out. What this needs beside
        the generator belongs into `averaged`.
        """
        return None

    def logits(self, batch: Batch) -> Tensor | None:
        """Return the discriminator's logits, [N], of `batch["real"]`, given `batch["label"]` in a game with labels.

        None where no player has such an opinion. Only looked at, never trained on: it is what the judge is told.
        """
        return None

    @property
    def knows_probabilities(self) -> bool:
        """Whether `log_probability` says something: where a game defines it."""
        return type(self).log_probability is not Game.log_probability

    def log_probability(self, samples: Tensor) -> Tensor | None:
        """Return the log of the probability of each token of samples given those before it, [N, L], in nats.

        0 where there is no token that could be written. None where the game knows no probabilities. Only looked at.
        """
        return None

    @abc.abstractmethod
    def averaged(self) -> dict[str, nn.Module]:
        """Return the modules, by attribute path, of which the moving average is kept: all that `sample` needs.

        They are also what is saved for sampling, so modules that `encode` needs belong here too.
        """
