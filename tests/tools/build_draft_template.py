"""Builds playbooks/templates/coaching-draft.docx, so that a change of its look is a diff a person can read.

Run from the repository's root: python tests/tools/build_draft_template.py
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as Word
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import CharacterStyle, ParagraphStyle
from docx.table import _Cell
from docx.text.paragraph import Paragraph

TEMPLATE = Path(__file__).parents[2] / "playbooks" / "templates" / "coaching-draft.docx"

FONT, FONT_ELSEWHERE = "Calibri", "Arial"
INK, BLUE, GREY, RED = (RGBColor.from_string(c) for c in ("1F2933", "1F4E79", "5A6672", "8A1C1C"))
LINE, SHADE, WARN = "C5CED8", "EAF0F6", "FDF1E3"
LABEL_WIDTH, ANSWER_WIDTH = Cm(5), Cm(12)
KEPT_STYLES = {
    *("Normal", "Default Paragraph Font", "Normal Table", "No List", "Title", "Heading 1", "Heading 2"),
    *("Header", "Footer", "List Bullet"),
}


def build() -> bytes:
    """The template, the same bytes each time."""
    word = Document()
    _set_page(word)
    _set_styles(word)
    _write_margins(word)
    _write_body(word)
    _set_properties(word)
    return packed(word)


def _set_page(word: Word) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.2)
    section.header_distance = section.footer_distance = Cm(1)


# --- styles


def _set_styles(word: Word) -> None:
    for style in list(word.styles):
        if style.name not in KEPT_STYLES:
            style.element.getparent().remove(style.element)
    _style(word, "Normal", size=10.5, after=4, line=1.1)
    _style(word, "Title", size=22, colour=BLUE, bold=True, after=2)
    _style(word, "Heading 1", size=15, colour=BLUE, bold=True, before=16, after=4)
    _style(word, "Heading 2", size=12, colour=BLUE, bold=True, before=10, after=4)
    _style(word, "Header", size=9, colour=RED, bold=True, after=0)
    _style(word, "Footer", size=8.5, colour=GREY, after=0)
    _style(word, "List Bullet", size=10.5, after=3)
    _new_style(word, "Draft Reference", size=10.5, colour=GREY, after=8)
    banner = _new_style(word, "Draft Banner", size=11, colour=RED, bold=True, before=4, after=8)
    _box(banner)
    _new_style(word, "Draft Label", size=10, bold=True, after=1)
    _new_style(word, "Draft Answer", size=10.5, line=1.05)
    _new_style(word, "Draft Said", size=8, colour=GREY, after=1)
    _new_style(word, "Draft Note", size=9.5, colour=GREY, after=4)
    word.styles["Title"].element.pPr.remove(word.styles["Title"].element.pPr.find(qn("w:pBdr")))
    word.styles.element.append(parse_xml(_TABLE_STYLE))
    defaults = word.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    defaults.find(qn("w:lang")).set(qn("w:val"), "en-GB")


_TABLE_STYLE = f"""
<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="DraftFacts">
  <w:name w:val="Draft Facts"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>
  <w:tblPr>
    <w:tblInd w:w="0" w:type="dxa"/>
    <w:tblBorders>
      <w:top w:val="single" w:sz="6" w:color="{LINE}"/><w:bottom w:val="single" w:sz="6" w:color="{LINE}"/>
      <w:insideH w:val="single" w:sz="4" w:color="{LINE}"/>
    </w:tblBorders>
    <w:tblCellMar>
      <w:top w:w="35" w:type="dxa"/><w:left w:w="100" w:type="dxa"/>
      <w:bottom w:w="20" w:type="dxa"/><w:right w:w="100" w:type="dxa"/>
    </w:tblCellMar>
  </w:tblPr>
  <w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{SHADE}"/></w:tcPr></w:tblStylePr>
