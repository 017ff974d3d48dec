"""What an administrator uploads to switch a chat platform on: Slack's manifest, and the app package for Teams."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import CoachError
from bot.settings import read_settings

slack = typer.Typer(no_args_is_help=True, help="Slack: what its app is set up with.")
teams = typer.Typer(no_args_is_help=True, help="Microsoft Teams: the app package to upload.")

Page = Annotated[
    str, typer.Option("--url", help="Where the world reaches the coach; else what QMS_COACH_URL says.")
]


@slack.callback()
def _slack() -> None:
    """Slack: what its app is set up with."""


@teams.callback()
def _teams() -> None:
    """Microsoft Teams: the app package to upload."""


@slack.command()
def manifest(
    url: Page = "",
    socket_mode: Annotated[
        bool, typer.Option("--socket-mode", help="For a coach that Slack cannot reach over the web.")
    ] = False,
) -> None:
    """Print the manifest to create the app from, as JSON."""
    from bot.channels.slack.manifest import manifest as written

    page = "" if socket_mode else _page(url)
    typer.echo(json.dumps(written(page, socket_mode=socket_mode), indent=2, ensure_ascii=False))


@teams.command()
def package(
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("qms-coach-teams.zip"),
    url: Page = "",
) -> None:
    """Write the app package: the manifest and its two icons."""
    from bot.channels.teams.package import build_package

    app_id = read_settings().teams_app_id
    if not app_id:
        raise CoachError("TEAMS_APP_ID is not set; it is the app (client) id of your bot")
    try:
        out.write_bytes(build_package(app_id, _page(url)))
    except OSError as error:
        raise CoachError(
            f"{out} cannot be written: {error.strerror}; name another file with --out"
        ) from error
    typer.echo(f"{out} is written; upload it in the Teams admin centre.")


def _page(given: str) -> str:
    page = (given or read_settings().public_url).rstrip("/")
    if not page.startswith("https://"):
        found = f"{page!r} is" if page else "there is"
        raise CoachError(
            f"{found} no address that the platform can reach; name it: --url https://coach.example.org"
        )
    return page
