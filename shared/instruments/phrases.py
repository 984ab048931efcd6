"""What forms say by themselves, in each language: problems with an answer, buttons, and words around the questions."""

from collections.abc import Mapping
from datetime import date

from shared.instruments.form import Language

PHRASES: Mapping[str, Mapping[Language, str]] = {
    "required": {"en": "Please answer this question.", "es": "Responda a esta pregunta, por favor."},
    "one_only": {"en": "Choose one answer only.", "es": "Elija una sola respuesta."},
    "not_offered": {
        "en": "Choose one of the answers that are offered.",
        "es": "Elija una de las respuestas que se ofrecen.",
    },
    "too_many": {"en": "Choose {most} at most.", "es": "Elija {most} como máximo."},
    "no_number": {"en": "Write a whole number, like 12.", "es": "Escriba un número entero, por ejemplo 12."},
    "too_small": {"en": "Write {least} or more.", "es": "Escriba {least} o más."},
    "too_large": {"en": "Write {most} or less.", "es": "Escriba {most} o menos."},
    "no_day": {
        "en": "Write a date as year, month and day, like 2027-03-31.",
        "es": "Escriba la fecha como año, mes y día, por ejemplo 2027-03-31.",
    },
    "too_long": {
        "en": "Shorten this to {most} characters; it has {has}.",
        "es": "Acorte el texto a {most} caracteres; tiene {has}.",
    },
    "yes": {"en": "Yes", "es": "Sí"},
    "no": {"en": "No", "es": "No"},
    "not_applicable": {"en": "Does not apply to me", "es": "No me corresponde"},
    "is_required": {"en": "required", "es": "obligatoria"},
    "only_if": {"en": "asked only if", "es": "se pregunta solo si"},
    "question": {"en": "question {number}", "es": "la pregunta {number}"},
    "any_of": {"en": "choose all that apply", "es": "elija todas las que correspondan"},
    "send": {"en": "Send my answers", "es": "Enviar mis respuestas"},
    "save": {"en": "Save, and go on later", "es": "Guardar y continuar después"},
    "saved": {
        "en": "Saved. Nothing is sent off yet; this link leads back here.",
        "es": "Guardado. Todavía no se ha enviado nada; este enlace lo trae de vuelta aquí.",
    },
    "late": {
        "en": "This round is over. Your answers are welcome all the same; they are counted as late.",
        "es": "Este plazo ya terminó. Sus respuestas son bienvenidas de todos modos; se cuentan como tardías.",
    },
    "open_until": {"en": "You can answer until {day}.", "es": "Puede responder hasta el {day}."},
    "goal_by": {"en": "To be reached by {day}.", "es": "Por alcanzar hasta el {day}."},
    "goal_noticed": {"en": "Noticed by: {indicator}", "es": "Se nota en: {indicator}"},
    "no_form": {"en": "This link leads to no form", "es": "Este enlace no lleva a ningún formulario"},
    "no_form_why": {
        "en": "It may be cut off, too old, or no answer is wanted any more. Open the link in your newest letter again, "
        "and look that all of it is there. If that does not help, tell the people who run this.",
        "es": "Puede estar incompleto o ser antiguo, o ya no se espera respuesta. Vuelva a abrir el enlace de su carta "
        "más reciente y compruebe que esté entero. Si no sirve, avise a quienes organizan esto.",
    },
    "not_kept": {"en": "This was not kept", "es": "Esto no se guardó"},
    "too_late": {
        "en": "The round is over, and its answers may have been read. Ask the people who run this.",
        "es": "El plazo ya terminó, y es posible que las respuestas ya se hayan leído. Consulte a quienes organizan "
        "esto.",
    },
    "too_much": {
        "en": "All answers together are too long, or something in the address was changed. Go back: what you typed is "
        "still there. Say it in fewer words.",
        "es": "Las respuestas son demasiado largas en conjunto, o algo cambió en la dirección. Vuelva atrás: lo que "
        "escribió sigue allí. Dígalo con menos palabras.",
    },
    "too_fast": {
        "en": "That was too often at once. Wait a minute, then go back: what you typed is still there.",
        "es": "Fueron demasiadas veces seguidas. Espere un minuto y vuelva atrás: lo que escribió sigue allí.",
    },
    "not_now": {
        "en": "It is not possible at this moment. Wait a minute, then go back: what you typed is still there.",
        "es": "En este momento no es posible. Espere un minuto y vuelva atrás: lo que escribió sigue allí.",
    },
    "mend": {"en": "Something is missing or has to be mended", "es": "Falta algo o hay algo que corregir"},
    "close_page": {"en": "You can close this page.", "es": "Puede cerrar esta página."},
    "skip": {"en": "Skip to the questions", "es": "Ir a las preguntas"},
    "languages": {"en": "Language", "es": "Idioma"},
    "at_most": {"en": "choose {most} at most", "es": "elija {most} como máximo"},
    "may_be_linked": {
        "en": "May evaluators know that these answers are yours, to follow what changes over time?",
        "es": "¿Pueden quienes evalúan saber que estas respuestas son suyas, para seguir los cambios con el tiempo?",
    },
    "not_linked": {
        "en": "If you choose no, or nothing, no answer tells whose it is.",
        "es": "Si elige no, o nada, ninguna respuesta dice de quién es.",
    },
    "is_linked": {
        "en": "You said that evaluators may know that these answers are yours.",
        "es": "Usted dijo que quienes evalúan pueden saber que estas respuestas son suyas.",
    },
    "take_back": {"en": "They may not know it any more", "es": "Ya no pueden saberlo"},
}


def phrase(name: str, language: Language, **words: object) -> str:
    """A sentence of the form's own, in this language."""
    return PHRASES[name][language].format(**words)


DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre",
)  # fmt: skip


def day(on: date, language: Language) -> str:
    """A day as people say it: "Monday, January 11", "lunes 11 de enero"."""
    if language == "es":
        return f"{DAYS[on.weekday()]} {on.day} de {MONTHS[on.month - 1]}"
    return f"{on:%A, %B} {on.day}"
