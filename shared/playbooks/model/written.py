"""A playbook's text as it is written: YAML 1.2 as people type it, each value with the file and line where it stands."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, DocumentStartEvent, Event, MappingEndEvent, ScalarEvent, SequenceEndEvent

from shared.errors import Malformed, Problem
from shared.playbooks.model import plainly

LARGEST = 200_000
"""Bytes; what playbook_published can carry."""
DEEPEST = 20
Path = tuple[str | int, ...]
Found = tuple["Place", str]
"""Where something is wrong, and what."""


class BadPlaybook(Malformed):
    """{reason}"""

    title = "Not a playbook"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something is written: the file, the line, and the path of words that leads there."""

    file: str
    line: int
    path: Path = ()

    def __str__(self) -> str:
        spelled = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return f"{self.file}:{self.line} {spelled.removeprefix('.')}".rstrip()


@dataclass(frozen=True, slots=True)
class Node:
    """A value, and where it is written; what is within it are nodes too."""

    value: Any
    place: Place

    def plain(self) -> Any:
        """The value by itself."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value

    def at(self, path: Path) -> Place:
        """Where this is written, or would be: by the line of what is nearest around it."""
        node = self
        for depth, part in enumerate(path):
            inside = node.get(part)
            if inside is None:
                return replace(node.place, path=(*node.place.path, *path[depth:]))
            node = inside
        return node.place

    def get(self, part: str | int) -> "Node | None":
        """What stands under this word, or at this place of a list."""
        if isinstance(self.value, dict):
            return self.value.get(part)
        is_there = isinstance(self.value, list) and isinstance(part, int) and 0 <= part < len(self.value)
        return self.value[part] if is_there else None


def bad(found: list[Found]) -> BadPlaybook:
    """The refusal that tells all that is wrong, in the order of the text."""
    inorder = sorted(found, key=lambda each: (each[0].file, each[0].line, str(each[0].path)))
    problems = tuple(Problem(str(place), reason) for place, reason in inorder)
    return BadPlaybook("\n".join(str(problem) for problem in problems), problems[0].field, problems)


def parse(text: str, file: str) -> Node:
    """What the text says, as nodes; BadPlaybook where it is no YAML, or more than a playbook needs of it."""
    try:
        # A sound text is parsed once, whatever it is called: it takes a fifth of a second.
        return _in_file(_parsed(text, ""), file)
    except BadPlaybook:
        return _parsed(text, file)


def _in_file(node: Node, file: str) -> Node:
    """The same as it stands in a file of this name."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _in_file(each, file) for key, each in value.items()}
    elif isinstance(value, list):
        value = [_in_file(each, file) for each in value]
    return Node(value, replace(node.place, file=file))


@lru_cache(maxsize=64)
def _parsed(text: str, file: str) -> Node:
    if len(text.encode()) > LARGEST:
        raise _at(file, 1, f"is larger than {LARGEST // 1000} kB")
    plain = plainly.tree(text, DEEPEST, lambda value, line, path: Node(value, Place(file, line, path)))
    return with_care(text, file) if plain is None else plain


def with_care(text: str, file: str) -> Node:
    """The same of any text, however it is written."""
    try:
        _refuse_tricks(text, file)
        return _node(YAML(typ="rt", pure=True).load(text), file, 1, ())
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _at(file, line, f"is said twice: {_first_line(error.problem)}") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _at(file, mark.line + 1 if mark else 1, f"is not YAML: {_first_line(error.problem)}") from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise _at(file, 1, f"is not YAML: {_first_line(error)}") from None


def _at(file: str, line: int, reason: str) -> BadPlaybook:
    return bad([(Place(file, line), reason)])


def _refuse_tricks(text: str, file: str) -> None:
    """Refuse what a playbook never needs and what could make a small text a large one."""
    depth = 0
    for event in YAML(typ="rt", pure=True).parse(text):
        depth += _step(event)
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise _at(file, line, "refers to another place (& or *); write it out")
        if getattr(event, "tag", None) and not _implied(event):
            raise _at(file, line, f"has a tag ({event.tag}); none is needed")
        if isinstance(event, DocumentStartEvent) and (event.version or event.tags):
            raise _at(file, line, "begins with a % directive; none is needed")
        if depth > DEEPEST:
            raise _at(file, line, f"is nested more than {DEEPEST} deep")


def _step(event: Event) -> int:
    if isinstance(event, MappingEndEvent | SequenceEndEvent):
        return -1
    return 1 if type(event).__name__ in {"MappingStartEvent", "SequenceStartEvent"} else 0


def _implied(event: Any) -> bool:
    return any(event.implicit) if isinstance(event, ScalarEvent) else bool(event.implicit)


def _node(value: Any, file: str, line: int, path: Path) -> Node:
    """The same in plain Python values, so that nothing of the YAML library gets into the model."""
    place = Place(file, line, path)
    if isinstance(value, CommentedMap):
        lines = {key: value.lc.key(key)[0] + 1 for key in value}
        inside = {key if isinstance(key, str) else str(key): (each, lines[key]) for key, each in value.items()}
        return Node({key: _node(each, file, at, (*path, key)) for key, (each, at) in inside.items()}, place)
    if isinstance(value, CommentedSeq):
        items = [_node(each, file, value.lc.item(n)[0] + 1, (*path, n)) for n, each in enumerate(value)]
        return Node(items, place)
    for plain in (bool, int, float, str):
        if isinstance(value, plain):
            return Node(plain(value), place)
    return Node(value if value is None else str(value), place)


def _first_line(problem: object) -> str:
    return (str(problem).strip().splitlines() or ["unreadable"])[0][:200]
