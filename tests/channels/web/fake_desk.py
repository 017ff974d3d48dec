"""A desk in memory: people, a transcript each, and a conversation that shows every kind of reply."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.attachment import Attachment
from bot.channels.web.ports import CodeTry, Line, Standing
from bot.chat import FetchedFile
from bot.errors import StoreUnavailable
from bot.message import About, Heard, Message, Press
from bot.person import Person
from bot.reply import Choice, Citation, Fact, Field, File, Picture, Progress, Reply, Tone

MORNING = datetime(2025, 11, 24, 7, 30, tzinfo=UTC)
RUN = "coach-7k2m"
ONE_PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg=="
)
MOST_TRIES = 5
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

ANA = Person("ana", "Ana Horvat", "north", "operator", zone="Europe/Zagreb")
BEN = Person("ben", "Ben Okafor", "north", "qc_analyst", zone="Europe/London")

Answering = Callable[[Message], Sequence[Reply]]


class FakeDesk:
    """Does what `Desk` promises, without a store. What it should answer is a function."""

    def __init__(self, *people: Person, answering: Answering | None = None, is_demo: bool = False) -> None:
        self.people = {person.id: person for person in people or (ANA, BEN)}
        self.answering: Answering = answering or (
            lambda message: [Reply(f"I heard: {message.text or message.press}")]
        )
        self.is_demo = is_demo
        self.lines: dict[str, list[Line]] = defaultdict(list)
        self.heard: list[Message] = []
        self.event_ids: set[str] = set()
        self.cookies: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.runs: dict[str, int] = {}
        self.terminal_links: dict[str, str] = {}
        self.terminals: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.tries: dict[str, int] = defaultdict(int)
        self.drafts: dict[tuple[str, str, int, str], FetchedFile] = {}
        self.pictures = {("ana", RUN, 31): FetchedFile("picture.png", "image/png", ONE_PIXEL)}
        self.is_down = False
        self.uses = 0
        self._news = asyncio.Condition()

    async def hear(self, message: Message, attachments: Sequence[Attachment] = ()) -> Heard:
        self._must_be_up()
        person = self.people.get(message.sender.subject)
        if person is None or not person.is_active:
            return Heard("stranger")
        if message.event_id in self.event_ids:
            return Heard("duplicate")
        self.event_ids.add(message.event_id)
        self.heard.append(message)
        self.files |= {each.upload.sha256: each.content for each in attachments}
        self.add(person.id, words=self._said(person.id, message), kind="echo")
        for reply in self.answering(message):
            self.add(person.id, reply)
        await self.tell_the_news()
        return Heard("done")

    def _said(self, person_id: str, message: Message) -> str:
        """What stands in the transcript for what was said: a press by its label."""
        if message.files:
            return ", ".join(file.name for file in message.files)
        if message.press is None:
            return message.text
        replies = (line.reply for line in reversed(self.lines[person_id]) if line.reply)
        found = (words for reply in replies if (words := reply.words_of(message.press)))
        return next(found, ", ".join(message.press.values) or message.press.action)

    def add(
        self, person_id: str, reply: Reply | None = None, *, words: str = "", kind: str = "reply"
    ) -> Line:
        lines = self.lines[person_id]
        line = Line(len(lines) + 1, kind, MORNING + timedelta(minutes=len(lines)), reply, words)  # type: ignore[arg-type]
        lines.append(line)
        return line

    async def tell_the_news(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def transcript(self, person_id: str, after: int, limit: int) -> Sequence[Line]:
        self._must_be_up()
        return [line for line in self.lines[person_id] if line.seq > after][:limit]

    async def earlier(self, person_id: str, before: int | None, limit: int) -> Sequence[Line]:
        self._must_be_up()
        return [line for line in self.lines[person_id] if before is None or line.seq < before][-limit:]

    async def wait_for_news(self, person_id: str, after: int, timeout: float) -> None:
        async with self._news:
            if any(line.seq > after for line in self.lines[person_id]):
                return
            try:
                async with asyncio.timeout(timeout):
                    await self._news.wait()
            except TimeoutError:
                return

    async def standing(self, person_id: str) -> Standing:
        self._must_be_up()
        told = [
            choice.press
            for line in self.lines[person_id]
            if line.kind == "tell" and line.reply
            for choice in line.reply.choices
        ]
        presses = [(message.sender.subject, message.press) for message in self.heard if message.press]
        settled = {press.about for _, press in presses if press.action in {"free", "accept"}}
        return Standing(
            waiting=len({press.about for press in told} - settled),
            runs=self.runs.get(person_id, 0),
            read=frozenset(p.token() for p in told if p.action == "seen" and (person_id, p) in presses),
            settled=frozenset(press.token() for press in told if press.about in settled),
        )

    async def fetch_draft(self, person_id: str, run: str, number: int, format: str) -> FetchedFile | None:
        return self.drafts.get((person_id, run, number, format))

    async def fetch_picture(self, person_id: str, run: str, number: int) -> FetchedFile | None:
        return self.pictures.get((person_id, run, number))

    async def redeem(self, token: str, *, is_shared: bool = False) -> str | None:
        person_id = self.links.pop(token, None)
        return self.let_in(person_id) if person_id else None

    def let_in(self, person_id: str) -> str:
        secret = f"secret-{len(self.cookies) + 1:04}-of-{person_id}"
        self.cookies[secret] = person_id
        return secret

    async def person_of(self, cookie: str, *, is_use: bool = True) -> Person | None:
        self._must_be_up()
        self.uses += is_use
        person = self.people.get(self.cookies.get(cookie, ""))
        return person if person and person.is_active else None

    def deactivate(self, person_id: str) -> None:
        self.people[person_id] = replace(self.people[person_id], is_active=False)

    async def sign_out(self, cookie: str) -> None:
        self.cookies.pop(cookie, None)
        await self.tell_the_news()

    async def personas(self) -> Sequence[Person]:
        return list(self.people.values()) if self.is_demo else []

    async def become(self, person_id: str, *, is_shared: bool = False) -> str | None:
        return self.let_in(person_id) if self.is_demo and person_id in self.people else None

    async def enrol(self, token: str) -> str | None:
        site = self.terminal_links.pop(token, None)
        return self.make_terminal(site) if site else None

    def make_terminal(self, site: str) -> str:
        secret = f"terminal-{len(self.terminals) + 1:04}"
        self.terminals[secret] = site
        return secret

    async def site_of_terminal(self, cookie: str) -> str | None:
        self._must_be_up()
        return self.terminals.get(cookie)

    async def people_of_terminal(self, cookie: str) -> Sequence[Person]:
        site = self.terminals.get(cookie)
        here = [each for each in self.people.values() if each.site == site and each.is_active]
        return sorted((each for each in here if each.id in self.codes), key=lambda each: each.name)

    async def sign_in_with_code(self, cookie: str, person_id: str, code: str) -> CodeTry:
        self._must_be_up()
        if person_id not in {each.id for each in await self.people_of_terminal(cookie)}:
            return CodeTry()
        if self.tries[person_id] >= MOST_TRIES:
            return CodeTry()
        self.tries[person_id] += 1
        if self.codes[person_id] == code:
            self.tries[person_id] = 0
            return CodeTry(self.let_in(person_id), MOST_TRIES)
        return CodeTry(tries_left=MOST_TRIES - self.tries[person_id])

    async def make_phone_link(self, person_id: str) -> str | None:
        person = self.people.get(person_id)
        if person is None or not person.is_active:
            return None
        token = f"a-link-for-the-phone-{len(self.links) + 1}"
        self.links[token] = person_id
        return token

    def _must_be_up(self) -> None:
        if self.is_down:
            msg = "the database is away"
            raise StoreUnavailable(msg)


def about(step: str, turn: int = 1) -> About:
    return About(RUN, step, turn)


def answer(
    label: str, step: str, *values: str, hint: str = "", is_main: bool = False, turn: int = 1
) -> Choice:
    return Choice(label, Press("answer", values or (label.lower(),), about(step, turn)), hint, is_main)


BACK = Choice("Back", Press("back", (), about("any")), is_aside=True)
PAUSE = Choice("Pause", Press("pause", (), about("any")), is_aside=True)

CITATIONS = (
    Citation(
        "21 CFR 211.192",
        "Production record review",
        "https://www.ecfr.gov/current/title-21/section-211.192",
        "law",
    ),
    Citation("EU GMP Chapter 8, 8.16", "Complaints, quality defects and recalls", "", "guidance"),
    Citation(
        "ICH Q10, 3.2.2",
        "Corrective action and preventive action system",
        "https://database.ich.org/Q10.pdf",
        "practice",
    ),
)

PLAIN = Reply(
    "A deviation is a departure from an approved instruction or an established standard.\n\nWrite down what you saw, not what you think it means.",
    citations=CITATIONS,
    choices=(
        Choice("That helps", Press("feedback", ("yes",))),
        Choice("Not what I asked", Press("feedback", ("no",))),
    ),
)
CHOICE = Reply(
    "Was the batch already released?\n\nIf you do not know, say so: that is an answer too.",
    Tone.QUESTION,
    choices=(
        answer("Yes", "released", hint="Some or all of it has left our control"),
        answer("No", "released", hint="It is still in our hands"),
        answer("I do not know", "released", "unknown"),
        BACK,
        PAUSE,
    ),
    progress=Progress(3, 7, "What happened"),
)
MULTI = Reply(
    "What have you done so far?",
    Tone.QUESTION,
    field=Field(
        "multi",
        about("done"),
        "What has been done",
        (
            ("stopped", "Stopped the line"),
            ("hold", "Put the material on hold"),
            ("told", "Told the shift lead"),
            ("none", "None of these"),
        ),
        excludes="none",
        filled=("hold",),
    ),
    choices=(BACK,),
    progress=Progress(4, 7, "What happened"),
)
TEXT = Reply(
    "Which line was it?",
    Tone.QUESTION,
    field=Field("identifier", about("line"), "Line number", placeholder="For example: L3"),
    choices=(BACK,),
)
LONG = Reply(
    "What happened, in your own words?",
    Tone.QUESTION,
    field=Field(
        "long_text", about("what"), "What happened", filled=("A tablet was found chipped on line 3.",)
    ),
    choices=(BACK, PAUSE),
    progress=Progress(1, 7, "What happened"),
)
WHEN = Reply(
    "When was it seen?",
    Tone.QUESTION,
    field=Field("datetime", about("when"), "When it was seen"),
    progress=Progress(2, 7, "What happened"),
    choices=(BACK,),
)
NAMES = Reply(
    "Which rooms does it touch?", Tone.QUESTION, field=Field("list", about("rooms"), "Rooms"), choices=(BACK,)
)
STOP = Reply(
    "Do not retest the sample yet.\n\nA retest before the laboratory investigation is the error inspectors name most often. Call QA on call first: +44 20 7946 0000.",
    Tone.STOP,
    citations=CITATIONS[:1],
    choices=(Choice("QA has released this stop", Press("release", (), about("stop")), is_main=True), PAUSE),
)
NOTICE = Reply("This playbook is not yet approved by your site.", Tone.NOTICE)
REVIEW = Reply(
    "Please look it over. Is everything as you meant it?",
    Tone.QUESTION,
    facts=tuple(
        Fact(label, value, group, Choice("Change", Press("change", (step,), about("review"))))
        for label, value, group, step in (
            (
                "What was seen",
                "A tablet was found chipped on line 3.\nAbout forty were set aside.",
                "What happened",
                "what",
            ),
            ("When", "24 November 2025, 06:15", "What happened", "when"),
            ("Line", "L3", "What happened", "line"),
            ("Batch released", "No", "What it touches", "released"),
            ("Done so far", "Put the material on hold, told the shift lead", "What it touches", "done"),
        )
    ),
    choices=(answer("Yes, make the draft", "review", "yes", is_main=True), PAUSE),
    progress=Progress(7, 7, "Look it over"),
    spoken="Please look it over: five answers. Is everything as you meant it?",
)
DONE = Reply(
    "Your draft is ready. Take it to your quality system: the record is made there, not here.",
    Tone.DONE,
    files=(File("Deviation draft coach-7k2m.docx", DOCX, RUN, 1),),
)
TELL = Reply(
    'Alex Byrne asked me to tell you: "A tablet was found chipped", reference coach-7k2m. Please get in touch with them.',
    Tone.STOP,
    choices=(
        Choice("I have read this", Press("seen", ("qa",), About(RUN, "qa", 0)), is_main=True),
        Choice("Release the stop", Press("free", ("qa",), About(RUN, "qa", 0))),
    ),
)
COPIES = Reply(
    "Copy each field into your QMS, in the order of its form.",
    Tone.NOTICE,
    facts=(
        Fact("What was seen", "A tablet was found chipped.\nAbout forty were set aside.", is_copy=True),
        Fact("Line", "L3", is_copy=True),
    ),
)
FILES = Reply(
    "Is there anything to attach?",
    Tone.QUESTION,
    field=Field("attachment", about("evidence"), "Attachments", allow=("jpg", "png", "pdf"), max_files=3),
    choices=(answer("Skip", "evidence", "skip"), BACK),
)
DEGREES = Reply(
    "How warm did it get?",
    Tone.QUESTION,
    field=Field("number", about("degrees"), "Temperature", placeholder="°C"),
    choices=(BACK,),
)
DAY = Reply("On which day?", Tone.QUESTION, field=Field("date", about("day"), "Day"), choices=(BACK,))
HOUR = Reply("At what time?", Tone.QUESTION, field=Field("time", about("hour"), "Time"), choices=(BACK,))
WHO = Reply("Whom did you tell?", Tone.QUESTION, field=Field("person", about("who"), "Told"), choices=(BACK,))
PICTURE = Reply(
    "This is the chain so far.",
    Tone.NOTICE,
    picture=Picture(
        "Why it happened",
        "What happened: a leak & a stop\nWhy 1: a worn seal",
        ("", "What was said"),
        (("What happened", "a leak & a stop"), ("Why 1", "a worn seal")),
        RUN,
        31,
    ),
)
EVERY_KIND = (
    *(PLAIN, NOTICE, LONG, TEXT, WHEN, NAMES, MULTI, CHOICE, STOP, REVIEW, DONE),
    *(COPIES, FILES, DEGREES, DAY, HOUR, WHO, PICTURE),
)
