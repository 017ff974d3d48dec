"""Builds the example site's own template: the shipped one with the site's name and the number of its form above it.

Run from the repository's root: python -m tests.tools.build_example_template
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from docx import Document
from docx.shared import RGBColor

from tests.tools.build_draft_template import TEMPLATE as SHIPPED
from tests.tools.build_draft_template import packed

TEMPLATE = Path(__file__).parents[2] / "docs" / "example-site" / "templates" / "coaching-draft.docx"
FORM = "Ashford Packaging, form F-QA-031"
GREEN = RGBColor.from_string("1E5B3A")


def build() -> bytes:
    """The template, the same bytes each time."""
    word = Document(BytesIO(SHIPPED.read_bytes()))
    first = word.sections[0].header.paragraphs[0]
    first.insert_paragraph_before(FORM)
    for name in ("Title", "Heading 1", "Heading 2"):
        word.styles[name].font.color.rgb = GREEN
    return packed(word)


if __name__ == "__main__":
    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    TEMPLATE.write_bytes(build())
