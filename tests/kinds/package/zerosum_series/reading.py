"""Series out of .series files."""

import numpy as np
import torch

from zerosum.core.spec import Spec
from zerosum.data.dataset import Dataset, fingerprint
from zerosum.errors import UserError
from zerosum.kinds.kind import Reading, Scan


class SeriesSet(Dataset):
    """Series in memory; every fifth is for tests."""

    def __init__(self, values, name, split):
        center, scale = float(values.mean()), float(values.std())
        rows = torch.arange(len(values)) % 5 == 4
        self.values = values[rows if split == "test" else ~rows]
        self.name, self.split, self.shape = name, split, tuple(values.shape[1:])
        self.classes, self.labels, self.problems = (), None, []
        self.fingerprint = fingerprint(self.values, split)
        self.facts = {"mean": center, "deviation": scale}

    @property
    def spec(self):
        return Spec("series", self.shape, self.facts)

    def __len__(self):
        return len(self.values)

    def batch(self, indices):
        return {"real": self.spec.answers.units.inside(self.values[indices.cpu()], self.spec)}

    def outside(self, samples):
        return self.spec.answers.units.outside(samples, self.spec)


class Reads(Reading):
    def claims(self, source, **form):
        return source.endswith(".series")

    def scan(self, source, **form):
        train, test = self.dataset(source), self.dataset(source, split="test")
        return Scan(source, train.name, train.spec, {"train": len(train), "test": len(test)})

    def dataset(self, source, *, split="train", **form):
        try:
            values = np.loadtxt(source, delimiter=",", dtype=np.float32, ndmin=2)
        except (OSError, ValueError) as error:
            raise UserError(f"cannot read the series of {source} ({error}): write one a line") from error
        return SeriesSet(torch.from_numpy(values)[:, None], source.rpartition("/")[2].removesuffix(".series"), split)
