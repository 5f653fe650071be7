"""Image files in a folder or a zip, by name; the zip is read in place, never extracted."""

import abc
import os
import stat
import threading
import zipfile
import zlib
from collections import Counter
from pathlib import Path, PurePosixPath

from zerosum.data.dataset import Problem
from zerosum.data.split_words import marks, split_of, splits_of
from zerosum.errors import UserError

EXTENSIONS = frozenset({
    ".apng", ".avif", ".bmp", ".dib", ".gif", ".ico", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".pbm", ".pcx",
    ".pfm", ".pgm", ".png", ".pnm", ".ppm", ".qoi", ".sgi", ".tga", ".tif", ".tiff", ".webp",
})  # fmt: skip
FILE_LIMIT = 1 << 30
"""Bytes a file may have; what is larger is no image that one trains on."""
RATIO_LIMIT = 1100
"""Deflate reaches 1,032 to 1 at most: a member that claims more lies about its size."""


class Files(abc.ABC):
    """Image files by name.

    Attributes:
        path: the folder or the zip.
        names: of the image files, relative, with "/", sorted.
        ignored: how many files were passed over, by suffix; "hidden" for hidden ones.
        problems: image files that cannot be read for a reason that needs no look inside.
    """

    path: Path
    names: list[str]
    ignored: Counter[str]
    problems: list[Problem]

    def __init__(self, path: Path) -> None:
        self.path, self.names, self.ignored, self.problems = path, [], Counter(), []

    @abc.abstractmethod
    def read(self, name: str) -> bytes:
        """Return the bytes of a file; any exception means that it cannot be read. Safe from several threads."""

    def _sort_in(self, name: str, problem: str | None) -> None:
        path = PurePosixPath(name.replace("\\", "/"))
        parts, suffix = path.parts, path.suffix.lower()
        if any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in parts):
            self.ignored["hidden"] += 1
        elif suffix not in EXTENSIONS:
            self.ignored[suffix or "no suffix"] += 1
        elif problem:
            self.problems.append((name, problem))
        else:
            self.names.append(name)


class FolderFiles(Files):
    """The image files of a folder and its sub-folders; links to folders are followed, and each folder is read once.

    Else images of a folder that is linked twice could be in both splits.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        # Folders before links to them: theirs is the name that counts.
        seen = {os.path.realpath(folder): _relative(folder, path) for folder, _, _ in os.walk(path)}
        for folder, inner, files in os.walk(path, onerror=self._unreadable, followlinks=True):
            name = _relative(folder, path)
            first = seen.setdefault(os.path.realpath(folder), name)
            if first != name:
                self._linked_again(name, first)
                inner.clear()
                continue
            inner.sort()
            for file in files:
                full = Path(folder) / file
                self._sort_in(full.relative_to(path).as_posix(), _file_problem(full))
        self.names.sort()
        self.problems.sort()

    def _linked_again(self, name: str, first: str) -> None:
        if first == "." or name.startswith(f"{first}/"):
            self.ignored["links in a circle"] += 1
        else:
            self.problems.append((name, f"the same folder as {first}, which is read"))

    def _unreadable(self, error: OSError) -> None:
        raise UserError(f"cannot read {error.filename or self.path} ({error.strerror}): change its permissions")

    def read(self, name: str) -> bytes:
        """Return the bytes of the file."""
        return (self.path / name).read_bytes()


def _relative(folder: str, path: Path) -> str:
    return Path(folder).relative_to(path).as_posix()


def _file_problem(path: Path) -> str | None:
    try:
        status = path.stat()
    except OSError as error:
        return f"cannot be opened: {error.strerror}"
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    return _size_problem(status.st_size)


def _size_problem(size: int) -> str | None:
    if size == 0:
        return "empty file"
    return f"too large: {size / 1e9:.1f} GB" if size > FILE_LIMIT else None


class ZipFiles(Files):
    """The image files of a zip."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._local, self._process = threading.local(), os.getpid()
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip().infolist():
            name = _member_name(info)
            if name:
                self._sort_in(name, self._member_problem(info, name))
                self._members.setdefault(name, info)
        self.names.sort()
        self.problems.sort()

    def _zip(self) -> zipfile.ZipFile:
        """Open the archive once a thread and process: a shared file position would be a lock for all of them."""
        if getattr(self._local, "process", None) != os.getpid():
            try:
                self._local.zip = zipfile.ZipFile(self.path)
            except (zipfile.BadZipFile, OSError, NotImplementedError, EOFError, ValueError) as error:
                raise UserError(f"{self.path} is not a readable zip ({error}): make or download it again") from error
            self._local.process = os.getpid()
        archive: zipfile.ZipFile = self._local.zip
        return archive

    def _member_problem(self, info: zipfile.ZipInfo, name: str) -> str | None:
        parts = name.split("/")
        if ".." in parts or name.startswith("/") or ":" in parts[0]:
            return "its path leaves the archive"
        if stat.S_ISLNK(info.external_attr >> 16):
            return "a link, not a file"
        if info.flag_bits & 1:
            return "encrypted"
        if name in self._members:
            return "appears twice in the archive"
        if info.file_size > RATIO_LIMIT * max(info.compress_size, 1):
            return f"claims to unpack to {info.file_size / 1e6:.0f} MB from {info.compress_size} bytes"
        return _size_problem(info.file_size)

    def read(self, name: str) -> bytes:
        """Return the unpacked bytes of the member; never more than the size checked at opening."""
        info = self._members[name]
        with self._zip().open(info) as member:
            return member.read(info.file_size)


