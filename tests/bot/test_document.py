from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from re import DOTALL, sub
from time import perf_counter
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from docx import Document
from docx.document import Document as Word
from docx.oxml.ns import qn
from markdown_it import MarkdownIt

from bot.document import MEDIA_TYPES, PLACEHOLDERS, DocumentRefused, as_docx, as_markdown
from playbooks.draft import Draft, Group, Line, OpenPoint
from playbooks.figure import Chain, Drawn, Link
from tests.tools.build_draft_template import build

SHIPPED = Path(__file__).parents[2] / "playbooks" / "templates" / "coaching-draft.docx"
TEMPLATE = SHIPPED.read_bytes()
SAID_AT = datetime(2025, 6, 3, 5, 41, tzinfo=UTC)
WATERMARK = "DRAFT, not the quality record. Copy facts into the record; do not attach."


def line(label: str, value: str) -> Line:
    return Line("where", label, value, f"{label}, in full?", SAID_AT, "operator")


def draft(*values: str, **changes: object) -> Draft:
    plain = Draft(
        title="Open a deviation",
        run="coach-7k2m",
        number=2,
        made_at=SAID_AT + timedelta(minutes=20),
        made_by="operator",
        site="Example site",
        watermark=WATERMARK,
        script="deviation-open",
        version="1.3.0",
        script_hash="9f2c41d07be3" + "0" * 52,
        status_note="Not yet approved by your site",
        groups=(Group("What happened", tuple(line(f"Fact {n}", v) for n, v in enumerate(values, 1))),),
        open_points=(OpenPoint("at", "When", "Not known yet: when it happened (follow up: 2 working days)"),),
        told=("QA was told through the coach on 2025-06-03 06:20 (posted, not confirmed read)",),
        changes=(),
        released=(),
        clocks=(
            "Open the record in the QMS: due 4 June 2025, 06:10 (BST), 1 working day after noticed (open)",
        ),
        attachments=(),
        zone="Europe/London",
        fingerprint="5e" * 32,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def word(made: Draft, template: bytes = TEMPLATE) -> Word:
    return Document(BytesIO(as_docx(made, template)))


def answers(document: Word) -> list[str]:
    return [row.cells[1].paragraphs[0].text for table in document.tables for row in table.rows[1:]]


def pages(document: Word) -> str:
    section = document.sections[0]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    outside = [p.text for p in (*section.header.paragraphs, *section.footer.paragraphs)]
    return "\n".join([*(p.text for p in document.paragraphs), *cells, *outside])


def rendered(markdown: str) -> str:
    """What a reader of the rendered Markdown sees, line for line."""
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)
    return unescape(sub(r"<[^>]*>", "", sub(r"<br ?/?>\n?", "\n", html), flags=DOTALL))


def template(*paragraphs: str, change: Callable[[Word], object] = lambda _: None) -> bytes:
    """A site's own template: everything a draft needs, and `paragraphs`."""
    made = Document()
    for text in (
        "{{ watermark }} {{ run }}",
        "{% for group in groups %}{% for line in group.lines %}{{ line.label }}: {{ line.value }}; {% endfor %}{% endfor %}",
        "{% for point in open_points %}{{ point.note }}{% endfor %}",
        "{% for value in values %}{{ value.label }}: {{ value.value }}; {% endfor %}",
        "{% for figure in figures %}{{ figure.title }} {% for line in figure.lines %}{{ line }}; {% endfor %}{% endfor %}",
        *(
            f"{{% for sentence in {name} %}}{{{{ sentence }}}}{{% endfor %}}"
            for name in ("changes", "told", "released", "clocks", "attachments")
        ),
        *paragraphs,
    ):
        made.add_paragraph(text)
    change(made)
    saved = BytesIO()
    made.save(saved)
    return saved.getvalue()


def repacked(package: bytes, **parts: str | bytes) -> bytes:
    """`package` with `parts` put in place of its own; `__` stands for a slash and `_dot_` for a dot."""
    renamed = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    made = BytesIO()
    with ZipFile(BytesIO(package)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, renamed.pop(name, old.read(name)))
        for name, content in renamed.items():
            new.writestr(name, content)
    return made.getvalue()


# --- numbers and pictures


