"""The story tells when a team comes to be at risk, and why; once, with the fact by which one can tell."""

from typing import Any

from shared.events.base import Fact
from tests.support.demo import Listener
from tests.support.saying import HEADER, held, said, session

DOCUMENT = HEADER + "teams: {must_include: [lead_agency], signed_off: before first session}\nrules: []\n"
PROVIDER: dict[str, Any] = {"person_id": "p-1", "role": "provider"}
AGENCY: dict[str, Any] = {"person_id": "p-2", "role": "lead_agency"}


def beginning(listener: Listener, *facts: Fact) -> None:
    listener.hears("2027-01-04", said("playbook_published", document=DOCUMENT))
    listener.hears("2027-01-04", said("engagement_opened"))
    for fact in facts:
        listener.hears("2027-01-05", fact)


def at_risk(listener: Listener) -> list[str]:
    return [entry.sentence for entry in listener.story.entries if entry.kind == "at_risk"]


def test_a_team_without_its_lead_agency_is_told_to_be_at_risk() -> None:
    listener = Listener()
    beginning(listener, said("team_formed", members=[PROVIDER]))
    assert at_risk(listener) == ["Kentucky is at risk. Nobody in the team speaks for the lead agency."]
    assert listener.lines[-1] == "-> Kentucky is at risk. Nobody in the team speaks for the lead agency."


def test_a_risk_is_told_once_and_again_only_if_it_comes_back() -> None:
    listener = Listener()
    beginning(listener, said("team_formed", members=[PROVIDER]), session(1, "2027-03-12T14:00:00-05:00"))
    listener.hears("2027-02-01", said("role_filled", team_id="ky", on="2027-02-01", **AGENCY))
    assert len(at_risk(listener)) == 1
    listener.hears("2027-02-02", said("role_vacated", team_id="ky", on="2027-02-02", **AGENCY))
    assert len(at_risk(listener)) == 2


def test_a_sign_off_that_did_not_come_in_time_is_told_when_the_session_is_held() -> None:
    listener = Listener()
    beginning(listener, said("team_formed", members=[AGENCY], lead="p-2"), session(1, "2027-01-12T14:00:00-05:00"))
    assert at_risk(listener) == []
    listener.hears("2027-01-12", held(1, "2027-01-12T14:00:00-05:00", attendance={"ky": ["p-2"]}), hour=17)
    assert at_risk(listener) == ["Kentucky is at risk. Its leadership had not signed off by 2027-01-12."]
