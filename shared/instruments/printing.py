"""A form as text: what people will be asked, in one language, with the conditions of each question."""

from collections.abc import Iterator

from shared.instruments.form import Entry, Form, Language
from shared.instruments.phrases import phrase
from shared.instruments.questions import Said
from shared.playbooks.model.guard import Guard, Test

INDENT = "     "


def printed(form: Form, language: Language) -> str:
    """The whole form, question by question."""
    it = form.instrument
    lines = [said(it.title, language), "", said(it.intro, language)]
    for number, entry in enumerate(form.entries, start=1):
        if entry.question.section:
            lines += ["", f"-- {said(entry.question.section, language)} --"]
        lines += ["", *_question(number, entry, form, language)]
    return "\n".join([*lines, "", said(it.thanks, language)])


def said(words: Said, language: Language) -> str:
    """These words in this language."""
    return words.es if language == "es" else words.en


def _question(number: int, entry: Entry, form: Form, language: Language) -> Iterator[str]:
    question = entry.question
    required = f" ({phrase('is_required', language)})" if question.required else ""
    yield f"{number:>3}. {said(question.text, language)}{required}"
    if question.hint:
        yield INDENT + said(question.hint, language)
    if question.when:
        yield f"{INDENT}[{phrase('only_if', language)} {_condition(entry.guard, form, language)}]"
    if question.type == "any_of":
        most = question.at_most
        yield INDENT + (phrase("at_most", language, most=most) if most else phrase("any_of", language))
    yield from (f"{INDENT}{mark} {text}" for mark, text in _choices(entry, language))


def _choices(entry: Entry, language: Language) -> Iterator[tuple[str, str]]:
    question = entry.question
    mark = "[ ]" if question.type == "any_of" else "( )"
    for option in entry.options:
        point = f"{option.value}  " if question.type == "scale" else ""
        yield mark, point + said(option, language)
    if question.type == "yes_no":
        yield from ((mark, phrase(name, language)) for name in ("yes", "no"))
    if question.may_not_apply:
        yield mark, phrase("not_applicable", language)
    if question.type in ("text", "number", "day"):
        yield "_" * (40 if question.type == "text" else 10), ""


def _condition(guard: Guard, form: Form, language: Language) -> str:
    parts = [_test(test, form, language) for test in guard.tests]
    if guard.alternatives is not None:
        parts.append(" / ".join(_condition(way, form, language) for way in guard.alternatives))
    return "; ".join(parts)


def _test(test: Test, form: Form, language: Language) -> str:
    number = next(place for place, entry in enumerate(form.entries, start=1) if entry.name == test.attribute)
    parts = [f"= {_values(test.one_of, form.entries[number - 1], language)}"] if test.one_of is not None else []
    parts += [f"≠ {_values(test.none_of, form.entries[number - 1], language)}"] if test.none_of else []
    parts += [f"≥ {test.at_least}"] if test.at_least is not None else []
    parts += [f"≤ {test.at_most}"] if test.at_most is not None else []
    return f"{phrase('question', language, number=number)} {' '.join(parts)}"


def _values(values: frozenset[bool | int | str | None], entry: Entry, language: Language) -> str:
    names: dict[object, str] = {option.value: said(option, language) for option in entry.options}
    names |= {True: phrase("yes", language), False: phrase("no", language)} if not entry.options else {}
    return ", ".join(sorted(names.get(value, str(value)) for value in values))
