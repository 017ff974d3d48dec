"""The coach at a prompt: plain lines, numbers as buttons, and nothing that can act on the terminal."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.attachment import Attachment
from bot.channels.terminal import Console, lines_of, visible
from bot.errors import CoachError
from bot.message import About, Message, Press
from bot.reply import Choice, Citation, Fact, Field, File, Progress, Reply, Tone

ABOUT = About("coach-7k2m", "where", 3)
YES = Choice("Yes", Press("answer", ("yes",), ABOUT))
NO = Choice("No", Press("answer", ("no",), ABOUT))
BACK = Choice("Back", Press("back", (), ABOUT), is_aside=True)
RELEASED = Reply("Was it released?", Tone.QUESTION, choices=(YES, NO, BACK))
WHERE = Reply("Where?", Tone.QUESTION, field=Field("text", ABOUT, "Where", placeholder="such as: room 12"))
DRAFTED = Reply("Ready.", Tone.DONE, files=(File("coach-7k2m-draft-1.docx", "x", "coach-7k2m", 1),))
EVIDENCE = Reply(
    "Anything to attach?",
    Tone.QUESTION,
    field=Field("attachment", ABOUT, "Attachments", allow=("jpg", "png"), max_files=3),
)
COPIES = Reply(
    "Copy each field.",
    facts=(
        Fact("What", "a chipped tablet,\nabout forty " + "x" * 100, is_copy=True),
        Fact("Line", "L3", is_copy=True),
    ),
)
ON_DISK = {
    "a.png": b"\x89PNG\r\n\x1a\n",
    "my chart.jpg": b"\xff\xd8\xff",
    "a.exe": b"MZ",
    "big.png": b"x" * 10_000_001,
}
ESCAPE = "\x1b[2J"


class Scripted:
    """A desk that gives one reply after another, and keeps what it heard."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = iter(replies)
        self.heard: list[Message] = []
        self.saved: list[File] = []
        self.attached: list[Attachment] = []

    def hear(self, message: Message, attachments: Sequence[Attachment] = ()) -> Sequence[Reply]:
        self.heard.append(message)
        self.attached += attachments
        return [reply] if (reply := next(self.replies, None)) else []

    def save(self, file: File) -> str:
        self.saved.append(file)
        return f"/drafts/{file.name}"

    def load(self, path: str) -> bytes:
        if path not in ON_DISK:
            raise CoachError(f"{path} cannot be read: No such file or directory")
        return ON_DISK[path]


def console(*replies: Reply) -> tuple[Console, Scripted, list[str]]:
    """A console in front of which the first of these replies stands."""
    desk, written, ids = Scripted(*replies), list[str](), itertools.count(1)
    prompt = Console(desk, "ana", written.append, lambda: f"id-{next(ids)}")
    prompt.begin()
    return prompt, desk, written


def shown(reply: Reply) -> list[str]:
    return [line.strip() for line in lines_of(reply) if line.strip()]


# --- What is typed ---


@pytest.mark.parametrize(
    ("line", "press"),
    [
        ("1", YES.press),
        (" 2 ", NO.press),
        pytest.param("3", None, id="no such number: the coach is asked what it makes of it"),
        pytest.param("0", None, id="nobody counts from nought"),
        pytest.param("-1", None, id="nor backwards"),
        pytest.param("²", None, id="a figure that is no number"),
        ("back", BACK.press),
        ("BACK", BACK.press),
        pytest.param("yes", None, id="an answer in words is read by the coach"),
    ],
)
def test_a_number_is_its_button_and_an_aside_its_word(line: str, press: Press | None):
    prompt, desk, _ = console(RELEASED)

    prompt.take(line)

    assert desk.heard[-1].press == press
    assert desk.heard[-1].text


def test_words_are_about_the_question_that_stands_there():
    prompt, desk, _ = console(WHERE)

    prompt.take("room 12")

    assert (desk.heard[-1].text, desk.heard[-1].about) == ("room 12", ABOUT)


@pytest.mark.parametrize(("line", "press"), [("1", None), ("a", YES.press), ("B", NO.press)])
def test_where_a_number_is_the_answer_it_is_no_button(line: str, press: Press | None):
    count = Reply("How many?", Tone.QUESTION, field=Field("number", ABOUT, "Events"), choices=(YES, NO))
    prompt, desk, _ = console(count)

    prompt.take(line)

    assert (desk.heard[-1].press, "[a]" in " ".join(shown(count))) == (press, True)


