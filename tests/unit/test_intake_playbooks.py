"""What intake decides about playbooks and approvals."""

from datetime import date
from hashlib import sha256

import pytest

from services.intake.decisions import approvals, playbooks
from services.intake.decisions.playbooks import Outdated, PublishedOtherwise
from services.intake.domain import AnswerApproval, AskApproval, PublishPlaybook, ReceiveApplication
from shared.errors import Malformed, Unknown
from shared.events.base import Event
from shared.events.intake import PlaybookPublished
from tests.support.intake import NOW, given, opened

LINE = "-/quarterly-call"
CALL = """
playbook: quarterly-call
version: 1
title: Quarterly call
rules:
  - name: call
    each: team
    task: "Call {team.jurisdiction}"
    to: facilitator
    due: {wait: 3 months, after: formed}
"""


def published(document: str, *before: Event, revision: int = 0) -> PlaybookPublished:
    command = PublishPlaybook(document=document, revision=revision)
    (event,) = playbooks.publish(command, given(*before, line=command.line), NOW)
    assert isinstance(event, PlaybookPublished)
    return event


def test_a_sound_playbook_comes_into_force_word_for_word() -> None:
    event = published(CALL)
    assert (event.playbook, event.version, event.document) == ("quarterly-call", 1, CALL)
    assert event.digest == sha256(CALL.encode()).hexdigest()
    assert event.line == LINE


def test_publishing_the_same_text_again_changes_nothing() -> None:
    assert published(CALL, published(CALL)) == published(CALL)


def test_other_text_needs_another_version() -> None:
    with pytest.raises(PublishedOtherwise, match="version: 2") as refused:
        published(CALL.replace("3 months", "4 months"), published(CALL))
    assert refused.value.field == "version"


def test_a_new_version_is_newer_than_all_before() -> None:
    newest = published(CALL.replace("version: 1", "version: 7"))
    with pytest.raises(Outdated, match="version: 8"):
        published(CALL.replace("version: 1", "version: 3"), newest)


def test_a_playbook_is_not_corrected_by_a_revision() -> None:
    with pytest.raises(Malformed, match="next version"):
        published(CALL, published(CALL), revision=1)


def test_a_playbook_with_a_mistake_is_refused_with_file_line_and_field() -> None:
    with pytest.raises(Malformed) as refused:
        published(CALL.replace("after: formed", "after: fromed"))
    (problem,) = refused.value.problems
    assert problem.field.startswith("playbook:10 rules[0].due")
    assert "formed" in problem.reason


def test_a_playbook_with_a_rule_that_can_never_fire_is_refused() -> None:
    with pytest.raises(Malformed, match="can never fire") as refused:
        published(CALL.replace("after: formed", "after: left"))
    assert refused.value.problems[0].field.startswith("playbook:10 ")


def test_a_text_that_is_no_playbook_belongs_to_no_line() -> None:
    with pytest.raises(Malformed):
        published("once upon a time")


def test_a_regional_office_answers_after_it_was_asked() -> None:
    asked = AskApproval(engagement_id="plc-2026", approval_id="invite-4", about="invite", region=4)
    answer = AnswerApproval(engagement_id="plc-2026", approval_id="invite-4", answer="granted")
    (said,) = approvals.ask(asked, given(opened()), NOW)
    known = given(opened(), said)
    answered = approvals.answer(answer, known, NOW)
    assert given(opened(), said, *answered).approvals["invite-4"].state == "granted"
    with pytest.raises(Malformed, match="before the approval was asked for") as refused:
        approvals.answer(answer.model_copy(update={"answered_on": date(2026, 9, 13)}), known, NOW)
    assert refused.value.field == "answered_on"


def test_the_regional_office_is_that_of_the_jurisdiction_unless_another_is_named() -> None:
    asked = AskApproval(engagement_id="plc-2026", approval_id="invite-ky", about="invite", jurisdiction="KY")
    for command, region in ((asked, 4), (asked.model_copy(update={"region": 5}), 5)):
        events = approvals.ask(command, given(opened()), NOW)
        assert given(opened(), *events).approvals["invite-ky"].region == region


def test_an_approval_may_belong_to_no_engagement() -> None:
    asked = AskApproval(approval_id="speaker-1", about="speaker", region=4)
    assert asked.line == "-/speaker-1"
    (said,) = approvals.ask(asked, given(line=asked.line), NOW)
    assert said.line == asked.line


def test_what_nobody_asked_is_not_answered() -> None:
    command = AnswerApproval(engagement_id="plc-2026", approval_id="invite-4", answer="granted")
    with pytest.raises(Unknown, match="no approval invite-4 in engagement plc-2026"):
        approvals.answer(command, given(opened()), NOW)


def test_an_agency_applies_to_an_engagement_that_is_known() -> None:
    command = ReceiveApplication(
        engagement_id="plc-2026", application_id="app-ky", jurisdiction="KY", stage="exploring", needs=("transport",)
    )
    (said,) = approvals.receive(command, given(opened()), NOW)
    assert given(opened(), said).applications["app-ky"].received_on == date(2026, 9, 14)
    with pytest.raises(Unknown, match="no engagement"):
        approvals.receive(command, given(), NOW)
