"""Who a team is made of, from one day to the next: as it was formed and changed, and who gave up or took on a role."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.events.base import Fact
from shared.events.intake import Member, RoleFilled, RoleVacated, TeamChanged, TeamFormed
from shared.playbooks.said import Said
from shared.playbooks.tellings import in_turn

Telling = Said[TeamChanged] | Said[RoleVacated] | Said[RoleFilled]


@dataclass(frozen=True, slots=True)
class Staff:
    """The people of a team from a day on, until the next that is told."""

    since: date
    fact: Fact
    """What told it."""
    lead: str
    members: tuple[Member, ...]
    vacant: tuple[str, ...] = ()
    """Roles that somebody gave up, and nobody has taken on yet."""
    been: frozenset[str] = frozenset()
    """Everybody who is or ever was a member."""

    @property
    def size(self) -> int:
        """How many people it has; who has two roles is one of them."""
        return len({member.person_id for member in self.members})

    @property
    def roles(self) -> frozenset[str]:
        """The roles that somebody has."""
        return frozenset(member.role for member in self.members)

    @property
    def has_lead(self) -> bool:
        """Whether its lead is still there; one who was never listed among the members can not have left them."""
        return self.lead not in self.been or any(member.person_id == self.lead for member in self.members)

    @property
    def contractor_led(self) -> bool:
        """Whether its lead is there for a state contractor, and for nobody else."""
        roles = {member.role for member in self.members if member.person_id == self.lead}
        return roles == {"state_contractor"}


def staffing(formed: Said[TeamFormed], tellings: Iterable[Telling]) -> tuple[Staff, ...]:
    """Who the team was made of, the latest last; the days that facts tell decide, not the order in which they came."""
    staff = [_whole(formed.event.formed_on, formed, None)]
    for day, one in in_turn(tellings):
        staff.append(_staffed(day, one, staff[-1]))
    return tuple(staff)


def _staffed(day: date, one: Telling, before: Staff) -> Staff:
    """The team after one more thing was told of it."""
    event = one.event
    if isinstance(event, TeamChanged):
        return _whole(day, Said(one.fact, event), before)
    left = tuple(it for it in before.members if (it.role, it.person_id) != (event.role, event.person_id))
    vacant = tuple(role for role in before.vacant if role != event.role)
    members = left
    if isinstance(event, RoleFilled):
        is_there = len(left) < len(before.members)
        members = before.members if is_there else (*left, _member(event))
    elif all(member.role != event.role for member in left):
        vacant = (*vacant, event.role)
    return Staff(day, one.fact, before.lead, members, vacant, before.been | {event.person_id})


def _whole(day: date, one: Said[TeamFormed] | Said[TeamChanged], before: Staff | None) -> Staff:
    """The team as it is told as a whole."""
    fact, event = one
    been = frozenset(member.person_id for member in event.members) | (before.been if before else frozenset())
    filled = {member.role for member in event.members}
    vacant = tuple(role for role in (before.vacant if before else ()) if role not in filled)
    return Staff(day, fact, event.lead, event.members, vacant, been)


def _member(event: RoleFilled) -> Member:
    return Member.model_validate({"person_id": event.person_id, "role": event.role})
