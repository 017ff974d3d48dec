"""The coach's own sentences, kept in a file a writer can open: `wording/<language>.md`.

Each second-level heading is a key; the text below it is what is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from playbooks.draft import role_words
from playbooks.placeholder import fill

_HEADING = re.compile(r"^## +(?P<key>[a-z0-9_]+) *$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Wording:
    """Sentences by key, in one language."""

    texts: Mapping[str, str]

    def __call__(self, key: str, **words: object) -> str:
        """The sentence for `key` with `{name}` filled from `words`. Raises KeyError for a key that is not there."""
        return fill(self.texts[key], {name: str(value) for name, value in words.items()})

    def role(self, role: str) -> str:
        """A role as people read it: the file's own words for it, else its name in plain words."""
        return self.texts.get(f"role_{role}") or role_words(role)


def read_wording(text: str) -> Wording:
    """The sentences of a wording file; a single line break inside one is a space, an empty line a new paragraph."""
    parts = _HEADING.split(_COMMENT.sub("", text))
    return Wording({key: _paragraphs(body) for key, body in zip(parts[1::2], parts[2::2], strict=True)})


def _paragraphs(body: str) -> str:
    paragraphs = re.split(r"\n\s*\n", body.strip())
    return "\n\n".join(_lines(paragraph) for paragraph in paragraphs)


def _lines(paragraph: str) -> str:
    """One line, unless it is a list: then a line an item."""
    if paragraph.lstrip().startswith("- "):
        return "\n".join(line.strip() for line in paragraph.splitlines())
    return " ".join(paragraph.split())
