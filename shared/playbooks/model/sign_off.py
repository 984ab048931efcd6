"""By when leadership has to stand behind its team: `before first session`, or {wait: 1 week, before: first_session}."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from shared.playbooks.wait import NO_WAIT, Wait
from shared.playbooks.words import did_you_mean

MOMENTS = ("formed", "first_session", "half_of_sessions", "last_session", "closed")
"""What it can be counted from: all that is known of a team without its sign-off."""
WORDS = ("wait", "after", "before")
SPELLED = re.compile(r"(?:(?P<wait>[0-9]+ [a-z ]+?) )?(?P<which>before|after) (?:the )?(?P<moment>[a-z_ ]+)")


@dataclass(frozen=True, slots=True)
class SignOffBy:
    """A day that is counted from a moment, as people wrote it; of a text that tells none, the text alone."""

    said: str
    moment: str | None = None
    wait: Wait = NO_WAIT
    before: bool = True

    @classmethod
    def parse(cls, said: object) -> "SignOffBy":
        """Read it; ValueError says what is wrong."""
        if isinstance(said, SignOffBy):
            return said
        if isinstance(said, Mapping):
            return cls._counted(said)
        if not isinstance(said, str) or not said.strip():
            raise ValueError("must be words like before first session, or {wait: 1 week, before: first_session}")
        text = " ".join(said.split())
        return cls._spelled(text) or cls(text[:300])

    @classmethod
    def _spelled(cls, text: str) -> "SignOffBy | None":
        """The day that words tell. Others are no mistake: playbooks with any words at all are in force since long."""
        found = SPELLED.fullmatch(text)
        moment = found["moment"].replace(" ", "_") if found else None
        if found is None or moment not in MOMENTS:
            return None
        try:
            wait = Wait.parse(found["wait"]) if found["wait"] else NO_WAIT
        except ValueError:
            return None
        return cls(text, moment, wait, found["which"] == "before")

    @classmethod
    def _counted(cls, said: Mapping[Any, Any]) -> "SignOffBy":
        for word in said:
            if word not in WORDS:
                raise ValueError(
                    f"has no word {word!r}{did_you_mean(str(word), WORDS) or '; it has wait, after, before'}"
                )
        named = [(word, said[word]) for word in ("after", "before") if said.get(word) is not None]
        if len(named) != 1:
            raise ValueError("needs one moment: after or before")
        [(which, moment)] = named
        if moment not in MOMENTS:
            hint = did_you_mean(str(moment), MOMENTS) or f"; it has {', '.join(MOMENTS)}"
            raise ValueError(f"counts from no moment {moment!r}{hint}")
        wait = Wait.parse(said["wait"]) if said.get("wait") is not None else NO_WAIT
        return cls(f"{wait} {which} {moment}" if wait.n else f"{which} {moment}", moment, wait, which == "before")

    def __str__(self) -> str:
        return self.said

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.str_schema()),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        moment = {"enum": list(MOMENTS)}
        counted = {"wait": {"type": "string"}, "after": moment, "before": moment}
        return {
            "anyOf": [
                {"type": "string", "examples": ["before first session"]},
                {"type": "object", "properties": counted, "additionalProperties": False},
            ]
        }
