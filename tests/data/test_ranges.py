import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from zerosum.data.check import check
from zerosum.data.check_pairs import check_pairs
from zerosum.data.images import load_images
from zerosum.data.load import load
from zerosum.data.pairing import load_translation
from zerosum.data.ranges import Extremes, Levels, of_files, of_whole, parsed, scaled, shown
from zerosum.data.sample_set import load_samples, set_of
from zerosum.data.scan import scan
from zerosum.errors import UserError
from zerosum.tasks.translation.photo import read

SIDE = 8


def _deep(folder: Path, *, kind: str = "png", dtype: type = np.uint16, **values: list[float]) -> Path:
    """Write images whose upper half has one value and whose lower half another; each is a line of its name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (above, below) in values.items():
        image = np.full((SIDE, SIDE), above, dtype)
        image[SIDE // 2 :] = below
        Image.fromarray(image).save(folder / f"{name}.{kind}")
    return folder


def _halves(path: Path, **options: object) -> dict[str, list[int]]:
    """Return what the two halves of each image became, by name."""
    seen = scan(path, **options)
    found = {name: seen.pixels(name) for name in seen.headers}
    return {Path(name).stem: [int(pixels[0, 0, 0]), int(pixels[0, -1, 0])] for name, pixels in found.items()}


@pytest.mark.parametrize(
    ("text", "values"),
    [("0:4095", (0, 4095)), (" -1:1 ", (-1, 1)), ("1e3:1.4e3", (1000, 1400)), ([0, 9], (0, 9)), (None, None)],
)
def test_ranges_as_they_are_written(text, values) -> None:
    assert parsed(text) == values
    assert values is None or parsed(shown(parsed(text))) == values


@pytest.mark.parametrize("text", ["", "5", "5:5", "9:1", "a:b", "1:2:3", "nan:1", "0:inf", [1]])
def test_what_is_no_range(text) -> None:
    with pytest.raises(UserError, match="use LOW:HIGH"):
        parsed(text)


@pytest.mark.parametrize(
    ("low", "high", "bits"),
    [(0, 1, 1), (0, 0, 8), (0, 2, 8), (0, 255, 8), (9, 256, 9), (0, 1023, 10), (0, 4000, 12), (0, 65535, 16)],
)
def test_whole_numbers_have_the_range_of_their_bits(low: int, high: int, bits: int) -> None:
    assert of_whole(low, high) == (0, 2**bits - 1)


def test_whole_numbers_of_no_known_depth() -> None:
    assert of_whole(-1, 5) is None
    assert of_whole(0, 65536) is None


def test_the_range_of_files() -> None:
    assert of_files([]) is None
    both = of_files([Extremes(5, 900, whole=True), Extremes(0.5, 2, whole=False)])
    assert both == Levels((0.5, 900), "the smallest and the largest of all values")
    assert of_files([Extremes(3, 3, whole=False)]).range == (3, 4)


def test_values_beyond_a_range_are_clipped() -> None:
    assert scaled(np.array([-5.0, 10, 15, 20, 99]), (10, 20)).tolist() == [0, 0, 127.5, 255, 255]


def test_12_bits_in_a_file_of_16(tmp_path: Path) -> None:
    path = _deep(tmp_path / "a", one=[0, 4095], two=[1638, 819])
    assert _halves(path) == {"one": [0, 255], "two": [102, 51]}
    assert load_images(path).levels == (0, 4095)
    assert _halves(path, value_range=(0, 8190))["two"] == [51, 26]


def test_files_of_16_bits_are_as_they_were(tmp_path: Path) -> None:
    path = _deep(tmp_path / "a", one=[0, 65535], two=[257 * 9, 257 * 8])
    assert _halves(path) == {"one": [0, 255], "two": [9, 8]}


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_levels_between_images_stay(tmp_path: Path, dtype: type) -> None:
    path = _deep(tmp_path / "a", kind="tiff", dtype=dtype, wide=[1000, 1400], narrow=[1190, 1210])
    assert _halves(path) == {"wide": [0, 255], "narrow": [121, 134]}
    values = torch.cat([load_images(path, split=split).values for split in ("train", "test")])
    assert sorted(values.unique().tolist()) == [0, 121, 134, 255]


def test_bytes_among_deep_images_stay(tmp_path: Path) -> None:
    path = _deep(tmp_path / "a", deep=[0, 4095])
    Image.new("L", (SIDE, SIDE), 77).save(path / "byte.png")
    assert _halves(path) == {"deep": [0, 255], "byte": [77, 77]}


def test_what_is_not_finite_is_left_out_of_the_range(tmp_path: Path) -> None:
    path = _deep(tmp_path / "a", kind="tiff", dtype=np.float32, good=[1, 3], bad=[np.nan, 9], low=[2, 1])
    assert scan(path).within == (1, 3)
    assert [name for name, _ in check(str(path)).problems] == ["bad.tiff"]


def test_the_range_is_part_of_the_fingerprint(tmp_path: Path) -> None:
    path = _deep(tmp_path / "a", one=[0, 4095], two=[1638, 819])
    prints = {load(str(path), value_range=asked).fingerprint for asked in (None, "0:4095", "0:4000", "0:65535")}
    assert len(prints) == 3, "the range that is found is that which is asked for"


def test_a_range_is_for_deep_images_alone(folder) -> None:
    for use in (load, check):
        with pytest.raises(UserError, match="images of 8 bits: leave out --range"):
            use(str(folder()), value_range="0:4095")
        with pytest.raises(UserError, match="leave out --range"):
            use("digits", value_range="0:16")


def test_the_range_is_said(tmp_path: Path, folder) -> None:
    path = _deep(tmp_path / "a", one=[0, 4095], two=[1638, 819], three=[1638, 818])
    said = "range: 0:4095 become black and white (the fewest bits that hold all values)"
    assert said in check(str(path)).lines()
    assert "range: 0:4000 become black and white (as asked)" in check(str(path), value_range="0:4000").lines()
    assert "range" not in check(str(folder())).plan
    np.savez(tmp_path / "x.npz", images=np.full((3, SIDE, SIDE), 0.5))
    assert "range: 0:1 become black and white" in "\n".join(check(str(tmp_path / "x.npz")).lines())


def test_images_that_differ_in_level_alone_are_no_duplicates(tmp_path: Path) -> None:
    path = _deep(tmp_path / "a", kind="tiff", dtype=np.float32, one=[0, 1], two=[5, 9])
    assert check(str(path)).duplicate_count == 0


def test_arrays_in_a_range_that_is_asked_for(tmp_path: Path) -> None:
    depth = np.zeros((3, SIDE, SIDE), np.float32)
    depth[..., 0] = 2.5
    np.savez(tmp_path / "x.npz", images=depth)
    dataset = load(str(tmp_path / "x.npz"), value_range="0:10")
    assert (dataset.values[0, 0, 0, :2].tolist(), dataset.levels) == ([64, 0], (0, 10))
    np.savez(tmp_path / "y.npz", images=depth * 1000)
    with pytest.raises(UserError, match="say with --range"):
        load(str(tmp_path / "y.npz"))


def test_deep_samples_are_seen_in_the_range_of_the_reals(tmp_path: Path) -> None:
    reals = load_images(_deep(tmp_path / "reals", one=[0, 4095], two=[1638, 819]))
    dark = load_samples(_deep(tmp_path / "dark", a=[819, 0], b=[819, 819]), reals)
    assert sorted(dark.values.unique().tolist()) == [0, 51]
    arrays = set_of(np.full((2, SIDE, SIDE), 819, np.uint16), reals)
    assert arrays.values.unique().tolist() == [51]
    assert set_of(np.full((2, SIDE, SIDE), 200, np.uint8), reals).values.unique().tolist() == [200]


def test_each_side_of_pairs_has_its_own_range(tmp_path: Path) -> None:
    names = "abc"
    photos = _deep(tmp_path / "photos", **{name: [0, 4095] for name in names})
    depths = _deep(tmp_path / "depths", kind="tiff", dtype=np.float32, **{name: [1, 3] for name in names})
    for paired in (True, False):
        pairs = load_translation(str(photos), target=str(depths), paired=paired, crops=False)
        assert (pairs.source_levels, pairs.levels) == ((0, 4095), (1, 3))
        batch = pairs.batch(torch.arange(2))
        for key in ("x", "real"):
            assert batch[key][:, 0, :, 0].unique().tolist() == [-1, 1]
    other = load_translation(str(photos), target=str(depths), value_range="0:8190", crops=False)
    assert other.fingerprint != load_translation(str(photos), target=str(depths), crops=False).fingerprint
    halves = load_translation(str(photos), pairs="side-by-side", crops=False)
    assert (halves.source_levels, halves.levels) == ((0, 4095), (0, 4095))


def test_a_range_of_one_side_of_pairs(tmp_path: Path, folder) -> None:
    photos = folder("photos", classes=("x",), count=3, side=SIDE)
    depths = _deep(tmp_path / "depths/x", **{f"{number:03}": [0, 4000] for number in range(3)}).parent
    options = {"target": str(depths), "value_range": "0:4000"}
    assert load_translation(str(photos), **options).levels == (0, 4000)
    assert "range: 0:4000 become black and white (as asked)" in check_pairs(str(photos), **options).lines()
    with pytest.raises(UserError, match="leave out --range"):
        load_translation(str(photos), pairs="edges", value_range="0:9")


def test_sides_of_one_folder_have_their_own_ranges(tmp_path: Path) -> None:
    names = "abc"
    for folder in ("trainA", "testA"):
        _deep(tmp_path / folder, **{name: [0, 4095] for name in names})
    for folder in ("trainB", "testB"):
        _deep(tmp_path / folder, kind="tiff", dtype=np.float32, **{name: [1, 3] for name in names})
    for paired in (True, False):
        for split in ("train", "test"):
            options = {"pairs": "folders", "paired": paired, "crops": False, "split": split}
            pairs = load_translation(str(tmp_path), **options)
            assert (pairs.source_levels, pairs.levels) == ((0, 4095), (1, 3))
            for key, value in pairs.batch(torch.arange(2)).items():
                assert value[:, 0, :, 0].unique().tolist() == [-1, 1], key
            asked = load_translation(str(tmp_path), value_range="0:8190", **options)
            assert (asked.source_levels, asked.levels) == ((0, 8190), (0, 8190))
            assert asked.fingerprint != pairs.fingerprint
    assert "range: 0:4095 of sources, 1:3 of targets" in check_pairs(str(tmp_path), pairs="folders").lines()


def test_swapped_halves_have_the_range_of_the_whole(tmp_path: Path) -> None:
    image = np.zeros((SIDE, 2 * SIDE), np.uint16)
    image[:, SIDE:] = 4095
    for name in "abc":
        Image.fromarray(image).save(tmp_path / f"{name}.png")
    for pairs, (left, right) in (("side-by-side", (-1, 1)), ("side-by-side:right", (1, -1))):
        found = load_translation(str(tmp_path), pairs=pairs, crops=False)
        batch = found.batch(torch.arange(2))
        assert (batch["x"].unique().tolist(), batch["real"].unique().tolist()) == ([left], [right])
        assert (found.source_levels, found.levels) == ((0, 4095), (0, 4095))
        report = check_pairs(str(tmp_path), pairs=pairs, value_range="0:8190")
        assert report.plan["range"] == "0:8190 of sources, 0:8190 of targets"


def test_zips_that_are_splits_have_one_range(tmp_path: Path) -> None:
    for split, white in (("train", 819), ("test", 4095)):
        images = _deep(tmp_path / f"images/{split}", a=[0, white], b=[0, white])
        (tmp_path / "zips").mkdir(exist_ok=True)
        shutil.make_archive(str(tmp_path / "zips" / split), "zip", images)
    for folder in ("images", "zips"):
        train, test = (load(str(tmp_path / folder), split=split) for split in ("train", "test"))
        assert (train.levels, test.levels) == ((0, 4095), (0, 4095))
        assert (train.values.unique().tolist(), test.values.unique().tolist()) == ([0, 51], [0, 255])


def _masks(folder: Path, count: int = 30, **more: int) -> Path:
    """Write 8-bit masks of 0 and 1, of which the first ones are empty, and images of one other value."""
    empty = {f"a{number:02}": [0, 0] for number in range(3)}
    lit = {f"b{number:02}": [0, 1] for number in range(count - 3)}
    return _deep(folder, dtype=np.uint8, **empty, **lit, **{name: [value, value] for name, value in more.items()})


@pytest.mark.parametrize("pack", [False, True])
def test_files_of_0_and_1_alone_are_masks(tmp_path: Path, pack: bool) -> None:
    path = _masks(tmp_path / "a")
    if pack:
        path = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", path))
    found = _halves(path)
    assert (found["a00"], found["b00"], found["b26"]) == ([0, 0], [0, 255], [0, 255])
    assert _halves(path, size=SIDE // 2, channels=3)["b00"] == [0, 255]
    assert _halves(path, channels=4)["b00"] == [0, 255]
    said = "range: 0:1 become black and white (all grey images of 8 bits hold 0 and 1 alone: masks)"
    assert said in check(str(path)).lines()
    assert load(str(path)).levels == (0, 1)
    as_they_are = load(str(path), value_range="0:255")
    assert as_they_are.values.unique().tolist() == [0, 1]
    assert as_they_are.fingerprint != load(str(path)).fingerprint


@pytest.mark.parametrize("name", ["a", "z"])
def test_one_brighter_image_and_there_are_no_masks(tmp_path: Path, name: str) -> None:
    path = _masks(tmp_path / "a", **{name: 2})
    assert _halves(path)["b00"] == [0, 1]
    assert load(str(path)).levels is None
    assert "range" not in check(str(path)).plan
    with pytest.raises(UserError, match="leave out --range"):
        load(str(path), value_range="0:1")


def test_black_images_and_photos_beside_masks(tmp_path: Path) -> None:
    assert scan(_deep(tmp_path / "black", dtype=np.uint8, a=[0, 0], b=[0, 0])).levels is None
    path = _masks(tmp_path / "a", 5)
    Image.new("RGB", (SIDE, SIDE), (1, 1, 1)).save(path / "photo.png")
    Image.new("1", (SIDE, SIDE), 1).save(path / "bits.png")
    assert (_halves(path)["photo"], _halves(path)["bits"], _halves(path)["b00"]) == ([1, 1], [255, 255], [0, 255])
    with_deep = _deep(tmp_path / "deep", deep=[0, 1])
    Image.new("L", (SIDE, SIDE), 77).save(with_deep / "byte.png")
    assert _halves(with_deep) == {"deep": [0, 255], "byte": [77, 77]}


def test_samples_of_masks(tmp_path: Path) -> None:
    reals = load_images(_masks(tmp_path / "reals"))
    white = load_samples(_deep(tmp_path / "white", dtype=np.uint8, a=[0, 255], b=[255, 0]), reals)
    assert white.values.unique().tolist() == [0, 255]
    assert load_samples(_masks(tmp_path / "same", 5), reals).values.unique().tolist() == [0, 255]
    deep = load_samples(_deep(tmp_path / "deep", a=[0, 257 * 99], b=[65535, 0]), reals)
    assert deep.values.unique().tolist() == [0, 99, 255]
    assert set_of(np.full((2, SIDE, SIDE), 257 * 99, np.uint16), reals).values.unique().tolist() == [198]


def test_masks_are_the_targets_of_pairs(tmp_path: Path, folder) -> None:
    photos = folder("photos", classes=("x",), count=3, side=SIDE)
    masks = _deep(tmp_path / "masks/x", dtype=np.uint8, **{f"{number:03}": [0, 1] for number in range(3)}).parent
    pairs = load_translation(str(photos), target=str(masks), crops=False)
    assert pairs.batch(torch.arange(2))["real"].unique().tolist() == [-1, 1]


def test_a_mask_is_translated_as_those_of_the_training(tmp_path: Path) -> None:
    path = _masks(tmp_path / "a", 5)
    content = (path / "b00.png").read_bytes()
    assert read(content, 1, within=load(str(path)).levels).pixels.unique().tolist() == [0, 255]
    assert read(content, 1).pixels.unique().tolist() == [0, 1]
