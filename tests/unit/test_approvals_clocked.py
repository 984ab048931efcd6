"""An approval with its clock: how long it waits or took, by when its answer is expected, and when it is overdue."""

from datetime import date

from services.intake.decisions.approvals import next_id
from services.intake.decisions.teams import next_id as next_team
from services.intake.decisions.teams import without_team
from services.intake.decisions.waiting import clocked
from services.intake.domain import Approval
from tests.support.intake import formed, given


def asked(id: str, on: int, answered: int | None = None) -> Approval:
    told = {"engagement_id": "e1", "approval_id": id, "about": "invite", "region": 4, "asked_on": date(2026, 9, on)}
    done = {"state": "granted", "answered_on": date(2026, 9, answered)} if answered else {}
    return Approval.model_validate(told | done)


BEFORE = [asked("a", 1, 5), asked("b", 1, 6), asked("c", 1, 7)]


def test_an_answer_is_overdue_once_half_of_those_before_had_come_by_then() -> None:
    told = clocked(asked("d", 10), BEFORE, date(2026, 9, 15))
    assert (told.expected_on, told.overdue_by, told.days_open) == (date(2026, 9, 15), 0, 5)
    assert clocked(asked("d", 10), BEFORE, date(2026, 9, 18)).overdue_by == 3


def test_nothing_is_overdue_where_too_few_answers_came() -> None:
    told = clocked(asked("d", 10), BEFORE[:2], date(2026, 9, 30))
    assert (told.expected_on, told.overdue_by, told.days_open) == (None, 0, 20)


def test_what_was_answered_tells_how_long_it_took() -> None:
    told = clocked(BEFORE[2], BEFORE, date(2026, 12, 1))
    assert (told.state, told.days_open, told.overdue_by) == ("granted", 6, 0)


def test_an_approval_is_called_by_what_it_is_about_and_of_whom() -> None:
    assert next_id("invite", "KY", 4, {}) == "invite-ky"
    assert next_id("speaker", None, 4, {}) == "speaker-region-4"
    assert next_id("materials", None, None, {}) == "materials"
    assert next_id("invite", "KY", 4, {"invite-ky": BEFORE[0]}) == "invite-ky-2"


def test_a_second_team_of_a_jurisdiction_has_an_id_of_its_own() -> None:
    teams = given(formed(team_id="ky")).teams
    assert (next_team("KY", {}), next_team("KY", teams)) == ("ky", "ky-2")
    assert without_team(["KY", "WI", "WI"], teams) == ("WI",)
