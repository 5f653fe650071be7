"""scikit-learn, an extra, and tables as what its models take."""

import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from zerosum.errors import UserError

INSTALL = "pip install 'zerosum[utility]'"


def installed() -> bool:
    """Return whether scikit-learn is there."""
    return find_spec("sklearn") is not None


def learning(module: str) -> Any:
    """Import a module of scikit-learn.

    Raises:
        UserError: it is not installed.
    """
    try:
        return importlib.import_module(f"sklearn.{module}")
    except ImportError as error:
        raise UserError(f"models of tables need {error.name}: {INSTALL}") from error


@contextmanager
def as_they_end() -> Iterator[None]:
    """Take models as they are when their steps are over: the protocol counts steps, and does not wait for an end."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=learning("exceptions").ConvergenceWarning)
        yield
