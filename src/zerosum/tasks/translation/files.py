"""Image files through a generator: many in one go, each on its own merits, and never one lost to another's fault."""

import errno
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from PIL import Image
from torch import Tensor

from zerosum._version import __version__
from zerosum.data.bad_image import BadImageError
from zerosum.data.dataset import Problem
from zerosum.data.file_names import by_stem, stem, which
from zerosum.data.files import EXTENSIONS
from zerosum.data.image_file import native
from zerosum.data.ranges import Range
from zerosum.errors import UserError
from zerosum.recipe.schema import Recipe
from zerosum.storage import atomic, disk
from zerosum.tasks.translation import jobs, photo, unlike
from zerosum.tasks.translation.image_translator import ImageTranslator
from zerosum.tasks.translation.jobs import Job
from zerosum.tasks.translation.photo import Photo
from zerosum.tasks.translation.progress import Told

SHOWN = 1024
"""Pixels a side of what is kept of an image to compare."""
Pair = tuple[str, Image.Image, Image.Image]
"""The name of an image, and how it looked before and after."""
DIFFERING = {
    "generator": "by another generator",
    "direction": "by another direction",
    "range": "with another --range",
    "half": "with another --half",
    "shrink": "with another --shrink",
    "mask_sha256": "with another --mask",
    "input_sha256": "from another input",
}
"""What a result notes of how it was made, and what is said where that differs."""


@dataclass
class Outcome:
    """What became of the images: files that were written, that were there already, and that could not be made.

    `unlike` are the names of those that are unlike the images of the training.
    """

    written: list[Path] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)
    failed: list[Problem] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    unlike: list[str] = field(default_factory=list)


class Translating(Protocol):
    """A trained generator that translates, as `zerosum.load` returns it."""

    recipe: Recipe

    @property
    def translation(self) -> ImageTranslator:
        """How it translates images; UserError where it does not."""
        ...


