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
    NOTE = "note"
    HURRY = "hurry"
    REST = "rest"
    COPY = "copy"
    RUNS = "runs"
    WAITING = "waiting"
    HAND_OVER = "hand_over"
    WHO_SEES = "who_sees"
    HUMAN = "human"
    REVIEW = "review"


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
    Command.HURRY: (
        "the rest later",
        "leave the rest",
        "leave the rest for later",
        "do the rest later",
        "i am in a hurry",
    ),
    Command.REST: ("the rest", "do the rest", "go on with the rest", "continue with the rest"),
    Command.COPY: ("copy", "copy field by field", "copy the fields", "copy blocks"),
    Command.RUNS: (
        "my runs",
        "my open runs",
        "my deviations",
        "open runs",
        "what is open",
        "what do i have open",
        "what am i working on",
    ),
    Command.WAITING: (
        "waiting for me",
        "what is waiting for me",
        "what waits for me",
        "waiting list",
        "who is waiting for me",
    ),
    Command.WHO_SEES: (
        "who sees this",
        "who can see this",
        "who reads this",
        "who can read this",
        "who sees what i write",
        "is this private",
        "is this confidential",
        "privacy",
    ),
    Command.HUMAN: (
        "talk to a person",
        "talk to a human",
        "talk to someone",
        "talk to somebody",
        "speak to a person",
        "call someone",
    ),
    Command.REVIEW: (
        "review my text",
        "review a text",
        "review this text",
        "review the text",
        "review text",
        "review this",
        "review what i wrote",
        "look at my text",
        "look at this text",
        "look at a text",
        "look at what i wrote",
        "look at what i have written",
        "look over my text",
        "check my text",
        "check my wording",
        "check what i wrote",
        "coach me on this",
        "coach me on my text",
        "coach my text",
        "read my text",
        "read what i wrote",
        "feedback on my text",
        "give me feedback",
        "give me feedback on my text",
        "is my text good",
        "improve my text",
    ),
}
_BY_PHRASE = {phrase: command for command, phrases in PHRASES.items() for phrase in phrases}
_POLITE_BEFORE = re.compile(
    r"(?:please|pls|ok|okay|sorry|just|can you|could you|can i|could i|may i|i want to|i need to|i would like to|"
    r"i'd like to|i have to|let me|let's|how do i|how can i) "
)
_POLITE_AFTER = re.compile(r" (?:please|pls|now|for now|thanks|thank you)$")
_CHANGE_WHAT = re.compile(r"(?:change|correct|edit|go back to) (?:the |my )?(?P<what>.+?)(?: answer)?")
_RESUME_WHAT = re.compile(
    r"(?:resume|continue|go on|carry on|go back to|open)(?: with)? (?:the |my )?(?P<what>.+)"
)
_BEGIN_WHAT = re.compile(
    r"(?:start|begin|open|report|raise|new) (?:another |a new |a |an |the )?(?P<what>.+)"
)
_HAND_OVER_TO = re.compile(
    r"(?:hand (?:it |this )?over|give (?:it|this)|pass (?:it|this) on) to (?P<what>.+)"
)
_REVIEW_WHAT = re.compile(
    r"\s*(?:please |can you |could you )?(?:review|look at|look over|check|read|coach me on|give me feedback on)"
    r" (?:my|this|the|our|a) (?P<what>(?:(?:event |deviation )?description|(?:root )?cause|(?:corrective |preventive |capa )?action"
    r"|capa|effectiveness check|(?:lab |laboratory |oos |oot )?note|text)[\s?.!]*(?:[:\n].*)?)",
    re.IGNORECASE | re.DOTALL,
)
_NOTE = re.compile(r"\s*note\s*:\s*(?P<what>.+)", re.IGNORECASE | re.DOTALL)
_DANGER = re.compile(
    r"\b(?:hurt|injured|injury|bleeding|bleeds|unconscious|collapsed|fainted|choking|scalded|electrocuted|ambulance"
    r"|fire|smoke|flames|explosion|exploded|(?:someone|somebody|colleague|operator|he|she|i) (?:just )?fell)\b"
)
_NO_DANGER = re.compile(
    r"\b(?:nobody|no one|noone|never|not|won't|wont|can't|cant|doesn't|doesnt|didn't|didnt) (?:is |was |got |be )?hurt\b"
)
_NAMES_NOTHING = frozenset(
    {"it", "this", "that", "answer", "answers", "last", "last one", "previous", "previous one"}
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as a person gave it; `what` is what it names: the question to change, the run, the person, the note."""

    command: Command
    what: str = ""


def read_command(text: str) -> Asked | None:
    """The command that the whole of `text` is, or None. Nothing is guessed here: an answer may look like one."""
    if match := _NOTE.fullmatch(text):
        return Asked(Command.NOTE, match["what"].strip())
    if match := _REVIEW_WHAT.fullmatch(text):
        return Asked(Command.REVIEW, match["what"])
    words = plain(text)
    asked = _without_politeness(words)
    if command := _BY_PHRASE.get(words) or _BY_PHRASE.get(asked):
        return Asked(command)
    if match := _CHANGE_WHAT.fullmatch(asked):
        return Asked(Command.CHANGE, "" if match["what"] in _NAMES_NOTHING else match["what"])
    if match := _HAND_OVER_TO.fullmatch(asked):
        return Asked(Command.HAND_OVER, match["what"])
    return None


def names_run(text: str) -> str:
    """What "continue …" names, or nothing; whether it is a run of the person is for the caller to see."""
    match = _RESUME_WHAT.fullmatch(_without_politeness(plain(text)))
    return match["what"] if match else ""


def names_playbook(text: str) -> str:
    """What "start …" names, or nothing; whether it is a playbook is for the caller to see."""
    match = _BEGIN_WHAT.fullmatch(_without_politeness(plain(text)))
    return match["what"] if match else ""


def names_danger(text: str) -> bool:
    """Whether `text` may say that somebody is hurt or in danger. Asking once too often does no harm."""
    return _DANGER.search(_NO_DANGER.sub(" ", plain(text))) is not None


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
