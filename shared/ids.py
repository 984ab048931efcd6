"""Where ids come from: a fact's id is derived from what it says, everything else gets a new one that sorts by time."""

from uuid import NAMESPACE_URL, uuid5

from uuid_utils.compat import uuid7

FACTS = uuid5(NAMESPACE_URL, "urn:throughline:facts")


def fact_id(type_: str, *identity: object, revision: int) -> str:
    """The id of a fact: the same words give the same id, on every machine, for ever."""
    return str(uuid5(FACTS, "\x1f".join([type_, *(str(part) for part in identity), str(revision)])))


def new_id() -> str:
    """A new id, for what has no words of its own to derive it from; sorts by the time it was made."""
    return str(uuid7())
