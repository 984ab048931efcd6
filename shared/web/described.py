"""The OpenAPI document: what each route can be asked, and with what it refuses; the same for all of them."""

from typing import Any

from fastapi import FastAPI

from shared.access.opening import ANYBODY, every_route, opened_to

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "description": "What was wrong, where, and what to do (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "problems": {
            "type": "array",
            "description": "Every field that was wrong.",
            "items": {
                "type": "object",
                "required": ["field", "reason"],
                "properties": {"field": {"type": "string"}, "reason": {"type": "string"}},
            },
        },
    },
}
WORDS = {
    "400": "What was sent could not be read at all.",
    "401": "Sign in first, or show a token that is known here.",
    "403": "Not open to whoever asks.",
    "404": "Not known here, or somebody else's.",
    "409": "Not possible as things stand, or in conflict with what was said before.",
    "413": "Too large.",
    "422": "Not understood: every field that was wrong.",
    "429": "More than one may ask for; the header Retry-After tells when to try again.",
    "503": "Not now: a database or another service does not answer. Nothing was recorded; try again.",
}
FOR_ALL = ("401", "404", "422", "429", "503")
NOT_FOR_ANYBODY = ("403",)
TO_WRITE = ("400", "403", "409", "413")
UNREAD = ("HTTPValidationError", "ValidationError")
"""With what FastAPI would refuse; nothing of ours does."""
Document = dict[str, Any]


def describe(app: FastAPI) -> None:
    """Let this app's document tell with what its routes refuse."""
    made = app.openapi

    def openapi() -> Document:
        if app.openapi_schema is None:
            _tell_refusals(app, made())
        return made()

    app.openapi = openapi  # type: ignore[method-assign]


def _tell_refusals(app: FastAPI, document: Document) -> None:
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for name in UNREAD:
        schemas.pop(name, None)
    _let_things_be_named_twice(schemas)
    schemas["Problem"] = PROBLEM
    told = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    parts["responses"] = {f"Refused{code}": {"description": words, "content": told} for code, words in WORDS.items()}
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for route in every_route(app.routes):
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation:
                _tell(operation, is_for_anybody=opened_to(route) == ANYBODY, writes=method != "GET")


def _let_things_be_named_twice(schemas: Any) -> None:
    """What we keep as a set may be told with repetitions: to name a role twice is to name it once."""
    if isinstance(schemas, dict):
        schemas.pop("uniqueItems", None)
    for part in schemas.values() if isinstance(schemas, dict) else schemas if isinstance(schemas, list) else ():
        _let_things_be_named_twice(part)


def _tell(operation: Document, is_for_anybody: bool, writes: bool) -> None:
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    if not is_for_anybody:
        operation["security"] = [{"token": []}]
    codes = {*FOR_ALL, *(() if is_for_anybody else NOT_FOR_ANYBODY), *(TO_WRITE if writes else ())}
    for code in sorted(codes):
        responses.setdefault(code, {"$ref": f"#/components/responses/Refused{code}"})
