"""What the coach says, as the page shows it. Every text is plain: nothing in it is ever read as markup."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.attachment import LARGEST
from bot.channels.web import assets, parse
from bot.channels.web.ports import Line, Standing, WebOptions
from bot.channels.web.shown import Shown, closes, states
from bot.message import Press
from bot.person import Person
from bot.reply import Choice, Fact, Field, Reply

_HERE = Path(__file__).parent
_GREETING, _WAITING, _RUNS = Press("hello"), Press("waiting"), Press("runs")
_LINE_END = re.compile(r"\r\n|\r|\n")
_HINTS = {
    "datetime": "For example: today 14:30 · yesterday 06:15 · 24 Nov 2025 08:00",
    "date": "For example: today · yesterday · 24 Nov 2025",
    "time": "For example: 14:30",
    "list": "One on each line.",
    "person": "The role is enough, such as shift supervisor.",
}
_ACCEPTED = {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
_KINDS = {"jpg": "JPG", "png": "PNG", "pdf": "PDF"}


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
        self._templates.globals.update(product=options.product, asset=self._asset, largest=LARGEST)
        self._templates.filters.update(
            paragraphs=_paragraphs,
            groups=_groups,
            drafts=_drafts,
            about=_about,
            answers=_answers,
            others=_others,
            role=_role,
            hint=_hint,
            label=_label,
            copies=_copies,
            accept=_accept,
            kinds=_kinds,
        )

    def _asset(self, name: str) -> str:
        return f"/static/{name}?v={self.assets[name].version}"

    def chat(
        self,
        person: Person,
        lines: Sequence[Line],
        standing: Standing,
        *,
        has_more: bool,
        form_token: str,
        personas: Sequence[Person],
        is_shared: bool = False,
    ) -> str:
        """The chat, with the end of the transcript in it. Where the browser `is_shared`, it locks itself."""
        zone = _zone(person)
        return self._fill(
            "chat.html",
            title="Chat",
            person=person,
            site=self._site(person),
            standing=standing,
            idle=self._options.shared_idle if is_shared else 0,
            waiting=_WAITING.token(),
            runs=_RUNS.token(),
            lines=[self._line(shown, zone) for shown in states(lines, standing)],
            last=lines[-1].seq if lines else 0,
            first=lines[0].seq if has_more and lines else None,
            form_token=form_token,
            personas=[(each, self._site(each)) for each in personas],
            greeting=_GREETING.token(),
        )

    def earlier(self, person: Person, lines: Sequence[Line], standing: Standing, *, has_more: bool) -> str:
        """Lines from before those on the page; nothing in them can be pressed any more."""
        zone = _zone(person)
        return self._fill(
            "earlier.html",
            first=lines[0].seq if has_more and lines else None,
            lines=[self._line(replace(each, is_open=False), zone) for each in states(lines, standing)],
        )

    def event(self, person: Person, line: Line) -> bytes:
        """One new line as a server-sent event."""
        html = self._line(Shown(line), _zone(person))
        data = "\n".join(f"data: {part}" for part in _LINE_END.split(html))
        return f"id: {line.seq}\nevent: line\n{data}\n\n".encode("utf-8", "replace")

    def standing_event(self, standing: Standing) -> bytes:
        """What is open for the person now, as a server-sent event: JSON, which the page reads."""
        told = {
            "waiting": standing.waiting,
            "runs": standing.runs,
            "read": sorted(standing.read),
            "settled": sorted(standing.settled),
        }
        return f"event: standing\ndata: {json.dumps(told)}\n\n".encode()

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

    def invitation(self, *, form_token: str, token: str) -> str:
        """The page of a link that makes a browser a shared terminal: one button, as for a sign-in link."""
        return self._fill("invitation.html", title="Shared terminal", form_token=form_token, token=token)

    def people(
        self, *, form_token: str, site: str, people: Sequence[Person], chosen: str, trouble: str
    ) -> str:
        """A shared terminal between two people: who can sign in here, and the place for a code."""
        return self._fill(
            "people.html",
            title="Sign in",
            form_token=form_token,
            site=self._options.site_names.get(site, site),
            people=sorted(people, key=lambda person: person.id != chosen),  # who was picked stands first
            chosen=chosen,
            trouble=trouble,
        )

    def phone(self, person: Person, address: str) -> str:
        """A sign-in link as a picture for a phone's camera, to stand in the chat of a shared terminal."""
        code = segno.make_qr(address, error="m").svg_inline(
            omitsize=True, border=4, dark="#000", light="#fff"
        )
        return self._fill(
            "phone.html",
            person=person,
            code=Markup(code),  # noqa: S704 - drawn by segno: paths and numbers
        )

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
            shown=shown,
            line=shown.line,
            reply=shown.line.reply,
            at=_local(shown.line.at, zone),
            is_open=shown.is_open,
            taken=shown.taken,
            closes=closes(shown.line),
        )

    def _fill(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(**values)

    def _site(self, person: Person) -> str:
        return self._options.site_names.get(person.site, person.site)


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
    """The question that stands in front of the person with this reply; a button about a whole run is none."""
    if reply.field:
        return parse.about_token(reply.field.about)
    abouts = (choice.press.about for choice in reply.choices)
    return next((parse.about_token(about) for about in abouts if about and about.turn > 0), "")


def _copies(facts: Sequence[Fact], is_copy: bool) -> list[Fact]:
    """The facts that are to be copied into another system, or the others; in the order given."""
    return [fact for fact in facts if fact.is_copy is is_copy]


def _answers(choices: Sequence[Choice]) -> list[Choice]:
    return [choice for choice in choices if not choice.is_aside]


def _others(choices: Sequence[Choice]) -> list[Choice]:
    """What leads around the question: back, why, put aside."""
    return [choice for choice in choices if choice.is_aside]


def _hint(field: Field) -> str:
    """What helps to answer. A number's placeholder is its unit, which stands with its name instead."""
    return (field.placeholder if field.kind != "number" else "") or _HINTS.get(field.kind, "")


def _label(field: Field) -> str:
    unit = f", in {field.placeholder}" if field.kind == "number" and field.placeholder else ""
    return f"{field.label}{unit}"


def _accept(field: Field) -> str:
    """What a file picker shows. Photos among it, and a phone offers its camera too."""
    return ",".join(_ACCEPTED[kind] for kind in field.allow or _ACCEPTED if kind in _ACCEPTED)


def _kinds(field: Field) -> str:
    """What may be sent, in words."""
    kinds = [_KINDS[kind] for kind in field.allow or _KINDS if kind in _KINDS]
    return f"{', '.join(kinds[:-1])} or {kinds[-1]}" if len(kinds) > 1 else "".join(kinds)
