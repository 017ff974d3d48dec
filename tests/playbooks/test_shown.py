from __future__ import annotations

import pytest

from playbooks.act import Change, Picked, Skip, Typed
from playbooks.run import Answer
from playbooks.shown import live_lines, show_answer
from tests.playbooks.scripts import DUBLIN, YES_OR_NO, Walk, ask, choice, question, script

TOUCHED = ask(
    "multi", options=[{"value": "batch", "label": "A batch"}, {"value": "record", "label": "Records"}]
)


@pytest.mark.parametrize(
    ("of", "answer", "shown"),
    [
        (ask("yes_no"), Answer(("yes",)), "Yes"),
        (ask("choice", options=YES_OR_NO), Answer(("no",)), "No"),
        (TOUCHED, Answer(("batch", "record")), "A batch; Records"),
        (TOUCHED, Answer(("gone",)), "gone"),  # the script has it no longer
        (ask("datetime"), Answer(("2025-06-03T05:10+00:00",)), "3 June 2025, 06:10 (IST)"),
        (ask("datetime"), Answer(), ""),  # erased
        (ask("date"), Answer(("2025-06-03",)), "3 June 2025"),
        (ask("date"), Answer(), ""),  # erased
        (ask("time"), Answer(("06:10",)), "06:10"),
        (ask("number", unit="°C"), Answer(("8.4",)), "8.4 °C"),
        (ask("number"), Answer(("8.4",)), "8.4"),
        (ask("number", unit="°C"), Answer(), ""),  # erased
        (ask("confirm"), Answer(("yes",)), "Yes, done"),
        (ask("person"), Answer(("Shift lead",)), "Shift lead"),
        (
            ask("attachment"),
            Answer((f"{'a' * 64} chart.jpg", f"{'b' * 64} my door.pdf")),
            "chart.jpg, my door.pdf",
        ),
        (ask("list"), Answer(("00123", "1E5")), "00123, 1E5"),
        (ask("text"), Answer(("Crème 🧪 <b>",)), "Crème 🧪 <b>"),
        (ask("long_text"), Answer(("Two\nlines",)), "Two\nlines"),
        (ask("identifier"), Answer(("12-05",)), "12-05"),
        (ask("text"), Answer(), ""),  # erased
        (ask("text"), Answer(is_unknown=True), "Not known yet"),
        (ask("text"), Answer(is_skipped=True), "Not answered"),
        (ask("text"), Answer(is_skipped=True, note="QA has it"), "Not answered (note: QA has it)"),
    ],
)
def test_an_answer_is_shown_in_words(of, answer, shown):
    assert show_answer(of, answer, DUBLIN.zone) == shown


def test_live_answers_are_shown_in_the_order_of_the_script_and_no_others():
    of = script(
        choice("touched", "batch", "record"), question("batch", when={"touched": "batch"}), question("where")
    )
    walk = Walk(of).does(Picked(("batch",)), Typed("00123"), Skip(), Change("touched"), Picked(("record",)))
    lines = live_lines(of, walk.position, DUBLIN.zone)
    assert [(line.step.id, line.shown) for line in lines] == [
        ("touched", "Record"),
        ("where", "Not answered"),
    ]


def test_what_was_pressed_stands_in_the_draft_and_what_was_typed_is_not_put_into_other_words():
    of = ask("text", unknown={"label": "Not written yet", "follow_up": "now"})
    assert show_answer(of, Answer(is_unknown=True, note="Not written yet"), DUBLIN.zone) == "Not written yet"
    assert show_answer(of, Answer(is_unknown=True, note="dunno"), DUBLIN.zone) == "Not known yet"
