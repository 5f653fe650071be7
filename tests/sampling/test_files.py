"""Samples as files: a grid, an archive, a folder; each whole or absent."""

import errno

import numpy as np
import pytest
import torch
from PIL import Image

from zerosum.drawing.pictures import read_metadata
from zerosum.errors import UserError
from zerosum.sampling import files
from zerosum.sampling.files import write_samples

GREY = torch.arange(6 * 64).remainder(256).to(torch.uint8).view(6, 1, 8, 8)
COLOUR = torch.arange(5 * 3 * 20).remainder(256).to(torch.uint8).view(5, 3, 4, 5)
POINTS = torch.linspace(-1, 1, 40).view(20, 2)
LABELS = torch.tensor([0, 1, 2, 0, 1, 2])
ABOUT = {"run": "r", "seed": 3}


def test_a_grid_says_how_it_was_made(tmp_path):
    out = write_samples(tmp_path / "grid.png", GREY, None, ABOUT)
    assert out == tmp_path / "grid.png"
    with Image.open(out) as image:
        assert image.mode == "L"
    said = read_metadata(out)
    assert said["seed"] == 3
    assert said["zerosum"]


def test_a_grid_has_the_columns_that_are_asked_for(tmp_path):
    with Image.open(write_samples(tmp_path / "grid.png", GREY, None, None, columns=6)) as image:
        assert image.width > 5 * image.height


def test_without_metadata_nothing_is_said(tmp_path):
    assert read_metadata(write_samples(tmp_path / "grid.png", COLOUR, None, None)) == {}


def test_an_archive_has_channels_last_and_labels(tmp_path):
    out = write_samples(tmp_path / "s.npz", COLOUR, LABELS[:5], ABOUT)
    with np.load(out, allow_pickle=False) as archive:
        assert set(archive) == {"samples", "labels"}
        assert (archive["samples"].dtype, archive["samples"].shape) == (np.uint8, (5, 4, 5, 3))
        assert np.array_equal(archive["samples"], COLOUR.permute(0, 2, 3, 1).numpy())
        assert (archive["labels"].dtype, archive["labels"].tolist()) == (np.int64, [0, 1, 2, 0, 1])


def test_an_archive_of_points_and_no_labels(tmp_path):
    with np.load(write_samples(tmp_path / "s.npz", POINTS, None, None)) as archive:
        assert set(archive) == {"samples"}
        assert (archive["samples"].dtype, archive["samples"].shape) == (np.float32, (20, 2))


def test_a_folder_has_one_exact_picture_a_sample(tmp_path):
    write_samples(tmp_path / "all", COLOUR, None, ABOUT)
    files = sorted((tmp_path / "all").iterdir())
    assert [path.name for path in files] == [f"{number:06d}.png" for number in range(5)]
    with Image.open(files[4]) as image:
        assert np.array_equal(np.asarray(image), COLOUR[4].permute(1, 2, 0).numpy())
    assert read_metadata(files[4])["number"] == 4


def test_see_through_samples_keep_their_alpha_in_files_and_archives(tmp_path):
    samples = torch.arange(2 * 4 * 6 * 9, dtype=torch.uint8).view(2, 4, 6, 9)
    with Image.open(write_samples(tmp_path / "many", samples, None, None) / "000001.png") as image:
        assert (image.mode, image.size) == ("RGBA", (9, 6))
        assert np.array_equal(image, samples[1].permute(1, 2, 0))
    archive = np.load(write_samples(tmp_path / "a.npz", samples, None, None))
    assert np.array_equal(archive["samples"], samples.permute(0, 2, 3, 1))
    with Image.open(write_samples(tmp_path / "a.png", samples, None, None)) as picture:
        assert picture.mode == "RGB", "on a checkerboard"


def test_a_folder_of_labelled_samples_can_be_trained_on(tmp_path):
    write_samples(tmp_path / "all", GREY, LABELS, None)
    assert sorted(str(path.relative_to(tmp_path / "all")) for path in tmp_path.rglob("*.png")) == [
        "0/000000.png", "0/000003.png", "1/000001.png", "1/000004.png", "2/000002.png", "2/000005.png",
    ]  # fmt: skip
    with Image.open(tmp_path / "all" / "1" / "000004.png") as image:
        assert np.array_equal(np.asarray(image), GREY[4, 0].numpy())


def test_each_label_has_a_folder_of_its_own(tmp_path):
    write_samples(tmp_path / "all", GREY[:3], LABELS[:3], None, classes=("a/b", "a-b", ""))
    assert sorted(path.relative_to(tmp_path / "all").as_posix() for path in tmp_path.rglob("*.png")) == [
        "-/000002.png", "a-b-2/000000.png", "a-b/000001.png",
    ]  # fmt: skip


def test_points_are_drawn_or_archived_but_are_no_single_files(tmp_path):
    assert write_samples(tmp_path / "points.png", POINTS, None, None).is_file()
    with pytest.raises(UserError, match=r"points are written as a \.png picture or an \.npz archive"):
        write_samples(tmp_path / "points", POINTS, None, None)
    assert not (tmp_path / "points").exists()


def test_parent_folders_are_made(tmp_path):
    assert write_samples(tmp_path / "a" / "b" / "s.npz", GREY, None, None).is_file()


