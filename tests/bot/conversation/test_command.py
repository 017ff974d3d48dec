"""Words that ask the coach itself for something, in the spellings people use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.command import PHRASES, Asked, Command, plain, read_command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("help", Command.HELP),
        ("HELP!!", Command.HELP),
        ("please help me", Command.HELP),
        ("What can you do?", Command.HELP),
        ("  back ", Command.BACK),
        ("can I go back please", Command.BACK),
        ("ok, undo that", Command.BACK),
        ("Change", Command.CHANGE),
        ("I want to change an answer", Command.CHANGE),
        ("pause", Command.PAUSE),
        ("let’s pause for now", Command.PAUSE),
        ("put it aside", Command.PAUSE),
        ("Stop.", Command.STOP),
        ("i want to stop now", Command.STOP),
        ("cancel", Command.STOP),
        ("End it", Command.CANCEL),
        ("My Drafts", Command.DRAFTS),
        ("where are my drafts?", Command.DRAFTS),
        ("can i see my drafts", Command.DRAFTS),
        ("ok continue", Command.RESUME),
        ("Thanks!", Command.THANKS),
        ("one moment please", Command.WAIT),
        ("why?", Command.WHY),
        ("show me an example", Command.EXAMPLE),
        ("say that again please", Command.REPEAT),
        ("I prefer not to say", Command.SKIP),
        ("leave it as it is", Command.KEEP),
        ("good morning", Command.HELLO),
    ],
)
def test_a_command_is_understood_in_the_words_people_use(text, command):
    assert read_command(text) == Asked(command)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("change where", "where"),
        ("Change the official record.", "official record"),
        ("please correct my first answer", "first"),
        ("can i go back to what happened?", "what happened"),
        ("change it", ""),
        ("edit the answer", ""),
        ("change where to CR-03", "where to cr 03"),
    ],
)
def test_the_question_to_change_can_be_named(text, what):
    assert read_command(text) == Asked(Command.CHANGE, what)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "We stopped the line",
        "stop the line",
        "helper 3",
        "correct",  # the answer yes
        "not sure",
        "the operator went back",
        "changed the gasket",
        "please",
        "00123",
    ],
)
def test_an_answer_is_not_taken_for_a_command(text):
    assert read_command(text) is None


def test_every_command_can_be_said_and_no_phrase_means_two_of_them():
    phrases = [phrase for said in PHRASES.values() for phrase in said]

    assert len(phrases) == len(set(phrases))
    assert {phrase for phrase in phrases if read_command(phrase) is None} == set()
    said = [*phrases, "note: it was dark", "hand over to sam"]
    assert {asked.command for phrase in said if (asked := read_command(phrase))} == set(Command)


@given(st.text())
def test_any_text_is_read_without_trouble_and_plain_words_stay_as_they_are(text):
    read_command(text)

    assert plain(plain(text)) == plain(text)
