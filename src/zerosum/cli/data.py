"""`zerosum data`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from zerosum.data.size import Fit

if TYPE_CHECKING:
    from zerosum.data.source_target import Translation


def check(
    source: str,
    /,
    *,
    target: str | None = None,
    pairs: str | None = None,
    size: str | None = None,
    channels: Literal[1, 3, 4] | None = None,
    fit: Fit = "crop",
    range_: Annotated[str | None, Parameter(name="--range")] = None,
    column: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative="")] = (),
    tokens: Literal["word", "byte", "bpe"] | None = None,
    length: int | None = None,
    sentences: Literal["line", "window"] | None = None,
    data_root: Path | None = None,
    sheet: Path | None = None,
    force: Annotated[bool, Parameter(negative="")] = False,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Say what would be loaded from a folder, archive or known data set, what is wrong with it, and what is done to it.

    Where a training on it would be refused, the reason is told last, and the exit code is 2.

    Args:
        source: What `zerosum train --data` takes.
        target: For a translation: the images that those of the source are translated into. Names that are not in both
            are listed.
        pairs: For a translation: how pairs are got out of the source, such as side-by-side or edges.
        size: Pixels a side, or WIDTHxHEIGHT such as 96x64. Default: what the images have in common.
        channels: 1 for grey, 3 for colour, 4 for colour and alpha.
        fit: Of images of other proportions: crop, pad or stretch.
        range_: LOW:HIGH, the values that become black and white, of arrays and of files of more than 8 bits. Default:
            found in all of them.
        column: Of a table, what columns are, such as age=integer; as `zerosum train` has it.
        tokens: Of text: word, byte or bpe.
        length: Of text: tokens of a sentence, or of a window.
        sentences: Of text: line or window.
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
        sheet: For a translation: a .png to write, the first pairs with "source" and "target" over them.
        force: Overwrite the sheet.
        json_: As JSON.
    """
    from zerosum.core.registry import typed
    from zerosum.data.check_pairs import check_pairs
    from zerosum.data.pairing import load_translation
    from zerosum.errors import UserError
    from zerosum.kinds.load import scan
    from zerosum.training.readiness import obstacle

    form: dict[str, Any] = {"root": data_root, "size": size, "channels": channels, "fit": fit, "value_range": range_}
    typed(source, target or "")
    if sheet is not None:
        _check_sheet(sheet, target or pairs, force)
    if target is None and pairs is None:
        report: Any = scan(source, **form, column=column, tokens=tokens, length=length, sentences=sentences)
    else:
        report = check_pairs(source, target=target, pairs=pairs, **form)
    refused = obstacle(report)
    content = report.to_dict() | {"refused": refused}
    print(json.dumps(content, indent=1) if json_ else "\n".join(report.lines()))
    if sheet is not None:
        _draw(sheet, load_translation(source, target=target, pairs=pairs, paired=bool(report.pairs), **form))
    if refused:
        words = source if target is None and pairs is None else "on these pairs"
        raise UserError(f"zerosum train {words} would be refused: {refused}")


def _check_sheet(sheet: Path, translated: str | None, force: bool) -> None:
    from zerosum.errors import UserError
    from zerosum.tasks.translation.compare import check_out

    if translated is None:
        raise UserError("--sheet shows sources and targets: say which they are with --target or --pairs")
    check_out(sheet, None, force=force)


def _draw(sheet: Path, data: "Translation") -> None:
    from zerosum.tasks.translation.compare import save_sheet
    from zerosum.tasks.translation.sources import FIRST, first_pairs

    save_sheet(first_pairs(data), sheet, min(FIRST, len(data)))
    print(f"sheet: {sheet}", file=sys.stderr)
