"""The longest shipped playbook, played to its end, and a run of it that never stops growing."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from bot.content.library import Library
from bot.content.reader import load_library
from bot.strict_yaml import read_all
from playbooks.run import Answered, Asked, Event
from playbooks.scenario import play
from playbooks.script import AnswerType, Script

BY = "visitor-0"


def longest_played() -> tuple[Library, Script, tuple[Event, ...]]:
    """The library, and of all its playbooks and their scenarios the run with the most events that came to its end."""
    library = load_library(None)
    runs = [run for book in library.playbooks.values() for run in _played(book.script, library)]
    script, events = max(runs, key=lambda run: len(run[1]))
    return library, script, events


def grown(script: Script, events: tuple[Event, ...], count: int) -> tuple[Event, ...]:
    """The run, with its texts corrected again and again until it has `count` events, a text question open at its end."""
    texts = [
        step.id
        for step in script.steps
        if (ask := script.ask(step.id)) and ask.type in {AnswerType.TEXT, AnswerType.LONG_TEXT}
    ]
    grown = list(events)
    while len(grown) < count:
        step, seq = texts[len(grown) // 2 % len(texts)], len(grown)
        words = f"Cold room CR-02, as written in log CS-02 on page {seq}"
        answered = Answered(step, (words,), said=words)
        grown.append(Event(seq + 1, events[-1].at, BY, Asked(step, is_correction=True)))
        grown.append(Event(seq + 2, events[-1].at, BY, answered))
    last = Event(count, events[-1].at, BY, Asked(texts[0], is_correction=True))
    return (*grown[: count - 1], last)


def _played(script: Script, library: Library) -> list[tuple[Script, tuple[Event, ...]]]:
    path = Path(str(files("playbooks"))) / "library" / f"{script.id}.test.yaml"
    runs = []
    for document in read_all(path.read_bytes(), str(path)):
        scenario: Any = document.data  # its shape was checked when the library was read
        given = scenario["given"]
        site = library.site(given.get("site", ""))
        now = datetime.fromisoformat(given.get("clock", "2026-06-03T09:00")).replace(tzinfo=UTC)
        played = play(script, scenario["answers"], site.frozen_for("operator"), now, site.place)
        if played.is_finished:
            runs.append((script, played.events))
    return runs
