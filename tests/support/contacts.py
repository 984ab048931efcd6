"""Contacts given-when-then: those that were made, those that are due, and what policy makes of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.followup.decisions import Judged, judge
from services.followup.domain import Candidate, Contact, Reached
from shared.consent import Consent, consents
from shared.playbooks.model import Contacts
from tests.support.saying import NOW, history, said

KY, WI = Reached("ky", "KY", "p-ky"), Reached("wi", "WI", "p-wi")
TWO_A_MONTH = Contacts.model_validate({"caps": [{"by": "team", "most": 2, "in": "1 month"}]})
ONE_A_WEEK = Contacts.model_validate({"caps": [{"by": "person", "most": 1, "in": "1 week"}]})
NO_POLICY = Contacts()


def contact(key: str, to: Reached = KY, kind: str = "offer", at: datetime = NOW) -> Contact:
    """A contact that was made."""
    told = {"team_id": to.team_id, "jurisdiction": to.jurisdiction, "person_id": to.person_id}
    return Contact(task_id=key, n=1, engagement_id=key.split("/", maxsplit=1)[0], kind=kind, at=at, **told)


def due(
    key: str,
    *to: Reached,
    policy: Contacts = TWO_A_MONTH,
    kind: str = "offer",
    priority: str = "normal",
    due_at: datetime = NOW,
) -> Candidate:
    """A contact that would be made now; with several teams, one with all of them."""
    return Candidate(key, 1, key.split("/", maxsplit=1)[0], kind, priority, due_at, to or (KY,), policy, len(to) > 1)


def ruled(candidates: Sequence[Candidate], before: Sequence[Contact] = (), said: Sequence[Consent] = ()) -> Judged:
    return judge(candidates, before, said, NOW)


def rules(judged: Judged) -> Mapping[str, str]:
    return {key: forbidden.rule for key, forbidden in judged.forbidden.items()}


def consent(name: str, on: str, **words: Any) -> list[Consent]:
    return list(consents(history([said(name, on=on, **words)])).values())
