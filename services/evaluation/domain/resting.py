"""On what a proposed outcome rests: the request, step or engagement that somebody has to look at to judge it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.evaluation.domain.watching import Proposal, Sign, SignKind, named_for, told_of

CALLED: Mapping[SignKind, str] = {
    "asked": "a request",
    "joined": "another engagement",
    "finished": "a step of its plan",
}


@dataclass(frozen=True, slots=True)
class Rests:
    """A sign as it stands now, for one who looks at what it proposes."""

    sign: Sign
    is_theirs: bool
    """Whether that of which it tells is theirs to see."""
    title: str | None = None
    """Of the engagement that was joined, where it is theirs to see."""

    @property
    def called(self) -> str:
        """What kind of thing it is."""
        return CALLED[self.sign.kind]

    @property
    def words(self) -> str:
        """What it is called itself."""
        return self.title or self.sign.words

    @property
    def path(self) -> str:
        """The page on which it is told."""
        match self.sign.kind:
            case "asked":
                return f"/app/requests/{self.sign.what}"
            case "joined":
                return f"/app/engagements/{self.sign.line}"
            case "finished":
                return f"/app/engagements/{self.sign.line}/sessions#plans"

    def statement(self, proposed: Proposal) -> str:
        """The proposal in words, with the title of an engagement in place of its id."""
        is_as_proposed = proposed.statement == told_of(self.sign, self.sign.words)
        return told_of(self.sign, self.words) if is_as_proposed else proposed.statement


def sign_of(proposed: Proposal, signs: Iterable[Sign]) -> Sign | None:
    """The sign on which a proposal rests: its fact, or what was said instead of it; none where that was taken back."""
    team = proposed.team_id or ""
    return next(
        (
            one
            for one in signs
            if one.because == proposed.because or named_for(proposed.engagement_id, team, one) == proposed.outcome_id
        ),
        None,
    )
