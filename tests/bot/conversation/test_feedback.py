"""What people say of an answer is heard, and a question that nothing settled is kept for those who write answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.feedback import answered_at_last, never_answered
from bot.conversation.session import Asked, Session, Unsettled
from bot.message import Press
from bot.reply import Reply
from bot.site import Roster
from tests.bot.conversation.talk import NORTH, WORDING, Talk
from tests.bot.conversation.test_asking import LEAK, PAY, TAPE, in_the_middle, labels, talking

STRANGE = "zzzz qqqq?"
VAGUE = "what about tape on a drum of gas and pay"
UNTIL_THEN = "Until then please ask: lead, 4300."


def kept(talk: Talk) -> Unsettled | None:
    """What the last turn kept of a question."""
    assert talk.turn
    return talk.turn.unsettled


def awaited(talk: Talk) -> Unsettled | None:
    assert talk.turn
    return talk.turn.awaits


# --- There was no answer ----------------------------------------------------------------------------------


def test_a_question_that_nothing_answers_is_said_to_be_so_kept_and_can_be_waited_for():
    talk = talking()
    assert talk.say(STRANGE).split("\n\n") == [
        WORDING("not_known"), WORDING("please_call_supervisor"), WORDING("shall_i_tell"),
    ]  # fmt: skip
    assert labels(talk.replies[-1]) == ["Yes, tell me", "Whom to phone"]
    assert kept(talk) == Unsettled("unanswered", STRANGE)
    assert awaited(talk) is None, "only who asks for it is told"


def test_whoever_can_be_asked_is_named():
    site = replace(NORTH, rosters={"supervisor_on_shift": Roster(("sam",), "4400")})
    assert "Please ask: Supervisor on shift, 4400." in talking(site=site).say(STRANGE)


@pytest.mark.parametrize("words", ["qqq zzz", "zzzz?"])
def test_what_is_no_question_is_not_kept_as_one(words):
    talk = talking()
    assert talk.say(words) == WORDING("not_sure")
    assert kept(talk) is None


def test_none_of_these_keeps_the_question_and_says_so():
    talk = talking()
    talk.say(VAGUE)
    assert kept(talk) is None, "as long as it may be one of these"
    assert WORDING("shall_i_tell") in talk.press("None of these")
    assert kept(talk) == Unsettled("none_of_these", VAGUE)


def test_an_answer_that_was_not_meant_is_kept_with_its_question():
    talk = talking()
    talk.say("red tape meaning", "why")
    talk.press("Not what I meant")
    assert kept(talk) == Unsettled("none_of_these", "red tape meaning", TAPE.id)


def test_a_button_of_long_ago_keeps_nothing_because_nobody_knows_the_question_any_more():
    talk = talking()
    talk.say("red tape meaning", "hello")
    assert WORDING("shall_i_tell") not in talk.press("Not what I meant")
    assert kept(talk) is None
    assert labels(talk.replies[-1]) == ["Whom to phone"]


# --- To be told when there is one -------------------------------------------------------------------------


@pytest.mark.parametrize("agree", ["press", "yes please"])
def test_whoever_wants_to_hear_of_an_answer_is_told_what_is_kept_for_that(agree):
    talk = talking()
    talk.say(STRANGE)
    said = talk.press("Yes, tell me") if agree == "press" else talk.say(agree)
    assert said == WORDING("will_tell")
    assert awaited(talk) == Unsettled("unanswered", STRANGE)
    assert kept(talk) is None, "it is kept already"


def test_no_is_no():
    talk = talking()
    talk.say(STRANGE)
    assert talk.say("no thanks") == WORDING("offer_dismissed")
    assert awaited(talk) is None


def test_the_offer_is_for_the_next_message_only():
    talk = talking()
    talk.say(STRANGE, "hello", "yes")
    assert awaited(talk) is None
    assert talk.press("Yes, tell me").startswith(WORDING("no_such_button"))
    assert awaited(talk) is None


def test_other_words_are_other_words():
    talk = talking()
    talk.say(STRANGE)
    assert talk.say("red tape meaning").startswith(TAPE.answer)


def test_what_became_of_a_question_is_said_with_the_answer_or_whom_to_ask():
    talk = talking()
    told = answered_at_last(talk.scene(""), STRANGE, TAPE)
    assert told.text == WORDING("answered_at_last", question=STRANGE)
    assert talk.send(told.choices[0].press).startswith(TAPE.answer)
    ask = WORDING("please_call_supervisor")
    assert never_answered(talk.scene(""), STRANGE).text.split("\n\n") == [
        WORDING("never_answered", question=STRANGE), ask,
    ]  # fmt: skip
    assert never_answered(talk.scene(""), "").text.split("\n\n") == [WORDING("not_answered_in_time"), ask]


# --- This is wrong, and whether it helped -----------------------------------------------------------------


@pytest.mark.parametrize("words", ["This is wrong.", "that's wrong", "press"])
def test_a_wrong_answer_goes_to_a_person_and_somebody_is_named_until_then(words):
    talk = talking()
    talk.say("when is pay day?")
    said = talk.press("This is wrong") if words == "press" else talk.say(words)
    assert said.split("\n\n") == [WORDING("will_be_looked_at"), UNTIL_THEN]
    assert kept(talk) == Unsettled("disputed", "when is pay day?", PAY.id)


def test_an_answer_that_did_not_help_goes_the_same_way():
    talk = talking()
    talk.say("there is a gas leak")
    assert talk.say("not helpful").split("\n\n") == [WORDING("did_not_help"), UNTIL_THEN]
    assert (talk.turn and talk.turn.helped) is False
    assert kept(talk) == Unsettled("disputed", "there is a gas leak", LEAK.id)


def test_an_answer_that_helped_is_counted_and_the_question_is_not_kept():
    talk = talking()
    talk.say("red tape meaning", "more")
    assert talk.say("that helped") == WORDING("thanks_for_saying")
    assert (talk.turn and talk.turn.helped) is True
    assert kept(talk) is None


@pytest.mark.parametrize("words", ["helpful", "not helpful", "that's wrong"])
def test_without_an_answer_just_before_they_are_just_words(words):
    for before in ([], ["red tape meaning", "hello"], [VAGUE], [STRANGE]):
        talk = talking()
        talk.say(*before, words)
        assert talk.turn
        assert talk.turn.helped is None
        assert kept(talk) is None


def test_the_button_of_an_older_answer_disputes_that_one_without_the_newer_question():
    talk = talking()
    talk.say("when is pay day?", "red tape meaning")
    talk.send(Press("wrong", (PAY.id,)))
    assert kept(talk) == Unsettled("disputed", "", PAY.id)


def test_an_answer_that_is_no_more_cannot_be_disputed():
    talk = talking()
    assert talk.send(Press("wrong", ("no-such",))).startswith(WORDING("no_such_button"))
    assert kept(talk) is None


# --- Inside a playbook ------------------------------------------------------------------------------------


def test_inside_a_playbook_the_same_question_follows():
    talk = in_the_middle()
    asking = talk.run.ledger.asking
    talk.say("what does the red tape mean?")
    assert talk.say("this is wrong").startswith(WORDING("will_be_looked_at"))
    assert kept(talk) == Unsettled("disputed", "what does the red tape mean?", TAPE.id)
    talk.say("what does the red tape mean?")
    talk.press("Not what I meant")
    talk.press("Yes, tell me")
    assert talk.replies[0] == Reply(WORDING("will_tell"))
    assert talk.run.ledger.asking == asking


def test_inside_a_playbook_yes_is_an_answer_to_its_question():
    talk = in_the_middle()
    talk.say("what does the red tape mean?")
    talk.press("Not what I meant")
    talk.say("yes")
    assert talk.run.ledger.answers["hurt"].answer.value == "yes"
    assert awaited(talk) is None


def test_after_an_answer_to_the_playbook_nothing_can_be_said_of_an_older_answer():
    talk = in_the_middle()
    talk.say("what does the red tape mean?", "no", "that's wrong")
    assert kept(talk) is None


def test_words_that_may_be_an_answer_in_a_playbook_are_never_kept_as_a_question():
    talk = in_the_middle()
    talk.say("no", "today 06:00", "what does the red tape mean?")
    assert talk.session.asked == Asked("", TAPE.id)
    talk.press("Not what I meant")
    assert kept(talk) is None
    talk.say("what does the red tape mean?", "this is wrong")
    assert kept(talk) == Unsettled("disputed", "", TAPE.id)


@pytest.mark.parametrize("words", ["could be", STRANGE])
def test_what_was_taken_for_an_answer_in_a_playbook_is_kept_nowhere(words):
    talk = in_the_middle()
    talk.say(words)
    assert kept(talk) is None
    assert (talk.session.asked, talk.session.unsettled) == (None, None)


def test_a_session_comes_back_from_its_row():
    session = Session(asked=Asked("why so", "red-tape"), unsettled=Unsettled("unanswered", "why"))
    assert Session.from_json(session.to_json()) == session
