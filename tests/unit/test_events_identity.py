"""Which facts are the same fact: ids come from words, corrections from revisions, and each fact belongs to one line."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.events import followup, intake, sessions
from shared.events.base import Event, say
from shared.events.catalogue import CATALOGUE, RETRACTIONS, SPEAKERS, called, short, speaker
from shared.events.examples import example

NOW = datetime(2018, 4, 9, 20, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")

every_event = pytest.mark.parametrize("event", CATALOGUE.values(), ids=lambda event: event.type)


def rejected(**told: object) -> sessions.ActionPlanRejected:
    words = {
        "engagement_id": "e1",
        "plan_id": "plan-nh",
        "team_id": "team-nh",
        "role": "lead_agency",
        "on": "2018-04-09",
    }
    return sessions.ActionPlanRejected.model_validate({**words, **told})


def test_the_id_of_a_fact_is_the_same_on_every_machine_and_for_ever() -> None:
    assert rejected().derived_id == "71b50bfb-288c-5b46-8fd9-9769ac88ef7a"


def test_saying_the_same_again_is_the_same_fact_whenever_it_is_said() -> None:
    assert say(rejected(), NOW).id == say(rejected(), NOW + timedelta(days=30)).id


def test_a_correction_is_another_fact_in_the_same_slot() -> None:
    first, corrected = say(rejected(), NOW), say(rejected(on="2018-04-10", revision=1), NOW)
    assert first.id != corrected.id
    assert first.slot == corrected.slot


@pytest.mark.parametrize(
    ("made", "fields"),
    [
        (intake.EngagementChanged, {"changed_on"}),
        (intake.TeamChanged, {"team_id", "changed_on"}),
        (intake.RoleVacated, {"role", "team_id", "person_id", "on"}),
        (intake.RoleFilled, {"role", "team_id", "person_id", "on"}),
        (sessions.ActionStepReported, {"plan_id", "step_id", "reported_on"}),
        (sessions.SessionHeld, {"session_id"}),
        (sessions.ActionPlanAccepted, {"plan_id"}),
        (sessions.HomeworkHandedIn, {"homework_id", "team_id"}),
        (followup.FollowUpMoved, {"task_id", "n"}),
    ],
)
def test_an_event_is_named_by_its_ids_and_by_its_date_where_it_may_recur(made: type[Event], fields: set[str]) -> None:
    assert set(made.identity) == fields


@every_event
def test_the_names_of_an_event_and_the_time_it_happened_are_fields_of_it(event: type[Event]) -> None:
    assert set(event.identity) <= set(event.model_fields)
    assert event.happened is None or event.model_fields[event.happened].is_required()


@every_event
def test_a_type_says_who_says_it_what_and_in_which_version(event: type[Event]) -> None:
    assert event.type == f"eng.{speaker(event.type)}.{short(event.type)}.v1"
    assert event in SPEAKERS[speaker(event.type)]


@every_event
def test_every_event_says_what_it_means(event: type[Event]) -> None:
    assert event.__doc__
    assert event.__doc__ != (event.__base__ or object).__doc__


def test_every_service_can_take_back_what_it_said() -> None:
    assert {service: kind.type for service, kind in RETRACTIONS.items()} == {
        service: f"eng.{service}.fact_retracted.v1" for service in SPEAKERS
    }


def test_what_was_left_out_is_not_the_same_as_what_is_called_none() -> None:
    words = {"engagement_id": "e1", "role": "facilitator", "person_id": "p1", "on": date(2018, 2, 15)}
    nobody = intake.RoleVacated.model_validate(words)
    none = intake.RoleVacated.model_validate({**words, "team_id": "None"})
    assert nobody.derived_id != none.derived_id


def test_the_order_in_which_states_are_listed_does_not_make_another_demand() -> None:
    def demand(*places: str) -> intake.TopicInDemand:
        return intake.TopicInDemand(topic="t", jurisdictions=places, request_ids=(), since=date(2017, 9, 19))

    assert demand("KY", "OH").derived_id == demand("OH", "KY").derived_id
    assert demand("KY", "OH").derived_id != demand("KY", "OH", "DE").derived_id


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("session_held", "ncase-ost-2017"),
        ("follow_up_done", "ncase-ost-2017"),
        ("ta_request_logged", "-/ncase-2017-0044"),
        ("ta_request_answered", "-/ncase-2017-0044"),
        ("playbook_published", "-/reminders"),
    ],
)
def test_a_fact_belongs_to_its_engagement_or_to_the_thing_itself(name: str, line: str) -> None:
    assert example(called(name)[0]).line == line


def test_a_request_keeps_its_line_when_an_engagement_answers_it() -> None:
    words = {"request_id": "r1", "answered_on": "2017-10-16"}
    declined = intake.TaRequestAnswered.model_validate({**words, "how": "declined"})
    answered = intake.TaRequestAnswered.model_validate({**words, "how": "engagement", "engagement_id": "e1"})
    assert answered.line == declined.line == "-/r1"
    assert answered.names == declined.names


@pytest.mark.parametrize(
    ("on", "happened"),
    [
        ("2018-04-09", NOW),
        ("2018-04-08", datetime(2018, 4, 8, tzinfo=NEW_YORK)),
        ("2018-04-10", datetime(2018, 4, 10, tzinfo=NEW_YORK)),
    ],
)
def test_what_is_told_of_today_happened_now_and_of_other_days_as_they_began(on: str, happened: datetime) -> None:
    assert say(rejected(on=on), NOW, NEW_YORK).time == happened


def test_what_happened_at_a_moment_happened_then() -> None:
    held = example(sessions.SessionHeld).event
    assert isinstance(held, sessions.SessionHeld)
    assert say(held, NOW).time == held.held_at


def test_an_event_goes_by_its_type_its_short_name_and_its_class() -> None:
    for name in ("eng.sessions.session_held.v1", "session_held", "SessionHeld"):
        assert called(name) == (sessions.SessionHeld,)
    assert len(called("fact_retracted")) == len(SPEAKERS)
    assert called("session") == ()
