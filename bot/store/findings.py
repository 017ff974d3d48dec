"""What a check of the audit found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.exc import DataError

# What reading a row raises when an owner put something into it that is no value of its column: SQLite keeps
# whatever it is given, and PostgreSQL has times that Python has not.
UNREADABLE = (ValueError, OverflowError, DataError)

Wrong = Literal["edited", "deleted", "truncated", "rewritten", "head", "anchor", "export"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The first thing wrong in one stream, or with the anchors: `seq` is the number of the entry or anchor."""

    kind: Wrong
    where: str
    seq: int
    detail: str


@dataclass(frozen=True, slots=True)
class Findings:
    """How much of the audit was checked, and what is wrong."""

    entries: int
    streams: int
    anchors: int
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Nothing is wrong."""
        return not self.findings

    def report(self) -> str:
        """The findings for a person to read."""
        checked = f"{self.entries} entries in {self.streams} streams and {self.anchors} anchors checked"
        if self.is_sound:
            return f"{checked}: every entry is there, as it was written."
        lines = [
            f"- {found.where}, no. {found.seq} ({found.kind}): {found.detail}" for found in self.findings
        ]
        return "\n".join([f"{checked}: {len(lines)} NOT as written.", *lines])
