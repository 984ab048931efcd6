"""A person's entries as a calendar that Outlook, Google and Apple read: the same entries give the same bytes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vDuration

from services.followup.channels.zones import rules
from services.followup.domain import Entry

REFETCHED = timedelta(hours=1)
"""How often we ask calendars to look again; some look far more rarely, whatever we ask."""
NAME = "Throughline"


def written(entries: Sequence[Entry], inbox: str) -> bytes:
    """The feed, with the rules of each zone in which a session is told; `inbox` is where all of it is done."""
    calendar = Calendar()
    calendar.add("prodid", "-//Throughline//Follow-up//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", NAME)
    calendar.add("x-wr-calname", NAME)
    calendar.add("refresh-interval", vDuration(REFETCHED), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFETCHED))
    for zone, years in sorted(_zones(entries).items()):
        calendar.add_component(rules(zone, min(years), max(years)))
    for entry in sorted(entries, key=lambda entry: entry.uid):
        calendar.add_component(_event(entry, inbox))
    feed: bytes = calendar.to_ical()
    return feed


def _zones(entries: Sequence[Entry]) -> dict[str, set[int]]:
    """The zones in which hours are told, and the years."""
    found: dict[str, set[int]] = {}
    for entry in entries:
        if entry.starts_at is not None:
            found.setdefault(entry.zone, set()).add(entry.starts_at.year)
    return found


def _event(entry: Entry, inbox: str) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", _whole(entry.told_at).astimezone(UTC))
    event.add("sequence", entry.sequence)
    event.add("summary", f"Expected: {entry.title}" if entry.is_expected else entry.title)
    event.add("description", "\n".join([entry.engagement, *entry.notes, f"Inbox: {inbox}"]))
    event.add("url", inbox)
    event.add("categories", [entry.engagement])
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if entry.is_cancelled else "TENTATIVE" if entry.is_expected else "CONFIRMED")
    if entry.on is not None:
        event.add("dtstart", entry.on)
        event.add("dtend", entry.on + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        event.add("x-microsoft-cdo-busystatus", "FREE")
    if entry.starts_at is not None:
        event.add("dtstart", _whole(entry.starts_at).astimezone(ZoneInfo(entry.zone)))
        event.add("duration", timedelta(minutes=entry.minutes))
    return event


def _whole(moment: datetime) -> datetime:
    """Calendars know no fractions of a second."""
    return moment.replace(microsecond=0)
