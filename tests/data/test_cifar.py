import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from zerosum.data.cifar import load_cifar10
from zerosum.errors import UserError


def _record(label: int) -> bytes:
    red, green, blue = np.full(1024, 10), np.full(1024, 20), np.arange(1024) % 256
    return bytes([label]) + np.concatenate([red, green, blue]).astype(np.uint8).tobytes()


def _folder(root: Path, content: bytes) -> None:
    folder = root / "cifar10/cifar-10-batches-bin"
    folder.mkdir(parents=True)
    for name in ["test_batch", *(f"data_batch_{i}" for i in range(1, 6))]:
        (folder / f"{name}.bin").write_bytes(content)


def _archive(root: Path, members: dict[str, bytes]) -> Path:
    path = root / "cifar10/cifar-10-binary.tar.gz"
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def test_folder_golden_values(tmp_path: Path) -> None:
    _folder(tmp_path, _record(3) + _record(9))
    train, test = load_cifar10(root=tmp_path), load_cifar10(root=tmp_path, split="test")
    assert (len(train), len(test), train.shape) == (10, 2, (3, 32, 32))
    assert test.values[1, :, 2, 5].tolist() == [10, 20, 2 * 32 + 5]
    assert test.labels is not None
    assert [test.classes[i] for i in test.labels] == ["cat", "truck"]


def test_archive_is_read_in_place(tmp_path: Path) -> None:
    members = {"../evil.bin": b"x", "cifar-10-batches-bin/test_batch.bin": _record(6)}
    _archive(tmp_path, members)
    dataset = load_cifar10(root=tmp_path, split="test")
    assert dataset.labels is not None
    assert dataset.labels.tolist() == [6]
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["cifar-10-binary.tar.gz"]


def test_archive_that_lacks_a_batch(tmp_path: Path) -> None:
    _archive(tmp_path, {"cifar-10-batches-bin/data_batch_1.bin": _record(6)})
    with pytest.raises(UserError, match=r"lacks cifar-10-batches-bin/data_batch_2\.bin"):
        load_cifar10(root=tmp_path)


def test_truncated_archive(tmp_path: Path) -> None:
    path = _archive(tmp_path, {"cifar-10-batches-bin/test_batch.bin": np.random.default_rng(0).bytes(3073 * 9)})
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(UserError, match=r"cifar-10-binary\.tar\.gz is corrupt or truncated"):
        load_cifar10(root=tmp_path, split="test")


@pytest.mark.parametrize(
    ("content", "message"), [(_record(1)[:-1], "3072 bytes"), (b"", "0 bytes"), (_record(10), "label 10")]
)
def test_damaged_batch_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    _folder(tmp_path, content)
    with pytest.raises(UserError, match=rf"test_batch\.bin .*{message}"):
        load_cifar10(root=tmp_path, split="test")
