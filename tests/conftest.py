"""What all tests share: one thread, a cache of their own, no data of the machine."""

import math
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from processes import end_all
from zerosum.cli.main import run as run_command
from zerosum.metrics import features, imagenet
from zerosum.networks import pretrained
from zerosum.progress import waits


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for the whole session: features are trained once a data set, as users have it."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _own_places(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setenv("ZEROSUM_CACHE", str(cache))
    for name in ("ZEROSUM_DATA", "ZEROSUM_RUNS", "WORLD_SIZE", "RANK"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _nobody_left() -> Iterator[None]:
    """Processes that a test has started end with it."""
    yield
    end_all()


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told what is waited for, however slow the machine."""
    monkeypatch.setattr(waits, "FIRST_SECONDS", math.inf)


@pytest.fixture(autouse=True, scope="session")
def _cheap_features() -> Iterator[Callable[..., bool]]:
    """Images are judged by patches, which cost a hundredth, but in tests that are marked to see by imagenet."""
    installed = imagenet.installed
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(imagenet, "installed", lambda weights=None: False)
        patch.setattr(features, "_SAID", {pretrained.INSTALL})
        yield installed


@pytest.fixture(autouse=True)
def _own_features(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _cheap_features: Callable[..., bool]
) -> None:
    if request.node.get_closest_marker("imagenet") is not None:
        monkeypatch.setattr(imagenet, "installed", _cheap_features)


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Run `zerosum` with these words in this process; returns the exit code, stdout and stderr."""

    def run(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run_command([str(word) for word in words])
        return code, *capsys.readouterr()

    yield run
    torch.set_num_threads(1)
