"""Who a team is made of: as it was formed and changed, and as people give up and take on roles."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import known
from shared.events.base import Fact
from shared.playbooks.staffing import Staff
from tests.support.saying import history, said, schedule

OPENED = said("engagement_opened")
AGENCY, CONTRACTOR, FAMILY = (
    {"person_id": "p-1", "role": "lead_agency"},
    {"person_id": "p-2", "role": "state_contractor"},
    {"person_id": "p-3", "role": "family"},
)


def formed(*members: dict[str, str], lead: str = "p-1") -> Fact:
    return said("team_formed", lead=lead, members=list(members), formed_on="2027-01-04")


def changed(on: str, *members: dict[str, str], lead: str = "p-1") -> Fact:
    return said("team_changed", lead=lead, members=list(members), changed_on=on)


def vacated(on: str, who: dict[str, Any]) -> Fact:
    return said("role_vacated", team_id="ky", on=on, **who)


def filled(on: str, who: dict[str, Any]) -> Fact:
    return said("role_filled", team_id="ky", on=on, **who)


def staff(facts: Sequence[Fact]) -> Staff:
    return history([OPENED, *facts]).teams["ky"].staff


def people(facts: Sequence[Fact]) -> list[str]:
    return sorted(member.person_id for member in staff(facts).members)


def test_who_gives_up_a_role_is_no_member_any_more_and_who_takes_it_on_is_one() -> None:
    facts = [formed(AGENCY, FAMILY), vacated("2027-02-01", AGENCY)]
    assert (people(facts), staff(facts).vacant) == (["p-3"], ("lead_agency",))
    facts.append(filled("2027-02-15", {"person_id": "p-9", "role": "lead_agency"}))
    assert (people(facts), staff(facts).vacant) == (["p-3", "p-9"], ())


def test_who_has_two_roles_is_one_of_the_team() -> None:
    assert staff([formed(AGENCY, FAMILY), filled("2027-02-01", {"person_id": "p-3", "role": "health"})]).size == 2


def test_a_later_change_tells_the_team_as_a_whole() -> None:
    facts = [formed(AGENCY, FAMILY), vacated("2027-02-01", AGENCY), changed("2027-03-01", AGENCY, CONTRACTOR)]
    assert (people(facts), staff(facts).vacant) == (["p-1", "p-2"], ())
    facts = [formed(AGENCY, FAMILY), changed("2027-02-01", AGENCY, CONTRACTOR), vacated("2027-03-01", AGENCY)]
    assert people(facts) == ["p-2"]


def test_a_lead_who_left_is_no_lead_until_another_is_named() -> None:
    facts = [formed(AGENCY, FAMILY), vacated("2027-02-01", AGENCY)]
    assert not staff(facts).has_lead
    assert staff([*facts, changed("2027-02-15", FAMILY, lead="p-3")]).has_lead


def test_a_lead_who_was_never_listed_among_the_members_can_not_have_left_them() -> None:
    assert staff([formed(FAMILY, lead="p-77")]).has_lead


@pytest.mark.parametrize(
    ("members", "is_so"),
    [([CONTRACTOR], True), ([CONTRACTOR, {**AGENCY, "person_id": "p-2"}], False), ([FAMILY], False)],
)
def test_a_team_is_led_by_a_contractor_whose_lead_is_there_for_nobody_else(
    members: list[dict[str, str]], is_so: bool
) -> None:
    assert staff([formed(*members, lead="p-2")]).contractor_led is is_so


def test_the_lead_agency_of_a_team_follows_who_comes_and_goes() -> None:
    rule = "- {name: r, each: team, when: {has_lead_agency: false}, task: T, to: f, due: {after: formed}}"
    facts = [OPENED, formed(AGENCY), vacated("2027-02-01", AGENCY)]
    assert set(schedule(rule, facts)) == {"r/ky/1"}
    assert schedule(rule, [*facts, filled("2027-02-15", {"person_id": "p-9", "role": "lead_agency"})]) == {}


def test_intake_knows_the_same_people_as_the_playbooks_do() -> None:
    facts = [OPENED, formed(AGENCY, FAMILY), changed("2027-03-01", AGENCY, CONTRACTOR), vacated("2027-02-01", AGENCY)]
    team = known(history(facts)).teams["ky"]
    assert [member.person_id for member in team.members] == people(facts) == ["p-1", "p-2"]
    assert (team.lead, team.vacant) == ("p-1", ())


TOLD = st.lists(
    st.tuples(
        st.sampled_from([vacated, filled]),
        st.integers(1, 9).map(lambda day: date(2027, 2, day).isoformat()),
        st.sampled_from([AGENCY, CONTRACTOR, FAMILY]),
    ).map(lambda told: told[0](told[1], told[2])),
    max_size=8,
    unique_by=lambda fact: fact.id,
)


@given(TOLD, st.data())
def test_the_days_of_facts_decide_who_is_in_a_team_and_not_the_order_in_which_they_came(
    told: list[Fact], data: st.DataObject
) -> None:
    facts = [formed(AGENCY, FAMILY), changed("2027-02-05", FAMILY, CONTRACTOR), *told]
    assert staff(data.draw(st.permutations(facts))) == staff(facts)
