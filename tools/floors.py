"""Print the oldest versions that the project says it works with, as requirements for pip: `make floors` tests them.

torch is left out: another build of it is a download of gigabytes, and the newest of the range is what all else tests.
"""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = ("torch",)


def floors() -> list[str]:
    """Return each dependency of the project with the floor of its range, as `name==version`."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    pairs = (requirement.split(">=") for requirement in declared)
    return [f"{name}=={version}" for name, version in pairs if name not in LEFT_OUT]


if __name__ == "__main__":
    print("\n".join(floors()))
