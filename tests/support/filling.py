"""What a route can be told: filled in from its schema or its form, with the ids that matter."""

from collections.abc import Mapping
from typing import Any

from fastapi.params import Form
from fastapi.routing import RouteContext

DAY = "2027-02-01"
FORMATS = {"date": DAY, "date-time": f"{DAY}T10:00:00Z"}
Ids = Mapping[str, str]


def is_form(route: RouteContext) -> bool:
    """Whether it is sent by a page: as the fields of a form, and not as JSON."""
    fields = route.dependant.body_params
    return all(isinstance(field.field_info, Form) for field in fields)


def form(route: RouteContext, told: Ids) -> dict[str, str]:
    """The fields of a form, those that are ids as they are told."""
    wanted = [field for field in route.dependant.body_params if field.name in told or field.field_info.is_required()]
    return {one.name: told.get(one.name) or _guessed(str(one.field_info.annotation)) for one in wanted}


def _guessed(kind: str) -> str:
    return DAY if "date" in kind else "other"


def command(api: Mapping[str, Any], route: RouteContext, method: str, told: Ids) -> Any:
    """A body that the schema of a route allows, with the ids that are told."""
    said = api["paths"][route.path_format][method.lower()]
    content = said.get("requestBody", {}).get("content", {})
    return _filled(api, content["application/json"]["schema"], "", told) if content else None


def _filled(api: Mapping[str, Any], schema: Mapping[str, Any], name: str, told: Ids) -> Any:
    schema = _resolved(api, schema)
    if name in told:
        return told[name]
    if "const" in schema or "enum" in schema:
        return schema.get("const") or schema["enum"][0]
    match schema.get("type"):
        case "object":
            known = schema.get("properties", {})
            wanted = sorted({*schema.get("required", ()), *(told.keys() & known.keys() & {"engagement_id"})})
            return {key: _filled(api, known[key], key, told) for key in wanted}
        case "array":
            return [_filled(api, schema["items"], "", told)] * schema.get("minItems", 0)
        case "integer" | "number":
            return max(schema.get("minimum", 1), 1)
        case "boolean":
            return True
    return FORMATS.get(schema.get("format", ""), "KY" if "jurisdiction" in name else "other")


def _resolved(api: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        return _resolved(api, api["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return _resolved(api, schema[choice][0])
    return schema
