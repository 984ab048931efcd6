"""The one function that makes a page: template and rows in, with whatever every page has around it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from shared.people import Directory, called
from shared.web.assets import asset
from shared.web.pages import flash, times
from shared.web.pages.forms import Mending, labels_of, sentence
from shared.web.pages.navigation import APART, TABS, Pages

NAMES = "throughline.names"
"""Where a request keeps the names it has asked for: on a long list the same few people stand in every row."""
OURS = Path(__file__).parents[1] / "templates"


def environment(pages: Sequence[Pages]) -> Environment:
    """The templates of the frame, and those of each service."""
    return _of_folders((OURS, *(one.templates for one in pages)))


@cache
def _of_folders(folders: tuple[Path, ...]) -> Environment:
    """The same for all apps of a process: each template is compiled once."""
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,  # a name with a slip is an error, not an empty place on a page
        trim_blocks=True,
        lstrip_blocks=True,
        enable_async=True,
    )
    made.globals |= {"asset": asset, "tabs": TABS, "apart": APART, "times": times, "sentence": sentence}
    made.filters |= {"words": words, "named": named}
    # To read all templates takes longer than anything else at the start, and only what has to be mended needs it.
    made.globals["labels"] = cache(partial(labels_of, made))
    return made


async def render(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page; who asks, their zone, the navigation and what the last form did are put in."""
    state = request.app.state
    now, zone = state.clock.now(), await times.zone_of(request)
    said = flash.flashed(request)
    mending = Mending(state.templates.globals["labels"])
    told = {
        "mending": mending,
        "request": request,
        "reader": request.state.caller,
        "now": now,
        "zone": zone,
        "zone_is_known": await times.known_zone(request) is not None,
        "today": (today := now.astimezone(zone).date()),
        "today_plus": lambda days: today + timedelta(days=days),
        "navigation": [entry for entry in state.navigation if entry.is_for(request.state.caller)],
        "flash": said,
        "path": request.url.path,
    }
    text = await state.templates.get_template(template).render_async({**told, **context})
    text = await _told(state.templates, text, mending)
    answer = HTMLResponse(text, status_code=status)
    if said:
        flash.forget(answer)
    return answer


async def _told(templates: Environment, text: str, mending: Mending) -> str:
    """The page with what has to be mended at its place, and in its title, which is read aloud first."""
    for n, (place, title, lines) in enumerate(mending.summaries()):
        summary = await templates.get_template("mending.html").render_async(n=n, title=title, lines=lines)
        text = text.replace(place, summary, 1).replace("<title>", "<title>To mend: " if n == 0 else "<title>", 1)
    return text


def words(name: str) -> str:
    """A word of the language as people write it: lead_agency is "lead agency"."""
    return name.replace("_", " ")


async def know(request: Request, ids: Iterable[str | None]) -> dict[str, str]:
    """Ask for the names of people together, of those who are not known to this request yet; tells all it knows."""
    names: dict[str, str] = request.scope.setdefault(NAMES, {})
    if unknown := {one for one in ids if one} - names.keys():
        directory: Directory = request.app.state.directory
        people = await directory.named(unknown)
        names |= {one: called(people, one) for one in unknown}
    return names


@pass_context
async def named(context: Context, person_id: str | None) -> str:
    """What a person is called: {{ person_id | named }}; "nobody" where there is none."""
    if not person_id:
        return "nobody"
    return (await know(context["request"], [person_id]))[person_id]
