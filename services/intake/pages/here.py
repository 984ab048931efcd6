"""What every page of intake needs: its service, what was typed into a form, and what was wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Form, Request
from fastapi.responses import Response
from pydantic import ValidationError

from services.intake import handlers
from services.intake.domain import Known
from shared.bus import looking_on
from shared.commands import Command, Said
from shared.errors import Malformed, Refused
from shared.people import called
from shared.playbooks.gate import Gate
from shared.playbooks.heading import Heading
from shared.service import Service
from shared.use_cases import C, Decide
from shared.web.desk import Desk, desk
from shared.web.pages.flash import went_well
from shared.web.pages.forms import wrong
from shared.web.pages.refusing import typed_in

Here = Annotated[Desk, Depends(desk("intake"))]
Taken = Annotated[list[str], Form()]
"""The facts that an Undo takes back."""
A_MISTAKE = "said by mistake, and undone on the page where it was said"
Made = TypeVar("Made", bound=Command)


@dataclass(frozen=True)
class Amiss:
    """A form that was refused: which it was, what was typed, and what was wrong with it."""

    form: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    status: int = 200

    def kept(self, form: str, name: str, otherwise: object = "") -> object:
        """What was typed into a field of the form that was refused; of any other form, what it begins with."""
        return self.typed.get(name, "") if form == self.form else otherwise

    def wrong(self, form: str) -> Mapping[str, str]:
        """What was wrong with a form."""
        return self.problems if form == self.form else {}


WELL = Amiss()


def refused(form: str, typed: Mapping[str, str], error: Refused | ValidationError) -> Amiss:
    """What a page shows of a refusal: a form that was badly filled in is not understood, anything else not possible."""
    return Amiss(form, typed, wrong(error), error.status if isinstance(error, Refused) else Malformed.status)


def service(request: Request) -> Service:
    """Intake itself, where a page needs to ask another service."""
    found: Service = request.app.state.services["intake"]
    return found


def made(command: type[Made], typed: Mapping[str, Any], **more: Any) -> Made:
    """The command that a form asks for; what it has no word for is left out."""
    told = {name: value for name, value in typed.items() if name in command.model_fields}
    return command.model_validate({**told, **more})


async def obeyed(here: Desk, command: C, decide: Decide[C, Known]) -> Said:
    """Do what a form asks; what was undone before is said after all."""
    return await handlers.obey_anew(here.store, command, decide)


def well(request: Request, sentence: str, said: Said, there: str, undo_at: str, to: str = "") -> Response:
    """Back to the page, which says what was done; what had been said before is not undone."""
    facts = [fact["id"] for fact in said.facts] if said.new else []
    return went_well(request, sentence, there, undo=facts, undo_at=undo_at, to=to)


async def name_of(here: Desk, person_id: str) -> str:
    """What a person is called."""
    return called(await here.directory.named([person_id]), person_id)


async def gate_of(here: Desk, engagement_id: str) -> Gate | None:
    """What the teams of an engagement lack, asked of the service that hears of their sessions and plans."""
    return await looking_on.gate(here.asks, engagement_id)


def meeting(about: Heading, gate: Gate | None) -> Heading:
    """The head with the next session: intake is told of it, as of what teams lack."""
    return about.model_copy(update={"next_session": gate.next_session}) if gate else about


def typed(request: Request) -> dict[str, str]:
    """What the fields of a form hold; an empty one is left out."""
    return {name: value.strip() for name, value in typed_in(request) if value.strip()}


def ticked(request: Request, name: str) -> list[str]:
    """All that was ticked under a name."""
    return [value for field, value in typed_in(request) if field == name]


def place_code(text: str) -> str:
    """A jurisdiction as somebody types it: ky means KY."""
    return text if text.startswith("tribe-") else text.upper()
