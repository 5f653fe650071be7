"""CMU faces from files as they are named; what the names say becomes attributes."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from zerosum.data.faces import ATTRIBUTES, attributes_of, load_faces, mirrored
from zerosum.data.load import load
from zerosum.errors import UserError

NAMES = [
    f"{person}_{pose}_{expression}_{eyes}"
    for person in ("an2i", "kk49")
    for pose in ("left", "right", "straight", "up")
    for expression in ("angry", "sad")
    for eyes in ("open", "sunglasses")
]


def write(folder: Path, size: tuple[int, int] = (64, 60), ending: str = "_2") -> Path:
    """A folder of as many grey pictures as there are names, each of one grey level."""
    for number, name in enumerate(NAMES):
        person = folder / name.partition("_")[0]
        person.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full(size[::-1], number, dtype=np.uint8)).save(person / f"{name}{ending}.pgm")
    return folder


def both(root: Path) -> dict[int, tuple[str, ...]]:
    """The attributes of each picture by its grey level, from both splits."""
    found = {}
    for split in ("train", "test"):
        data = load_faces(root=root, split=split)
        assert data.shape == (1, 60, 64)
        for at, level in enumerate(data.values[:, 0, 0, 0].tolist()):
            found[level] = tuple(data.attributes[name].values[data.attributes[name].labels[at]] for name in ATTRIBUTES)
            assert data.labels is not None
            assert data.classes[data.labels[at]] == f"{found[level][1]}-{found[level][3]}"
    return found


def test_every_picture_has_what_its_name_says(tmp_path):
    write(tmp_path / "cmu-faces")
    assert both(tmp_path) == {number: tuple(name.split("_")) for number, name in enumerate(NAMES)}


def test_a_zip_is_read_like_a_folder(tmp_path):
    folder = write(tmp_path / "unpacked")
    (tmp_path / "cmu-faces").mkdir()
    with zipfile.ZipFile(tmp_path / "cmu-faces" / "aaa.zip", "w") as archive:
        archive.writestr("an2i/an2i_left_angry_open.png", b"of another size, so it is not looked at")
    with zipfile.ZipFile(tmp_path / "cmu-faces" / "faces.zip", "w") as archive:
        for file in folder.rglob("*.pgm"):
            archive.write(file, file.relative_to(folder))
    write(tmp_path / "other" / "cmu-faces")
    assert both(tmp_path) == both(tmp_path / "other")
    assert load_faces(root=tmp_path).fingerprint == load_faces(root=tmp_path / "other").fingerprint


def test_the_tenth_is_held_out_and_none_is_in_both_splits(tmp_path):
    write(tmp_path / "cmu-faces")
    levels = [load_faces(root=tmp_path, split=split).values[:, 0, 0, 0].tolist() for split in ("train", "test")]
    assert [len(part) for part in levels] == [29, 3]
    assert sorted(levels[0] + levels[1]) == list(range(32))


def test_size_keeps_the_attributes(tmp_path):
    write(tmp_path / "cmu-faces")
    own, resized = load("cmu-faces", root=tmp_path), load("cmu-faces", root=tmp_path, size=32)
    assert (own.shape, resized.shape) == ((1, 60, 64), (1, 32, 32))
    assert load("cmu-faces", root=tmp_path, size=60).shape == (1, 60, 60)
    for name in ATTRIBUTES:
        assert torch.equal(own.attributes[name].labels, resized.attributes[name].labels)


def test_other_files_are_passed_over_and_bad_ones_named(tmp_path):
    folder = write(tmp_path / "cmu-faces")
    Image.new("L", (128, 120)).save(folder / "an2i" / "an2i_left_angry_open.pgm")
    Image.new("L", (32, 30)).save(folder / "kk49" / "kk49_up_sad_sunglasses_2.pgm")
    (folder / "an2i" / "an2i_up_sad_open_2.pgm").write_bytes(b"P5 64 60 255 cut")
    found = [problem for split in ("train", "test") for problem in load_faces(root=tmp_path, split=split).problems]
    assert sorted(name for name, _ in found) == ["an2i/an2i_up_sad_open_2.pgm", "kk49/kk49_up_sad_sunglasses_2.pgm"]
    assert "32x30, not 64x60 pixels" in [reason for _, reason in found]
    assert len(both(tmp_path)) == 30


def test_missing_pictures_are_told_in_one_line(tmp_path):
    (tmp_path / "cmu-faces").mkdir()
    with pytest.raises(UserError, match=r"cmu-faces is not on this machine: unpack CMU Face Images .* ZEROSUM_DATA$"):
        load("cmu-faces", root=tmp_path)


def test_a_mirror_swaps_left_and_right_alone():
    stems = [f"{name}_2" for name in NAMES]
    own = attributes_of(stems, stems)
    turned = mirrored(own)
    swapped = {"left": "right", "right": "left", "straight": "straight", "up": "up"}
    for at in range(len(stems)):
        pose = [side["pose"].values[side["pose"].labels[at]] for side in (own, turned)]
        assert swapped[pose[0]] == pose[1]
    assert all(torch.equal(own[name].labels, turned[name].labels) for name in ATTRIBUTES if name != "pose")
