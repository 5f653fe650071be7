import io
import time

import pytest
from rich.console import Console

from zerosum.progress import waits
from zerosum.progress.waits import Waits, about_left, slow


@pytest.fixture(autouse=True)
def _usual_patience(monkeypatch, _patience):
    monkeypatch.setattr(waits, "FIRST_SECONDS", 4.0)
    monkeypatch.setattr(waits, "TICK", 0.01)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def told(steps, *, terminal=False):
    out, clock = io.StringIO(), Clock()
    with Waits("reading", console=Console(file=out, force_terminal=terminal, width=100), clock=clock) as found:
        for seconds, step in steps:
            clock.now = seconds
            found(*step)
    return out.getvalue()


def until(found, enough=5.0):
    """Wait until another thread has said something."""
    began = time.monotonic()
    while not found() and time.monotonic() - began < enough:
        time.sleep(0.01)
    return found()


def test_without_a_terminal_a_line_is_said_after_some_silence_and_then_every_ten_seconds():
    steps = [(1, 0), (4, 50), (5, 60), (13, 70), (14, 80)]
    said = told([(seconds, ("samples", done, 100)) for seconds, done in steps])
    assert said.splitlines() == ["samples: 50 of 100 done, 0:00:03 left", "samples: 80 of 100 done, 0:00:03 left"]
    assert told([(1, ("samples", 0, 100)), (2, ("samples", 100, 100))]) == ""


def test_what_has_no_end_is_named_with_its_time():
    assert told([(2, ("measuring fd", 0, 0)), (11, ("measuring fd", 0, 0))]) == "measuring fd: 0:00:09 so far\n"


def test_work_that_tells_no_step_is_not_silent():
    out, clock = io.StringIO(), Clock()
    with Waits("reading the data", console=Console(file=out, width=100), clock=clock):
        clock.now = 5.0
        assert until(out.getvalue) == "reading the data: 0:00:05 so far\n"


def test_slow_work_is_told_at_twice_the_time_each():
    said, clock = [], Clock()
    with slow("reading", said.append, clock=clock):
        clock.now = 4.0
        until(lambda: len(said) == 1)
        clock.now = 7.0
        time.sleep(0.05)
        clock.now = 8.0
        until(lambda: len(said) == 2)
        clock.now = 15.0
        time.sleep(0.05)
    assert said == ["reading: 0:00:04 so far", "reading: 0:00:08 so far"]


def test_the_rest_of_several_alike_is_told_once_one_is_done():
    assert about_left(90.0, 0, 4) == ""
    assert about_left(90.0, 1, 4) == "; about 0:04:30 left"
    assert about_left(90.0, 4, 4) == ""


def test_a_terminal_shows_what_is_waited_for(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    said = told([(1, ("features of 10 reals", 5, 10))], terminal=True)
    assert "features of 10 reals" in said
