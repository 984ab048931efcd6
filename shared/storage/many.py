"""Many rows in one statement, whose text is made once: what a toolkit works out for each row cost more than the row.

On SQLite a statement is run once for each row, in one call; on PostgreSQL the rows come as one array for each column.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from json import dumps
from operator import itemgetter
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Table,
    Text,
    bindparam,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.sqlite import aiosqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

Row = Mapping[str, Any]
Clash = Literal["refuse", "keep", "replace"]
"""What becomes of a row whose primary key is there already: an error, the old row stays, or the new one replaces it."""
SQLITE = aiosqlite.dialect()


async def insert_many(connection: AsyncConnection, into: Table, rows: Sequence[Row], clash: Clash = "refuse") -> int:
    """Insert rows that all have the same columns; tells how many were written."""
    if clash == "replace":
        # PostgreSQL does not write a row twice in one statement: the last one counts.
        rows = list(dict(zip(map(_key_of(into), rows), rows, strict=True)).values())
    if not rows:
        return 0
    said = tuple(rows[0])
    if unsaid := _unsaid(into, said):
        rows = [{**row, **unsaid} for row in rows]
    names = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        return await _each(connection, *_insert_one(into, names, said, clash), rows)
    return await _as_arrays(connection, _insert_arrays(into, names, said, clash), names, rows)


async def upsert(connection: AsyncConnection, into: Table, rows: Sequence[Row]) -> None:
    """Insert rows, or write what these say into those with the same primary key."""
    await insert_many(connection, into, rows, "replace")


async def update_many(
    connection: AsyncConnection, into: Table, by: Sequence[str], rows: Sequence[Row], counted: str = ""
) -> int:
    """In the row with these values of `by`, write the others; count up one column. Tells how many rows were found."""
    alike: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        alike[tuple(row)].append(row)
    found = 0
    for names, some in alike.items():
        if connection.dialect.name == "sqlite":
            found += await _each(connection, *_update_one(into, names, tuple(by), counted), some)
        else:
            found += await _as_arrays(connection, _update_arrays(into, names, tuple(by), counted), names, some)
    return found


def among(column: ColumnElement[Any], values: Collection[str] | Collection[int]) -> ColumnElement[bool]:
    """The condition that a column has one of these values, which go as one parameter however many they are."""
    return _is_one_of(column, bindparam(None, list(values), type_=_listed(column)))


def among_given(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """The same for a statement that is made once: the values come with each run of it, by this name."""
    return _is_one_of(column, bindparam(name, type_=_listed(column)))


def _listed(column: ColumnElement[Any]) -> "_Listed":
    return _Listed(of_numbers=column.type.python_type is int)


def _is_one_of(column: ColumnElement[Any], listed: BindParameter[Any]) -> ColumnElement[bool]:
    return column.bool_op("IN")(_Each(listed))


class _Listed(TypeDecorator[Any]):
    """A list as one parameter: an array, or JSON where there are none."""

    impl = Text
    cache_ok = True

    def __init__(self, of_numbers: bool = False) -> None:
        super().__init__()
        self.of_numbers = of_numbers

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(postgresql.ARRAY(postgresql.BIGINT() if self.of_numbers else Text()))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return dumps(list(value)) if dialect.name == "sqlite" else list(value)


class _Each(FunctionElement[Any]):
    """Each value of a list, as a row."""

    inherit_cache = True
    name = "each"


@compiles(_Each, "sqlite")
def _in_json(element: _Each, compiler: SQLCompiler, **more: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **more)}))"  # noqa: S608


@compiles(_Each, "postgresql")
def _in_array(element: _Each, compiler: SQLCompiler, **more: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **more)}))"


@lru_cache(maxsize=256)
def _unsaid(into: Table, names: tuple[str, ...]) -> Row:
    """What stands in the columns that rows do not name, where the table says it."""
    left_out = (column for column in into.columns if column.name not in names and column.default is not None)
    return {column.name: column.default.arg for column in left_out}  # type: ignore[union-attr]


def _key_of(into: Table) -> Any:
    return itemgetter(*(column.name for column in into.primary_key))


async def _each(
    connection: AsyncConnection, text: str, names: tuple[str, ...], writes: Any, rows: Sequence[Row]
) -> int:
    """Run a statement once for each row, in one call of the driver."""
    columns = (
        [write(row[name]) for row in rows] if write else [row[name] for row in rows]
        for name, write in zip(names, writes, strict=True)
    )
    return (await connection.exec_driver_sql(text, list(zip(*columns, strict=True)))).rowcount


async def _as_arrays(connection: AsyncConnection, statement: Any, names: tuple[str, ...], rows: Sequence[Row]) -> int:
    """Run a statement once, with one array for each column."""
    return (await connection.execute(statement, {_array(name): [row[name] for row in rows] for name in names})).rowcount


Texted = tuple[str, tuple[str, ...], tuple[Any, ...]]
"""The text of a statement, the columns in the order in which it wants their values, and how each is written."""


@lru_cache(maxsize=256)
def _insert_one(into: Table, names: tuple[str, ...], said: tuple[str, ...], clash: Clash) -> Texted:
    statement = sqlite.insert(into).values({name: bindparam(name, type_=into.c[name].type) for name in names})
    return _texted(_unless(statement, into, said, clash), into)


@lru_cache(maxsize=256)
def _update_one(into: Table, names: tuple[str, ...], by: tuple[str, ...], counted: str) -> Texted:
    given = {name: bindparam(f"{name}_", type_=into.c[name].type) for name in names}
    found = (into.c[name] == given[name] for name in by)
    written = {name: given[name] for name in names if name not in by}
    return _texted(update(into).where(*found).values(written | _counting(into, counted)), into)


def _texted(statement: Any, into: Table) -> Texted:
    compiled = statement.compile(dialect=SQLITE)
    names = tuple(name.removesuffix("_") for name in compiled.positiontup)
    writes = (into.c[name].type.dialect_impl(SQLITE).bind_processor(SQLITE) for name in names)
    return str(compiled), names, tuple(writes)


@lru_cache(maxsize=256)
def _insert_arrays(into: Table, names: tuple[str, ...], said: tuple[str, ...], clash: Clash) -> Any:
    told = _arrays(into, names)
    statement = postgresql.insert(into).from_select(names, select(*(told.c[name] for name in names)))
    return _unless(statement, into, said, clash)


@lru_cache(maxsize=256)
def _update_arrays(into: Table, names: tuple[str, ...], by: tuple[str, ...], counted: str) -> Any:
    told = _arrays(into, names)
    found = (into.c[name] == told.c[name] for name in by)
    written = {name: told.c[name] for name in names if name not in by}
    return update(into).where(*found).values(written | _counting(into, counted))


def _arrays(into: Table, names: tuple[str, ...]) -> Any:
    """Rows made of one array for each column."""
    arrays = (bindparam(_array(name), type_=postgresql.ARRAY(into.c[name].type)) for name in names)
    return func.unnest(*arrays).table_valued(*(Column(name, into.c[name].type) for name in names)).render_derived()


def _array(name: str) -> str:
    return f"all_{name}"


def _counting(into: Table, counted: str) -> dict[str, Any]:
    return {counted: into.c[counted] + literal_column("1")} if counted else {}


def _unless(statement: Any, into: Table, said: tuple[str, ...], clash: Clash) -> Any:
    if clash == "refuse":
        return statement
    keys = [column.name for column in into.primary_key]
    changed = {name: statement.excluded[name] for name in said if name not in keys}
    if clash == "keep" or not changed:
        return statement.on_conflict_do_nothing()
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)
