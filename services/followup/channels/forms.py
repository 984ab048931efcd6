"""The words of letters that ask people to fill in a form: in English or Spanish, as their reader reads."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.instruments import Language
from shared.instruments.phrases import day
from shared.invited import Both, Forms
from shared.people import Person

WORDS: Mapping[str, Mapping[Language, str]] = {
    "asked": {
        "en": "{name}, you take part in {engagement}, and are asked how it goes.",
        "es": "{name}: usted participa en {engagement}, y queremos saber cómo va.",
    },
    "asked_again": {
        "en": "{name}, we have no answer of yours yet to what we asked about {engagement}.",
        "es": "{name}: todavía no tenemos su respuesta a lo que le preguntamos sobre {engagement}.",
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
    title = f"{_in(told.title, language)} ({told.engagement_title})"
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

    links = [
        (
            say("open_for", place=one.jurisdiction) if one.jurisdiction else say("open"),
            f"{url}{one.path}?language={language}",
        )
        for one in told.forms
    ]
    return {
        "language": language,
        "title": _in(told.title, language),
        "intro": _in(told.intro, language),
        "asked": say("asked_again" if again else "asked"),
        "until": say("until", day=_day(told.closes_at, zone, language)) if told.closes_at else "",
        "links": links,
        "yours": say("yours"),
        "begun": say("begun") if again else "",
        "because": say("why"),
        "how_to_stop": say("stop"),
    }


def _in(both: Both, language: Language) -> str:
    return both.es if language == "es" else both.en


def _day(moment: datetime, zone: ZoneInfo, language: Language) -> str:
    return day(moment.astimezone(zone), language)
