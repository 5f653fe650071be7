"""`zerosum translate`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from zerosum.tasks.translation.files import Batch, Translator

Flag = Annotated[bool, Parameter(negative="")]
PIPE = Path("-")


def translate(
    run: Path,
    /,
    *inputs: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    out: Path | None = None,
    direction: Literal["forward", "backward"] = "forward",
    mask: Path | None = None,
    sheet: Path | None = None,
    page: Path | None = None,
    force: Flag = False,
    tile: int | None = None,
    range_: Annotated[str | None, Parameter(name="--range")] = None,
    half: Literal["left", "right"] | None = None,
    shrink: Flag = False,
    device: str = "auto",
    metadata: bool = True,
) -> None:
    """Translate images with a generator that was trained to: files, folders and zips, or one image through a pipe.

    Images may have any size, and 16 bits, alpha or a palette. What is there already is left as it is, so the same
    command continues. Images that cannot be read are named, and the exit code is 2.

    Args:
        run: The run folder.
        inputs: Image files, folders or zips; or - alone: one image on stdin becomes one on stdout.
        out: The folder of the results; they keep their names, and their places in a folder.
        direction: Forward, from source to target; or backward, for systems that know the way back.
        mask: For inpainting: a picture that is white (or see-through) where pixels are missing; or a folder of such
            pictures, each in the place and by the name of its image.
        sheet: A .png to write: images before and after, side by side.
        page: An .html to write: the same with sliders, in one file that needs nothing else.
        force: Overwrite files.
        tile: Pixels a side of the tiles that large images are cut into; 0: no tiles, which is faster and takes more
            memory. Default: 512 for images of more than 2^20 pixels.
        range_: LOW:HIGH, the values that are black and white in images of more than 8 bits. Default: as in training.
        half: Translate only the left or the right half of each picture, as of a pair side by side.
        shrink: Make pictures as small as those of the training first; the results are as small.
        device: auto, cpu, cuda or mps.
        metadata: Write into .png and .jpg how they were made.
    """
    from zerosum.core.device import device_of
    from zerosum.data.ranges import parsed
    from zerosum.runs.generator import load_generator
    from zerosum.tasks.translation.compare import MOST, check_out
    from zerosum.tasks.translation.files import Batch, Translator

    check_out(sheet, page, force=force)
    piped = _is_pipe(inputs, out, sheet or page, mask)
    generator = load_generator(run).to(device_of(device))
    made_by = {"run": run.resolve().name, "generator": generator.about["sha256"][:16], "direction": direction}
    about = made_by if metadata else None
    form: dict[str, Any] = {"direction": direction, "mask": mask, "tile": tile, "half": half, "shrink": shrink}
    translator = Translator(generator, **form, value_range=parsed(range_), about=about)
    if piped:
        _pipe(translator)
    elif out is not None:
        besides = (sheet,) if sheet else ()
        batch = Batch(translator, out, force=force, compared=MOST if sheet or page else 0, besides=besides)
        _all(batch, inputs, run.resolve().name, sheet, page)


def _is_pipe(inputs: tuple[Path, ...], out: Path | None, pictures: Path | None, mask: Path | None) -> bool:
    from zerosum.errors import UserError

    unknown = [str(path) for path in inputs if str(path).startswith("-") and path != PIPE]
    if unknown:
        raise UserError(
            f"no option {unknown[0]}: see `zerosum translate --help`; a file of this name is ./{unknown[0]}"
        )
    if PIPE not in inputs:
        if out is None:
            raise UserError("where to: name a folder with --out, or translate one image with - < IN > OUT")
        return False
    if len(inputs) > 1 or out is not None or pictures is not None:
        raise UserError("- is one image from stdin to stdout: leave out all other inputs, --out, --sheet and --page")
    if mask is not None and mask.is_dir():
        raise UserError(f"--mask {mask} is a folder, and - is one image: name its mask")
    if sys.stdout.isatty():
        raise UserError("the image would go to the terminal: send it to a file with > OUT")
    return True


def _pipe(translator: "Translator") -> None:
    from zerosum.data.bad_image import BadImageError
    from zerosum.errors import UserError

    try:
        content = translator.one(sys.stdin.buffer.read(), lambda text: print(text, file=sys.stderr))
    except BadImageError as error:
        raise UserError(f"the image on stdin cannot be translated: {error}") from error
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _all(batch: "Batch", inputs: tuple[Path, ...], title: str, sheet: Path | None, page: Path | None) -> None:
    from zerosum.errors import UserError
    from zerosum.tasks.translation import compare

    outcome = batch.run(inputs, wrote=lambda path: print(path, flush=True))
    total = len(outcome.written) + len(outcome.skipped)
    for path in compare.write(outcome.pairs, sheet=sheet, page=page, title=title, total=total):
        print(path)
        if len(outcome.pairs) < total:
            print(f"zerosum: {path} shows {compare.count(outcome.pairs, total)}", file=sys.stderr)
    if outcome.failed:
        count = len(outcome.failed) + len(outcome.written) + len(outcome.skipped)
        raise UserError(
            f"{len(outcome.failed)} of {count} images could not be translated: replace those that are named above, "
            "and run the same command again"
        )
