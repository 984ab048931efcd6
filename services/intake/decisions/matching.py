"""Peers proposed: who needs what another offers, has gone a step further, and is alike; the best pairs first."""

import re
from collections.abc import Iterable, Iterator

from services.intake.decisions.proposing import STAGES, latest
from services.intake.domain import Application, Known, Peers, ProposedPeers, Team
from shared.playbooks.places import Places

MEANINGLESS = frozenset(
    (
        "a", "about", "all", "an", "and", "are", "as", "at", "be", "by", "can", "for", "from", "has", "have", "how",
        "in", "into", "is", "it", "its", "more", "of", "on", "or", "our", "that", "the", "their", "them", "this", "to",
        "up", "we", "what", "who", "with", "your",
    )
)  # fmt: skip
"""Words that say nothing about a need."""
NEED, STAGE, REGION, KIND = 3.0, 1.0, 0.5, 0.5
"""What each part of a score is worth: the need above all."""
TERRITORIES = frozenset(("AS", "GU", "MP", "PR", "VI"))


def peers(known: Known, everywhere: Iterable[Application]) -> tuple[ProposedPeers, ...]:
    """Every pair that could help, the best first: for the teams of this engagement, from whoever applied anywhere."""
    helpers = latest(everywhere)
    own = latest(known.applications.values())
    found: list[ProposedPeers] = []
    for team in known.teams.values():
        seeker = own.get(team.jurisdiction) or helpers.get(team.jurisdiction)
        if seeker is None or team.left_on:
            continue
        for code, helper in helpers.items():
            if code != team.jurisdiction:
                found += _between(known, team, seeker, helper)
    return tuple(sorted(found, key=lambda one: (-one.score, one.from_team, one.need, one.to_jurisdiction)))


def words(text: str) -> frozenset[str]:
    """What a need or an offer is about, as words that can be compared: small, without plural and filling words."""
    found = re.findall(r"[^\W_]+", text.lower())
    return frozenset(_singular(word) for word in found if word not in MEANINGLESS)


def kind(jurisdiction: str) -> str:
    """state, territory or Tribe."""
    if jurisdiction.startswith("tribe-"):
        return "Tribe"
    return "territory" if jurisdiction in TERRITORIES else "state"


def _between(known: Known, team: Team, seeker: Application, helper: Application) -> Iterator[ProposedPeers]:
    """What one team could learn from one jurisdiction, need by need; nothing that was suggested before."""
    further = STAGES.index(helper.stage) - STAGES.index(seeker.stage)
    before = [pair for pair in known.peers.values() if _are_these(pair, team, helper)]
    if further < 0 or any(pair.state == "connected" for pair in before):
        return
    for need in dict.fromkeys(seeker.needs):
        matches = [(_covered(need, offer), offer) for offer in helper.offers]
        covered, offer = min(matches, key=lambda one: (-one[0], one[1]), default=(0.0, ""))
        if covered and all(pair.need != need for pair in before):
            yield _proposed(known, team, need, offer, helper, covered, further)


def _are_these(pair: Peers, team: Team, helper: Application) -> bool:
    return (pair.from_team, pair.to_jurisdiction) == (team.team_id, helper.jurisdiction)


def _covered(need: str, offer: str) -> float:
    """How much of a need an offer speaks of, from 0 to 1."""
    wanted, given = words(need), words(offer)
    return len(wanted & given) / len(wanted) if wanted else 0.0


def _proposed(
    known: Known, team: Team, need: str, offer: str, helper: Application, covered: float, further: int
) -> ProposedPeers:
    likeness, alike = _likeness(team.jurisdiction, helper.jurisdiction, known.places)
    parts = {"need": round(NEED * covered, 2), "stage": STAGE if further else 0.0, "likeness": likeness}
    shared = ", ".join(sorted(words(need) & words(offer)))
    matched = "is just that" if covered == 1 else f"shares with it: {shared}"
    stage = f"It is {helper.stage}, {_stages(further)}."
    takes_part = any(one.jurisdiction == helper.jurisdiction and not one.left_on for one in known.teams.values())
    return ProposedPeers(
        engagement_id=known.name,
        from_team=team.team_id,
        to_jurisdiction=helper.jurisdiction,
        need=need,
        score=round(sum(parts.values()), 2),
        offer=offer,
        parts=parts,
        takes_part=takes_part,
        reasons=(f'What it offers ("{offer}") {matched}.', stage, *alike),
    )


def _stages(further: int) -> str:
    return ("at the same stage", "a stage further")[further] if further < 2 else f"{further} stages further"


def _likeness(one: str, other: str, places: Places) -> tuple[float, tuple[str, ...]]:
    """How alike two jurisdictions are, and in what."""
    here, there = places.get(one), places.get(other)
    region = here is not None and there is not None and here.region == there.region
    alike = [f"Both are of region {here.region}."] if region and here else []
    if kind(one) == kind(other):
        alike.append(f"Both are {'territories' if kind(one) == 'territory' else kind(one) + 's'}.")
    return REGION * region + KIND * (kind(one) == kind(other)), tuple(alike)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
