"""The display: everything on stderr, lines where there is no terminal, and no exception ever."""

import io
import math
import sys

from rich.console import Console

from zerosum.core.schedule import Budget
from zerosum.progress.display import Display, Pace, Position, Quiet, fitting

TERMS = {"discriminator/adversarial": 1.25, "discriminator/real_probability": 0.75, "generator/adversarial": 0.5}


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self):
        return self.now


def play(display, clock, rounds, seconds_a_round, total=None, minutes=None):
    display.start(Budget(total, minutes), "gan on digits")
    for step in range(1, rounds + 1):
        clock.now += seconds_a_round
        at = Position(step, step * 64, step * seconds_a_round)
        display.update(at, TERMS, {"fd": 3.5} if step == rounds else {})
    display.stop()


def test_plain_lines_go_to_stderr_only(capsys):
    clock = Clock()
    play(Display(clock=clock), clock, 100, 0.01, total=100)
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == ""
    assert lines[0] == "gan on digits"
    assert lines[1].startswith("round 1/100 (1%), 0:00:00 done, - left; D loss 1.25; G loss 0.5")
    assert lines[-1].startswith("round 100/100 (100%), 0:00:01 done, 0:00:00 left, 6,400 images/s; fd 3.5; D loss 1.25")
    assert max(map(len, lines)) <= 100
    assert 10 <= len(lines) <= 13


def test_a_slow_run_says_something_every_ten_seconds(capsys):
    clock = Clock()
    play(Display(clock=clock), clock, 10, 10.0, total=10_000)
    assert len(capsys.readouterr().err.splitlines()) == 11


def test_a_long_run_without_an_end_does_not_flood(capsys):
    clock = Clock()
    play(Display(clock=clock), clock, 36_000, 1.0)
    lines = capsys.readouterr().err.splitlines()
    assert 50 < len(lines) < 250
    assert "left" in lines[-1]


def test_a_terminal_is_drawn_live_and_left_whole(capsys, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream, clock = io.StringIO(), Clock()
    console = Console(file=stream, force_terminal=True, width=100, color_system=None)
    before = sys.stdout, sys.stderr
    display = Display(console, clock)
    display.start(Budget(10, 1.0), "gan on digits")
    assert sys.stdout is before[0]
    display.update(Position(1, 64, 0.5), {**TERMS, "discriminator/fake_probability": math.nan}, {})
    display.message("a [bold]message[/bold]")
    clock.now = 5.0
    display.update(Position(2, 128, 1.0), TERMS, {"fd": 3.5})
    display.stop()
    display.stop()
    text = stream.getvalue()
    for part in ("gan on digits", "discriminator/real_probability", "0.75", "fd", "3.5", "a [bold]message[/bold]", "━"):
        assert part in text
    assert (sys.stdout, sys.stderr) == before
    assert capsys.readouterr().out == ""


def test_no_color_means_lines(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    stream, clock = io.StringIO(), Clock()
    play(Display(Console(file=stream, force_terminal=True, width=400), clock), clock, 2, 1.0, total=2)
    assert "\x1b[" not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 3


def test_quiet_shows_messages_only(capsys):
    display = Quiet()
    play(display, Clock(), 3, 1.0)
    display.message("skipped a.png")
    assert capsys.readouterr() == ("", "skipped a.png\n")


def test_the_next_training_begins_with_nothing_of_the_last(capsys):
    clock, display = Clock(), Display()
    play(display, clock, 2, 1.0, total=2)
    capsys.readouterr()
    display.start(Budget(5), "lsgan on digits")
    display.update(Position(1, 64, 1.0), {}, {})
    display.stop()
    assert capsys.readouterr().err.splitlines() == ["lsgan on digits", "round 1/5 (20%), 0:00:01 done, - left"]


def test_a_resumed_run_is_timed_from_where_it_resumed():
    pace = Pace(Budget(1000))
    pace.update(Position(500, 5000, 100.0))
    assert (pace.share(), pace.left(), pace.rate()) == (0.5, "-", None)
    pace.update(Position(600, 6000, 110.0))
    assert (pace.rate(), pace.left()) == (100.0, "0:00:40")


def test_the_time_left_is_told_from_the_tenth_round_on_and_at_once_where_time_is_what_ends_it():
    by_rounds, by_time = Pace(Budget(1000)), Pace(Budget(minutes=10))
    for step in range(1, 11):
        by_rounds.update(Position(step, step * 64, 2.0 * step))
        by_time.update(Position(step, step * 64, 2.0 * step))
        assert (by_rounds.left() == "-") == (step < 10)
        assert (by_time.left() == "-") == (step < 2)
    assert (by_rounds.left(), by_time.left()) == ("0:33:00", "0:09:40")


def test_a_line_holds_what_fits_and_losses_first():
    terms = {f"discriminator/a_long_name_{n}": 1 / 3 for n in range(9)} | {"generator/adversarial": 123.456}
    line = fitting("round 1,000/5,000 (20%), 0:00:10 done, 0:00:40 left", {"kd": 0.012345} | terms)
    assert line.startswith("round 1,000/5,000 (20%), 0:00:10 done, 0:00:40 left; kd 0.0123; G loss 123")
    assert len(line) <= 100


def test_the_nearer_end_counts():
    pace = Pace(Budget(1000, 1.0))
    pace.update(Position(100, 0, 30.0))
    assert pace.share() == 0.5
    assert Pace(Budget()).share() is None


def test_a_budget_of_cpu_time_is_measured_in_cpu_time_and_what_is_left_by_the_clock():
    pace = Pace(Budget(cpu_minutes=10))
    pace.update(Position(10, 100, 60.0, 15.0))
    pace.update(Position(100, 1000, 600.0, 150.0))
    assert (pace.share(), pace.left()) == (0.25, "0:30:00")
