"""What a form asks for, as a command."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.events.complaints import complaints, malformed

M = TypeVar("M", bound=BaseModel)


def made(command: type[M], **told: Any) -> M:
    """The command that a form asks for; what it cannot be is refused by its field."""
    try:
        return command(**told)
    except ValidationError as error:
        raise malformed(complaints(error.errors(include_url=False, include_input=False))) from None
