"""From what a user names to a list of images, each with the file that it becomes."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from zerosum.data.dataset import Problem
from zerosum.data.files import EXTENSIONS, open_files
from zerosum.errors import UserError
from zerosum.tasks.translation.photo import FORMATS


@dataclass(frozen=True)
class Job:
    """One image.

    Attributes:
        name: what it is called in messages.
        place: its name below the folder or zip that was named; of a file, its name.
        read: returns its bytes.
        out: the file it becomes.
        source: its own file, where it is one.
    """

    name: str
    place: str
    read: Callable[[], bytes]
    out: Path
    source: Path | None = None


def jobs_of(inputs: Sequence[Path], out: Path, *, besides: Collection[Path] = ()) -> tuple[list[Job], list[Problem]]:
    """Return the images in files, folders and zips, and those that can be seen to be bad before they are opened.

    A file becomes `out`/name. What lies in a folder keeps its place: `out`/sub-folder/name. Endings that cannot be
    written become .png. What lies in `out`, and the files `besides`, are results and no images to translate.

    Raises:
        UserError: an input is not there or holds no images, two would become one file, or one its own.
    """
    if out.suffix.lower() in EXTENSIONS or (out.exists() and not out.is_dir()):
        raise UserError(f"--out {out} is no folder: name one; for one file, use `zerosum translate RUN - < IN > OUT`")
    if not inputs:
        raise UserError("no image is named: give files or folders, or - for an image on stdin")
    jobs: list[Job] = []
    problems: list[Problem] = []
    for path in inputs:
        if path.is_dir() or path.suffix.lower() == ".zip":
            part, bad = _inside(path, out, besides)
            jobs += part
            problems += bad
        elif path.is_file():
            jobs.append(Job(str(path), path.name, path.read_bytes, out / written(path.name), path))
        else:
            raise UserError(f"{path} is not there: give files or folders, or - for an image on stdin")
    _check(jobs)
    return jobs, problems


def _inside(path: Path, out: Path, besides: Collection[Path]) -> tuple[Iterator[Job], list[Problem]]:
    """Return the images of a folder or zip, but for results."""
    files = open_files(path)
    folder, results, others = path.resolve(), out.resolve(), {each.resolve() for each in besides}
    inside = [name for name in files.names if not (folder / name).is_relative_to(results) or results == folder]
    names = [name for name in inside if folder / name not in others]
    if not names:
        raise UserError(f"{path} holds no images but those in {out}: choose another --out")

    def job(name: str) -> Job:
        source = path / name if path.is_dir() else None
        return Job(f"{path}/{name}", name, partial(files.read, name), out / written(name), source)

    return map(job, names), [(f"{path}/{name}", reason) for name, reason in files.problems]


def written(name: str) -> str:
    """Return the name of the file that an image of this name becomes."""
    path = PurePosixPath(name)
    return name if path.suffix.lower() in FORMATS else str(path.with_suffix(".png"))


def _check(jobs: Sequence[Job]) -> None:
    sources: dict[Path, str] = {}
    for job in jobs:
        if job.source is not None and job.source.resolve() == job.out.resolve():
            raise UserError(f"{job.name} would be written over itself: choose another --out")
        if job.out in sources:
            raise UserError(
                f"{sources[job.out]} and {job.name} would both become {job.out}: translate them into two folders"
            )
        sources[job.out] = job.name
