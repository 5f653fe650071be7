"""Features of sentences: the mean state of a recurrent network that has learned to tell the next token.

It learns on the training text alone, once a data set, and is kept in the cache folder. To tell a token it compares its
state with the embeddings of all tokens of the batch, of which one is right: that costs a fraction of a whole softmax.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from zerosum.core.tokens import PADDING, mask
from zerosum.data.dataset import Dataset
from zerosum.metrics.classifier import one_cycle
from zerosum.storage.cache import alone, keeping
from zerosum.storage.json_files import digest

WIDTH = 96
STEPS, EPOCHS, BATCH, RATE = 400, 30, 64, 5e-3
"""Batches that it learns from, at most 30 epochs of few sentences; Adam with one cycle of its rate."""
CHUNK = 256


class Encoder(nn.Module):
    """Embedding and one layer of long short-term memory, both 96 wide.

    Args:
        tokens: how many ids there are.
    """

    def __init__(self, tokens: int) -> None:
        super().__init__()
        self.embedding, self.layer = nn.Embedding(tokens, WIDTH), nn.LSTM(WIDTH, WIDTH, batch_first=True)

    def states(self, ids: Tensor) -> Tensor:
        """Return the state after each token, [N, L, 96]."""
        states: Tensor = self.layer(self.embedding(ids))[0]
        return states

    def loss(self, ids: Tensor) -> Tensor:
        """Return the mean of -log of the share that the right next token has among those of the batch."""
        states, targets = self.states(ids[:, :-1]), ids[:, 1:]
        there = mask(ids)[:, 1:]
        among, right = torch.unique(targets[there], return_inverse=True)
        return cross_entropy(states[there] @ self.embedding(among).T, right)

    @torch.no_grad()
    def features(self, samples: Tensor) -> Tensor:
        """Return float32 [N, 96] on the CPU of rows of tokens, int64 [N, L]."""
        place = self.embedding.weight.device
        parts = [self._means(part.to(place)).cpu() for part in torch.split(samples.long(), CHUNK)]
        return torch.cat(parts)

    def _means(self, ids: Tensor) -> Tensor:
        there = mask(ids)[:, :, None]
        return (self.states(ids) * there).sum(1) / there.sum(1)


def encoder_of(train: Dataset, tokens: int, cache: Path | None) -> Encoder:
    """Return the encoder of a data set, out of the cache folder or learned now and kept there."""
    with torch.random.fork_rng(devices=[]):  # what torch draws first is drawn over
        encoder = Encoder(tokens)
    if cache is None:
        return learned(encoder, train)
    path = cache / "features" / f"sentences-{fingerprint(train)}.safetensors"
    with alone(path.with_suffix(".lock")):
        if path.exists():
            encoder.load_state_dict(load_file(path))
            return encoder.eval().requires_grad_(False)
        learned(encoder, train)
        with keeping(path):
            save_file(encoder.state_dict(), path)
    return encoder


def fingerprint(train: Dataset) -> str:
    """Return what identifies the features: the data, and how they are learned from."""
    return digest(["sentences", WIDTH, STEPS, EPOCHS, BATCH, RATE, train.fingerprint])


def learned(encoder: Encoder, train: Dataset) -> Encoder:
    """Return the encoder after it has learned; a function of the data alone, which does not touch the random state."""
    generator = torch.Generator().manual_seed(0)
    _draw(encoder, generator)
    size = min(BATCH, len(train))
    steps = min(STEPS, -(-EPOCHS * len(train) // size))
    optimiser = torch.optim.Adam(encoder.parameters(), lr=RATE)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = RATE * one_cycle(step / steps)
        rows = torch.randint(len(train), (size,), generator=generator)
        ids = train.batch(rows)["real"].cpu()
        if int((ids != PADDING).sum()) > size:
            optimiser.zero_grad(set_to_none=True)
            encoder.loss(ids).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    return encoder.eval().requires_grad_(False)


@torch.no_grad()
def _draw(encoder: Encoder, generator: torch.Generator) -> None:
    """Draw all weights from N(0, 1 / 96), so that they depend on the seed alone."""
    for parameter in encoder.parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator) * WIDTH**-0.5)
