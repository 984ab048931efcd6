"""Policy decides which contacts are made: consent, quotas and caps across engagements, and the most important first."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.followup.decisions import Judged, judge
from services.followup.domain import Candidate, Consent, Contact, Reached, consents
from shared.obligations.reconcile import Forbidden
from shared.playbooks.calendar import Calendar
from shared.playbooks.model import BadPlaybook, Contacts
from shared.playbooks.never import never
from tests.support.saying import NOW, Desk, history, playbook, retraction, said

KY, WI = Reached("ky", "KY", "p-ky"), Reached("wi", "WI", "p-wi")
TWO_A_MONTH = Contacts.model_validate({"caps": [{"by": "team", "most": 2, "in": "1 month"}]})
ONE_A_WEEK = Contacts.model_validate({"caps": [{"by": "person", "most": 1, "in": "1 week"}]})
NO_POLICY = Contacts()


def contact(key: str, to: Reached = KY, kind: str = "offer", at: datetime = NOW) -> Contact:
    """A contact that was made."""
    told = {"team_id": to.team_id, "jurisdiction": to.jurisdiction, "person_id": to.person_id}
    return Contact(task_id=key, n=1, engagement_id=key.split("/", maxsplit=1)[0], kind=kind, at=at, **told)


def due(
    key: str,
    *to: Reached,
    policy: Contacts = TWO_A_MONTH,
    kind: str = "offer",
    priority: str = "normal",
    due_at: datetime = NOW,
) -> Candidate:
    """A contact that would be made now; with several teams, one with all of them."""
    return Candidate(key, 1, key.split("/", maxsplit=1)[0], kind, priority, due_at, to or (KY,), policy, len(to) > 1)


def ruled(candidates: Sequence[Candidate], before: Sequence[Contact] = (), said: Sequence[Consent] = ()) -> Judged:
    return judge(candidates, before, said, NOW)


def rules(judged: Judged) -> Mapping[str, str]:
    return {key: forbidden.rule for key, forbidden in judged.forbidden.items()}


def test_without_a_policy_every_contact_is_made_and_remembered() -> None:
    judged = ruled([due(f"e{n}/offer/ky/1", policy=NO_POLICY) for n in range(20)])
    assert (judged.forbidden, len(judged.made)) == ({}, 20)


def test_a_cap_by_team_counts_the_contacts_of_all_engagements() -> None:
    before = [contact("e2/meet/ky/1"), contact("e3/meet/kentucky/1", Reached("kentucky", "KY", "p-other"))]
    forbidden = ruled([due("e1/offer/ky/1")], before).forbidden["e1/offer/ky/1"]
    assert forbidden == Forbidden(
        "cap",
        "KY has had 2 contacts in 1 month, and the policy allows 2",
        ("e2/meet/ky/1", "e3/meet/kentucky/1"),
    )


def test_a_cap_by_person_counts_that_person_wherever_she_is() -> None:
    lead_of_both = Reached("vi", "VI", "p-ky")
    judged = ruled([due("e1/offer/ky/1", policy=ONE_A_WEEK)], [contact("e2/meet/vi/1", lead_of_both)])
    assert rules(judged) == {"e1/offer/ky/1": "cap"}
    assert rules(ruled([due("e1/offer/wi/1", WI, policy=ONE_A_WEEK)], [contact("e2/meet/vi/1", lead_of_both)])) == {}


def test_what_lies_before_the_period_does_not_count() -> None:
    before = [contact("e2/meet/ky/1", at=NOW - timedelta(days=31)), contact("e2/meet/ky/2")]
    assert rules(ruled([due("e1/offer/ky/1")], before)) == {}


def test_a_task_that_was_put_off_is_one_contact_when_it_falls_due_again() -> None:
    judged = ruled([due("e1/offer/ky/1", policy=ONE_A_WEEK)], [contact("e1/offer/ky/1", at=NOW - timedelta(days=3))])
    assert (rules(judged), [one.at for one in judged.made]) == ({}, [NOW])


def test_of_one_moment_the_most_important_contact_is_made() -> None:
    tasks = [
        due("e1/a/ky/1", policy=ONE_A_WEEK, priority="low", due_at=NOW - timedelta(days=9)),
        due("e1/b/ky/1", policy=ONE_A_WEEK),
        due("e1/c/ky/1", policy=ONE_A_WEEK, priority="high"),
    ]
    judged = ruled(tasks)
    assert [one.task_id for one in judged.made] == ["e1/c/ky/1"]
    assert rules(judged) == {"e1/a/ky/1": "cap", "e1/b/ky/1": "cap"}


def test_of_equal_contacts_the_one_that_was_due_first_is_made() -> None:
    tasks = [due("e1/a/ky/1", policy=ONE_A_WEEK), due("e1/b/ky/1", policy=ONE_A_WEEK, due_at=NOW - timedelta(days=1))]
    assert rules(ruled(tasks)) == {"e1/a/ky/1": "cap"}


def test_an_engagement_has_nine_interviews_unless_its_policy_says_otherwise() -> None:
    before = [contact(f"e1/talk/t{n}/1", Reached(f"t{n}", "WI", f"p-{n}"), "interview") for n in range(9)]
    elsewhere = [contact("e2/talk/x/1", Reached("x", "VI", "p-x"), "interview")]
    tenth = due("e1/talk/ky/1", kind="interview", policy=NO_POLICY)
    assert rules(ruled([tenth], before[:8] + elsewhere)) == {}
    assert rules(ruled([tenth], before)) == {"e1/talk/ky/1": "quota"}
    assert rules(ruled([due("e1/talk/ky/1", kind="interview", policy=Contacts(interviews=20))], before)) == {}


def test_a_contact_with_all_teams_leaves_out_those_that_may_not_be_contacted() -> None:
    judged = ruled([due("e1/announce/e1/1", KY, WI, policy=ONE_A_WEEK)], [contact("e2/meet/ky/1")])
    forbidden = judged.forbidden["e1/announce/e1/1"]
    assert (forbidden.left_out, [one.team_id for one in judged.made]) == (("ky",), ["wi"])


def test_a_contact_with_all_teams_is_not_made_where_none_may_be_contacted() -> None:
    judged = ruled(
        [due("e1/announce/e1/1", KY, WI, policy=ONE_A_WEEK)], [contact("e2/a/ky/1"), contact("e2/a/wi/1", WI)]
    )
    assert (judged.forbidden["e1/announce/e1/1"].left_out, judged.made) == ((), ())


def consent(name: str, on: str, **words: Any) -> list[Consent]:
    return list(consents(history([said(name, on=on, **words)])).values())


def test_whoever_asked_not_to_be_contacted_is_not() -> None:
    no = consent("contact_declined", "2027-01-02", team_id="ky")
    assert rules(ruled([due("e1/offer/ky/1", policy=NO_POLICY)], (), no)) == {"e1/offer/ky/1": "consent"}
    assert rules(ruled([due("e2/offer/ky/1", policy=NO_POLICY)], (), no)) == {}, "a team is one of its engagement"
    assert rules(ruled([due("e1/offer/wi/1", WI, policy=NO_POLICY)], (), no)) == {}


def test_a_person_may_decline_in_all_engagements_at_once() -> None:
    facts = [said("contact_declined", on="2027-01-02", person_id="p-ky", engagement_id="-")]
    no = list(consents(history(facts, "-/p-ky")).values())
    assert rules(ruled([due("e7/offer/ky/1", policy=NO_POLICY)], (), no)) == {"e7/offer/ky/1": "consent"}


def test_who_declines_interviews_may_be_contacted_for_all_else() -> None:
    no = consent("contact_declined", "2027-01-02", team_id="ky", about="interview")
    assert rules(ruled([due("e1/offer/ky/1", policy=NO_POLICY)], (), no)) == {}
    asked = due("e1/talk/ky/1", policy=NO_POLICY, kind="interview")
    assert rules(ruled([asked], (), no)) == {"e1/talk/ky/1": "consent"}


def test_the_last_word_counts_and_on_one_day_it_is_no() -> None:
    no, yes = (said(f"contact_{word}", on="2027-01-02", team_id="ky") for word in ("declined", "consented"))
    later = said("contact_consented", on="2027-01-03", team_id="ky")
    task = due("e1/offer/ky/1", policy=NO_POLICY)
    for facts, expected in (([no, yes], 1), ([yes, no], 1), ([later, no], 0), ([no, retraction(no)], 0)):
        assert len(ruled([task], (), list(consents(history(facts)).values())).forbidden) == expected


def test_a_later_consent_to_all_lifts_what_was_declined_for_some() -> None:
    facts = [
        said("contact_declined", on="2027-01-02", team_id="ky", about="interview"),
        said("contact_consented", on="2027-01-03", team_id="ky"),
    ]
    asked = due("e1/talk/ky/1", policy=NO_POLICY, kind="interview")
    assert rules(ruled([asked], (), list(consents(history(facts)).values()))) == {}


OFFER = "- {name: offer, each: team, task: T, to: facilitator, contact: offer, due: {wait: 1 week, after: formed}}\n"
FACTS = (said("engagement_opened"), said("team_formed"))


def test_a_contact_that_is_forbidden_lapses_and_does_not_come_back_by_itself() -> None:
    desk = Desk(OFFER)
    desk.forbids = {"e1/offer/ky/1": Forbidden("cap", "KY has had enough")}
    desk.hear(*FACTS)
    [change] = desk.until("2027-01-12")
    assert (change.kind, change.row.state, change.row.fired_at) == ("suppress", "lapsed", None)
    desk.forbids = {}
    assert desk.settle() == []


def test_a_contact_that_was_forbidden_comes_back_where_its_reason_moves() -> None:
    desk = Desk(OFFER)
    desk.forbids = {"e1/offer/ky/1": Forbidden("cap", "KY has had enough")}
    desk.hear(*FACTS)
    desk.until("2027-01-12")
    desk.forbids = {}
    desk.hear(said("team_formed", formed_on="2027-01-14", revision=1))
    assert desk.state("offer/ky/1") == "scheduled"


def test_a_contact_that_the_window_overtook_is_suppressed_by_the_window() -> None:
    desk = Desk(OFFER, "window: {wait: 1 month, after: closed}\n")
    desk.hear(*FACTS)
    desk.now = datetime(2027, 4, 1, 12, tzinfo=UTC)
    changes = desk.hear(said("engagement_closed", closed_on="2027-01-12"))
    assert [(it.kind, it.forbidden.rule if it.forbidden else "") for it in changes[-1:]] == [("suppress", "window")]


def test_what_kind_of_contact_a_rule_is_it_says() -> None:
    book = playbook(OFFER.replace("contact: offer", "contact: true"))
    assert book.rules[0].contact_as == "offer"
    round_ = "- {name: r, each: engagement, evaluation: later, contact: true, due: {after: closed}}\n"
    assert playbook(round_).rules[0].contact_as == "evaluation"
    assert playbook(round_.replace("true", "interview")).rules[0].contact_as == "interview"


@pytest.mark.parametrize(
    ("rule", "header", "reason"),
    [
        (
            OFFER.replace("contact: offer", "contact: call"),
            "",
            "rules[0].contact: must be true or false, or what it is",
        ),
        (OFFER.replace("contact: offer", "priority: high"), "", "rules[0].priority: is for tasks that contact a team"),
        (OFFER.replace("contact: offer", "contact: offer, priority: urgent"), "", "rules[0].priority"),
        (OFFER, "contacts: {caps: [{by: state, most: 2, in: 1 month}]}\n", "contacts.caps[0].by"),
        (OFFER, "contacts: {caps: [{by: team, most: 0, in: 1 month}]}\n", "contacts.caps[0].most"),
        (OFFER, "contacts: {caps: [{by: team, most: 2}]}\n", "contacts.caps[0].in"),
        (OFFER, "contacts: {caps: [{by: team, most: 2, in: 3 business days}]}\n", "must be days, weeks or months"),
        (OFFER, "contacts: {interviews: -1}\n", "contacts.interviews"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused_by_its_field(rule: str, header: str, reason: str) -> None:
    with pytest.raises(BadPlaybook) as refusal:
        playbook(rule, header)
    assert reason in str(refusal.value)


def test_an_interview_that_no_policy_allows_can_never_fire() -> None:
    book = playbook(OFFER.replace("contact: offer", "contact: interview"), "contacts: {interviews: 0}\n")
    assert [problem.reason for problem in never(book)] == [
        "can never fire: the policy allows no interviews (contacts.interviews: 0)"
    ]


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
