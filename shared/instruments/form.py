"""A form: an instrument and what a center adds to it, as one run of questions, and when each of them is asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from shared.instruments.questions import CHOSEN, Additions, Asked, Instrument, Option, Question
from shared.playbooks.model.guard import Finding, Guard, Test, Wrong, read_guard
from shared.playbooks.words import Attribute, Kind, UnknownWord, did_you_mean

Language = Literal["en", "es"]
LANGUAGES: Mapping[Language, str] = {"en": "English", "es": "Español"}
NOT_APPLICABLE = "not_applicable"
Answer = bool | int | str | list[str]
KINDS: Mapping[str, Kind] = {
    "scale": "number",
    "number": "number",
    "one_of": "choice",
    "any_of": "choice",
    "yes_no": "flag",
}
"""What a condition can say of the answers to each type of question; texts and days are no ground to stand on."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A question in its place: its full name, what can be chosen, and when it is asked."""

    name: str
    question: Question
    options: tuple[Option, ...]
    guard: Guard

    def is_asked(self, answers: Mapping[str, Answer]) -> bool:
        """Whether what was answered before leads to this question."""
        return _holds(self.guard, answers)


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody who is asked gets to see."""

    instrument: Instrument
    entries: tuple[Entry, ...]
    additions: Additions | None = None


def assemble(instrument: Instrument, additions: Additions | None) -> tuple[Form, list[Wrong], list[Wrong]]:
    """The form, and what is wrong with the conditions of the instrument and of the additions."""
    standard, wrong = _entries(instrument, (), "")
    if additions is None:
        return Form(instrument, standard), wrong, []
    own, also_wrong = _entries(additions, standard, f"{additions.center}.")
    return Form(instrument, (*standard, *own), additions), wrong, also_wrong


def _entries(asked: Asked, before: Sequence[Entry], prefix: str) -> tuple[tuple[Entry, ...], list[Wrong]]:
    entries: list[Entry] = []
    wrong: list[Wrong] = []
    for place, question in enumerate(asked.questions):
        earlier = {entry.name: entry for entry in (*before, *entries)}
        guard, problems = read_guard(_finder(earlier, prefix), question.when)
        problems += _off_the_scale(guard, earlier, prefix)
        wrong += [(("questions", place, "when", *where), reason) for where, reason in problems]
        entries.append(Entry(prefix + question.question, question, asked.options_of(question), guard))
    return tuple(entries), wrong


def _finder(known: Mapping[str, Entry], prefix: str) -> Finding:
    def find(name: str) -> tuple[str, Attribute]:
        entry = known.get(prefix + name) or known.get(name)
        if entry is None:
            hint = did_you_mean(name, [one.removeprefix(prefix) for one in known])
            raise UnknownWord(f"no earlier question is called {name!r}{hint}")
        if entry.question.type not in KINDS:
            raise UnknownWord(f"{name!r} is answered by a {entry.question.type}, on which no condition can stand")
        choices = tuple(str(option.value) for option in entry.options) if entry.question.type in CHOSEN else ()
        return entry.name, Attribute(name, KINDS[entry.question.type], entry.question.text.en, choices)

    return find


def _off_the_scale(guard: Guard, known: Mapping[str, Entry], prefix: str) -> Iterator[Wrong]:
    """Points of which a condition speaks, and which the scale does not have."""
    for test in dict.fromkeys(test for way in guard.ways() for test in way):
        entry = known[test.attribute]
        points = [option.value for option in entry.options]
        asked = (test.one_of or frozenset()) | test.none_of
        if entry.question.type == "scale" and (strange := [value for value in asked if value not in points]):
            where = test.attribute.removeprefix(prefix)
            yield (where,), f"{strange[0]} is no point of its scale, which has {', '.join(map(str, points))}"


def _holds(guard: Guard, answers: Mapping[str, Any]) -> bool:
    return all(_passes(test, answers.get(test.attribute)) for test in guard.tests) and (
        guard.alternatives is None or any(_holds(way, answers) for way in guard.alternatives)
    )


def _passes(test: Test, answer: Answer | None) -> bool:
    if answer is None or answer == NOT_APPLICABLE:
        return test.holds(None)
    if not isinstance(answer, list):
        return test.holds(answer)
    each = [test.holds(one) for one in answer]
    return all(each) if test.none_of else any(each)
