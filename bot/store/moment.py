"""Times in the database: aware UTC in, aware UTC out, and the database's own clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Dialect, Float, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An instant. PostgreSQL keeps `timestamptz`; SQLite keeps UTC text that sorts as time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: it would be stored as another instant."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"{value!r} has no time zone; pass an aware datetime"
            raise ValueError(msg)
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def result_processor(self, dialect: Dialect, _coltype: object) -> Callable[[Any], datetime | None]:
        """Every time that comes out is aware and UTC. Read directly: a long run has thousands of them."""
        if dialect.name == "postgresql":
            return lambda value: None if value is None else value.astimezone(UTC)
        return lambda value: None if value is None else datetime.fromisoformat(f"{value}+00:00")


class db_now(GenericFunction[datetime]):  # noqa: N801 - used like an SQL function
    """The database's clock now, plus `after`: `db_now()`, `db_now(timedelta(seconds=60))`."""

    type = Moment()
    inherit_cache = True

    def __init__(self, after: timedelta | None = None, **kwargs: Any) -> None:
        # The seconds are a bound value, so that the statement is compiled once whatever they are.
        super().__init__(*() if after is None else (literal(after.total_seconds(), Float),), **kwargs)


@compiles(db_now, "sqlite")
def _sqlite_now(element: db_now, compiler: SQLCompiler, **kwargs: Any) -> str:
    after = compiler.process(element.clauses, **kwargs)
    modifier = f", ({after}) || ' seconds'" if after else ""
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now'{modifier})"


@compiles(db_now, "postgresql")
def _postgresql_now(element: db_now, compiler: SQLCompiler, **kwargs: Any) -> str:
    after = compiler.process(element.clauses, **kwargs)
    return f"(clock_timestamp() + make_interval(secs => {after}))" if after else "clock_timestamp()"
