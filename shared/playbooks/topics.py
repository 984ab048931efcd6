"""Topics: what agencies ask about, under one name however it was written; staff keep the synonyms in a file."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from unicodedata import normalize

from shared.errors import Malformed
from shared.playbooks.model.written import BadPlaybook, Found, Node, bad, parse

LONGEST = 64
HASH = 8


class BadTopics(Malformed):
    """{reason}"""

    title = "Not a list of topics"


class Topics:
    """What is said in several ways and means one topic."""

    def __init__(self, synonyms: Mapping[str, str] = MappingProxyType({})) -> None:
        self._slugs = synonyms
        """Slugs by the folded text of each of their synonyms."""

    def slug_of(self, text: str) -> str:
        """The slug of a topic; a text that nobody has listed is a topic of its own."""
        plain = folded(text)
        return self._slugs.get(plain, plain)

    def lists(self, text: str) -> bool:
        """Whether staff have listed this topic, under whichever of its names."""
        return folded(text) in self._slugs


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """A text as a slug: case, blanks, accents and punctuation make no difference to what a topic is."""
    letters = "".join(letter for letter in normalize("NFKD", text.casefold()) if not 0x300 <= ord(letter) < 0x370)
    plain = re.sub(r"[^a-z0-9]+", "-", letters.replace("&", " and ").replace("'", "").replace("\u2019", "")).strip("-")
    if plain and len(plain) <= LONGEST and not any(letter.isalnum() and not letter.isascii() for letter in letters):
        return plain
    # What no slug can hold tells topics apart all the same.
    digest = sha256(" ".join(letters.split()).encode()).hexdigest()[:HASH]
    return f"{plain[: LONGEST - HASH - 1]}-{digest}".strip("-")


def read_topics(text: str, file: str = "topics") -> Topics:
    """The topics that a file lists; BadTopics tells file, line and field of all that is wrong."""
    try:
        listed = parse(text, file)
    except BadPlaybook as error:
        raise BadTopics(str(error), problems=error.problems) from None
    if listed.value is None:
        return Topics()
    if not isinstance(listed.value, dict):
        raise _bad([(listed.place, "lists no topics; write them like licensing: [licensing rules, monitoring]")])
    slugs = {slug: slug for slug in listed.value}
    wrong = [found for slug, synonyms in listed.value.items() for found in _add(slugs, slug, synonyms)]
    if wrong:
        raise _bad(wrong)
    return Topics(MappingProxyType(slugs))


def _add(slugs: dict[str, str], slug: str, synonyms: Node) -> Iterator[Found]:
    """Add the synonyms of one topic; tells what is wrong with it."""
    if folded(slug) != slug:
        yield synonyms.place, f"is no slug: small letters, digits and hyphens, like {folded(slug)}"
    if not isinstance(synonyms.value, list | None):
        yield synonyms.place, "needs a list of other names, like [licensing rules, monitoring]"
        return
    for synonym in synonyms.value or ():
        name = synonym.value
        if not isinstance(name, str) or not name.strip():
            yield synonym.place, f"must be text, not {name!r}; a number or true that is meant as text stands in quotes"
        elif (other := slugs.setdefault(folded(name), slug)) != slug:
            yield synonym.place, f"{name!r} belongs to {other} already; a name means one topic"


def _bad(found: list[Found]) -> BadTopics:
    told = bad(found)
    return BadTopics(str(told), told.field, told.problems)
