"""Titles of obligations: text with placeholders like {team.jurisdiction}, which speak of what a guard can speak of."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from shared.playbooks.scopes import resolve
from shared.playbooks.words import Scope, UnknownWord, Value

LONGEST = 300
UNKNOWN = "?"
"""What stands for a value that the item does not have."""
_PIECES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Title:
    """Text, and the full names of the attributes that stand between its pieces."""

    texts: tuple[str, ...]
    attributes: tuple[str, ...]
    says: tuple[Callable[[Value], str | None], ...]
    """How each of them is said, where that is not its value."""

    def of(self, value_of: Callable[[str], Value]) -> str:
        """The title of an item that has these values, cut to what a fact can say."""
        said = [self.texts[0]]
        for attribute, say, text in zip(self.attributes, self.says, self.texts[1:], strict=True):
            value = value_of(attribute)
            said += (say(value) or _spoken(value), text)
        title = " ".join("".join(said).split())
        return title if len(title) <= LONGEST else title[: LONGEST - 1] + "…"


def read_title(scope: Scope, text: str) -> Title:
    """The title that this text spells; UnknownWord where a placeholder is none."""
    pieces = _PIECES.split(text)
    if any(brace in piece for piece in pieces[::2] for brace in "{}"):
        raise UnknownWord("has a brace without its partner; placeholders look like {team.jurisdiction}")
    found = [resolve(scope, name.strip()) for name in pieces[1::2]]
    return Title(tuple(pieces[::2]), tuple(name for name, _ in found), tuple(one.say for _, one in found))


def _spoken(value: Value) -> str:
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
