"""`throughline up --example`: a full house to look at, in a folder of its own."""

from pathlib import Path

import pytest

from services.example import APART, BEGUN, MARK, STANDS_AT, NotEmpty, fill
from shared.settings import Settings
from tests.support.up import ROOT, Up, an_up

PLAYBOOKS = ROOT / "playbooks"
SHORT = {name: STANDS_AT[name] for name in ("community-of-practice",)}


def looked_at(up: Up) -> None:
    """There is something to do, something ahead, somebody to do it, and something that has come of it."""
    tasks = up.get("/tasks", limit=500, state="open")["items"]
    assert {"scheduled", "overdue"} <= {task["state"] for task in tasks}
    assert up.get("/outcomes")["items"] and up.get("/teams")["items"]
    assert {one["topic"] for one in up.get("/topics")} >= {"licensing"}
    assert "Facilitator" not in {person["name"] for person in up.get("/people")["items"]}
    assert {"facilitator", "evaluator"} <= {
        role for one in up.get("/access/accounts")["items"] for role in one["roles"]
    }
    assert up.get("/health")["well"]


@pytest.mark.slow
def test_a_folder_that_was_filled_is_taken_over_and_goes_on_from_where_it_was(tmp_path: Path) -> None:
    data = tmp_path / "data"
    theirs = data / "example-thesis" / "chapter.txt"
    for file in (theirs, data / f"{APART}broken" / "intake.db", data / "intake.db"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("what lay here before")
    (data / MARK).write_text(BEGUN)
    fill(Settings(data=data, playbooks=PLAYBOOKS), SHORT)
    assert theirs.exists() and not list(data.glob(f"{APART}*"))
    with an_up(tmp_path, words=["--example"], THROUGHLINE_PLAYBOOKS=str(PLAYBOOKS)) as up:
        assert "already, and goes on from where it was." in up.said()
        looked_at(up)
        story = up.get("/engagements/ncecdtl-registries/story")
        assert len({fact["id"] for fact in story}) == len(story)


def test_data_of_ones_own_is_never_mixed_with_the_example(tmp_path: Path) -> None:
    (tmp_path / "intake.db").write_text("ours")
    with pytest.raises(NotEmpty, match="THROUGHLINE_DATA"):
        fill(Settings(data=tmp_path, playbooks=PLAYBOOKS), SHORT)
    assert (tmp_path / "intake.db").read_text() == "ours"


@pytest.mark.proof
def test_every_page_of_a_full_house_has_something_on_it(tmp_path: Path) -> None:
    with an_up(tmp_path, words=["--example"], THROUGHLINE_PLAYBOOKS=str(PLAYBOOKS)) as up:
        assert "refused" not in up.said()
        looked_at(up)
        assert {one["engagement_id"] for one in up.get("/engagements")["items"]} >= {"ncase-ost-2017"}
        assert {"due", "scheduled", "done"} <= {one["state"] for one in up.get("/rounds", limit=500)["items"]}