def test_only_the_last_replys_buttons_count():
    prompt, desk, _ = console(RELEASED, WHERE)
    prompt.take("1")

    prompt.take("1")

    assert (desk.heard[-1].text, desk.heard[-1].press) == ("1", None)


def test_files_are_attached_by_their_paths_and_one_with_spaces_stands_in_quotes():
    prompt, desk, _ = console(EVIDENCE)

    prompt.take('Attach a.png "my chart.jpg"')

    assert [(file.name, file.kind) for file in desk.attached] == [("a.png", "png"), ("my chart.jpg", "jpg")]
    assert (desk.heard[-1].files, desk.heard[-1].about) == (
        tuple(file.upload for file in desk.attached),
        ABOUT,
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("attach nothing.png", "nothing.png cannot be read"),
        ("attach a.exe", '"a.exe" is no photo (JPG, PNG) and no PDF'),
        ("attach big.png", "more than 10 MB"),
        ("attach " + "a.png " * 11, "more than 10 files"),
        ('attach "a.png', "A quote is not closed"),
    ],
)
def test_what_cannot_be_attached_is_said_and_nothing_is_sent(line: str, words: str):
    prompt, desk, written = console(EVIDENCE)

    prompt.take(line)

    assert words in written[-1]
    assert len(desk.heard) == 1


@pytest.mark.parametrize(
    ("question", "line"),
    [
        (WHERE, "attach a.png"),
        pytest.param(EVIDENCE, "attach", id="nothing named"),
        (EVIDENCE, "attached already"),
    ],
)
def test_where_no_files_are_asked_for_or_named_attach_is_a_word_like_any_other(question: Reply, line: str):
    prompt, desk, _ = console(question)

    prompt.take(line)

    assert (desk.heard[-1].text, desk.attached) == (line, [])


def test_a_question_for_files_says_how_to_send_them():
    assert "to send files (jpg, png; at most 3), type 'attach' and their paths" in shown(EVIDENCE)


def test_a_value_to_copy_stands_in_lines_of_its_own_as_it_is():
    lines = list(lines_of(COPIES))

    start = lines.index("   What:")
    assert lines[start + 1 : start + 3] == ["a chipped tablet,", "about forty " + "x" * 100]
    assert lines[start + 3 : start + 5] == ["   Line:", "L3"]


def test_a_number_is_asked_for_with_its_unit():
    warm = Reply("How warm?", Tone.QUESTION, field=Field("number", ABOUT, "Temperature", placeholder="°C"))

    assert "(in °C)" in shown(warm)


def test_every_message_has_an_id_of_its_own():
    prompt, desk, _ = console(RELEASED)

    prompt.run(["hello", "hello"])

    assert len({message.event_id for message in desk.heard}) == 3


@pytest.mark.parametrize("word", ["exit", "QUIT", " bye "])
def test_piped_lines_are_taken_in_until_somebody_leaves(word: str):
    prompt, desk, _ = console()

    prompt.run(["one\n", "two\n", word, "three"])

    assert [message.text for message in desk.heard] == ["hello", "one", "two"]


def test_save_writes_every_file_that_was_offered_and_says_where():
    prompt, desk, written = console(DRAFTED)

    prompt.take("Save")

    assert desk.saved == list(DRAFTED.files)
    assert written[-1] == "   saved: /drafts/coach-7k2m-draft-1.docx"


def test_save_without_a_file_is_a_word_like_any_other():
    prompt, desk, _ = console(WHERE)

    prompt.take("save")

    assert desk.heard[-1].text == "save"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        pytest.param("a\x00b", "a�b", id="NUL, which no database takes"),
        pytest.param("a\udcffb", "a�b", id="a byte of the pipe that was no text"),
        pytest.param(f"a{ESCAPE}b", "a�[2Jb", id="an escape sequence"),
        pytest.param("25\N{NO-BREAK SPACE}°C", "25\N{NO-BREAK SPACE}°C", id="a no-break space stays"),
    ],
)
def test_what_cannot_be_written_down_is_shown_before_it_is_sent(line: str, text: str):
    prompt, desk, _ = console()

    prompt.take(line)

    assert desk.heard[-1].text == text


