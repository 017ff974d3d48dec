"""What is wrong with a content file, said so that its author can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.errors import CoachError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong in a content file: where, what, and what would do. A folder has no lines: 0."""

    file: str
    line: int
    found: str
    remedy: str = ""
    is_warning: bool = False

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        kind = "warning: " if self.is_warning else ""
        return f"{where}: {kind}{self.found}" + (f"; {self.remedy}" if self.remedy else "")


class ContentRefused(CoachError):
    """Content that cannot be used. `findings` says everything that is wrong, with file and line."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))
