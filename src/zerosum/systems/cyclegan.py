"""CycleGAN: two translators, there and back, learned without pairs (Zhu et al. 2017, arXiv:1703.10593).

With G: X -> Y and F: Y -> X, discriminators D_Y and D_X, G and F minimise (equations 1 to 3, and that of section 5.2)

    L_GAN(G, D_Y) + L_GAN(F, D_X) + cycle_weight (E[|F(G(x)) - x|_1] + E[|G(F(y)) - y|_1])
                                  + identity_weight (E[|G(y) - y|_1] + E[|F(x) - x|_1])

Discriminators see fakes out of a pool of earlier ones. Either half of the cycle loss does alone (tables 4 and 5): where
G loses what F cannot know, as a drawing loses shades, F(G(x)) = x can only be had by hiding x in G(x) (Chu et al. 2017,
arXiv:1712.02950), but G(F(y)) = y can be had. If only the last translator learns from it, nothing is gained by hiding:
F is the business of D_X alone, and G learns from pairs F(y), y, as translators of texts do from their own translations
back (Lample et al. 2018, arXiv:1711.00043, section 2.3).
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar, Literal, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from zerosum.core.game import Batch, Facts, Networks, Terms, Turn
from zerosum.errors import UserError
from zerosum.networks.any_size import clamped
from zerosum.options import Size, Weight
from zerosum.systems.pools import Pool
from zerosum.systems.rules import Rules
from zerosum.systems.translator import Translating, contest, fooling, same_channels, source_of

DIRECTIONS = {"forward": "to_target", "backward": "to_source"}


class CycleGAN(Translating):
    """Two translators, who move together, against two discriminators, who move together.

    Args:
        translators: "to_target", G: x -> y, and "to_source", F: y -> x; images [N, C, H, W].
        critics: "of_target", D_Y, and "of_source", D_X: images -> logits of patches.
        shapes: of the images of "source" and "target", (C, H, W) each.
        loss: name of a module in `zerosum.losses`.
        penalties: options by name in `zerosum.penalties.table.PENALTIES`, for both discriminators.
        cycle_weight: factor on what is lost there and back; 0 leaves two games that know nothing of each other.
        cycles: "both", "forward", F(G(x)) and x alone, or "backward", G(F(y)) and y alone.
        cycle_learns: "both" translators from each cycle, or the "last" one alone, F from F(G(x)) and G from G(F(y)).
        identity_weight: factor on what a translator changes of images that are of its target already; 0 for none.
        pool: earlier fakes that are kept for each discriminator; 0 for none.
    """

    learns: ClassVar[Literal["domains"]] = "domains"

    def __init__(
        self,
        translators: dict[str, nn.Module],
        critics: dict[str, nn.Module],
        shapes: dict[str, tuple[int, ...]],
        *,
        loss: str = "least_squares",
        penalties: dict[str, dict[str, Any]] = {},  # noqa: B006 - never changed
        cycle_weight: Weight = 10.0,
        cycles: Literal["both", "forward", "backward"] = "both",
        cycle_learns: Literal["both", "last"] = "both",
        identity_weight: Weight = 5.0,
        pool: Size = 50,
    ):
        players = nn.ModuleDict(translators), nn.ModuleDict(critics)
        super().__init__(*players, Rules(loss, penalties), channels=shapes["source"][0])
        self.cycle_weight, self.identity_weight = cycle_weight, identity_weight
        self.forward_cycle, self.backward_cycle = cycles != "backward", cycles != "forward"
        self.detached = cycle_learns == "last"
        self.pools = nn.ModuleDict({name: Pool(pool, shape) for name, shape in shapes.items()})

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "CycleGAN":
        """Make two translators and two critics for the shapes of source and target.

        Raises:
            UserError: an identity loss, and sources and targets of unlike channels.
        """
        shapes = {"source": source_of(facts, "cyclegan"), "target": facts.shape}
        if options["identity_weight"]:
            same_channels(facts, "the identity loss", "or --set identity_weight=0")
        translators = {
            "to_target": networks("generator", shapes["source"], shapes["target"]),
            "to_source": networks("generator", shapes["target"], shapes["source"]),
        }
        critics = {f"of_{name}": networks("discriminator", shape) for name, shape in shapes.items()}
        return cls(translators, critics, shapes, **options)

    def turns(self, step: int) -> Iterator[Turn]:
        """Let the translators move, then the discriminators, whose new fakes then join the pools."""
        yield Turn(self.generator, self.generator_loss, key="generator")
        # What is remembered for the pools would not be part of a compiled turn.
        key = None if self.pool("target").size else ("discriminator", *self.rules.due(step))
        yield Turn(self.discriminator, partial(self.discriminator_loss, step=step), key=key)
        for name in self.pools:
            self.pool(name).store()

    def generator_loss(self, batch: Batch) -> Terms:
        """Return what both translators minimise."""
        x, y = batch["x"], batch["real"]
        made_y, made_x = self.to_target(x), self.to_source(y)
        terms = {
            "adversarial": fooling(self.rules, self.critic("target"), made_y, y),
            "adversarial_back": fooling(self.rules, self.critic("source"), made_x, x),
        }
        if self.cycle_weight:
            ways = [(self.forward_cycle, self.to_source, made_y, x), (self.backward_cycle, self.to_target, made_x, y)]
            lost = [
                l1_loss(back(fake.detach() if self.detached else fake).float(), image)
                for on, back, fake, image in ways
                if on
            ]
            terms["cycle"] = self.cycle_weight * torch.stack(lost).sum()
        if self.identity_weight:
            changed = l1_loss(self.to_target(y).float(), y) + l1_loss(self.to_source(x).float(), x)
            terms["identity"] = self.identity_weight * changed
        return terms

    def discriminator_loss(self, batch: Batch, *, step: int = 0) -> Terms:
        """Return what both discriminators minimise: the terms of that of the source begin with `source_`."""
        due = self.rules.due(step)
        with torch.no_grad():
            made_y, made_x = self.to_target(batch["x"]), self.to_source(batch["real"])
        seen_y, seen_x = self.pool("target").mixed(made_y), self.pool("source").mixed(made_x)
        target = contest(self.rules, due, self.critic("target"), batch["real"], seen_y)
        source = contest(self.rules, due, self.critic("source"), batch["x"], seen_x)
        return target | {f"source_{name}": term for name, term in source.items()}

    @property
    def translator(self) -> nn.Module:
        """G, from sources to targets."""
        return cast(nn.ModuleDict, self.generator)["to_target"]

    def translate(self, x: Tensor, *, direction: str = "forward", mask: Tensor | None = None) -> Tensor:
        """Return images [N, C, H, W] as the other side has them; "backward" makes sources of targets."""
        if direction not in DIRECTIONS:
            raise UserError(f"no direction '{direction}': use forward or backward")
        if mask is not None:
            raise UserError("this system fills no holes: leave the mask out, or train inpainting")
        return clamped(cast(nn.ModuleDict, self.generator)[DIRECTIONS[direction]](x))

    def to_target(self, x: Tensor) -> Tensor:
        """Return G(x)."""
        fake: Tensor = self.translator(x)
        return fake

    def to_source(self, y: Tensor) -> Tensor:
        """Return F(y)."""
        fake: Tensor = cast(nn.ModuleDict, self.generator)["to_source"](y)
        return fake

    def critic(self, domain: str) -> nn.Module:
        """Return the discriminator of a domain, "source" or "target"."""
        return cast(nn.ModuleDict, self.discriminator)[f"of_{domain}"]

    def pool(self, domain: str) -> Pool:
        """Return the pool of a domain's fakes."""
        return cast(Pool, self.pools[domain])

    def logits(self, batch: Batch) -> Tensor | None:
        """Return what the target's discriminator says of targets, [N]: the mean over patches."""
        logits: Tensor = self.critic("target")(batch["real"]).flatten(1).mean(1)
        return logits
