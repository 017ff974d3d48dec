"""Pictures made from answers, and numbers worked out from them, in the conversation."""

from __future__ import annotations

from bot.message import Press
from bot.reply import Picture, Tone
from playbooks.loader import load
from tests.bot.conversation.talk import SOURCE, Talk
from tests.playbooks.scripts import END, REVIEW, figure, question, say, tree

CHART = load(
    tree(
        question("old_events", "number"),
        question("old_chances", "number"),
        say("needed", "You need {value.needed} without one, for {run.ref}."),
        question("values", "list", of="number"),
        figure("chart", "control_chart", {"values": "values"}, cite=["A-01"]),
        REVIEW,
        END,
        values={
            "needed": {
                "say": "Needed",
                "calc": "event_free_opportunities",
                "of": "old_events",
                "in": "old_chances",
            }
        },
    )
)


def started() -> Talk:
    talk = Talk(shelf=(CHART,))
    talk.send(Press("start", (CHART.id,)))
    return talk


def test_a_number_that_was_worked_out_stands_in_what_is_said():
    assert started().say("1", "10").startswith("You need 29 without one, for coach-1.")


def test_a_number_that_cannot_be_worked_out_yet_is_a_dash():
    assert started().say("1", "skip").startswith("You need — without one")


def test_a_picture_comes_with_everything_it_shows_in_words_and_where_it_is_from():
    talk = started()
    talk.say("1", "10", "5 6 5 6 5 6 5 6")
    shown = talk.replies[0]
    assert (shown.text, shown.tone, shown.citations) == ("This is it so far.", Tone.PLAIN, (SOURCE,))
    number = next(event.seq for event in talk.run.events if getattr(event.what, "step", "") == "chart")
    assert isinstance(shown.picture, Picture)
    assert (shown.picture.title, shown.picture.run, shown.picture.number) == (
        "What we see",
        "coach-1",
        number,
    )
    assert shown.picture.name == f"coach-1-picture-{number}.png"
    assert shown.picture.text.startswith("8 values. Mean 5.5, control limits 2.8 to 8.2.")
    assert shown.picture.headings == ("Number", "Value", "Moving range", "Signal")
    assert len(shown.picture.rows) == 8


def test_where_too_little_is_there_to_draw_it_says_what_is_missing_and_what_there_is():
    talk = started()
    talk.say("1", "10", "5 6 5")
    assert talk.replies[0].picture is None
    assert "needs at least 8. 5 more values are needed." in talk.replies[0].text
    assert "In their order: 5, 6, 5." in talk.replies[0].text


def test_what_is_no_number_is_named():
    said = started().say("1", "10", "5 6 about 7")
    assert said.startswith('I could not read "about" as a number.')


def test_another_answer_shows_another_picture_and_the_first_one_keeps_its_name():
    talk = started()
    talk.say("1", "10", "5 6 5 6 5 6 5 6")
    first = talk.replies[0].picture
    talk.say("change values", "5 6 5 6 5 6 5 9")
    second = next(reply.picture for reply in talk.replies if reply.picture)
    assert first
    assert first.name != second.name
