"""What a deviation on line 3 sounds like: one reply of each kind, as the coach says it."""

from __future__ import annotations

from dataclasses import replace

from bot.chat import Overview, RunInHand, RunLent
from bot.message import About, Press
from bot.person import Person
from bot.reply import Choice, Citation, Fact, Field, File, Progress, Reply, Tone

RUN = "coach-7k2m"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def about(step: str, turn: int = 7) -> About:
    """A question of the run that all samples show."""
    return About(RUN, step, turn)


def answers(step: str, *labels: str) -> tuple[Choice, ...]:
    """Answers to press."""
    return tuple(Choice(label, Press("answer", (label.split()[0].lower(),), about(step))) for label in labels)


def ways(step: str) -> tuple[Choice, ...]:
    """Every way around a question that a playbook has."""
    named = {
        "back": "Back",
        "change": "Change an answer",
        "why": "Why do you ask?",
        "example": "Show an example",
        "hurry": "The rest later",
        "pause": "Put aside",
    }
    return tuple(
        Choice(label, Press(action, (), about(step)), is_aside=True) for action, label in named.items()
    )


def facts() -> tuple[Fact, ...]:
    """The answers of a deviation."""
    told = {
        "What happened": {
            "Kind": "Equipment",
            "First noticed": "24 November 2025, 06:10 (CET)",
            "Where": "Line 3, blister packing",
            "What was seen": "A tablet was found chipped at the first in-process check. The operator stopped the"
            " line, took out the last tray and called the supervisor. Four more chipped tablets were in the tray.",
            "What should be": "No chipped tablets in a sample of 200 (batch record, step 7.2)",
        },
        "Right now": {
            "Line stopped": "Yes",
            "Product on hold": "Yes, tray 12 and the bulk behind it",
            "Batches": "B-20417, B-20418",
            "Released already": "No",
        },
        "People": {
            "Who was told": "Shift supervisor, QA on call",
            "Told at": "24 November 2025, 06:25 (CET)",
        },
    }
    return tuple(
        Fact(
            label, value, group, Choice("Change", Press("change", (label.lower(),), about(label.lower(), 0)))
        )
        for group, lines in told.items()
        for label, value in lines.items()
    )


