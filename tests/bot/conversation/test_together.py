"""Other people in a run: what they are told, what they may do about it, and handing it over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.conversation.scene import HAND_OVER, Waited, Watched
from bot.message import About, Address, Identity, Message, Press
from playbooks.run import HandedOver, Released, Seen
from tests.bot.conversation.talk import ALEX, NOW, SAM, WORDING, Talk, alarmed


def watching(step: str = "hold", *, may_free: bool = True, alex: Talk | None = None) -> Talk:
    """Sam, who was told about a run of Alex."""
    theirs = alex or alarmed("yes")
    talk = Talk(person=SAM)
    talk.runs = {}
    talk.watched = Watched(theirs.run, ALEX, step, may_free)
    return talk


def press(talk: Talk, action: str, step: str = "hold") -> str:
    return talk.send(Press(action, (step,), About("coach-1", step, 0)))


def test_reading_it_is_kept_and_the_person_hears_by_whom():
    talk = watching()

    assert press(talk, "seen") == WORDING("thanks_for_reading", name="Alex Byrne")
    (change,) = talk.turn.changes if talk.turn else ()
    assert [event.what for event in change.events] == [Seen("hold")]
    assert change.events[0].by == "sam"
    assert [(tell.people, tell.reply.text) for tell in talk.tells] == [
        (("alex",), "Read by Sam Kelly on 3 June 2026, 09:00 (IST).")
    ]


def test_releasing_it_lets_the_person_go_on_with_the_next_question():
    talk = watching()

    assert press(talk, "free").startswith(
        'Thank you. You have released the stop in "An alarm". Alex Byrne can go on'
    )
    (tell,) = talk.tells
    assert tell.people == ("alex",)
    assert tell.reply.text.startswith("Sam Kelly has released it, on 3 June 2026, 09:00 (IST). We can go on.")
    assert "When did it begin?" in tell.reply.text
    assert talk.session.focus == "", "it stays the run of the other"


def test_who_has_no_right_to_it_cannot_release_it():
    talk = watching(may_free=False)

    assert press(talk, "free") == WORDING("may_not_free")
    assert talk.turn
    assert talk.turn.changes == ()


def test_what_was_done_already_is_not_done_twice():
    alex = alarmed("yes")
    alex.say("It is out")
    talk = watching(alex=alex)

    assert press(talk, "free") == WORDING("nothing_to_do_there", name="Alex Byrne")
    assert not [
        event for event in alex.run.events[-2:] if isinstance(event.what, Released) and event.by == "sam"
    ]


@pytest.mark.parametrize("action", ["answer", "back", "confirm", "accept", "resume"])
def test_nothing_else_can_be_done_in_the_run_of_somebody_else(action):
    talk = watching()

    assert press(talk, action).startswith(WORDING("no_such_button"))
    assert talk.turn
    assert talk.turn.changes == ()


def test_a_button_of_a_run_one_was_not_told_about_is_one_that_nobody_knows():
    stranger = Talk(person=SAM)
    theirs = stranger.send(Press("free", ("hold",), About("coach-1", "hold", 0)))
    labels = stranger.labels

    assert theirs == stranger.send(Press("jump"))
    assert labels == stranger.labels


def test_a_button_of_another_run_is_no_answer_in_ones_own():
    talk = alarmed("no")
    events = talk.run.events

    said = talk.send(Press("words", ("today 06:00",), About("coach-9", "began_at", events[-1].seq)))
    assert said.startswith(WORDING("no_such_button"))
    assert talk.run.events == events


def test_words_typed_under_a_question_that_is_somebody_elses_now_are_shown_again():
    talk = alarmed("no")
    about = About("coach-9", "began_at", talk.run.events[-1].seq)
    talk.take(Message("e", Address("test", "alex"), Identity("test", "alex"), "today 06:00", about=about))

    assert 'You wrote: "today 06:00".' in talk.said
    assert "When did it begin?" in talk.said


# --- What waits


def waited(**changes: Any) -> Waited:
    return replace(
        Waited("coach-1", "An alarm", "hold", "Alex Byrne", NOW, is_seen=False, may_free=True), **changes
    )


def test_what_waits_is_listed_with_what_can_be_done_about_it():
    talk = Talk(waits=[waited(), waited(run="coach-2", is_seen=True, may_free=False), waited(step=HAND_OVER)])

    assert talk.say("waiting for me").splitlines() == [
        "Waiting for you: 3.",
        '- Alex Byrne, "An alarm", reference coach-1, posted 3 June 2026, 09:00 (IST), not read yet',
        '- Alex Byrne, "An alarm", reference coach-2, posted 3 June 2026, 09:00 (IST)',
        '- Alex Byrne, "An alarm", reference coach-1, posted 3 June 2026, 09:00 (IST), not read yet',
    ]
    assert talk.labels == [
        "I have read this: Alex Byrne",
        "Release the stop: Alex Byrne",
        "Accept from Alex Byrne",
    ]


def test_it_says_when_nothing_waits():
    assert Talk().say("what is waiting for me?") == WORDING("nothing_waits")


# --- Handing over


def test_an_offer_to_hand_over_shows_the_colleague_all_of_it_and_changes_nothing_yet():
    talk = alarmed("no", "today 06:00")
    events = talk.run.events

    assert talk.say("hand this over to Sam") == WORDING("run_is_offered", title="An alarm", name="Sam Kelly")
    (tell,) = talk.tells
    assert (tell.people, tell.step, tell.role) == (("sam",), HAND_OVER, HAND_OVER)
    assert [(fact.label, fact.value, fact.change) for fact in tell.reply.facts] == [
        ("Danger", "No", None),
        ("Began at", "3 June 2026, 06:00 (IST)", None),
    ]
    assert talk.run.events == events


@pytest.mark.parametrize("name", ["nobody", "me"])
def test_it_can_only_be_handed_to_somebody_else_of_the_site(name):
    assert alarmed("no").say(f"give it to {name}") == WORDING("no_such_colleague", name=name)


def test_words_that_only_look_like_a_hand_over_are_an_answer():
    talk = alarmed("yes")
    talk.press("It is out")

    assert "When did it begin?" in talk.say("give it to the shift lead")


def test_the_colleague_who_accepts_gets_the_question_and_their_own_run_is_put_aside():
    talk = Talk(person=SAM)
    talk.send(Press("start", ("spill",)))
    own = talk.session.focus
    talk.watched = Watched(
        replace(alarmed("no", "today 06:00").run, ref="coach-7"), ALEX, HAND_OVER, may_free=False
    )

    assert "What is it?" in talk.send(Press("accept", (), About("coach-7", HAND_OVER, 0)))
    assert talk.session.focus == "coach-7"
    assert talk.runs[own].state == "paused"


def test_taking_over_is_kept_in_the_run():
    talk = watching(HAND_OVER, alex=alarmed("no", "today 06:00"))
    press(talk, "accept", HAND_OVER)
    (change,) = talk.turn.changes if talk.turn else ()

    assert change.given_to == "sam"
    assert change.events[0].what == HandedOver(to_person="sam")
    assert [(tell.people, tell.reply.text) for tell in talk.tells] == [
        (("alex",), WORDING("run_taken", name="Sam Kelly", title="An alarm"))
    ]


def test_a_run_that_has_ended_meanwhile_is_not_taken_over():
    alex = alarmed("no")
    alex.say("end it")
    alex.session = replace(alex.session, focus="coach-1")
    talk = watching(HAND_OVER, alex=alex)

    assert press(talk, "accept", HAND_OVER) == WORDING("nothing_to_do_there", name="Alex Byrne")
    assert talk.turn
    assert talk.turn.changes == ()
