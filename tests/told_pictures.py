"""What people say so that each kind of picture is drawn, and what they then see: the same on every client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.settings import Settings
from tests.dialogue import Terminal

START = "Yes, let's start"
IMPRESSION = "Only my impression"
UNKNOWN = "I don't know"


@dataclass(frozen=True, slots=True)
class Told:
    """Answers up to the `last`, at which the coach `says` something and shows the picture `title`.

    `words` are of what it shows, as they stand in the alternative text; `row` is one of its table.
    """

    begin: str
    answers: tuple[str, ...]
    last: str
    says: str
    title: str
    words: tuple[str, ...]
    row: tuple[str, ...]

    def up_to_the_last(
        self, settings: Settings, clock: Callable[[], datetime], person: str, folder: Path
    ) -> None:
        """This person says everything but the last at a terminal, beside the client that is looked at."""
        terminal = Terminal(settings, clock, folder)
        try:
            terminal.turn_to(person)
            terminal.say(self.begin)
            terminal.press([START])
            for answer in self.answers:
                terminal.say(answer)
        finally:
            terminal.close()


_CAUSE = (
    "DEV-2026-014",
    "SOP-114 asks for 2 to 8 °C. The chart shows 9.4 °C from 02:10.",
    "don't know",
)

PICTURES: Mapping[str, Told] = {
    "whys": Told(
        "five whys",
        (
            *_CAUSE,
            "One thing led to the next",
            "5 whys",
            "Relay K-4 did not start the fan after the defrost.",
            "Maintenance order 88123",
        ),
        "That is the cause",
        "This is the chain so far.",
        "Why it happened",
        (
            "What happened: SOP-114 asks for 2 to 8 °C.",
            "Why 1: Relay K-4 did not start the fan after the defrost.",
            "Evidence: Maintenance order 88123",
        ),
        ("Why 1", "Relay K-4 did not start the fan after the defrost.", "Maintenance order 88123"),
    ),
    "fishbone": Told(
        "make a fishbone",
        (
            *_CAUSE,
            "It could be many things",
            "Fishbone",
            "Defrost set for winter\nNo check of the fan after the defrost",
            "Relay K-4 sticks\nFan belt is worn\nDoor seal at the lower hinge has a gap",
            "Pallets were put in warm",
            "New crew on the late shift",
            "skip",
        ),
        "Hot night with 31 °C at the dock",
        "This is your fishbone.",
        "What could have led to it",
        (
            "What happened: SOP-114 asks for 2 to 8 °C.",
            "Machine: Relay K-4 sticks; Fan belt is worn; Door seal at the lower hinge has a gap",
            "Measurement: nothing noted",
            "Environment: Hot night with 31 °C at the dock",
        ),
        ("Method", "Defrost set for winter; No check of the fan after the defrost"),
    ),
    "chart": Told(
        "stability result out of trend",
        (
            "Out of trend: a result moves away from its pattern",
            "today 08:40",
            "LIMS entry 60110",
            "today 08:30",
            "Yes, each one",
            "Assay by HPLC, M-220 version 4, 18 months at 25 °C and 60 % humidity",
            "ST-25-07",
            "A stability study of product that is not sold",
            "SOP-330 section 5 rule 2",
            "The calculation and its factors",
            "Nothing out of the ordinary",
            "Its own earlier points",
            "99.8 99.6 99.9 99.7 99.5 99.8 99.6 99.7 99.9 99.6 99.8 99.7 98.2 99.6",
            "95.0",
        ),
        "105.0",
        "Here they are.",
        "The results in order",
        (
            "14 values. Mean 99.60, control limits 98.54 to 100.66.",
            "Signal: value 13 (98.2) is below the control limits.",
            "A signal is a question, not proof of a cause.",
            "Specification: lower 95.0 and upper 105.0. No value is outside it.",
        ),
        ("13", "98.2", "1.5", "beyond the control limits, large change"),
    ),
    "radar": Told(
        "self-assessment",
        (
            "Production or warehouse",
            *("3", IMPRESSION, "3", IMPRESSION, "4", IMPRESSION, "2", IMPRESSION, "3", IMPRESSION),
            UNKNOWN,
            *("3", IMPRESSION, "3", IMPRESSION, "2", IMPRESSION, "1", IMPRESSION),
        ),
        "This is right",
        "This is your picture.",
        "How it looks from where I stand",
        (
            "9 of 10 are known.",
            "Knowledge, training and coaching: 4 of 5",
            "Actions after events (CAPA): not known yet",
            "Management review: 1 of 5",
        ),
        ("Management review", "1 of 5"),
    ),
}