@pytest.mark.parametrize("name", ["s.jpg", "s.gif", "s.npy", "s.pt"])
def test_another_ending_is_refused_with_those_that_are_known(tmp_path, name):
    with pytest.raises(UserError, match=f"{name}: use a .png grid, an .npz archive, or a folder's name"):
        write_samples(tmp_path / name, GREY, None, None)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_file_and_nothing_partial(tmp_path, monkeypatch):
    out = write_samples(tmp_path / "s.npz", GREY, None, None)
    before = out.read_bytes()

    def fail(file, **arrays):
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", fail)
    with pytest.raises(UserError, match="disk is full: free some space"):
        write_samples(out, COLOUR, None, None)
    assert out.read_bytes() == before
    assert list(tmp_path.iterdir()) == [out]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot write"):
        write_samples(tmp_path / "file" / "s.npz", GREY, None, None)


def test_labels_are_written_by_name_where_they_have_names(tmp_path):
    names = ("cat", "t-shirt/top", "2")
    write_samples(tmp_path / "all", GREY, LABELS, None, classes=names)
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["2", "cat", "t-shirt-top"]
    write_samples(tmp_path / "dots", GREY, LABELS, None, classes=("..", ".a", "a"))
    assert sorted(path.name for path in tmp_path.rglob("dots/*")) == ["-.", "-a", "a"]
    with np.load(write_samples(tmp_path / "s.npz", GREY, LABELS, None, classes=names)) as archive:
        assert [str(archive["classes"][label]) for label in archive["labels"]] == [names[i] for i in LABELS]


def test_a_new_set_in_the_folder_of_an_old_one_leaves_no_mixture(tmp_path):
    out = write_samples(tmp_path / "all", GREY, LABELS, ABOUT)
    before = {path: path.read_bytes() for path in out.rglob("*.png")}
    with pytest.raises(UserError, match=r"all is not empty: choose another --out, or replace .* with --force"):
        write_samples(out, GREY[:2], None, ABOUT)
    assert {path: path.read_bytes() for path in out.rglob("*.png")} == before
    write_samples(out, 255 - GREY[:2], torch.tensor([0, 0]), ABOUT, force=True)
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*")) == ["0", "0/000000.png", "0/000001.png"]
    with Image.open(out / "0" / "000001.png") as image:
        assert np.array_equal(np.asarray(image), 255 - GREY[1, 0].numpy())
    write_samples(out, GREY[:1], None, None, force=True)
    assert [path.name for path in out.iterdir()] == ["000000.png"]


@pytest.mark.parametrize("name", ["thesis.tex", "holiday.png", "0/portrait.png", "0/0/000000.png"])
def test_what_is_no_sample_is_not_even_replaced_by_force(tmp_path, name):
    write_samples(tmp_path / "all", GREY, LABELS, None)
    (tmp_path / "all" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "all" / name).write_text("years of work")
    with pytest.raises(UserError, match=f"all holds {name.split('/')[0]}, which is no sample"):
        write_samples(tmp_path / "all", COLOUR, None, None, force=True)
    assert (tmp_path / "all" / name).read_text() == "years of work"
    assert len(list((tmp_path / "all").rglob("00000[1-5].png"))) == 5


def test_an_empty_folder_is_filled_even_the_one_where_one_stands(tmp_path, monkeypatch):
    (tmp_path / ".DS_Store").touch()
    monkeypatch.chdir(tmp_path)
    write_samples(tmp_path.__class__("."), COLOUR, None, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".DS_Store", *(f"{at:06d}.png" for at in range(5))]


def test_a_full_disk_leaves_the_old_folder_whole(tmp_path, monkeypatch):
    out = write_samples(tmp_path / "all", GREY, LABELS, None)

    def fail(image, path, **_):
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.pictures, "save", fail)
    for folder in (out, tmp_path / "new"):
        with pytest.raises(UserError, match="disk is full: free some space"):
            write_samples(folder, COLOUR, None, None, force=True)
    assert sorted(path.name for path in tmp_path.rglob("*.png")) == [f"{at:06d}.png" for at in range(6)]
    assert [path.name for path in tmp_path.iterdir()] == ["all"]


@pytest.mark.parametrize("name", ["s.png", "s.npz"])
def test_a_file_of_samples_is_replaced_and_another_one_only_by_force(tmp_path, name):
    theirs, out = tmp_path / f"their-{name}", tmp_path / name
    Image.new("L", (3, 3)).save(theirs) if name.endswith(".png") else np.savez(theirs, samples=np.zeros(3))
    before = theirs.read_bytes()
    with pytest.raises(UserError, match=f"{name} is there already: choose another --out, or overwrite it with --force"):
        write_samples(theirs, GREY, None, ABOUT)
    assert theirs.read_bytes() == before
    write_samples(theirs, GREY, None, ABOUT, force=True)
    write_samples(out, COLOUR, None, ABOUT)
    write_samples(out, GREY, None, ABOUT)
    assert out.read_bytes() == theirs.read_bytes()
    out.unlink()
    out.mkdir()
    with pytest.raises(UserError, match=f"{name} is a folder: choose another --out"):
        write_samples(out, GREY, None, ABOUT, force=True)
