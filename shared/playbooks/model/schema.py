"""The JSON Schema of playbooks for editors: pydantic's, with the words that each scope knows spelled out."""

from typing import Any

from shared.playbooks.model.guard import ANY
from shared.playbooks.scopes import SCOPES, names
from shared.playbooks.wait import Wait
from shared.playbooks.words import Scope

EXTEND, WITHOUT = "extend", "without"
OF_EXTENSIONS = (EXTEND, WITHOUT)
"""What only a playbook can say that changes another; the two are made one before the grammar sees them."""


def allow_extending(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with the words of a playbook that extends another, which says no more than it changes."""
    slug = {"pattern": "^[A-Za-z0-9_-]{1,64}$", "type": "string"}
    words = {
        EXTEND: slug | {"description": "The playbook whose words hold, as far as this one says nothing else."},
        WITHOUT: {"type": "array", "items": slug, "description": "Its rules that do not hold here."},
    }
    rule = schema["$defs"]["Rule"]
    schema["$defs"]["WholeRule"] = {"required": rule.pop("required")}
    rule["required"] = ["name"]
    by_itself = {
        "required": schema.pop("required"),
        "properties": {WITHOUT: False, "rules": {"items": {"$ref": "#/$defs/WholeRule"}}},
    }
    changes = {"required": ["playbook", "version"]}
    return schema | {
        "properties": words | schema["properties"],
        "if": {"required": [EXTEND]},
        "then": changes,
        "else": by_itself,
    }


def spell_out_scopes(schema: dict[str, Any]) -> None:
    """Add to the schema of a rule which moments and attributes it can name, by its scope."""
    schema["allOf"] = [
        {
            "if": {"properties": {"each": {"const": scope.name}}, "required": ["each"]},
            "then": {"properties": _words_of(scope)},
        }
        for scope in SCOPES.values()
    ]


def _words_of(scope: Scope) -> dict[str, Any]:
    moments = {"enum": list(scope.moments)}
    attributes = [*names(scope), *(f"{scope.name}.{own}" for own in scope.attributes), ANY]
    return {
        "when": {"propertyNames": {"enum": attributes}},
        "due": {"properties": {"after": moments, "before": moments}},
        "done_by": moments,
        "repeat": {"properties": {"until": moments}},
    }


def spell_out_waits(schema: Any) -> Any:
    """The schema with defaults of waits as people write them: 5 business days."""
    if isinstance(schema, list):
        return [spell_out_waits(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.keys() == {"n", "unit"}:
        return str(Wait(**schema))
    return {name: spell_out_waits(part) for name, part in schema.items()}
