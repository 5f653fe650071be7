"""The original files, where the machine has them."""

import os
from pathlib import Path

import pytest

from zerosum.data.load import load

ROOT = Path(os.environ.get("ZEROSUM_DATA") or "/nonexistent")


def _need(path: str) -> Path:
    if not (ROOT / path).exists():
        pytest.skip(f"ZEROSUM_DATA has no {path}")
    return ROOT / path


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_idx_sets(name: str) -> None:
    _need(name)
    train, test = load(name, root=ROOT), load(name, root=ROOT, split="test")
    assert (len(train), len(test), train.shape, len(train.classes)) == (60_000, 10_000, (1, 28, 28), 10)
    assert train.labels is not None
    assert test.labels is not None
    assert train.labels[:5].tolist() == {"mnist": [5, 0, 4, 1, 9], "fashion-mnist": [9, 0, 0, 3, 0]}[name]
    assert test.labels.bincount().sum() == 10_000


def test_mnist_mean_is_the_known_one() -> None:
    _need("mnist")
    values = load("mnist", root=ROOT).values  # type: ignore[attr-defined]
    assert values.double().mean().item() / 255 == pytest.approx(0.1307, abs=1e-4)


def test_cifar10() -> None:
    _need("cifar10")
    train, test = load("cifar10", root=ROOT), load("cifar10", root=ROOT, split="test")
    assert (len(train), len(test), train.shape) == (50_000, 10_000, (3, 32, 32))


def test_cmu_faces_and_all_that_is_known_of_them() -> None:
    _need("cmu-faces")
    train, test = load("cmu-faces", root=ROOT), load("cmu-faces", root=ROOT, split="test")
    assert (len(train), len(test), train.shape, train.problems) == (562, 62, (1, 60, 64), [])
    counts = {
        name: sum(part.attributes[name].labels.bincount(minlength=len(found.values)) for part in (train, test)).tolist()  # type: ignore[union-attr]
        for name, found in train.attributes.items()
    }
    assert len(counts["person"]) == 20
    assert (counts["pose"], counts["expression"], counts["eyes"]) == (
        [157, 155, 156, 156],
        [155, 155, 158, 156],
        [313, 311],
    )


def test_emoji_with_alpha_in_a_zip() -> None:
    dataset = load(str(_need("emoji/noto_png72.zip")))
    assert dataset.shape == (4, 72, 72)
    dataset = load(str(_need("emoji/noto_png72.zip")), channels=3)
    assert (len(dataset), dataset.shape, dataset.problems) == (3073, (3, 72, 72), [])
    corners = dataset.values[:, :, 0, 0]  # type: ignore[attr-defined]
    assert (corners == 255).all(1).double().mean() > 0.8  # transparent corners are white


def test_faces_with_labels_in_a_zip() -> None:
    dataset = load(str(_need("cmu-faces/faces_128x120_png.zip")), split="test")
    assert (len(dataset), dataset.shape, len(dataset.classes)) == (62, (1, 120, 128), 20)
