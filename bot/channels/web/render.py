"""What the coach says, as the page shows it. Every text is plain: nothing in it is ever read as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.web import assets, parse
from bot.channels.web.ports import Line, WebOptions
from bot.message import Press
from bot.person import Person
from bot.reply import Choice, Fact, Field, Reply, Tone

_HERE = Path(__file__).parent
_CLOSING_TONES = {Tone.QUESTION, Tone.STOP, Tone.DONE}
_GREETING = Press("hello")
_LINE_END = re.compile(r"\r\n|\r|\n")
_HINTS = {
    "datetime": "For example: today 14:30 · yesterday 06:15 · 24 Nov 2025 08:00",
    "list": "One on each line.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A line and its state on the page: whether its buttons work, and which one was taken."""

    line: Line
    is_open: bool = True
    taken: str = ""


class Pages:
    """The templates, filled in."""

    def __init__(self, options: WebOptions) -> None:
        self.assets = assets.load(_HERE / "static")
        self._options = options
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,  # else every line looks on the disk whether its template has changed
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(product=options.product, asset=self._asset)
        self._templates.filters.update(
            paragraphs=_paragraphs,
            groups=_groups,
            drafts=_drafts,
            about=_about,
            answers=_answers,
            others=_others,
            role=_role,
            hint=_hint,
        )

    def _asset(self, name: str) -> str:
        return f"/static/{name}?v={self.assets[name].version}"

    def chat(
        self,
        person: Person,
        lines: Sequence[Line],
        *,
        has_more: bool,
        form_token: str,
        personas: Sequence[Person],
    ) -> str:
        """The chat, with the end of the transcript in it."""
        zone = _zone(person)
        return self._fill(
            "chat.html",
            title="Chat",
            person=person,
            site=self._site(person),
            lines=[self._line(shown, zone) for shown in states(lines)],
            last=lines[-1].seq if lines else 0,
            first=lines[0].seq if has_more and lines else None,
            form_token=form_token,
            personas=[(each, self._site(each)) for each in personas],
            greeting=_GREETING.token(),
        )

    def earlier(self, person: Person, lines: Sequence[Line], *, has_more: bool) -> str:
        """Lines from before those on the page; nothing in them can be pressed any more."""
        zone = _zone(person)
        return self._fill(
            "earlier.html",
            first=lines[0].seq if has_more and lines else None,
            lines=[
                self._line(Shown(each.line, is_open=False, taken=each.taken), zone) for each in states(lines)
            ],
        )

    def event(self, person: Person, line: Line) -> bytes:
        """One new line as a server-sent event."""
        html = self._line(Shown(line), _zone(person))
        data = "\n".join(f"data: {part}" for part in _LINE_END.split(html))
        return f"id: {line.seq}\nevent: line\n{data}\n\n".encode("utf-8", "replace")

    def door(self, *, form_token: str, personas: Sequence[Person]) -> str:
        """Where somebody arrives who is not signed in: how to get in, or in a demo, whom to be."""
        return self._fill(
            "door.html",
            title="Sign in",
            form_token=form_token,
            personas=[(each, self._site(each)) for each in personas],
        )

    def link(self, *, form_token: str, token: str) -> str:
        """The page of a one-time link: one button, because programs that preview links fetch them too."""
        return self._fill("link.html", title="Sign in", form_token=form_token, token=token)

    def notice(
        self, title: str, words: str, *, back: str = "/chat", back_words: str = "Go to the chat"
    ) -> str:
        """A whole page that says one thing."""
        return self._fill("notice.html", title=title, words=words, back=back, back_words=back_words)

    def refusal(self, words: str) -> str:
        """Why something was not done, in words, to stand above the box it was typed into."""
        return self._fill("refusal.html", words=words)

    def _line(self, shown: Shown, zone: tzinfo) -> str:
        return self._fill(
            "line.html",
            line=shown.line,
            reply=shown.line.reply,
            at=_local(shown.line.at, zone),
            is_open=shown.is_open,
            taken=shown.taken,
            closes=_closes(shown.line),
        )

    def _fill(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(**values)

    def _site(self, person: Person) -> str:
        return self._options.site_names.get(person.site, person.site)


def states(lines: Iterable[Line]) -> list[Shown]:
    """Which lines still have working buttons, and what was pressed on the others.

    A question of ours closes what stood before it; a nudge or a message for a role closes nothing, because it can
    arrive in the middle of a question, and is closed itself when one of its buttons was taken.
    """
    shown: dict[int, Shown] = {}
    for line in lines:
        if line.kind == "echo":
            _take(shown, line.words)
        elif _closes(line):
            shown = {seq: Shown(each.line, is_open=False, taken=each.taken) for seq, each in shown.items()}
        shown[line.seq] = Shown(line, is_open=_has_controls(line.reply))
    return list(shown.values())


def _take(shown: dict[int, Shown], words: str) -> None:
    for seq, each in shown.items():
        if each.is_open and each.line.reply and words in {choice.label for choice in each.line.reply.choices}:
            shown[seq] = Shown(each.line, is_open=each.line.kind == "reply", taken=words)


def _closes(line: Line) -> bool:
    return (
        line.kind == "reply"
        and line.reply is not None
        and (line.reply.tone in _CLOSING_TONES or _has_controls(line.reply))
    )


def _has_controls(reply: Reply | None) -> bool:
    return reply is not None and bool(
        reply.choices or reply.field or any(fact.change for fact in reply.facts)
    )


def _zone(person: Person) -> tzinfo:
    try:
        return ZoneInfo(person.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _local(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone)


def _paragraphs(reply: Reply) -> list[tuple[str, bool]]:
    """Each paragraph, and whether it is the one that matters most: what is spoken, else the first."""
    text = _LINE_END.sub("\n", reply.text).strip("\n")
    parts = [part for part in re.split(r"\n[ \t]*\n", text) if part.strip()]
    essence = parts.index(reply.spoken) if reply.spoken in parts else 0
    return [(part, place == essence) for place, part in enumerate(parts)]


def _role(role: str) -> str:
    """A role as people write it: `qc_analyst` is a QC analyst."""
    return " ".join(word.upper() if len(word) == len("qa") else word for word in role.split("_"))


def _groups(facts: Sequence[Fact]) -> list[tuple[str, list[Fact]]]:
    return [(name, list(group)) for name, group in groupby(facts, key=lambda fact: fact.group)]


def _drafts(reply: Reply) -> list[tuple[str, str, int]]:
    """Each draft once, as name, run and number: the page offers every format of it."""
    return list(
        {
            (file.run, file.number): (file.name.rsplit(".", 1)[0], file.run, file.number)
            for file in reply.files
        }.values()
    )


def _about(reply: Reply) -> str:
    """The question that stands in front of the person with this reply."""
    if reply.field:
        return parse.about_token(reply.field.about)
    return next((parse.about_token(choice.press.about) for choice in reply.choices if choice.press.about), "")


def _answers(choices: Sequence[Choice]) -> list[Choice]:
    return [choice for choice in choices if not choice.is_aside]


def _others(choices: Sequence[Choice]) -> list[Choice]:
    """What leads around the question: back, why, put aside."""
    return [choice for choice in choices if choice.is_aside]


def _hint(field: Field) -> str:
    return field.placeholder or _HINTS.get(field.kind, "")
