"""Features of real images, kept in the cache folder: they cost much and never change."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from zerosum.data.dataset import Dataset
from zerosum.metrics.space import Features
from zerosum.storage import atomic
from zerosum.storage.cache import keeping, safe_name
from zerosum.storage.checkpoint import save_tensors
from zerosum.storage.json_files import digest


class FeatureCache:
    """Features by the fingerprints of data and features and the rows that were taken; of no folder, nothing is kept.

    A file holds N x d numbers of 16 bits: 9 MB for 10,000 images in 472 features. Deleting any is safe.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = None if folder is None else folder / "reals"

    def of(self, features: Features, data: Dataset, rows: Tensor) -> Tensor | None:
        """Return the features, float32 [N, d], of `rows` of `data`; None where they are not kept, or damaged."""
        path = self._path(features, data, rows)
        if path is None:
            return None
        try:
            values = load_file(path)["features"]
        except Exception:
            # It is not there, or safetensors raises its own errors for what is damaged; computing again helps.
            return None
        return values.float() if values.ndim == 2 and len(values) == len(rows) else None

    def keep(self, features: Features, data: Dataset, rows: Tensor, values: Tensor) -> None:
        """Keep the features, which float16 must hold without loss."""
        path = self._path(features, data, rows)
        if path is None or not torch.equal(values.half().float(), values):
            return
        with keeping(path), atomic.replacing(path) as part:
            save_tensors({"features": values.half().contiguous()}, part)

    def _path(self, features: Features, data: Dataset, rows: Tensor) -> Path | None:
        if self.folder is None:
            return None
        key = digest([features.fingerprint, data.fingerprint, data.split, rows.tolist()])
        return self.folder / f"{safe_name(data.name)}-{data.split}-{key}.safetensors"