WHYS = Drawn(
    "why_tree",
    'Why "it" <happened>',
    "What happened: pH < 7 in T_07\nWhy 1: a {{ worn }} seal & a loose clamp",
    ("", "What was said"),
    (("What happened", "pH < 7 in T_07"),),
    Chain("pH < 7 in T_07", (Link("Why 1", "a {{ worn }} seal & a loose clamp", None),)),
)
FEW = Drawn("chart", "The values", "There are 3 values, and a control chart needs at least 8.")
PICTURED = draft("x", values=(("Needed", "29"), ("Time to report", "1.5 hours")), figures=(WHYS, FEW))


def png(width: int, height: int) -> bytes:
    """A grey picture of this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_both_drafts_show_the_numbers_and_what_each_picture_shows_in_words() -> None:
    for text in (pages(word(PICTURED)), rendered(as_markdown(PICTURED))):
        for expected in (
            "Needed: 29",
            "Time to report: 1.5 hours",
            'Why "it" <happened>',
            "What happened: pH < 7 in T_07",
            "Why 1: a {{ worn }} seal & a loose clamp",
            "There are 3 values, and a control chart needs at least 8.",
        ):
            assert expected in text


def test_a_draft_without_numbers_and_pictures_does_not_speak_of_them() -> None:
    for text in (pages(word(draft("x"))), rendered(as_markdown(draft("x")))):
        assert "Worked out" not in text
        assert "Picture" not in text


def test_the_word_draft_holds_the_picture_with_what_it_shows_for_those_who_do_not_see_it() -> None:
    made = Document(BytesIO(as_docx(PICTURED, TEMPLATE, {"why_tree": png(600, 300)})))
    (shown,) = made.inline_shapes
    described = shown._inline.docPr
    assert described.get("title") == WHYS.title
    assert described.get("descr") == WHYS.text
    assert (round(shown.width.mm), round(shown.height.mm)) == (79, 40)
    assert WHYS.text.split("\n")[0] in pages(made)


def test_only_what_could_be_drawn_is_called_a_picture() -> None:
    headings = pages(Document(BytesIO(as_docx(PICTURED, TEMPLATE, {"why_tree": png(60, 30)})))).split("\n")
    assert f"Picture: {WHYS.title}" in headings
    assert FEW.title in headings
    assert f"Picture: {FEW.title}" not in headings


@pytest.mark.parametrize(("width", "height", "expected"), [(2600, 1300, (170, 85)), (1300, 3400, (80, 210))])
def test_a_picture_is_no_larger_than_a_page(width: int, height: int, expected: tuple[int, int]) -> None:
    made = Document(BytesIO(as_docx(PICTURED, TEMPLATE, {"why_tree": png(width, height)})))
    (shown,) = made.inline_shapes
    assert (round(shown.width.mm), round(shown.height.mm)) == expected


def test_a_draft_with_a_picture_is_the_same_bytes_each_time() -> None:
    pictures = {"why_tree": png(60, 30)}
    assert as_docx(PICTURED, TEMPLATE, pictures) == as_docx(PICTURED, TEMPLATE, pictures)


# --- what a reader finds


def test_the_word_draft_shows_banner_facts_open_points_and_who_was_told() -> None:
    text = pages(word(draft("Cold room CR-02")))
    for expected in (
        "Open a deviation",
        "Draft 2 of run coach-7k2m, Example site",
        "Made by operator on 2025-06-03",
        "Not yet approved by your site",
        "Times are in Europe/London.",
        "Cold room CR-02",
        "operator, 2025-06-03 06:41",
        "Not known yet: when it happened (follow up: 2 working days)",
        "QA was told through the coach on 2025-06-03 06:20 (posted, not confirmed read)",
        "Made by operator on 2025-06-03 07:01 (Europe/London, UTC+01:00)",
        "9f2c41d07be3" + "0" * 52,
        draft("Cold room CR-02").fingerprint,
    ):
        assert expected in text


def test_every_page_carries_the_banner_and_says_where_it_comes_from() -> None:
    document = word(draft("x"))
    section = document.sections[0]
    assert section.header.paragraphs[0].text == WATERMARK
    assert not section.different_first_page_header_footer
    footer = section.footer.paragraphs[0]
    assert footer.text.startswith("coach-7k2m, draft 2. Playbook deviation-open 1.3.0, SHA-256 9f2c41d07be3…")
    assert [i.text for i in footer._p.iter(qn("w:instrText"))] == [" PAGE ", " NUMPAGES "]
    assert WATERMARK in [p.text for p in document.paragraphs]


def test_the_word_draft_is_an_accessible_a4_page() -> None:
    document = word(draft("x"))
    section = document.sections[0]
    assert section.page_width
    assert section.page_height
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    table = document.tables[0]
    assert table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None
    assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "What happened"
    assert [p.style.name for p in document.paragraphs if p.style and p.style.name.startswith("Heading 1")]
    assert document.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val")) == "en-GB"
    properties = document.core_properties
    assert properties.title == "Open a deviation: draft 2, coach-7k2m"
    assert (properties.author, properties.language) == ("operator", "en-GB")
    assert properties.created == datetime(2025, 6, 3, 6, 1, tzinfo=UTC)


def test_a_title_longer_than_word_allows_is_cut_in_the_properties_only() -> None:
    document = word(draft("x", title="T" * 400))
    assert len(document.core_properties.title) == 255
    assert "T" * 400 in pages(document)


def test_nothing_to_show_is_said_plainly() -> None:
    empty = draft(groups=(), open_points=(), told=(), status_note="")
    for text in (pages(word(empty)), as_markdown(empty)):
        assert "None." in text
        assert "Nobody was told through the coach." in text
        assert "approved at this site" in text
        assert "Not yet approved" not in text


def test_a_long_draft_keeps_every_answer_in_order() -> None:
    values = [f"{n}: " + "SOP-114 requires 2 to 8 °C. " * 50 for n in range(30)]
    assert answers(word(draft(*values))) == values


def test_the_same_draft_is_the_same_bytes() -> None:
    assert as_docx(draft("x"), TEMPLATE) == as_docx(draft("x"), TEMPLATE)


def test_markdown_reads_as_plain_text() -> None:
    made = draft("SOP-114: 2-8 °C, pH < 7, ~5 kg, 3 * 4, T_07 & C:\\data (see #3)", "> 9.4 °C", "00123\n1E5")
    assert as_markdown(made) == (
        "# Open a deviation: draft 2\n\n"
        f"**{WATERMARK}**\n\n"
        "Run coach-7k2m at Example site. Made by operator on 2025-06-03 07:01 (Europe/London, UTC+01:00).\n\n"
        "**Not yet approved by your site**\n\n"
        "## Open points\n\n"
        "- Not known yet: when it happened (follow up: 2 working days)\n\n"
        "## Time limits\n\n"
        "- Open the record in the QMS: due 4 June 2025, 06:10 (BST), 1 working day after noticed (open)\n\n"
        "## What happened\n\n"
        "- **Fact 1:** SOP-114: 2-8 °C, pH < 7, ~5 kg, 3 * 4, T_07 & C:\\data (see #3)\n"
        "- **Fact 2:** > 9.4 °C\n"
        "- **Fact 3:** 00123  \n  1E5\n\n"
        "## Changed since an earlier draft\n\nNothing.\n\n"
        "## Who was told, and who took part\n\n"
        "- QA was told through the coach on 2025-06-03 06:20 (posted, not confirmed read)\n\n"
        "## Stops that were released\n\nNone.\n\n"
        "## Attachments\n\nNone.\n\n"
        "## How this draft was made\n\n"
        "- The coach asked and wrote down; every answer above is a person's own.\n"
        "- Answered between 2025-06-03 06:41 and 2025-06-03 06:41 (Europe/London)\n"
        f"- Playbook: deviation-open, version 1.3.0, SHA-256 9f2c41d07be3{'0' * 52}\n"
        "- Approval: Not yet approved by your site\n"
        f"- Fingerprint of what this draft states: {made.fingerprint}\n"
    )


def test_every_format_has_a_media_type() -> None:
    assert set(MEDIA_TYPES) == {"docx", "md"}


# --- what people type stands as they typed it

LITERAL = [
    "pH < 7 and > 5 & so on &amp; &#65;",
    "<b>bold</b><script>alert(1)</script><!-- gone -->",
    "{{ run }} {% for x in groups %} {# note #}",
    "{_{ }_} {_% %_}",
    "*star* **two** _under_ __two__ a_b_c ***",
    "~~struck~~ ~5 ~~~",
    "`code` ``` fence",
    "[link](http://example.com) ![picture](x.png) [ref]: x",
    "http://example.com www.example.com <http://a.example> a@example.com",
    "a | b | c\n--- | --- | ---\n1 | 2 | 3",
    "a | b\n:--\n-:",
    "# heading\n## two\n#\n#5 is fine",
    "- item\n+ item\n* item\n1. item\n2) item",
    "> quoted\n>> twice",
    "text\n---\nmore\n===\n***\n___",
    "```\nfenced\n```",
    "    indented\n\tby a tab\n\n        after a gap",
    "\\ \\\\ \\* C:\\temp\\ \\[x\\]\nends with \\\nnext",
    "שלום עולם (a1) مرحبا \u202etxt.exe\u202c",
    "Температура \u0435\u0301 ж ÀÉ 温度 👩‍🔬 🏴 e\u0301\u0323",
    "2025. was early\n1986) too",
    "=A1+1 @here :warning: $x$ ^2^ H~2~O ==mark==",
    "]]> ]]&gt; \ufffd \u00ad \u200b \ue000",
]


@pytest.mark.parametrize("value", LITERAL)
def test_an_answer_stands_literally_in_word(value: str) -> None:
    assert answers(word(draft(value, "next"))) == [value, "next"]


@pytest.mark.parametrize("value", LITERAL)
def test_an_answer_stands_literally_in_rendered_markdown(value: str) -> None:
    for made in (draft(value), draft("x", told=(value,))):
        shown = "\n".join(
            part.strip() for part in rendered(as_markdown(made)).replace("\xa0", " ").splitlines()
        )
        expected = "\n".join(part.strip() for part in value.splitlines())
        assert expected.replace("\n\n", "\n") in shown.replace("\n\n", "\n")


@pytest.mark.parametrize("value", LITERAL)
def test_every_other_text_stands_literally_too(value: str) -> None:
    phrase = " ".join(value.split())
    made = draft(
        groups=(Group(phrase, (line(phrase, "x"),)),),
        **dict.fromkeys(
            ("title", "made_by", "site", "watermark", "script", "version", "status_note"), phrase
        ),
    )
    assert rendered(as_markdown(made)).count(phrase) == 10  # the status note twice
    assert pages(word(made)).count(phrase) >= 10


def test_what_no_document_can_hold_is_seen_to_have_been_there() -> None:
    made = draft("a\x00b\x0bc\x1bd\x85e\ufffef\uffffg\r\nh\ri\u2028j\x7fk")
    shown = "a\ufffdb\ufffdc\ufffdd\ne\ufffdf\ufffdg\nh\ni\nj\ufffdk"
    assert answers(word(made)) == [shown]
    assert shown in rendered(as_markdown(made))


def test_half_a_character_is_shown_as_missing() -> None:
    made = draft("x", title="a\ud800b")
    assert as_markdown(made).encode().decode().startswith("# a\ufffdb: draft 2")
    assert "a\ufffdb" in pages(word(made))


def test_tabs_and_line_breaks_are_kept_in_word() -> None:
    assert answers(word(draft("a\tb\n\n\nc \n d"))) == ["a\tb\n\n\nc \n d"]


# --- the template that comes with it


def parts(package: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(package)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_the_shipped_template_is_what_its_builder_builds() -> None:
    assert parts(TEMPLATE) == parts(build()), "run: python tests/tools/build_draft_template.py"


def test_the_shipped_template_has_every_placeholder_a_draft_needs() -> None:
    own = {name: text.decode() for name, text in parts(TEMPLATE).items() if name.startswith("word/")}
    shown = own["word/document.xml"]
    for placeholder in (
        "watermark",
        "run",
        "made_at",
        "made_by",
        "zone",
        "script",
        "version",
        "script_hash",
        "fingerprint",
    ):
        assert f"{{{{ {placeholder} }}}}" in shown
    for placeholder in (
        "group.title",
        "line.label",
        "line.value",
        "line.said_by",
        "line.said_at",
        "point.note",
        "sentence",
    ):
        assert f"{{{{ {placeholder} }}}}" in shown
    assert "{{ watermark }}" in own["word/header1.xml"]
    assert "{{ short_hash }}" in own["word/footer1.xml"]


# --- a site's own template


def test_a_sites_own_template_may_show_repeat_and_leave_out() -> None:
    own = template(
        "{% for group in groups %}{{ loop.index }} {{ group.title|e }}{% if not loop.last and zone %}, {% endif %}{% endfor %}",
        "{% if status_note or zone %}{{ site }}{% else %}{{ title }}{% endif %}",
    )
    text = pages(word(draft("CR-02"), own))
    assert "1 What happened" in text
    assert "Fact 1: CR-02; " in text
    assert "Example site" in text


@pytest.mark.parametrize(
    ("placeholder", "says"),
    [
        ("{{ batch_no }}", "'batch_no', which no draft has; known here: "),
        ("{{ titel }}", "did you mean 'title'?"),
        (
            "{% for g in groups %}{{ g.titel }}{% endfor %}",
            "'groups.titel', which no draft has; did you mean 'title'?",
        ),
        ("{{ title.__class__ }}", "'title.__class__', which no draft has"),
        ("{{ groups }}", "'groups' is not a text; write {% for x in groups %} and show x"),
        (
            "{% for x in open_points %}{{ x }}{% endfor %}",
            "'open_points' is not a text; name one of its parts",
        ),
        ("{% for x in title %}{{ x }}{% endfor %}", "repeats over 'title', which is one thing"),
        ("{% if batch_no %}x{% endif %}", "'batch_no', which no draft has"),
        ("{{ title", "a placeholder in it cannot be read"),
        ("{% for x in told %}", "a placeholder in it cannot be read"),
    ],
)
def test_a_placeholder_no_draft_has_is_named(placeholder: str, says: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        as_docx(draft("x"), template(placeholder))
    assert says in str(refused.value)
    assert str(refused.value).startswith("the draft template cannot be used: ")


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ lipsum() }}",
        "{{ title.format(1) }}",
        "{{ title['upper'] }}",
        "{{ title|upper }}",
        "{{ title|attr('x') }}",
        "{{ 9**9**9 }}",
        "{{ 'a' * 999999999 }}",
        "{{ title ~ title }}",
        "{{ title if zone else run }}",
        "{% if 9**9**9 %}x{% endif %}",
        "{% for x in range(10**9) %}x{% endfor %}",
        "{% for g in groups if lipsum() %}x{% endfor %}",
        "{% for a, b in groups %}x{% endfor %}",
        "{% for g in groups recursive %}{{ loop(groups) }}{% endfor %}",
        "{% for a in told %}{% for b in told %}{% for c in told %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in told %}{% if a %}{% for b in groups %}x{% endfor %}{% endif %}{% endfor %}",
        "{% include '/etc/passwd' %}",
        "{% import '/etc/passwd' as x %}",
        "{% extends 'x' %}",
        "{% set x = 1 %}",
        "{% macro x() %}{{ x() }}{% endmacro %}",
        "{% filter upper %}x{% endfilter %}",
        "{% with x = title %}{{ x }}{% endwith %}",
        "{{ " + "(" * 20_000 + ")" * 20_000 + " }}",
        "{{ " + "not " * 20_000 + "title }}",
        "{{r title }}" + "{% if zone %}" * 150,
        "{{ title }}" * 500,
        "x" * 400_000,
    ],
    ids=lambda attack: attack[:40],
)
def test_a_hostile_template_reaches_nothing_and_is_refused_at_once(attack: str) -> None:
    hostile = template(attack)
    begun = perf_counter()
    with pytest.raises(DocumentRefused):
        as_docx(draft("x", "y", "z"), hostile)
    assert perf_counter() - begun < 5


def test_a_tag_in_a_margin_or_a_property_is_read_as_strictly() -> None:
    def margin(word: Word) -> None:
        word.sections[0].footer.paragraphs[0].text = "{{ lipsum() }}"

    def title(word: Word) -> None:
        word.core_properties.title = "{{ lipsum() }}"

    for change in (margin, title):
        with pytest.raises(DocumentRefused, match="does more than show a draft"):
            as_docx(draft("x"), template(change=change))


def test_a_template_that_leaves_out_part_of_a_draft_is_refused() -> None:
    made, saved = Document(), BytesIO()
    made.add_paragraph("{{ watermark }} {{ run }}")
    made.save(saved)
    with pytest.raises(
        DocumentRefused,
        match=r"does not show attachments, changes, clocks, figures\.lines, figures\.title, groups\.lines\.label, groups\.lines\.value, open_points\.note, rel",
    ):
        as_docx(draft("x"), saved.getvalue())
    hides = template("{% if not run %}x{% endif %}")
    hides = repacked(
        hides,
        word__document_dot_xml=part(hides).replace(
            "{{ line.value }}", "{% if loop.first %}{{ line.value }}{% endif %}"
        ),
    )
    with pytest.raises(DocumentRefused, match="it hides the answer to 'Fact 2'"):
        as_docx(draft("first", "second"), hides)


def part(package: bytes) -> str:
    with ZipFile(BytesIO(package)) as opened:
        return opened.read("word/document.xml").decode()


def test_an_answer_put_where_no_reader_sees_it_is_missed() -> None:
    own = template()
    hidden = part(own).replace("{{ line.value }}", "</w:t><w:delText>{{ line.value }}</w:delText><w:t>")
    with pytest.raises(DocumentRefused, match="it hides the answer to 'Fact 1'"):
        as_docx(draft("x" * 9), repacked(own, word__document_dot_xml=hidden))


@pytest.mark.parametrize(
    "package",
    [b"", b"not a zip", b"PK\x03\x04" + b"\0" * 40, TEMPLATE[:4000], TEMPLATE[:-30]],
    ids=["empty", "text", "stump", "half", "cut"],
)
def test_what_is_no_word_document_is_said_to_be_none(package: bytes) -> None:
    with pytest.raises(DocumentRefused, match="it is not a Word document; save it from Word as"):
        as_docx(draft("x"), package)


def test_a_zip_of_something_else_is_no_word_document() -> None:
    made = BytesIO()
    with ZipFile(made, "w") as package:
        package.writestr("mimetype", "application/epub+zip")
    with pytest.raises(DocumentRefused, match="not a Word document"):
        as_docx(draft("x"), made.getvalue())


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"word__document_dot_xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "declares entities"),
        ({"word__styles_dot_xml": "<a/>".encode("utf-16")}, "not a Word document"),
        ({"word__document_dot_xml": "<w:document"}, "cannot be filled in"),
        ({"word__document_dot_xml": "<a/>"}, "cannot be filled in"),
        ({"_dot_dot__x_dot_bin": b"\0" * 20_000_001}, "unpacks to far more"),
        ({f"x{n}": "" for n in range(201)}, "unpacks to far more"),
    ],
    ids=["entities", "utf-16", "broken", "other", "bomb", "many"],
)
def test_a_package_that_would_swell_or_does_not_read_is_refused(
    parts: dict[str, str | bytes], says: str
) -> None:
    with pytest.raises(DocumentRefused, match=says):
        as_docx(draft("x"), repacked(TEMPLATE, **parts))


def test_a_template_too_large_to_be_one_is_refused() -> None:
    with pytest.raises(DocumentRefused, match="larger than 2,000,000 bytes"):
        as_docx(draft("x"), TEMPLATE + b"\0" * 2_000_000)


@pytest.mark.parametrize("kind", ["image", "attachedTemplate", "oleObject", "frame"])
def test_a_template_that_would_fetch_or_run_something_is_refused(kind: str) -> None:
    address = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"

    def link(word: Word) -> None:
        word.part.relate_to("http://example.com/x", address, is_external=True)

    with pytest.raises(DocumentRefused, match=kind):
        as_docx(draft("x"), template(change=link))


def test_a_template_may_link_to_a_page() -> None:
    address = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"

    def link(word: Word) -> None:
        word.part.relate_to("http://example.com/sop", address, is_external=True)

    assert "CR-02" in pages(word(draft("CR-02"), template(change=link)))


def test_a_field_that_would_run_something_is_refused() -> None:
    own = template("END")
    field = '<w:instrText>DDE</w:instrText></w:r><w:r><w:instrText>AUTO c:\\x "y"</w:instrText>'
    with pytest.raises(DocumentRefused, match="a field that fetches or runs something"):
        as_docx(draft("x"), repacked(own, word__document_dot_xml=part(own).replace("<w:t>END</w:t>", field)))


def test_the_placeholders_told_to_sites_are_the_ones_there_are() -> None:
    names = " ".join(f"{{{{ {name} }}}}" for name, shape in PLACEHOLDERS.items() if isinstance(shape, str))
    each = [
        f"{{% for x in {name} %}}"
        + " ".join(f"{{{{ x.{key} }}}}" for key in shape[0] if key != "lines")
        + "{% endfor %}"
        for name, shape in PLACEHOLDERS.items()
        if isinstance(shape, list) and isinstance(shape[0], dict)
    ]
    inner = ["step", "label", "value", "question", "said_at", "said_by"]
    lines = " ".join(f"{{{{ l.{key} }}}}" for key in inner)
    text = pages(
        word(
            draft("CR-02"),
            template(
                names,
                *each,
                f"{{% for g in groups %}}{{% for l in g.lines %}}{lines}{{% endfor %}}{{% endfor %}}",
            ),
        )
    )
    assert "where Fact 1 CR-02 Fact 1, in full? 2025-06-03 06:41 operator" in text
