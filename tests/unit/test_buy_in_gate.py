"""The buy-in gate: what a team lacks, why its plan is at risk, and the tasks that come of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.base import Fact
from shared.playbooks.items import Items
from shared.playbooks.model import BadPlaybook
from shared.playbooks.places import Places
from shared.playbooks.planner import calendar_of
from shared.playbooks.risks import Risk, risks
from tests.support.saying import held, history, playbook, said, schedule, session

MODEL = "teams: {size: [2, 3], must_include: [lead_agency, family], signed_off: before first session}\n"
RULE = "- {name: r, each: session, task: T, to: f, due: {after: held}}"
OPENED = said("engagement_opened")
AGENCY, FAMILY, CONTRACTOR = (
    {"person_id": "p-1", "role": "lead_agency"},
    {"person_id": "p-3", "role": "family"},
    {"person_id": "p-2", "role": "state_contractor"},
)
SIGNED = said("leadership_signed_off", signed_on="2027-01-08")


def formed(*members: dict[str, str], lead: str = "p-1") -> Fact:
    return said("team_formed", lead=lead, members=list(members or (AGENCY, FAMILY)), formed_on="2027-01-04")


def vacated(who: dict[str, Any], on: str) -> Fact:
    return said("role_vacated", team_id="ky", on=on, **who)


def met(number: int, day: str, *teams: str) -> list[Fact]:
    """A session that was held, with these teams."""
    at = f"{day}T14:00:00-05:00"
    return [session(number, at), held(number, at, attendance={team: ["p-1"] for team in teams})]


def found(facts: Sequence[Fact], on: str | None = None, model: str = MODEL) -> tuple[Risk, ...]:
    """What Kentucky's team lacks on a day."""
    book = playbook(RULE, model)
    ground = Items(book, history([OPENED, *facts]), calendar_of(book, Places(), "America/New_York")).ground
    return risks(book, ground.standings["ky"], date.fromisoformat(on) if on else None)


def codes(facts: Sequence[Fact], on: str | None = None) -> list[str]:
    return [risk.code for risk in found(facts, on)]


def rule(moment: str, title: str = "T", **more: Any) -> str:
    words = {"name": "r", "each": "team", "task": f'"{title}"', "to": "facilitator", **more}
    spelled = ", ".join(f"{name}: {value}" for name, value in words.items())
    return f"- {{{spelled}, due: {{wait: 3 days, after: {moment}, roll: none}}}}"


def test_a_team_that_is_as_its_model_wants_it_lacks_nothing() -> None:
    assert found([formed(), SIGNED, *met(1, "2027-01-12", "ky")]) == ()


def test_nobody_speaks_for_the_lead_agency() -> None:
    [risk] = [one for one in found([formed(FAMILY, CONTRACTOR, lead="p-3")]) if one.puts_at_risk]
    assert (risk.code, risk.since) == ("no_lead_agency", date(2027, 1, 4))
    assert risk.sentence == "Nobody in the team speaks for the lead agency."


def test_a_role_that_the_model_wants_is_missed_by_its_name() -> None:
    [risk] = found([formed(AGENCY, CONTRACTOR)])
    assert (risk.code, risk.role, risk.puts_at_risk) == ("missing_role", "family", False)
    assert risk.sentence == "Nobody in the team is there for family."


@pytest.mark.parametrize(
    ("members", "code"), [([], "too_small"), ([CONTRACTOR, {"person_id": "p-4", "role": "health"}], "too_large")]
)
def test_a_team_is_too_small_or_too_large_for_its_model(members: list[dict[str, str]], code: str) -> None:
    model = MODEL.replace("[2, 3]", "[3, 3]") if code == "too_small" else MODEL
    assert [risk.code for risk in found([formed(AGENCY, FAMILY, *members)], model=model)] == [code]


def test_a_lead_who_left_puts_the_plan_at_risk_until_another_is_named() -> None:
    facts = [formed(), vacated(FAMILY, "2027-01-20")]
    assert "no_lead" not in codes(facts)
    facts.append(vacated(AGENCY, "2027-02-01"))
    risk = next(one for one in found(facts) if one.code == "no_lead")
    assert (risk.since, risk.sentence) == (
        date(2027, 2, 1), "Its lead (p-1) is no member any more, and no other is named.",
    )  # fmt: skip
    facts.append(
        said("team_changed", lead="p-9", members=[{**AGENCY, "person_id": "p-9"}, FAMILY], changed_on="2027-03-01")
    )
    assert codes(facts) == []


def test_a_team_that_its_contractor_leads_is_at_risk() -> None:
    assert codes([formed(AGENCY, FAMILY, CONTRACTOR, lead="p-2")]) == ["contractor_led"]


def test_a_team_without_a_sign_off_is_at_risk_once_the_day_for_it_has_come() -> None:
    facts = [formed(), session(1, "2027-01-12T14:00:00-05:00")]
    assert codes(facts, "2027-01-11") == []
    assert codes(facts, "2027-01-12") == ["no_sign_off"]
    assert codes([*facts, SIGNED], "2027-01-12") == []


