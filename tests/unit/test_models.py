"""The six engagement models and the policies of centers: their numbers, what each does its own way, what it drops."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shared.playbooks.extending import Flat
from shared.playbooks.imagined import Forecast, forecast
from shared.playbooks.model import Playbook
from shared.playbooks.places import Places
from shared.playbooks.planner import calendar_of
from shared.shelf import whole
from tests.support.saying import held, owed, said, session

FOLDER = Path(__file__).parents[2] / "playbooks"
POLICIES = FOLDER / "examples" / "policies"
MODELS = (
    "action-research-partnership", "community-for-action", "community-of-learners", "community-of-practice",
    "peer-learning-community", "peer-learning-group",
)  # fmt: skip
START = date(2027, 1, 4)


def model(name: str) -> Playbook:
    return whole(FOLDER / f"{name}.yaml", FOLDER).playbook


def policy(name: str) -> Flat:
    return whole(POLICIES / f"{name}.yaml", FOLDER)


def rules(playbook: Playbook) -> set[str]:
    return {rule.name for rule in playbook.rules}


def imagined(name: str) -> list[Forecast]:
    playbook = model(name)
    return forecast(playbook, START, ["KY", "WI"], calendar_of(playbook, Places()))


def days(schedule: list[Forecast], rule: str) -> list[date]:
    return sorted({it.owed.due_at.astimezone(ZoneInfo(it.owed.zone)).date() for it in schedule if it.owed.rule == rule})


# ---- the six models


@pytest.mark.parametrize(
    ("name", "tier", "planned", "minutes"),
    [
        ("community-of-learners", "targeted", 10, 60),
        ("peer-learning-community", "targeted", 5, 120),
        ("peer-learning-group", "targeted", 5, 90),
        ("community-of-practice", "targeted", None, 60),
        ("action-research-partnership", "intensive", 6, 180),
        ("community-for-action", "targeted", 6, 90),
    ],
)
def test_each_model_has_the_sessions_that_its_source_tells_of(
    name: str, tier: str, planned: int | None, minutes: int
) -> None:
    it = model(name)
    assert (it.tier, it.sessions.planned, it.sessions.minutes) == (tier, planned, minutes)


@pytest.mark.parametrize("name", MODELS)
def test_each_model_prepares_its_sessions_chases_approvals_and_judges_its_goals(name: str) -> None:
    assert {"chase-approval", "prepare-session", "post-resources", "declare-goals", "review-goal"} <= rules(model(name))


def test_a_community_of_learners_is_evaluated_after_each_series() -> None:
    schedule = imagined("community-of-learners")
    assert [it.owed.item for it in schedule if it.owed.rule == "after-series"] == ["session-4", "session-7"]
    assert len(days(schedule, "end")) == 1


def test_a_community_of_learners_knows_neither_plans_nor_homework() -> None:
    assert not {rule.each for rule in model("community-of-learners").rules} & {"homework", "plan", "step"}


def test_a_peer_learning_group_calls_a_lead_that_stayed_away_although_the_team_was_there() -> None:
    facts = [
        said("engagement_opened", playbook="peer-learning-group"),
        said("team_formed", lead="p-1", members=[{"person_id": p, "role": "lead_agency"} for p in ("p-1", "p-2")]),
        session(1, "2027-02-02T14:00:00-05:00"),
        held(1, "2027-02-02T14:00:00-05:00", attendance={"ky": ["p-2"]}),
        session(2, "2027-03-02T14:00:00-05:00"),
        held(2, "2027-03-02T14:00:00-05:00", attendance={"ky": ["p-1", "p-2"]}),
        session(3, "2027-04-06T14:00:00-04:00"),
        held(3, "2027-04-06T14:00:00-04:00"),
    ]
    called = {key for key in owed(model("peer-learning-group"), facts) if key.startswith("lead-was-absent")}
    assert called == {"lead-was-absent/ky@s1/1"}


def test_a_peer_learning_group_interviews_a_sample_midway_and_later_and_asks_everybody_at_the_end() -> None:
    asked = {(rule.kind, rule.ask) for rule in model("peer-learning-group").rules if rule.evaluation}
    assert {("mid", "members"), ("mid", "sample"), ("end", "members"), ("later", "sample")} <= asked


def test_a_community_of_practice_has_no_end_and_is_planned_a_year_ahead() -> None:
    it = model("community-of-practice")
    assert it.window is None
    assert not [rule.name for rule in it.rules if rule.due.moment in {"half_of_sessions", "last_session", "closed"}]
    facts = [said("engagement_opened", playbook="community-of-practice")]
    keys = [key for key in owed(it, facts) if key.startswith(("semiannual", "improvement-review"))]
    assert sorted(keys) == [*(f"improvement-review/e1/{n}" for n in (1, 2, 3, 4)), "semiannual/e1/1", "semiannual/e1/2"]


def test_a_year_is_imagined_of_a_community_of_practice() -> None:
    schedule = imagined("community-of-practice")
    assert max(it.owed.due_at.date() for it in schedule) <= date(2028, 1, 5)
    assert days(schedule, "semiannual") == [date(2027, 7, 6), date(2028, 1, 4)]
    assert len(days(schedule, "prepare-session")) == 11


def test_an_action_research_partnership_meets_each_quarter_for_eighteen_months_and_each_team_every_month() -> None:
    schedule = imagined("action-research-partnership")
    assert len(days(schedule, "post-resources")) == 6
    assert len(days(schedule, "work-with-team")) >= 14
    assert days(schedule, "write-case-study")[0] > date(2028, 7, 1)


def test_a_community_for_action_asks_for_plans_while_there_is_time_to_act() -> None:
    schedule = imagined("community-for-action")
    assert max(days(schedule, "ask-for-plan")) < min(days(schedule, "end"))


def test_a_community_for_action_has_room_for_six_states() -> None:
    opened = said("engagement_opened", playbook="community-for-action")
    teams = [
        said("team_formed", team_id=code.lower(), jurisdiction=code)
        for code in ("KY", "WI", "VI", "OH", "IN", "TN", "GA")
    ]
    it = model("community-for-action")
    assert "too-many-states/e1/1" not in owed(it, [opened, *teams[:6]])
    assert "too-many-states/e1/1" in owed(it, [opened, *teams])


# ---- a center's own policy


def test_a_center_that_must_not_follow_up_contacts_nobody_after_the_close() -> None:
    it = policy("no-follow-up")
    assert {moot.rule for moot in it.moot} >= {"last-offer", "team-lead-meeting", "hold-reunion", "later"}
    schedule = forecast(it.playbook, START, ["KY", "WI"], calendar_of(it.playbook, Places()))
    closed = max(days(imagined("peer-learning-community"), "end")) + (date(2027, 1, 31) - date(2027, 1, 1)) * 2
    assert [it.owed.rule for it in schedule if it.owed.contact and it.owed.due_at.date() > closed] == []


def test_a_center_that_follows_up_for_six_months_holds_no_standing_meetings() -> None:
    it, base = policy("six-months"), model("peer-learning-community")
    assert rules(base) - rules(it.playbook) == {"team-lead-meeting"}
    assert it.moot == ()
    assert it.playbook.window == base.window


def test_a_center_that_meets_monthly_meets_every_team() -> None:
    it, base = policy("monthly-for-six-months"), model("peer-learning-community")
    assert rules(base) - rules(it.playbook) == {"last-offer", "invite-to-reunion", "hold-reunion"}
    [meeting] = [rule for rule in it.playbook.rules if rule.name == "team-lead-meeting"]
    assert (meeting.when, str(meeting.repeat.every), meeting.repeat.times) == ({}, "1 month", 6)  # type: ignore[union-attr]
    assert rules(it.playbook) <= rules(base)
