"""Stops and time limits, as the person whose run it is meets them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.message import Press
from bot.reply import Tone
from playbooks.act import Fire, See, TellNext
from playbooks.run import Event, Released, Seen
from tests.bot.conversation.talk import NOW, WORDING, Talk, alarmed

TODAY = "today 06:00"  # in Dublin; the clocks run 10 and 20 hours from here


def held() -> Talk:
    """A talk that a stop holds."""
    return alarmed("yes")


def happened(talk: Talk, what: Seen | Released, by: str = "sam") -> None:
    """Somebody else did something in the run."""
    run = talk.run
    event = Event(run.events[-1].seq + 1, NOW, by, what)
    talk.runs[run.ref] = replace(run, events=(*run.events, event))


def told_self(talk: Talk) -> str:
    """What the person was told by the last thing that was due."""
    return "\n".join(tell.reply.text for tell in talk.tells if tell.people == ("alex",))


def told_others(talk: Talk) -> dict[tuple[str, ...], str]:
    return {tell.people: tell.reply.text for tell in talk.tells if tell.people != ("alex",)}


def test_a_held_stop_says_what_to_do_whom_it_told_and_how_it_is_released():
    talk = held()
    (stop,) = talk.replies
    (tell,) = talk.tells

    assert (stop.tone, stop.text) == (Tone.STOP, "Leave. Phone 4410.")
    assert [(choice.label, choice.is_aside) for choice in stop.choices] == [
        ("It is out", False),
        ("Change an answer", True),
    ]
    assert (tell.people, tell.step, tell.role) == (("sam",), "hold", "lead")
    assert "Alex Byrne is waiting for you" in tell.reply.text
    assert [choice.label for choice in tell.reply.choices] == ["I have read this", "Release the stop"]


@pytest.mark.parametrize("words", ["ok", "yes", "done", "it is out of my hands"])
def test_plain_words_do_not_release_it_and_hear_whether_somebody_has_read_it(words):
    talk = held()

    assert talk.say(words) == f"Leave. Phone 4410.\n\n{WORDING('still_unread')}"
    assert not [event for event in talk.run.events if isinstance(event.what, Released)]


@pytest.mark.parametrize("how", ["button", "words"])
def test_its_own_release_lets_it_go_on_with_a_name_and_a_time_and_its_question(how):
    talk = held()
    said = talk.press("It is out") if how == "button" else talk.say("It is out.")

    assert said.startswith(
        "Noted: released by Alex Byrne on 3 June 2026, 09:00 (IST).\n\nWhom did you speak to?"
    )
    assert "Skip" not in talk.labels


def test_what_was_read_says_by_whom_and_when():
    talk = held()
    happened(talk, Seen("hold"))

    assert talk.say("ok") == WORDING("held_and_read", name="Sam Kelly", at="3 June 2026, 09:00 (IST)")


def test_where_nobody_can_be_told_the_stop_says_whom_to_phone():
    talk = Talk(reached=())
    talk.send(Press("start", ("alarm",)))
    talk.say("yes")

    assert talk.said == WORDING("told_nobody", phone="4300")
    assert talk.tells == ()
    assert talk.say("ok") == WORDING("told_nobody", phone="4300"), "it is still so"


def test_an_answer_can_be_changed_while_a_stop_holds():
    talk = held()

    assert talk.press("Change an answer") == WORDING("which_to_change")
    assert "When did it begin?" in talk.say("change danger", "no")


def test_nobody_who_read_it_in_time_means_that_the_next_are_told_and_the_person_phones():
    talk = held()
    talk.ring(TellNext("hold", ("kim",)))

    assert told_self(talk) == f"Nobody has read it. Phone 4410.\n\n{WORDING('told_next', role='lead')}"
    assert "Alex Byrne is waiting for you" in told_others(talk)["kim",]


def test_with_nobody_next_the_person_is_told_to_phone_all_the_same():
    talk = held()
    talk.ring(TellNext("hold", ()))

    assert told_self(talk) == "Nobody has read it. Phone 4410."
    assert told_others(talk) == {}


def test_a_time_limit_is_said_when_it_begins_and_when_it_moves():
    talk = alarmed("no", TODAY)
    assert "Time limit: Open the record, by 3 June 2026, 16:00 (IST)." in talk.said
    assert "Time limit: Look again, by 4 June 2026, 02:00 (IST)." in talk.said

    talk.say("change began at", "today 07:00")
    assert "The time limit has moved with it: Open the record, now by 3 June 2026, 17:00 (IST)." in talk.said


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (6, 'Reminder 1 of 2 for "An alarm": Open the record, by 3 June 2026, 16:00 (IST).'),
        (10, "coach-1 was due 3 June 2026, 16:00 (IST)."),
    ],
)
def test_a_reminder_and_a_late_notice_say_what_is_due_when(hours, said):
    talk = alarmed("no", TODAY)
    talk.now = NOW + timedelta(hours=hours)
    talk.ring(Fire("open"))

    assert told_self(talk) == said


def test_a_late_notice_goes_to_the_role_too_and_to_the_person_once():
    talk = alarmed("no", TODAY)
    talk.now = NOW + timedelta(hours=10)
    talk.reached = ("sam", "alex")
    talk.ring(Fire("open"))

    assert told_others(talk) == {("sam",): "coach-1 was due 3 June 2026, 16:00 (IST)."}
    assert [tell.people for tell in talk.tells] == [("alex",), ("sam",)]


def test_a_limit_without_words_of_its_own_says_that_it_can_still_be_done():
    talk = alarmed("no", TODAY)
    talk.now = NOW + timedelta(hours=20)
    talk.ring(Fire("look"))

    assert (
        told_self(talk)
        == '"An alarm": Look again. That was due 4 June 2026, 02:00 (IST). It can still be done now.'
    )
    assert told_others(talk) == {}


def test_what_is_not_due_says_nothing_and_keeps_nothing():
    talk = alarmed("no", TODAY)
    events = talk.run.events
    talk.ring(Fire("open"))

    assert talk.tells == ()
    assert talk.run.events == events


def test_coming_back_names_the_limits_that_still_run():
    talk = alarmed("no", TODAY, "pause")
    talk.say("continue")

    assert talk.said.splitlines()[:3] == [
        'Welcome back to "An alarm". Answered so far: 2.',
        "Time limit: Open the record, by 3 June 2026, 16:00 (IST).",
        "Time limit: Look again, by 4 June 2026, 02:00 (IST).",
    ]


def test_coming_back_late_says_that_the_limit_has_passed_and_that_it_can_still_be_done():
    talk = alarmed("no", TODAY, "pause")
    talk.now = NOW + timedelta(hours=11)
    talk.say("continue")

    assert talk.said.splitlines()[1:3] == [
        "Time limit passed: Open the record, due 3 June 2026, 16:00 (IST). It can still be done now.",
        "Time limit: Look again, by 4 June 2026, 02:00 (IST).",
    ]


def test_what_was_read_is_told_to_the_person_as_it_happens():
    talk = held()
    talk.ring(See("hold"))

    assert told_self(talk) == "Read by Alex Byrne on 3 June 2026, 09:00 (IST)."
