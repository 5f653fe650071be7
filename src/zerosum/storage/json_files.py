"""JSON in files: one object, or one a line; what is damaged is as good as not there."""

import hashlib
import json
from pathlib import Path
from typing import Any

from zerosum.storage import atomic


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write `content` as JSON, atomically.

    Raises:
        OSError: it cannot be written.
        ValueError: it holds NaN or infinity.
    """
    text = json.dumps(content, indent=1, sort_keys=True, allow_nan=False)
    atomic.write(path, f"{text}\n".encode())


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the JSON object in `path`, or None where there is no file or it is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the JSON objects of a file, one a line; a line that is no object, as one torn by a kill, is left out."""
    records = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else ():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            records.append(record)
    return records


def digest(content: object) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of `content` as canonical JSON."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
