"""A newer version of a service hears more than the one before: what was said meanwhile is heard, too, by itself."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from shared.bus.streams import ENGAGEMENT, Ear, begin_again
from tests.connected.test_up_and_down import PLAYBOOK, open_
from tests.support.up import Up, a_folder, an_up

BEFORE = Ear("evaluation", ENGAGEMENT, ("eng.intake.>", "eng.sessions.>"))
"""What evaluation heard when it did not care yet what became of follow-ups."""
SCHEDULED = "eng.followup.follow_up_scheduled.v1"


def _known_to_evaluation(up: Up, type_: str) -> int:
    with closing(sqlite3.connect(up.folder / "data" / "evaluation.db", timeout=30)) as database:
        found: int = database.execute("SELECT count(*) FROM fact WHERE type = ?", [type_]).fetchone()[0]
        return found


def _forget(up: Up) -> None:
    with closing(sqlite3.connect(up.folder / "data" / "evaluation.db", timeout=30)) as database, database:
        database.execute("DELETE FROM fact WHERE type LIKE 'eng.followup.%'")


@pytest.mark.slow
async def test_evaluation_learns_what_became_of_follow_ups_before_it_heard_of_them(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "here", example=PLAYBOOK)
    with an_up(folder) as up:
        open_(up, "KY")
        up.until(lambda: up.tasks() == {"e1/ask/ky/1": "scheduled"})
        up.until(lambda: _known_to_evaluation(up, SCHEDULED) == 1)
        async with up.on_the_bus("evaluation") as client:
            await begin_again(client, [BEFORE])
        up.end(signal.SIGKILL)
        _forget(up)
        assert _known_to_evaluation(up, SCHEDULED) == 0
    with an_up(folder) as up:
        up.until(lambda: _known_to_evaluation(up, SCHEDULED) == 1)
        assert "begins again, as it now also hears eng.followup.>" in up.said()
