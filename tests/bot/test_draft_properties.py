"""Laws of a draft: whatever a person types, a reader finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from pathlib import Path
from re import DOTALL, sub

from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.document import as_docx, as_markdown
from playbooks.draft import Draft, Group, Line, OpenPoint

TEMPLATE = (Path(__file__).parents[2] / "playbooks" / "templates" / "coaching-draft.docx").read_bytes()
SAID_AT = datetime(2025, 6, 3, 5, 41, tzinfo=UTC)
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])

MARKS = st.sampled_from([
    *"\\`*_{}[]()<>#+-.!|~&=:;\"'$^@/\n\t ",
    *("  ", "\n\n", "\n- ", "\n1. ", "\n# ", "\n> ", "\n    ", "\n---\n", "\n```\n", "\n~~~\n", "\n| a | b |\n|---|---|\n"),
    *("{{ x }}", "{% x %}", "{_{", "_}", "&amp;", "&#38;", "<b>", "</w:t>", "<!--", "]]>", "http://a.b", "www.a.b"),
    *("a", "7", "°", "שלום", "Ж", "e\u0301", "👩‍🔬", "\u202e", "\u200b", "\r", "\r\n", "\u2028", "\x00", "\x1b", "\ufffe"),
])  # fmt: skip
TYPED = st.one_of(
    st.text(max_size=80),
    st.lists(MARKS, max_size=25).map("".join),
    st.lists(st.one_of(MARKS, st.characters()), max_size=25).map("".join),
)
DRAFT = Draft(
    title="Open a deviation",
    run="coach-7k2m",
    number=1,
    made_at=SAID_AT,
    made_by="operator",
    site="Example site",
    watermark="DRAFT, not the quality record.",
    script="deviation-open",
    version="1.3.0",
    script_hash="0" * 64,
    status_note="",
    groups=(),
    open_points=(),
    told=(),
    changes=(),
    released=(),
    clocks=(),
    attachments=(),
    zone="Europe/London",
    fingerprint="5e" * 32,
)


def with_answers(values: list[str], labels: list[str]) -> Draft:
    said = tuple(
        Line("s", label, f"«{value}»", "?", SAID_AT, "operator")
        for value, label in zip(values, labels, strict=True)
    )
    points = tuple(OpenPoint("s", "", f"{value}") for value in values)
    return replace(DRAFT, groups=(Group("What happened", said),), open_points=points)


def printable(text: str) -> str:
    """The characters of `text` that leave ink, in order."""
    return "".join(c for c in text if c.isprintable() and not c.isspace())


@settings(max_examples=25, deadline=None)
@given(st.lists(TYPED, min_size=1, max_size=8))
def test_every_printable_character_of_an_answer_is_in_the_word_draft(values: list[str]) -> None:
    document = Document(BytesIO(as_docx(with_answers(values, values), TEMPLATE)))
    rows = document.tables[0].rows[1:]
    assert [printable(row.cells[1].paragraphs[0].text).replace("\ufffd", "") for row in rows] == [
        printable(f"«{value}»").replace("\ufffd", "") for value in values
    ]
    assert [printable(row.cells[0].text).replace("\ufffd", "") for row in rows] == [
        printable(value).replace("\ufffd", "") for value in values
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(TYPED, min_size=1, max_size=4))
def test_every_printable_character_of_an_answer_is_in_the_rendered_markdown(values: list[str]) -> None:
    html = MARKDOWN.render(as_markdown(with_answers(values, values)))
    shown = printable(unescape(sub(r"<[^>]*>", "", html, flags=DOTALL))).replace("\ufffd", "")
    expected = "".join(printable(f"{label}:«{label}»").replace("\ufffd", "") for label in values)
    points = "".join(printable(value).replace("\ufffd", "") for value in values)
    assert f"Openpoints{points}Timelimits" in shown
    assert f"Whathappened{expected}Changedsince" in shown


@settings(max_examples=100, deadline=None)
@given(st.lists(TYPED, min_size=1, max_size=4))
def test_an_answer_never_becomes_structure_of_the_markdown(values: list[str]) -> None:
    made = with_answers(values, ["Where"] * len(values))
    parsed = MARKDOWN.parse(as_markdown(made))
    tokens = [token.type for token in parsed]
    allowed = ("heading_", "paragraph_", "bullet_list_", "list_item_", "inline")
    assert not [token for token in tokens if not token.startswith(allowed)]
    assert tokens.count("list_item_open") == 2 * len(values) + 5
    assert tokens.count("heading_open") == 9
    inline = {part.type for token in parsed for part in token.children or ()}
    assert inline <= {"text", "softbreak", "hardbreak", "strong_open", "strong_close", "text_special"}
