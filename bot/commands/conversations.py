"""Talking with the coach at a prompt, and playing a playbook from a file of answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot import app as application
from bot import logs
from bot.channels.terminal import Console
from bot.content import Library, load_library, read_answers
from bot.desk import TerminalDesk
from bot.document import as_docx, as_markdown
from bot.errors import CoachError
from bot.settings import read_settings
from bot.site import Site
from bot.store import migrate as migration
from playbooks.answer import Place
from playbooks.draft import draft_of
from playbooks.loader import nearest
from playbooks.run import Drafted
from playbooks.scenario import Played
from playbooks.scenario import play as play_script
from playbooks.script import Script

SiteOption = Annotated[str, typer.Option(help="The site's id; else the first one set up.")]


def chat(
    as_: Annotated[str, typer.Option("--as", help="Whom to be, in the demonstration: a person's id.")] = "",
    site: SiteOption = "",
) -> None:
    """Talk with the coach here. Piped lines work too. Say "exit" to leave; what is open is kept."""
    settings = read_settings()
    logs.begin("ERROR", is_for_people=True)
    clock = application.pretend(settings.pretend_now) if settings.pretend_now else application.now
    if settings.is_sqlite:
        migration.upgrade(settings.database_url)
    app = application.build(settings, clock=clock)
    try:
        application.must_be_migrated(app)
        application.settle_sites(app)
        person = application.person_at_prompt(app, as_, site)
        desk = TerminalDesk(app.database, app.coach, person.id, Path.cwd())
        console = Console(desk, person.id, typer.echo, new_id=application.new_secret)
        console.begin()
        console.run(_lines())
    finally:
        app.close()


def play(
    script: Annotated[str, typer.Argument(help="The playbook's id, such as deviation-short.")],
    answers: Annotated[Path, typer.Option(help="A YAML file: a step's name, and the answer to it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[Path | None, typer.Option(help="The folder to write the draft into.")] = None,
    site: SiteOption = "",
    role: Annotated[str, typer.Option(help="The role of the person who answers.")] = "operator",
) -> None:
    """Run a playbook from named answers, without a chat."""
    settings = read_settings()
    library = load_library(settings.site_folder)
    place = library.site(site)
    now = (application.pretend(settings.pretend_now) if settings.pretend_now else application.now)()
    chosen = _script(library, script)
    given = place.frozen_for(role)
    played = play_script(
        chosen,
        read_answers(answers),
        given,
        now,
        Place(ZoneInfo(place.zone), is_day_first=place.is_day_first),
    )
    draft = _written(library, chosen, played, place, out) if out else ""
    shown = _as_json(played, draft)
    typer.echo(json.dumps(shown, ensure_ascii=False, indent=2) if as_json else _as_lines(shown))
    if played.trouble or played.unused:
        raise typer.Exit(1)


def _lines() -> Iterator[str]:
    """The lines typed; a prompt is shown to a person, never to a pipe."""
    while True:
        if sys.stdin.isatty():
            typer.echo("\n> ", nl=False)
        line = sys.stdin.readline()
        if not line:
            return
        yield line.rstrip("\n")


def _script(library: Library, script_id: str) -> Script:
    if book := library.playbooks.get(script_id):
        return book.script
    raise CoachError(f"there is no playbook {script_id!r}; {nearest(script_id, library.playbooks)}")


def _written(library: Library, script: Script, played: Played, site: Site, out: Path) -> str:
    """Write the last draft as DOCX and Markdown; the path of the DOCX, or nothing when none was made."""
    made = next((event for event in reversed(played.events) if isinstance(event.what, Drafted)), None)
    if made is None or not isinstance(made.what, Drafted):
        return ""
    draft = draft_of(
        script,
        played.events,
        made,
        run="coach-play",
        site=site.name,
        zone=site.zone,
        names={},
        status_note="Played from a file of answers.",
    )
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{script.id}-draft-{draft.number}.docx"
    path.write_bytes(as_docx(draft, library.template_of(script, made.what.step)))
    path.with_suffix(".md").write_text(as_markdown(draft), encoding="utf-8")
    return str(path)


def _as_json(played: Played, draft: str) -> dict[str, object]:
    return {
        "asked": list(played.asked),
        "told": list(played.told),
        "stopped": played.stopped,
        "trouble": played.trouble,
        "open_points": list(played.open_points),
        "dormant": list(played.dormant),
        "unused": list(played.unused),
        "clocks": {},
        "coaching": {},
        "draft": draft,
        "finished": played.is_finished,
    }


def _as_lines(shown: dict[str, object]) -> str:
    lines = []
    for name, value in shown.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else value
        if text not in ("", {}, False) or name == "finished":
            lines.append(f"{name.replace('_', ' ')}: {text}")
    return "\n".join(lines)
