"""Code by its name: "package.module:name", imported when it is asked for."""

import functools
import importlib
from typing import Any


def load(target: str) -> Any:
    """Import "package.module:name", or "package.module" as a whole."""
    module, _, name = target.partition(":")
    return functools.reduce(getattr, name.split(".") if name else (), importlib.import_module(module))
