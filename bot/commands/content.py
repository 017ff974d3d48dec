"""For authors: what is wrong with the content, with file and line, and how a playbook reads and looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from bot import wall_clock
from bot.content.library import Library
from bot.content.reader import read_shelf
from bot.content.trial import Trial
from bot.settings import read_settings
from playbooks.graph import mermaid, step_list
from playbooks.script import Script


def check(
    playbooks: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PLAYBOOK]…", help="The playbooks to try; all where none is named."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Read and judge everything, try no playbook.")
    ] = False,
) -> None:
    """Check every content file: the shipped ones, and the site's own where QMS_COACH_SITE names its folder.

    A playbook is tried by playing its scenarios and walking every path.
    """
    settings = read_settings()
    shelf = read_shelf(
        settings.site_folder,
        today=wall_clock.now().date(),
        tries=() if quick else playbooks or None,
        cache=settings.cache_folder,
    )
    errors = [finding for finding in shelf.findings if not finding.is_warning]
    warnings = [finding for finding in shelf.findings if finding.is_warning]
    for finding in (*errors, *warnings):
        typer.echo(str(finding))
    library = shelf.library
    if not errors:  # else what was named may be there, and could not be read
        for name in playbooks or ():
            library.script(name)
    for name, trial in shelf.trials.items():
        typer.echo(f"{name}: {', '.join(_summary(library, library.script(name), trial))}")
    read = (
        _count(len(library.playbooks), "playbook"),
        _count(len(library.sources), "source"),
        _count(len(library.sites), "site"),
    )
    found = (_count(len(errors), "error"), _count(len(warnings), "warning"))
    typer.echo(f"{', '.join(read)}: {', '.join(found)}")
    if errors:
        raise typer.Exit(1)


def graph(
    script: Annotated[str, typer.Argument(help="The playbook's id, such as deviation-open.")],
    as_list: Annotated[bool, typer.Option("--list", help="Print the steps as a procedure instead.")] = False,
) -> None:
    """Draw a playbook: a Mermaid flowchart, or every step in words, to be read and signed."""
    settings = read_settings()
    shelf = read_shelf(settings.site_folder, tries=(), cache=settings.cache_folder, judges_again=False)
    if script not in shelf.library.playbooks:
        shelf.sound()  # perhaps it is there, and cannot be read: then say so
    found = shelf.library.script(script)
    typer.echo(step_list(found) if as_list else mermaid(found), nl=False)


def _summary(library: Library, script: Script, trial: Trial) -> Iterator[str]:
    """What there is of a playbook, and how far it was tried."""
    yield f"version {script.version}"
    yield _count(len(script.steps), "step")
    yield _count(trial.scenarios, "scenario") + (
        f" for {trial.covered.percent}% of them" if trial.covered else ""
    )
    yield _count(trial.explored.combinations, "combination")
    yield _count(trial.explored.paths, "path")
    yield f"at most {_count(trial.explored.questions, 'question')}"
    if approval := library.approval(script):
        yield f"approved by {approval.name} on {approval.approved_on}"
    elif not library.site().is_fictional:
        yield "not approved"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
