"""Plain words that ask the coach itself for something, such as "back" or "my drafts"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Command(StrEnum):
    """What a person can ask of the coach at any time."""

    HELP = "help"
    HELLO = "hello"
    THANKS = "thanks"
    WAIT = "wait"
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


# "cancel" asks whether to put aside or end, as "stop" does: only the words on the button end a run at once.
PHRASES: dict[Command, tuple[str, ...]] = {
    Command.HELP: (
        "help",
        "help me",
        "i need help",
        "what can you do",
        "what do you do",
        "what can i do",
        "what can i say",
        "what now",
        "commands",
        "menu",
        "how does this work",
    ),
    Command.HELLO: (
        "hello",
        "hello there",
        "hi",
        "hi there",
        "hey",
        "good morning",
        "good afternoon",
        "good evening",
        "start",
    ),
    Command.THANKS: ("thanks", "thank you", "thanks a lot", "thank you very much", "many thanks", "cheers"),
    Command.WAIT: (
        "wait",
        "one moment",
        "just a moment",
        "one minute",
        "just a minute",
        "give me a minute",
        "one second",
        "hang on",
        "hold on",
        "brb",
    ),
    Command.BACK: (
        "back",
        "go back",
        "go back one",
        "one back",
        "step back",
        "undo",
        "undo that",
        "take it back",
        "take that back",
        "previous",
        "previous question",
    ),
    Command.CHANGE: (
        "change",
        "change an answer",
        "change my answer",
        "change something",
        "correct an answer",
        "correct something",
        "edit",
        "edit an answer",
    ),
    Command.PAUSE: (
        "pause",
        "pause this",
        "put aside",
        "put it aside",
        "put this aside",
        "later",
        "not now",
        "finish later",
        "do it later",
        "save and leave",
        "take a break",
    ),
    Command.RESUME: (
        "resume",
        "continue",
        "go on",
        "carry on",
        "keep going",
        "pick up where i left off",
        "where were we",
        "where was i",
    ),
    Command.STOP: (
        "stop",
        "stop it",
        "stop this",
        "quit",
        "exit",
        "cancel",
        "cancel it",
        "cancel this",
        "discard",
    ),
    Command.CANCEL: ("end it", "end this"),
    Command.DRAFTS: (
        "my drafts",
        "my draft",
        "drafts",
        "draft",
        "the draft",
        "show my drafts",
        "show drafts",
        "show me my drafts",
        "see my drafts",
        "list my drafts",
        "where is my draft",
        "where are my drafts",
    ),
    Command.WHY: ("why", "why do you ask", "why do you need this", "why do you need that", "what for"),
    Command.EXAMPLE: (
        "example",
        "an example",
        "show an example",
        "show me an example",
        "give me an example",
        "for example",
    ),
    Command.REPEAT: (
        "repeat",
        "repeat that",
        "repeat the question",
        "say that again",
        "again",
        "what was the question",
    ),
    Command.SKIP: ("skip", "skip it", "skip this", "pass", "prefer not to say", "i prefer not to say"),
    Command.KEEP: (
        "keep",
        "keep it",
        "keep it as it is",
        "same",
        "same as before",
        "leave it",
        "leave it as it is",
    ),
}
_BY_PHRASE = {phrase: command for command, phrases in PHRASES.items() for phrase in phrases}
_POLITE_BEFORE = re.compile(
    r"(?:please|pls|ok|okay|sorry|just|can you|could you|can i|could i|may i|i want to|i need to|i would like to|"
    r"i'd like to|i have to|let me|let's|how do i|how can i) "
)
_POLITE_AFTER = re.compile(r" (?:please|pls|now|for now|thanks|thank you)$")
_CHANGE_WHAT = re.compile(r"(?:change|correct|edit|go back to) (?:the |my )?(?P<what>.+?)(?: answer)?")
_NAMES_NOTHING = frozenset(
    {"it", "this", "that", "answer", "answers", "last", "last one", "previous", "previous one"}
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as a person gave it; `what` is the question named after "change"."""

    command: Command
    what: str = ""


def read_command(text: str) -> Asked | None:
    """The command that the whole of `text` is, or None. Nothing is guessed here: an answer may look like one."""
    words = plain(text)
    asked = _without_politeness(words)
    if command := _BY_PHRASE.get(words) or _BY_PHRASE.get(asked):
        return Asked(command)
    if match := _CHANGE_WHAT.fullmatch(asked):
        return Asked(Command.CHANGE, "" if match["what"] in _NAMES_NOTHING else match["what"])
    return None


def plain(text: str) -> str:
    """`text` in small letters, without punctuation, one space between words."""
    words = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return " ".join(re.sub(r"[^\w' ]+", " ", words).split())


def _without_politeness(words: str) -> str:
    while match := _POLITE_BEFORE.match(words):
        words = words[match.end() :]
    while match := _POLITE_AFTER.search(words):
        words = words[: match.start()]
    return words
