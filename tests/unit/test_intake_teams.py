"""What intake decides about teams, cohorts, roles and peers."""

from datetime import date
from typing import Any

import pytest

from services.intake.decisions import peers, roles, teams
from services.intake.decisions.grounds import TeamGone
from services.intake.decisions.roles import NotInRole
from services.intake.decisions.teams import ChangedLater
from services.intake.domain import (
    AssignCohort,
    ChangeTeam,
    ConnectPeers,
    FillRole,
    FormTeam,
    LeaveTeam,
    SignOffTeam,
    SuggestPeers,
    Team,
    VacateRole,
)
from shared.errors import Malformed, Unknown
from shared.events.base import Event
from shared.events.intake import LeadershipSignedOff, TeamChanged, TeamLeft
from tests.support.intake import NOW, formed, given, opened

LEFT = TeamLeft(engagement_id="plc-2026", team_id="team-ky", left_on=date(2026, 9, 10), reason="No time")
OF_KENTUCKY: dict[str, Any] = {"engagement_id": "plc-2026", "team_id": "team-ky"}


def change(**told: Any) -> ChangeTeam:
    return ChangeTeam.model_validate(OF_KENTUCKY | told)


def vacate(**told: Any) -> VacateRole:
    return VacateRole.model_validate({"engagement_id": "plc-2026"} | told)


def fill(**told: Any) -> FillRole:
    return FillRole.model_validate({"engagement_id": "plc-2026"} | told)


def kentucky(*events: Event) -> Team:
    return given(opened(), *events).teams["team-ky"]


def when_changed(command: ChangeTeam, *before: Event) -> TeamChanged:
    (event,) = teams.change(command, given(opened(), *before), NOW)
    assert isinstance(event, TeamChanged)
    return event


def test_a_jurisdiction_has_its_team_together() -> None:
    command = FormTeam.model_validate(formed().model_dump(exclude_none=True))
    assert teams.form(command, given(opened()), NOW) == [formed()]


def test_a_team_needs_an_engagement_that_was_opened() -> None:
    command = FormTeam.model_validate(formed().model_dump(exclude_none=True))
    with pytest.raises(Unknown, match="no engagement plc-2026"):
        teams.form(command, given(), NOW)


def test_what_is_not_named_of_a_team_stays_as_it_was() -> None:
    event = when_changed(change(lead="p-bell"), formed(cohort="1"))
    assert (event.lead, event.members, event.cohort) == ("p-bell", formed().members, "1")
    assert event.changed_on == date(2026, 9, 14)


def test_a_team_changed_twice_on_one_day_has_both_changes() -> None:
    first = when_changed(change(lead="p-bell"), formed())
    second = when_changed(change(cohort=2), formed(), first)
    assert (second.revision, second.lead, second.cohort) == (1, "p-bell", "2")
    assert when_changed(change(cohort=2), formed(), first, second) == second


def test_a_change_that_a_later_one_would_hide_is_refused() -> None:
    later = when_changed(change(lead="p-bell", changed_on="2026-09-12"), formed())
    with pytest.raises(ChangedLater, match="2026-09-12"):
        when_changed(change(cohort="2", changed_on="2026-09-10"), formed(), later)


def test_leadership_stands_behind_its_team() -> None:
    events = teams.sign_off(SignOffTeam(**OF_KENTUCKY), given(opened(), formed()), NOW)
    assert kentucky(formed(), *events).signed_off == {"lead_agency": date(2026, 9, 14)}


def test_a_team_that_left_is_neither_changed_nor_signed_off() -> None:
    known = given(opened(), formed(), LEFT)
    with pytest.raises(TeamGone, match="2026-09-10"):
        teams.change(change(lead="p-bell"), known, NOW)
    with pytest.raises(TeamGone):
        teams.sign_off(SignOffTeam(**OF_KENTUCKY), known, NOW)


def test_a_sign_off_repeated_after_the_team_left_is_still_the_same_sign_off() -> None:
    signed = LeadershipSignedOff(**OF_KENTUCKY, role="lead_agency", signed_on=date(2026, 9, 9))
    assert teams.sign_off(SignOffTeam(**OF_KENTUCKY), given(opened(), formed(), signed, LEFT), NOW) == [signed]


def test_leaving_twice_is_leaving_once() -> None:
    command = LeaveTeam(**OF_KENTUCKY, reason="No time")
    assert teams.leave(command, given(opened(), formed(), LEFT), NOW) == [LEFT]