# --- What is shown ---


def test_a_question_reads_from_top_to_bottom():
    reply = Reply(
        "Was it released?", Tone.QUESTION, choices=(YES, NO, BACK), progress=Progress(2, 7, "What happened")
    )

    assert list(lines_of(reply)) == [
        "",
        "   Step 2 of 7 · What happened",
        "   Was it released?",
        "   [1] Yes",
        "   [2] No",
        "   or type: Back",
    ]


@pytest.mark.parametrize(
    ("tone", "mark"), [(Tone.STOP, "!! "), (Tone.NOTICE, "-- "), (Tone.DONE, "ok "), (Tone.PLAIN, "   ")]
)
def test_a_tone_is_a_mark_before_the_first_line_only(tone: Tone, mark: str):
    assert list(lines_of(Reply("One.\nTwo.", tone))) == ["", f"{mark}One.", "   Two."]


def test_a_list_to_tick_has_letters():
    field = Field("multi", ABOUT, "Done", (("hold", "Put on hold"), ("told", "Told QA")))

    assert shown(Reply("What?", field=field)) == ["What?", "[a] Put on hold", "[b] Told QA"]


def test_a_review_stands_in_groups_with_the_way_to_change_an_answer():
    change = Choice("Change", Press("change", ("when",), ABOUT))
    facts = (Fact("When", "06:10", "What happened", change), Fact("Where", "L3", "What happened", change))

    assert shown(Reply("Right?", facts=facts)) == [
        "Right?",
        "What happened",
        "When: 06:10",
        "Where: L3",
        "to change one, type 'change' and its name, such as: change when",
    ]


def test_an_answer_of_several_lines_keeps_its_lines():
    assert shown(Reply("Right?", facts=(Fact("What", "Chipped.\nForty set aside."),)))[1:] == [
        "What: Chipped.",
        "Forty set aside.",
    ]


def test_sources_say_how_binding_they_are_and_files_how_to_keep_them():
    reply = Reply("Ready.", citations=(Citation("Part 211.192", "Review", "", "law"),), files=DRAFTED.files)

    assert shown(reply)[1:] == [
        "Part 211.192 (law): Review",
        "coach-7k2m-draft-1.docx: type 'save' to keep them here",
    ]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        pytest.param(ESCAPE, "�[2J", id="an escape sequence"),
        pytest.param("a\N{RIGHT-TO-LEFT OVERRIDE}b", "a�b", id="text turned round"),
        pytest.param("a\x07b\x7f\x9b", "a�b��", id="bell, delete, and an escape in one character"),
        pytest.param("a\tb\nc", "a b c", id="one line stays one line"),
        pytest.param("25\N{NO-BREAK SPACE}°C ≥ µg — naïve", "25\N{NO-BREAK SPACE}°C ≥ µg — naïve", id="ours"),
        pytest.param("片剂 שבור 💊", "片剂 שבור 💊", id="every script"),
    ],
)
def test_nothing_that_acts_on_the_terminal_reaches_it(text: str, seen: str):
    assert visible(text) == seen


def test_no_part_of_a_reply_reaches_the_terminal_raw():
    choice = Choice(f"Keep: {ESCAPE}", Press("keep", (ESCAPE,)), hint=ESCAPE)
    aside = Choice(ESCAPE, Press("back"), is_aside=True)
    reply = Reply(
        ESCAPE,
        choices=(choice, aside),
        field=Field("multi", ABOUT, ESCAPE, ((ESCAPE, ESCAPE),), placeholder=ESCAPE),
        facts=(Fact(ESCAPE, ESCAPE, ESCAPE, choice),),
        citations=(Citation(ESCAPE, ESCAPE, ESCAPE, ESCAPE),),
        files=(File(ESCAPE, ESCAPE, ESCAPE, 1),),
        progress=Progress(1, 2, ESCAPE),
    )

    prompt, _, written = console(reply)
    prompt.take("save")

    assert written
    assert not [line for line in written if "\x1b" in line]


@given(st.text(max_size=600))
def test_every_word_is_shown_and_no_line_is_wider_than_the_page(text: str):
    lines = list(lines_of(Reply(text)))

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(len, lines)) <= 88
