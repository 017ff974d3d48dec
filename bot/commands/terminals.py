"""For the person who runs the coach: which browsers are shared terminals."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import app as application
from bot.commands.directory import LINK_LIFETIME, Address, page_of
from bot.commands.opened import opened
from bot.doorkeeper import hashed
from bot.errors import CoachError
from bot.settings import os_user
from bot.store import audit, terminals
from bot.store.database import Transaction

commands = typer.Typer(no_args_is_help=True, help="Shared terminals: browsers that many people use.")

_SHORT = 12  # as much of a terminal's hash as tells it from the others

SiteOption = Annotated[str, typer.Option(help="The site's id; else the first one set up.")]


@commands.command()
def enrol(site: SiteOption = "", address: Address = "") -> None:
    """Make a link that turns the browser it is opened in into a shared terminal, once, within 24 hours."""
    with opened() as app:
        at = app.library.site(site)
        page = page_of(app, address)
        token = application.new_secret()
        with app.database.writing() as conn:
            terminals.invite(conn, at.id, hashed(token), LINK_LIFETIME)
            _note(conn, "terminal link made", f"site:{at.id}")
    typer.echo(f"{page}/terminal/{token}")


@commands.command("list")
def list_(site: Annotated[str, typer.Option(help="Those of this site only.")] = "") -> None:
    """List the shared terminals: the short name of each, its site, and since when it is one."""
    with opened() as app:
        at = app.library.site(site).id if site else ""
        with app.database.reading() as conn:
            found = [each for each in terminals.in_use(conn) if not at or each.site == at]
    for each in found:
        typer.echo(f"{each.cookie_hash[:_SHORT]}  {each.site}  since {each.enrolled_at:%Y-%m-%d %H:%M} UTC")
    if not found:
        typer.echo("There is no shared terminal; make one with: qms-coach terminal enrol")


@commands.command()
def close(terminal: Annotated[str, typer.Argument(help="The short name that `list` prints.")]) -> None:
    """Make a browser an ordinary one again, for instance when the tablet is lost."""
    with opened() as app, app.database.writing() as conn:
        found = [
            each for each in terminals.in_use(conn) if terminal and each.cookie_hash.startswith(terminal)
        ]
        if len(found) != 1:
            raise CoachError(
                f"{len(found) or 'no'} shared terminals are called {terminal!r}; see: qms-coach terminal list"
            )
        terminals.close(conn, found[0].cookie_hash)
        _note(conn, "terminal closed", f"site:{found[0].site}", found[0].cookie_hash[:_SHORT])
    typer.echo(f"{found[0].cookie_hash[:_SHORT]} is no shared terminal any more.")


def _note(conn: Transaction, action: str, what: str, before: str = "") -> None:
    audit.append(conn, audit.ACCESS, [audit.Entry(f"cli:{os_user()}", action, what, before=before)])
