"""What can be wrong with a playbook or with what is asked of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing an author should change: where in the file's tree, what was found, and what would do."""

    path: Path
    found: str
    remedy: str
    is_warning: bool = False

    def __str__(self) -> str:
        return f"{self.found}; {self.remedy}" if self.remedy else self.found


class PlaybookError(Exception):
    """Base of everything this package raises."""


class ScriptRefused(PlaybookError):
    """A script cannot be used as it is. `problems` says everything that is wrong with it, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in problems))


class UnknownStep(PlaybookError):
    """A command names a step that the script does not have."""
