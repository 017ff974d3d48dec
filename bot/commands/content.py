"""For authors: what is wrong with the content, with file and line."""

from __future__ import annotations

import typer

from bot.content import read_shelf
from bot.settings import read_settings


def check() -> None:
    """Check every content file: the shipped ones, and the site's own where QMS_COACH_SITE names its folder."""
    shelf = read_shelf(read_settings().site_folder)
    errors = [finding for finding in shelf.findings if not finding.is_warning]
    warnings = [finding for finding in shelf.findings if finding.is_warning]
    for finding in (*errors, *warnings):
        typer.echo(str(finding))
    library = shelf.library
    read = (
        _count(len(library.playbooks), "playbook"),
        _count(len(library.sources), "source"),
        _count(len(library.sites), "site"),
    )
    found = (_count(len(errors), "error"), _count(len(warnings), "warning"))
    typer.echo(f"{', '.join(read)}: {', '.join(found)}")
    if errors:
        raise typer.Exit(1)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
