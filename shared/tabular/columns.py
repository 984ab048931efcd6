"""The columns of a table, read off its model: the one place where names, types and meanings of data are told."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["text", "whole number", "number", "yes or no", "day", "instant"]
KINDS: Mapping[type, Kind] = {
    bool: "yes or no",
    int: "whole number",
    float: "number",
    datetime: "instant",
    date: "day",
    str: "text",
}
UNIT, SUPPRESSED = "unit", "suppressed"


class DataRow(BaseModel):
    """A row of a table that people take with them."""

    model_config = ConfigDict(frozen=True)
    table: ClassVar[str]
    """What the table is called in addresses and files."""
    key: ClassVar[tuple[str, ...]]
    """The columns that name a row: where it was corrected, it has the same."""

    @property
    def named(self) -> tuple[object, ...]:
        """What names this row among those of its table."""
        return tuple(getattr(self, name) for name in self.key)


class Gone(BaseModel):
    """The column that every table has besides."""

    gone: bool = Field(
        default=False,
        description="whether a row that was there before is there no more; then only its key is told",
    )


class Column(BaseModel):
    """A column as the dictionary tells it."""

    table: str
    column: str
    type: Kind
    values: list[str] = []
    """What can stand there; anything of its type where nothing is named."""
    unit: str = ""
    is_key: bool = False
    may_be_empty: bool = False
    suppressed: bool = False
    """Whether small numbers of people are kept back: then it is empty."""
    description: str


def columns_of(model: type[DataRow]) -> list[Column]:
    """The columns of a table in their order, with what each means."""
    fields = {**model.model_fields, **Gone.model_fields}
    return [_column(model, name, field) for name, field in fields.items()]


def about(model: type[DataRow]) -> str:
    """What a row of the table is, in a sentence."""
    return " ".join((model.__doc__ or "").split())


def _column(model: type[DataRow], name: str, field: Any) -> Column:
    kind, values, is_optional = _typed(field.annotation)
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    if not field.description:
        raise TypeError(f"{model.__name__}.{name} does not say what it means: give its Field a description")
    return Column(
        table=model.table,
        column=name,
        type=kind,
        values=values,
        unit=str(extra.get(UNIT, "")),
        is_key=name in model.key,
        may_be_empty=is_optional,
        suppressed=bool(extra.get(SUPPRESSED, False)),
        description=field.description,
    )


def _typed(annotation: Any) -> tuple[Kind, list[str], bool]:
    """The kind of a column, what can stand in it, and whether nothing can."""
    if get_origin(annotation) in (Union, UnionType):
        inner = [one for one in get_args(annotation) if one is not NoneType]
        kind, values, _ = _typed(inner[0])
        return kind, values, len(inner) < len(get_args(annotation))
    if get_origin(annotation) is Literal:
        values = list(get_args(annotation))
        return KINDS[type(values[0])], [str(value) for value in values], False
    return KINDS[annotation], [], False


def names_of(columns: Sequence[Column]) -> list[str]:
    """The names of some columns, as the heads of a table."""
    return [column.column for column in columns]
