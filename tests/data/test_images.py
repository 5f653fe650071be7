import itertools
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from zerosum.data.dataset import fingerprint
from zerosum.data.files import ZipFiles, open_files
from zerosum.data.images import Streamed, default_memory_limit, load_images
from zerosum.data.loader import Loader
from zerosum.data.scan import scan
from zerosum.errors import UserError


def _zip(folder: Path, path: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, prefix + file.relative_to(folder).as_posix())
    return path


def test_labels_splits_and_pixels(folder) -> None:
    path = folder()
    train, test = load_images(path), load_images(path, split="test")
    assert (len(train), len(test), train.shape) == (18, 2, (3, 16, 16))
    assert (train.name, train.classes, train.problems) == ("pets", ("cat", "dog"), [])
    assert train.labels is not None
    assert test.labels is not None
    assert sum(torch.bincount(d, minlength=2) for d in (train.labels, test.labels)).tolist() == [10, 10]
    images = {np.asarray(Image.open(file)).transpose(2, 0, 1).tobytes(): file for file in path.rglob("*.png")}
    batch = train.batch(torch.arange(18))
    for pixels, label in zip(train.outside(batch["real"]), batch["label"], strict=True):
        assert images.pop(pixels.numpy().tobytes()).parent.name == train.classes[label]


