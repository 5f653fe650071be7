import hashlib
from importlib import resources

import torch

from zerosum.data.digits import load_digits


def test_splits_and_shape() -> None:
    train, test = load_digits(), load_digits(split="test")
    assert (len(train), len(test)) == (1297, 500)
    assert train.shape == (1, 8, 8)
    assert train.classes == tuple("0123456789")


def test_splits_share_nothing_and_hold_all() -> None:
    both = [load_digits(split=split) for split in ("train", "test")]
    counts = sum(torch.bincount(d.labels) for d in both if d.labels is not None)
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # of the original
    rows = {bytes(row) for d in both for row in d.values.flatten(1).numpy()}
    assert len(rows) == 1797


def test_values_fill_the_range_in_seventeen_steps() -> None:
    values = load_digits().values.unique()
    assert values.tolist() == [round(i * 255 / 16) for i in range(17)]


def test_golden_content() -> None:
    """The split is a promise: scores are taken on it."""
    digest = hashlib.sha256(load_digits(split="test").values.numpy().tobytes()).hexdigest()
    assert digest[:16] == "a3864cb7893312ce"


def test_licence_lies_beside_the_data() -> None:
    text = (resources.files("zerosum.data") / "DIGITS-LICENSE.txt").read_text()
    assert "Alpaydin" in text
    assert "CC BY 4.0" in text
