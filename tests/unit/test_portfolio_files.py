"""The example portfolio: its facts are those of the files, nothing is invented, and the summary has the files' sums."""

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.demo.portfolio import FILES, unlike_the_files
from services.demo.portfolio.printing import as_text
from services.demo.portfolio.reading import facts_of, opportunities_in
from services.demo.portfolio.summary import summarized
from shared.errors import Malformed
from shared.events import wire
from shared.events.intake import CohortAssigned, EngagementOpened, TeamFormed

OPPORTUNITIES = opportunities_in(FILES)
FACTS = [fact for opportunity in OPPORTUNITIES for fact in facts_of(opportunity)]
ROWS = list(csv.DictReader((FILES / "opportunities.csv").read_text(encoding="utf-8").splitlines()))
PEOPLE = list(csv.DictReader((FILES / "participants.csv").read_text(encoding="utf-8").splitlines()))


def test_the_summary_matches_the_sums_of_the_file() -> None:
    portfolio = summarized(FACTS, [])
    numbers = [int(row["lead_agencies"]) for row in ROWS if row["lead_agencies"] != "?"]
    assert len(portfolio.rows) == len(ROWS) == 24
    assert portfolio.cohorts == sum(int(row["cohorts"]) for row in ROWS) == 31
    assert (portfolio.participations, portfolio.with_a_number) == (sum(numbers), len(numbers)) == (239, 18)


def test_each_group_adds_up_to_the_whole() -> None:
    told = summarized(FACTS, []).document()
    for group in ("centers", "models", "terms", "levels"):
        for name in ("engagements", "cohorts", "participations", "teams"):
            assert sum(sums[name] for sums in told[group].values()) == told[name], (group, name)
    assert told["levels"]["system"]["engagements"] == Counter(row["outcome"] for row in ROWS)["system"]
    assert told["follow_up"]["after_close"] == {"yes": 10, "unknown": 9, "no": 3, "ongoing": 2}
    assert told["follow_up"]["after_session"]["no"] == 4


def test_every_opportunity_is_an_engagement_of_its_own_that_keeps_what_the_file_tells() -> None:
    opened = [fact.event for fact in FACTS if isinstance(fact.event, EngagementOpened)]
    assert len({event.engagement_id for event in opened}) == 24
    assert [event.title for event in opened] == [row["title"] for row in ROWS]
    first, unknown = opened[0].model_extra or {}, opened[9].model_extra or {}
    assert first["as_told"]["lead_agencies"] == 16
    assert "lead_agencies" not in unknown["as_told"], "unknown is never zero"
    assert {len(event.goals) for event in opened} == {0, 1}


def test_every_organisation_is_a_member_of_one_team_and_no_state_is_invented() -> None:
    teams = [fact.event for fact in FACTS if isinstance(fact.event, TeamFormed)]
    assert Counter((team.jurisdiction, member.organisation) for team in teams for member in team.members) == Counter(
        (row["jurisdiction"], row["organisation"]) for row in PEOPLE
    )
    in_cohorts = {code for fact in FACTS if isinstance(fact.event, CohortAssigned) for code in fact.event.jurisdictions}
    assert in_cohorts == {row["jurisdiction"] for row in PEOPLE}
    assert {m.role for team in teams for m in team.members if m.organisation == "State CCDF Lead Agency"} == {
        "lead_agency"
    }


def test_people_of_different_engagements_have_different_ids() -> None:
    teams = [fact.event for fact in FACTS if isinstance(fact.event, TeamFormed)]
    assert len({member.person_id for team in teams for member in team.members}) == len(PEOPLE)


def test_the_facts_can_be_sent_and_say_what_was_assumed() -> None:
    for fact in FACTS:
        again = wire.decode(wire.encode(fact))
        assert (again.event, again.extensions) == (fact.event, fact.extensions)
        if isinstance(fact.event, EngagementOpened):
            assert "opened_on" in fact.extensions["assumed"]


def test_an_engagement_that_lacks_a_cohort_or_came_twice_is_noticed() -> None:
    assert unlike_the_files(FACTS, OPPORTUNITIES) == []
    lacking = [fact for fact in FACTS if not isinstance(fact.event, CohortAssigned) or fact.event.cohort != "3"]
    assert unlike_the_files(lacking, OPPORTUNITIES) == ["Emerging Leaders: 2 cohorts instead of 3"]
    assert "opened 2 times" in unlike_the_files([*FACTS, FACTS[0]], OPPORTUNITIES)[0]


def test_a_participant_of_no_opportunity_is_refused(tmp_path: Path) -> None:
    (tmp_path / "opportunities.csv").write_text((FILES / "opportunities.csv").read_text(encoding="utf-8"))
    (tmp_path / "participants.csv").write_text("opportunity,jurisdiction,organisation\nNowhere,KY,An agency\n")
    with pytest.raises(Malformed, match="no such opportunity: Nowhere"):
        opportunities_in(tmp_path)


def test_the_summary_is_told_for_people() -> None:
    told = as_text(summarized(FACTS, []), [], ["e1/ask/ky/1"], datetime(2018, 3, 31, tzinfo=UTC), 12)
    assert "31 cohorts; 239 participations of agencies, over the 18 engagements that give a number" in told
    assert "Nothing is missing." in told
    assert "Fell due twice:\n  e1/ask/ky/1" in told
