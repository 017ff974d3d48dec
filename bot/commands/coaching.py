"""The coaching questions for a text in a file, without a chat."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.content.reader import load_library
from bot.errors import CoachError
from bot.settings import read_settings
from playbooks.coaching.catalogue import Listener, checks_of, look
from playbooks.coaching.finding import Kind, Known

AT_MOST = 2
STDIN = Path("-")


def coach_text(
    kind: Annotated[Kind, typer.Argument(help="What the text is.")],
    file: Annotated[Path, typer.Argument(help="The file with the text; - reads it from here.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Every question, not only the first two.")] = False,
    site: Annotated[
        str, typer.Option(help="The site whose switched checks count; else the first one set up.")
    ] = "",
) -> None:
    """Ask what the coach would ask about a text. Nothing is kept."""
    settings = read_settings()
    manner = load_library(settings.site_folder, settings.cache_folder).site(site).coaching
    found = look(_read(file), checks_of(kind), Known(glossary=manner.glossary), manner, Listener())
    asked = found if every else found[:AT_MOST]
    if as_json:
        questions = [{"check": one.check, "quote": one.quote, "question": one.question} for one in asked]
        typer.echo(json.dumps({"kind": kind.value, "questions": questions}, ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(one.question for one in asked) or "Nothing to ask.")


def _read(file: Path) -> str:
    """The text of a file. Raises CoachError when it cannot be read."""
    try:
        return (sys.stdin.buffer.read() if file == STDIN else file.read_bytes()).decode("utf-8-sig")
    except OSError as error:
        raise CoachError(f"{file} cannot be read: {error.strerror}; name another file") from error
    except UnicodeDecodeError as error:
        raise CoachError(f"{file} is no text; save it as UTF-8") from error
