"""Many files: each on its own merits, none lost, none overwritten unasked."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from translation.made import picture, run_of

from zerosum.data.dataset import images_outside
from zerosum.errors import UserError
from zerosum.runs.generator import load_generator
from zerosum.tasks.translation.files import Batch, Translator
from zerosum.tasks.translation.jobs import jobs_of


@pytest.fixture(scope="module")
def generator(tmp_path_factory):
    return load_generator(run_of(tmp_path_factory.mktemp("translate") / "run"))


@pytest.fixture
def batch(generator, tmp_path):
    return Batch(Translator(generator), tmp_path / "out")


def pixels(path: Path) -> torch.Tensor:
    with Image.open(path) as image:
        return torch.from_numpy(np.array(image))


def test_each_file_becomes_what_python_makes_of_it(batch, generator, tmp_path):
    file = picture(tmp_path / "in/a.png")
    assert batch.run([file]).written == [tmp_path / "out/a.png"]
    expected = generator.translate(pixels(file)[None, None])
    assert torch.equal(pixels(tmp_path / "out/a.png"), expected[0, 0])


def test_deep_files_are_read_in_the_range_of_training_and_written_in_that_of_its_targets(tmp_path):
    made = load_generator(run_of(tmp_path / "run", source_levels=(0.0, 4095.0), levels=(0.0, 1023.0)))
    data = np.tile(np.array([0, 1638, 4095, 4095], np.uint16), (12, 3))
    Image.fromarray(data).save(tmp_path / "a.png")
    content, expected = (tmp_path / "a.png").read_bytes(), {"forward": (-1, -0.2, 1), "backward": (-1, 1, 1)}
    for direction, values in expected.items():
        shot = Translator(made, direction=direction).read(content)
        assert np.allclose(shot.pixels[0, 0, :3], values)
        assert shot.becomes == {"forward": (0, 1023), "backward": (0, 4095)}[direction]
    assert np.allclose(Translator(made, value_range=(0.0, 8190.0)).read(content).pixels[0, 0, :3], [-1, -0.6, 0])
    assert Batch(Translator(made), tmp_path / "out").run([tmp_path / "a.png"]).failed == []
    result = pixels(tmp_path / "out/a.png")
    assert result.dtype == torch.uint16
    assert int(result.to(torch.int32).max()) <= 1023


def test_a_folder_keeps_its_shape_and_its_bad_files_are_named(batch, tmp_path, capsys):
    for name in ("a.png", "sub/b.jpg", "sub/deep/c.gif"):
        picture(tmp_path / "in" / name)
    (tmp_path / "in/broken.png").write_bytes(b"no picture")
    (tmp_path / "in/empty.jpg").write_bytes(b"")
    (tmp_path / "in/notes.txt").write_text("no picture either")
    outcome = batch.run([tmp_path / "in"])
    names = {path.relative_to(tmp_path / "out").as_posix() for path in outcome.written}
    assert names == {"a.png", "sub/b.jpg", "sub/deep/c.png"}
    assert names == {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")}
    assert {(Path(name).name, reason) for name, reason in outcome.failed} == {
        ("broken.png", "not an image of a known format"),
        ("empty.jpg", "empty file"),
    }
    assert capsys.readouterr().err.count("\n") == 2


def test_a_zip_is_read_in_place(batch, tmp_path):
    file = picture(tmp_path / "a.png")
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.write(file, "inner/a.png")
    assert batch.run([tmp_path / "in.zip"]).written == [tmp_path / "out/inner/a.png"]


def test_what_is_there_is_left_as_it_is(batch, generator, tmp_path, capsys):
    files = [picture(tmp_path / f"in/{name}.png", seed=number) for number, name in enumerate("ab")]
    batch.run(files[:1])
    (tmp_path / "out/a.png").write_bytes(b"mine")
    outcome = batch.run(files)
    assert (outcome.skipped, outcome.written) == ([tmp_path / "out/a.png"], [tmp_path / "out/b.png"])
    assert (tmp_path / "out/a.png").read_bytes() == b"mine"
    assert "1 of 2 are there already: --force makes them again" in capsys.readouterr().err
    forced = Batch(Translator(generator), tmp_path / "out", force=True).run(files)
    assert len(forced.written) == 2
    assert pixels(tmp_path / "out/a.png").shape == (14, 20)


def test_results_in_the_folder_that_is_translated_are_not_translated_again(generator, tmp_path):
    picture(tmp_path / "in/a.png")
    batch = Batch(Translator(generator), tmp_path / "in/out")
    assert len(batch.run([tmp_path / "in"]).written) == 1
    again = batch.run([tmp_path / "in"])
    assert (len(again.written), len(again.skipped)) == (0, 1)


@pytest.mark.parametrize(
    ("inputs", "out", "message"),
    [
        (["missing.png"], "out", "missing.png is not there"),
        ([], "out", "no image is named"),
        (["a.png"], "result.png", "is no folder"),
        (["a.png"], ".", "would be written over itself"),
        (["a.png", "sub/a.png"], "out", "would both become"),
        (["a.png", "a.bmp"], "out", "would both become"),
        (["nothing"], "out", "is empty"),
    ],
)
def test_what_cannot_go_well_is_told_before_anything_is_written(in_tmp, inputs, out, message):
    for name in ("a.png", "sub/a.png", "a.bmp"):
        picture(in_tmp / name)
    (in_tmp / "nothing").mkdir()
    before = sorted(in_tmp.rglob("*"))
    with pytest.raises(UserError, match=message):
        jobs_of([Path(name) for name in inputs], Path(out))
    assert sorted(in_tmp.rglob("*")) == before


def test_a_name_that_cannot_be_written_costs_no_other_image(batch, tmp_path, monkeypatch):
    files = [picture(tmp_path / f"in/{name}.png") for name in ("a" * 251, "b", "c")]
    (tmp_path / "out/b.png").mkdir(parents=True)
    forced = Batch(batch.translator, tmp_path / "out", force=True)
    outcome = forced.run(files)
    assert [path.name for path in outcome.written] == [files[0].name, "c.png"]
    assert "b.png (Is a directory)" in outcome.failed[0][1]
    assert not list((tmp_path / "out").glob(".*"))


def test_the_sheet_among_the_images_is_none_of_them(generator, tmp_path):
    picture(tmp_path / "in/a.png")
    sheet = picture(tmp_path / "in/sheet.png")
    batch = Batch(Translator(generator), tmp_path / "out", besides=(sheet,))
    assert [path.name for path in batch.run([tmp_path / "in"]).written] == ["a.png"]


def test_what_is_kept_to_compare_is_small(generator, tmp_path):
    file = picture(tmp_path / "in/a.png", size=(2100, 30))
    outcome = Batch(Translator(generator), tmp_path / "out", compared=1).run([file])
    assert [image.size for image in outcome.pairs[0][1:]] == [(1024, 15), (1024, 15)]
    assert pixels(tmp_path / "out/a.png").shape == (30, 2100)


def test_a_damaged_result_that_is_there_is_named(generator, tmp_path):
    file = picture(tmp_path / "in/a.png")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.png").write_bytes(b"mine")
    outcome = Batch(Translator(generator), tmp_path / "out", compared=1).run([file])
    assert outcome.failed[0][1].startswith(f"{tmp_path / 'out/a.png'} is there but cannot be shown")


def test_a_full_disk_leaves_no_half_file(batch, tmp_path, monkeypatch):
    file = picture(tmp_path / "in/a.png")

    def full(self, content):
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UserError, match=r"cannot write .*No space left on device"):
        batch.run([file])
    assert list((tmp_path / "out").iterdir()) == []


def test_masks_for_all_images_or_by_name(tmp_path, capsys):
    filler = load_generator(run_of(tmp_path / "run", "inpainting"))
    files = [picture(tmp_path / f"in/{name}.png", seed=number) for number, name in enumerate("ab")]
    mask = Image.new("L", (20, 14), 0)
    mask.paste(255, (5, 5, 12, 9))
    (tmp_path / "masks").mkdir()
    mask.save(tmp_path / "masks/a.png")
    batch = Batch(Translator(filler, mask=tmp_path / "masks"), tmp_path / "out", compared=2)
    outcome = batch.run(files)
    assert [Path(name).name for name, _ in outcome.failed] == ["b.png"]
    assert "has no mask called b" in outcome.failed[0][1]
    known = torch.from_numpy(np.array(mask) == 0)
    assert torch.equal(pixels(tmp_path / "out/a.png")[known], pixels(files[0])[known])
    assert not torch.equal(pixels(tmp_path / "out/a.png"), pixels(files[0]))
    before = outcome.pairs[0][1]
    assert np.asarray(before)[6, 6] in (127, 128), "the hole is shown in grey"
    for_all = Batch(Translator(filler, mask=tmp_path / "masks/a.png"), tmp_path / "out2")
    assert len(for_all.run(files).written) == 2
    wrong = picture(tmp_path / "in/wide.png", size=(30, 14))
    assert "its mask has 20x14 pixels, and it has 30x14" in for_all.run([wrong]).failed[0][1]
    (tmp_path / "masks/b.png").write_bytes(b"no picture")
    reason = batch.run(files).failed[0][1]
    assert reason == f"its mask {tmp_path / 'masks/b.png'} cannot be read (not an image of a known format)"


def test_a_mask_is_of_the_whole_name_and_the_only_one(tmp_path):
    filler = load_generator(run_of(tmp_path / "run", "inpainting"))
    file = picture(tmp_path / "in/a.png")
    for name, left in (("a.old.png", 1), ("ab.png", 3), ("a.png.png", 6)):
        mask = Image.new("L", (20, 14), 0)
        mask.paste(255, (left, 5, left + 2, 9))
        (tmp_path / "masks").mkdir(exist_ok=True)
        mask.save(tmp_path / "masks" / name)
    batch = Batch(Translator(filler, mask=tmp_path / "masks"), tmp_path / "out", force=True)
    assert "has no mask called a in" in batch.run([file]).failed[0][1]
    for suffix, left in ((".png", 10), (".bmp", 15)):
        mask = Image.new("L", (20, 14), 0)
        mask.paste(255, (left, 5, left + 2, 9))
        mask.save(tmp_path / f"masks/a{suffix}")
        if suffix == ".png":
            assert len(batch.run([file]).written) == 1
            changed = pixels(tmp_path / "out/a.png") != pixels(file)
            assert changed.any(0).nonzero().flatten().tolist() == [10, 11]
    reason = batch.run([file]).failed[0][1]
    assert reason.startswith(f"has two masks in {tmp_path / 'masks'}: a.bmp and a.png have the same name")


def test_a_mask_may_have_its_name_in_another_unicode_form(tmp_path):
    filler = load_generator(run_of(tmp_path / "run", "inpainting"))
    file = picture(tmp_path / "in/caf\u00e9.png")
    (tmp_path / "masks").mkdir()
    Image.new("L", (20, 14), 255).save(tmp_path / "masks/cafe\u0301.png")
    outcome = Batch(Translator(filler, mask=tmp_path / "masks"), tmp_path / "out").run([file])
    assert (len(outcome.written), outcome.failed) == (1, [])


def test_masks_lie_where_their_images_do(tmp_path):
    filler = load_generator(run_of(tmp_path / "run", "inpainting"))
    for number, name in enumerate(("1.png", "a/1.png", "b/1.png")):
        picture(tmp_path / "in" / name)
        mask = Image.new("L", (20, 14), 0)
        mask.paste(255, (5 * number, 5, 5 * number + 4, 9))
        (tmp_path / "masks" / name).parent.mkdir(parents=True, exist_ok=True)
        mask.save(tmp_path / "masks" / name)
    batch = Batch(Translator(filler, mask=tmp_path / "masks"), tmp_path / "out")
    assert len(batch.run([tmp_path / "in"]).written) == 3
    for number, name in enumerate(("1.png", "a/1.png", "b/1.png")):
        changed = pixels(tmp_path / "out" / name) != pixels(tmp_path / "in" / name)
        assert changed.any(0).nonzero().flatten().tolist() == list(range(5 * number, 5 * number + 4))
    picture(tmp_path / "in/c/1.png")
    assert "has no mask called c/1 in" in batch.run([tmp_path / "in"]).failed[0][1]


def test_a_see_through_hole_is_filled_and_other_colours_stay(tmp_path):
    filler = load_generator(run_of(tmp_path / "run", "inpainting"))
    values = np.random.default_rng(0).integers(0, 256, (14, 20, 2), dtype=np.uint8)
    values[5:9, 5:12, 1] = 0
    values[0, :, 1] = 130
    (tmp_path / "in").mkdir()
    file = tmp_path / "in/a.png"
    Image.fromarray(values).save(file)
    hole = np.zeros((14, 20), dtype=np.uint8)
    hole[5:9, 5:12] = 255
    Image.fromarray(hole).save(tmp_path / "hole.png")
    outcome = Batch(Translator(filler, mask=tmp_path / "hole.png"), tmp_path / "out", compared=1).run([file])
    made = pixels(tmp_path / "out/a.png").numpy()
    assert (made[5:9, 5:12, 1] == 255).all()
    assert np.array_equal(made[hole == 0], values[hole == 0])
    assert (np.asarray(outcome.pairs[0][1])[5:9, 5:12, 1] == 255).all(), "the hole is shown in grey, not as a hole"


def test_what_a_generator_cannot_do_is_told_at_once(generator, tmp_path):
    with pytest.raises(UserError, match="fills no holes"):
        Translator(generator, mask=picture(tmp_path / "mask.png"))
    with pytest.raises(UserError, match=r"--mask .* is not there"):
        Translator(generator, mask=tmp_path / "none.png")
    with pytest.raises(UserError, match="tiles of 3 pixels"):
        Translator(generator, tile=3)
    filler = load_generator(run_of(tmp_path / "inpainting", "inpainting"))
    with pytest.raises(UserError, match="give a mask"):
        Translator(filler)
    one_way = load_generator(run_of(tmp_path / "pix2pix", "pix2pix"))
    with pytest.raises(UserError, match="no direction 'backward'"):
        Translator(one_way, direction="backward")
    own = load_generator(run_of(tmp_path / "r1gan", "r1gan"))
    with pytest.raises(UserError, match="makes images of its own: to translate images, train cyclegan"):
        Translator(own)


def test_images_in_python(generator):
    images = torch.randint(0, 256, (3, 1, 9, 11), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    made, back = generator.translate(images), generator.translate(images, direction="backward")
    assert (made.dtype, made.shape) == (torch.uint8, images.shape)
    assert torch.equal(made, torch.cat([generator.translate(image[None]) for image in images]))
    assert not torch.equal(made, back)
    assert torch.equal(made, images_outside(generator.translation.inside(images)))
    for wrong, message in (
        (images.float(), "give uint8"),
        (images[0], "give uint8"),
        (images.expand(-1, 3, -1, -1), "3 channels: this takes 1"),
    ):
        with pytest.raises(UserError, match=message):
            generator.translate(wrong)


def test_a_generator_that_sharpens_makes_images_larger(tmp_path):
    sharpener = load_generator(run_of(tmp_path / "run", "pix2pix", pairs="small:3"))
    images = torch.randint(0, 256, (2, 1, 5, 7), dtype=torch.uint8)
    assert sharpener.translate(images).shape == (2, 1, 15, 21)
    Batch(Translator(sharpener), tmp_path / "out").run([picture(tmp_path / "a.png", size=(7, 5))])
    assert pixels(tmp_path / "out/a.png").shape == (15, 21)
