"""Sessions stand in calendars at their time, whatever clocks do: ical.js and ours agree on every zone and season."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.followup.channels import ics
from services.followup.domain import Entry
from shared.playbooks.places import PLACES
from tests.support.calendars import understood

ZONES = sorted({place.zone for place in PLACES.values()})
HOURS = [
    datetime(2027, 3, 14, 6, 59, tzinfo=UTC),  # a minute before and after New York's clock springs forward
    datetime(2027, 3, 14, 7, 1, tzinfo=UTC),
    datetime(2026, 11, 1, 4, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 6, 30, tzinfo=UTC),  # the second 01:30 of that night in New York is 06:30 in UTC
    datetime(2027, 7, 1, 16, tzinfo=UTC),
    datetime(2028, 1, 1, 4, 30, tzinfo=UTC),
]


def meeting(starts_at: datetime, zone: str) -> Entry:
    return Entry(
        uid=f"{zone}/{starts_at.isoformat()}@throughline",
        title="Session",
        engagement="Out-of-school time",
        notes=(),
        told_at=datetime(2026, 1, 1, tzinfo=UTC),
        sequence=0,
        starts_at=starts_at,
        minutes=90,
        zone=zone,
    )


def test_every_session_begins_at_its_instant_in_every_zone_and_season() -> None:
    wanted = [meeting(at, zone) for zone in ZONES for at in HOURS if (zone, at) not in _said_twice()]
    events = {one["uid"]: one for one in understood(ics.written(wanted, "http://here/app/inbox"))["events"]}
    for entry in wanted:
        told = events[entry.uid]
        assert entry.starts_at is not None
        ends_at = entry.starts_at + timedelta(minutes=90)
        assert (told["startsAt"], told["zone"]) == (_written(entry.starts_at), entry.zone), entry.uid
        # Nobody meets while clocks change, or ends in an hour that is told twice.
        if _offset(entry.starts_at, entry.zone) == _offset(ends_at + timedelta(hours=1), entry.zone):
            assert told["endsAt"] == _written(ends_at), entry.uid


def test_guam_has_no_summer_time() -> None:
    feed = ics.written([meeting(at, "Pacific/Guam") for at in HOURS], "http://here/app/inbox")
    assert b"BEGIN:DAYLIGHT" not in feed
    assert feed.count(b"BEGIN:STANDARD") == 1


@pytest.mark.parametrize("turned", [False, True])
def test_the_order_in_which_entries_come_makes_no_difference(turned: bool) -> None:
    some = [meeting(at, zone) for zone in ZONES[:3] for at in HOURS]
    again = some[::-1] if turned else some
    assert ics.written(again, "http://here/app/inbox") == ics.written(some, "http://here/app/inbox")


def _said_twice() -> set[tuple[str, datetime]]:
    """Hours that a clock shows twice: which of the two is meant, calendars have no word for."""
    return {(zone, at) for zone in ZONES for at in HOURS if _is_twice(at.astimezone(ZoneInfo(zone)))}


def _is_twice(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _offset(moment: datetime, zone: str) -> timedelta | None:
    return moment.astimezone(ZoneInfo(zone)).utcoffset()


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
