"""The words of letters that ask people to fill in a form: in English or Spanish, as their reader reads."""

from collections.abc import Mapping
from datetime import datetime
from textwrap import shorten
from zoneinfo import ZoneInfo

from shared.instruments import Language
from shared.instruments.phrases import day, phrase
from shared.invited import Both, Forms, OfGoal
from shared.people import Person

LONGEST = 80
"""How many characters of a goal a subject says, so that two of them are told apart in a list."""
WORDS: Mapping[str, Mapping[Language, str]] = {
    "asked": {
        "en": "{name}, you take part in {engagement}, and are asked how it goes.",
        "es": "{name}: usted participa en {engagement}, y queremos saber cómo va.",
    },
    "asked_again": {
        "en": "{name}, we have no answer of yours yet to what we asked about {engagement}.",
        "es": "{name}: todavía no tenemos su respuesta a lo que le preguntamos sobre {engagement}.",
    },
    "goal": {
        "en": "{name}, the day of a goal of {engagement} has come. Was it reached?",
        "es": "{name}: llegó el día de una meta de {engagement}. ¿Se alcanzó?",
    },
    "goal_again": {
        "en": "{name}, a goal of {engagement} is not judged yet. Was it reached?",
        "es": "{name}: una meta de {engagement} todavía no se ha valorado. ¿Se alcanzó?",
    },
    "judge": {"en": "Judge this goal", "es": "Valorar esta meta"},
    "judged": {
        "en": "You are asked to sign in. What you say there is the verdict: nothing has to be filled in beside it.",
        "es": "Se le pedirá que inicie sesión. Lo que diga allí es la valoración: no hay que llenar nada más.",
    },
    "until": {"en": "You can answer until {day}.", "es": "Puede responder hasta el {day}."},
    "open": {"en": "Open the form", "es": "Abrir el formulario"},
    "open_for": {"en": "Open the form of {place}", "es": "Abrir el formulario de {place}"},
    "yours": {
        "en": "You need no account. This link is yours alone: whoever has it can answer in your place.",
        "es": "No necesita una cuenta. Este enlace es solo suyo: quien lo tenga puede responder en su lugar.",
    },
    "begun": {
        "en": "If you have begun already, go on by the link in the first letter: only that one shows what you typed.",
        "es": "Si ya empezó, continúe con el enlace de la primera carta: solo ese muestra lo que escribió.",
    },
    "why": {
        "en": "You get this because you take part in {engagement}.",
        "es": "Recibe este mensaje porque participa en {engagement}.",
    },
    "stop": {
        "en": "Choose which mail you want, or stop it",
        "es": "Elegir qué correo quiere recibir, o dejar de recibirlo",
    },
    "reminder": {"en": "Reminder: {title}", "es": "Recordatorio: {title}"},
    "reminder_until": {"en": "Until {day}: {title}", "es": "Hasta el {day}: {title}"},
}


def language_of(person: Person) -> Language:
    """In which of our languages somebody reads."""
    return "es" if (person.language or "").lower().split("-")[0] == "es" else "en"


def subject(again: bool, told: Forms, person: Person, zone: ZoneInfo) -> str:
    """What a mail program lists it by."""
    language = language_of(person)
    of_what = f" {shorten(told.goal.statement, LONGEST, placeholder='…')}" if told.goal else ""
    title = f"{_in(told.title, language)}{of_what} ({told.engagement_title})"
    if not again:
        return title
    if told.closes_at is None:
        return WORDS["reminder"][language].format(title=title)
    return WORDS["reminder_until"][language].format(title=title, day=_day(told.closes_at, zone, language))


def words(again: bool, told: Forms, person: Person, url: str, zone: ZoneInfo) -> dict[str, object]:
    """What its templates say."""
    language = language_of(person)

    def say(name: str, **named: str) -> str:
        return WORDS[name][language].format(name=person.name, engagement=told.engagement_title, **named)

    judged = told.goal is not None and told.goal.is_judged
    asked = ("goal" if told.goal else "asked") + ("_again" if again else "")

    def label(place: str | None) -> str:
        return say("judge") if judged else say("open_for", place=place) if place else say("open")

    in_which = "" if judged else f"?language={language}"
    links = [(label(one.jurisdiction), f"{url}{one.path}{in_which}") for one in told.forms]
    return {
        "language": language,
        "title": _in(told.title, language),
        "intro": _in(told.intro, language),
        "asked": say(asked),
        "goal": _about(told.goal, language) if told.goal else (),
        "until": say("until", day=_day(told.closes_at, zone, language)) if told.closes_at else "",
        "links": links,
        "yours": say("judged" if judged else "yours"),
        "begun": say("begun") if again and not judged else "",
        "because": say("why"),
        "how_to_stop": say("stop"),
    }


def _about(goal: OfGoal, language: Language) -> tuple[str, ...]:
    """A goal in its own words, by when it was to be reached, and how it would be noticed."""
    by = phrase("goal_by", language, day=day(goal.by, language)) if goal.by else ""
    noticed = phrase("goal_noticed", language, indicator=goal.indicator) if goal.indicator else ""
    return tuple(one for one in (goal.statement, by, noticed) if one)


def _in(both: Both, language: Language) -> str:
    return both.es if language == "es" else both.en


def _day(moment: datetime, zone: ZoneInfo, language: Language) -> str:
    return day(moment.astimezone(zone), language)
