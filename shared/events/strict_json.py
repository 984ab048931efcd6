"""JSON from outside, read strictly: one object, each name once, finite numbers, UTF-8, not too long, not too deep."""

import json
from math import isfinite
from typing import Any, NoReturn

from shared.errors import Malformed

LIMIT = 262_144
"""The most bytes that one fact may have."""


def read(body: bytes, limit: int = LIMIT) -> dict[str, Any]:
    """The object that this is; raises Malformed for whatever is anything else."""
    document = _decoded(body, limit)
    if not isinstance(document, dict):
        raise Malformed("must be a JSON object, in braces")
    return document


def read_one_or_many(body: bytes, limit: int = LIMIT) -> dict[str, Any] | list[Any]:
    """The object that this is, or the list of whatever; raises Malformed for anything else."""
    document = _decoded(body, limit)
    if not isinstance(document, dict | list):
        raise Malformed("must be a JSON object, in braces")
    return document


def _decoded(body: bytes, limit: int) -> Any:
    if len(body) > limit:
        raise Malformed(f"is longer than {limit:,} bytes")
    try:
        return DECODER.decode(body.decode().removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        raise Malformed(f"is not UTF-8: see byte {error.start + 1}") from None
    except json.JSONDecodeError as error:
        raise Malformed(f"is not JSON: see line {error.lineno}, column {error.colno} ({error.msg})") from None
    except RecursionError:
        raise Malformed("is nested too deep") from None
    except ValueError:
        raise Malformed("has a number of too many digits") from None


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        where = twice if twice.isascii() and twice.isidentifier() and len(twice) <= 64 else None
        raise Malformed("is there twice" if where else "has a name that is there twice", where)
    return told


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _no_number(digits)


def _no_number(_name: str) -> NoReturn:
    raise Malformed("has a number that is not finite")


DECODER = json.JSONDecoder(object_pairs_hook=_each_name_once, parse_float=_finite, parse_constant=_no_number)
