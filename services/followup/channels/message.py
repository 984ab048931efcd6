"""A letter as a message: subject, text and its HTML twin, and the headers by which mail programs know what it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.followup.domain.inbox import GROUPS, When, when
from services.followup.domain.mail import Claimed, Kind, Named
from shared.people import Person

OURS = Path(__file__).parent / "templates"
POLICY = SMTP.clone(max_line_length=300)
"""So long that no address of ours is folded: some mail programs do not find one that is."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where letters come from, and where their links lead."""

    sender: str
    url: str

    @property
    def inbox(self) -> str:
        return f"{self.url}/app/inbox"

    def stop(self, letter: Claimed) -> str:
        """Where its reader stops such letters, or chooses among them."""
        return f"{self.url}/app/mail/choose/{letter.stop}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a letter tells."""

    tasks: Sequence[Named] = ()
    link: str = ""
    """The link by which its reader signs in."""


def message(letter: Claimed, person: Person, told: Told, place: Place, now: datetime, zone: ZoneInfo) -> EmailMessage:
    """The message to one person; the same letter has the same Message-ID, however often it is sent."""
    name, sender = parseaddr(place.sender)
    made = EmailMessage(policy=POLICY)
    made["Subject"] = subject(letter.kind, told, now, zone)
    made["From"] = Address(display_name=name, addr_spec=sender)
    made["To"] = Address(display_name=person.name, addr_spec=person.address or "")
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{letter.letter_id}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    if letter.kind != "sign_in":
        made["List-Unsubscribe"] = f"<{place.stop(letter)}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    words = _words(letter, person, told, place, now, zone)
    made.set_content(_templates().get_template(f"{letter.kind}.txt").render(words))
    made.add_alternative(_templates().get_template(f"{letter.kind}.html").render(words), subtype="html")
    return made


def subject(kind: Kind, told: Told, now: datetime, zone: ZoneInfo) -> str:
    """What a mail program lists it by: what it is about and how much there is, so that it need not be opened."""
    match kind:
        case "digest":
            counted = {name: len(tasks) for name, tasks in _heaps(told.tasks, now, zone).items()}
            words: dict[When, str] = {"overdue": "overdue", "today": "due today", "week": "later this week"}
            return "; ".join(f"{counted[name]} {said}" for name, said in words.items() if counted.get(name))
        case "escalation":
            return _one_or_many(told.tasks, "Waiting too long", "tasks have waited too long")
        case "handover":
            return _one_or_many(told.tasks, "Handed over to you", "tasks were handed over to you")
        case "sign_in":
            return "Your link to sign in"


def _one_or_many(tasks: Sequence[Named], one: str, many: str) -> str:
    return f"{one}: {' '.join(tasks[0].row.title.split())}" if len(tasks) == 1 else f"{len(tasks)} {many}"


def _words(letter: Claimed, person: Person, told: Told, place: Place, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "person": person,
        "heaps": _heaps(told.tasks, now, zone),
        "names": GROUPS,
        "tasks": told.tasks,
        "link": told.link,
        "inbox": place.inbox,
        "stop": place.stop(letter),
        "subject": subject(letter.kind, told, now, zone),
        "day": lambda moment: _day(moment, zone),
        "today": _day(now, zone),
    }


def _heaps(tasks: Sequence[Named], now: datetime, zone: ZoneInfo) -> dict[When, list[Named]]:
    """What is overdue first, then what is for today, then for this week; what comes later is not written about."""
    heaps = {name: [one for one in tasks if when(one.row, now, zone) == name] for name in GROUPS if name != "later"}
    return {name: some for name, some in heaps.items() if some}


def _day(moment: datetime, zone: ZoneInfo) -> str:
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
