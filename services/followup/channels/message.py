"""A letter as a message: subject, text and its HTML twin, and the headers by which mail programs know what it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.followup.channels import forms
from services.followup.channels.headers import ASCII, UTF8, address, one_line
from services.followup.domain.inbox import GROUPS, When, when, why
from services.followup.domain.mail import Claimed, Kind, Named
from shared.invited import Forms
from shared.people import Person, called

OURS = Path(__file__).parent / "templates"
MOST = 15
"""Of how many tasks of one heap a digest tells; the inbox shows all of them."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where letters come from, and where their links lead."""

    sender: str
    url: str

    @property
    def inbox(self) -> str:
        return f"{self.url}/app/inbox"

    def task(self, task_id: str) -> str:
        """Where a task lies in the inbox."""
        return f"{self.inbox}#task-{quote(task_id, safe='/@')}"

    def stop(self, letter: Claimed) -> str:
        """Where its reader stops such letters, or chooses among them."""
        return f"{self.url}/app/mail/choose/{letter.stop}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a letter tells."""

    tasks: Sequence[Named] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    """Those who are named in it."""
    link: str = ""
    """The link by which its reader signs in."""
    round: Forms | None = None
    """The round of which it tells, and the links to its form."""
    has_account: bool = True
    """Whether its reader can open the inbox; who cannot, answers the letter."""

    @property
    def answered_by(self) -> list[Person]:
        """Who gets the answer of a reader that has no account: whoever runs what the letter is about."""
        if self.has_account:
            return []
        asked = dict.fromkeys(one for task in self.tasks for one in task.facilitators)
        known = [self.people[one] for one in asked if one in self.people]
        return [one for one in known if one.address and not one.left]


def message(letter: Claimed, person: Person, told: Told, place: Place, now: datetime, zone: ZoneInfo) -> EmailMessage:
    """The message to one person; the same letter has the same Message-ID, however often it is sent.

    Raises ValueError where their address cannot be written in a message.
    """
    name, sender = parseaddr(place.sender)
    to = address(person.name, person.address or "")
    made = EmailMessage(policy=ASCII if to.username.isascii() else UTF8)
    made["Subject"] = one_line(subject(letter.kind, told, person, now, zone))
    made["From"] = address(name, sender)
    made["To"] = to
    if told.answered_by:
        made["Reply-To"] = [address(one.name, one.address or "") for one in told.answered_by]
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{letter.letter_id}@{made['From'].addresses[0].domain}>"
    made["Auto-Submitted"] = "auto-generated"
    # Or Outlook answers us that somebody is away.
    made["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if letter.kind != "sign_in":
        made["List-Unsubscribe"] = f"<{place.stop(letter)}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    words = _words(letter, person, told, place, now, zone)
    made.set_content(_templates().get_template(f"{letter.kind}.txt").render(words))
    made.add_alternative(_templates().get_template(f"{letter.kind}.html").render(words), subtype="html")
    return made


def subject(kind: Kind, told: Told, person: Person, now: datetime, zone: ZoneInfo) -> str:
    """What a mail program lists it by: what it is about and how much there is, so that it need not be opened."""
    match kind:
        case "digest":
            return _counted(_heaps(told.tasks, now, zone))
        case "escalation":
            return _one_or_many(told.tasks, "Waiting too long", "tasks have waited too long")
        case "handover":
            return _one_or_many(told.tasks, "Handed over to you", "tasks were handed over to you")
        case "invitation" | "reminder":
            return forms.subject(kind == "reminder", told.round, person, zone) if told.round else ""
        case "sign_in":
            return "Your link to sign in"


def _counted(heaps: Mapping[When, Sequence[Named]]) -> str:
    words: dict[When, str] = {"overdue": "overdue", "today": "due today", "week": "later this week"}
    return ", ".join(f"{len(heaps[name])} {said}" for name, said in words.items() if heaps.get(name))


def _one_or_many(tasks: Sequence[Named], one: str, many: str) -> str:
    return f"{one}: {tasks[0].row.title}" if len(tasks) == 1 else f"{len(tasks)} {many}"


def _words(letter: Claimed, person: Person, told: Told, place: Place, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    of_round = forms.words(letter.kind == "reminder", told.round, person, place.url, zone) if told.round else {}
    return {
        "language": "en",
        "person": person,
        "heaps": _heaps(told.tasks, now, zone),
        "names": GROUPS,
        "tasks": told.tasks,
        "link": told.link,
        "inbox": place.inbox if told.has_account else "",
        "link_to": place.task if told.has_account else lambda _: "",
        "answered_by": " or ".join(one.name for one in told.answered_by),
        "called": lambda ids: " and ".join(called(told.people, one) for one in ids),
        "stop": place.stop(letter),
        "subject": subject(letter.kind, told, person, now, zone),
        "counted": _sentence(_heaps(told.tasks, now, zone)),
        "most": MOST,
        "by": _who_handed(told),
        "day": lambda moment: _day(moment, now, zone),
        "why": why,
        "today": _date(now, zone),
        **of_round,
    }


def _sentence(heaps: Mapping[When, Sequence[Named]]) -> str:
    """How much there is, as one says it."""
    said: dict[When, str] = {"overdue": "overdue", "today": "for today", "week": "for the days after"}
    parts = [f"{len(tasks)} {said[name]}" for name, tasks in heaps.items()]
    told = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + "".join(parts[-1:])
    is_one = sum(map(len, heaps.values())) == 1
    return f"One task is {told.removeprefix('1 ')}." if is_one else f"This waits for you: {told}."


def _who_handed(told: Told) -> str:
    """Who handed all of it over, as far as it is known."""
    who = {one for task in told.tasks for one in task.handed_by if one in told.people}
    return " and ".join(sorted(called(told.people, one) for one in who)) or "somebody"


def _heaps(tasks: Sequence[Named], now: datetime, zone: ZoneInfo) -> dict[When, list[Named]]:
    """What is overdue first, then what is for today, then for this week; what comes later is not written about."""
    heaps = {name: [one for one in tasks if when(one.row, now, zone) == name] for name in GROUPS if name != "later"}
    return {name: some for name, some in heaps.items() if some}


def _day(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The day of something, as one says it today."""
    days = (moment.astimezone(zone).date() - now.astimezone(zone).date()).days
    return {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days) or _date(moment, zone)


def _date(moment: datetime, zone: ZoneInfo) -> str:
    there = moment.astimezone(zone)
    return f"{there:%A, %B} {there.day}"


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(OURS),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
