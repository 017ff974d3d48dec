"""A draft: what a run has to show for itself, in words, ready to be laid out on paper or in a chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from playbooks.run import hash_of


@dataclass(frozen=True, slots=True)
class Line:
    """One answer in words: the step's short name, what was answered, the question put, when and by whom."""

    step: str
    label: str
    value: str
    question: str
    said_at: datetime
    said_by: str


@dataclass(frozen=True, slots=True)
class Group:
    """The answers of one section, in the order they were asked."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """Something still to be found out. `note` is the whole sentence that a draft shows.

    For example: "Not known yet: when it happened (follow up: 2 working days)".
    """

    step: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One numbered draft of one run.

    `made_at` is UTC; `zone` is where times are shown. `status_note` says that the site has not approved
    the script, or is empty. `told` are whole sentences, such as "QA was told through the coach on
    2025-06-03 06:20 (posted, not confirmed read)".
    """

    title: str
    run: str
    number: int
    made_at: datetime
    made_by: str
    site: str
    watermark: str
    script: str
    version: str
    script_hash: str
    status_note: str
    groups: tuple[Group, ...]
    open_points: tuple[OpenPoint, ...]
    told: tuple[str, ...]
    zone: str

    def lines_hash(self) -> str:
        """SHA-256, in hex, of everything this draft states: its answers, open points and who was told.

        How it is laid out, and when it is fetched, do not change it.
        """
        return hash_of(
            {
                "groups": [[group.title, [_stated(line) for line in group.lines]] for group in self.groups],
                "open_points": [[point.step, point.label, point.note] for point in self.open_points],
                "told": list(self.told),
            }
        )


def _stated(line: Line) -> list[str]:
    said_at = line.said_at.astimezone(UTC).isoformat()
    return [line.step, line.label, line.value, line.question, said_at, line.said_by]
