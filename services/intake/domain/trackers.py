"""What a tracker sends on the bus, read as a command: a CloudEvent around a request, or the request as plain JSON."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from services.intake.domain.requests import LogRequest, WithdrawRequest
from shared.commands import Said
from shared.errors import Malformed, Problem, Refused, problems
from shared.events import intake as said
from shared.events import strict_json
from shared.events.complaints import complaints, malformed
from shared.events.fields import is_slug

SUBJECT = "inbound.requests."
OURS = "eng."
"""How all types of our own language begin; any other type is the tracker's, and means a request."""


def read(subject: str, body: bytes) -> LogRequest | WithdrawRequest:
    """The command that a tracker's message means; Malformed names every field that is wrong.

    The last part of the subject is the tracker; `withdrawn: true` takes a request back. What else a tracker has to tell
    (its own status, who typed it) is neither kept nor refused.
    """
    source = _source(subject)
    told = strict_json.read(body)
    if "specversion" not in told:
        return _command(source, told, "", None)
    type_, words = _unwrapped(told)
    return _command(source, words, "data", type_)


def receipt(done: Said) -> dict[str, Any]:
    """What a tracker is told when its message was understood and recorded."""
    return {"accepted": True, "request_id": done.id, "facts": [fact["id"] for fact in done.facts], "new": done.new}


def refusal(error: Refused) -> dict[str, Any]:
    """What a tracker is told when its message was refused: what was wrong, field by field."""
    told = [{"field": problem.field, "reason": problem.reason} for problem in problems(error)]
    return {"accepted": False, "status": error.status, "problems": told}


def _source(subject: str) -> str:
    source = subject.removeprefix(SUBJECT)
    if not subject.startswith(SUBJECT) or not is_slug(source):
        raise Malformed(f"must be {SUBJECT}<source>, where <source> is the id of the tracker", "subject")
    return source


def _unwrapped(told: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The type and the data of a CloudEvent."""
    type_, data = told.get("type"), told.get("data")
    wrong = []
    if told["specversion"] != "1.0":
        wrong.append(Problem("specversion", "must be 1.0"))
    if not isinstance(type_, str) or not type_:
        wrong.append(Problem("type", "must be text" if type_ else "is missing"))
    elif type_.startswith(OURS) and type_ not in {said.TaRequestLogged.type, said.TaRequestWithdrawn.type}:
        wrong.append(Problem("type", "is not for trackers to say: they log and withdraw requests"))
    if not isinstance(data, dict):
        wrong.append(Problem("data", "must be an object" if data is not None else "is missing"))
    if wrong:
        raise malformed(wrong)
    assert isinstance(type_, str)
    assert isinstance(data, dict)
    return type_, data


def _command(source: str, words: Mapping[str, Any], under: str, type_: str | None) -> LogRequest | WithdrawRequest:
    told = {name: value for name, value in words.items() if value is not None}
    within = f"{under}." if under else ""
    wrong = []
    if told.get("source", source) != source:
        wrong.append(Problem(f"{within}source", f"must be {source}, as the subject says"))
    if not isinstance(withdrawn := told.get("withdrawn", False), bool):
        wrong.append(Problem(f"{within}withdrawn", "must be true or false"))
    kind = WithdrawRequest if withdrawn is True or type_ == said.TaRequestWithdrawn.type else LogRequest
    known = {name: told[name] for name in kind.model_fields if name in told} | {"source": source}
    try:
        command = kind.model_validate(known)
    except ValidationError as error:
        wrong.extend(complaints(error.errors(include_url=False, include_input=False), under))
    if wrong:
        raise malformed(wrong)
    return command
