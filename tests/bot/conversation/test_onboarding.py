"""What a person is told before anything else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.session import Session
from tests.bot.conversation.talk import WORDING, Talk


def test_whoever_writes_for_the_first_time_is_told_first_what_this_is_and_who_sees_it():
    talk = Talk(session=Session())
    talk.say("there is a spill on the floor")
    welcome, offer = talk.replies

    assert welcome.text.startswith(
        "Welcome, Alex Byrne. I am the coach at North Works. You are listed as operator"
    )
    assert "the record stays in your site's QMS" in welcome.text
    assert "can be retrieved by your company" in welcome.text
    assert "Report a spill" in offer.text


def test_the_welcome_is_said_once():
    talk = Talk(session=Session())
    talk.say("hello", "hello", "spill on the floor", "yes", "no")

    assert "Welcome" not in talk.said
    assert talk.session.is_welcomed


@pytest.mark.parametrize("press", [True, False])
def test_who_sees_this_is_answered_at_any_time(press):
    talk = Talk(session=Session())
    talk.say("hello")
    said = talk.press("Who sees this?") if press else talk.say("who can see this?")

    assert said == WORDING("who_sees")


def test_the_role_is_named_in_the_words_of_the_site():
    talk = Talk(session=Session())
    talk.person = replace(talk.person, role="qa_on_call")

    assert "You are listed as QA on call;" in talk.say("hello")
