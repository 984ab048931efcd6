"""The grammar of instruments: what an evaluator may write, and what each word means."""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from shared.events.fields import Line, Slug
from shared.events.intake import Version
from shared.playbooks.model.guard import Wrong
from shared.playbooks.model.header import Words
from shared.playbooks.words import did_you_mean

NAME = r"^[a-z][a-z0-9_-]{0,62}$"
Name = Annotated[str, Field(pattern=NAME)]
"""What a question or a list is called: small letters, digits, - and _; it begins with a letter."""
Type = Literal["scale", "one_of", "any_of", "yes_no", "number", "day", "text"]
CHOSEN: frozenset[Type] = frozenset({"scale", "one_of", "any_of"})
"""The types that are answered by options."""
ONLY_FOR: dict[str, frozenset[Type]] = {
    "long": frozenset({"text"}),
    "at_least": frozenset({"number"}),
    "at_most": frozenset({"number", "any_of"}),
    "may_not_apply": frozenset({"scale", "one_of", "yes_no", "number", "day"}),
}
"""Words that mean something for some types only."""


def _value(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1000:
        return value
    if isinstance(value, str) and re.fullmatch(NAME, value):
        return value
    raise ValueError(f"{value!r} is neither a whole number nor a short name in small letters, like cost or no_time")


class Said(Words):
    """What people read, in each language."""

    en: Line
    es: Line


class Option(Said):
    """One of the answers among which people choose."""

    value: Annotated[int | str, BeforeValidator(_value)]
    """What is kept: a whole number on a scale, a short name elsewhere."""


Options = Annotated[tuple[Option, ...], Field(min_length=2, max_length=60)]


class Question(Words):
    """One question."""

    question: Name
    """Its name: the answer is kept under it, so once an instrument is in use, keep it."""
    text: Said
    type: Type
    section: Said | None = None
    """Begins a part of the form with this heading."""
    hint: Said | None = None
    """A sentence that helps to answer."""
    options: Options | None = None
    options_from: Name | None = None
    """The list that holds the options, where several questions share them."""
    required: Annotated[bool, Field(strict=True)] = False
    may_not_apply: Annotated[bool, Field(strict=True)] = False
    """Whether people may say that it does not apply to them."""
    long: Annotated[bool, Field(strict=True)] = False
    """Whether a text may have several lines."""
    at_least: Annotated[int, Field(strict=True)] | None = None
    at_most: Annotated[int, Field(strict=True)] | None = None
    """The largest number; or how many options may be chosen."""
    when: dict[str, Any] = Field(default_factory=dict)
    """Asked only where earlier answers are such, like {useful: {at_most: 2}}."""

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        wrong: list[Wrong] = []
        if self.type in CHOSEN and (self.options is None) == (self.options_from is None):
            wrong.append(((), f"{self.type} needs options, or options_from: one of them"))
        if self.type not in CHOSEN and (self.options or self.options_from):
            wrong.append((("options" if self.options else "options_from",), f"{self.type} has no options"))
        for word, types in ONLY_FOR.items():
            if word in self.model_fields_set and self.type not in types:
                wrong.append(((word,), f"is for {', '.join(sorted(types))} only"))
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            wrong.append((("at_least",), "is larger than at_most: nothing could be answered"))
        refuse(self, wrong)
        return self


class Asked(Words):
    """Questions, and the lists of options that several of them share."""

    lists: dict[Name, Options] = Field(default_factory=dict)
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=300)]

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        wrong: list[Wrong] = []
        for place, question in enumerate(self.questions):
            here = ("questions", place)
            if any(question.question == earlier.question for earlier in self.questions[:place]):
                wrong.append(((*here, "question"), f"there is another {question.question!r}; names are said once"))
            if question.options_from and question.options_from not in self.lists:
                hint = did_you_mean(question.options_from, self.lists)
                wrong.append(((*here, "options_from"), f"there is no list {question.options_from!r}{hint}"))
                continue
            where = ("lists", question.options_from) if question.options_from else (*here, "options")
            wrong += _wrong_options(question, self.options_of(question), where)
        used = {question.options_from for question in self.questions}
        wrong += [(("lists", name), "is used by no question") for name in self.lists if name not in used]
        refuse(self, list(dict.fromkeys(wrong)))
        return self

    def options_of(self, question: Question) -> tuple[Option, ...]:
        """What can be chosen as an answer; nothing where the answer is typed."""
        return self.lists[question.options_from] if question.options_from else question.options or ()


class Instrument(Asked):
    """What is asked in an evaluation round, the same everywhere."""

    instrument: Slug
    """Its name: rules say instrument: <name>."""
    version: Version
    """Goes up with each change: answers tell by which version they were asked for."""
    title: Said
    intro: Said
    """Why we ask, how long it takes, and who will see what is answered."""
    thanks: Said
    """What people read at the end."""
    fills: Literal["person", "team"] = "person"
    """Who fills it in: each person, or each team once."""
    held_as: Literal["form", "interview"] = "form"
    """Whether people answer by themselves, or somebody calls them and takes notes."""


class Additions(Asked):
    """What one center asks beyond the standard questions, after them and apart from them."""

    adds_to: Slug
    """The instrument."""
    center: Name
    """Whose questions these are: their answers are kept under <center>.<name>."""
    version: Version


def refuse(model: Words, wrong: Iterable[Wrong]) -> None:
    """Refuse words that do not fit together, each where it stands."""
    if details := [_detail(*each) for each in wrong]:
        raise ValidationError.from_exception_data(type(model).__name__, details)


def _detail(where: tuple[str | int, ...], reason: str) -> InitErrorDetails:
    return InitErrorDetails(
        type=PydanticCustomError("instrument", "{reason}", {"reason": reason}), loc=where, input=None
    )


def _wrong_options(question: Question, options: Sequence[Option], where: tuple[str | int, ...]) -> Iterable[Wrong]:
    values = [option.value for option in options]
    for place, value in enumerate(values):
        here = (*where, place, "value")
        if value in values[:place]:
            yield here, f"{value!r} stands twice"
        elif question.type == "scale" and not isinstance(value, int):
            yield here, f"{value!r} is no whole number: the points of a scale are numbers"
        elif question.type != "scale" and not isinstance(value, str):
            yield here, f"{value!r} is a number: call the option by a short name"
    numbers = [value for value in values if isinstance(value, int)]
    if question.type == "scale" and numbers != sorted(numbers):
        yield where, "the points of a scale rise from the first to the last"
