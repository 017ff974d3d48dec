"""The same coach at a prompt: replies as plain lines, and a typed number or letter as the button it stands for.

Works with piped lines too; then nothing is coloured and no prompt is printed.
"""

from __future__ import annotations

import shlex
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from string import ascii_lowercase
from typing import Protocol

from bot.attachment import Attachment, AttachmentRefused, must_fit, read_attachment
from bot.errors import CoachError
from bot.message import Address, Identity, Message, legible
from bot.reply import Choice, Fact, File, Reply, Tone

CHANNEL = "terminal"
SAVE = "save"
ATTACH = "attach"
_WIDTH = 88
_LEAVING = frozenset({"exit", "quit", "bye"})
_MARKS = {Tone.STOP: "!! ", Tone.NOTICE: "-- ", Tone.DONE: "ok "}


class Desk(Protocol):
    """The coach as the terminal sees it."""

    def hear(self, message: Message, attachments: Sequence[Attachment] = ()) -> Sequence[Reply]:
        """Take in `message` and the files sent with it; what the coach says to it, after the commit."""

    def save(self, file: File) -> str:
        """Write a draft where the person can find it; the path."""

    def load(self, path: str) -> bytes:
        """The content of a file that is to be sent. Raises CoachError where it cannot be read."""


@dataclass(slots=True)
class Console:
    """One person's conversation at a prompt. `new_id` names each message."""

    desk: Desk
    person: str
    write: Callable[[str], None]
    new_id: Callable[[], str]
    choices: tuple[Choice, ...] = ()
    asides: tuple[Choice, ...] = ()
    files: tuple[File, ...] = field(default=())
    latest: Reply | None = None

    def begin(self) -> None:
        """Greet, or take up again what is open."""
        self.say(self.message("hello"))

    def run(self, lines: Iterable[str]) -> None:
        """Take in lines until they end or the person leaves."""
        for line in lines:
            if line.strip().lower() in _LEAVING:
                return
            self.take(line)

    def take(self, line: str) -> None:
        """One line: a number that stands for a button, `save`, `attach` and paths, or words."""
        text = legible(line).strip()
        command, _, paths = text.partition(" ")
        if command.lower() == ATTACH and paths.strip() and self.asks_for_files:
            self.attach(paths)
            return
        if text.lower() == SAVE and self.files:
            for file in self.files:
                self.write(visible(f"   saved: {self.desk.save(file)}"))
            return
        self.say(self.message(text))

    @property
    def asks_for_files(self) -> bool:
        """Whether the open question is one for files; elsewhere `attach` is a word like any other."""
        return bool(self.latest and self.latest.field and self.latest.field.kind == "attachment")

    def attach(self, paths: str) -> None:
        """Send the files at these paths; one with spaces in it stands in quotes."""
        try:
            loaded = [(path, self.desk.load(path)) for path in _split(paths)]
            must_fit([len(content) for _, content in loaded])
            files = tuple(read_attachment(path, content) for path, content in loaded)
        except CoachError as error:
            self.write(visible(f"   {error}"))
            return
        self.say(replace(self.message(""), files=tuple(file.upload for file in files)), files)

    def message(self, text: str) -> Message:
        """What was typed, as a message. A key is the button with that key, a word the aside with that label."""
        address, sender = Address(CHANNEL, self.person), Identity(CHANNEL, self.person)
        if chosen := self.chosen(text):
            return Message(self.new_id(), address, sender, chosen.label, press=chosen.press)
        about = self.latest.field.about if self.latest and self.latest.field else None
        return Message(self.new_id(), address, sender, text, about=about)

    @property
    def keys(self) -> tuple[str, ...]:
        """What to type for each button of the last reply: see `keys_of`."""
        return keys_of(self.latest) if self.latest else ()

    def chosen(self, text: str) -> Choice | None:
        """The button that `text` stands for."""
        if (key := text.lower()) in (keys := self.keys):
            return self.choices[keys.index(key)]
        return next((choice for choice in self.asides if choice.label.lower() == text.lower()), None)

    def say(self, message: Message, attachments: Sequence[Attachment] = ()) -> None:
        """Send `message` and show what comes back; only the last reply's buttons count from then on."""
        for reply in self.desk.hear(message, attachments):
            self.show(reply)

    def show(self, reply: Reply) -> None:
        """Write one reply."""
        self.latest = reply
        self.choices = tuple(choice for choice in reply.choices if not choice.is_aside)
        self.asides = tuple(choice for choice in reply.choices if choice.is_aside)
        self.files = reply.files or self.files
        for line in lines_of(reply):
            self.write(visible(line))


