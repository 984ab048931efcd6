"""The form of a round, for whoever has a link to it: no account, on a phone and without script, saved as one goes."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from services.evaluation.domain.asking import Opened
from services.evaluation.handlers import asking
from services.evaluation.repository.asking import AnsweredAlready, NoSuchForm
from shared.access.by_link import ByLink
from shared.access.opening import ANYBODY, open_to
from shared.instruments import LANGUAGES, NOT_APPLICABLE, Judged, Language, Said, judge
from shared.instruments.form import Entry
from shared.instruments.phrases import PHRASES, day, phrase
from shared.web.desk import Desk, desk
from shared.web.pages.forms import Line
from shared.web.pages.refusing import REFUSES
from shared.web.pages.rendering import render
from shared.web.routes import Routes

FORMS = ByLink()


async def in_their_language(request: Request) -> None:
    """Whatever is refused from here on is said as the form is."""
    request.scope[REFUSES] = refused


router = Routes(dependencies=[Depends(in_their_language), Depends(FORMS.not_too_often)])
Here = Annotated[Desk, Depends(desk("evaluation"))]
PREFERRED: Language = "en"
Did = Literal["", "kept", "saved"]
WHY = {404: "no_form_why", 409: "too_late", 413: "too_much", 422: "too_much", 429: "too_fast"}
"""By which phrase each refusal is said; all others are of the moment."""


@router.get("/answer/{secret}")
@open_to(ANYBODY)
async def read(request: Request, here: Here, secret: str, language: Language | None = None) -> Response:
    """The form, with what was typed so far; to look at it changes nothing. A goal is judged elsewhere."""
    it = await asking.opened(here.store, secret, language)
    reads = it.language or _preferred(request)
    return await _form(request, here, it, reads, judge(it.form, it.typed, reads, is_final=False))


@router.post("/answer/{secret}")
@open_to(ANYBODY)
async def write(request: Request, here: Here, secret: str, language: Language = PREFERRED) -> Response:
    """Keep what was typed; or send it off, and say what is missing."""
    form = await request.form(max_files=0, max_fields=2000)
    typed = {name: [one for one in form.getlist(name) if isinstance(one, str)] for name in form}
    agrees = typed.get(asking.MAY_BE_LINKED) == ["yes"]
    try:
        if "take_back" in typed:
            it = await asking.take_back(here.store, secret)
            return await _form(request, here, it, language, judge(it.form, {}, language, is_final=False))
        if "send" not in typed:
            it, judged = await asking.save(here.store, secret, typed, language)
            # What is kept as one goes is told where one is; whoever pressed a button comes back to the top of the page.
            did: Did = "kept" if "hx-request" in request.headers else "saved"
            return await _form(request, here, it, language, judged, did, agrees)
        it, judged = await asking.send(here.store, secret, typed, language, here.patience)
    except AnsweredAlready:
        it = await asking.opened(here.store, secret, language)
        judged = judge(it.form, {}, language, is_final=False)
    return await _form(request, here, it, language, judged, agrees=agrees)


@router.get("/answer/{secret:path}")
@open_to(ANYBODY)
async def read_mangled(secret: str) -> Response:
    """Where a link leads to which something was added on the way."""
    raise NoSuchForm


async def refused(request: Request, status: int) -> Response:
    """What was not possible, in the language of whoever was asked; what they are typing stays where it is."""
    chosen = request.query_params.get("language")
    language = next((one for one in LANGUAGES if one == chosen), None) or _preferred(request)
    words = {
        "language": language,
        "languages": LANGUAGES,
        "why": WHY.get(status, "not_now"),
        "lines": (),
        "phrase": lambda name: phrase(name, language),
    }
    answer = await render(request, "no_answer.html", status, **words)
    if "hx-request" in request.headers:
        answer.headers.update({"HX-Retarget": "#saved", "HX-Reselect": "#why", "HX-Reswap": "innerHTML"})
    return answer


async def _form(
    request: Request, here: Desk, it: Opened, language: Language, judged: Judged, did: Did = "", agrees: bool = False
) -> Response:
    if it.judged_at:
        return RedirectResponse(it.judged_at, 303)
    entries = [entry for entry in it.form.entries if entry.name in judged.asked]
    words: Mapping[str, object] = {
        "it": it,
        "languages": LANGUAGES,
        "typed": it.typed,
        "is_late": it.is_late(here.store.clock.now()),
        "until": day(it.last_day, language) if it.last_day else "",
        "goal": it.goal,
        "by": day(it.goal.by, language) if it.goal and it.goal.by else "",
        "did": did,
        "agrees": agrees,
        **of_questions(entries, judged, language),
    }
    done = it.invitation.state == "answered"
    lines = [] if did or done or request.method != "POST" else to_mend(entries, judged, language)
    page = "answered.html" if done else "answer.html"
    answer = await render(request, page, 422 if lines else 200, lines=lines, **words)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def of_questions(entries: Sequence[Entry], judged: Judged, language: Language) -> Mapping[str, object]:
    """What the questions of a form need to be shown."""
    return {
        "language": language,
        "entries": entries,
        "problems": judged.problems,
        "said": lambda text: _said(text, language),
        "phrase": lambda name, **told: phrase(name, language, **told),
        "choices": lambda entry: _choices(entry, language),
    }


def to_mend(entries: Sequence[Entry], judged: Judged, language: Language) -> list[Line]:
    """What is missing or wrong, each with the place on the page that it leads to."""
    found = [(entry, judged.problems[entry.name]) for entry in entries if entry.name in judged.problems]
    return [
        Line(
            f"{_said(entry.question.text, language)} {problem}",
            entry.name + ("-1" if _choices(entry, language) else ""),
        )
        for entry, problem in found
    ]


def _choices(entry: Entry, language: Language) -> Sequence[tuple[str, str]]:
    """What can be ticked, by what is sent and what is read."""
    found = [(str(option.value), _said(option, language)) for option in entry.options]
    if entry.question.type == "yes_no":
        found += [(name, PHRASES[name][language]) for name in ("yes", "no")]
    if entry.question.may_not_apply and found:
        found.append((NOT_APPLICABLE, PHRASES[NOT_APPLICABLE][language]))
    return found


def _said(words: Said, language: Language) -> str:
    return words.es if language == "es" else words.en


def _preferred(request: Request) -> Language:
    """The first of our languages that the browser asks for."""
    for asked in request.headers.get("accept-language", "").lower().split(","):
        for language in LANGUAGES:
            if asked.strip().split(";")[0].split("-")[0] == language:
                return language
    return PREFERRED
