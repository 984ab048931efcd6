"""Cohorts proposed: by stage and size, with the reason in plain words; a person decides."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.intake.decisions.proposing import STAGES, cohorts
from services.intake.domain import ProposedCohort, Wanted
from shared.events.base import Event
from shared.events.intake import ApplicationReceived, CohortAssigned, TeamLeft
from shared.playbooks.places import PLACES
from tests.support.intake import formed, given, opened

EXPLORING, INSTALLING, IMPLEMENTING, SUSTAINING = STAGES


def applied(jurisdiction: str, stage: str, id: str = "", on: str = "2026-09-02") -> ApplicationReceived:
    return ApplicationReceived.model_validate(
        {
            "engagement_id": "plc-2026",
            "application_id": id or f"a-{jurisdiction}",
            "jurisdiction": jurisdiction,
            "stage": stage,
            "received_on": on,
        }
    )


def all_of(stage: str, codes: str) -> list[Event]:
    return [applied(code, stage) for code in codes.split()]


def proposed(*events: Event, wanted: Wanted = Wanted()) -> tuple[ProposedCohort, ...]:
    return cohorts(given(opened(), *events), wanted)


def groups(found: Sequence[ProposedCohort]) -> list[set[str]]:
    return [set(cohort.jurisdictions) for cohort in found]


def test_agencies_at_one_stage_learn_together() -> None:
    found = proposed(*all_of(EXPLORING, "KY TN WI IN"), *all_of(SUSTAINING, "NY OR DE FL"))
    assert groups(found) == [{"KY", "TN", "WI", "IN"}, {"NY", "OR", "DE", "FL"}]
    assert [cohort.cohort for cohort in found] == ["1", "2"]
    assert found[0].why == "All 4 are exploring."


def test_stages_that_lie_next_to_each_other_fill_one_cohort() -> None:
    found = proposed(*all_of(EXPLORING, "KY TN WI IN"), *all_of(INSTALLING, "NH"), *all_of(IMPLEMENTING, "NY OR DE FL"))
    assert groups(found) == [{"KY", "TN", "WI", "IN"}, {"NH", "NY", "OR", "DE", "FL"}] or groups(found) == [
        {"KY", "TN", "WI", "IN", "NH"}, {"NY", "OR", "DE", "FL"},
    ]  # fmt: skip
    assert any("their stages lie next to each other" in cohort.why for cohort in found)


def test_one_stage_that_is_too_many_for_a_cohort_is_two_and_says_so() -> None:
    found = proposed(*all_of(EXPLORING, "KY TN WI IN NH NY OR DE FL GA"))
    assert [len(cohort.jurisdictions) for cohort in found] == [5, 5]
    assert "Not all that are exploring fit into one cohort." in found[0].why


def test_agencies_of_one_region_stay_together_where_a_stage_is_split() -> None:
    found = proposed(*all_of(EXPLORING, "KY WA TN OR FL ID GA AK"), wanted=Wanted(2, 4))
    assert groups(found) == [{"KY", "TN", "FL", "GA"}, {"WA", "OR", "ID", "AK"}]


def test_as_many_cohorts_as_were_asked_for() -> None:
    found = proposed(*all_of(EXPLORING, "KY TN WI"), *all_of(SUSTAINING, "NY OR DE"), wanted=Wanted(number=2))
    assert groups(found) == [{"KY", "TN", "WI"}, {"NY", "OR", "DE"}]
    assert found[0].why == "All 3 are exploring. 2 cohorts were asked for."


def test_a_cohort_that_is_smaller_than_wanted_says_so() -> None:
    [cohort] = proposed(*all_of(EXPLORING, "KY TN"))
    assert cohort.why == "All 2 are exploring. 4 to 8 were wanted; no other way of cutting comes closer."


def test_nobody_learns_alone_unless_there_is_only_one() -> None:
    assert groups(proposed(applied("KY", EXPLORING), applied("NY", SUSTAINING), wanted=Wanted(1, 1))) == [{"KY", "NY"}]
    assert proposed(applied("KY", EXPLORING))[0].why.startswith("It is exploring, and there is no other.")


def test_the_latest_application_of_an_agency_counts() -> None:
    later = applied("KY", SUSTAINING, id="again", on="2026-09-10")
    [cohort] = proposed(later, applied("KY", EXPLORING), wanted=Wanted(1, 8))
    assert cohort.why == "It is sustaining, and there is no other."


def test_who_is_in_a_cohort_or_has_left_is_not_proposed_again_and_names_stay_free() -> None:
    assigned = CohortAssigned(engagement_id="plc-2026", cohort="1", jurisdictions=("TN", "WI"), why="Alike")
    left = TeamLeft(engagement_id="plc-2026", team_id="team-ky", left_on=date(2026, 9, 10), reason="No time")
    found = proposed(*all_of(EXPLORING, "KY TN WI IN NH"), assigned, formed(), left)
    assert [(cohort.cohort, set(cohort.jurisdictions)) for cohort in found] == [("2", {"IN", "NH"})]
    assert proposed(assigned) == ()


CODES = st.lists(st.sampled_from(sorted(PLACES)), unique=True, max_size=30)
WANTED = st.tuples(st.integers(1, 9), st.integers(0, 9), st.none() | st.integers(1, 9)).map(
    lambda drawn: Wanted(drawn[0], drawn[0] + drawn[1], drawn[2])
)


@drawn(CODES, WANTED, st.data())
def test_everybody_is_in_one_cohort_whatever_the_order_of_applications(
    codes: list[str], wanted: Wanted, data: st.DataObject
) -> None:
    stages = data.draw(st.lists(st.sampled_from(STAGES), min_size=len(codes), max_size=len(codes)))
    day = date(2026, 9, 2)
    days = [str(day + timedelta(days=n)) for n in range(len(codes))]
    told = [applied(code, stage, on=on) for code, stage, on in zip(codes, stages, days, strict=True)]
    found = proposed(*told, wanted=wanted)
    assert sorted(code for cohort in found for code in cohort.jurisdictions) == sorted(codes)
    assert all(len(cohort.jurisdictions) > 1 for cohort in found) or len(codes) == 1
    assert found == proposed(*data.draw(st.permutations(told)), wanted=wanted)
    order = [STAGES.index(stages[codes.index(code)]) for cohort in found for code in cohort.jurisdictions]
    assert order == sorted(order)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_so_many_cohorts_are_proposed_as_long_as_nobody_learns_alone(number: int) -> None:
    found = proposed(*all_of(EXPLORING, "KY TN WI IN"), wanted=Wanted(number=number))
    assert len(found) == min(number, 2)
