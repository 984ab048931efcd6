"""Crash points do nothing unless one was chosen, and then end the process where they stand."""

import signal
import subprocess
import sys

import pytest

from shared import crashes

PASSES = (
    "from shared import crashes; crashes.choose({wish!r}); [crashes.passing('work.after_commit') for _ in range(2)]"
)


def ended_with(wish: str) -> int:
    return subprocess.run([sys.executable, "-c", PASSES.format(wish=wish)], check=False).returncode


def test_nothing_happens_where_no_crash_was_chosen() -> None:
    assert ended_with("") == 0


def test_a_process_dies_at_the_point_that_was_chosen_and_only_when_it_has_come_there_often_enough() -> None:
    assert ended_with("work.after_commit:2") == -signal.SIGKILL
    assert ended_with("work.after_commit:3") == 0


def test_a_point_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(crashes.NoSuchPoint, match=r"no crash point work\.late\. There are: work\.before_commit"):
        crashes.choose("work.late")
