"""The governor of contacts: which of those that are due may be made, and by which rule the others may not. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from services.followup import domain
from services.followup.domain import Candidate, Contact, Reached
from shared.consent import Consent, declined
from shared.obligations.reconcile import Forbidden, Row
from shared.playbooks.calendar import Calendar
from shared.playbooks.history import History
from shared.playbooks.model import Cap, Contacts, Playbook

RANKS = {"high": 0, "normal": 1, "low": 2}
LONGEST = 2000
"""Letters of a reason; what is longer is cut."""
MANY = 1000
"""Contacts that a fact names; of more, it names the latest."""
Spared = tuple[Reached, Forbidden]
"""Who is not contacted, and why."""


@dataclass(frozen=True)
class Judged:
    """What came of the contacts that were due at one moment."""

    forbidden: dict[str, Forbidden]
    """Those that may not be made, or not with all teams, by the key of their obligation."""
    made: tuple[Contact, ...]
    """The others, one for each team that is reached."""


def judge(candidates: Iterable[Candidate], before: Iterable[Contact], said: Sequence[Consent], now: datetime) -> Judged:
    """Let contacts be made as far as consent, quotas and caps allow: of one moment, the most important first.

    A task that falls due again, because it was put off or moved, is the same contact, made later.
    """
    known, made = list(before), list[Contact]()
    forbidden: dict[str, Forbidden] = {}
    for candidate in sorted(candidates, key=lambda one: (RANKS[one.priority], one.due_at, one.key)):
        reasons: list[tuple[Reached, Forbidden]] = []
        for reached in candidate.reached:
            if (reason := _forbids(candidate, reached, known, said, now)) is not None:
                reasons.append((reached, reason))
                continue
            contact = contact_of(candidate, reached, now)
            known.append(contact)
            made.append(contact)
        if reasons:
            forbidden[candidate.key] = _together(candidate, reasons)
    return Judged(forbidden, tuple(made))


def judge_each(
    candidates: Sequence[Candidate], before: Iterable[Contact], said: Sequence[Consent], now: datetime
) -> list[Spared | None]:
    """The same for letters about a round, each to one person: what forbids it, if anything does, and for which team.

    A letter to whoever leads several teams is one letter: what forbids it for one of them forbids it.
    """
    known = list(before)
    found: list[Spared | None] = []
    for one in candidates:
        reasons = ((reached, _forbids(one, reached, known, said, now)) for reached in one.reached)
        found.append(next(((reached, reason) for reached, reason in reasons if reason is not None), None))
        if found[-1] is None:
            known += [contact_of(one, reached, now) for reached in one.reached]
    return found


def contact_of(candidate: Candidate, reached: Reached, at: datetime) -> Contact:
    """The contact with one team, or one agency."""
    return Contact(
        task_id=candidate.key,
        n=candidate.n,
        engagement_id=candidate.engagement,
        kind=candidate.kind,
        at=at,
        team_id=reached.team_id,
        jurisdiction=reached.jurisdiction,
        person_id=reached.person_id,
    )


def is_made_by_hand(row: Row) -> bool:
    """Whether somebody made a contact before it fell due, or although it was suppressed."""
    return row.contact and row.state == "done" and row.by_hand and row.fired_at is None


def made_by_hand(row: Row, history: History, playbook: Playbook | None) -> list[Contact]:
    """The contacts of what somebody did by hand, at the time at which it was done."""
    mark = history.marks.get(row.key)
    if mark is None or mark.ended is None:
        return []
    at, kind = mark.ended.fact.time, row.contact_as or "offer"
    reached = domain.reached(history, playbook, row.rule, row.team_id, at)
    made = Candidate(row.key, row.n, row.engagement, kind, row.priority, row.due_at, reached, Contacts())
    return [contact_of(made, one, at) for one in reached]


def _forbids(
    candidate: Candidate, reached: Reached, known: Sequence[Contact], said: Sequence[Consent], now: datetime
) -> Forbidden | None:
    """What forbids this contact, if anything does: consent before quota before caps."""
    if (
        consent := declined(candidate.engagement, candidate.kind, reached.team_id, reached.person_id, said)
    ) is not None:
        who = f"{consent.person_id or consent.team_id}"
        about = f" for {consent.about}" if consent.about else ""
        return Forbidden("consent", f"{who} asked on {consent.on} not to be contacted{about}")
    others = [one for one in known if one.task_id != candidate.key or one.team_id != reached.team_id]
    mine = [one for one in others if one.engagement_id == candidate.engagement and one.kind == "interview"]
    if candidate.kind == "interview" and len(mine) >= candidate.policy.interviews:
        most = candidate.policy.interviews
        reason = f"{candidate.engagement} has had {len(mine)} interviews, and the policy allows {most}"
        return Forbidden("quota", reason, _keys(mine))
    earlier = [one for one in others if one.task_id != candidate.key]
    capped = (_capped(cap, reached, earlier, now.astimezone(UTC).date()) for cap in candidate.policy.caps)
    return next((one for one in capped if one is not None), None)


def _capped(cap: Cap, reached: Reached, known: Sequence[Contact], today: date) -> Forbidden | None:
    """Whether one more contact today would be more than the cap allows in the period that ends today."""
    within = counting(cap, reached, known, today)
    if (had := counted(within)) < cap.most:
        return None
    who = _whose(cap, reached)
    reason = f"{who} has had {had} contact{'' if had == 1 else 's'} in {cap.within}, and the policy allows {cap.most}"
    return Forbidden("cap", reason, _keys(within))


def counting(cap: Cap, reached: Reached, known: Iterable[Contact], today: date) -> list[Contact]:
    """The contacts that a cap counts on this day; none where there is nobody to count them for."""
    who = _whose(cap, reached)
    if who is None:
        return []
    after = Calendar().add(today, cap.within, -1)
    mine = [one for one in known if who == (one.jurisdiction if cap.by == "team" else one.person_id)]
    return [one for one in mine if one.at.astimezone(UTC).date() > after]


def _whose(cap: Cap, reached: Reached) -> str | None:
    return reached.jurisdiction if cap.by == "team" else reached.person_id


def counted(contacts: Iterable[Contact]) -> int:
    """How many contacts these are: one task on one day is one, however many people of a team it reaches."""
    return len({(one.task_id, one.kind, one.at.astimezone(UTC).date()) for one in contacts})


def _together(candidate: Candidate, reasons: Sequence[tuple[Reached, Forbidden]]) -> Forbidden:
    """Why it may not be made at all, or not with some teams."""
    first = reasons[0][1]
    if not candidate.is_with_all:
        return first
    words = "; ".join(f"{reached.team_id}: {reason.reason}" for reached, reason in reasons)[:LONGEST]
    used_up_by = tuple(dict.fromkeys(key for _, reason in reasons for key in reason.used_up_by))[-MANY:]
    is_for_some = len(reasons) < len(candidate.reached)
    left_out = tuple(reached.team_id for reached, _ in reasons if reached.team_id) if is_for_some else ()
    return replace(first, reason=words, used_up_by=used_up_by, left_out=left_out)


def _keys(contacts: Iterable[Contact]) -> tuple[str, ...]:
    """The obligations that contacts were made for, earliest first; of very many, the latest."""
    keys = dict.fromkeys(one.task_id for one in sorted(contacts, key=lambda one: (one.at, one.task_id)))
    return tuple(keys)[-MANY:]
