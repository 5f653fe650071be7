"""The processes of tests: none outlives the test that started it."""

import signal
import time

from processes import end_all, ended, start


def endless() -> None:
    time.sleep(10**6)


def test_what_a_test_leaves_is_killed():
    left, done = start(endless), start(int)
    assert ended(done) == 0
    end_all()
    assert left.exitcode == -signal.SIGKILL
