"""Code by its name: "package.module:name", imported when it is asked for."""

import importlib
from typing import Any


def load(target: str) -> Any:
    """Import "package.module:name"."""
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)
