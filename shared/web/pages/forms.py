"""What a form asks for, as a command; and what was wrong with it, by the labels that its fields have on the page."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from jinja2 import Environment, nodes
from pydantic import BaseModel, ValidationError

from shared.errors import Refused, problems
from shared.events.complaints import complaints, malformed

M = TypeVar("M", bound=BaseModel)
FIELDS = frozenset({"field", "select", "checks", "radios", "file", "person"})
"""The macros that make a field: the first words they are given are its name and its label."""
NUMBERED = re.compile(r"\[\d+\]")
PLACE = "\0mended here: {n}\0"
"""Where the summary stands in a page until all its fields are known; nothing that is typed can hold it."""


def made(command: type[M], **told: Any) -> M:
    """The command that a form asks for; what it cannot be is refused by its field."""
    try:
        return command(**told)
    except ValidationError as error:
        raise malformed(complaints(error.errors(include_url=False, include_input=False))) from None


def wrong(error: Refused | ValidationError) -> dict[str, str]:
    """What was wrong, by the field that it stands beside."""
    told = complaints(error.errors()) if isinstance(error, ValidationError) else problems(error)
    return {NUMBERED.sub("", one.field).rpartition(".")[2]: one.reason for one in told}


def sentence(label: str, reason: str) -> str:
    """What is wrong, in one sentence: "Title is missing"; a reason that is a sentence already stays as it is."""
    if not label or reason[:1].isupper():
        return reason
    return f"{label} {reason}" if reason[:1].islower() else f"{label}: {reason}"


def in_words(name: str) -> str:
    """A field by its name, where it has no label."""
    told = name if " " in name else name.rpartition(".")[2].replace("_", " ").replace("-", " ")
    return told[:1].upper() + told[1:]


@dataclass(frozen=True)
class Line:
    """One thing that has to be mended: what is wrong, and where, if that is on the page."""

    sentence: str
    id: str = ""


@dataclass
class Mending:
    """What has to be mended on one page: told above the form, though its labels come after that."""

    labels: Callable[[], Mapping[str, str]] = dict
    """What fields are called anywhere, for one that this page does not have."""
    _fields: dict[str, tuple[str, str]] = field(default_factory=dict)
    _told: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def noted(self, name: str, id: str, label: str) -> str:
        """A field with which something is wrong: where it is, and what it is called."""
        self._fields.setdefault(name, (id, str(label)))
        return ""

    def here(self, title: str, problems: Mapping[str, str]) -> str:
        """The place of a summary."""
        self._told.append((title, problems))
        return PLACE.format(n=len(self._told) - 1)

    def summaries(self) -> Sequence[tuple[str, str, Sequence[Line]]]:
        """Each summary: the place it takes, its title and its lines."""
        return [
            (PLACE.format(n=n), title, [self._line(name, reason) for name, reason in problems.items()])
            for n, (title, problems) in enumerate(self._told)
        ]

    def _line(self, name: str, reason: str) -> Line:
        id, label = self._fields.get(name, ("", ""))
        return Line(sentence(label or self.called(name), reason), id)

    def called(self, name: str) -> str:
        """What a field is called that was filled in on another page."""
        return self.labels().get(name) or in_words(name)


def labels_of(templates: Environment) -> dict[str, str]:
    """What each field is called in the forms of all templates; nothing of a name that two of them call otherwise."""
    found: dict[str, set[str]] = {}
    for template in templates.list_templates(["html"]):
        source = templates.loader.get_source(templates, template)[0] if templates.loader else ""
        for call in templates.parse(source).find_all(nodes.Call):
            if isinstance(call.node, nodes.Getattr) and call.node.attr in FIELDS:
                match call.args[:2]:
                    case [nodes.Const(value=name), nodes.Const(value=label)]:
                        found.setdefault(name, set()).add(label)
                    case _:
                        pass
    return {name: called.pop() for name, called in found.items() if len(called) == 1}
