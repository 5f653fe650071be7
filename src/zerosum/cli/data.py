"""`zerosum data`."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def check(
    source: str,
    /,
    *,
    size: int | None = None,
    channels: int | None = None,
    data_root: Path | None = None,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Say what would be loaded from a folder, archive or known data set, what is wrong with it, and what is done to it.

    Args:
        source: What `zerosum train --data` takes.
        size: Pixels a side.
        channels: 1 for grey, 3 for colour.
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
        json_: As JSON.
    """
    from zerosum.data.check import check as look

    report = look(source, root=data_root, size=size, channels=channels)
    print(json.dumps(report.to_dict(), indent=1) if json_ else "\n".join(report.lines()))
