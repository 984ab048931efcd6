"""Instruments: the questions of evaluation rounds, written as data in English and Spanish, and what answers them."""

from shared.instruments.answering import Judged, judge
from shared.instruments.form import LANGUAGES, NOT_APPLICABLE, Form, Language
from shared.instruments.questions import Additions, Instrument, Option, Question, Said
from shared.instruments.reading import BadInstrument, put_together, read

__all__ = [
    "LANGUAGES", "NOT_APPLICABLE", "Additions", "BadInstrument", "Form", "Instrument", "Judged", "Language", "Option",
    "Question", "Said", "judge", "put_together", "read",
]  # fmt: skip
