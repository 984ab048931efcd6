"""Who is asked by name in a round, how far each has come, and whom no letter reached; never what they answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.evaluation.domain.asking import OPEN, Invitation, State, written_to
from shared.entities import Entity
from shared.invited import OfLetter, Reach
from shared.obligations.reconcile import Row
from shared.playbooks.history import History


class AskedLine(Entity):
    """Somebody who is asked in a round, or who leads a team that answers as one."""

    person_id: str | None
    team_id: str | None = None
    jurisdiction: str | None = None
    is_for_the_team: bool = False
    """Whether the team answers once for all of its people."""
    state: State
    why: str | None = None
    """Why somebody else is asked instead."""
    letter: Reach | None = None
    """Nothing where nobody is written to, or nobody was yet."""
    letter_why: str | None = None
    """Why the letter did not reach them."""

    @property
    def is_missed(self) -> bool:
        """Whether something is still to come from them, and no letter reached them."""
        return self.state in OPEN and self.letter in ("not_reached", "withheld")


@dataclass(frozen=True, slots=True)
class AllAsked:
    """Everybody who is asked in a round, and what became of the letters to them."""

    row: Row
    lines: Sequence[AskedLine]
    is_called: bool
    """Whether they are called, and get no letter."""
    are_letters_known: bool = True


def asked_lines(history: History, invited: Sequence[Invitation], letters: Mapping[str, OfLetter]) -> list[AskedLine]:
    """A line for each who is asked; of a team that answers as one, for each who leads it."""
    lines = (_line(history, one, person, letters) for one in invited for person in written_to(history, one) or (None,))
    return sorted(lines, key=lambda one: (one.jurisdiction or "", one.team_id or "", one.person_id or ""))


def _line(history: History, one: Invitation, person: str | None, letters: Mapping[str, OfLetter]) -> AskedLine:
    team, letter = history.teams.get(one.team_id or ""), letters.get(person or "")
    return AskedLine(
        person_id=person,
        team_id=one.team_id,
        jurisdiction=team.jurisdiction if team else None,
        is_for_the_team=one.person_id is None,
        state=one.state,
        why=one.why,
        letter=letter.reach if letter else None,
        letter_why=(letter.why or None) if letter else None,
    )
