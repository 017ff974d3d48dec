"""Plain words that ask the coach itself for something, such as "back" or "my drafts"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Command(StrEnum):
    """What a person can ask of the coach at any time."""

    HELP = "help"
    HELLO = "hello"
    BACK = "back"
    CHANGE = "change"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    CANCEL = "cancel"
    DRAFTS = "drafts"
    WHY = "why"
    EXAMPLE = "example"
    REPEAT = "repeat"
    SKIP = "skip"
    KEEP = "keep"


PHRASES: dict[Command, tuple[str, ...]] = {
    Command.HELP: (
        "help",
        "what can you do",
        "what can i do",
        "what can i say",
        "commands",
        "menu",
        "how does this work",
    ),
    Command.HELLO: ("hello", "hi", "hey", "good morning", "good afternoon", "good evening", "start"),
    Command.BACK: ("back", "go back", "undo", "take that back", "previous"),
    Command.CHANGE: ("change", "change an answer", "correct", "correct an answer", "edit"),
    Command.PAUSE: ("pause", "put aside", "put it aside", "later", "not now", "save and leave"),
    Command.RESUME: ("resume", "continue", "go on", "carry on", "where were we"),
    Command.STOP: ("stop", "quit", "exit"),
    Command.CANCEL: ("cancel", "end it", "discard"),
    Command.DRAFTS: ("my drafts", "drafts", "draft", "show my drafts", "where is my draft", "my draft"),
    Command.WHY: ("why", "why do you ask", "why do you need this", "why do you need that"),
    Command.EXAMPLE: ("example", "show an example", "show me an example", "for example"),
    Command.REPEAT: ("repeat", "repeat that", "say that again", "again", "what was the question"),
    Command.SKIP: ("skip", "skip this", "pass", "prefer not to say", "i prefer not to say"),
    Command.KEEP: ("keep", "keep it", "same", "same as before", "leave it"),
}
_BY_PHRASE = {phrase: command for command, phrases in PHRASES.items() for phrase in phrases}
_CHANGE_WHAT = re.compile(r"(?:change|correct|edit)\s+(?:the |my )?(?P<what>.+)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as a person gave it; `what` is the question named after "change"."""

    command: Command
    what: str = ""


def read_command(text: str) -> Asked | None:
    """The command that the whole of `text` is, or None. Nothing is guessed here: an answer may look like one."""
    words = plain(text)
    if command := _BY_PHRASE.get(words):
        return Asked(command)
    if match := _CHANGE_WHAT.fullmatch(text.strip()):
        return Asked(Command.CHANGE, match["what"].strip(" ?.!"))
    return None


def plain(text: str) -> str:
    """`text` in small letters, without punctuation, one space between words."""
    return " ".join(re.sub(r"[^\w' ]+", " ", text.lower()).split())
