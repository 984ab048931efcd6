"""Laws of the governor of contacts: caps hold in every period, nothing is lost, and the important goes first."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.followup.decisions import Judged, judge
from services.followup.domain import Candidate, Contact, Reached
from shared.playbooks.calendar import Calendar
from shared.playbooks.model import Contacts
from tests.support.contacts import KY, WI, due
from tests.support.saying import NOW

CALM = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
TEAMS = st.sampled_from([KY, WI, Reached("k2", "KY", "p-wi"), Reached("vi", "VI", "p-ky")])
PRIORITIES = st.sampled_from(["low", "normal", "high"])
WAITS = st.sampled_from(["1 day", "5 days", "2 weeks", "1 month"])
CAPS = st.builds(
    lambda by, most, wait: {"by": by, "most": most, "in": wait},
    st.sampled_from(["team", "person"]),
    st.integers(1, 3),
    WAITS,
)
POLICIES = st.lists(CAPS, min_size=1, max_size=2).map(lambda caps: Contacts.model_validate({"caps": caps}))
MOMENTS = st.lists(st.tuples(st.integers(0, 20), st.lists(st.tuples(TEAMS, PRIORITIES), max_size=5)), max_size=8)


def lived(
    policy: Contacts, moments: Sequence[tuple[int, Sequence[tuple[Reached, str]]]]
) -> list[tuple[list[Candidate], Judged]]:
    """One moment after the other: what was due, and what came of it."""
    now, made, all_judged = NOW, list[Contact](), []
    for place, (days, tasks) in enumerate(moments):
        now += timedelta(days=days)
        candidates = [
            due(f"e{n % 2}/r{place}-{n}/{to.team_id}/1", to, policy=policy, priority=rank, due_at=now)
            for n, (to, rank) in enumerate(tasks)
        ]
        judged = judge(candidates, made, (), now)
        made += judged.made
        all_judged.append((candidates, judged))
    return all_judged


@CALM
@given(POLICIES, MOMENTS)
def test_in_no_period_are_there_more_contacts_than_the_cap_allows(policy: Contacts, moments: list) -> None:
    made = [one for _, judged in lived(policy, moments) for one in judged.made]
    for cap in policy.caps:
        for last in made:
            end: date = last.at.date()
            begin = Calendar().add(end, cap.within, -1)
            who = "jurisdiction" if cap.by == "team" else "person_id"
            near = [one for one in made if begin < one.at.date() <= end]
            within = [one for one in near if getattr(one, who) == getattr(last, who)]
            assert len(within) <= cap.most


@CALM
@given(POLICIES, MOMENTS)
def test_all_that_was_due_is_either_made_or_suppressed(policy: Contacts, moments: list) -> None:
    for candidates, judged in lived(policy, moments):
        assert {one.key for one in candidates} == judged.forbidden.keys() | {one.task_id for one in judged.made}
        assert not judged.forbidden.keys() & {one.task_id for one in judged.made}


@CALM
@given(POLICIES, MOMENTS)
def test_nothing_is_suppressed_while_something_less_important_for_the_same_team_is_made(
    policy: Contacts, moments: list
) -> None:
    ranks = {"high": 0, "normal": 1, "low": 2}
    for candidates, judged in lived(policy, moments):
        for refused in (one for one in candidates if one.key in judged.forbidden):
            allowed = [it for it in candidates if it.key not in judged.forbidden and it.reached == refused.reached]
            assert all(ranks[it.priority] <= ranks[refused.priority] for it in allowed)


@CALM
@given(POLICIES, MOMENTS, st.randoms(use_true_random=False))
def test_the_order_in_which_tasks_are_looked_at_does_not_matter(policy: Contacts, moments: list, chance: Any) -> None:
    for candidates, _ in lived(policy, moments):
        shuffled = list(candidates)
        chance.shuffle(shuffled)
        assert judge(shuffled, [], (), NOW) == judge(candidates, [], (), NOW)
