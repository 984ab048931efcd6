"""Reading what somebody typed or chose: the answers to keep, and what is still wrong, in the language of the reader."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.instruments.form import NOT_APPLICABLE, Answer, Entry, Form, Language
from shared.instruments.phrases import phrase

LONGEST = 4000
"""Characters of one answer."""
WHOLE = re.compile(r"[+-]?\d{1,3}(,\d{3})+|[+-]?\d{1,15}")
"""A whole number as people type it: 1200 or 1,200."""
INVISIBLE = re.compile(r"[^\S\n ]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


class Unfit(ValueError):
    """An answer that the question does not take."""

    def __init__(self, sentence: str, **words: object) -> None:
        super().__init__(sentence)
        self.sentence, self.words = sentence, words


@dataclass(frozen=True, slots=True)
class Judged:
    """What somebody has answered so far."""

    answers: Mapping[str, Answer]
    """Under the full name of each question that is asked and was answered."""
    problems: Mapping[str, str]
    """By question, what is wrong with its answer."""
    asked: tuple[str, ...]
    """The questions to which the answers so far lead."""


def judge(form: Form, typed: Mapping[str, Sequence[str]], language: Language, is_final: bool) -> Judged:
    """What was typed, question by question; an answer to what is not asked counts nothing.

    What is required may be missing until somebody sends their answers off (`is_final`).
    """
    answers: dict[str, Answer] = {}
    problems: dict[str, str] = {}
    asked: list[str] = []
    for entry in form.entries:
        if not entry.is_asked(answers):
            continue
        asked.append(entry.name)
        try:
            answer = _read(entry, [one.strip() for one in typed.get(entry.name, ()) if one.strip()])
            if answer is not None:
                answers[entry.name] = answer
            elif entry.question.required and is_final:
                raise Unfit("required")
        except Unfit as error:
            problems[entry.name] = phrase(error.sentence, language, **error.words)
    return Judged(answers, problems, tuple(asked))


def _read(entry: Entry, typed: Sequence[str]) -> Answer | None:
    if not typed:
        return None
    question = entry.question
    if question.type == "any_of":
        return _several(entry, typed)
    if question.may_not_apply and typed == [NOT_APPLICABLE]:
        return NOT_APPLICABLE
    if len(typed) > 1:
        raise Unfit("one_only")
    match question.type:
        case "scale" | "one_of":
            return _chosen(entry, typed[0])
        case "yes_no":
            return _yes_or_no(typed[0])
        case "number":
            return _number(entry, typed[0])
        case "day":
            return _day(typed[0])
    return _text(typed[0], question.long)


def _chosen(entry: Entry, typed: str) -> int | str:
    for option in entry.options:
        if str(option.value) == typed:
            return option.value
    raise Unfit("not_offered")


def _several(entry: Entry, typed: Sequence[str]) -> list[str]:
    chosen = {_chosen(entry, one) for one in typed}
    most = entry.question.at_most
    if most is not None and len(chosen) > most:
        raise Unfit("too_many", most=most)
    return [str(option.value) for option in entry.options if option.value in chosen]


def _yes_or_no(typed: str) -> bool:
    if typed not in ("yes", "no"):
        raise Unfit("not_offered")
    return typed == "yes"


def _number(entry: Entry, typed: str) -> int:
    if not typed.isascii() or not WHOLE.fullmatch(typed):
        raise Unfit("no_number")
    number, least, most = int(typed.replace(",", "")), entry.question.at_least, entry.question.at_most
    if least is not None and number < least:
        raise Unfit("too_small", least=least)
    if most is not None and number > most:
        raise Unfit("too_large", most=most)
    return number


def _day(typed: str) -> str:
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise Unfit("no_day") from None


def _text(typed: str, long: bool) -> str:
    text = INVISIBLE.sub("", typed.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    text = text if long else " ".join(text.split())
    if len(text) > LONGEST:
        raise Unfit("too_long", most=LONGEST, has=len(text))
    return text
