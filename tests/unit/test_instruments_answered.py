"""What somebody types into a form becomes answers, or a sentence in their language that says what to mend."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.instruments import NOT_APPLICABLE, Judged, Language, judge, read

QUESTIONS = """instrument: example
version: 1
title: {en: Example, es: Ejemplo}
intro: {en: Why we ask., es: Por qué preguntamos.}
thanks: {en: Thank you., es: Gracias.}
questions:
  - {question: useful, text: {en: Useful?, es: ¿Útil?}, type: scale, required: true, may_not_apply: true,
     options: [{value: 1, en: no, es: no}, {value: 2, en: so so, es: regular}, {value: 3, en: very, es: muy}]}
  - {question: why, text: {en: Why?, es: ¿Por qué?}, type: text, required: true, long: true,
     when: {useful: {at_most: 2}}}
  - {question: barriers, text: {en: What is in the way?, es: ¿Qué lo impide?}, type: any_of, at_most: 2,
     options: [{value: cost, en: c, es: c}, {value: time, en: t, es: t}, {value: turnover, en: l, es: l}]}
  - {question: price, text: {en: How much?, es: ¿Cuánto?}, type: number, at_least: 0, at_most: 5000,
     when: {barriers: cost}}
  - {question: others, text: {en: Others?, es: ¿Otros?}, type: yes_no, when: {barriers: {not: cost}}}
  - {question: since, text: {en: Since when?, es: ¿Desde cuándo?}, type: day}
"""
FORM = read(QUESTIONS)
ALL_GIVEN = {"useful": ["3"], "barriers": ["time"], "others": ["yes"], "since": ["2027-03-01"]}


def answered(final: bool = True, language: Language = "en", **typed: list[str]) -> Judged:
    return judge(FORM, typed, language, final)


def test_what_was_chosen_and_typed_is_kept_as_what_it_means() -> None:
    told = answered(
        useful=["2"], why=[" Too\r\nlong "], barriers=["time", "cost"], price=["1,200"], since=["2027-03-01"]
    )
    assert told.problems == {}
    assert told.answers == {
        "useful": 2, "why": "Too\nlong", "barriers": ["cost", "time"], "price": 1200, "since": "2027-03-01",
    }  # fmt: skip


def test_only_what_earlier_answers_lead_to_is_asked_and_kept() -> None:
    told = answered(useful=["3"], why=["left over from before"], barriers=["cost"], price=["7"], others=["no"])
    assert told.asked == ("useful", "barriers", "price", "since")
    assert told.answers == {"useful": 3, "barriers": ["cost"], "price": 7}


def test_what_is_required_may_wait_until_the_answers_are_sent_off() -> None:
    assert answered(final=False, useful=["1"]).problems == {}
    assert answered(useful=["1"]).problems == {"why": "Please answer this question."}
    assert answered(language="es", useful=["1"]).problems == {"why": "Responda a esta pregunta, por favor."}


def test_what_does_not_apply_is_an_answer_and_leads_to_no_question_about_it() -> None:
    told = answered(useful=[NOT_APPLICABLE])
    assert told.answers == {"useful": NOT_APPLICABLE} and told.problems == {} and "why" not in told.asked


@pytest.mark.parametrize(
    ("question", "typed", "sentence"),
    [
        ("useful", ["4"], "Choose one of the answers that are offered."),
        ("useful", ["1", "2"], "Choose one answer only."),
        ("barriers", ["cost", "time", "turnover"], "Choose 2 at most."),
        ("barriers", ["money"], "Choose one of the answers that are offered."),
        ("price", ["about 20"], "Write a whole number, like 12."),
        ("price", ["5001"], "Write 5000 or less."),
        ("price", ["-1"], "Write 0 or more."),
        ("price", ["1,20"], "Write a whole number, like 12."),
        ("others", ["maybe"], "Choose one of the answers that are offered."),
        ("since", ["03/01/2027"], "Write a date as year, month and day, like 2027-03-31."),
        ("why", ["x" * 4001], "Shorten this to 4000 characters; it has 4001."),
    ],
)
def test_what_a_question_does_not_take_is_told_in_a_sentence(question: str, typed: list[str], sentence: str) -> None:
    leads = {"useful": ["1"], "why": ["x"], "barriers": ["time"] if question == "others" else ["cost"]}
    assert judge(FORM, {**leads, question: typed}, "en", True).problems == {question: sentence}


TYPED = st.lists(
    st.sampled_from(["1", "2", "3", NOT_APPLICABLE, "cost", "time", "yes", "no", "2027-01-01", ""]) | st.text()
)
ANYTHING = st.dictionaries(st.sampled_from([entry.name for entry in FORM.entries]) | st.text(max_size=5), TYPED)


@given(ANYTHING, st.booleans())
def test_whatever_is_typed_each_question_that_is_asked_has_an_answer_a_problem_or_nothing(
    typed: dict[str, list[str]], final: bool
) -> None:
    told = judge(FORM, typed, "es", final)
    assert not told.answers.keys() & told.problems.keys()
    assert told.answers.keys() | told.problems.keys() <= set(told.asked)


@given(ANYTHING)
def test_answers_that_were_kept_are_read_again_as_the_same(typed: dict[str, list[str]]) -> None:
    told = judge(FORM, typed, "en", False)
    again = {name: _typed(answer) for name, answer in told.answers.items()}
    assert judge(FORM, again, "en", False).answers == told.answers


@pytest.mark.parametrize("file", sorted(Path("instruments").glob("*.yaml")), ids=lambda file: file.stem)
def test_every_shipped_form_can_be_sent_off(file: Path) -> None:
    form = read(file.read_text("utf-8"))
    typed = {
        entry.name: [str(entry.options[0].value) if entry.options else FITTING[entry.question.type]]
        for entry in form.entries
    }
    assert judge(form, typed, "en", True).problems == {}


FITTING = {"yes_no": "yes", "number": "1", "day": "2027-03-01", "text": "so"}


def _typed(answer: object) -> list[str]:
    if isinstance(answer, list):
        return answer
    return [{True: "yes", False: "no"}.get(answer, str(answer))] if isinstance(answer, bool) else [str(answer)]
