"""Write docs/how-to/messy-folders.md: ten messy folders, and what `zerosum data check` says of each.

python tools/messy_folders.py          write the page
python tools/messy_folders.py --check  exit with 1 where the page is not what would be written
"""

import contextlib
import io
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image

from zerosum.cli.main import run

PAGE = Path(__file__).parents[1] / "docs/how-to/messy-folders.md"
HEAD = """# Messy folders

Ten folders as they come, and what `zerosum data check` says of each. The rules are in
[Own images](../tutorials/own-images.md#1-the-folder). `python tools/messy_folders.py` makes them and this page.
"""


def images(folder: Path, count: int, size: tuple[int, int] = (16, 16)) -> None:
    """Write images of one colour each, no two alike."""
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(count):
        number = next(NUMBERS)
        Image.new("RGB", size, (number % 256, number // 256, 90)).save(folder / f"{number:04}.png")


def _numbers() -> Iterator[int]:
    yield from range(1 << 16)


NUMBERS = _numbers()


def splits_and_strays(path: Path) -> None:
    """`train` and `test`, a cover beside them, and a third folder."""
    for split, count in (("train", 40), ("test", 8)):
        for label in ("cat", "dog"):
            images(path / split / label, count)
    images(path, 1, (64, 32))
    images(path / "extra", 3)


def backslashes(path: Path) -> None:
    """A zip that was made on Windows, with backslashes in its names."""
    splits_and_strays(path)
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        for file in sorted(path.rglob("t*/*/*.png")):
            archive.writestr(str(file.relative_to(path.parent)).replace("/", "\\"), file.read_bytes())
    shutil.rmtree(path)


def two_sides(path: Path) -> None:
    """The folders of CycleGAN's data."""
    for name, count in (("trainA", 40), ("trainB", 50), ("testA", 5), ("testB", 6)):
        images(path / name, count)


def side_by_side(path: Path) -> None:
    """The folders of pix2pix's data, with two images in one."""
    images(path / "train", 70, (32, 16))
    images(path / "val", 8, (32, 16))


def splits_in_classes(path: Path) -> None:
    """A `train` and a `test` folder in each class."""
    for label in ("cat", "dog"):
        images(path / label / "train", 40)
        images(path / label / "test", 5)


def zipped(path: Path) -> None:
    """`train.zip` and `test.zip` in one folder, one of them with a folder around all."""
    for split, count in (("train", 70), ("test", 8)):
        images(path / split, count)
        with zipfile.ZipFile(path / f"{split}.zip", "w") as archive:
            for file in sorted((path / split).iterdir()):
                archive.write(file, f"train/{file.name}" if split == "train" else file.name)
        shutil.rmtree(path / split)


def wrapped(path: Path) -> None:
    """A folder in a folder, with what computers leave behind, and two files that are no images."""
    for label, count in (("cat", 40), ("dog", 41)):
        images(path / "pets" / label, count)
    for name in (".DS_Store", "__MACOSX/pets/._cat", "pets/readme.txt", "pets/cat/empty.png", "pets/dog/page.jpg"):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text("<html>" if name.endswith("jpg") else "")


def loose(path: Path) -> None:
    """Many images beside two folders."""
    images(path, 60)
    images(path / "old", 20)
    images(path / "new", 20)


def test_among_classes(path: Path) -> None:
    """A folder `test` beside class folders, and no `train`."""
    for label in ("cat", "dog", "test"):
        images(path / label, 30)


def few(path: Path) -> None:
    """Five images."""
    images(path, 5)


FOLDERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "pets": (splits_and_strays, ""),
    "windows.zip": (backslashes, ""),
    "horse2zebra": (two_sides, "--pairs folders"),
    "facades": (side_by_side, "--pairs side-by-side"),
    "by-class": (splits_in_classes, ""),
    "zipped": (zipped, ""),
    "download": (wrapped, ""),
    "camera": (loose, ""),
    "unclear": (test_among_classes, ""),
    "five": (few, ""),
}


def page() -> str:
    """Return the page."""
    global NUMBERS
    NUMBERS = _numbers()
    parts = [HEAD]
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for number, (name, (make, options)) in enumerate(FOLDERS.items(), 1):
            make(Path(name).with_suffix(""))
            words = ["data", "check", name, *options.split()]
            output = io.StringIO()
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                run(words)
            what = (make.__doc__ or "").strip()
            parts.append(
                f"## {number}. {what.rstrip('.')}\n\n```text\n$ zerosum {' '.join(words)}\n{output.getvalue()}```\n"
            )
    return "\n".join(parts)


if __name__ == "__main__":
    os.environ.setdefault("COLUMNS", "200")
    made = page()
    if "--check" in sys.argv:
        sys.exit(made != PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(made, encoding="utf-8")
