"""Replies at the edge of what can be said: the longest, the most, and the words of people who mean no good."""

from __future__ import annotations

from collections.abc import Iterator

from bot.message import About, Press
from bot.reply import Choice, Citation, Fact, Field, FieldKind, File, Picture, Progress, Reply, Tone

# Each of these a platform makes something of, where it is not shown as it stands.
MARKS = (
    "<!channel>",
    "<!here|all>",
    "<@U123ABC>",
    "<#C123ABC>",
    "<http://evil.example|Confirm>",
    "*bold*",
    "_slanted_",
    "~gone~",
    "`code`",
    ":boom:",
    "**strong**",
    "[Confirm](http://evil.example)",
    "![picture](http://evil.example/p.png)",
    "<at>all</at>",
    "<b>html</b>",
    "&amp; &lt; & < >",
    "{{DATE(2026-06-03T06:10:00Z, SHORT)}}",
    "{{}} {name} ${name}",
    "=cmd()|'/c calc'!A1",
    "| a | table |",
    "C:\\temp\\new",
    "answer|coach-1|where|1|yes",
    "\N{RIGHT-TO-LEFT OVERRIDE}txt.exe\N{POP DIRECTIONAL FORMATTING}",
    "a\N{ZERO WIDTH JOINER}b\N{ZERO WIDTH SPACE}c",
    "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}",
    "e\N{COMBINING ACUTE ACCENT}\N{LATIN SMALL LETTER SHARP S}\N{CYRILLIC SMALL LETTER ZHE}\N{CJK UNIFIED IDEOGRAPH-8336}",
)
AT_LINE_START = ("> quoted", "- one of a list", "1. the first", "# a heading", "```", "---", "    indented")
HOSTILE = " ".join(MARKS) + "\n" + "\n".join(AT_LINE_START) + "\nthe end"
LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 20
LONGEST = 4_000  # characters of one answer

ABOUT = About("coach-7k2m", "containment.product_on_hold", 123)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SOURCE = Citation(
    "EudraLex Volume 4 Part I Chapter 8, 8.14 and 8.15",
    "Complaints, Quality Defects and Product Recalls: what a manufacturer has to do, and whom it has to tell",
    "https://health.ec.europa.eu/system/files/2016-11/2014-08_gmp_chap8_0.pdf",
    "law",
)
KINDS: tuple[FieldKind, ...] = (
    *("text", "long_text", "number", "date", "time", "datetime", "person", "identifier", "list", "multi"),
    "attachment",
)