@dataclass(frozen=True)
class Translator:
    """A generator, and how it is to translate.

    Args:
        generator: a game that translates.
        direction: "forward" or "backward".
        mask: a picture that is white where pixels are missing, for all images; or a folder of such, each in the place
            and by the name of its image.
        tile: side of tiles, see `tiles.translate`.
        value_range: which values of images of more than 8 bits are black and white; default: as in training.
        half: "left" or "right": translate only that half of each picture.
        shrink: make pictures as small as those of the training first.
        about: is written into results, None for nothing.
    """

    generator: Translating
    direction: str = "forward"
    mask: Path | None = None
    tile: int | None = None
    value_range: Range | None = None
    about: Mapping[str, Any] | None = None
    half: str | None = None
    shrink: bool = False

    def __post_init__(self) -> None:
        if self.mask is not None and (self.half or self.shrink):
            raise UserError("--mask is of the picture's size, which --half and --shrink change: leave out one of them")
        if self.mask is not None and not self.mask.exists():
            raise UserError(f"--mask {self.mask} is not there: give a picture that is white where pixels are missing")
        self.generator.translation.check(direction=self.direction, masked=self.mask is not None, tile=self.tile)

    def read(self, content: bytes) -> Photo:
        """Return the picture in a file as the generator takes it."""
        data = self.generator.recipe.data
        levels = (data.source_levels, data.levels) if self.direction == "forward" else (data.levels, data.source_levels)
        channels = self.generator.translation.channels_in(self.direction)
        within, becomes = self.value_range or levels[0], levels[1] or self.value_range
        shot = photo.read(content, channels, within=within, becomes=becomes)
        shot = shot if self.half is None else unlike.halved(shot, self.half)
        return unlike.shrunk(shot, min(data.shape[1:])) if self.shrink else shot

    def remark(self, shot: Photo) -> str:
        """Return what is to be told of a picture that is unlike those of the training; see `unlike.unlike`."""
        return unlike.unlike(shot, self.generator.recipe.data, self.direction)

    def result(
        self, shot: Photo, place: str, told: Callable[[float], None] = lambda share: None
    ) -> tuple[Tensor, Photo]:
        """Return a picture's translation, floats inside [C, H, W], and the picture with the alpha that belongs to it.

        Raises:
            BadImageError: there is no mask for it, or of another size.
        """
        hole = None if self.mask is None else self._mask(place, shot)
        (output,) = self.generator.translation.inside(
            shot.pixels[None],
            direction=self.direction,
            mask=None if hole is None else hole[None],
            tile=self.tile,
            told=told,
        )
        return photo.off_white(output, shot, hole)

    def one(self, content: bytes, say: Callable[[str], None] = lambda text: None) -> bytes:
        """Return the file that a file's content becomes, in the same format where that can be written, else as a PNG.

        `say` hears where the picture is unlike those of the training.

        Raises:
            BadImageError: it is no image, or there is no mask for it.
        """
        shot, path = self.read(content), Path("stdin").with_suffix(photo.ending(content))
        if remark := self.remark(shot):
            say(remark)
        return self.bytes_of(*self.result(shot, "stdin"), path, self.note("stdin", "stdin", content))

    def note(self, name: str, place: str, content: bytes) -> dict[str, Any] | None:
        """Return what is written into a result of a file's content: all that its pixels depend on."""
        if self.about is None:
            return None
        form = {"range": self.value_range and list(self.value_range), "half": self.half, "shrink": self.shrink}
        digests = {"mask_sha256": self._mask_digest(place), "input_sha256": hashlib.sha256(content).hexdigest()}
        return {"version": __version__, **self.about, "input": Path(name).name, **form, **digests}

    def bytes_of(self, result: Tensor, shot: Photo, path: Path, note: Mapping[str, Any] | None) -> bytes:
        """Return the file `path` of a result, with a note on how it was made."""
        text = None if note is None else json.dumps(note)
        return photo.encoded(photo.developed(result, shot, path), shot, path, text)

    def before(self, shot: Photo, place: str) -> Image.Image:
        """Return the picture without what was in its holes: they are grey."""
        if self.mask is None:
            return shot.picture()
        hole = self._mask(place, shot)
        return photo.picture_with_alpha(*photo.off_white(shot.inside * (1 - hole), shot, hole))

    def _mask_digest(self, place: str) -> str | None:
        if self.mask is None:
            return None
        try:
            return hashlib.sha256(_mask_file(self.mask, place).read_bytes()).hexdigest()
        except (OSError, BadImageError):
            return None

    def _mask(self, place: str, shot: Photo) -> Tensor:
        assert self.mask is not None
        path = _mask_file(self.mask, place)
        try:
            mask = photo.read_mask(path.read_bytes())
        except (OSError, BadImageError) as error:
            raise BadImageError(f"its mask {path} cannot be read ({error})") from error
        if mask.shape[1:] != shot.pixels.shape[1:]:
            (height, width), (tall, wide) = mask.shape[1:], shot.pixels.shape[1:]
            raise BadImageError(f"its mask has {width}x{height} pixels, and it has {wide}x{tall}")
        return mask


def _mask_file(path: Path, place: str) -> Path:
    if not path.is_dir():
        return path
    folder, name = path / PurePosixPath(place).parent, stem(place)
    try:
        files = [entry.name for entry in os.scandir(folder) if entry.is_file()]
    except OSError:
        files = []
    masks_by_stem = by_stem(file for file in files if PurePosixPath(file).suffix.lower() in EXTENSIONS)
    masks = masks_by_stem.get(PurePosixPath(name).name, [])
    if not masks:
        raise BadImageError(f"has no mask called {name} in {path}")
    if len(masks) > 1:
        raise BadImageError(f"has two masks in {folder}: {which(masks)}")
    return folder / masks[0]