CHAPTER_8 = Citation(
    "EU GMP Part I, 8.14",
    "Complaints, Quality Defects and Product Recalls",
    "https://health.ec.europa.eu/gmp_chap8_0.pdf",
    "law",
)
CFR = Citation(
    "21 CFR 211.192",
    "Production record review",
    "https://www.ecfr.gov/current/title-21/section-211.192",
    "law",
)
QUESTION = Reply(
    "Was the batch already released?",
    Tone.QUESTION,
    choices=(*answers("released", "Yes", "No", "I do not know"), *ways("released")),
    progress=Progress(3, 12, "Right now"),
    spoken="Was the batch already released?",
)
DESCRIBE = Reply(
    "Changed. I have kept your other answers.\n\nWhat did you see? Please write down what was there, not why.\n\n"
    "Numbers, places and times help most.",
    Tone.QUESTION,
    choices=(
        Choice("Keep it as it is", Press("keep", (), about("seen")), is_main=True),
        *answers("seen", "I do not know"),
        Choice("Later", Press("skip", (), about("seen"))),
        *ways("seen"),
    ),
    field=Field("long_text", about("seen"), "What was seen", filled=("A tablet was chipped.",)),
    progress=Progress(4, 12, "What happened"),
)
WHEN = Reply(
    "When was it first noticed?",
    Tone.QUESTION,
    choices=(*answers("noticed", "I do not know"), *ways("noticed")[:3]),
    field=Field(
        "datetime",
        about("noticed"),
        "First noticed",
        placeholder="such as: today 06:10, or 3 June 2026 14:05",
    ),
    progress=Progress(1, 12, "What happened"),
)
TOUCHES = Reply(
    "What could it touch?\n\nPick all that apply. If you type, put a comma between them.",
    Tone.QUESTION,
    choices=(Choice("Skip", Press("skip", (), about("touches"))), *ways("touches")[:3]),
    field=Field(
        "multi",
        about("touches"),
        "What it touches",
        (
            ("product", "A product that is on the market"),
            ("batch", "A batch in production"),
            ("records", "Records or data"),
            ("none", "None of these"),
        ),
        excludes="none",
        filled=("batch",),
    ),
    progress=Progress(6, 12, "Right now"),
)
EVIDENCE = Reply(
    "Do you have a photo of it?",
    Tone.QUESTION,
    choices=(Choice("Skip", Press("skip", (), about("photo"))), *ways("photo")[:3]),
    field=Field("attachment", about("photo"), "Photos", allow=("jpg", "png"), max_files=5),
    progress=Progress(9, 12, "Evidence"),
)
STOP = Reply(
    "Keep the line closed.\n\nQA on call has been asked to release it. I have posted it to Maya Lindqvist, and I tell you"
    " when she has read it. If nobody answers in 10 minutes, phone +353 1 555 0100.",
    Tone.STOP,
    choices=(
        Choice("QA has released it", Press("free", ("hold",), about("hold", 0)), is_main=True),
        *ways("hold")[1:2],
    ),
    citations=(CHAPTER_8,),
)
REVIEW = Reply(
    "Here is what you told me. Is it right?\n\nStill to come back to: Photos.",
    Tone.QUESTION,
    choices=(
        Choice("This is right", Press("confirm", ("f" * 64,), about("review")), is_main=True),
        *ways("review")[:1],
        *ways("review")[5:],
    ),
    facts=facts(),
    progress=Progress(12, 12, "Review"),
)
DRAFT = Reply(
    "Draft 1 is ready. It is a draft, not the quality record: copy what you need into your QMS.\n\nStill to come: Record number.",
    Tone.DONE,
    choices=(
        Choice("Go on with the rest", Press("rest", (), About(RUN, "", 0)), is_main=True),
        Choice("Give it now: Record number", Press("change", ("number",), About(RUN, "", 0))),
        Choice("Copy field by field", Press("copy", (), About(RUN, "", 0)), is_aside=True),
    ),
    files=(File(f"{RUN}-draft-1.docx", DOCX, RUN, 1), File(f"{RUN}-draft-1.md", "text/markdown", RUN, 1)),
)
ANSWER = Reply(
    "A minor deviation is still investigated: an unexplained discrepancy is looked into whether or not the batch has been"
    " distributed. How deep you go depends on the risk. Your site's procedure decides who does it and by when.",
    citations=(CFR, CHAPTER_8),
    is_answer=True,
)
TOLD = Reply(
    'Ana Horvat asked me to tell you: "Deviation on line 3", reference coach-7k2m. Please get in touch with them.',
    Tone.STOP,
    choices=(
        Choice("I have read this", Press("seen", ("hold",), about("hold", 0)), is_main=True),
        Choice("Release the stop", Press("free", ("hold",), about("hold", 0))),
    ),
    facts=tuple(replace(fact, change=None, group="") for fact in facts()[1:3]),
)
ENDING = Reply(
    'Shall I put "Deviation on line 3" aside and keep your place, or end it?',
    choices=(
        Choice("Put aside", Press("pause", (), About(RUN, "", 0)), is_main=True),
        Choice("End it", Press("cancel", (), About(RUN, "", 0))),
    ),
)
WHICH = Reply(
    "Which of these comes closest to the cause you suspect?",
    Tone.QUESTION,
    choices=(
        *answers(
            "cause",
            "Procedure was followed, but it did not cover the case that came up on this shift with the new supplier",
            "Training",
            "Equipment was outside its calibrated range when the in-process check was done, and nobody was alerted",
            "Material",
            "Environment",
            "Something else",
        ),
        *ways("cause")[:3],
    ),
    progress=Progress(5, 12, "Cause"),
)
DRAFTS = Reply(
    "Here is what you have made.",
    files=tuple(
        File(f"coach-{run}-draft-{number}.{kind}", DOCX, f"coach-{run}", number)
        for run, number in (("7k2m", 2), ("7k2m", 1), ("9d4x", 1))
        for kind in ("docx", "md")
    ),
)
COPIES = Reply(
    "Copy each field into your QMS, in the order of its form.",
    Tone.NOTICE,
    facts=tuple(Fact(fact.label, fact.value, is_copy=True) for fact in facts()[:4]),
)
MINE = Overview(
    Person("ana", "Ana Horvat", "north", "operator", zone="Europe/Zagreb"),
    "Northfield",
    (
        RunInHand(RUN, "Deviation on line 3", "open", "Where", Press("resume", (), About(RUN, "", 0))),
        RunInHand(
            "coach-9d4x",
            "Out of specification: assay",
            "waiting",
            "Record number",
            Press("resume", (), About("coach-9d4x", "", 0)),
            "Maya Lindqvist has handed this part over to you.",
        ),
    ),
    DRAFTS.files,
    2,
    (
        ("deviation", "Deviation"),
        ("oos", "Out of specification"),
        ("complaint", "Complaint"),
        ("change", "Change request"),
    ),
    "You see your own runs, answers and drafts. Some steps tell QA or your supervisor. They see your name, the title and a"
    " few of your answers, and I say so each time. If you hand a run over, your colleague sees all of it.",
    (
        RunLent(
            "coach-3f8p",
            "Look at a result",
            '"Look at a result" is with Maya Lindqvist since 24 November 2025, 06:31 (CET): the part of the supervisor.',
            Press("resume", (), About("coach-3f8p", "", 0)),
            Press("take_back", ("to_lead",), About("coach-3f8p", "", 0)),
        ),
    ),
)
USED = "Chosen: No (Ana Horvat, 24 November 2025, 06:31 (CET))"
HALF_USED = "Chosen: I have read this (Maya Lindqvist, 24 November 2025, 06:31 (CET))"