</w:style>"""


def _style(
    word: Word,
    name: str,
    *,
    size: float,
    colour: RGBColor = INK,
    bold: bool = False,
    before: float = 0,
    after: float = 0,
    line: float = 1.0,
) -> ParagraphStyle:
    style = word.styles[name]
    if not isinstance(style, ParagraphStyle):
        raise TypeError(name)
    _set_font(style)
    style.font.size, style.font.color.rgb, style.font.bold = Pt(size), colour, bold
    space = style.paragraph_format
    space.space_before, space.space_after, space.line_spacing = Pt(before), Pt(after), line
    return style


def _new_style(word: Word, name: str, **look: object) -> ParagraphStyle:
    word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = word.styles["Normal"]
    return _style(word, name, **look)  # type: ignore[arg-type]  # the look is passed on as it came


def _set_font(style: CharacterStyle) -> None:
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)


def _box(style: ParagraphStyle) -> None:
    properties = style.element.get_or_add_pPr()
    edges = "".join(f'<w:{edge} w:val="single" w:sz="8" w:space="5" w:color="8A1C1C"/>' for edge in _EDGES)
    box = parse_xml(f"<w:pBdr {nsdecls('w')}>{edges}</w:pBdr>")
    shade = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{WARN}"/>')
    spacing = properties.find(qn("w:spacing"))
    spacing.addprevious(box)
    spacing.addprevious(shade)
    style.paragraph_format.left_indent = style.paragraph_format.right_indent = Cm(0.2)


_EDGES = ("top", "left", "bottom", "right")


# --- what stands above and below every page


def _write_margins(word: Word) -> None:
    section = word.sections[0]
    section.header.paragraphs[0].text = "{{ watermark }}"
    footer = section.footer.paragraphs[0]
    stops = footer.paragraph_format.tab_stops
    for style_stop in word.styles["Footer"].element.findall(f".//{qn('w:tabs')}"):
        style_stop.getparent().remove(style_stop)
    stops.add_tab_stop(LABEL_WIDTH + ANSWER_WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    footer.add_run(
        "{{ run }}, draft {{ number }}. Playbook {{ script }} {{ version }}, SHA-256 {{ short_hash }}…\tPage "
    )
    _field(footer, "PAGE")
    footer.add_run(" of ")
    _field(footer, "NUMPAGES")


def _field(paragraph: Paragraph, instruction: str) -> None:
    for kind, text in (("begin", ""), ("", instruction), ("separate", ""), ("text", "1"), ("end", "")):
        run = paragraph.add_run(text if kind == "text" else "")._r
        if kind in {"begin", "separate", "end"}:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run.append(mark)
        elif not kind:
            mark = OxmlElement("w:instrText")
            mark.text = f" {text} "
            run.append(mark)


# --- the pages


def _write_body(word: Word) -> None:
    say = word.add_paragraph
    say("{{ title }}", style="Title")
    say(
        "Draft {{ number }} of run {{ run }}, {{ site }}", style="Draft Reference"
    ).paragraph_format.space_after = Pt(0)
    say("Made by {{ made_by }} on {{ made_at }}", style="Draft Reference")
    say("{{ watermark }}", style="Draft Banner")
    say("{%p if status_note %}")
    say("{{ status_note }}", style="Draft Banner")
    say("{%p endif %}")
    say("Open points", style="Heading 1")
    _write_list(word, "point", "open_points", "point.note", "None.")
    say("Time limits", style="Heading 1")
    _write_list(word, "sentence", "clocks", "sentence", "None.")
    say("What was answered", style="Heading 1")
    say("Times are in {{ zone }}.", style="Draft Note")
    say("{%p for group in groups %}")
    say("{{ group.title }}", style="Heading 2")
    _write_facts(word)
    say("{%p else %}")
    say("Nothing yet.")
    say("{%p endfor %}")
    _write_values(word)
    _write_figures(word)
    say("Changed since an earlier draft", style="Heading 1")
    _write_list(word, "sentence", "changes", "sentence", "Nothing.")
    say("Who was told, and who took part", style="Heading 1")
    _write_list(word, "sentence", "told", "sentence", "Nobody was told through the coach.")
    say("Stops that were released", style="Heading 1")
    _write_list(word, "sentence", "released", "sentence", "None.")
    say("Attachments", style="Heading 1")
    _write_list(word, "sentence", "attachments", "sentence", "None.")
    _write_provenance(word)


def _write_facts(word: Word) -> None:
    table = word.add_table(rows=4, cols=2)
    table.style = word.styles["Draft Facts"]
    table.autofit = False
    for name, value in (("w:tblCaption", "{{ group.title }}"), ("w:tblDescription", "Questions and answers")):
        mark = OxmlElement(name)
        mark.set(qn("w:val"), value)
        table._tbl.tblPr.append(mark)
    for column, width in zip(table.columns, (LABEL_WIDTH, ANSWER_WIDTH), strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
    heading, begin, fact, end = table.rows
    for text, cell in zip(("Question", "Answer"), heading.cells, strict=True):
        _fill(cell, text, "Draft Label")
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    begin.cells[0].text = "{%tr for line in group.lines %}"
    _fill(fact.cells[0], "{{ line.label }}", "Draft Label")
    _fill(fact.cells[1], "{{ line.value }}", "Draft Answer")
    fact.cells[1].add_paragraph("{{ line.said_by }}, {{ line.said_at }}", style="Draft Said")
    end.cells[0].text = "{%tr endfor %}"
    for row in (heading, fact):
        _mark_row(row._tr, "w:cantSplit")
    _mark_row(heading._tr, "w:tblHeader")


def _write_values(word: Word) -> None:
    say = word.add_paragraph
    say("{%p if values %}")
    say("Worked out from the answers", style="Heading 1")
    say("{%p for value in values %}")
    say("{{ value.label }}: {{ value.value }}", style="List Bullet")
    say("{%p endfor %}")
    say("{%p endif %}")


def _write_figures(word: Word) -> None:
    """Each picture with its title above, and below it everything that it shows in words; alone where there is none."""
    say = word.add_paragraph
    say("{%p for figure in figures %}")
    say("{%p if figure.image %}")
    say("Picture: {{ figure.title }}", style="Heading 1")
    say("{{ figure.image }}").paragraph_format.keep_with_next = True
    say("{%p else %}")
    say("{{ figure.title }}", style="Heading 1")
    say("{%p endif %}")
    say("{%p for line in figure.lines %}")
    say("{{ line }}", style="List Bullet")
    say("{%p endfor %}")
    say("{%p endfor %}")


def _fill(cell: _Cell, text: str, style: str) -> None:
    cell.paragraphs[0].text = text
    cell.paragraphs[0].style = style


def _mark_row(row: BaseOxmlElement, name: str) -> None:
    row.get_or_add_trPr().append(OxmlElement(name))


def _write_list(word: Word, one: str, many: str, shown: str, nothing: str) -> None:
    word.add_paragraph(f"{{%p for {one} in {many} %}}")
    word.add_paragraph(f"{{{{ {shown} }}}}", style="List Bullet")
    word.add_paragraph("{%p else %}")
    word.add_paragraph(nothing)
    word.add_paragraph("{%p endfor %}")


def _write_provenance(word: Word) -> None:
    """What a reader needs to check the draft, all on one page."""
    word.add_paragraph("How this draft was made", style="Heading 1")
    word.add_paragraph(
        "The coach asked and wrote down. Every answer above is a person's own, and nothing above is the quality record."
    ).paragraph_format.keep_with_next = True
    for text in (
        "Playbook {{ script }}, version {{ version }}, SHA-256 {{ script_hash }}",
        "Approval: {% if status_note %}{{ status_note }}{% else %}approved at this site{% endif %}",
        "Fingerprint of everything this draft states, SHA-256 {{ fingerprint }}",
    ):
        together = word.add_paragraph(text, style="List Bullet").paragraph_format
        together.keep_together, together.keep_with_next = True, not text.startswith("Fingerprint")


# --- the file


def _set_properties(word: Word) -> None:
    properties = word.core_properties
    properties.title, properties.author, properties.comments = "Draft", "QMS Coach", ""
    properties.language = "en-GB"
    properties.created = properties.modified = datetime(2025, 1, 1)  # naive UTC, as OOXML wants it
    package = word.part.package
    for links in (package.rels, word.part.rels):
        for key, link in list(links.items()):
            if link.reltype.endswith(("/thumbnail", "/stylesWithEffects", "/customXml")):
                del links[key]
    for part in package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            part._blob = _FONT_TABLE.encode()


_FONT_TABLE = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:fonts {nsdecls("w")}>
  <w:font w:name="{FONT}"><w:altName w:val="{FONT_ELSEWHERE}"/><w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font>
</w:fonts>"""


def packed(word: Word) -> bytes:
    """A Word document as bytes, the same each time."""
    made, packed = BytesIO(), BytesIO()
    word.save(made)
    with ZipFile(made) as old, ZipFile(packed, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(ZipInfo(name, (1980, 1, 1, 0, 0, 0)), old.read(name), ZIP_DEFLATED)
    return packed.getvalue()


if __name__ == "__main__":
    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    TEMPLATE.write_bytes(build())
