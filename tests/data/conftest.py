import gzip
import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(autouse=True)
def _no_data_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Tests see no data sets of the machine, and no network."""
    if "real_data" in request.node.nodeid:
        return
    monkeypatch.delenv("ZEROSUM_DATA", raising=False)
    monkeypatch.setenv("ZEROSUM_CACHE", str(tmp_path / "cache"))

    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError("no network in tests")

    monkeypatch.setattr("urllib.request.urlopen", refuse)


@pytest.fixture
def encode() -> Callable[..., bytes]:
    def encode(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
        file = io.BytesIO()
        image.save(file, kind, **options)
        return file.getvalue()

    return encode


@pytest.fixture
def write_idx() -> Callable[[Path, np.ndarray], None]:
    def write(path: Path, values: np.ndarray) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        head = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
        path.write_bytes(gzip.compress(head + values.astype(np.uint8).tobytes()))

    return write


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Make a folder of `count` noisy RGB images in each of `classes`, all different."""

    def make(name: str = "pets", classes: tuple[str, ...] = ("cat", "dog"), count: int = 10, side: int = 16) -> Path:
        random = np.random.default_rng(0)
        for label in classes:
            (tmp_path / name / label).mkdir(parents=True, exist_ok=True)
            for number in range(count):
                pixels = random.integers(0, 256, (side, side, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(tmp_path / name / label / f"{number:03}.png")
        return tmp_path / name

    return make
