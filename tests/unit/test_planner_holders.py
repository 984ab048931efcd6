"""Who holds a role as the facts stand, who may be reached, and that nothing owed hangs on a person."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.events.base import Fact
from shared.playbooks.holders import LEADS, MEMBERS, Holders, Seat
from shared.playbooks.places import Places
from shared.playbooks.planner import calendar_of, plan
from tests.support.logs import DAYS, HEADER, RULES, TEAMS, logs_of_an_engagement
from tests.support.saying import Desk, history, playbook, said, schedule

OPENED = said("engagement_opened", people={"facilitator": "p-f", "evaluator": "p-e", "supervisor": "p-s"})
MEMBERS_OF_KY = [{"person_id": "p-1", "role": "lead_agency"}, {"person_id": "p-2", "role": "health"}]
FORMED = said("team_formed", members=MEMBERS_OF_KY)
LAW = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def vacated(role: str, person_id: str, on: str, **more: Any) -> Fact:
    return said("role_vacated", role=role, person_id=person_id, on=on, **more)


def filled(role: str, person_id: str, on: str, **more: Any) -> Fact:
    return said("role_filled", role=role, person_id=person_id, on=on, **more)


def holders(*facts: Fact) -> Holders:
    return history([OPENED, FORMED, *facts]).holders


GONE = vacated("facilitator", "p-f", "2027-02-01")
NEW = filled("facilitator", "p-g", "2027-02-10")
GONE_FROM_KY = vacated("lead_agency", "p-1", "2027-02-01", team_id="ky")
NEW_IN_KY = filled("lead_agency", "p-3", "2027-02-10", team_id="ky")


# ---- who holds what


def test_a_role_is_held_by_whom_the_opening_named() -> None:
    assert holders().seat("facilitator").person_id == "p-f"
    assert holders().seat("supervisor", "ky").person_id == "p-s"


def test_a_role_that_was_given_up_is_nobodys_since_that_day() -> None:
    assert holders(GONE).seat("facilitator") == Seat((), date(2027, 2, 1))
    assert holders(GONE).seat("evaluator").person_id == "p-e"


def test_whoever_follows_holds_the_role() -> None:
    assert holders(GONE, NEW).seat("facilitator") == Seat(("p-g",))


def test_a_change_of_the_engagement_names_who_runs_it_too() -> None:
    people = {"facilitator": "p-h", "evaluator": "p-e"}
    changed = said("engagement_changed", changed_on="2027-02-20", people=people)
    assert holders(GONE, NEW, changed).seat("facilitator").person_id == "p-h"
    assert holders(GONE, NEW, changed).seat("supervisor").person_id == "p-s"


def test_who_gives_up_what_somebody_else_has_by_then_leaves_it_filled() -> None:
    assert holders(NEW, vacated("facilitator", "p-f", "2027-02-12")).seat("facilitator").person_id == "p-g"


def test_a_role_that_nobody_ever_had_is_not_vacant() -> None:
    assert holders().seat("licensing", "ky") == holders().seat("regional_office") == Seat()


def test_the_lead_of_a_team_who_left_it_leads_it_no_more() -> None:
    assert holders().seat("team_lead", "ky").person_id == "p-1"
    assert holders(GONE_FROM_KY).seat("team_lead", "ky") == Seat((), date(2027, 2, 1))
    changed = said(
        "team_changed", changed_on="2027-02-11", lead="p-3", members=[{"person_id": "p-3", "role": "health"}]
    )
    assert holders(GONE_FROM_KY, NEW_IN_KY, changed).seat("team_lead", "ky").person_id == "p-3"


def test_of_two_in_one_role_the_other_stays() -> None:
    second = filled("lead_agency", "p-3", "2027-01-20", team_id="ky")
    assert holders(second).seat("lead_agency", "ky") == Seat(("p-1", "p-3"))
    assert holders(second, GONE_FROM_KY).seat("lead_agency", "ky") == Seat(("p-3",))


def test_of_a_team_that_left_nobody_holds_anything_and_nothing_is_vacant() -> None:
    left = said("team_left", left_on="2027-03-01")
    assert holders(GONE_FROM_KY, left).seat("lead_agency", "ky") == Seat()
    assert holders(GONE_FROM_KY, left).vacancies() == []


# ---- whom one may reach


def test_nobody_who_left_is_reached() -> None:
    assert holders().reach(MEMBERS) == ("p-1", "p-2")
    assert holders(GONE_FROM_KY).reach(MEMBERS) == ("p-2",)
    assert holders(GONE_FROM_KY).reach(LEADS) == ()
    assert holders(GONE).reach("facilitator") == ()
    assert holders(GONE, NEW).reach("facilitator") == ("p-g",)


def test_a_round_of_one_team_reaches_that_team_only() -> None:
    other = said("team_formed", team_id="vi", jurisdiction="VI", lead="p-8", members=[])
    assert holders(other).reach(LEADS) == ("p-1", "p-8")
    assert holders(other).reach(LEADS, "vi") == holders(other).reach("team_lead", "vi") == ("p-8",)
    assert holders(other).reach("health", "vi") == ()
    assert holders(other).reach("health") == ("p-2",)


def test_nobody_of_a_team_that_left_is_reached() -> None:
    assert holders(said("team_left", left_on="2027-03-01")).reach(MEMBERS) == ()


PEOPLE = ("p-1", "p-2", "p-3")
IN_TEAM = st.builds(
    lambda came, **told: said("role_filled" if came else "role_vacated", role="health", **told),
    came=st.booleans(),
    team_id=st.sampled_from(list(TEAMS)),
    person_id=st.sampled_from(PEOPLE),
    on=DAYS,
)


@LAW
@given(st.lists(IN_TEAM, max_size=12), st.data())
def test_a_person_whose_last_word_was_to_leave_is_never_reached(roles: list[Fact], data: st.DataObject) -> None:
    teams = [said("team_formed", team_id=id, jurisdiction=code, members=[], lead="p-0") for id, code in TEAMS.items()]
    facts = data.draw(st.permutations([*teams, *roles, *roles]))
    found = history([OPENED, *facts]).holders
    last = {}
    for fact in sorted(roles, key=lambda one: (one.event.on, one.time, "filled" in one.event.type)):  # type: ignore[attr-defined]
        last[fact.event.team_id, fact.event.person_id] = "filled" in fact.event.type  # type: ignore[attr-defined]
    for id in TEAMS:
        expected = {person for (team_id, person), came in last.items() if came and team_id == id}
        assert set(found.reach("health", id)) == expected


# ---- what is owed stays owed


RUNNING = st.builds(
    lambda came, **told: said("role_filled" if came else "role_vacated", **told),
    came=st.booleans(),
    role=st.sampled_from(["facilitator", "evaluator", "supervisor"]),
    person_id=st.sampled_from(["p-f", "p-e", "p-new"]),
    on=DAYS,
)


@LAW
@given(logs_of_an_engagement(), st.lists(RUNNING, max_size=6), st.data())
def test_no_obligation_is_lost_or_doubled_by_a_handover(
    log: list[Fact], handovers: list[Fact], data: st.DataObject
) -> None:
    book, now = playbook(RULES, HEADER), datetime(2027, 3, 1, tzinfo=UTC)

    def dates(facts: list[Fact]) -> dict[str, datetime]:
        owed = plan(book, history(facts), calendar_of(book, Places()), now)
        return {key: it.falls_due_at for key, it in owed.items()}

    assert dates(data.draw(st.permutations([*log, *handovers, *handovers]))) == dates(log)


ASK = "- {name: ask, each: team, task: Ask, to: facilitator, due: {wait: 2 weeks, after: formed}}\n"
ASK_KY = "- {name: ask, each: team, task: Ask, to: lead_agency, due: {wait: 2 weeks, after: formed}}\n"


def test_a_task_stays_open_in_nobodys_name_and_then_in_that_of_the_successor() -> None:
    desk = Desk(ASK)
    desk.hear(OPENED, FORMED)
    before = desk.row("ask/ky/1")
    assert before.person_id == "p-f"
    [change] = desk.hear(GONE)
    assert change.is_silent and change.row.state == "scheduled"
    assert (desk.row("ask/ky/1").person_id, desk.row("ask/ky/1").vacant_since) == (None, date(2027, 2, 1))
    [change] = desk.hear(NEW)
    assert change.is_silent
    after = desk.row("ask/ky/1")
    assert (after.person_id, after.vacant_since, after.n) == ("p-g", None, before.n)


def test_a_task_of_a_team_is_in_the_name_of_whoever_has_the_role_there() -> None:
    desk = Desk(ASK_KY)
    desk.hear(OPENED, FORMED, GONE_FROM_KY)
    assert (desk.row("ask/ky/1").person_id, desk.row("ask/ky/1").vacant_since) == (None, date(2027, 2, 1))


def test_a_task_that_was_handed_over_is_in_the_name_of_whoever_has_that_role() -> None:
    desk = Desk(ASK)
    given_on = said("follow_up_handed_over", task_id="e1/ask/ky/1", on="2027-01-05", to="supervisor")
    desk.hear(OPENED, FORMED, given_on)
    assert desk.row("ask/ky/1").person_id == "p-s"


def test_what_was_done_stays_in_the_name_of_whoever_held_the_role_then() -> None:
    desk = Desk(ASK)
    desk.hear(OPENED, FORMED, said("follow_up_done", task_id="e1/ask/ky/1", on="2027-01-05"), GONE, NEW)
    assert (desk.state("ask/ky/1"), desk.row("ask/ky/1").person_id) == ("done", "p-f")


# ---- the scope vacancy


FILL = "- {name: fill, each: vacancy, task: 'New {role}', to: supervisor, due: {wait: 5 business days, after: vacated}, done_by: filled}\n"  # noqa: E501 - a rule a line


def test_a_role_that_was_given_up_has_to_be_filled() -> None:
    assert schedule(FILL, [OPENED, GONE]) == {"fill/e1@facilitator-2027-02-01/1": "2027-02-08 09:00, scheduled"}
    assert schedule(FILL, [OPENED, GONE, NEW]) == {"fill/e1@facilitator-2027-02-01/1": "2027-02-08 09:00, done"}


def test_a_role_that_was_filled_before_it_was_given_up_is_no_vacancy() -> None:
    assert schedule(FILL, [OPENED, filled("facilitator", "p-g", "2027-01-31"), GONE]) == {}


def test_each_time_that_a_role_is_given_up_is_a_vacancy_of_its_own() -> None:
    again = vacated("facilitator", "p-g", "2027-05-03")
    assert schedule(FILL, [again, NEW, GONE, OPENED]) == {
        "fill/e1@facilitator-2027-02-01/1": "2027-02-08 09:00, done",
        "fill/e1@facilitator-2027-05-03/1": "2027-05-10 09:00, scheduled",
    }


def test_a_role_in_a_team_counts_in_the_zone_of_the_team_and_goes_when_the_team_leaves() -> None:
    guam = said("team_formed", team_id="gu", jurisdiction="GU", members=MEMBERS_OF_KY)
    gone = vacated("health", "p-2", "2027-02-01", team_id="gu")
    rule = FILL.replace("'New {role}'", "'New {role} for {team.jurisdiction}'")
    desk = Desk(rule)
    desk.hear(OPENED, guam, gone)
    row = desk.row("fill/gu@health-2027-02-01/1")
    assert (row.title, row.team_id, row.zone) == ("New health for GU", "gu", "Pacific/Guam")
    desk.hear(said("team_left", team_id="gu", left_on="2027-02-03"))
    assert desk.state("fill/gu@health-2027-02-01/1") == "withdrawn"


def test_rules_can_tell_roles_of_the_engagement_from_those_of_teams() -> None:
    rule = FILL.replace("each: vacancy,", "each: vacancy, when: {of_team: false, role: {not: supervisor}},")
    facts = [OPENED, FORMED, GONE, GONE_FROM_KY, vacated("supervisor", "p-s", "2027-02-01")]
    assert list(schedule(rule, facts)) == ["fill/e1@facilitator-2027-02-01/1"]
