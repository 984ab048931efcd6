"""What is left out of a CloudEvent is filled in where it can only mean one thing; what disagrees is refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.events import wire
from shared.events.base import NO_ENGAGEMENT, Event
from shared.events.catalogue import CATALOGUE
from shared.events.examples import example
from tests.support.facts import cloudevent, heard, reasons, without

HELD = datetime.fromisoformat("2018-02-13T14:00:00-05:00")
RECORDED = datetime(2018, 2, 13, 19, 5, tzinfo=UTC)


def test_without_a_time_a_session_happened_when_it_was_held() -> None:
    assert heard(without(cloudevent(), "time")).time == HELD


def test_without_a_time_what_tells_only_a_day_happened_at_the_start_of_that_day() -> None:
    told = without(cloudevent("team_formed", formed_on="2017-11-01"), "time")
    assert heard(told).time == datetime(2017, 11, 1, tzinfo=UTC)


def test_without_a_time_what_was_recorded_on_its_day_happened_when_it_was_recorded() -> None:
    told = {**without(cloudevent("team_formed", formed_on="2018-02-13"), "time"), "recordedtime": RECORDED.isoformat()}
    assert heard(told).time == RECORDED


def test_without_a_time_what_does_not_tell_when_happened_when_it_was_recorded() -> None:
    told = {**without(cloudevent("session_scheduled"), "time"), "recordedtime": RECORDED.isoformat()}
    assert heard(told).time == RECORDED


def test_what_tells_no_time_at_all_is_refused() -> None:
    told = without(cloudevent("session_scheduled"), "time", "recordedtime")
    assert reasons(told) == ["time: is missing, and nothing in data tells when it happened"]


def test_what_tells_when_it_happened_needs_neither_time_nor_recordedtime() -> None:
    fact = heard(without(cloudevent(), "time", "recordedtime"))
    assert fact.time == fact.recorded == HELD


def test_without_a_recordedtime_it_was_recorded_when_it_happened() -> None:
    fact = heard(without(cloudevent(), "recordedtime"))
    assert fact.recorded == fact.time


def test_a_time_keeps_the_offset_it_was_told_with() -> None:
    fact = heard({**cloudevent(), "time": "2018-02-13T20:00:00+01:00"})
    assert wire.document(fact)["time"] == "2018-02-13T20:00:00+01:00"


def test_the_engagement_may_be_told_by_the_subject_alone() -> None:
    assert heard(without(cloudevent(), "data.engagement_id")) == heard(cloudevent())


def test_the_engagement_may_be_told_by_the_data_alone() -> None:
    assert heard(without(cloudevent(), "subject")) == heard(cloudevent())


def test_an_engagement_must_be_told_by_one_of_them() -> None:
    assert reasons(without(cloudevent(), "subject", "data.engagement_id")) == ["data.engagement_id: is missing"]


def test_a_session_belongs_to_an_engagement() -> None:
    told = {**cloudevent(engagement_id="-"), "subject": "-"}
    assert [reason.partition(":")[0] for reason in reasons(told)] == ["data.engagement_id"]


def test_an_approval_may_stand_outside_engagements() -> None:
    fact = heard(without(cloudevent("approval_requested"), "subject", "data.engagement_id"))
    assert (fact.event.engagement_id, fact.line) == (NO_ENGAGEMENT, "-/invite-region-1")


def test_the_subject_that_a_tracker_gives_its_request_names_no_engagement() -> None:
    told = {**without(cloudevent("ta_request_logged"), "data.engagement_id"), "subject": "TA-2017-0044"}
    assert heard(told).event.engagement_id == NO_ENGAGEMENT


def test_the_attribute_jurisdiction_repeats_that_of_the_data() -> None:
    told = cloudevent("team_formed")
    assert told["jurisdiction"] == told["data"]["jurisdiction"] == "NH"
    assert heard(without(told, "jurisdiction")) == heard(told)
    assert reasons({**told, "jurisdiction": "KY"}) == ["jurisdiction: must be the same as data.jurisdiction"]


def test_the_attribute_jurisdiction_of_what_has_none_is_an_extension() -> None:
    told = {**cloudevent(), "jurisdiction": "KY"}
    assert wire.document(heard(told)) == {**told}


@pytest.mark.parametrize("id", ["row-17", "urn:tracker:4711", "Ünïcode 17"])
def test_a_fact_that_comes_with_an_id_keeps_it(id: str) -> None:
    assert heard({**cloudevent(), "id": id}).id == id


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE)
def test_what_goes_over_the_wire_is_the_document_and_reads_as_what_was_said(kind: type[Event]) -> None:
    told = replace(example(kind), extensions={"historic": True, "partof": 'Ärzte\n"1"'})
    assert json.loads(wire.encode(told)) == wire.document(told)
    assert wire.decode(wire.encode(told)) == told