def keys_of(reply: Reply) -> tuple[str, ...]:
    """What to type for each button of a reply: its number, or a letter where a number is the answer."""
    count = sum(not choice.is_aside for choice in reply.choices)
    if reply.field and reply.field.kind == "number":
        return tuple(ascii_lowercase[:count])
    return tuple(map(str, range(1, count + 1)))


def lines_of(reply: Reply) -> Iterator[str]:
    """A reply as lines of text."""
    yield ""
    if reply.progress:
        section = f" · {reply.progress.section}" if reply.progress.section else ""
        yield f"   Step {reply.progress.at} of {reply.progress.of}{section}"
    mark = _MARKS.get(reply.tone, "   ")
    yield from _wrapped(reply.text, mark)
    if reply.picture:
        yield f"   {reply.picture.title}"
        yield from _wrapped(reply.picture.text, "     ")
    yield from _facts(reply.facts)
    if reply.field and reply.field.kind == "multi":
        for place, (_, label) in enumerate(reply.field.options, 1):
            yield f"   [{chr(ord('a') + place - 1)}] {label}"
    elif reply.field and reply.field.kind == "attachment":
        kinds = ", ".join(reply.field.allow) or "jpg, png, pdf"
        yield f"   to send files ({kinds}; at most {reply.field.max_files}), type '{ATTACH}' and their paths"
    elif reply.field and reply.field.placeholder:
        lead = "in " if reply.field.kind == "number" else ""
        yield f"   ({lead}{reply.field.placeholder})"
    buttons = (choice for choice in reply.choices if not choice.is_aside)
    for key, choice in zip(keys_of(reply), buttons, strict=True):
        yield f"   [{key}] {choice.label}"
    if asides := [choice.label for choice in reply.choices if choice.is_aside]:
        yield f"   or type: {' · '.join(asides)}"
    for cited in reply.citations:
        yield f"   {cited.clause} ({cited.force}): {cited.title}"
    if reply.files:
        yield f"   {', '.join(file.name for file in reply.files)}: type '{SAVE}' to keep them here"


def _facts(facts: Sequence[Fact]) -> Iterator[str]:
    group = None
    for fact in facts:
        if fact.group and fact.group != group:
            group = fact.group
            yield f"   {group}"
        if fact.is_copy:  # as it is, from the first column on, so that it can be marked and copied
            yield f"   {fact.label}:"
            yield from fact.value.split("\n")
            continue
        yield from _wrapped(f"{fact.label}: {fact.value}", "     ")
    if any(fact.change for fact in facts):
        yield "   to change one, type 'change' and its name, such as: change " + facts[0].label.lower()


def _split(paths: str) -> list[str]:
    """Paths as a shell reads them. Raises AttachmentRefused where a quote is not closed."""
    try:
        return shlex.split(paths)
    except ValueError:
        raise AttachmentRefused("A quote is not closed there. Please type the paths again.") from None


def visible(line: str) -> str:
    """One line in which nothing can act on the terminal: `�` for controls and for what turns text round."""
    return "".join(
        char if char.isprintable() or unicodedata.category(char) == "Zs" else "\N{REPLACEMENT CHARACTER}"
        for char in line.replace("\t", " ").replace("\n", " ")
    )


def _wrapped(text: str, lead: str) -> Iterator[str]:
    """Every line of `text`, broken where it is wider than the page; the first one begins with `lead`."""
    for number, line in enumerate(text.split("\n")):
        indent = " " * len(lead)
        first = lead if number == 0 else indent
        yield from textwrap.wrap(line, _WIDTH, initial_indent=first, subsequent_indent=indent) or [""]
