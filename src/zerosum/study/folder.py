"""The folder of a study: its outcome, and a folder a seed."""

import re
import shutil
from pathlib import Path
from typing import Any

from zerosum.errors import UserError
from zerosum.storage.json_files import read_json
from zerosum.study.outcome import Outcome, differing

FILE, SEED = "augment.json", re.compile(r"seed-[0-9]+")
"""What came out, and the folders of the seeds."""


def begun(out: Path, protocol: dict[str, Any], seeds: int, *, fresh: bool) -> Outcome:
    """Return what the folder of a study holds of the first so many seeds, or an empty outcome.

    Raises:
        UserError: it holds another study, or something else.
    """
    check_folder(out)
    content = None if fresh else read_json(out / FILE)
    if content is None:
        return Outcome(protocol)
    changed = differing(content["protocol"], protocol, ignored=["zerosum"])
    if changed:
        raise UserError(f"{out} holds another study ({'; '.join(changed[:3])}): choose another --out, or --fresh")
    return Outcome(content["protocol"], [run for run in content["runs"] if run["seed"] < seeds])


def check_folder(out: Path) -> None:
    """Raise UserError where there is something else than a study; one that was killed in its first seed has no file."""
    contents = list(out.iterdir()) if out.is_dir() else []
    if not (out / FILE).exists() and not all(path.name == ".lock" or SEED.fullmatch(path.name) for path in contents):
        raise UserError(f"{out} is not empty and holds no study: choose another --out")


def empty(out: Path) -> None:
    """Remove a study from its folder: what was found and the runs of all seeds; what else is in it stays."""
    (out / FILE).unlink(missing_ok=True)
    for path in out.iterdir():
        if SEED.fullmatch(path.name) and not path.is_symlink():
            shutil.rmtree(path)
