"""Rounds, what was answered in them one by one, and how many chose what, as rows."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from services.evaluation.decisions.asking import is_open
from services.evaluation.decisions.reading import is_counted_openly, reading, whose
from services.evaluation.decisions.suppressing import line
from services.evaluation.domain import Answer, known
from services.evaluation.domain.data import AnswerRow, AnswersRow, RoundRow, Source
from shared.instruments import Form
from shared.instruments.form import NOT_APPLICABLE, Entry
from shared.obligations.reconcile import Row

State = Literal["planned", "open", "closed", "skipped", "lapsed", "withdrawn"]
CALLED: Mapping[str, State] = {"scheduled": "planned", "due": "open", "done": "closed"}
ANSWERED, SILENT = "answered", "not answered"
COUNTED = ("scale", "one_of", "any_of", "yes_no")
"""The types of questions whose answers can be counted."""
SAID = {"true": "Yes", "false": "No", NOT_APPLICABLE: "Does not apply"}


def rounds(source: Source) -> Iterator[RoundRow]:
    """Every round that was ever scheduled."""
    came = Counter(one.round_id for one in _answers(source))
    for id, row in source.rounds.items():
        state: Any = CALLED.get(row.state, row.state)
        yield RoundRow(
            engagement_id=row.engagement,
            round_id=id,
            kind=row.kind,
            title=row.title,
            instrument=row.instrument,
            asks=row.ask,
            team_id=row.team_id,
            state=state,
            due_at=row.due_at,
            opened_at=row.fired_at,
            closes_at=row.closes_at,
            invited=source.invited.get(id),
            answered=came[id],
        )


def answers(source: Source) -> Iterator[AnswerRow]:
    """What was answered, question by question, where single answers may be read."""
    for row, form, given in _by_round(source):
        may = reading(row, form, Counter(one.team_id for one in given))
        if may.is_open:
            shown = [may.shown(one) for one in given]
            # As long as the round is open they can take it back, and whoever reads on would see who came or went.
            theirs = {} if is_open(row, source.now) else whose(shown, source.linked)
            for one in shown:
                told = {"engagement_id": row.engagement, "team_id": one.team_id, "person_id": theirs.get(one.answer_id)}
                yield from _said(one.model_dump(), form, told)


def answer_counts(source: Source) -> Iterator[AnswersRow]:
    """How many chose each answer; but for what teams say as one, no number that tells of few."""
    for row, form, given in _by_round(source):
        for entry in form.entries if form else ():
            counted = _told(_counted(entry, given), len(given), entry, is_counted_openly(row, form))
            for value, n in counted.items():
                yield AnswersRow(
                    engagement_id=row.engagement,
                    round_id=row.key,
                    question=entry.name,
                    value=value,
                    question_en=entry.question.text.en,
                    value_en=_called(entry, value),
                    type=entry.question.type,
                    people=n,
                )


def _by_round(source: Source) -> Iterator[tuple[Row, Form | None, Sequence[Answer]]]:
    given: dict[str, list[Answer]] = {}
    for one in _answers(source):
        given.setdefault(one.round_id, []).append(one)
    for id, some in given.items():
        if (row := source.rounds.get(id)) is not None:
            # By their ids, which chance gave: the order in which they came tells whose they are.
            yield row, source.forms.get(id), sorted(some, key=lambda one: one.answer_id)


def _answers(source: Source) -> list[Answer]:
    return list(known(source.history).answers.values())


def _said(answer: Mapping[str, Any], form: Form | None, told: Mapping[str, Any]) -> Iterator[AnswerRow]:
    entries = {entry.name: entry for entry in form.entries} if form else {}
    for question, value in answer["answers"].items():
        entry = entries.get(question)
        for part, one in enumerate(value if isinstance(value, list) else [value], 1):
            if one is None:
                continue
            is_number = isinstance(one, int | float) and not isinstance(one, bool)
            yield AnswerRow(
                **told,
                round_id=answer["round_id"],
                answer_id=answer["answer_id"],
                question=question,
                part=part,
                type=entry.question.type if entry else None,
                value=_name(one),
                number=float(one) if is_number else None,
                question_en=entry.question.text.en if entry else None,
                value_en=_called(entry, _name(one)) if entry else None,
            )


def _counted(entry: Entry, given: Sequence[Answer]) -> dict[str, int]:
    """How many chose each of what can be chosen, and how many answered at all."""
    values = [one.answers[entry.name] for one in given if one.answers.get(entry.name) is not None]
    counts: Counter[str] = Counter()
    if entry.question.type in COUNTED:
        offered = [str(option.value) for option in entry.options]
        offered += ["true", "false"] if entry.question.type == "yes_no" else []
        offered += [NOT_APPLICABLE] if entry.question.may_not_apply else []
        counts.update(dict.fromkeys(offered, 0))
        for value in values:
            counts.update({_name(one) for one in (value if isinstance(value, list) else [value])})
    return {**counts, ANSWERED: len(values)}


def _told(counts: Mapping[str, int], all_: int, entry: Entry, openly: bool) -> dict[str, int | None]:
    """The same as it may be told, and how many did not answer."""
    answered = counts[ANSWERED]
    chosen = {value: n for value, n in counts.items() if value != ANSWERED}
    whole = {**chosen, ANSWERED: answered, SILENT: all_ - answered}
    if openly:
        return dict(whole)
    if entry.question.type == "any_of" or not chosen:
        # Each of them stands against all who did not choose it, by itself.
        return {value: line({value: n, "": all_ - n}).cells[value] for value, n in whole.items()}
    told = dict(line({**chosen, SILENT: all_ - answered}).cells)
    silent = told.pop(SILENT)
    return {**told, ANSWERED: None if silent is None else answered, SILENT: silent}


def _name(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _called(entry: Entry, value: str) -> str | None:
    return next((one.en for one in entry.options if str(one.value) == value), SAID.get(value))
