"""For the person who watches over it: the audit, and how the running system is doing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot import app as application
from bot import jobs, logs
from bot.dashboard.health import figures
from bot.errors import CoachError
from bot.settings import os_user, read_settings
from bot.store import audit, migrate
from bot.store.database import Database
from bot.store.verification import verify as verify_audit

commands = typer.Typer(no_args_is_help=True, help="The audit: is it as it was written?")


@commands.command()
def verify(
    since_anchor: Annotated[int | None, typer.Option(help="Check only what follows this anchor.")] = None,
    anchors: Annotated[
        Path | None, typer.Option(help="The file of anchors kept outside; else QMS_COACH_ANCHOR_FILE.")
    ] = None,
) -> None:
    """Check every entry, the chain between them and the anchors; name the first wrong one of each stream."""
    settings = read_settings()
    file = anchors or settings.anchor_file
    if anchors and not anchors.exists():
        raise CoachError(
            f"there is no file {anchors}; leave --anchors out to compare with {settings.anchor_file}"
        )
    with _opened(settings.database_url) as database:
        with _file_of_anchors(file):
            lines = [line for _, line in jobs.exported(file)] if file.exists() else None
        with database.reading() as conn:
            found = verify_audit(conn, since_anchor=since_anchor, exported=lines)
        with database.writing() as conn:
            result = "sound" if found.is_sound else f"{len(found.findings)} findings"
            entry = audit.Entry(f"cli:{os_user()}", "audit verified", "audit", after=result)
            audit.append(conn, audit.SYSTEM, [entry])
    typer.echo(found.report())
    if lines is None:
        typer.echo(f"There is no anchor file at {file}: nothing outside the database was compared.")
    if not found.is_sound:
        raise typer.Exit(1)


@commands.command()
def anchor() -> None:
    """Anchor the audit now, and write the anchor into the file outside the database."""
    settings = read_settings()
    logs.begin("WARNING", is_for_people=True)
    with _opened(settings.database_url) as database, _file_of_anchors(settings.anchor_file):
        jobs.anchor(database, settings.anchor_file)
    if settings.anchor_file.exists():
        typer.echo(f"The audit is anchored; the anchors are in {settings.anchor_file}.")
    else:
        typer.echo("The audit holds nothing yet, so there was nothing to anchor.")


def doctor() -> None:
    """Say how the running system is doing, and what to look at."""
    settings = read_settings()
    app = application.build(settings)
    try:
        with app.database.reading() as conn:
            version = migrate.current(conn)
        typer.echo(f"database: {app.database.dialect}, version {version or 'none'} of {migrate.expected()}")
        if version != migrate.expected():
            typer.echo("LOOK: the database has other tables than this release; run: qms-coach migrate")
            raise typer.Exit(1)
        found = figures(app.database)
    finally:
        app.close()
    for figure in found:
        labels = " ".join(value for _, value in figure.labels)
        mark = "LOOK: " if figure.needs_a_look else ""
        typer.echo(
            f"{mark}{figure.help.lower()}{f' ({labels})' if labels else ''}: {figure.value:g}{figure.unit}"
        )
    if not any(figure.name == "heartbeat_age_seconds" for figure in found):
        typer.echo("no process has run on this database yet; start one with: qms-coach serve --all")
    if any(figure.needs_a_look for figure in found):
        raise typer.Exit(1)
    typer.echo("Nothing needs a look.")


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    """The database, which must have this release's tables."""
    database = Database(url)
    try:
        application.must_be_migrated(database)
        yield database
    finally:
        database.close()


@contextmanager
def _file_of_anchors(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise CoachError(
            f"the anchor file {file} cannot be used: {reason}; correct QMS_COACH_ANCHOR_FILE"
        ) from error
