"""For the person who watches over it: the audit, and how the running system is doing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot import app as application
from bot import jobs, logs
from bot.check_review import AGAIN_AFTER, ROLE
from bot.commands.opened import opened, opened_database
from bot.content.readiness import lacking
from bot.dashboard.health import figures
from bot.errors import CoachError
from bot.settings import os_user, read_settings
from bot.store import audit, check_reviews, migrate, outbox, people
from bot.store.verification import verify as verify_audit

_LATEST = 5  # troubles that are named one by one

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
    with opened_database(settings) as database:
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
    with opened_database(settings) as database, _file_of_anchors(settings.anchor_file):
        try:
            jobs.anchor(database, settings.anchor_file)
        except jobs.AnchorFileRefused as refused:
            raise CoachError(f"{refused}; correct QMS_COACH_ANCHOR_FILE") from refused
        has_anchors = any(jobs.exported(settings.anchor_file))
    if has_anchors:
        typer.echo(f"The audit is anchored; the anchors are in {settings.anchor_file}.")
    else:
        typer.echo("The audit holds nothing yet, so there was nothing to anchor.")


def doctor(
    site_ready: Annotated[
        bool, typer.Option("--site-ready", help="Say instead what each site still lacks for its playbooks.")
    ] = False,
) -> None:
    """Say how the running system is doing, and what to look at."""
    if site_ready:
        _say_what_is_lacking()
        return
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
        with app.database.reading() as conn:
            troubles = outbox.troubles(conn, _LATEST)
            sent = check_reviews.sent_since(conn, app.clock() - AGAIN_AFTER)
        checks = app.coach.checks_due()
    finally:
        app.close()
    for figure in found:
        labels = " ".join(value for _, value in figure.labels)
        mark = "LOOK: " if figure.needs_a_look else ""
        typer.echo(
            f"{mark}{figure.help.lower()}{f' ({labels})' if labels else ''}: {figure.value:g}{figure.unit}"
        )
    for each in troubles:
        typer.echo(
            f"  {each.written_at:%Y-%m-%d %H:%M} UTC, {each.state}: {each.kind} by {each.channel}: {each.why}"
        )
    for review in sent:
        kept = _kept(review.check, review.site, review.kept, review.cases)
        typer.echo(f"{kept}; QA was asked to look at it on {review.sent_at:%Y-%m-%d}")
    for waits in checks:
        kept = _kept(waits.tally.check, waits.site.id, waits.tally.kept, waits.tally.cases)
        if waits.to:
            typer.echo(f"{kept}; QA is asked to look at it in the next working hour")
        else:
            typer.echo(f"LOOK: {kept}; nobody stands on the roster {ROLE} to look at it")
    if not any(figure.name == "heartbeat_age_seconds" for figure in found):
        typer.echo("no process has run on this database yet; start one with: qms-coach serve --all")
    if any(figure.needs_a_look for figure in found) or any(not each.to for each in checks):
        raise typer.Exit(1)
    typer.echo("Nothing needs a look.")


def _kept(check: str, site: str, kept: int, cases: int) -> str:
    return f"coaching check {check} at {site}: words were kept in {kept} of {cases} cases"


def _say_what_is_lacking() -> None:
    with opened() as app:
        with app.database.reading() as conn:
            directory = people.everyone(conn)
        found = {
            site.id: tuple(
                lacking(app.library, site, directory, app.clock().astimezone(site.place.zone).date())
            )
            for site in app.library.sites.values()
        }
    for site_id, lacks in found.items():
        for each in lacks or ("ready",):
            typer.echo(f"{site_id}: {each}")
    if any(found.values()):
        raise typer.Exit(1)


@contextmanager
def _file_of_anchors(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise CoachError(
            f"the anchor file {file} cannot be used: {reason}; correct QMS_COACH_ANCHOR_FILE"
        ) from error
