"""`zerosum data`."""

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter


def check(
    source: str,
    /,
    *,
    target: str | None = None,
    pairs: str | None = None,
    size: int | None = None,
    channels: int | None = None,
    data_root: Path | None = None,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Say what would be loaded from a folder, archive or known data set, what is wrong with it, and what is done to it.

    Args:
        source: What `zerosum train --data` takes.
        target: For a translation: the images that those of the source are translated into. Names that are not in both
            are listed.
        pairs: For a translation: how pairs are got out of the source, such as side-by-side or edges.
        size: Pixels a side.
        channels: 1 for grey, 3 for colour.
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
        json_: As JSON.
    """
    from zerosum.data.check import check as look
    from zerosum.data.check_pairs import check_pairs

    if target is None and pairs is None:
        report: Any = look(source, root=data_root, size=size, channels=channels)
    else:
        report = check_pairs(source, target=target, pairs=pairs, root=data_root, size=size, channels=channels)
    print(json.dumps(report.to_dict(), indent=1) if json_ else "\n".join(report.lines()))
