"""`zerosum data`."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from zerosum.data.size import Fit


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
    data_root: Path | None = None,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Say what would be loaded from a folder, archive or known data set, what is wrong with it, and what is done to it.

    Where no training would begin with it, the reason is told last, and the exit code is 2.

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
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
        json_: As JSON.
    """
    from zerosum.data.check import check as look
    from zerosum.data.check_pairs import check_pairs
    from zerosum.errors import UserError
    from zerosum.readiness import obstacle

    form: dict[str, Any] = {"root": data_root, "size": size, "channels": channels, "fit": fit, "value_range": range_}
    if target is None and pairs is None:
        report: Any = look(source, **form)
    else:
        report = check_pairs(source, target=target, pairs=pairs, **form)
    refused = obstacle(report)
    told = report.to_dict() | {"refused": refused}
    print(json.dumps(told, indent=1) if json_ else "\n".join(report.lines()))
    if refused:
        raise UserError(f"no training would begin: {refused}")
