from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from zerosum.data import pairing
from zerosum.data.crops import Crops, loaded_for
from zerosum.data.dataset import Dataset, Resident
from zerosum.data.layout import place
from zerosum.data.loader import Loader
from zerosum.data.matching import by_name
from zerosum.data.pairing import load_translation
from zerosum.data.source_target import Made, Matched, Translation, Unpaired
from zerosum.errors import UserError


def numbered(count: int, name: str, side: int = 16, channels: int = 1, first: int = 0) -> Resident:
    """Images of one brightness each, `first` and up, so that a pixel tells which image it is."""
    values = (torch.arange(count) + first)[:, None, None, None].expand(-1, channels, side, side)
    labels = torch.arange(count) % 2
    return Resident(values.to(torch.uint8).contiguous(), name=name, labels=labels, classes=("even", "odd"))


def number_of(images: torch.Tensor) -> list[int]:
    return [round(float((image.mean() + 1) * 127.5)) for image in images]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write images of one colour each: {name: (colour, width, height)}."""

    def write(folder: str, images: dict[str, tuple[tuple[int, int, int], int, int]]) -> Path:
        for name, (colour, width, height) in images.items():
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (width, height), colour).save(path)
        return tmp_path / folder

    return write


def colours(
    count: int, red: int, suffix: str = ".png", side: int = 16
) -> dict[str, tuple[tuple[int, int, int], int, int]]:
    return {f"{number:02}{suffix}": ((red, 5 * number, 0), side, side) for number in range(count)}


def test_unpaired_data_visit_each_target_once_and_any_source() -> None:
    data = Unpaired(numbered(7, "a"), numbered(12, "b", first=100))
    loader = Loader(data, 4)
    batches = [loader.at(position) for position in range(30)]
    targets = [number for batch in batches for number in number_of(batch["real"])]
    assert sorted(targets[:12]) == list(range(100, 112))
    sources = [number for batch in batches for number in number_of(batch["x"])]
    counts = torch.bincount(torch.tensor(sources), minlength=7)
    assert len(counts) == 7
    assert counts.min() > 0.4 * 120 / 7
    # The partner of a target is another one in each epoch.
    assert sources[targets.index(105)] != sources[12 + targets[12:].index(105)] or sources[:12] != sources[12:24]
    assert (data.source, data.shape, data.paired, len(data)) == ((1, 16, 16), (1, 16, 16), False, 12)


@pytest.mark.parametrize("kind", ["made", "unpaired", "crops"])
def test_shards_see_what_one_process_sees(kind: str) -> None:
    from zerosum.data.makers import maker

    base: Dataset = numbered(25, "a", side=20)
    kinds: dict[str, Dataset] = {
        "made": Made(base, maker("noisy:0.1")),
        "unpaired": Unpaired(base, base),
        "crops": Made(Crops(base, 16, whole=lambda: base), maker("masked")),
    }
    whole = Loader(kinds[kind], 8, seed=3)
    parts = [Loader(kinds[kind], 4, seed=3, shard=shard, shards=2) for shard in range(2)]
    for position in range(9):
        alone, together = whole.at(position), [part.at(position) for part in parts]
        for key in alone:
            assert torch.equal(torch.cat([batch[key] for batch in together]), alone[key])
    assert not torch.equal(Loader(kinds[kind], 8, seed=4).at(0)["x"], whole.at(0)["x"])


def test_made_pairs_are_the_same_without_keys_and_drawn_anew_with_them() -> None:
    from zerosum.data.makers import maker

    data, rows = Made(numbered(9, "a", first=50), maker("masked:box")), torch.tensor([3, 5])
    assert torch.equal(data.batch(rows)["mask"], data.batch(rows)["mask"])
    assert torch.equal(data.batch(rows.flip(0))["mask"].flip(0), data.batch(rows)["mask"])
    one, other = (data.drawn(rows, torch.tensor(keys))["mask"] for keys in ([1, 2], [3, 4]))
    assert not torch.equal(one, other)
    assert data.inputs(rows).keys() == {"x", "mask"}
    assert number_of(data.targets.batch(rows)["real"]) == [53, 55]
    assert torch.equal(data.sources.batch(rows)["real"], data.batch(rows)["x"])
    assert torch.equal(data.batch(rows)["label"], torch.tensor([1, 1]))


def test_matched_pairs_are_divided_into_source_and_target() -> None:
    both = Resident(torch.arange(4 * 4 * 8 * 8).to(torch.uint8).view(4, 4, 8, 8), name="pairs")
    data = Matched(both, 1)
    batch = data.batch(torch.tensor([2]))
    assert (data.source, data.shape, data.truth) == ((1, 8, 8), (3, 8, 8), True)
    assert torch.equal(torch.cat([batch["x"], batch["real"]], 1), both.batch(torch.tensor([2]))["real"])
    assert torch.equal(data.sources.batch(torch.tensor([2]))["real"], batch["x"])
    assert torch.equal(data.targets.batch(torch.tensor([2]))["real"], batch["real"])


@pytest.mark.parametrize("truth", [True, False])
def test_the_way_back_swaps_sources_and_targets(truth: bool) -> None:
    one, other = numbered(5, "a"), numbered(6, "b", channels=3, first=100)
    data: Translation = Unpaired(one, other)
    if truth:
        data = Matched(Resident(torch.cat([one.values, other.values[:5]], 1), name="pairs"), 1)
    back = data.reversed()
    assert (back.shape, back.source, len(back), back.truth) == (one.shape, other.shape, 5, truth)
    assert number_of(back.inputs(torch.tensor([4]))["x"]) == [104]
    assert number_of(back.targets.batch(torch.tensor([4]))["real"]) == [4]
    assert len({data.fingerprint, back.fingerprint}) == 2


def test_crops_are_anywhere_with_keys_and_the_whole_images_without_them() -> None:
    ramp = (torch.arange(12)[:, None] * 12 + torch.arange(12)).to(torch.uint8).expand(2, 2, 12, 12).contiguous()
    whole = Resident(ramp[:, :, :8, 2:10], name="ramps")
    data = Crops(Resident(ramp, name="ramps"), 8, whole=lambda: whole)
    assert torch.equal(data.outside(data.batch(torch.tensor([0]))["real"])[0, 0], ramp[0, 0, :8, 2:10])
    assert data.uncropped() is whole
    rows = torch.zeros(400, dtype=torch.int64)
    found = data.outside(data.drawn(rows, torch.arange(400))["real"]).int()
    mirrored = found[:, 0, 0, 0] > found[:, 0, 0, 1]
    assert 140 < int(mirrored.sum()) < 260
    upright = torch.where(mirrored[:, None, None, None], found.flip(3), found)
    assert {int(corner) for corner in upright[:, 0, 0, 0]} == {
        12 * row + column for row in range(5) for column in range(5)
    }
    assert torch.equal(upright - upright[:, :1, :1, :1], (ramp[0, :, :8, :8].int()).expand(400, -1, -1, -1))


def test_both_images_of_a_pair_are_cropped_alike(write: Callable[..., Path]) -> None:
    random = np.random.default_rng(0)
    ours, theirs = write("ours", colours(3, 0)), write("theirs", colours(3, 0))
    for number in range(3):
        pixels = random.integers(0, 256, (40 + number, 40 + number, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(ours / f"{number:02}.png")
        Image.fromarray(255 - pixels).save(theirs / f"{number:02}.png")
    data = load_translation(str(ours), target=str(theirs))
    assert data.shape == (3, 32, 32)  # the files differ in size, so training sees crops of larger images
    assert isinstance(data.targets.batch(torch.tensor([0]))["real"], torch.Tensor)
    batch = data.drawn(torch.tensor([0, 1, 0, 1]), torch.arange(4))
    torch.testing.assert_close(batch["x"], -batch["real"], atol=0.01, rtol=0)
    assert not torch.equal(batch["x"][0], batch["x"][2])
    whole = load_translation(str(ours), target=str(theirs), crops=False)
    assert torch.equal(whole.drawn(torch.tensor([0]), torch.tensor([7]))["x"], whole.batch(torch.tensor([0]))["x"])
    assert loaded_for((32, 4)) == (36, 5)


def test_pairs_are_matched_by_name_whatever_the_suffix(write: Callable[..., Path]) -> None:
    source = write("sketches", colours(20, 10) | {"alone.png": ((1, 1, 1), 16, 16)})
    target = write("photos", colours(20, 200, ".bmp") | {"other.bmp": ((2, 2, 2), 16, 16)})
    train = load_translation(str(source), target=str(target))
    test = load_translation(str(source), target=str(target), split="test")
    assert len(train) + len(test) == 20
    for data in (train, test):
        batch = data.batch(torch.arange(len(data)))
        outside = {key: data.outside(batch[key])[:, :, 0, 0].tolist() for key in ("x", "real")}
        assert all((one[0], other[0]) == (10, 200) for one, other in zip(outside["x"], outside["real"], strict=True))
        assert [pixel[1] for pixel in outside["x"]] == [pixel[1] for pixel in outside["real"]]
    reasons = dict(train.problems)
    assert reasons["alone.png"] == f"no image of this name in {target}"
    assert reasons["other.bmp"] == f"no image of this name in {source}"
    with pytest.raises(UserError, match="no image of this name"):
        load_translation(str(source), target=str(target), strict=True)


def test_a_pair_whose_pixels_are_damaged_is_left_out_whole(write: Callable[..., Path]) -> None:
    source, target = write("ours", colours(20, 10)), write("theirs", colours(20, 200))
    whole = (target / "07.png").read_bytes()
    for limit in (10**6, 1):
        (target / "07.png").write_bytes(whole[:41] + bytes(len(whole) - 57) + whole[-16:])
        data = load_translation(str(source), target=str(target), memory_limit=limit)
        batch = data.batch(torch.arange(len(data)))
        green = [data.outside(batch[key])[:, 1, 0, 0].tolist() for key in ("x", "real")]
        assert green[0] == green[1]
        assert 35 not in green[0]
        assert "07.png" in dict(data.problems)


def test_streamed_pairs_are_those_in_memory(write: Callable[..., Path]) -> None:
    source, target = write("ours", colours(12, 10)), write("theirs", colours(12, 200))
    resident = load_translation(str(source), target=str(target))
    streamed = load_translation(str(source), target=str(target), memory_limit=1)
    rows = torch.arange(len(resident))
    assert streamed.fingerprint == resident.fingerprint
    assert streamed.name == resident.name == "ours-to-theirs"
    assert streamed.nbytes == 0
    for key in ("x", "real"):
        torch.testing.assert_close(streamed.batch(rows)[key], resident.batch(rows)[key])


def test_names_alike_but_for_their_unicode_form_are_pairs(write: Callable[..., Path]) -> None:
    source = write("source", {"caf\u00e9.png": ((9, 9, 9), 16, 16), "a.png": ((1, 1, 1), 16, 16)})
    target = write("target", {"cafe\u0301.png": ((9, 9, 9), 16, 16), "a.png": ((1, 1, 1), 16, 16)})
    pairs = load_translation(str(source), target=str(target), strict=True, crops=False)
    assert len(pairs) == 1
    assert len(load_translation(str(source), target=str(target), split="test")) == 1


def test_two_files_of_a_set_that_are_alike_but_for_their_unicode_form_are_refused(write: Callable[..., Path]) -> None:
    image = ((9, 9, 9), 16, 16)
    source = write("source", {"caf\u00e9.png": image, "cafe\u0301.png": image})
    target = write("target", {"caf\u00e9.png": image, "a.png": image})
    with pytest.raises(UserError, match="have the same name"):
        load_translation(str(source), target=str(target))


def test_pairs_of_other_proportions_and_no_common_names_are_refused(write: Callable[..., Path]) -> None:
    source = write("ours", {"a.png": ((1, 2, 3), 16, 16), "b.png": ((1, 2, 3), 16, 16)})
    target = write("theirs", {"a.png": ((1, 2, 3), 32, 32), "b.png": ((1, 2, 3), 32, 16)})
    data = load_translation(str(source), target=str(target))
    assert ("b.png", "the images of this pair have different proportions") in data.problems
    with pytest.raises(UserError, match="hold no pair, as no file name is in both"):
        load_translation(str(source), target=str(write("others", {"z.png": ((1, 2, 3), 16, 16)})))
    with pytest.raises(UserError, match="hold no pair, as the images of equal names differ in proportions"):
        load_translation(str(source), target=str(write("wide", {"a.png": ((1, 2, 3), 32, 16)})))


def test_the_test_split_is_held_out_of_what_has_pairs(write: Callable[..., Path]) -> None:
    target = write("theirs", colours(30, 200))
    held_out = [file.name for file in place([f"{number:02}.png" for number in range(30)]).of("test")]
    known = {name: image for name, image in colours(30, 10).items() if name not in held_out}
    source = write("ours", known)
    test = load_translation(str(source), target=str(target), split="test")
    assert len(test) == round(0.1 * len(known))


def test_files_that_differ_in_suffix_only_are_refused_by_name(write: Callable[..., Path]) -> None:
    source = write("ours", colours(4, 10) | {"00.bmp": ((77, 0, 0), 16, 16)})
    target = write("theirs", colours(4, 200))
    for words in ((source, target), (target, source)):
        with pytest.raises(UserError, match=r"00\.bmp and 00\.png have the same name: which of them is meant\?"):
            load_translation(str(words[0]), target=str(words[1]))
    assert len(load_translation(str(source), target=str(target), paired=False)) == 3


def test_whole_names_are_matched_and_no_beginnings(write: Callable[..., Path]) -> None:
    both = {"a.png": ((1, 0, 0), 16, 16), "a.old.png": ((2, 0, 0), 16, 16), "a.b.c.png": ((3, 0, 0), 16, 16)}
    source = write("ours", both | {"b.new.png": ((4, 0, 0), 16, 16)})
    target = write("theirs", both | {"b.png": ((9, 0, 0), 16, 16)})
    parts = [load_translation(str(source), target=str(target), split=split) for split in ("train", "test")]
    pixels = [
        part.outside(part.batch(torch.arange(len(part)))[key])[:, 0, 0, 0] for part in parts for key in ("x", "real")
    ]
    assert torch.equal(torch.cat(pixels[::2]), torch.cat(pixels[1::2]))
    assert sorted(torch.cat(pixels[::2]).tolist()) == [1, 2, 3]
    assert {name for name, why in parts[0].problems if "no image of this name" in why} == {"b.new.png", "b.png"}


def _two_sides(write: Callable[..., Path], pattern: str) -> Path:
    images = {}
    for split, count in (("train", 6), ("test", 3)):
        for side, red in (("A", 10), ("B", 200)):
            for number in range(count):
                name = pattern.format(split=split, side=side, number=number)
                images[name] = ((red, 20 * number, split == "test"), 16, 16)
    return write("both", images)


@pytest.mark.parametrize(
    "pattern",
    ["{split}{side}/{number}.png", "{split}/{side}/{number}.png", "{side}/{split}/{number}.png"],
)
@pytest.mark.parametrize("paired", [True, False])
def test_two_folders_in_one_are_sources_and_targets(write: Callable[..., Path], pattern: str, paired: bool) -> None:
    folder = _two_sides(write, pattern)
    for split, count in (("train", 6), ("test", 3)):
        data = load_translation(str(folder), pairs="folders", paired=paired, split=split)
        assert (len(data), data.name, data.paired, data.classes) == (count, "both", paired, ())
        batch = data.batch(torch.arange(count))
        x, real = (data.outside(batch[key])[:, :, 0, 0] for key in ("x", "real"))
        assert (set(x[:, 0].tolist()), set(real[:, 0].tolist())) == ({10}, {200})
        assert set(x[:, 2].tolist()) == set(real[:, 2].tolist()) == {int(split == "test")}
        assert x[:, 1].tolist() == real[:, 1].tolist() == [20 * number for number in range(count)]


def test_what_a_folder_tells_by_itself(write: Callable[..., Path]) -> None:
    assert pairing.way_in(str(_two_sides(write, "{split}{side}/{number}.png"))) == "folders"
    double = {f"{split}/{number}.png": ((1, 2, number), 32, 16) for split in ("train", "val") for number in range(3)}
    assert pairing.way_in(str(write("facades", double))) == "side-by-side"
    assert pairing.way_in(str(write("facades", {"train/3.png": ((1, 2, 3), 33, 16)}))) is None
    assert pairing.way_in("digits") is None


def test_folders_need_two(write: Callable[..., Path]) -> None:
    with pytest.raises(UserError, match="has 0 class folders: --pairs folders needs two"):
        load_translation(str(write("flat", colours(3, 0))), pairs="folders")
    with pytest.raises(UserError, match="needs two folders of images in one"):
        load_translation("digits", pairs="folders")


def test_pairs_side_by_side_can_be_swapped(write: Callable[..., Path], tmp_path: Path) -> None:
    for number in range(3):
        image = Image.new("RGB", (32, 16), (10, number, 0))
        image.paste((200, number, 0), (16, 0, 32, 16))
        image.save(tmp_path / f"{number}.png")
    left, right = (load_translation(str(tmp_path), pairs=f"side-by-side{option}") for option in ("", ":right"))
    index = torch.arange(len(left))
    assert torch.equal(left.batch(index)["x"], right.batch(index)["real"])
    assert torch.equal(left.batch(index)["real"], right.batch(index)["x"])
    assert right.outside(right.batch(index)["x"])[:, 0, 0, 0].tolist() == [200, 200]
    assert left.fingerprint != right.fingerprint
    with pytest.raises(UserError, match="after side-by-side there may be nothing or :right, and not ':left'"):
        load_translation(str(tmp_path), pairs="side-by-side:left")
    with pytest.raises(UserError, match=r"no pair maker 'sideways'; (known|did)[^:]*$|: [^:]*$") as raised:
        load_translation(str(tmp_path), pairs="sideways")
    assert str(raised.value).count("blurred") <= 1
    Image.new("RGB", (1, 16)).save(tmp_path / "thin.png")
    assert ("thin.png", "too narrow for two images side by side") in load_translation(
        str(tmp_path), pairs="side-by-side"
    ).problems


def test_pairs_are_compared_as_exif_turns_them(write: Callable[..., Path], tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for folder in ("turned", "upright", "flat"):
        (tmp_path / folder).mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    for number in range(4):
        image = Image.fromarray(random.integers(0, 256, (16, 40, 3), dtype=np.uint8))
        for suffix in ("png", "jpg"):
            image.save(tmp_path / "turned" / f"{number}{suffix}.{suffix}", exif=exif, quality=100, subsampling=0)
            image.rotate(-90, expand=True).save(tmp_path / "upright" / f"{number}{suffix}.png")
            image.save(tmp_path / "flat" / f"{number}{suffix}.png")
    turned, upright, flat = (str(tmp_path / folder) for folder in ("turned", "upright", "flat"))
    data = load_translation(turned, target=upright)
    assert not data.problems
    batch = data.batch(torch.arange(len(data)))
    assert (batch["x"] - batch["real"]).abs().max() < 0.1  # what JPEG loses
    with pytest.raises(UserError, match="differ in proportions"):
        load_translation(turned, target=flat)


@pytest.mark.parametrize(
    "side, few, cropped", [(300, 5000, True), (24, 5000, True), (300, 3, False), (16, 5000, False)]
)
def test_images_of_one_size_are_cropped_where_they_are_few_and_not_tiny(
    side: int, few: int, cropped: bool, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "FEW", few)
    folder = write("same", colours(3, 0, side=side))
    assert isinstance(load_translation(str(folder), pairs="grey").targets, Crops) is cropped
    assert not isinstance(load_translation(str(folder), pairs="grey", crops=False).targets, Crops)


def test_images_too_narrow_for_two_are_refused(write: Callable[..., Path]) -> None:
    with pytest.raises(UserError, match="holds no image that is wide enough for two"):
        load_translation(str(write("thin", {"a.png": ((1, 2, 3), 1, 9)})), pairs="side-by-side")


def test_names_are_matched_below_split_and_label_folders() -> None:
    names = by_name(place(["x/train/cat/1.png", "x/test/dog/2.png"]), place(["train/cat/1.jpg", "test/cat/2.jpg"]))
    assert list(names.both) == ["train/cat/1"]
    assert (names.source_only, names.target_only) == (("x/test/dog/2.png",), ("test/cat/2.jpg",))


def test_side_by_side_images_are_cut_in_the_middle(tmp_path: Path) -> None:
    for number in range(5):
        image = Image.new("RGB", (33, 16), (10, 20 * number, 0))
        image.paste((200, 20 * number, 0), (17, 0, 33, 16))
        image.save(tmp_path / f"{number}.png")
    data = load_translation(str(tmp_path), pairs="side-by-side")
    batch = data.batch(torch.arange(len(data)))
    assert (data.source, data.shape) == ((3, 16, 16), (3, 16, 16))
    assert data.outside(batch["x"]).flatten(2).unique(dim=2).shape[2] == 1  # the odd column is in neither
    assert set(data.outside(batch["x"])[:, 0, 0, 0].tolist()) == {10}
    assert set(data.outside(batch["real"])[:, 0, 0, 0].tolist()) == {200}
    assert torch.equal(batch["x"][:, 1], batch["real"][:, 1])


def test_a_maker_without_pairs_shows_no_image_from_both_sides(write: Callable[..., Path]) -> None:
    folder = write("pets", {f"{number:02}.png": ((number * 8,) * 3, 16, 16) for number in range(30)})
    train = load_translation(str(folder), pairs="noisy:0.01", paired=False)
    test = load_translation(str(folder), pairs="noisy:0.01", paired=False, split="test")
    assert isinstance(train, Unpaired)
    sources = number_of(train.sources.batch(torch.arange(len(train.sources)))["real"])
    targets = number_of(train.targets.batch(torch.arange(len(train)))["real"])
    assert len(sources) + len(targets) == 27
    assert min(abs(one - other) for one in sources for other in targets) > 4
    assert (test.truth, test.paired, len(test)) == (True, False, 3)
    assert train.name == test.name


def test_one_image_is_too_few_to_be_source_and_target(write: Callable[..., Path]) -> None:
    folder = str(write("one", colours(1, 0)))
    assert len(load_translation(folder, pairs="noisy")) == 1
    with pytest.raises(UserError, match="one image to train on"):
        load_translation(folder, pairs="noisy", paired=False)


def test_two_sets_get_the_size_of_the_smaller(write: Callable[..., Path]) -> None:
    small, large = write("small", colours(6, 10)), write("large", colours(6, 200, side=32))
    data = load_translation(str(small), target=str(large), paired=False)
    assert (data.source, data.shape) == ((3, 16, 16), (3, 16, 16))


@pytest.fixture
def rich(tmp_path: Path) -> dict[str, str]:
    """Folders of 20 grey, coloured and half see-through images of 16x12 pixels, with the same names."""
    for name, mode, colour in (("grey", "L", 50), ("colour", "RGB", (200, 10, 10)), ("clear", "RGBA", (1, 2, 3, 90))):
        (tmp_path / name).mkdir()
        for number in range(20):
            Image.new(mode, (16, 12), colour).save(tmp_path / name / f"{number:02}.png")
    return {name: str(tmp_path / name) for name in ("grey", "colour", "clear")}


@pytest.mark.parametrize(
    ("source", "target", "channels"),
    [("grey", "colour", (1, 3)), ("colour", "grey", (3, 1)), ("clear", "grey", (4, 1))],
)
def test_pairs_keep_their_colours_and_both_sides_without_pairs_take_the_richer(rich, source, target, channels) -> None:
    pairs = load_translation(rich[source], target=rich[target])
    assert (pairs.source, pairs.shape) == ((channels[0], 12, 16), (channels[1], 12, 16))
    batch = pairs.batch(torch.tensor([0]))
    assert (batch["x"].shape[1], batch["real"].shape[1]) == channels
    alone = load_translation(rich[source], target=rich[target], paired=False)
    assert (alone.source, alone.shape) == ((max(channels), 12, 16),) * 2
    batch = alone.drawn(torch.tensor([0]), torch.tensor([5]))
    poor = batch["x"] if channels[0] == 1 else batch["real"]
    assert torch.allclose(poor[:, 0], poor[:, 2]), "grey, in more channels"
    asked = load_translation(rich[source], target=rich[target], paired=False, channels=1)
    assert (asked.source, asked.shape) == ((1, 12, 16),) * 2


def test_sources_that_are_made_are_as_rich_as_their_targets_only_without_pairs(rich) -> None:
    for paired, channels in ((True, 1), (False, 3)):
        for split in ("train", "test"):
            data = load_translation(rich["colour"], pairs="grey", paired=paired, split=split)
            assert (data.source, data.shape) == ((channels, 12, 16), (3, 12, 16))
            assert data.inputs(torch.tensor([0]))["x"].shape == (1, channels, 12, 16)
    prints = {load_translation(rich["colour"], pairs="grey", paired=p, split="test").fingerprint for p in (True, False)}
    assert len(prints) == 2, "other channels, other data"
    assert load_translation(rich["grey"], pairs="edges", paired=False).source == (1, 12, 16)


def test_a_rectangle_is_cropped_out_of_a_larger_one(write: Callable[..., Path]) -> None:
    images = {f"{number}.png": ((10 * number, 0, 0), 96 + 3 * number, 64 + 2 * number) for number in range(6)}
    data = load_translation(str(write("photos", images)), pairs="grey")
    assert (data.shape, data.source) == ((3, 64, 96), (1, 64, 96))
    assert isinstance(data.targets, Crops)
    assert data.drawn(torch.tensor([0]), torch.tensor([3]))["real"].shape == (1, 3, 64, 96)
    assert data.batch(torch.tensor([0]))["real"].shape == (1, 3, 64, 96)


def test_known_sets_and_arrays_are_paired_by_number(tmp_path: Path) -> None:
    images = np.arange(40, dtype=np.uint8)[:, None, None] * np.ones((1, 8, 8), np.uint8)
    np.savez(tmp_path / "a.npz", images=images)
    np.savez(tmp_path / "b.npz", images=images + 100)
    np.savez(tmp_path / "c.npz", images=images[:20])
    a, b, c = (str(tmp_path / f"{name}.npz") for name in "abc")
    batch = load_translation(a, target=b).batch(torch.tensor([3, 30]))
    assert [y - x for x, y in zip(number_of(batch["x"]), number_of(batch["real"]), strict=True)] == [100, 100]
    cropped = load_translation(a, target=b, crops=True)
    assert cropped.shape == (1, 8, 8)
    assert number_of(cropped.drawn(torch.tensor([1]), torch.tensor([5]))["real"])[0] - 100 in range(40)
    with pytest.raises(UserError, match="pairs need as many of both"):
        load_translation(a, target=c)
    with pytest.raises(UserError, match="two folders or zips, or two arrays"):
        load_translation("digits", target=str(tmp_path))


def test_what_cannot_be_translated_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="either --target"):
        load_translation("digits")
    with pytest.raises(UserError, match="either --target"):
        load_translation("digits", target="digits", pairs="grey")
    with pytest.raises(UserError, match="only images are translated"):
        load_translation("8-ring", pairs="noisy")
    with pytest.raises(UserError, match="no folder or zip"):
        load_translation("digits", pairs="side-by-side")


def test_devices_and_sizes_pass_through_to_the_base() -> None:
    from zerosum.data.makers import maker

    base = numbered(6, "a")
    for data in (
        Made(base, maker("grey")),
        Unpaired(base, base),
        Made(Crops(base, 8, whole=lambda: base), maker("masked")),
    ):
        assert data.to("cpu").fingerprint == data.fingerprint
        assert data.nbytes >= base.nbytes
        assert "label" in data.to("cpu").batch(torch.arange(2))
