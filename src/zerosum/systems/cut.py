"""CUT: one translator learned without pairs, which keeps what is where (Park et al. 2020, arXiv:2007.15651).

A patch of G(x) is to be more like the patch of x at the same place than like other patches of x. With z and v what a
small perceptron makes of the encoder's maps of G(x) and x, normalised, PatchNCE (equation 3, summed over layers) is

    L_NCE = E[-log(exp(z_s . v_s / tau) / sum_s' exp(z_s . v_s' / tau))]

G minimises L_GAN + nce_weight L_NCE(x, G(x)) + identity_weight L_NCE(y, G(y)) (equation 5); FastCUT has the weights 10
and 0, and `mirrored` (appendix C.1).
"""

from typing import Annotated, Any, ClassVar, Literal, cast

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from zerosum.core.game import Batch, Facts, Networks, Terms
from zerosum.errors import UserError
from zerosum.networks import init
from zerosum.networks.any_size import Translator
from zerosum.options import Count, Weight
from zerosum.systems.rules import Rules
from zerosum.systems.translator import Translating, contest, fooling, same_channels, source_of

Temperature = Annotated[float, Field(gt=0)]


class CUT(Translating):
    """A translator, with the perceptrons that compare patches of its maps, against a discriminator of the target.

    Args:
        generator: x [N, C, H, W] -> y [N, C, H, W].
        discriminator: y -> logits of patches.
        loss: name of a module in `zerosum.losses`.
        penalties: options by name in `zerosum.penalties.table.PENALTIES`.
        nce_weight: factor on the contrastive loss between x and G(x).
        identity_weight: factor on the same between y and G(y); 0 for none.
        features: length of the vectors that are compared.
        locations: patches of an image that are compared with one another, in each layer.
        temperature: tau.
        mirrored: whether every other round, by chance, G is given mirror images, whose patches are compared with those
            of the images as they are: what is made then moves with what is given.
    """

    learns: ClassVar[Literal["domains"]] = "domains"

    def __init__(
        self,
        generator: Translator,
        discriminator: nn.Module,
        *,
        loss: str = "least_squares",
        penalties: dict[str, dict[str, Any]] = {},  # noqa: B006 - never changed
        nce_weight: Weight = 1.0,
        identity_weight: Weight = 1.0,
        features: Count = 256,
        locations: Count = 256,
        temperature: Temperature = 0.07,
        mirrored: bool = False,
    ):
        heads = nn.ModuleList(head(width, features) for width in generator.widths)
        player = nn.ModuleDict({"translator": generator, "heads": heads})
        super().__init__(player, discriminator, Rules(loss, penalties), channels=generator.inputs)
        self.nce_weight, self.identity_weight = nce_weight, identity_weight
        self.locations, self.temperature, self.mirrored = locations, temperature, mirrored

    @classmethod
    def complete(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Fill in the options.

        Raises:
            UserError: no contrastive loss, without which nothing holds the picture in place.
        """
        full = super().complete(options)
        if not full["nce_weight"] and not full["identity_weight"]:
            raise UserError("game.nce_weight: nothing ties what is made to what is given; set it above 0")
        return full

    @classmethod
    def build(cls, facts: Facts, networks: Networks, options: dict[str, Any]) -> "CUT":
        """Make a translator and a discriminator of targets.

        Raises:
            UserError: sources and targets of unlike channels.
        """
        source = source_of(facts, "cut")
        same_channels(facts, "cut compares patches before and after, which", "or pix2pix if sources are made grey")
        translator = networks("generator", source, facts.shape)
        return cls(cast(Translator, translator), networks("discriminator", facts.shape), **options)

    @property
    def translator(self) -> Translator:
        """The network that translates."""
        return cast(Translator, cast(nn.ModuleDict, self.generator)["translator"])

    def discriminator_loss(self, batch: Batch, *, step: int = 0) -> Terms:
        """Return what the discriminator minimises."""
        with torch.no_grad():
            fake = self.translator(batch["x"])
        return contest(self.rules, self.rules.due(step), self.discriminator, batch["real"], fake)

    def generator_loss(self, batch: Batch) -> Terms:
        """Return what the translator and the perceptrons minimise."""
        x, y = batch["x"], batch["real"]
        turned = torch.rand((), device=x.device) < 0.5 if self.mirrored else None
        fake = self.made(x, turned)
        terms = {"adversarial": fooling(self.rules, self.discriminator, fake, y)}
        if self.nce_weight:
            terms["nce"] = self.nce_weight * self.contrast(fake, x, turned)
        if self.identity_weight:
            terms["identity"] = self.identity_weight * self.contrast(self.made(y, turned), y, turned)
        return terms

    def made(self, images: Tensor, turned: Tensor | None) -> Tensor:
        """Return what is made of images [N, C, H, W], or, where `turned` is true, of their mirror images."""
        result: Tensor = self.translator(flipped(images, turned))
        return result

    def contrast(self, fake: Tensor, source: Tensor, turned: Tensor | None = None) -> Tensor:
        """Return the mean over layers of PatchNCE between images [N, C, H, W] and what was made of them.

        `turned` says whether `fake` is of the mirror images.
        """
        heads = cast(nn.ModuleList, cast(nn.ModuleDict, self.generator)["heads"])
        with torch.no_grad():
            keys = self.translator.maps(source)
        # What is padded lies on the same side in both.
        padded = self.translator.padded(flipped(fake, turned))
        queries = [flipped(maps, turned) for maps in self.translator.maps(flipped(padded, turned))]
        losses = []
        for layer, query, key in zip(heads, queries, keys, strict=True):
            places = torch.randperm(key.shape[2] * key.shape[3], device=key.device)[: self.locations]
            with torch.no_grad():
                targets = layer(rows(key, places))
            losses.append(patch_nce(layer(rows(query, places)), targets, temperature=self.temperature))
        return torch.stack(losses).mean()

    def averaged(self) -> dict[str, nn.Module]:
        """Average the translator, and not the perceptrons of patches."""
        return {"generator.translator": self.translator}


def head(inputs: int, outputs: int) -> nn.Sequential:
    """Return the perceptron of a layer: two linear ones with ReLU between."""
    layers = nn.Sequential(nn.Linear(inputs, outputs), nn.ReLU(), nn.Linear(outputs, outputs))
    init.he(layers)
    return layers


def flipped(images: Tensor, turned: Tensor | None) -> Tensor:
    """Return mirror images of images or maps [N, C, H, W] where `turned`, a single bool, is true; None is false."""
    return images if turned is None else torch.where(turned, images.flip(3), images)


def rows(maps: Tensor, places: Tensor) -> Tensor:
    """Return what maps [N, C, H, W] say at some places, numbered row by row: [N, places, C]."""
    return maps.flatten(2)[:, :, places].transpose(1, 2)


def patch_nce(query: Tensor, keys: Tensor, *, temperature: float) -> Tensor:
    """Return the mean cross-entropy of telling for each row of `query` which of the `keys` of its image is its own.

    Args:
        query: [N, S, D].
        keys: [N, S, D]; row s is what row s of the query belongs to.
        temperature: on inner products of vectors of length 1.
    """
    with torch.autocast(query.device.type, enabled=False):
        query, keys = normalize(query.float(), dim=2), normalize(keys.float(), dim=2)
        similarities = torch.bmm(query, keys.transpose(1, 2)) / temperature
        own = torch.arange(similarities.shape[1], device=similarities.device).expand(len(similarities), -1)
        return cross_entropy(similarities.flatten(0, 1), own.flatten())
