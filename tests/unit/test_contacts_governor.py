"""Policy decides which contacts are made: quotas and caps across engagements, and the most important first."""

from datetime import timedelta

from services.followup.decisions.contacts import MANY
from services.followup.domain import Reached
from shared.events.followup import ContactSuppressed
from shared.obligations.reconcile import Forbidden
from shared.playbooks.model import Contacts
from tests.support.contacts import KY, NO_POLICY, ONE_A_WEEK, WI, contact, due, ruled, rules
from tests.support.saying import NOW


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


def test_of_very_many_contacts_that_used_up_a_cap_a_fact_names_the_latest() -> None:
    before = [contact(f"e{n}/meet/ky/1", at=NOW - timedelta(minutes=n)) for n in range(MANY + 200)]
    for tasks in ([due("x/offer/ky/1")], [due("x/announce/x/1", KY, WI)]):
        [forbidden] = ruled(tasks, before).forbidden.values()
        assert (len(forbidden.used_up_by), forbidden.used_up_by[-1]) == (MANY, "e0/meet/ky/1")
        words = {"engagement_id": "x", "task_id": "x/offer/ky/1", "rule": "cap", "used_up_by": forbidden.used_up_by}
        assert len(ContactSuppressed.model_validate(words).used_up_by) == MANY
