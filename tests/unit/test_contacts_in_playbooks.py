"""Contacts in playbooks: what a rule reaches out for, what becomes of a forbidden one, and what is refused."""

from datetime import UTC, datetime

import pytest

from shared.obligations.reconcile import Forbidden
from shared.playbooks.model import BadPlaybook
from shared.playbooks.never import never
from tests.support.saying import Desk, playbook, said

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
    assert playbook(round_.replace("true", "offer")).rules[0].contact_as == "offer"


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
        (
            "- {name: r, each: engagement, evaluation: later, contact: interview, due: {after: closed}}\n",
            "",
            "rules[0].contact: is for tasks only: no quota judges a round, so make the interview a task",
        ),
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
