"""What forms say by themselves, in each language: problems with an answer, buttons, and words around the questions."""

from collections.abc import Mapping

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
