"""How long to wait: "2 business days", "1 month"; a length that only a calendar can turn into dates."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

Unit = Literal["days", "business days", "weeks", "months"]
UNITS: tuple[Unit, ...] = get_args(Unit)
LONGEST: dict[Unit, int] = {"days": 7305, "business days": 5218, "weeks": 1043, "months": 240}
"""Twenty years of each: whoever waits longer has mistyped."""
PATTERN = r"^[0-9]{1,4} (business days?|days?|weeks?|months?)$"


@dataclass(frozen=True, slots=True)
class Wait:
    """A number of days, business days, weeks or months."""

    n: int
    unit: Unit

    @classmethod
    def parse(cls, text: object) -> "Wait":
        """Read "2 business days"; ValueError says what is wrong with anything else."""
        if isinstance(text, Wait):
            return text
        if not isinstance(text, str):
            raise ValueError(f"{text!r} needs a unit, like 2 business days")
        words = " ".join(text.split())
        if re.fullmatch(PATTERN, words):
            number, spelled = words.split(" ", 1)
            unit = next(known for known in UNITS if known.rstrip("s") == spelled.rstrip("s"))
            if int(number) > LONGEST[unit]:
                raise ValueError(f"{words!r} is longer than twenty years")
            return cls(int(number), unit)
        if re.fullmatch(r"[0-9]+ years?", words):
            raise ValueError(f"{words!r}: years are not a unit, use {12 * int(words.split()[0][:4])} months")
        raise ValueError(
            f"{words[:40]!r} is not a length of time; write a number and days, business days, weeks or months"
        )

    def __str__(self) -> str:
        return f"{self.n} {self.unit.removesuffix('s') if self.n == 1 else self.unit}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.str_schema()),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": PATTERN, "examples": ["2 business days", "1 month", "35 days"]}


def _some(value: object) -> Wait:
    wait = Wait.parse(value)
    if wait.n == 0:
        raise ValueError(f"{wait} is no time at all, so there would be no end of it")
    return wait


LongerThanNothing = Annotated[Wait, BeforeValidator(_some)]
"""A wait of at least one day: what a repetition goes forward by."""
NO_WAIT = Wait(0, "days")
