"""A folder where packages are installed, with one that adds a kind of data."""

import shutil
from pathlib import Path

PACKAGE = Path(__file__).parent / "package"
ENTRY = "[zerosum.kinds]\nseries = zerosum_series.kind:Series\n"


def install(folder, entry=ENTRY, name="zerosum_series"):
    """Make `folder` a place where packages are installed, with one that has entry points."""
    shutil.copytree(PACKAGE, folder, dirs_exist_ok=True)
    about = folder / f"{name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(entry, encoding="utf-8")
    return folder
