"""A generator whose every answer is known: images are a linear map of the latent and the code."""

import torch
from torch import nn

from tiny import recipe
from zerosum.core.control import Control
from zerosum.core.forms import Code, Label, Latent
from zerosum.core.game import Game
from zerosum.latents.space import Space
from zerosum.runs.generator import Generator

LATENT, PIXELS = 5, 64


class Linear(Game):
    """G(z, c, label) = A (z, c) + 0.1 label, [N, 1, 8, 8]; two weighted layers, the second the identity."""

    roles = {"generator": "generator"}  # noqa: RUF012

    def __init__(self, prior="normal", code=True, classes=("zero", "one", "two"), encoder=False):
        super().__init__()
        self.prior, self.code, self.classes, self.encoder = prior, code, classes, encoder
        self.first, self.second = nn.Linear(self.size, PIXELS, bias=False), nn.Linear(PIXELS, PIXELS, bias=False)
        random = torch.Generator().manual_seed(0)
        rotation = torch.linalg.qr(torch.randn(PIXELS, self.size, generator=random))[0]
        turn = torch.linalg.qr(torch.randn(self.size, self.size, generator=random))[0]
        self.scales = torch.arange(self.size, 0, -1) * 0.05
        self.axes = turn.T
        with torch.no_grad():
            self.first.weight.copy_(rotation * self.scales @ turn.T)
            self.second.weight.copy_(torch.eye(PIXELS))

    @property
    def size(self):
        return LATENT + self.code

    @classmethod
    def build(cls, facts, networks, options):
        return cls()

    @property
    def controls(self):
        made = [Control("latent", Latent(LATENT, self.prior))]
        made += [Control("c1", Code())] if self.code else []
        return tuple(made + ([Control("label", Label(3, names=self.classes))] if self.classes else []))

    def turns(self, step):
        yield from ()

    def sample(self, inputs):
        parts = [inputs["latent"]] + ([inputs["c1"]] if self.code else [])
        shade = 0.1 * inputs["label"][:, None] if self.classes else 0.0
        return (self.second(self.first(torch.cat(parts, 1))) + shade).view(-1, 1, 8, 8)

    def encode(self, samples):
        if not self.encoder:
            return None
        vectors = samples.flatten(1) @ torch.linalg.pinv(self.first.weight).T
        return {"latent": vectors[:, :LATENT], "c1": vectors[:, LATENT:], "label": torch.zeros(len(samples)).long()}

    def averaged(self):
        return {"first": self.first, "second": self.second}


def linear_space(**options) -> Space:
    return Space(Generator(Linear(**options), recipe(), {"step": 0}))
