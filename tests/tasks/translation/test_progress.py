"""Progress in lines: seldom, with the time that is left."""

import io

from rich.console import Console

from zerosum.tasks.translation.progress import Told


def test_lines_come_seldom_and_tell_the_time_left():
    now, file = 0.0, io.StringIO()
    with Told(10, console=Console(file=file, width=200), clock=lambda: now) as told:
        for number in range(10):
            told.begin(f"{number}.png")
            now += 3
            told.within(0.5)
            now += 3
            told.done()
    lines = file.getvalue().splitlines()
    assert lines[:2] == ["1 of 10 images, 0:00:54 left", "3 of 10 images, 0:00:42 left"]
    assert len(lines) == 5


def test_a_terminal_gets_a_bar_that_leaves_nothing(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    file = io.StringIO()
    with Told(2, console=Console(file=file, force_terminal=True, width=100)) as told:
        told.begin("a.png")
        told.done()
        told.say("a line that stays")
    assert "a line that stays" in file.getvalue()
