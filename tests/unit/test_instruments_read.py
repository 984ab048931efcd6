"""An instrument is what an evaluator wrote; a mistake is told by file, line and field, and nothing else crashes."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from services.__main__ import app
from shared.instruments import BadInstrument, Form, put_together, read
from shared.shelf import whole

SHIPPED = sorted(Path("instruments").glob("*.yaml"))
EXAMPLE = """instrument: example
version: 1
title: {en: Example, es: Ejemplo}
intro: {en: Why we ask., es: Por qué preguntamos.}
thanks: {en: Thank you., es: Gracias.}
lists:
  points:
    - {value: 1, en: bad, es: malo}
    - {value: 2, en: good, es: bueno}
questions:
  - question: useful
    text: {en: "Was it useful?", es: "¿Fue útil?"}
    type: scale
    options_from: points
    required: true
  - question: why
    text: {en: Why?, es: ¿Por qué?}
    type: text
    when: {useful: 1}
"""
ADDITIONS = """adds_to: example
center: ncase
version: 1
questions:
  - question: camp
    text: {en: "Do you run a summer camp?", es: "¿Ofrece un campamento de verano?"}
    type: yes_no
  - question: weeks
    text: {en: "How many weeks?", es: "¿Cuántas semanas?"}
    type: number
    when: {camp: true, useful: 2}
"""


def told(text: str, additions: str | None = None) -> list[str]:
    with pytest.raises(BadInstrument) as refused:
        _ = read(text, "example.yaml") if additions is None else made_of(text, additions)
    return [str(problem) for problem in refused.value.problems]


def made_of(text: str, additions: str) -> Form:
    return put_together(text, "example.yaml", additions, "ncase.yaml")


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_each_instrument_that_is_shipped_is_sound_and_named_like_its_file(file: Path) -> None:
    form = read(file.read_text("utf-8"), file.name)
    assert form.instrument.instrument == file.stem
    assert all(entry.question.text.en != entry.question.text.es for entry in form.entries)


def test_the_example_that_people_read_first_is_sound() -> None:
    page = Path("docs/instruments.md").read_text("utf-8")
    standard, own = (text.split("```")[0] for text in page.split("```yaml\n")[1:3])
    assert [entry.name for entry in made_of(standard, own).entries] == ["useful", "why", "ncase.summer"]


@pytest.mark.parametrize("playbook", sorted(Path("playbooks").glob("*.yaml")), ids=lambda file: file.stem)
def test_each_round_of_a_shipped_playbook_has_its_questions(playbook: Path) -> None:
    rounds = [rule for rule in whole(playbook, Path("playbooks")).playbook.rules if rule.evaluation]
    assert {rule.instrument for rule in rounds} <= {file.stem for file in SHIPPED}


@pytest.mark.parametrize(
    ("written", "instead", "problem"),
    [
        ("type: scale", "type: skale", "example.yaml:13 questions[0].type: must be"),
        ("options_from: points", "options_from: pionts", "example.yaml:14 questions[0].options_from: there is no list"),
        ("required: true", "requird: true", "is not a word of instruments, did you mean required?"),
        ("when: {useful: 1}", "when: {usefull: 1}", "no earlier question is called 'usefull', did you mean useful?"),
        ("when: {useful: 1}", "when: {useful: 3}", "when.useful: 3 is no point of its scale, which has 1, 2"),
        ("when: {useful: 1}", "when: {useful: {at_lest: 1}}", "did you mean at_least?"),
        ("question: why", "question: useful", "example.yaml:16 questions[1].question: there is another 'useful'"),
        ("{value: 2, en", "{value: 1, en", "example.yaml:9 lists.points[1].value: 1 stands twice"),
        ("{value: 2, en", "{value: two, en", "the points of a scale are numbers"),
        ("{value: 2, en", "{value: 0, en", "the points of a scale rise"),
        ("{value: 2, en", "{value: Two Words, en", "neither a whole number nor a short name"),
        ("es: ¿Por qué?", "fr: Pourquoi?", "questions[1].text.es: is missing"),
        ("type: text", "type: text\n    at_most: 3", "questions[1].at_most: is for any_of, number only"),
        ("type: text", "type: one_of", "one_of needs options, or options_from"),
        ("version: 1", "version: 0", "example.yaml:2 version"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_where_it_stands(written: str, instead: str, problem: str) -> None:
    assert any(problem in one for one in told(EXAMPLE.replace(written, instead, 1)))


def test_a_condition_stands_only_on_what_was_asked_before_and_can_be_weighed() -> None:
    on_text = EXAMPLE.replace("when: {useful: 1}", "") + "    when: {why: a}\n"
    assert "no earlier question is called 'why'" in told(on_text)[0]
    after = EXAMPLE + "  - question: more\n    text: {en: More?, es: ¿Más?}\n    type: text\n    when: {why: yes}\n"
    assert "is answered by a text, on which no condition can stand" in told(after)[0]


def test_a_list_that_no_question_uses_is_a_mistake() -> None:
    unused = EXAMPLE.replace("options_from: points", "options: [{value: 1, en: a, es: b}, {value: 2, en: c, es: d}]")
    assert told(unused) == ["example.yaml:7 lists.points: is used by no question"]


def test_what_a_center_adds_comes_after_the_standard_questions_under_names_of_its_own() -> None:
    form = made_of(EXAMPLE, ADDITIONS)
    assert [entry.name for entry in form.entries] == ["useful", "why", "ncase.camp", "ncase.weeks"]
    assert form.instrument == read(EXAMPLE).instrument


@pytest.mark.parametrize(
    ("written", "instead", "problem"),
    [
        ("adds_to: example", "adds_to: other", "ncase.yaml:1 adds_to: is 'other', and what it is put to is 'example'"),
        (
            "camp: true",
            "kamp: true",
            "questions[1].when.kamp: no earlier question is called 'kamp', did you mean camp?",
        ),
        ("center: ncase", "title: x", "center: is missing"),
    ],
)
def test_a_mistake_in_what_a_center_adds_is_told_in_its_own_file(written: str, instead: str, problem: str) -> None:
    assert any(problem in one for one in told(EXAMPLE, ADDITIONS.replace(written, instead)))


@settings(max_examples=30)
@given(st.text(max_size=200) | st.sampled_from(EXAMPLE.splitlines()).map(lambda line: EXAMPLE.replace(line, "")))
def test_whatever_is_written_is_an_instrument_or_is_refused_in_words(text: str) -> None:
    told = None
    try:
        read(text, "any.yaml")
    except BadInstrument as error:
        told = error.problems
    assert told is None or all(problem.reason for problem in told)


def test_the_command_tells_how_much_is_asked_and_shows_it_in_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "example.yaml"
    file.write_text(EXAMPLE, "utf-8")
    run = CliRunner()
    assert (
        "2 questions, 1 of them required, 1 asked only after"
        in run.invoke(app, ["instrument", "check", str(file)]).output
    )
    shown = run.invoke(app, ["instrument", "preview", str(file), "--language", "es"]).output
    assert "¿Fue útil? (obligatoria)" in shown and "[se pregunta solo si la pregunta 1 = malo]" in shown
    file.write_text(EXAMPLE.replace("version: 1", "version: x"), "utf-8")
    refused = run.invoke(app, ["instrument", "check", str(file)])
    assert refused.exit_code == 1 and f"{file}:2 version" in refused.output
    assert run.invoke(app, ["instrument", "check", str(tmp_path / "none.yaml")]).exit_code == 1
