import io

from rich.console import Console

from zerosum.waits import Waits


def told(steps, *, terminal=False):
    out, now = io.StringIO(), [0.0]
    with Waits(console=Console(file=out, force_terminal=terminal, width=100), clock=lambda: now[0]) as waits:
        for seconds, step in steps:
            now[0] = seconds
            waits(*step)
    return out.getvalue()


def test_without_a_terminal_a_line_is_said_only_after_some_silence():
    said = told([(1, ("samples", 0, 100)), (12, ("samples", 50, 100)), (13, ("samples", 60, 100))])
    assert said == "samples: 50 of 100 done, 0:00:11 left\n"
    assert told([(1, ("samples", 0, 100)), (2, ("samples", 100, 100))]) == ""


def test_what_has_no_end_is_named():
    assert told([(11, ("measuring fd", 0, 0))]) == "measuring fd\n"


def test_a_terminal_shows_what_is_waited_for(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    said = told([(1, ("features of 10 reals", 5, 10))], terminal=True)
    assert "features of 10 reals" in said
