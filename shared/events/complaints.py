"""What pydantic has to say against a document, in words for the person who sent it; never with that person's own."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from shared.errors import Malformed, Problem
from shared.events.fields import MEANT

MOST = 50
"""So many problems are told at once; whoever sent more has them all of one kind."""
UNSAID = re.compile(r"<[a-z]+>")
"""Which of several kinds something was taken for: no place in it."""
SPEAKABLE = re.compile(r"[A-Za-z0-9_@-]{1,64}")

WORDS: Mapping[str, str] = {
    "refused": "{reason}",
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "string_unicode": "must not contain half of a surrogate pair",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of at most 64 bits",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must have at least {min_length} entries",
    "json_invalid": "is not JSON",
}


def complaints(errors: Iterable[Mapping[str, Any]], under: str = "") -> tuple[Problem, ...]:
    """One problem for each of pydantic's errors (`error.errors()`), fields named from `under` down."""
    told = [Problem(_place(error["loc"], under), _reason(error)) for error in errors]
    if len(told) > MOST:
        told[MOST - 1 :] = [Problem(under, f"has {len(told) - MOST + 1} more problems")]
    return tuple(told)


def malformed(problems: Iterable[Problem]) -> Malformed:
    """The refusal that tells all of these."""
    first, *others = told = tuple(problems)
    if not others:
        return Malformed(first.reason, first.field or None, told)
    return Malformed("; ".join(str(problem) for problem in told), problems=told)


def _place(loc: Iterable[str | int], under: str) -> str:
    """Where it is, as one writes it: data.steps[2].due_on; names that only the sender knows are a question mark."""
    place, parts = under, list(loc)
    for part in parts[:-2] if parts[-1:] == ["[key]"] else parts:
        if isinstance(part, int):
            place += f"[{part}]"
        elif not UNSAID.fullmatch(part):
            place += ("." if place else "") + (part if SPEAKABLE.fullmatch(part) else "?")
    return place


def _reason(error: Mapping[str, Any]) -> str:
    kind, details = error["type"], error.get("ctx", {})
    if kind == "string_pattern_mismatch":
        reason = MEANT.get(details["pattern"], "is not written as it should be")
    elif kind == "literal_error":
        reason = _choice(details["expected"])
    elif kind == "value_error":
        reason = str(details["error"])
    elif kind.startswith("date_"):
        reason = "must be a day that exists, written like 2017-11-14"
    elif kind.startswith("datetime_"):
        reason = "must be a time that exists, written like 2017-11-14T15:00:00-05:00"
    elif kind in WORDS:
        reason = WORDS[kind].format(**details)
    else:
        reason = str(error["msg"]).replace("Input should be", "must be")
    return f"has a name in it that {reason}" if error["loc"] and error["loc"][-1] == "[key]" else reason


def _choice(expected: str) -> str:
    choices = expected.replace("'", "")
    return f"must be one of {choices}" if " or " in choices else f"must be {choices}"
