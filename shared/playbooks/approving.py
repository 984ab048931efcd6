"""What an approval makes of an obligation that needs one: it is free, held back and says why, or off."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from shared.playbooks.history import History
from shared.playbooks.items import Item
from shared.playbooks.model import Rule
from shared.playbooks.places import Places
from shared.playbooks.views import Approval


@dataclass(frozen=True, slots=True)
class Consent:
    """How far the consent has come that an obligation needs."""

    held_back: str | None = None
    """Why it is held back; nothing where it is free."""
    granted_on: date | None = None
    """The day of the answer that freed it; it is not due before."""
    granted_by: str | None = None
    """The approval that did."""
    refused: bool = False
    """All that was asked was declined: there is nothing to be done."""


FREE = Consent()


def consent(rule: Rule, item: Item, history: History, places: Places) -> Consent:
    """What the approvals of this history make of what the rule obliges for this item."""
    if rule.needs is None:
        return FREE
    asked = sorted(_meant(rule.needs, item, history.approvals.values(), places), key=_by_day)
    granted = [one for one in asked if one.answered and one.answered.event.answer == "granted"]
    if granted:
        first = min(granted, key=_by_answer)
        assert first.answered is not None
        return Consent(granted_on=first.answered.event.answered_on, granted_by=first.asked.event.approval_id)
    waiting = next((one for one in asked if one.answered is None), None)
    if waiting:
        event = waiting.asked.event
        whom = f"region {event.region} was asked" if event.region else "was asked for"
        return Consent(f"waits for the approval {event.approval_id} ({event.about}) that {whom} on {event.asked_on}")
    return Consent(refused=True) if asked else Consent(f"nobody has asked for the approval ({rule.needs}) yet")


def _meant(about: str, item: Item, approvals: Iterable[Approval], places: Places) -> Iterator[Approval]:
    """The approvals of this kind that speak of the item's jurisdictions; one that names no place speaks of all."""
    named = [item.value("team.jurisdiction"), item.value("peers.to_jurisdiction")]
    codes = {str(code) for code in named if code is not None}
    regions = {place.region for code in codes if (place := places.get(code))}
    for approval in approvals:
        event = approval.asked.event
        if event.about != about:
            continue
        is_there = event.jurisdiction is None or event.jurisdiction in codes
        is_near = event.region is None or event.region in regions
        # What has no team has no place either, and takes the consent of whomever was asked.
        if not codes or (is_there and is_near):
            yield approval


def _by_day(approval: Approval) -> tuple[date, str]:
    return approval.asked.event.asked_on, approval.asked.event.approval_id


def _by_answer(approval: Approval) -> tuple[date, str]:
    assert approval.answered is not None
    return approval.answered.event.answered_on, approval.asked.event.approval_id
