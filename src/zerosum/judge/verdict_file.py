"""doctor.json: the verdict that was last found of a run, as it stands in the run folder."""

from dataclasses import dataclass
from pathlib import Path

from zerosum.judge.verdict import Verdict
from zerosum.storage.json_files import read_json

FILE = "doctor.json"


@dataclass(frozen=True)
class Examined:
    """What stands in a doctor.json: the verdict, the round whose generator was looked at, and the rounds played."""

    verdict: Verdict
    step: int
    rounds: int


def read(run: Path) -> Examined | None:
    """Return what the doctor.json of a run folder says; None where there is none, or a damaged one."""
    plain = read_json(run / FILE) or {}
    try:
        return Examined(Verdict.from_dict(plain), int(plain["step"]), int(plain.get("rounds", plain["step"])))
    except (ValueError, KeyError, TypeError):
        return None
