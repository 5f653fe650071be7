"""The folder where what is costly and does not change is kept between runs."""

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

from zerosum import whole


def cache_folder(cache: Path | None = None) -> Path:
    """Return `cache`, else `$ZEROSUM_CACHE`, else `~/.cache/zerosum`."""
    if cache is not None:
        return cache
    return Path(os.environ.get("ZEROSUM_CACHE") or Path.home() / ".cache" / "zerosum")


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write `content` as JSON, atomically."""
    text = json.dumps(content, indent=1, sort_keys=True, allow_nan=False)
    whole.write(path, f"{text}\n".encode())


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the JSON object in `path`, or None where there is no file or it is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def digest(content: object) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of `content` as canonical JSON."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def safe_name(name: str) -> str:
    """Return `name` with all but letters, digits, `-` and `_` replaced, at most 40 characters: fit for a file name."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:40]
