"""The dialogues themselves: what is missing is found, and a failure explains itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.dialogue import Clock, play

DUBLIN = ZoneInfo("Europe/Dublin")


@dataclass
class Parrot:
    """Says what it was told to, whatever is said to it."""

    says: str = "Step 1 of 2 Who is there?  [Yes] [No]"
    zone: ZoneInfo = DUBLIN
    happened: list[object] = field(default_factory=list)

    def restart(self) -> None:
        self.happened.append("restarted")

    def turn_to(self, person: str) -> None:
        self.happened.append(person)

    def ring(self) -> None:
        self.happened.append("rang")

    def say(self, words: str) -> str:
        self.happened.append(words)
        return self.says

    def press(self, labels: Sequence[str]) -> str:
        self.happened.append(labels)
        return self.says

    def draft(self, number: int) -> Mapping[str, str]:
        return {"md": f"draft {number}: 00123", "docx": f"draft {number}: 00123"}


@pytest.fixture
def played(tmp_path):
    def play_lines(*lines: str) -> tuple[Parrot, Clock]:
        path = tmp_path / "some.txt"
        path.write_text("\n".join(lines), encoding="utf-8")
        parrot, clock = Parrot(), Clock()
        play(path, parrot, clock)
        return parrot, clock

    return play_lines


def test_words_buttons_and_ticks_are_told_apart(played):
    parrot, _ = played("as alex", "> yes [sic]", "> [Yes, it could]   (pressing a button)", "> [One] [Two]")

    assert parrot.happened == ["alex", "yes [sic]", ["Yes, it could"], ["One", "Two"]]


def test_the_clock_goes_as_the_dialogue_says_and_the_person_comes_back(played):
    parrot, clock = played("at 2026-06-03 09:00", "as alex", "later 9 days", "as dana", "wait 30 minutes")

    assert clock() == datetime(2026, 6, 12, 9, 30, tzinfo=DUBLIN)
    assert parrot.happened == ["alex", "restarted", "alex", "dana", "rang"]


def test_what_is_said_in_order_is_found(played):
    played(
        "# fine",
        "",
        "> hi",
        "< Step 1",
        "< Who is there?",
        "< [Yes] [No]",
        "!< Step 2",
        "draft 1 contains: 00123",
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            "< Step 2",
            "'Step 2' is missing after 0 characters of what was said:\n\nStep 1 of 2 Who is there? [Yes] [No]",
        ),
        ("< [No] [Yes]", "'[Yes]' is missing after 36 characters"),
        ("!< Who", "this was said:\n\nStep 1 of 2"),
        ("draft 1 contains: 00124", "the md file says:\n\ndraft 1: 00123"),
        ("draft 1 lacks: 00123", "the md file says"),
        ("draft one lacks: 00123", "write it as: draft 1 contains: words"),
        ("later tomorrow", "write it as: later 9 days"),
        ("<Step 1", "this is no line of a dialogue"),
    ],
)
def test_a_failure_names_file_line_what_was_expected_and_what_was_said(played, line, reason):
    with pytest.raises(AssertionError, match=re.escape(f"some.txt:2: {line}\n{reason}")):
        played("> hi", line)