@dataclass(frozen=True)
class Batch:
    """Files to translate into a folder.

    Args:
        translator: that translates each.
        out: the folder.
        force: make again what is there already.
        compared: how many pairs of before and after to keep.
        besides: files that are no images to translate, though they may lie among them: the sheet.
    """

    translator: Translator
    out: Path
    force: bool = False
    compared: int = 0
    besides: tuple[Path, ...] = ()

    def run(self, inputs: Sequence[Path], *, wrote: Callable[[Path], None] = lambda path: None) -> Outcome:
        """Translate images in files, folders and zips; `wrote` hears of each file as it is written.

        An image that cannot be read is named, and the rest goes on. A file that is there already is left as it is.

        Raises:
            UserError: see `jobs.jobs_of`; what is there was made otherwise or is no result; a file cannot be written.
        """
        todo, problems = jobs.jobs_of(inputs, self.out, besides=self.besides)
        outcome = Outcome(failed=list(problems))
        skipped = [job for job in todo if not self.force and job.out.exists()]
        outcome.skipped = [job.out for job in skipped]
        there = set(outcome.skipped)
        self._check(skipped)
        with Told(len(todo) - len(there)) as progress:
            for name, reason in problems:
                progress.say(f"{name}: {reason}")
            if outcome.skipped:
                progress.say(f"{len(outcome.skipped)} of {len(todo)} are there already: --force makes them again")
            for job in todo:
                self._one(job, job.out not in there, outcome, progress, wrote)
            if len(outcome.unlike) > 1:
                progress.say(f"{len(outcome.unlike):,} images are unlike those of the training, as {outcome.unlike[0]}")
        return outcome

    def _check(self, there: Sequence[Job]) -> None:
        """Raise UserError where what is there is no result, or one that was made otherwise: no sets are mixed."""
        remedy = "choose another --out, or make all anew with --force"
        for job in there:
            try:
                due = self.translator.note(job.name, job.place, _content(job))
            except BadImageError:
                continue  # it is told of where it is translated
            if due is None or job.out.suffix.lower() not in photo.NOTED:
                continue
            note = photo.read_note(job.out)
            if "input" not in note:
                raise UserError(f"{job.out} is there already, and was not made by this command: {remedy}")
            for name, words in DIFFERING.items():
                if name in note and name in due and note[name] != due[name]:
                    raise UserError(f"{job.out} is there already, {words}: {remedy}")

    def _one(self, job: Job, due: bool, outcome: Outcome, progress: Told, wrote: Callable[[Path], None]) -> None:
        compared = len(outcome.pairs) < self.compared
        if not due and not compared:
            return
        try:
            content = _content(job)
            shot = self.translator.read(content)
            if due and (remark := self.translator.remark(shot)):
                outcome.unlike.append(job.name)
                if len(outcome.unlike) == 1:
                    progress.say(f"{job.name}: {remark}")
            after = self._made(job, content, shot, progress) if due else _there(job.out)
            if compared:
                outcome.pairs.append((job.name, _small(self.translator.before(shot, job.place)), _small(after)))
        except BadImageError as error:
            outcome.failed.append((job.name, str(error)))
            progress.say(f"{job.name}: {error}")
        else:
            if due:
                outcome.written.append(job.out)
                wrote(job.out)
        if due:
            progress.done()

    def _made(self, job: Job, content: bytes, shot: Photo, progress: Told) -> Image.Image:
        progress.begin(job.name)
        result, shot = self.translator.result(shot, job.place, progress.within)
        note = self.translator.note(job.name, job.place, content)
        try:
            atomic.write(job.out, self.translator.bytes_of(result, shot, job.out, note))
        except OSError as error:
            if error.errno in (errno.ENAMETOOLONG, errno.EISDIR):
                raise BadImageError(f"cannot be written as {job.out} ({error.strerror})") from error
            raise not_written(job.out, error) from error
        return photo.picture_with_alpha(result, shot)


def _content(job: Job) -> bytes:
    try:
        return job.read()
    except Exception as error:  # the zip's own decoders and the file system raise nearly anything
        raise BadImageError(f"cannot be read ({error})") from error


def _there(path: Path) -> Image.Image:
    try:
        return native(path.read_bytes())
    except (OSError, BadImageError) as error:
        raise BadImageError(f"{path} is there but cannot be shown ({error}): --force makes it again") from error


def _small(image: Image.Image) -> Image.Image:
    small = image.copy()
    small.thumbnail((SHOWN, SHOWN), Image.Resampling.LANCZOS)
    return small


def not_written(path: Path, error: OSError) -> UserError:
    """Return what to say where nothing more can be written."""
    remedy = "free some space" if disk.is_full(error) else "write to another place"
    return UserError(f"cannot write {path} ({error.strerror}): {remedy}, and run the same command again")
