"""Headers that promise more than is there are refused before any room is made for it."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from zerosum.data.arrays import load_arrays, read_arrays
from zerosum.data.check import check
from zerosum.data.npz import check_members
from zerosum.errors import UserError
from zerosum.latents.exploration import direction_from

IMAGES = np.arange(5 * 8 * 8, dtype=np.uint16).reshape(5, 8, 8).astype(np.uint8)


def _header(shape: tuple[int, ...], version: tuple[int, int] = (1, 0)) -> bytes:
    file = io.BytesIO()
    described = {"descr": "|u1", "fortran_order": False, "shape": shape}
    (np.lib.format.write_array_header_1_0 if version == (1, 0) else np.lib.format.write_array_header_2_0)(
        file, described
    )
    return file.getvalue()


def _npz(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
@pytest.mark.parametrize("shape", [(10**15,), (10**6, 10**6, 10**3), (5, 8, 9)])
def test_a_header_that_promises_too_much(tmp_path: Path, shape: tuple[int, ...], version: tuple[int, int]) -> None:
    path = _npz(tmp_path / "a.npz", {"images.npy": _header(shape, version) + bytes(16)})
    for read in (load_arrays, read_arrays, direction_from, lambda path: check(str(path))):
        with pytest.raises(UserError, match=r"the header of images.npy says [\d,]+ bytes where \d+ are there"):
            read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"some text", "images.npy is no array"),
        (b"", "images.npy is no array"),
        (b"\x93NUMPY\x03\x00" + bytes(90), "images.npy is no array"),
        (b"\x93NUMPY\x01\x00\x50\x00{'descr'", "not a readable npz|cannot read"),
        (b"\x93NUMPY\x01\x00" + b"\x08\x00" + b"(((((((\n", "not a readable npz|cannot read"),
    ],
)
def test_members_that_are_no_arrays(tmp_path: Path, content: bytes, message: str) -> None:
    path = _npz(tmp_path / "a.npz", {"images.npy": content})
    for read in (load_arrays, direction_from):
        with pytest.raises(UserError, match=message):
            read(path)


def test_damage_of_every_byte_is_told_in_one_line(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "good.npz", images=IMAGES)
    content = (tmp_path / "good.npz").read_bytes()
    assert check_members(tmp_path / "good.npz") == 128 + IMAGES.nbytes
    loaded = 0
    for place in range(len(content)):
        (tmp_path / "bad.npz").write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        try:
            load_arrays(tmp_path / "bad.npz")
        except UserError:
            continue
        loaded += 1  # a date, say
    assert 0 < loaded < len(content) / 2
