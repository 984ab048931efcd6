"""What an approval makes of an obligation that needs one: it is free, held back and says why, or off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.events.intake import ApprovalAnswered
from shared.playbooks.history import History
from shared.playbooks.items import Item
from shared.playbooks.model import Rule
from shared.playbooks.places import Places
from shared.playbooks.scopes import SCOPES
from shared.playbooks.views import Approval

SIDES = ("team.jurisdiction", "peers.to_jurisdiction")
"""The attributes that tell of whom an item is."""


@dataclass(frozen=True, slots=True)
class Granted:
    """How far what an obligation needs is granted."""

    held_back: str | None = None
    """Why it is held back; nothing where it is free."""
    freed_on: date | None = None
    """The day of the answer that freed it; it is not due before."""
    freed_by: str | None = None
    """That answer, in words."""
    refused: bool = False
    """It was declined: there is nothing to be done."""


FREE = Granted()


def granted(rule: Rule, item: Item, history: History, places: Places) -> Granted:
    """What the approvals of this history make of what the rule obliges for this item."""
    if rule.needs is None:
        return FREE
    about = [one for one in history.approvals.values() if one.asked.event.about == rule.needs]
    voices, is_each_needed = _voices(item, sorted(about, key=_by_day), places)
    if not voices:
        return Granted(f"nobody has asked yet for the approval {_what(rule.needs)}")
    answers = [_answer(voice) for voice in voices]
    refusals = [answer is not None and answer.answer == "declined" for answer in answers]
    if all(refusals) or (is_each_needed and any(refusals)):
        return Granted(refused=True)
    if waiting := [voice for voice, answer in zip(voices, answers, strict=True) if answer is None]:
        asked = min((one for voice in waiting for one in voice if one.answered is None), key=_by_day).asked.event
        whom = f"region {asked.region} was asked for" if asked.region else "was asked for"
        which = f"{asked.approval_id} {_what(asked.about)}, which {whom} on {asked.asked_on}"
        return Granted(f"waits for the approval {which}")
    last = max((answer for answer in answers if answer), key=_by_its_day)
    return Granted(freed_on=last.answered_on, freed_by=f"{last.approval_id} was {last.answer}")


def _what(about: str) -> str:
    """What an approval is for, as people say it: "to invite a state"."""
    return str(SCOPES["approval"].attributes["about"].say(about) or about)


def _voices(item: Item, approvals: Sequence[Approval], places: Places) -> tuple[list[list[Approval]], bool]:
    """The approvals that speak of the item, together where they ask for the same yes; and whether each yes is needed.

    Of one place, or of none, any yes will do: the states of a quick region need not wait for those of a slow one. Of
    peers, neither side may have refused.
    """
    sides = [str(code) for name in SIDES if (code := item.value(name)) is not None]
    if not sides:
        return [voice for voice in [list(approvals)] if voice], False
    everywhere = [one for one in approvals if _names_no_place(one)]
    of_sides = [[one for one in approvals if _speaks_of(one, code, places)] for code in dict.fromkeys(sides)]
    if len(of_sides) == 1:
        return [voice for voice in [[*everywhere, *of_sides[0]]] if voice], False
    # An answer about one side says more than one about nobody, whose yes would hide that side's no.
    return [voice for voice in of_sides if voice] or [voice for voice in [everywhere] if voice], True


def _names_no_place(approval: Approval) -> bool:
    return approval.asked.event.jurisdiction is None and approval.asked.event.region is None


def _speaks_of(approval: Approval, code: str, places: Places) -> bool:
    """Whether it names this jurisdiction; only where it names none is it of all in the region that was asked."""
    event = approval.asked.event
    if event.jurisdiction is not None:
        return event.jurisdiction == code
    place = places.get(code)
    return place is not None and event.region == place.region


def _answer(voice: Sequence[Approval]) -> ApprovalAnswered | None:
    """What answers these: the earliest yes; while one is open nothing; else the latest no."""
    answers = sorted((one.answered.event for one in voice if one.answered), key=_by_its_day)
    yes = next((answer for answer in answers if answer.answer == "granted"), None)
    return yes if yes or len(answers) < len(voice) else answers[-1]


def _by_day(approval: Approval) -> tuple[date, str]:
    return approval.asked.event.asked_on, approval.asked.event.approval_id


def _by_its_day(answer: ApprovalAnswered) -> tuple[date, str]:
    return answer.answered_on, answer.approval_id
