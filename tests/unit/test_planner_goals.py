"""Goals oblige: somebody to declare them before the teams meet, and a round at the date of each."""

from tests.support.saying import GOAL, Desk, said, schedule, session

RULES = """
- name: declare
  each: session
  when: {number: 1, engagement.goals: {at_most: 0}}
  task: Declare goals
  to: facilitator
  due: {wait: 2 weeks, before: start}
- {name: goal, each: goal, evaluation: goal, ask: evaluator, due: {after: by}, done_by: assessed}
"""
FIRST = session(1, "2027-02-09T14:00:00-05:00")
DECLARED = said("engagement_changed", changed_on="2027-01-11", goals=[{**GOAL, "by": "2027-03-01"}])


def test_an_engagement_without_goals_is_told_to_declare_them_two_weeks_before_its_first_session() -> None:
    facts = [said("engagement_opened"), FIRST, session(2, "2027-03-09T14:00:00-05:00")]
    assert schedule(RULES, facts) == {"declare/s1/1": "2027-01-26 09:00, scheduled"}


def test_once_goals_are_declared_nobody_has_to_and_each_has_its_round() -> None:
    desk = Desk(RULES)
    desk.hear(said("engagement_opened"), FIRST)
    assert desk.state("declare/s1/1") == "scheduled"
    desk.hear(DECLARED)
    assert (desk.state("declare/s1/1"), desk.state("goal/g1/1")) == ("withdrawn", "scheduled")


def test_the_round_of_a_goal_opens_at_its_date_and_stays_open_until_somebody_judges() -> None:
    desk = Desk(RULES)
    desk.hear(said("engagement_opened"), DECLARED)
    desk.until("2027-06-01")
    row = desk.row("goal/g1/1")
    assert (row.state, row.kind, row.instrument, row.ask) == ("due", "goal", "goal", "evaluator")
    desk.hear(said("goal_assessed", on="2027-06-01"))
    assert desk.state("goal/g1/1") == "done"


def test_the_round_of_a_goal_goes_when_a_change_leaves_the_goal_out() -> None:
    desk = Desk(RULES)
    desk.hear(said("engagement_opened"), DECLARED, said("engagement_changed", changed_on="2027-01-12", goals=[]))
    assert desk.state("goal/g1/1") == "withdrawn"
