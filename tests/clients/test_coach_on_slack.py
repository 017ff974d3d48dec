"""What people may do on a real workspace besides answering: ask in a channel, use a command, send a photo, move on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.clients.coach import RunningCoach
from tests.clients.local_slack import BOT_ID, GENERAL, LocalSlack, Mode, SlackPerson
from tests.clients.shown import Thing
from tests.clients.slack_stage import SlackStage, as_read, controls_of
from tests.dialogue import Clock, Web

EVENT = "temp in cold room 2 was out of range this morning"
PHOTO = b"\x89PNG\r\n\x1a\n the chart of the night"


@pytest.fixture(scope="module")
def mode() -> Mode:
    """The journeys go over both; what is tried here is the same on either."""
    return "events"


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock(datetime(2026, 6, 3, 8, tzinfo=UTC))


@pytest.fixture(scope="module")
def coach(
    workspace: LocalSlack,
    port: int,
    clock: Clock,
    migrated_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningCoach]:
    """One coach for everybody: each test is about another person."""
    path = tmp_path_factory.mktemp("coach") / "coach.db"
    shutil.copyfile(migrated_file, path)
    with RunningCoach(f"sqlite:///{path}", workspace.variables, clock, port=port) as coach:
        yield coach


@pytest.fixture
def stage(workspace: LocalSlack, coach: RunningCoach) -> SlackStage:
    return SlackStage(workspace, coach)


def begin(stage: SlackStage, person: str) -> str:
    """They have begun with a deviation; what the coach asks first."""
    stage.turn_to(person)
    stage.say(EVENT)
    return stage.press(["Yes, let's start"])


def go_on_to_the_record(stage: SlackStage) -> str:
    """They have answered the first questions; the next is where it is written."""
    stage.press(["No"])
    stage.press(["No"])
    stage.press(["Yes"])
    return stage.say("Shift supervisor at 06:20")


def shown_to(slack: LocalSlack, person: SlackPerson, channel: str) -> list[str]:
    """What the coach showed only this person in a channel."""
    return [as_read(each) for each in slack.messages(channel) if each.get("ephemeral_to") == person.id]


# --- In front of others -----------------------------------------------------------------------------------------------


def asked_in_the_channel(stage: SlackStage, words: str) -> tuple[str, list[Thing]]:
    """Ask there; the question's `ts`, and everything the coach has written there since."""
    before = len(stage.slack.messages(GENERAL))
    asked = stage.slack.say(stage.person, f"<@{BOT_ID}> {words}", channel=GENERAL)
    stage.coach.settle()
    written = [each for each in stage.slack.messages(GENERAL)[before:] if each.get("bot_id")]
    return asked, written


def test_who_asks_in_a_channel_is_answered_in_a_thread_and_no_work_of_theirs_is_named(stage: SlackStage):
    begin(stage, "alex")

    asked, (answer,) = asked_in_the_channel(stage, "my runs")

    assert answer["thread_ts"] == asked
    assert "cold room" not in as_read(answer)
    assert "write to me directly" in as_read(answer)
    assert stage.news() == "", "nothing came of it in their private chat"


def test_an_event_told_in_a_channel_starts_nothing_there(stage: SlackStage):
    stage.turn_to("alex")
    had = stage.say("my runs")

    _, (answer,) = asked_in_the_channel(stage, EVENT)

    assert 'That sounds like something for "Open a deviation". Please write to me directly' in as_read(answer)
    assert controls_of(answer) == []
    assert stage.say("my runs") == had


# --- Commands ---------------------------------------------------------------------------------------------------------


def test_a_command_says_in_private_what_its_words_say(stage: SlackStage):
    begin(stage, "priya")
    typed = stage.say("my runs")

    stage.slack.command(stage.person, "/coach", "my runs", channel=GENERAL)

    assert stage.news() == typed
    assert EVENT in typed
    assert shown_to(stage.slack, stage.person, GENERAL) == ["I have answered you in our private chat."]


def test_a_command_in_the_private_chat_needs_no_hint(stage: SlackStage):
    stage.turn_to("priya")
    stage.slack.command(stage.person, "/coach", "help")

    assert "You can say at any time:" in stage.news()
    assert shown_to(stage.slack, stage.person, stage.person.dm) == []


# --- Files ------------------------------------------------------------------------------------------------------------


def test_a_photo_is_an_answer_and_stands_in_the_review(stage: SlackStage):
    begin(stage, "sam")
    go_on_to_the_record(stage)
    stage.say("Cold store log CS-02 p. 41")
    assert "Is there anything to attach?" in stage.press(["The rest later"])

    stage.slack.upload(stage.person, "chart.png", PHOTO)

    assert "chart.png" in stage.news()


def test_a_file_that_is_no_photo_is_refused_in_words_and_asked_for_again(stage: SlackStage):
    begin(stage, "dana")
    go_on_to_the_record(stage)
    stage.say("Cold store log CS-02 p. 41")
    stage.press(["The rest later"])

    stage.slack.upload(stage.person, "chart.xls", b"not what was asked for")
    said = stage.news()

    assert "chart.xls" in said
    assert "no photo" in said
    assert "Is there anything to attach?" in stage.say("repeat")


# --- What was pressed late, or twice ----------------------------------------------------------------------------------


def test_a_button_of_an_earlier_question_changes_nothing_and_is_answered_kindly(stage: SlackStage):
    begin(stage, "quinn")
    first = stage.messages[-1]
    stage.press(["No"])

    stage.slack.press_late(stage.person, first, "Yes")

    said = stage.news()
    assert "That was an earlier question, so I changed nothing." in said
    assert "Could this affect a patient" in said


def test_a_button_pressed_twice_counts_once_and_is_answered_kindly(stage: SlackStage):
    stage.turn_to("quinn")
    stage.say("repeat")
    question = stage.messages[-1]
    stage.press(["No"])

    stage.slack.press_late(stage.person, question, "No")

    hint = "You pressed that already, and I have it. Nothing has changed."
    stage.slack.sees(stage.person, hint)
    assert stage.news() == hint
    assert "Is the step stopped" in stage.say("repeat"), "it did not answer the next question too"


# --- One conversation -------------------------------------------------------------------------------------------------


def test_a_conversation_begun_on_slack_goes_on_on_the_page_and_ends_on_slack(stage: SlackStage, clock: Clock):
    begin(stage, "lee")
    assert "Where is it written in the official record?" in go_on_to_the_record(stage)

    page = Web(stage.coach.settings, clock)
    try:
        page.turn_to("lee")
        assert "Where is it written in the official record?" in page.say("continue")
        assert "Which of these is closest?" in page.say("Cold store log CS-02 p. 41")
        assert "When was it first noticed?" in page.press(["Equipment, utility or room"])
    finally:
        page.close()

    # What stands on Slack is the question they had left there: no word of theirs answers another one unseen.
    late = stage.say("today 06:00")
    assert "That was an earlier question, so I changed nothing." in late
    assert "When was it first noticed?" in late
    assert "How did it come to light?" in stage.say("today 06:00")
    stage.say("Daily check by the shift lead")
    stage.say("the rest later")
    review = stage.press(["Skip"])
    assert "Official record: Cold store log CS-02 p. 41" in review
    assert "First noticed: 3 June 2026, 06:00 (IST)" in review
    assert "Draft 1 is ready." in stage.press(["This is right"])
    assert all(
        "Cold store log CS-02 p. 41" in text and "Daily check by the shift lead" in text
        for text in stage.draft(1).values()
    )
