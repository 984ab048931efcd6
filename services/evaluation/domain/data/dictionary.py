"""The dictionary of all data: made from the models of the rows, so that it cannot tell anything else than they do."""

from typing import Any

from services.evaluation.domain.data import TABLES
from shared.tabular.columns import Column, about, columns_of

NAMES = list(Column.model_fields)


def columns() -> list[Column]:
    """Every column of every table."""
    return [column for one in TABLES for column in columns_of(one)]


def rows() -> list[dict[str, Any]]:
    """The same as rows of a table."""
    return [{**column.model_dump(), "values": "; ".join(column.values)} for column in columns()]


def page() -> str:
    """The same to be read, a section a table."""
    lines: list[str] = []
    for one in TABLES:
        lines += [f"## {one.table}", "", f"{about(one)} A row is named by {_listed(one.key)}.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        lines += [f"| `{column.column}` | {_type(column)} | {_meaning(column)} |" for column in columns_of(one)]
        lines.append("")
    return "\n".join(lines)


def as_document() -> str:
    """The page docs/dictionary.md."""
    made = "Made by `throughline data docs` from the models of the rows."
    return f"# The data dictionary\n\n{made} How to have the tables: [data for evaluators](data.md).\n\n{page()}"


def _listed(key: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in key)


def _type(column: Column) -> str:
    unit = f", {column.unit}" if column.unit else ""
    return f"{column.type}{unit}{', or empty' if column.may_be_empty else ''}"


def _meaning(column: Column) -> str:
    values = f": {', '.join(f'`{value}`' for value in column.values)}" if column.values else ""
    kept_back = " (*kept back where it would tell of few people*)" if column.suppressed else ""
    return column.description.replace("|", "\\|") + values + kept_back
