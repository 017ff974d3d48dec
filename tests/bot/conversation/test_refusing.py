"""What is never advised is refused kindly: the reason, what to do instead, its clause, and whom to call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.group import answer_in_group
from bot.message import Address, Identity, Message, Press
from bot.reply import Tone
from bot.site import Roster
from knowledge.refusal import Refusal, Refusals
from tests.bot.conversation.talk import NORTH, SOURCE, WORDING, Talk

AGAIN = Refusal(
    "again",
    "Measure again",
    "refuse",
    (("again",),),
    "A repeat does not cancel the first result.",
    "Keep what there is.",
    ("nobody", "lead"),
    ("A-01", "A-02"),
    playbook="spill",
)
ILL = Refusal(
    "ill",
    "Felt ill",
    "escalate",
    (("ill",),),
    "Somebody may be harmed.",
    "Say so today.",
    ("lead_phone",),
    ("A-01",),
    is_always=True,
)
WORDS = {"asking": ("can i",), "informing": ("^what is a",), "again": ("again",), "ill": ("felt ill",)}
REFUSALS = Refusals(WORDS, (AGAIN, ILL))


def talking(**more) -> Talk:
    return Talk(**{"refusals": REFUSALS, **more})


def test_it_says_why_what_to_do_instead_and_whom_to_call():
    talk = talking()
    talk.say("can I test it again")

    reply = talk.replies[-1]
    assert reply.text.split("\n\n") == [
        "A repeat does not cancel the first result.",
        "Keep what there is. Please call now: lead, 4300.",
        WORDING("decision_is_yours"),
    ]
    assert reply.citations == (SOURCE,), "and the clauses that speak for this site"
    assert reply.tone is Tone.NOTICE
    assert reply.is_answer


def test_without_a_run_the_playbook_that_helps_is_offered():
    talk = talking()
    talk.say("can I test it again")

    talk.press("Do it together: Report a spill")
    assert talk.run.script.id == "spill"


def test_a_playbook_that_is_not_there_is_not_offered():
    talk = talking(shelf=())
    talk.say("can I test it again")
    assert not any(choice.press.action == "start" for choice in talk.replies[-1].choices)


def test_where_somebody_must_hear_of_it_it_is_a_stop():
    talk = talking()
    assert (
        talk.say("my friend felt ill")
        == "Somebody may be harmed.\n\nSay so today. Please call now: lead phone, 4410."
    )
    assert talk.replies[-1].tone is Tone.STOP


@pytest.mark.parametrize("rosters", [{}, {"lead": Roster(("sam",), "")}])
def test_where_no_number_is_known_the_supervisor_and_qa_are_named(rosters):
    talk = talking(site=replace(NORTH, rosters=rosters))
    assert WORDING("please_call_supervisor") in talk.say("can I test it again")


def test_inside_a_playbook_the_same_question_comes_again_and_nothing_is_answered():
    talk = talking()
    talk.send(Press("start", ("spill",)))
    asked = talk.run.ledger.asking
    talk.say("can I test it again")

    assert talk.replies[0].text.startswith("A repeat does not cancel")
    ask = talk.run.script.ask(asked)
    assert ask
    assert talk.replies[-1].text.endswith(ask.text)
    assert talk.run.ledger.answers == {}
    assert [reply.tone for reply in talk.replies[:1]] == [Tone.NOTICE]


def test_an_answer_that_can_be_read_as_one_stays_an_answer():
    talk = talking(refusals=Refusals({**WORDS, "again": ("yes", "again")}, (replace(AGAIN, is_always=True),)))
    talk.send(Press("start", ("spill",)))
    talk.say("yes")
    assert talk.run.ledger.answers


def test_what_names_options_that_do_not_go_together_is_a_mistake_and_no_request():
    talk = talking(
        refusals=Refusals({**WORDS, "again": ("batch", "again")}, (replace(AGAIN, is_always=True),))
    )
    talk.send(Press("start", ("spill",)))
    for answer in ("no", "today 06:00", "Ethanol", "nothing, a batch"):
        talk.say(answer)
    assert not talk.said.startswith("A repeat does not cancel")
    assert '"Nothing" and another answer do not go together.' in talk.said


def test_the_reason_of_a_change_may_be_any_words_so_that_one_taken_for_a_request_can_stand():
    talk = talking(
        refusals=Refusals({**WORDS, "again": ("read again", "again")}, (replace(AGAIN, is_always=True),))
    )
    talk.send(Press("start", ("spill",)))
    for answer in (
        "no",
        "today 06:00",
        "Ethanol",
        "a batch",
        "00123",
        "no",
        "yes",
        "change still wet",
        "yes",
    ):
        talk.say(answer)
    talk.say("Read again from the door")
    assert talk.said.startswith("A repeat does not cancel")
    assert "The reason stands beside the change." in talk.press('My answer is "Read again from the door"')


def test_that_a_review_is_right_is_no_request():
    words = {**WORDS, "again": ("this is right", "yes", "again")}
    talk = talking(refusals=Refusals(words, (replace(AGAIN, is_always=True),)))
    talk.send(Press("start", ("spill",)))
    for answer in ("no", "today 06:00", "Ethanol", "a batch", "00123", "no"):
        talk.say(answer)
    talk.say("This is right")
    assert not talk.said.startswith("A repeat does not cancel")
    assert "Draft 1 is ready" in talk.said


def test_where_any_words_would_do_it_can_be_the_answer_after_all():
    talk = talking()
    talk.send(Press("start", ("spill",)))
    while not (talk.run.asked and talk.run.asked.type in {"text", "long_text"}):
        talk.say("skip")
    step = talk.run.ledger.asking
    talk.say("they said can I test it again")
    assert step not in talk.run.ledger.answers

    talk.press('My answer is "they said can I test it again"')
    assert talk.run.ledger.answers[step].answer.value == "they said can I test it again"


def test_words_from_elsewhere_are_refused_too():
    talk = talking()
    sender = Identity("test", "alex")
    talk.take(Message("e", Address("test", "alex"), sender, "can I test it again", Press("consider")))
    assert talk.said.startswith("A repeat does not cancel")


def test_somebody_in_danger_comes_before_any_refusal():
    talk = talking()
    assert "hurt or in danger" in talk.say("Mia is hurt, can I test it again")


def test_somebody_in_danger_comes_before_the_question_that_is_open():
    talk = talking()
    talk.send(Press("start", ("spill",)))
    talk.say("no")
    talk.say("Mia is hurt")
    assert "hurt or in danger" in talk.said
    assert talk.replies[-1].text.endswith("When was it seen?")
    assert not any(choice.press.action == "start" for reply in talk.replies for choice in reply.choices)


def test_nobody_hurt_is_no_danger():
    talk = talking()
    assert "hurt or in danger" not in talk.say("nobody is hurt, it won't hurt")


def test_a_group_hears_it_too_without_buttons():
    reply = answer_in_group(talking().scene(""), "can I test it again")
    assert reply.text.startswith("A repeat does not cancel")
    assert reply.choices == ()