def long_text(length: int = LONGEST, of: str = HOSTILE) -> str:
    """Exactly so many characters of it."""
    return (f"{of} " * (length // (len(of) + 1) + 1))[:length].strip().ljust(length, "x")


def changeable(number: int, value: str, label: str = "") -> Fact:
    """A line of a review, with its Change button."""
    name = label or f"Question number {number}"
    press = Press(
        "change", (f"containment.step_{number}",), About(ABOUT.run, f"containment.step_{number}", 0)
    )
    change = Choice("Change", press, hint=f"Change: {name}")
    return Fact(name, value, f"Section {number // 10}", change)


def numbered(count: int, label: str = "Answer number {}") -> tuple[Choice, ...]:
    """So many things to press."""
    return tuple(Choice(label.format(n), Press("answer", (f"value-{n}",), ABOUT)) for n in range(count))


def options(count: int, label: str = "Option number {}") -> tuple[tuple[str, str], ...]:
    return tuple((f"value-{n}", label.format(n)) for n in range(count))


def extremes() -> Iterator[tuple[str, Reply]]:
    """Each with its name. Whatever a playbook or a person may bring, a channel has to show these."""
    ask = Reply(
        "Where is it?", Tone.QUESTION, progress=Progress(3, 20, "What happened"), spoken="Where is it?"
    )
    yield "one character", Reply("?")
    for tone in Tone:
        yield f"the tone {tone}", Reply("Take your time. I keep your place.", tone)
    for name, text in (
        ("hostile", HOSTILE),
        ("hostile, 4,000 characters", long_text()),
        ("hostile, 13,000 characters", long_text(13_000)),
        ("a very long word", LONG_WORD),
        ("4,000 characters without a space", "x" * LONGEST),
        ("4,000 lines", "\n".join("x" * 2_000)),
        ("4,000 ampersands", "&" * LONGEST),
        ("4,000 family emoji", "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}" * 1_333),
        ("blank lines between", "one\n\n\n\n\ntwo"),
        *((f"only {mark!r}", mark) for mark in (*MARKS, *AT_LINE_START)),
    ):
        yield f"said: {name}", Reply(text, Tone.NOTICE)
        yield f"asked: {name}", Reply(text, Tone.QUESTION, numbered(2), spoken=text)
        yield (
            f"a fact: {name}",
            Reply("Is it right?", Tone.QUESTION, facts=(changeable(1, text), Fact("Where", text))),
        )
        field = Field("long_text", ABOUT, "What happened", filled=(text[:LONGEST],))
        yield f"filled in: {name}", Reply("What happened?", Tone.QUESTION, numbered(2), field)
    yield (
        "a question that was answered",
        ask.without_controls("Chosen: Yes (Alex Byrne, 3 June 2026, 06:10 (CEST))"),
    )
    yield (
        "an answer of hostile words",
        ask.without_controls(f"Answered: {HOSTILE[:500]} (Alex Byrne, 3 June 2026)"),
    )
    yield from _choices(ask)
    yield from _fields()
    yield from _reviews()
    yield from _pictures()
    yield from _files_and_sources()


def _choices(ask: Reply) -> Iterator[tuple[str, Reply]]:
    for count in (1, 5, 6, 7, 10, 11, 25, 26, 40, 101):
        yield f"{count} choices", Reply(ask.text, Tone.QUESTION, numbered(count))
        asides = tuple(
            Choice(f"Way {n}", Press("back", (str(n),), ABOUT), is_aside=True) for n in range(count)
        )
        yield f"{count} asides", Reply(ask.text, Tone.QUESTION, (*numbered(1), *asides))
    for length in (75, 76, 150, 300, LONGEST):
        long = numbered(6, "Answer number {} " + "x" * (length - 16))
        yield f"6 choices of {length} characters", Reply(ask.text, Tone.QUESTION, long)
    words = Press("words", (long_text(2_500),), ABOUT)
    mine = Choice(f'My answer is "{long_text(2_500)}"', words)
    yield (
        "a choice that carries 2,500 characters",
        Reply("Stop, or is it the answer?", choices=(*numbered(2), mine)),
    )
    hostile = tuple(Choice(mark, Press("answer", (str(n),), ABOUT)) for n, mark in enumerate(MARKS))
    yield "choices of hostile words", Reply(ask.text, Tone.QUESTION, hostile)
    twins = tuple(
        Choice("Continue: Cold room", Press("resume", (), About(f"coach-{n}", "", 0))) for n in range(8)
    )
    yield "8 choices of one name", Reply("Which one?", choices=twins)
    hinted = tuple(Choice(f"Answer {n}", Press("answer", (str(n),), ABOUT), hint="x" * 200) for n in range(8))
    yield "choices with hints", Reply(ask.text, Tone.QUESTION, hinted)
    mains = tuple(Choice(f"Yes, {n}", Press("answer", (str(n),), ABOUT), is_main=True) for n in range(3))
    yield "3 likely choices", Reply(ask.text, Tone.QUESTION, mains)
    yield "a choice about nothing", Reply("Hello.", choices=(Choice("My drafts", Press("drafts")),))


def _fields() -> Iterator[tuple[str, Reply]]:
    for kind in KINDS:
        some = options(3) if kind == "multi" else ()
        field = Field(
            kind, ABOUT, "What it touches", some, placeholder="such as: today", max_files=5, allow=("jpg",)
        )
        yield (
            f"a field for {kind}",
            Reply("What is it?", Tone.QUESTION, numbered(2), field, progress=Progress(1, 1)),
        )
        wordy = options(3, "Option {} " + "x" * 300) if kind == "multi" else ()
        long = Field(kind, ABOUT, "x" * 300, wordy, placeholder="x" * 300)
        yield f"a field for {kind}, long words", Reply("What is it?", Tone.QUESTION, (), long)
    for count in (1, 10, 11, 25, 30, 101, 120):
        every = tuple(value for value, _ in options(count))
        for name, filled in (("", ()), (", all ticked", every)):
            field = Field("multi", ABOUT, "What it touches", options(count), every[-1], filled)
            yield f"{count} options{name}", Reply("What does it touch?", Tone.QUESTION, field=field)
    odd = tuple((f"value-{n}", mark) for n, mark in enumerate(MARKS))
    yield (
        "options of hostile words",
        Reply("Which?", Tone.QUESTION, field=Field("multi", ABOUT, HOSTILE[:200], odd)),
    )
    fifty = tuple(long_text(500) for _ in range(50))
    yield (
        "a list of 50 long entries",
        Reply("Which?", Tone.QUESTION, field=Field("list", ABOUT, "Which", filled=fifty)),
    )
    short = Field("text", ABOUT, "Reason", filled=("x" * 300,), max_length=300)
    yield "a field filled to its end", Reply("Why?", Tone.QUESTION, field=short)


def _reviews() -> Iterator[tuple[str, Reply]]:
    confirm = (Choice("This is right", Press("confirm", ("f" * 64,), ABOUT), is_main=True),)
    for count in (1, 9, 10, 11, 24, 25, 46, 60, 120):
        facts = tuple(changeable(n, f"Answer {n}") for n in range(count))
        yield f"a review with {count} facts", Reply("Is it right?", Tone.QUESTION, confirm, facts=facts)
        copies = tuple(Fact(f"Question {n}", f"Answer {n}", is_copy=True) for n in range(count))
        yield f"{count} facts to copy", Reply("Copy each field.", Tone.NOTICE, facts=copies)
    for length in (500, LONGEST):
        facts = tuple(changeable(n, long_text(length)) for n in range(60))
        yield (
            f"a review with 60 facts of {length} characters",
            Reply("Is it right?", choices=confirm, facts=facts),
        )
        copies = tuple(Fact(f"Question {n}", long_text(length), is_copy=True) for n in range(60))
        yield f"60 facts of {length} characters to copy", Reply("Copy each field.", facts=copies)
    hostile = tuple(Fact(mark, mark, mark, changeable(n, "").change) for n, mark in enumerate(MARKS))
    yield "a review of hostile words", Reply("Is it right?", Tone.QUESTION, confirm, facts=hostile)
    yield (
        "a fact without words",
        Reply("Is it right?", choices=confirm, facts=(changeable(1, ""), Fact("Where", ""))),
    )
    yield (
        "a fact of 25,000 characters",
        Reply("Is it right?", choices=confirm, facts=(changeable(1, long_text(25_000)),)),
    )
    long = tuple(changeable(n, "Yes", "x" * 300) for n in range(5))
    yield "labels of 300 characters", Reply("Is it right?", choices=confirm, facts=long)
    twins = tuple(changeable(n, "Room 3", "Spoke to QA at") for n in range(3))
    yield "3 facts of one name", Reply("Is it right?", choices=confirm, facts=twins)


def _files_and_sources() -> Iterator[tuple[str, Reply]]:
    name = "coach-7k2m-draft-1"
    one = (File(f"{name}.docx", DOCX, "coach-7k2m", 1), File(f"{name}.md", "text/markdown", "coach-7k2m", 1))
    yield "one draft", Reply("Draft 1 is ready.", Tone.DONE, numbered(3), files=one)
    for count in (2, 13, 60):
        many = tuple(
            File(f"coach-{n}-draft-{n}.{kind}", DOCX, f"coach-{n}", n)
            for n in range(count)
            for kind in ("docx", "md")
        )
        yield f"{count} drafts", Reply("Here is what you have made.", files=many)
    for count in (1, 11, 30):
        yield f"{count} sources", Reply("Phone QA now.", Tone.STOP, numbered(2), citations=(SOURCE,) * count)
    bare = Citation("A.4", "", "", "guidance")
    odd = Citation(HOSTILE, HOSTILE, "https://example.org/a_b(c)|d?e=<f>&g=*h*", "law")
    yield "odd sources", Reply("Phone QA now.", Tone.STOP, citations=(bare, odd))
    everything = Reply(
        long_text(),
        Tone.STOP,
        (
            *numbered(40),
            *(Choice(f"Way {n}", Press("back", (str(n),), ABOUT), is_aside=True) for n in range(9)),
        ),
        Field("multi", ABOUT, "What it touches", options(120), "value-0", ("value-1",), long_text(150)),
        tuple(changeable(n, long_text()) for n in range(60)),
        (SOURCE,) * 30,
        one,
        Progress(3, 20, long_text(60)),
        long_text(),
        picture=picture(long_text(13_000)),
    )
    yield "everything at once", everything


def _pictures() -> Iterator[tuple[str, Reply]]:
    lead = "This is the chain so far."
    yield "a picture", Reply(lead, Tone.NOTICE, picture=picture("What happened: a leak\nWhy 1: a worn seal"))
    yield "a hostile picture", Reply(lead, Tone.NOTICE, picture=picture(HOSTILE, HOSTILE))
    yield (
        "a picture of many words",
        Reply(lead, Tone.NOTICE, citations=(SOURCE,), picture=picture(long_text(13_000))),
    )


def picture(text: str, title: str = "Why it happened") -> Picture:
    """A picture that shows this."""
    rows = tuple((f"Line {place}", line) for place, line in enumerate(text.split("\n"), 1))
    return Picture(title, text, ("", "What was said"), rows, ABOUT.run, 31)
