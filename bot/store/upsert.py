"""One spelling, on both engines, for an insert that says what to do when the row is already there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T", bound=Executable)
Insert: TypeAlias = postgresql.Insert | sqlite.Insert


def on_both_engines(table: Table, finish: Callable[[Insert], T]) -> Callable[[Connection], T]:
    """The insert that `finish` makes, built once: building a statement costs more than running it."""
    built = {"postgresql": finish(postgresql.insert(table)), "sqlite": finish(sqlite.insert(table))}
    return lambda conn: built[conn.dialect.name]
