"""What the coach says, kept as text and read again."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.message import About, Press
from bot.reply import Choice, Fact, Field, Progress, Reply, Tone

ABOUT = About("coach-7k2m", "where", 3)
CHANGE = Choice("Change", Press("change", ("where",), ABOUT))
PICK = Field(
    "multi", ABOUT, "Touches", options=(("batch", "A batch"), ("records", "Records"), ("none", "None"))
)


@given(reply=st.from_type(Reply))
def test_a_reply_kept_is_the_reply_said(reply):
    assert Reply.from_json(reply.to_json()) == reply


def test_only_what_is_said_is_kept():
    assert json.loads(Reply("Thank you.").to_json()) == {"text": "Thank you."}


def test_a_reply_kept_by_an_older_release_can_still_be_read():
    kept = '{"text": "Which one?", "tone": "question", "progress": {"at": 1, "of": 2}}'
    assert Reply.from_json(kept) == Reply("Which one?", Tone.QUESTION, progress=Progress(1, 2))


def test_a_pressed_button_has_said_its_label():
    yes = Choice("Yes, it could", Press("answer", ("yes",), ABOUT))
    assert Reply("Could it?", choices=(yes,)).words_of(yes.press) == "Yes, it could"


def test_a_pressed_change_button_has_said_what_is_changed():
    reply = Reply(
        "Please check.", facts=(Fact("First noticed", "06:10"), Fact("Where", "Room 3", change=CHANGE))
    )
    assert reply.words_of(CHANGE.press) == "Change: Where"
    assert Fact("Where", "Room 3").change_words == ""


def test_ticked_boxes_have_said_their_labels_in_the_order_shown():
    reply = Reply("What does it touch?", field=PICK)
    assert reply.words_of(Press("answer", ("records", "batch"), ABOUT)) == "A batch, Records"


def test_what_was_not_offered_here_has_said_nothing():
    reply = Reply("What does it touch?", choices=(CHANGE,), field=PICK)
    assert reply.words_of(Press("cancel")) == ""
    assert reply.words_of(Press("answer", ("batch",), About("coach-7k2m", "where", 4))) == ""
