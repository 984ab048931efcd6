"""Guards: which items a rule is meant for, told as data: attribute: value, or not, in, at_least, at_most; or any."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.playbooks.words import Attribute, UnknownWord, Value, did_you_mean

OPERATORS = ("not", "in", "at_least", "at_most")
ANY = "any"
Wrong = tuple[tuple[str | int, ...], str]
"""Where in the guard, and what is wrong there."""
Finding = Callable[[str], tuple[str, Attribute]]
"""The full name and the meaning of what a guard speaks of; UnknownWord where there is no such thing."""


@dataclass(frozen=True, slots=True)
class Test:
    """What one attribute has to be; where the item has no value for it, only `not` holds."""

    attribute: str
    """Its full name, like team.size."""
    word: Attribute
    one_of: frozenset[Value] | None = None
    none_of: frozenset[Value] = frozenset()
    at_least: int | None = None
    at_most: int | None = None

    def holds(self, value: Value) -> bool:
        """Whether this value passes."""
        if value is None:
            return self.one_of is None and self.at_least is None and self.at_most is None
        if self.one_of is not None and value not in self.one_of:
            return False
        if self.at_least is not None and int(value) < self.at_least:
            return False
        if self.at_most is not None and int(value) > self.at_most:
            return False
        return value not in self.none_of


@dataclass(frozen=True, slots=True)
class Guard:
    """All tests hold; and of the alternatives, where there are any, at least one."""

    tests: tuple[Test, ...] = ()
    alternatives: tuple["Guard", ...] | None = None

    def holds(self, value_of: Callable[[str], Value]) -> bool:
        """Whether an item passes that has these values."""
        return all(test.holds(value_of(test.attribute)) for test in self.tests) and (
            self.alternatives is None or any(guard.holds(value_of) for guard in self.alternatives)
        )

    @property
    def reads(self) -> Iterator[str]:
        """The attributes of which it speaks, by their full names."""
        yield from (test.attribute for test in self.tests)
        for guard in self.alternatives or ():
            yield from guard.reads

    def ways(self) -> Iterator[tuple[Test, ...]]:
        """Each set of tests that is enough to pass."""
        for way in (way for guard in self.alternatives for way in guard.ways()) if self.alternatives else ((),):
            yield (*self.tests, *way)


def read_guard(find: Finding, when: Mapping[str, Any]) -> tuple[Guard, list[Wrong]]:
    """The guard that `when` spells, and all that is wrong with it."""
    tests: list[Test] = []
    wrong: list[Wrong] = []
    alternatives: tuple[Guard, ...] | None = None
    for name, condition in when.items():
        if name == ANY:
            alternatives = _read_alternatives(find, condition, wrong)
            continue
        try:
            full, word = find(name)
        except UnknownWord as error:
            wrong.append(((name,), str(error)))
            continue
        tests.append(_read_test(full, word, name, condition, wrong))
    return Guard(tuple(tests), alternatives), wrong


def _read_alternatives(find: Finding, condition: object, wrong: list[Wrong]) -> tuple[Guard, ...]:
    if not isinstance(condition, list) or not condition or not all(isinstance(way, dict) and way for way in condition):
        wrong.append(((ANY,), "any needs a list of conditions, like any: [{attended: 0}, {size: {at_most: 2}}]"))
        return ()
    guards = []
    for place, way in enumerate(condition):
        guard, problems = read_guard(find, way)
        guards.append(guard)
        wrong += [((ANY, place, *where), reason) for where, reason in problems]
    return tuple(guards)


def _read_test(full: str, word: Attribute, name: str, condition: object, wrong: list[Wrong]) -> Test:
    spelled = condition if isinstance(condition, dict) else {"in" if isinstance(condition, list) else "=": condition}
    if not spelled:
        wrong.append(((name,), f"says nothing; write a value, or one of {', '.join(OPERATORS)}"))
    parts: dict[str, Any] = {}
    for operator, value in spelled.items():
        where = (name, operator) if isinstance(condition, dict) else (name,)
        try:
            parts |= _read_operator(word, operator, value, parts)
        except ValueError as error:
            wrong.append((where, str(error)))
    return Test(full, word, **parts)


def _read_operator(word: Attribute, operator: str, value: object, parts: Mapping[str, Any]) -> dict[str, Any]:
    match operator:
        case "=":
            return {"one_of": frozenset({word.read(value)})}
        case "in":
            if not isinstance(value, list) or not value:
                raise ValueError("in needs a list with at least one value, like in: [1, 2]")
            return {"one_of": frozenset(word.read(each) for each in value)}
        case "not":
            values = value if isinstance(value, list) else [value]
            return {"none_of": frozenset(word.read(each) for each in values)}
        case "at_least" | "at_most":
            if word.kind != "number":
                raise ValueError(f"{word.name} is not a number, so it has no {operator}")
            return {operator: word.read(value)}
    hint = did_you_mean(operator, OPERATORS) or f"; use {', '.join(OPERATORS)}"
    raise ValueError(f"{operator!r} is not a test{hint}")
