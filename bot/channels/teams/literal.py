"""Words as Teams shows them exactly as they stand, whatever somebody typed.

The texts of an Adaptive Card are read as Markdown, and `{{DATE(…)}}` in them as a date
<https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-format>. A backslash
before a sign of that language takes its meaning away; that also breaks `<at>`, which would mention somebody.
"""

from __future__ import annotations

import re

from bot.message import legible

_ESCAPED = str.maketrans({sign: f"\\{sign}" for sign in r"\`*_{}[]<>()#~|!&"})
_AT_THE_START = re.compile(r"^([ \t]*)(?:([-+=>])|(\d{1,9})([.)])(?=\s|$))", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_GAP = re.compile(r"\n[ \t]*\n")
_LONGEST_PIECE = 2_000  # so that a page always has room for the next piece


def literal(text: str) -> str:
    """`text` for a place that reads Markdown: it is shown as it stands, one line below the other."""
    escaped = legible(text).translate(_ESCAPED)
    escaped = _AT_THE_START.sub(_dull, escaped)
    escaped = _INDENT.sub(lambda match: "\N{NO-BREAK SPACE}" * len(match[0]), escaped)
    return escaped.replace("\n", "\n\n")  # a single line end would become a space


def _dull(match: re.Match[str]) -> str:
    indent, bullet, number, dot = match.groups()
    return f"{indent}\\{bullet}" if bullet else f"{indent}{number}\\{dot}"


def undated(text: str) -> str:
    """`text` for the label of an input: no Markdown is read there, and escapes would be shown, but dates are read."""
    return text.replace("{{", "{\N{WORD JOINER}{")


def paragraphs(text: str) -> list[str]:
    """`text` in paragraphs, each short enough to stand on one page."""
    parts = (part.strip("\n") for part in _GAP.split(legible(text)))
    return [piece for part in parts if part.strip() for piece in _pieces(part)]


def _pieces(text: str) -> list[str]:
    """`text` in pieces, broken between words where there are any."""
    pieces = []
    while len(text) > _LONGEST_PIECE:
        end = max(text.rfind(gap, _LONGEST_PIECE // 2, _LONGEST_PIECE) for gap in (" ", "\n"))
        end = end if end > 0 else _LONGEST_PIECE
        pieces.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*pieces, text] if text else pieces


def one_line(text: str, longest: int) -> str:
    """`text` on one line, cut where it is longer; for what is never read as Markdown."""
    line = " ".join(legible(text).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
