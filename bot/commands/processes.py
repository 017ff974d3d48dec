"""Running the coach: a demonstration, or the processes of the Procfile."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bot import app as application
from bot import logs, wall_clock
from bot.app import App
from bot.process import Duties, run_process
from bot.settings import Settings, read_settings
from bot.store import migrate as migration

Port = Annotated[int | None, typer.Option(help="The port to listen on; else PORT, else 8000.")]


def demo(port: Port = None) -> None:
    """Show the coach with people of a plant that does not exist, on a database that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="qms-coach-demo-") as folder:
        settings = read_settings().for_demo(Path(folder), port)
        logs.begin("WARNING", is_for_people=True)
        migration.upgrade(settings.database_url)
        app = _built(settings, is_demo=True)
        application.add_example_people(app)
        everything = Duties(serves=True, delivers=True, keeps_time=True)
        _run(app, everything, is_demo=True)


def serve(
    all_: Annotated[bool, typer.Option("--all", help="Also do what `worker` and `clock` do.")] = False,
    port: Port = None,
) -> None:
    """Serve the web chat (the Procfile's `web`)."""
    app = _built(_logged().on_port(port))
    _run(app, Duties(serves=True, delivers=all_, keeps_time=all_))


def worker() -> None:
    """Send what is due and what a lost process left behind."""
    _run(_built(_logged()), Duties(delivers=True))


def clock() -> None:
    """Do what is done by the clock: anchors, pruning, giving up what is past its time."""
    _run(_built(_logged()), Duties(keeps_time=True))


def migrate() -> None:
    """Bring the database to this release's tables. Running it again changes nothing."""
    settings = _logged()
    application.must_last(settings)
    migration.upgrade(settings.database_url)
    typer.echo(f"The database is at version {migration.expected()}.")


def _logged() -> Settings:
    settings = read_settings()
    logs.begin(settings.log_level)
    return settings


def _built(settings: Settings, *, is_demo: bool = False) -> App:
    clock = wall_clock.pretend(settings.pretend_now) if is_demo and settings.pretend_now else wall_clock.now
    return application.build(settings, clock=clock)


def _run(app: App, duties: Duties, *, is_demo: bool = False) -> None:
    try:
        asyncio.run(run_process(app, duties, is_demo=is_demo, ready=_say_where))
    finally:
        app.close()


def _say_where(address: str) -> None:
    typer.echo(f"The coach is at {address}  (stop it with Ctrl+C)", err=True)
