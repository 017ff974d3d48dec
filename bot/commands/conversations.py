"""Talking with the coach at a prompt, and playing a playbook from a file of answers."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import app as application
from bot import logs, wall_clock
from bot.channels.terminal import Console
from bot.coach import DraftOrder
from bot.content.library import Library
from bot.content.reader import Answers, load_library, read_answers
from bot.conversation.wording import read_wording
from bot.desk import TerminalDesk
from bot.errors import CoachError
from bot.picture import Painter
from bot.settings import Settings, read_settings
from bot.site import Site
from bot.store import migrate as migration
from playbooks.draft import Around, draft_of, role_words
from playbooks.loader import nearest
from playbooks.run import Drafted
from playbooks.scenario import BY, Played
from playbooks.scenario import play as play_script
from playbooks.script import Script

SiteOption = Annotated[str, typer.Option(help="The site's id; else the first one set up.")]


def chat(
    as_: Annotated[str, typer.Option("--as", help="Whom to be, in the demonstration: a person's id.")] = "",
    site: SiteOption = "",
    preview: Annotated[
        bool,
        typer.Option(
            "--preview",
            help="Also start what is not released or not in force; on a database that is gone afterwards.",
        ),
    ] = False,
) -> None:
    """Talk with the coach here. Piped lines work too. Say "exit" to leave; what is open is kept."""
    settings = read_settings()
    logs.begin("ERROR", is_for_people=True)
    if not preview:
        _converse(settings, as_, site)
        return
    with tempfile.TemporaryDirectory(prefix="qms-coach-preview-") as folder:
        _converse(settings.for_preview(Path(folder)), as_, site, is_preview=True)


def play(
    script: Annotated[str, typer.Argument(help="The playbook's id, such as deviation-open.")],
    answers: Annotated[Path, typer.Option(help="A YAML file: a step's name, and the answer to it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[Path | None, typer.Option(help="The folder to write the draft into.")] = None,
    site: SiteOption = "",
    role: Annotated[str, typer.Option(help="The role of the person who answers.")] = "operator",
    preview: Annotated[
        bool,
        typer.Option(
            "--preview", help="Play it even if it is not released or not in force; the draft says so."
        ),
    ] = False,
) -> None:
    """Run a playbook from named answers, without a chat."""
    settings = read_settings()
    library = replace(load_library(settings.site_folder, settings.cache_folder), is_preview=preview)
    place = library.site(site)
    now = _clock(settings)()
    chosen = library.script(script)
    if why_not := library.why_not(chosen, place, now.astimezone(place.place.zone).date()):
        remedy = "" if library.unfit(chosen, place) else "; play it all the same with --preview"
        raise CoachError(f"{script} cannot be started at {place.id}: {why_not}{remedy}")
    read = read_answers(answers)
    played = play_script(chosen, read.by_step, place.frozen_for(role), now, place.place)
    draft = _written(library, chosen, played, place, role, out) if out else ""
    shown = _as_json(played, draft)
    typer.echo(json.dumps(shown, ensure_ascii=False, indent=2) if as_json else _as_lines(shown))
    if wrong := list(_wrong_with(chosen, read, played, library)):
        typer.echo("\n".join(wrong), err=True)
        raise typer.Exit(1)


def _converse(settings: Settings, as_: str, site: str, *, is_preview: bool = False) -> None:
    if settings.is_sqlite:
        migration.upgrade(settings.database_url)
    app = application.build(settings, clock=_clock(settings), is_preview=is_preview)
    try:
        application.must_be_migrated(app.database)
        application.settle_sites(app)
        person = application.person_at_prompt(app, as_, site)
        desk = TerminalDesk(app.database, app.coach, person.id, Path.cwd())
        console = Console(desk, person.id, typer.echo, new_id=application.new_secret)
        console.begin()
        console.run(_lines())
    finally:
        app.close()


def _clock(settings: Settings) -> Callable[[], datetime]:
    return wall_clock.pretend(settings.pretend_now) if settings.pretend_now else wall_clock.now


def _lines() -> Iterator[str]:
    """The lines typed; a prompt is shown to a person, never to a pipe."""
    while True:
        if sys.stdin.isatty():
            typer.echo("\n> ", nl=False)
        line = sys.stdin.readline()
        if not line:
            return
        yield line.rstrip("\n")


def _written(library: Library, script: Script, played: Played, site: Site, role: str, out: Path) -> str:
    """Write the last draft as DOCX and Markdown; the path of the DOCX, or nothing when none was made."""
    made = next((event for event in reversed(played.events) if isinstance(event.what, Drafted)), None)
    if made is None or not isinstance(made.what, Drafted):
        return ""
    note = f"{library.status_note(script, site)} Played from a file of answers.".strip()
    names = {told: role_words(told) for told in site.rosters} | {BY: role_words(role)}
    around = Around("coach-play", site.name, names, note)
    draft = draft_of(script, played.events, made, site.place, around)
    path = out / f"{script.id}-draft-{draft.number}.docx"
    order = DraftOrder(path.stem, draft, library.template_of(script, made.what.step), Painter())
    files = {kind: order.render(kind).content for kind in ("docx", "md")}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for kind, content in files.items():
            path.with_suffix(f".{kind}").write_bytes(content)
    except OSError as error:
        raise CoachError(
            f"the draft cannot be written to {out}: {error.strerror}; name another folder"
        ) from error
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
        "gone_to": played.gone_to,
        "clocks": {name: at.isoformat(timespec="minutes") for name, at in played.clocks.items()},
        "coaching": {
            step: [{"check": finding.check, "question": finding.question} for finding in findings]
            for step, findings in played.coaching.items()
        },
        "draft": draft,
        "finished": played.is_finished,
    }


def _as_lines(shown: dict[str, object]) -> str:
    lines = []
    for name, value in shown.items():
        match value:
            case bool():
                text = "yes" if value else "no"
            case list():
                text = ", ".join(map(str, value))
            case dict():
                text = "; ".join(f"{key} {_as_words(each)}" for key, each in value.items())
            case _:
                text = str(value or "")
        if text:
            lines.append(f"{name.replace('_', ' ')}: {text}")
    return "\n".join(lines)


def _as_words(value: object) -> str:
    """When a clock is due, or the questions put about a text."""
    return " ".join(str(each["question"]) for each in value) if isinstance(value, list) else str(value)


def _wrong_with(script: Script, answers: Answers, played: Played, library: Library) -> Iterator[str]:
    """What is wrong with the answers, with file and line: one that was not taken, those that nobody asked for."""
    if played.trouble:
        sentences = read_wording(library.wordings["en"]).texts
        given = answers.by_step[played.stopped]
        said = sentences.get(played.trouble, played.trouble)
        yield f"{answers.where(played.stopped)}: {played.stopped!r} cannot be {given!r}: {said}"
    for name in played.unused:
        where = answers.where(name)
        if name not in script.by_id:
            yield f"{where}: {script.id} asks no question {name!r}; {nearest(name, script.by_id)}"
        elif played.stopped:
            yield f"{where}: {name!r} was not asked: the run stopped at {played.stopped!r}"
        else:
            yield f"{where}: {name!r} was not asked on this path; remove the answer"
