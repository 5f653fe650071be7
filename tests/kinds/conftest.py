"""The kind of series, as an installed package."""

import math
import sys

import numpy as np
import pytest
from packaged import install

from people import write_people


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The package with the kind of series, installed for one test."""
    folder = install(tmp_path / "site")
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for module in [name for name in sys.modules if name.startswith("zerosum_series")]:
        del sys.modules[module]


@pytest.fixture
def waves(tmp_path):
    """A file of 500 sine waves of 16 numbers, of any phase, around 3."""
    phase = np.random.default_rng(0).uniform(0, 2 * math.pi, (500, 1))
    path = tmp_path / "waves.series"
    np.savetxt(path, 3 + np.sin(phase + np.linspace(0, 2 * math.pi, 16)), delimiter=",", fmt="%.6f")
    return path


@pytest.fixture
def people(tmp_path):
    """A .csv of 400 people: whole numbers, heavy tails with spikes, categories, truths, dates, and what is missing."""
    return write_people(tmp_path / "people.csv")
