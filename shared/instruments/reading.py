"""Reading instruments: what is written, into the grammar; each mistake by file, line and field."""

from functools import lru_cache
from typing import TypeVar

from pydantic import ValidationError

from shared.errors import Malformed, Problem
from shared.instruments.form import Form, assemble
from shared.instruments.questions import Additions, Asked, Instrument
from shared.playbooks.model.guard import Wrong
from shared.playbooks.model.reading import reason
from shared.playbooks.model.written import BadPlaybook, Node, bad, parse

Written = TypeVar("Written", bound=Asked)


class BadInstrument(Malformed):
    """{reason}"""

    title = "Not an instrument"


@lru_cache(maxsize=64)
def read(text: str, file: str = "instrument") -> Form:
    """The form that this text spells; BadInstrument tells file, line and field of all that is wrong."""
    tree = _tree(text, file)
    form, wrong, _ = assemble(_validated(tree, Instrument, "instrument: <name>"), None)
    _refuse(tree, wrong)
    return form


def put_together(instrument: str, file: str, additions: str, additions_file: str) -> Form:
    """An instrument as it stands, and a center's own questions after it."""
    standard, added = read(instrument, file).instrument, _tree(additions, additions_file)
    own = _validated(added, Additions, "adds_to: <the name of an instrument>")
    if own.adds_to != standard.instrument:
        _refuse(added, [(("adds_to",), f"is {own.adds_to!r}, and what it is put to is {standard.instrument!r}")])
    form, _, wrong = assemble(standard, own)
    _refuse(added, wrong)
    return form


def _tree(text: str, file: str) -> Node:
    try:
        return parse(text, file)
    except BadPlaybook as error:
        raise _bad(error) from None


def _validated(tree: Node, grammar: type[Written], begins: str) -> Written:
    if not isinstance(tree.value, dict):
        raise _bad(bad([(tree.place, f"is not an instrument: it begins with {begins}")]))
    try:
        return grammar.model_validate(tree.plain())
    except ValidationError as error:
        found = [(tree.at(each["loc"]), reason(each, grammar, "instruments")) for each in error.errors()]
        raise _bad(bad(found)) from None


def _refuse(tree: Node, wrong: list[Wrong]) -> None:
    if wrong:
        raise _bad(bad([(tree.at(where), why) for where, why in wrong]))


def _bad(error: BadPlaybook) -> BadInstrument:
    problems: tuple[Problem, ...] = error.problems
    return BadInstrument("\n".join(str(problem) for problem in problems), problems[0].field, problems)
