"""Reading playbooks: YAML 1.2 as people type it, into the grammar; each mistake by file, line and field."""

import re
import typing
from functools import lru_cache
from types import UnionType
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, DocumentStartEvent, Event, MappingEndEvent, ScalarEvent, SequenceEndEvent

from shared.errors import Malformed, Problem
from shared.playbooks.model.grammar import Playbook
from shared.playbooks.words import did_you_mean

LARGEST = 200_000
"""Bytes; what playbook_published can carry."""
DEEPEST = 20
Path = tuple[str | int, ...]
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


class BadPlaybook(Malformed):
    """{reason}"""

    title = "Not a playbook"


def read(text: str, file: str = "playbook") -> Playbook:
    """The playbook that this text spells; BadPlaybook tells file, line and field of all that is wrong."""
    try:
        # A sound text is read once, whatever it is called: it takes a quarter of a second.
        return _read(text, "playbook")
    except BadPlaybook:
        return _read(text, file)


@lru_cache(maxsize=64)
def _read(text: str, file: str) -> Playbook:
    tree = _tree(text, file)
    if not isinstance(tree, CommentedMap):
        raise _bad(file, [(1, (), "is not a playbook: it begins with playbook: <name>")])
    try:
        return Playbook.model_validate(_plain(tree))
    except ValidationError as error:
        found = [(_line(tree, each["loc"]), each["loc"], _reason(each)) for each in error.errors()]
        raise _bad(file, found) from None


def where(text: str, file: str, path: Path) -> str:
    """How an error names this place: file:line field."""
    return _place(file, _line(_tree(text, file), path), path)


def _tree(text: str, file: str) -> Any:
    if len(text.encode()) > LARGEST:
        raise _bad(file, [(1, (), f"is larger than {LARGEST // 1000} kB")])
    try:
        _refuse_tricks(text, file)
        return YAML(typ="rt", pure=True).load(text)
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _bad(file, [(line, (), f"is said twice: {_first_line(error.problem)}")]) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _bad(file, [(mark.line + 1 if mark else 1, (), f"is not YAML: {_first_line(error.problem)}")]) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise _bad(file, [(1, (), f"is not YAML: {_first_line(error)}")]) from None


def _refuse_tricks(text: str, file: str) -> None:
    """Refuse what a playbook never needs and what could make a small text a large one."""
    depth = 0
    for event in YAML(typ="rt", pure=True).parse(text):
        depth += _step(event)
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise _bad(file, [(line, (), "refers to another place (& or *); write it out")])
        if getattr(event, "tag", None) and not _implied(event):
            raise _bad(file, [(line, (), f"has a tag ({event.tag}); playbooks need none")])
        if isinstance(event, DocumentStartEvent) and (event.version or event.tags):
            raise _bad(file, [(line, (), "begins with a % directive; playbooks need none")])
        if depth > DEEPEST:
            raise _bad(file, [(line, (), f"is nested more than {DEEPEST} deep")])


def _step(event: Event) -> int:
    if isinstance(event, MappingEndEvent | SequenceEndEvent):
        return -1
    return 1 if type(event).__name__ in {"MappingStartEvent", "SequenceStartEvent"} else 0


def _implied(event: Any) -> bool:
    return any(event.implicit) if isinstance(event, ScalarEvent) else bool(event.implicit)


def _plain(node: Any) -> Any:
    """The same as plain Python values, so that nothing of the YAML library gets into the model."""
    if isinstance(node, CommentedMap | dict):
        return {key if isinstance(key, str) else str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq | list):
        return [_plain(value) for value in node]
    for plain in (bool, int, float, str):
        if isinstance(node, plain):
            return plain(node)
    return node if node is None else str(node)


def _line(tree: Any, path: Path) -> int:
    """The line on which this place, or what is nearest around it, stands."""
    line, node = 1, tree
    for part in path:
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.key(part)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0] + 1
        else:
            break
        node = node[part]
    return int(line)


def _reason(error: Any) -> str:
    """What is wrong, in words for those who write playbooks."""
    match error["type"]:
        case "extra_forbidden":
            known = _fields_at(Playbook, error["loc"][:-1])
            hint = did_you_mean(str(error["loc"][-1]), known)
            return f"is not a word of playbooks{hint or ('; here are ' + ', '.join(known) if known else '')}"
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


def _bad(file: str, found: list[tuple[int, Path, str]]) -> BadPlaybook:
    problems = tuple(Problem(_place(file, line, path), reason) for line, path, reason in sorted(found, key=_by_line))
    return BadPlaybook("\n".join(str(problem) for problem in problems), problems[0].field, problems)


def _by_line(found: tuple[int, Path, str]) -> tuple[int, str]:
    return found[0], str(found[1])


def _place(file: str, line: int, path: Path) -> str:
    spelled = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
    return f"{file}:{line} {spelled}".rstrip()


def _first_line(problem: object) -> str:
    return (str(problem).strip().splitlines() or ["unreadable"])[0][:200]
