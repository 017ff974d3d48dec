"""What an author starts from: one more phrasing in an article's file, or the file of a new article, still to be written.

Nothing here is released: a new file is a draft, and `check` names what it lacks until somebody has written it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.errors import CoachError
from bot.strict_yaml import YamlRefused, read

_FRONT_END = re.compile(r"^---$", re.MULTILINE)
_LIST = re.compile(r"^phrasings:[ \t]*\n(?P<items>(?:[ \t]+-[^\n]*\n|[ \t]*\n)*)", re.MULTILINE)
_PLAIN = re.compile(
    r"[A-Za-z]\w*(?: [\w'/,()+%.?-]+)+"
)  # several words, and nothing that YAML would read otherwise


class DraftRefused(CoachError):
    """What cannot be written into an article's file; the message says why, and what would do."""


@dataclass(frozen=True, slots=True)
class NewArticle:
    """A new article as far as it is known: its first phrasing is its question for now."""

    kind: Literal["article", "stub"]
    id: str
    topic: str
    phrasings: Sequence[str]
    ask_whom: str = ""


def with_phrasing(content: str, phrasing: str, file: str) -> str:
    """The file with one more phrasing, the last of its list; nothing else changes. Raises DraftRefused."""
    end = [match.start() for match in _FRONT_END.finditer(content)][1:2]
    found = _LIST.search(content, 0, *end)
    if found is None or not found["items"].strip():
        raise DraftRefused(
            f"{file} has no list of phrasings with a line for each; add it by hand: {phrasing}"
        )
    lines = found["items"].rstrip().split("\n")
    if quoted(phrasing) in {line.strip().removeprefix("-").strip() for line in lines}:
        raise DraftRefused(f"{file} has this phrasing already: {phrasing}")
    indent = lines[-1][: len(lines[-1]) - len(lines[-1].lstrip())]
    at = found.start("items") + len(found["items"].rstrip())
    return f"{content[:at]}\n{indent}- {quoted(phrasing)}{content[at:]}"


def draft_of(new: NewArticle, today: str) -> str:
    """The file of a new article: what is known of it, and in capitals what its author has to write."""
    whom = [f"ask_whom: {new.ask_whom}"] if new.ask_whom else []
    cite = ["cite: []"] if new.kind == "article" else []
    lines = [
        "---",
        f"id: {new.id}",
        f"kind: {new.kind}",
        f"topic: {new.topic}",
        f"question: {quoted(new.phrasings[0])}",
        "phrasings:",
        *(f"  - {quoted(phrasing)}" for phrasing in new.phrasings),
        *cite,
        *whom,
        'version: "1.0.0"',
        "control:",
        "  status: draft",
        "  owner: OWNER",
        '  change_ref: "CHANGE"',
        f'  effective_from: "{today}"',
        f'  review_by: "{today}"',
        "  what_changed: First version.",
        "---",
    ]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """`text` as a value of YAML: as it is where that reads the same, else in quotation marks."""
    if _PLAIN.fullmatch(text) and not text.endswith("."):
        try:
            if read(f"it: {text}".encode(), "").data == {"it": text}:
                return text
        except YamlRefused:
            pass
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
