"""What a report counts of rounds and contacts: who was really asked, and each contact once, as caps count it."""

from datetime import date
from typing import Any

from services.evaluation.decisions.figures import counted, part
from services.evaluation.domain.figures import Contacts, Figures, Response
from services.evaluation.domain.parts import Invited
from shared.events.base import Fact
from shared.playbooks.topics import Topics
from tests.support.saying import history, ledger_of, playbook, said

ROUND = "e1/mid/e1/1"
ON = date(2027, 2, 1)
CAP = "contacts: {caps: [{by: team, most: 4, in: 1 month}]}\n"
RULES = "- {name: offer, each: team, contact: offer, task: Offer, to: facilitator, due: {wait: 1 week, after: formed}}"
PEOPLE = [{"person_id": f"p-{n}", "role": "lead_agency"} for n in range(1, 6)]


def of(*facts: Fact, foreseen: int | None = None, closed: Any = None, invited: Invited = Invited()) -> Figures:
    """The figures of an engagement in which a round opened on the 13th of January."""
    rounds, told = ledger_of("mid", "2027-01-13", "2027-01-27", invited=foreseen)
    if closed is not None:
        at = "2027-01-27T09:00:00-05:00"
        told = [*told, said("evaluation_closed", at=at, round_id=ROUND, n=2, **closed)]
    team = said("team_formed", lead="p-lead", members=PEOPLE)
    known = history([said("engagement_opened"), team, *facts])
    return counted(part(known, rounds, told, playbook(RULES, CAP), Topics(), invited), ON)


def reminded(person_id: str, day: str = "2027-01-20") -> Fact:
    words: dict[str, Any] = {"task_id": ROUND, "n": 1, "channel": "mail", "person_id": person_id}
    return said("reminder_sent", at=f"{day}T09:00:00-05:00", **words)


def withheld(person_id: str, day: str) -> Fact:
    n = int(person_id.removeprefix("p-"))
    words: dict[str, Any] = {"task_id": ROUND, "n": n, "team_id": "ky", "rule": "cap", "person_id": person_id}
    return said("contact_suppressed", at=f"{day}T10:00:00-05:00", **words)


def test_of_those_who_were_foreseen_only_who_was_asked_counts_in_a_rate() -> None:
    found = of(foreseen=12, closed={"invited": 9, "answered": 9})
    assert found.of_people["mid"] == Response(rounds=1, counted=1, asked=9, answered=9)


def test_as_long_as_a_round_is_not_counted_whoever_was_invited_was_asked() -> None:
    found = of(foreseen=12, closed={"answered": 8}, invited=Invited({ROUND: 10}))
    assert found.of_people["mid"].asked == 10
    assert of(foreseen=12, closed={"answered": 8}).of_people["mid"].asked == 12


def test_where_teams_answer_as_one_teams_are_asked_and_not_their_people() -> None:
    found = of(foreseen=20, closed={"invited": 4, "answered": 4}, invited=Invited({ROUND: 4}, by_team={ROUND}))
    assert (found.of_teams["mid"].asked, found.of_teams["mid"].answered) == (4, 4)


def test_who_is_reminded_on_one_day_in_one_team_is_one_contact_with_it() -> None:
    found = of(*(reminded(f"p-{n}") for n in range(1, 6))).contacts
    assert found == Contacts(made={"reminder": 1}, caps=1, used=1, allowed=4)
    again = of(reminded("p-1"), reminded("p-2", "2027-01-21"))
    assert again.contacts.made == {"reminder": 2}


def test_a_reminder_to_whoever_leads_a_team_is_a_contact_with_it() -> None:
    assert of(reminded("p-lead")).contacts.made == {"reminder": 1}
    assert of(reminded("p-nobody")).contacts.made == {}


def test_invitations_to_a_round_are_one_contact_with_each_team_that_got_any() -> None:
    letters = Invited({ROUND: 5}, {ROUND: {"ky": 5}})
    assert of(invited=letters).contacts == Contacts(made={"evaluation": 1}, caps=1, used=1, allowed=4)
    assert of().contacts.made == {}


def test_a_team_to_which_no_invitation_went_was_not_contacted() -> None:
    letters = Invited({ROUND: 2}, {ROUND: {"ky": 2}})
    at_once = [withheld("p-1", "2027-01-13"), withheld("p-2", "2027-01-13")]
    assert of(*at_once, invited=letters).contacts.made == {}
    assert of(at_once[0], invited=letters).contacts.made == {"evaluation": 1}
    later = [withheld("p-1", "2027-01-20"), withheld("p-2", "2027-01-20")]
    assert of(*later, invited=letters).contacts.made == {"evaluation": 1}, "those were reminders"
