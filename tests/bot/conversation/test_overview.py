"""What one person has with the coach, for a page of their own."""

from __future__ import annotations

import pytest

from bot.conversation.overview import overview
from bot.conversation.scene import MadeDraft, Waited
from bot.message import About, Press
from tests.bot.conversation.talk import NOW, WORDING, Talk, alarmed, asked


def test_what_is_in_hand_says_the_question_it_would_go_on_with():
    talk = asked("what")
    (run,) = overview(talk.scene(""), [talk.run]).runs
    assert (run.ref, run.title, run.state, run.next) == (
        "coach-1",
        "Report a spill",
        "open",
        "What was spilt",
    )
    assert run.take_up == Press("resume", (), About("coach-1", "", 0))


def test_what_is_taken_up_goes_on_with_that_question():
    talk = asked("what")
    (run,) = overview(talk.scene(""), [talk.run]).runs
    talk.say("pause")
    assert "What is it?" in talk.send(run.take_up)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param(
            ("no", "today 06:00", "heat", "9.4 °C", "skip", "yes", "later"), "Record number", id="waits"
        ),
        pytest.param(("no", "today 06:00", "heat", "9.4 °C", "skip"), "", id="a review"),
        pytest.param(("yes",), "", id="a stop"),
    ],
)
def test_where_no_question_is_next_none_is_named_and_what_is_waited_for_is(
    answers: tuple[str, ...], expected: str
):
    talk = alarmed(*answers)
    (run,) = overview(talk.scene(""), [talk.run]).runs
    assert run.next == expected


def test_everything_else_a_person_has_is_there():
    waited = Waited("coach-9", "Spill", "tell", "Sam Kelly", NOW, is_seen=False, may_free=False)
    talk = Talk(drafts=[MadeDraft("coach-1", "A spill", 1, ("docx", "md"))], waits=[waited, waited])
    found = overview(talk.scene(""), [])
    assert (found.person.id, found.site, found.runs, found.waiting) == ("alex", "North Works", (), 2)
    assert [file.name for file in found.drafts] == ["coach-1-draft-1.docx", "coach-1-draft-1.md"]
    assert found.shelf == (("spill", "Report a spill"), ("alarm", "An alarm"))
    assert found.who_sees == WORDING("who_sees")
