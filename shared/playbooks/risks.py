"""The buy-in gate: what a team lacks, held against its model and the facts, and what puts its plan at risk."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from shared.playbooks.calendar import Calendar, Roll
from shared.playbooks.model import Playbook
from shared.playbooks.moments import Moment, Moments
from shared.playbooks.staffing import Staff
from shared.playbooks.views import Plan, Session, Team

LEAD_AGENCY = "lead_agency"
IN_A_ROW = 2
"""So many sessions missed one after the other, and a team is drifting away."""

Code = Literal[
    "no_lead_agency", "no_lead", "contractor_led", "no_sign_off", "missed_two_in_a_row", "plan_rejected",
    "missing_role", "too_small", "too_large",
]  # fmt: skip
AT_RISK: frozenset[Code] = frozenset(
    ("no_lead_agency", "no_lead", "contractor_led", "no_sign_off", "missed_two_in_a_row", "plan_rejected")
)
"""What plans have been lost by; the rest is lacking, and no more."""


@dataclass(frozen=True, slots=True)
class Risk:
    """One reason why a team may not carry its plan through, in words for people."""

    code: Code
    sentence: str
    since: date
    because: str
    """The id of the fact that tells it."""
    role: str | None = None

    @property
    def puts_at_risk(self) -> bool:
        """Whether plans have been lost by it."""
        return self.code in AT_RISK


@dataclass(frozen=True, slots=True)
class Standing:
    """All that a team is judged by."""

    team: Team
    sessions: tuple[Session, ...]
    """The held sessions that it was due at, the earliest first."""
    plan: Plan | None
    """The one that it submitted last."""
    sign_off_due: Moment | None
    until: date | None
    """The last day that the facts tell has come: of a session held, or of the closing."""
    zone: ZoneInfo

    @property
    def missed_in_a_row(self) -> tuple[Session, ...]:
        """The latest held sessions that it missed, one after the other."""
        missed: list[Session] = []
        for session in reversed(self.sessions):
            if session.was_there(self.team.id):
                break
            missed.insert(0, session)
        return tuple(missed)

    @property
    def lasting(self) -> "Since":
        return Since(self.team.staffing)


@dataclass(frozen=True, slots=True)
class Since:
    """Since when something holds of the people of a team."""

    staffing: tuple[Staff, ...]

    def when(self, holds: Callable[[Staff], bool]) -> Staff | None:
        """The first of those to whom it applies without a break until now; none if it does not hold now."""
        first = None
        for staff in reversed(self.staffing):
            if not holds(staff):
                break
            first = staff
        return first


def risks(playbook: Playbook, standing: Standing, on: date | None = None) -> tuple[Risk, ...]:
    """What a team lacks on a day, what endangers its plan first; with no day, what is certain from the facts alone."""
    found = [*_of_people(playbook, standing), *_of_words(standing, on)]
    return tuple(sorted(found, key=lambda risk: (not risk.puts_at_risk, risk.since, risk.code, risk.role or "")))


def missing_roles(playbook: Playbook, staff: Staff) -> tuple[str, ...]:
    """The roles that the model wants, and nobody has."""
    return tuple(role for role in playbook.teams.must_include if role not in staff.roles)


def moments(playbook: Playbook, standing: Standing) -> Moments:
    """Since when something has been lacking that rules can count from; each is there only as long as it lasts."""
    since, wanted = standing.lasting, playbook.teams.must_include
    lacking = {
        "role_missing": since.when(lambda staff: any(role not in staff.roles for role in wanted)),
        "lead_missing": since.when(lambda staff: not staff.has_lead),
        "contractor_led": since.when(lambda staff: staff.contractor_led),
    }
    found = {name: Moment(staff.since, staff.fact.id) for name, staff in lacking.items() if staff is not None}
    missed = standing.missed_in_a_row
    if len(missed) >= IN_A_ROW and (held := missed[IN_A_ROW - 1].held):
        found["missed_two"] = Moment(held.event.held_at, held.fact.id)
    if standing.sign_off_due:
        found["sign_off_due"] = standing.sign_off_due
    return found


def sign_off_due(playbook: Playbook, known: Moments, zone: ZoneInfo, calendar: Calendar) -> Moment | None:
    """The day by which its leadership has to stand behind a team, if the model tells one and its moment is known."""
    by = playbook.teams.signed_off
    moment = known.get(by.moment) if by and by.moment else None
    if by is None or moment is None:
        return None
    roll: Roll = "none" if calendar.roll == "none" else "previous" if by.before else "next"
    day = calendar.add(moment.day(zone), by.wait, -1 if by.before else 1)
    return Moment(calendar.rolled(day, roll), moment.because)


def _of_people(playbook: Playbook, standing: Standing) -> Iterator[Risk]:
    """What its people, their roles and their number make of it."""
    staff, since = standing.team.staff, standing.lasting
    if begun := since.when(lambda one: LEAD_AGENCY not in one.roles):
        yield _risk("no_lead_agency", "Nobody in the team speaks for the lead agency", begun)
    if begun := since.when(lambda one: not one.has_lead):
        yield _risk("no_lead", f"Its lead ({staff.lead}) is no member any more, and no other is named", begun)
    if begun := since.when(lambda one: one.contractor_led):
        yield _risk("contractor_led", f"Its lead ({staff.lead}) is a state contractor, not of the agency", begun)
    for role in missing_roles(playbook, staff):
        if role != LEAD_AGENCY and (begun := since.when(lambda one, role=role: role not in one.roles)):  # type: ignore[misc]
            yield _risk("missing_role", f"Nobody in the team is there for {spelled(role)}", begun, role)
    if size := playbook.teams.size:
        people = "1 person" if staff.size == 1 else f"{staff.size} people"
        if begun := since.when(lambda one: one.size < size[0]):
            yield _risk("too_small", f"It is {people}, and {size[0]} are the fewest that can do the work", begun)
        if begun := since.when(lambda one: one.size > size[1]):
            yield _risk("too_large", f"It is {people}, and {size[1]} are the most that make a team", begun)


def _of_words(standing: Standing, on: date | None) -> Iterator[Risk]:
    """What was said, or not said, of it: no sign-off in time, sessions missed, the plan rejected."""
    due, day = standing.sign_off_due, on or standing.until
    if due and day and standing.team.signed_off is None and (by := due.day(standing.zone)) <= day:
        yield Risk("no_sign_off", f"Its leadership had not signed off by {by}.", by, due.because)
    missed = standing.missed_in_a_row
    if len(missed) >= IN_A_ROW and (held := missed[IN_A_ROW - 1].held):
        numbers = " and ".join(str(session.number) for session in missed[-IN_A_ROW:])
        since = Moment(held.event.held_at, held.fact.id).day(standing.zone)
        yield Risk("missed_two_in_a_row", f"It missed sessions {numbers}, one after the other.", since, held.fact.id)
    plan = standing.plan
    if plan and plan.rejected and plan.is_rejected:
        fact, event = plan.rejected
        why = f": {event.reason.rstrip('.')}" if event.reason else ""
        yield Risk("plan_rejected", f"Its plan was rejected{why}.", event.on, fact.id)


def _risk(code: Code, sentence: str, staff: Staff, role: str | None = None) -> Risk:
    return Risk(code, f"{sentence}.", staff.since, staff.fact.id, role)


def spelled(role: str) -> str:
    """A role as people say it: lead agency."""
    return role.replace("_", " ")
