"""Reading playbooks: what is written, into the grammar; each mistake by file, line and field."""

import re
import typing
from functools import lru_cache
from types import UnionType
from typing import Any

from pydantic import BaseModel, ValidationError

from shared.playbooks.model.grammar import Playbook
from shared.playbooks.model.schema import EXTEND, OF_EXTENSIONS
from shared.playbooks.model.written import BadPlaybook, Node, Path, bad, parse
from shared.playbooks.words import did_you_mean

MANY = 64
"""How many texts are remembered."""
SPELLED: dict[str, Playbook] = {}
"""What we spelled ourselves a moment ago, by its text: whoever publishes it need not find out what it says."""
PLAINLY = {
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "dict_type": "must be words with values, like {present: false}",
    "missing": "is missing",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "model_type": "must be words with values, like {wait: 1 week, after: closed}",
    "string_type": "must be text; a number or date that is meant as text stands in quotes",
    "tuple_type": "must be a list, like [a, b]",
}
"""What pydantic says for programmers, in words for those who write playbooks."""


def read(text: str, file: str = "playbook") -> Playbook:
    """The playbook that this text spells; BadPlaybook tells file, line and field of all that is wrong."""
    try:
        # A sound text is read once, whatever it is called: it takes a quarter of a second.
        return _read(text, "playbook")
    except BadPlaybook:
        return _read(text, file)


def spelled(text: str, playbook: Playbook) -> str:
    """A text that says this playbook, as `read` will tell."""
    if len(SPELLED) >= MANY:
        SPELLED.clear()
    SPELLED[text] = playbook
    return text


@lru_cache(maxsize=MANY)
def _read(text: str, file: str) -> Playbook:
    return SPELLED.get(text) or read_anew(text, file)


def read_anew(text: str, file: str = "playbook") -> Playbook:
    """The same, whatever is remembered of it."""
    tree = parse(text, file)
    if base := tree.get(EXTEND):
        reason = (
            f"needs {base.plain()} to be whole. Put it into force by throughline playbook publish, which looks for "
            "that one beside the file; or send what throughline playbook flatten prints"
        )
        raise bad([(base.place, reason)])
    return read_tree(tree)


def read_tree(tree: Node) -> Playbook:
    """The playbook that these words spell, each named where it is written if it is wrong."""
    if not isinstance(tree.value, dict):
        raise bad([(tree.place, "is not a playbook: it begins with playbook: <name>")])
    try:
        return Playbook.model_validate(tree.plain())
    except ValidationError as error:
        raise bad([(tree.at(each["loc"]), reason(each)) for each in error.errors()]) from None


def where(text: str | Node, file: str, path: Path) -> str:
    """How an error names this place: file:line field."""
    return str((parse(text, file) if isinstance(text, str) else text).at(path))


def reason(error: Any, of: type[BaseModel] = Playbook, called: str = "playbooks") -> str:
    """What is wrong, in words for those who write playbooks, or something else of which this is the grammar."""
    match error["type"]:
        case "extra_forbidden":
            known = _fields_at(of, error["loc"][:-1])
            known += OF_EXTENSIONS if of is Playbook and len(error["loc"]) == 1 else ()
            hint = did_you_mean(str(error["loc"][-1]), known)
            return f"is not a word of {called}{hint or ('; here are ' + ', '.join(known) if known else '')}"
        case "value_error":
            return str(error["ctx"]["error"])
        case "literal_error":
            choices = str(error["ctx"]["expected"])
            hint = did_you_mean(str(error["input"]), re.findall("'([^']*)'", choices))
            return f"must be {choices}{hint}"
    return PLAINLY.get(error["type"], str(error["msg"]).replace("Input should be", "must be"))


def _fields_at(model: type[BaseModel], path: Path) -> list[str]:
    """The words that may stand at this place of the grammar."""
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            inner = _model_in(model.model_fields[part].annotation)
            if inner is None:
                return []
            model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in {tuple, typing.Union, UnionType}:
        return next((found for part in typing.get_args(annotation) if (found := _model_in(part))), None)
    return None
