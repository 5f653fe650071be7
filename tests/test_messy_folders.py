"""The page of messy folders says what `zerosum data check` says."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_page_is_what_the_tool_writes():
    words = [sys.executable, str(ROOT / "tools/messy_folders.py"), "--check"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr or "run python tools/messy_folders.py"