def test_what_is_certain_from_the_facts_alone_needs_no_day() -> None:
    facts = [formed(), session(1, "2027-01-12T14:00:00-05:00")]
    assert codes(facts) == []
    assert codes([formed(), *met(1, "2027-01-12", "ky")]) == ["no_sign_off"]


def test_two_sessions_missed_in_a_row_put_a_plan_at_risk_until_the_team_comes_again() -> None:
    facts = [formed(), SIGNED, *met(1, "2027-01-12", "ky"), *met(2, "2027-02-09")]
    assert codes(facts) == []
    facts += met(3, "2027-03-09")
    [risk] = found(facts)
    assert (risk.code, risk.since) == ("missed_two_in_a_row", date(2027, 3, 9))
    assert risk.sentence == "It missed sessions 2 and 3, one after the other."
    assert codes([*facts, *met(4, "2027-04-06", "ky")]) == []


def test_a_rejected_plan_is_at_risk_by_the_reason_that_was_given() -> None:
    facts = [formed(), SIGNED, said("action_plan_submitted", submitted_on="2027-04-01")]
    facts.append(said("action_plan_rejected", on="2027-04-12", reason="no money for it"))
    assert [risk.sentence for risk in found(facts)] == ["Its plan was rejected: no money for it."]


def test_what_endangers_a_plan_comes_before_what_is_only_lacking() -> None:
    assert codes([formed(CONTRACTOR, lead="p-2")]) == ["contractor_led", "no_lead_agency", "missing_role", "too_small"]


def test_rules_name_the_missing_roles_and_count_from_the_day_since_which_they_are_missing() -> None:
    facts = [OPENED, formed(), vacated(FAMILY, "2027-02-01")]
    text = rule("role_missing", when="{missing_roles: family}")
    assert schedule(text, facts, MODEL) == {"r/ky/1": "2027-02-04 09:00, scheduled"}
    again = said("role_filled", team_id="ky", person_id="p-8", role="family", on="2027-02-02")
    assert schedule(text, [*facts, again], MODEL) == {}


@pytest.mark.parametrize(
    ("moment", "facts", "due"),
    [
        ("lead_missing", [formed(), vacated(AGENCY, "2027-02-01")], "2027-02-04"),
        ("contractor_led", [formed(CONTRACTOR, lead="p-2")], "2027-01-07"),
        ("missed_two", [formed(), *met(1, "2027-01-12"), *met(2, "2027-02-09"), *met(3, "2027-03-09")], "2027-02-12"),
        ("sign_off_due", [formed(), session(1, "2027-01-12T14:00:00-05:00")], "2027-01-15"),
    ],
)
def test_what_is_missing_is_a_task_with_a_date(moment: str, facts: list[Fact], due: str) -> None:
    assert schedule(rule(moment), [OPENED, *facts], MODEL) == {"r/ky/1": f"{due} 09:00, scheduled"}


@pytest.mark.parametrize(
    ("said_by", "due"),
    [
        ("before first session", "2027-01-12"),
        ("2 business days before first session", "2027-01-08"),
        ("{wait: 1 week, after: formed}", "2027-01-11"),
        ("as soon as possible", None),
        ("30 working days before first session", None),
        ("99 years after closed", None),
    ],
)
def test_a_sign_off_has_the_day_that_its_words_tell(said_by: str, due: str | None) -> None:
    facts = [OPENED, formed(), session(1, "2027-01-12T14:00:00-05:00")]
    text = "- {name: r, each: team, task: T, to: f, due: {after: sign_off_due, roll: none}}"
    owed = schedule(text, facts, f"teams: {{signed_off: {said_by}}}\n")
    assert owed == ({"r/ky/1": f"{due} 09:00, scheduled"} if due else {})


@pytest.mark.parametrize(
    ("said_by", "reason"),
    [
        ("{wait: 1 week, before: first_sesion}", "counts from no moment 'first_sesion', did you mean first_session?"),
        ("{wait: 1 week}", "needs one moment: after or before"),
        ("{until: closed, before: closed}", "has no word 'until'"),
        ("{wait: 1 year, before: closed}", "years are not a unit"),
        ("17", "must be words like before first session"),
    ],
)
def test_a_sign_off_that_counts_from_nothing_is_refused(said_by: str, reason: str) -> None:
    with pytest.raises(BadPlaybook, match=r"example.yaml:4 teams.signed_off: ") as refusal:
        playbook(RULE, f"teams: {{signed_off: {said_by}}}\n")
    assert reason in str(refusal.value)


FACTS = [
    formed(),
    *(fact for n in (1, 2, 3) for fact in met(n, f"2027-0{n}-12")),
    vacated(AGENCY, "2027-02-01"),
    said("role_filled", team_id="ky", person_id="p-8", role="state_contractor", on="2027-02-02"),
    said("team_changed", lead="p-8", members=[FAMILY, {**CONTRACTOR, "person_id": "p-8"}], changed_on="2027-02-03"),
]


@given(st.permutations(FACTS), st.integers(0, len(FACTS)))
def test_what_a_team_lacks_does_not_depend_on_the_order_in_which_facts_came(facts: list[Fact], some: int) -> None:
    assert found([*facts, *facts[:some]]) == found(FACTS)