class ZippedSplits(FolderFiles):
    """The image files of a folder in which zips are the splits: a member of train.zip is train/MEMBER."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._zips = {name: ZipFiles(path / f"{name}{suffix}") for name, suffix in zipped_splits(path).items()}
        for name, files in self._zips.items():
            self.names += [f"{name}/{member}" for member in files.names]
            self.problems += [(f"{name}/{member}", why) for member, why in files.problems]
            self.ignored += files.ignored
        self.ignored -= Counter({".zip": len(self._zips)})
        self.names.sort()
        self.problems.sort()

    def read(self, name: str) -> bytes:
        """Return the bytes of a file, or the unpacked bytes of a zip's member."""
        split, _, member = name.partition("/")
        return self._zips[split].read(member) if split in self._zips else super().read(name)


def zipped_splits(path: Path) -> dict[str, str]:
    """Return the zips in a folder that are splits, as {name: suffix}; {} where there are not both train and test.

    What lies in a folder of a zip's name is what it was unpacked to, and counts instead.

    Raises:
        UserError: the names of zips may be splits or not.
    """
    zips = {
        file.stem: file.suffix for file in sorted(path.iterdir()) if file.suffix.lower() == ".zip" and file.is_file()
    }
    if not any(split_of(name) or marks(name) for name in zips):
        return {}
    unpacked = {folder.name for folder in path.iterdir() if folder.is_dir() and _holds_images(folder)}
    try:
        splits = splits_of([*zips, *unpacked])
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    return {name: suffix for name, suffix in zips.items() if name in splits and name not in unpacked}


def _holds_images(folder: Path) -> bool:
    return any(Path(file).suffix.lower() in EXTENSIONS for _, _, files in os.walk(folder) for file in files)


def _member_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member with "/" between its folders, whatever wrote the archive; "" for a folder."""
    name = info.filename.replace("\\", "/")
    path = PurePosixPath(name)
    return path.as_posix() if path.parts and not name.endswith("/") else ""


def open_files(path: Path) -> Files:
    """Return the image files at `path`.

    Raises:
        UserError: `path` is neither a readable folder nor a zip, or there are no images in it.
    """
    if not path.is_dir() and not zipfile.is_zipfile(path):
        raise UserError(f"{path} is not a folder, a zip or an npz: give a folder of images, or pack them in a .zip")
    files = _folder(path) if path.is_dir() else ZipFiles(path)
    if not files.names:
        raise UserError(_nothing(files))
    return files


def _folder(path: Path) -> Files:
    try:
        return ZippedSplits(path) if zipped_splits(path) else FolderFiles(path)
    except PermissionError as error:
        raise UserError(f"cannot read {path} ({error.strerror}): change its permissions") from error


def _nothing(files: Files) -> str:
    passed = sum(files.ignored.values())
    archives = sorted(p.name for p in files.path.glob("*.zip")) if files.path.is_dir() else []
    if archives:
        return f"{files.path} holds no images but archives: give one of them, for example {files.path / archives[0]}"
    if files.problems:
        name, reason = files.problems[0]
        return f"{files.path} holds no readable image ({name}: {reason}): replace these files"
    contents = (
        f"{passed} other files ({', '.join(s for s, _ in files.ignored.most_common(3))})" if passed else "is empty"
    )
    return (
        f"{files.path} {'holds no images but ' + contents if passed else contents}: put images there (.png, .jpg, ...)"
    )


def checksum(content: bytes) -> int:
    """Return the CRC-32 of `content`, as zips store it."""
    return zlib.crc32(content)