def test_a_team_does_not_leave_before_it_was_formed() -> None:
    command = LeaveTeam(**OF_KENTUCKY, left_on=date(2026, 9, 1), reason="No time")
    with pytest.raises(Malformed, match="before the team was formed"):
        teams.leave(command, given(opened(), formed()), NOW)


def test_a_team_learns_in_the_cohort_that_its_state_was_assigned_to() -> None:
    command = AssignCohort(engagement_id="plc-2026", cohort="2", jurisdictions=("KY", "TN"), why="Less experience")
    (event,) = teams.assign(command, given(opened()), NOW)
    assert kentucky(formed(), event).cohort == "2"


def test_a_cohort_is_of_at_least_one_jurisdiction() -> None:
    command = AssignCohort(engagement_id="plc-2026", cohort="2", jurisdictions=(), why="Less experience")
    with pytest.raises(Malformed, match="at least one"):
        teams.assign(command, given(opened()), NOW)


def test_a_facilitator_hands_over_to_another() -> None:
    gone = roles.vacate(vacate(role="facilitator", person_id="p-ruiz"), given(opened()), NOW)
    vacant = given(opened(), *gone).engagement
    assert vacant
    assert (vacant.facilitator, vacant.vacant) == (None, ("facilitator",))
    come = roles.fill(fill(role="facilitator", person_id="p-okafor", on="2026-09-15"), given(opened(), *gone), NOW)
    filled = given(opened(), *gone, *come).engagement
    assert filled
    assert (filled.facilitator, filled.vacant) == ("p-okafor", ())


def test_only_who_has_a_role_can_give_it_up() -> None:
    with pytest.raises(NotInRole, match="p-okafor is not facilitator of engagement plc-2026"):
        roles.vacate(vacate(role="facilitator", person_id="p-okafor"), given(opened()), NOW)


def test_giving_up_a_role_twice_is_giving_it_up_once() -> None:
    command = vacate(role="facilitator", person_id="p-ruiz", on="2026-09-10")
    gone = roles.vacate(command, given(opened()), NOW)
    assert roles.vacate(command.model_copy(update={"on": None}), given(opened(), *gone), NOW) == gone


def test_a_team_loses_and_finds_its_member_of_the_lead_agency() -> None:
    gone = roles.vacate(
        vacate(role="lead_agency", team_id="team-ky", person_id="p-adams"), given(opened(), formed()), NOW
    )
    assert kentucky(formed(), *gone).vacant == ("lead_agency",)
    known = given(opened(), formed(), *gone)
    come = roles.fill(fill(role="lead_agency", team_id="team-ky", person_id="p-cole", on="2026-09-16"), known, NOW)
    team = kentucky(formed(), *gone, *come)
    assert team.vacant == ()
    assert team.has("lead_agency", "p-cole")
    assert not team.has("lead_agency", "p-adams")


def test_a_role_belongs_to_the_engagement_or_to_a_team() -> None:
    with pytest.raises(Malformed, match="role of the engagement"):
        roles.fill(fill(role="evaluator", team_id="team-ky", person_id="p-cole"), given(opened(), formed()), NOW)
    with pytest.raises(Malformed, match="role in a team"):
        roles.fill(fill(role="provider", person_id="p-cole"), given(opened(), formed()), NOW)


def test_nobody_takes_on_a_role_in_a_team_that_left() -> None:
    with pytest.raises(TeamGone):
        roles.fill(fill(role="provider", team_id="team-ky", person_id="p-c"), given(opened(), formed(), LEFT), NOW)


def test_a_team_is_introduced_to_the_state_that_can_help_it() -> None:
    pair: dict[str, Any] = {
        "engagement_id": "plc-2026", "from_team": "team-ky", "to_jurisdiction": "TN", "need": "transport"
    }  # fmt: skip
    suggested = peers.suggest(SuggestPeers(**pair, score=0.8), given(opened(), formed()), NOW)
    connected = peers.connect(ConnectPeers(**pair), given(opened(), formed(), *suggested), NOW)
    (known,) = given(opened(), formed(), *connected, *suggested).peers.values()
    assert (known.state, known.score, known.connected_on) == ("connected", 0.8, date(2026, 9, 14))


def test_a_state_is_no_peer_of_its_own_team() -> None:
    command = ConnectPeers(engagement_id="plc-2026", from_team="team-ky", to_jurisdiction="KY", need="transport")
    with pytest.raises(Malformed, match="own jurisdiction"):
        peers.connect(command, given(opened(), formed()), NOW)
