"""How many more contacts a policy allows with each team of an engagement, and when there will be more. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from services.followup.decisions.contacts import counted, counting
from services.followup.domain.contacts import Contact, Reached, all_teams
from services.followup.domain.outreach import Allowance
from shared.playbooks.heading import Heading
from shared.playbooks.history import History
from shared.playbooks.model import Cap, Contacts

LOOKED_AHEAD = 800
"""Days: no cap of ours counts longer than two years."""


class Made:
    """The contacts that were made, by whom they reached."""

    def __init__(self, contacts: Iterable[Contact]) -> None:
        self._with: dict[tuple[str, str | None], list[Contact]] = defaultdict(list)
        for one in contacts:
            self._with["team", one.jurisdiction].append(one)
            self._with["person", one.person_id].append(one)

    def counted_by(self, cap: Cap, reached: Reached) -> Sequence[Contact]:
        """Those with the jurisdiction, or with the person, whose contacts this cap counts."""
        return self._with.get((cap.by, reached.jurisdiction if cap.by == "team" else reached.person_id), ())


def allowances(about: Heading, history: History, policy: Contacts, made: Made, now: datetime) -> Iterator[Allowance]:
    """Each cap of the policy for each team that takes part, as the contacts of all engagements stand."""
    today = now.astimezone(UTC).date()
    for reached in all_teams(history, now):
        for cap in policy.caps:
            theirs = made.counted_by(cap, reached)
            used = counted(counting(cap, reached, theirs, today))
            yield Allowance(
                engagement_id=about.engagement_id,
                engagement_title=about.title,
                jurisdiction=reached.jurisdiction,
                team_id=reached.team_id,
                person_id=reached.person_id if cap.by == "person" else None,
                used=used,
                most=cap.most,
                within=str(cap.within),
                free_on=_free_on(cap, reached, theirs, today) if used >= cap.most else None,
            )


def _free_on(cap: Cap, reached: Reached, made: Sequence[Contact], today: date) -> date | None:
    """The first day on which one more contact would be allowed, if nobody is contacted until then."""
    days = (today + timedelta(days=n) for n in range(1, LOOKED_AHEAD))
    return next((day for day in days if counted(counting(cap, reached, made, day)) < cap.most), None)
