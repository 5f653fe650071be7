import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from zerosum.data.idx import SHA256, load_idx, read_idx
from zerosum.errors import UserError

IMAGES = np.arange(3 * 28 * 28).reshape(3, 28, 28) % 251


@pytest.fixture
def root(tmp_path, write_idx) -> Path:
    write_idx(tmp_path / "mnist/t10k-images-idx3-ubyte.gz", IMAGES)
    write_idx(tmp_path / "mnist/t10k-labels-idx1-ubyte.gz", np.array([7, 2, 1]))
    return tmp_path


def test_golden_values(root: Path) -> None:
    dataset = load_idx("mnist", root=root, split="test")
    assert (dataset.name, dataset.shape, len(dataset), dataset.split) == ("mnist", (1, 28, 28), 3, "test")
    assert dataset.values[1, 0, 2, 5].item() == (784 + 2 * 28 + 5) % 251
    assert dataset.labels is not None
    assert dataset.labels.tolist() == [7, 2, 1]


def test_found_through_the_environment(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEROSUM_DATA", str(root))
    assert len(load_idx("mnist", split="test")) == 3


def test_found_in_the_cache(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "home").mkdir()
    (root / "mnist").rename(root / "home/mnist_")
    (root / "home/data").mkdir()
    (root / "home/mnist_").rename(root / "home/data/mnist")
    monkeypatch.setenv("ZEROSUM_CACHE", str(root / "home"))
    assert len(load_idx("mnist", root=root / "elsewhere", split="test")) == 3


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[:-200], "corrupt or truncated"),
        (lambda content: b"no gzip at all", "corrupt or truncated"),
        (lambda content: content[:100] + b"\xff" + content[101:], "corrupt or truncated"),
        (lambda content: b"", "corrupt or truncated"),
        (lambda content: gzip.compress(gzip.decompress(content)[:-1]), "holds 2351 values .* says 2352"),
        (lambda content: gzip.compress(gzip.decompress(content) + b"x"), "holds 2353 values .* says 2352"),
        (lambda content: gzip.compress(b"\x01" + gzip.decompress(content)[1:]), "not an idx file"),
    ],
)
def test_damage_names_the_file(root: Path, damage, message: str) -> None:
    path = root / "mnist/t10k-images-idx3-ubyte.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UserError, match=rf"t10k-images-idx3-ubyte\.gz.*{message}"):
        read_idx(path)


def test_files_that_do_not_belong_together(root: Path, write_idx) -> None:
    write_idx(root / "mnist/t10k-labels-idx1-ubyte.gz", np.array([7, 2]))
    with pytest.raises(UserError, match="replace both"):
        load_idx("mnist", root=root, split="test")


def test_impossible_label(root: Path, write_idx) -> None:
    write_idx(root / "mnist/t10k-labels-idx1-ubyte.gz", np.array([7, 2, 10]))
    with pytest.raises(UserError, match="holds the label 10"):
        load_idx("mnist", root=root, split="test")


def test_missing_and_offline_says_where_to_put_the_files(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"mnist is not on this machine.*no network in tests.*cache/data/mnist"):
        load_idx("mnist", root=tmp_path)


def test_checksums_are_complete() -> None:
    assert len(SHA256) == len(set(SHA256.values())) == 8
    assert all(len(checksum) == 64 for checksum in SHA256.values())


@pytest.mark.parametrize("shape", [(2**32 - 1,) * 4, (2**29,)])
def test_a_header_that_promises_too_much(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)))
    with pytest.raises(UserError, match=r"says that it holds [\d,]+ values: remove the file"):
        read_idx(path)