def test_a_class_of_the_test_split_alone_has_the_last_number(
    folder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = folder("both/train", ("cat", "eel")).parent
    folder("both/test", ("ant", "cat"), count=3)
    for limit in (None, 0):
        train, test = (load_images(path, split=split, memory_limit=limit) for split in ("train", "test"))
        assert (train.classes, test.classes) == (("cat", "eel"), ("cat", "eel", "ant"))
        assert test.labels is not None
        assert test.labels.tolist() == [2, 2, 2, 0, 0, 0]
    assert caplog.records[0].message == f"{path}: ant in the test split alone: not trained, cannot be asked for"


def test_test_images_without_labels_leave_those_of_the_others(folder, tmp_path: Path) -> None:
    path = folder("both/train", ("cat", "eel")).parent
    folder("both/test", ("all",), count=3)
    for limit in (None, 0):
        train, test = (load_images(path, split=split, memory_limit=limit) for split in ("train", "test"))
        assert (train.classes, test.classes, test.labels) == (("cat", "eel"), (), None)
        assert train.labels is not None
        assert train.labels.tolist() == [0] * 10 + [1] * 10
        assert test.batch(torch.tensor([0])).keys() == {"real"}


def test_size_and_channels_are_derived_or_asked_for(folder, tmp_path: Path) -> None:
    path = folder(side=40)
    assert load_images(path).shape == (3, 40, 40), "squares of one size that networks can make keep it"
    assert load_images(path, size=12, channels=1).shape == (1, 12, 12)
    for number in range(3):
        (tmp_path / "grey").mkdir(exist_ok=True)
        Image.new("L", (20, 90), 50 * number).save(tmp_path / "grey" / f"{number}.png")
    assert load_images(tmp_path / "grey").shape == (1, 72, 16), "their aspect, the short side a power of two"
    Image.new("RGB", (20, 90)).save(tmp_path / "grey" / "3.png")
    assert load_images(tmp_path / "grey").shape == (3, 72, 16)
    assert load_images(tmp_path / "grey", size="12x20").shape == (3, 20, 12), "width first, as --size has it"
    assert load_images(tmp_path / "grey", size=(20, 12)).shape == (3, 20, 12), "height first, as tensors have it"


def test_alpha_is_kept_where_a_pixel_is_see_through(folder) -> None:
    path = folder(side=16)
    for file in path.rglob("*.png"):
        Image.open(file).convert("RGBA").save(file)
    assert load_images(path).shape == (3, 16, 16), "alpha that is not used is none"
    one = Image.open(path / "dog/004.png")
    one.putpixel((3, 5), (200, 100, 50, 254))
    one.save(path / "dog/004.png")
    both = [load_images(path, split=split) for split in ("train", "test")]
    assert [part.shape for part in both] == [(4, 16, 16)] * 2
    values = torch.cat([part.values for part in both])
    assert (values[:, 3] == 254).sum() == 1
    assert (values[:, 3] == 255).sum() == values[:, 3].numel() - 1
    assert load_images(path, channels=3).shape == (3, 16, 16)
    assert load_images(path, channels=4, size=8).shape == (4, 8, 8)


def test_a_look_at_few_files_is_spread_over_all(folder, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder(count=50, side=8)
    for file in path.rglob("*.png"):
        Image.open(file).convert("RGBA").save(file)
    looked: list[bytes] = []
    monkeypatch.setattr("zerosum.data.scan.see_through", lambda content: looked.append(content) is not None)
    assert load_images(path).shape == (3, 8, 8)
    files = sorted(path.rglob("*.png"))
    places = [number for number, file in enumerate(files) if file.read_bytes() in looked]
    assert len(places) == 64
    assert (places[0], max(later - early for early, later in itertools.pairwise(places))) == (0, 2)


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("limit", [None, 0])
def test_every_way_to_fit_is_in_the_fingerprint(folder, fit, limit) -> None:
    data = load_images(folder(), size="12x8", fit=fit, memory_limit=limit)
    assert data.shape == (3, 8, 12)
    image = data.outside(data.batch(torch.tensor([0]))["real"])[0]
    assert (image[:, :, 0] == 255).all() == (fit == "pad")
    others = [load_images(folder(), size="12x8", fit=other) for other in ("crop", "pad", "stretch")]
    assert [other.fingerprint == data.fingerprint for other in others].count(True) == 1


def test_fingerprints_of_cropped_squares_are_those_of_old_runs(folder) -> None:
    path = folder(count=2)
    seen = scan(path, size=8)
    lines = [f"{seen.checksums[file.name]:08x} {file.label} {file.key}" for file in seen.layout.of("train")]
    how = "centre crop, lanczos, alpha on white, 2, 3x8x8, train, cat/dog"
    assert load_images(path, size=8).fingerprint == fingerprint(how, "\n".join(lines).encode())


def test_a_draft_of_a_jpeg_is_in_the_fingerprint(folder) -> None:
    path = folder(count=2)
    Image.open(path / "cat/000.png").save(path / "cat/000.jpg")
    (path / "cat/000.png").unlink()
    seen = scan(path, size=8)
    lines = [f"{seen.checksums[file.name]:08x} {file.label} {file.key}" for file in seen.layout.of("train")]
    how = "centre crop, lanczos, alpha on white, 2, 3x8x8, draft 4 by parts of pixels, train, cat/dog"
    assert load_images(path, size=8).fingerprint == fingerprint(how, "\n".join(lines).encode())


@pytest.fixture
def spoiled(folder) -> Path:
    path: Path = folder()
    content = (path / "cat/000.png").read_bytes()
    (path / "cat/empty.png").write_bytes(b"")
    (path / "cat/cut.png").write_bytes(content[: len(content) // 2])
    (path / "dog/text.jpg").write_text("this is no image")
    start = content.index(b"IDAT") + 4
    broken = content[:start] + b"\xff" * 40 + content[start + 40 :]  # only decoding can tell
    (path / "dog/broken.png").write_bytes(broken)
    Image.new("1", (9500, 9500)).save(path / "dog/bomb.png")
    (path / "readme.txt").write_text("ignored")
    (path / "cat/._000.png").write_bytes(b"hidden")
    return path


def test_bad_files_are_named_and_left_out(spoiled: Path) -> None:
    both = [load_images(spoiled, split=split) for split in ("train", "test")]
    assert sum(map(len, both)) == 20
    problems = dict(both[0].problems) | dict(both[1].problems)
    reasons = {"cat/empty.png": "empty", "cat/cut.png": "truncated", "dog/text.jpg": "not an image"}
    reasons |= {"dog/broken.png": "", "dog/bomb.png": "too large: 9500x9500"}
    assert problems.keys() == reasons.keys()
    assert all(problems[name].startswith(reason) for name, reason in reasons.items())


def test_strict_makes_a_bad_file_an_error(spoiled: Path) -> None:
    with pytest.raises(UserError, match=r"cat/cut\.png: truncated and \d more; remove or replace"):
        load_images(spoiled, strict=True)


def test_streamed_is_the_same_data(folder) -> None:
    path = folder()
    resident, streamed = load_images(path), load_images(path, memory_limit=0)
    assert isinstance(streamed, Streamed)
    assert streamed.fingerprint == resident.fingerprint
    assert (len(streamed), streamed.shape, streamed.classes) == (len(resident), resident.shape, resident.classes)
    for position in (0, 5):
        one, two = Loader(resident, 7).at(position), Loader(streamed, 7).at(position)
        assert torch.equal(one["real"], two["real"])
        assert torch.equal(one["label"], two["label"])


def test_streamed_replaces_what_turns_out_bad(spoiled: Path) -> None:
    streamed = load_images(spoiled, memory_limit=0)
    held = load_images(spoiled, memory_limit=0, split="test")
    for dataset in (streamed, held):
        batch = dataset.batch(torch.arange(len(dataset)))
        assert batch["real"].shape[0] == batch["label"].shape[0] == len(dataset)
    assert "dog/broken.png" in dict(streamed.problems) | dict(held.problems)


def test_streamed_and_strict(spoiled: Path) -> None:
    for name in ("cat/empty.png", "cat/cut.png", "dog/text.jpg", "dog/bomb.png"):
        (spoiled / name).unlink()
    split = "train" if "dog/broken.png" in dict(load_images(spoiled).problems) else "test"
    dataset = load_images(spoiled, memory_limit=0, split=split, strict=True)
    with pytest.raises(UserError, match="broken"):
        dataset.batch(torch.arange(len(dataset)))


def test_a_zip_is_the_same_data_as_its_folder(folder, tmp_path: Path) -> None:
    path = folder()
    for number, prefix in enumerate(("", "pets/")):
        zipped = load_images(_zip(path, tmp_path / f"{number}.zip", prefix))
        assert zipped.fingerprint == load_images(path).fingerprint
        assert torch.equal(zipped.batch(torch.arange(18))["real"], load_images(path).batch(torch.arange(18))["real"])
    assert zipped.name == "1"


def test_hostile_members_of_a_zip(folder, tmp_path: Path) -> None:
    path = _zip(folder(), tmp_path / "evil.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for name in ("../out.png", "/etc/out.png", "C:/out.png", "a\\..\\..\\out.png"):
            archive.writestr(name, b"x")
        link = zipfile.ZipInfo("link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("__MACOSX/._a.png", b"x")
    before = sorted(tmp_path.rglob("*"))
    dataset = load_images(path)
    assert len(dataset) == 18
    assert sorted(tmp_path.rglob("*")) == before
    reasons = dict(dataset.problems)
    assert len(reasons) == 5
    assert sum("leaves the archive" in reason for reason in reasons.values()) == 4
    assert reasons["link.png"] == "a link, not a file"


def test_backslashes_in_a_zip_separate_folders(tmp_path: Path, encode) -> None:
    with zipfile.ZipFile(tmp_path / "windows.zip", "w") as archive:
        archive.writestr("set\\train\\", b"")
        for number, name in enumerate(("train\\cat\\0", "train\\dog\\0", "test\\cat\\0", "test\\dog\\1")):
            archive.writestr(f"set\\{name}.png", encode(Image.new("RGB", (8, 8), (number, 0, 0))))
        archive.writestr("set\\__MACOSX\\0.png", b"x")
    seen = scan(tmp_path / "windows.zip")
    assert seen.files.ignored == {"hidden": 1}
    assert seen.problems == []
    for split, numbers in (("train", [0, 1]), ("test", [2, 3])):
        dataset = load_images(tmp_path / "windows.zip", split=split)
        assert dataset.classes == ("cat", "dog")
        assert dataset.labels.tolist() == [0, 1]
        assert dataset.outside(dataset.batch(torch.arange(2))["real"])[:, 0, 0, 0].tolist() == numbers


def test_train_and_test_zips_in_a_folder_are_its_splits(folder, tmp_path: Path) -> None:
    path = tmp_path / "zipped"
    path.mkdir()
    for name, count in (("train", 5), ("val", 2)):
        _zip(folder(name, count=count), path / f"{name}.zip", f"{name}/" if name == "train" else "")
    (path / "notes.txt").write_text("x")
    Image.new("L", (9, 9)).save(path / "cover.png")
    seen = scan(path)
    assert dict(seen.problems) == {"cover.png": "lies beside the folders train and val"}
    assert seen.files.ignored == {".txt": 1}
    for split, source in (("train", "train"), ("test", "val")):
        dataset = load_images(path, split=split)
        pixels = {row.tobytes() for row in dataset.values.permute(0, 2, 3, 1).numpy()}
        assert pixels == {np.asarray(Image.open(file)).tobytes() for file in (tmp_path / source).rglob("*.png")}
        assert dataset.classes == ("cat", "dog")
    for name in ("train", "val"):
        shutil.copytree(tmp_path / name, path / name)
    assert len(load_images(path)) == 10, "unpacked once, not counted twice"
    assert scan(path).files.ignored == {".txt": 1, ".zip": 2}


@pytest.mark.parametrize("unpacked", ["train", "test"])
@pytest.mark.parametrize("both", [True, False])
def test_a_zip_beside_the_folder_of_the_other_split_is_that_split(folder, tmp_path: Path, unpacked, both) -> None:
    path = tmp_path / "half"
    for split, count in (("train", 5), ("test", 2)):
        made = folder(f"half/{split}" if split == unpacked else split, count=count)
        if both or split != unpacked:
            path.mkdir(exist_ok=True)
            _zip(made, path / f"{split}.zip")
    (path / unpacked / "more").mkdir()
    other = {"train": "test", "test": "train"}[unpacked]
    (path / other).mkdir()
    assert (len(load_images(path)), len(load_images(path, split="test"))) == (10, 4), "an empty folder is no split"
    assert scan(path).files.ignored == ({".zip": 1} if both else {})


def test_zips_of_unclear_names_are_refused(folder, tmp_path: Path) -> None:
    path = tmp_path / "unclear"
    path.mkdir()
    for name in ("train_cats", "test_dogs"):
        _zip(folder(name), path / f"{name}.zip")
    with pytest.raises(UserError, match=f"{path}: test_dogs, train_cats may be splits or classes"):
        load_images(path)
    (path / "test_dogs.zip").rename(path / "test_cats.zip")
    assert len(load_images(path, split="test")) == 20


def test_members_that_are_no_files(tmp_path: Path, encode) -> None:
    path = tmp_path / "odd.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in (
            ".",
            "./",
            "..",
            "/",
            "\\",
            "a/../..",
            "./a.png",
            "b//c.png",
            "b/./c.png",
            "d.png/",
            "d.png\\",
        ):
            archive.writestr(name, encode(Image.new("L", (8, 8))))
    files = ZipFiles(path)
    assert files.names == ["a.png", "b/c.png"]
    assert files.problems == [("b/c.png", "appears twice in the archive")]
    assert files.read("b/c.png") == files.read("a.png")
    assert len(load_images(path)) == 1


def test_strays_are_named_and_do_not_count(folder) -> None:
    path = folder("pets/train")
    shutil.copytree(path, path.parent / "test")
    path = path.parent
    before = [load_images(path, split=split).fingerprint for split in ("train", "test")]
    Image.new("RGBA", (100, 30), (0, 0, 0, 0)).save(path / "cover.png")
    Image.new("L", (8, 8)).save(path / "train/grey.png")
    seen = scan(path)
    assert (seen.size, seen.channels) == ((16, 16), 3)
    assert dict(seen.problems) == {
        "cover.png": "lies beside the folders train and test",
        "train/grey.png": "lies beside the class folders",
    }
    assert [load_images(path, split=split).fingerprint for split in ("train", "test")] == before
    with pytest.raises(UserError, match=r"cover\.png: lies beside the folders train and test and 1 more"):
        load_images(path, strict=True)
    (path / "test/cat/test").mkdir()
    (path / "train/test").mkdir()
    (path / "train/grey.png").rename(path / "train/test/grey.png")
    with pytest.raises(UserError, match=r"pets: train/test is a test folder in a train folder"):
        load_images(path)


def test_member_that_claims_to_be_huge(folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _zip(folder(), tmp_path / "bomb.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.png", bytes(5_000_000))
    monkeypatch.setattr("zerosum.data.files.FILE_LIMIT", 4_000_000)
    assert dict(ZipFiles(path).problems)["zeros.png"].startswith("too large")
    monkeypatch.setattr("zerosum.data.files.RATIO_LIMIT", 100)
    assert dict(ZipFiles(path).problems)["zeros.png"].startswith("claims to unpack to 5 MB")


def test_damaged_member_of_a_zip(folder, tmp_path: Path) -> None:
    path = _zip(folder(), tmp_path / "pets.zip")
    content = bytearray(path.read_bytes())
    content[400] ^= 0xFF  # within the first stored file
    path.write_bytes(bytes(content))
    problems = load_images(path).problems
    assert [name for name, _ in problems] == ["cat/000.png"]
    assert "CRC" in problems[0][1]


@pytest.mark.parametrize("change", ["pixels", "name", "size", "channels", "split", "removed", "class"])
def test_fingerprint_changes_with(change: str, folder) -> None:
    path = folder()
    before = load_images(path).fingerprint
    held = {file.name for file in load_images(path, memory_limit=0)._files}  # type: ignore[attr-defined]
    victim = path / sorted(held)[0]
    options = {"size": {"size": 8}, "channels": {"channels": 1}, "split": {"split": "test"}}.get(change, {})
    if change == "pixels":
        Image.new("RGB", (16, 16)).save(victim)
    elif change == "name":
        victim.rename(victim.with_name("other.png"))
    elif change == "removed":
        victim.unlink()
    elif change == "class":
        (path / "cat").rename(path / "bat")
    assert load_images(path, **options).fingerprint != before
    assert load_images(path).fingerprint != before or options


def test_link_in_a_circle(folder) -> None:
    path = folder()
    (path / "cat/again").symlink_to(path)
    (path / "dog/self").symlink_to(path / "dog")
    assert len(load_images(path)) == 18
    files = open_files(path)
    assert (files.ignored, files.problems) == ({"links in a circle": 2}, [])


def test_a_second_link_to_a_folder_is_named(folder, tmp_path: Path) -> None:
    path, other = folder(), folder("outside", classes=("x",), count=3)
    (path / "ant").symlink_to(path / "dog")
    (path / "cat/dogs").symlink_to(path / "dog")
    for name in ("bee", "eel"):
        (path / name).symlink_to(other / "x")
    loaded = load_images(path)
    assert loaded.classes == ("bee", "cat", "dog"), "a folder has its own name, whatever links to it"
    assert len(loaded) + len(load_images(path, split="test")) == 23
    assert loaded.problems == [
        ("ant", "the same folder as dog, which is read"),
        ("cat/dogs", "the same folder as dog, which is read"),
        ("eel", "the same folder as bee, which is read"),
    ]


def test_errors_name_the_place_and_the_remedy(tmp_path: Path, folder) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(UserError, match=r"none is empty: put images there"):
        load_images(tmp_path / "none")
    (tmp_path / "none/a.txt").write_text("x")
    with pytest.raises(UserError, match=r"no images but 1 other files \(\.txt\)"):
        load_images(tmp_path / "none")
    (tmp_path / "none/a.zip").write_text("x")
    with pytest.raises(UserError, match="is not a folder, a zip or an npz"):
        load_images(tmp_path / "none/a.zip")
    with pytest.raises(UserError, match=r"no images but archives: give one of them"):
        load_images(tmp_path / "none")
    (tmp_path / "none/a.png").write_bytes(b"")
    shutil.rmtree(tmp_path / "none" / "a.zip", ignore_errors=True)
    (tmp_path / "none/a.zip").unlink()
    with pytest.raises(UserError, match=r"no readable image \(a\.png: empty file\)"):
        load_images(tmp_path / "none")


def test_unreadable_folder(folder, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder()

    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.scandir", denied)
    with pytest.raises(UserError, match=r"cannot read .*pets \(Permission denied\): change its permissions"):
        load_images(path)


def test_default_memory_limit_is_sane() -> None:
    assert 0 < default_memory_limit() <= 8 << 30
