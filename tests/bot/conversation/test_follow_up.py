"""After an answer people ask for more, for its source, or what another region says; in a playbook its question comes first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.follow_up import read_follow_up
from bot.message import Address, Identity, Message, Press
from bot.reply import Citation
from knowledge.clauses import Clause, Clauses, Group
from knowledge.refusal import Refusal, Refusals
from playbooks.script import AnswerType, Ask, Option
from tests.bot.conversation.talk import ALARM, SOURCE, WORDING, Talk
from tests.bot.conversation.test_asking import KNOWLEDGE, LEAK, TAPE


def named(name: str, region: str, **more) -> Clause:
    return Clause(name, f"Text {name}", f"About {name}", "", "GMP guide", frozenset({region}), **more)


CLAUSES = Clauses(
    {
        each.id: each
        for each in (
            Clause("A-01", SOURCE.clause, SOURCE.title, SOURCE.url, SOURCE.force, frozenset({"US"})),
            named("E-1", "EU"),
            named("E-2", "EU", product_types=frozenset({"biologic"})),
        )
    },
    (Group("tape", ("A-01", "E-1", "E-2")),),
)
PLAIN = replace(TAPE, by_region={}, id="plain-tape")
ONE = replace(KNOWLEDGE, articles={"plain-tape": PLAIN, "gas-leak": LEAK})


def talking(**more) -> Talk:
    return Talk(**{"knowledge": KNOWLEDGE, "clauses": CLAUSES, **more})


def cited(talk: Talk) -> list[Citation]:
    return list(talk.replies[-1].citations)


@pytest.mark.parametrize(
    ("words", "regions"),
    [
        ("and in the EU?", ("EU",)),
        ("what does FDA say?", ("US",)),
        ("What does the EU say about it?", ("EU",)),
        ("what does EU say", ("EU",)),
        ("and in the US?", ("US",)),
        ("And in the U.S.?", ("US",)),
        ("in the u.k. too?", ("UK",)),
        ("eu?", ("EU",)),
        ("E.U.", ("EU",)),
        ("US?", ("US",)),
        ("us", ("US",)),
        ("same in europe?", ("EU",)),
        ("is it the same in Great Britain", ("UK",)),
        ("how is it in the uk", ("UK",)),
        ("does that hold in the US", ("US",)),
        ("does that apply in the United States as well?", ("US",)),
        ("and the European Union?", ("EU",)),
        ("what if we ship it to the us?", ("US",)),
        ("what's the MHRA view?", ("UK",)),
        ("what do the inspectors in the UK want?", ("UK",)),
        ("is it different in the US and the EU?", ("US", "EU")),
        ("what about us?", ()),
        ("is that the same for us", ()),
        ("can you tell us", ()),
        ("do I tell FDA?", ()),
        ("how many days in the US?", ()),
        ("is the QP needed in the UK?", ()),
        ("does the FDA say that we should keep the same rules as the people there do", ()),
        ("what does it say?", ()),
    ],
)
def test_the_ways_to_ask_for_another_region(words, regions):
    follow_up = read_follow_up(words)
    assert (follow_up.regions if follow_up else ()) == regions


def test_without_words_of_its_own_an_article_names_what_the_region_has():
    talk = talking(knowledge=ONE)
    talk.say("red tape meaning")

    assert talk.say("what does the EU say?") == WORDING("in_region", region="EU")
    assert cited(talk) == [Citation("Text E-1", "About E-1", "", "GMP guide")]
    assert talk.say("and in the US?") == WORDING("in_region", region="US")
    assert cited(talk) == [SOURCE], "its own"
    assert talk.say("and in the UK?") == WORDING("same_in_region", region="UK")
    assert cited(talk) == []


def test_a_text_of_ours_that_speaks_for_the_other_region_too_is_said_to():
    both = {**CLAUSES.by_id, "A-01": replace(CLAUSES.by_id["A-01"], regions=frozenset({"EU", "UK"}))}
    talk = talking(knowledge=ONE, clauses=Clauses(both, CLAUSES.groups))
    talk.say("red tape meaning")
    assert talk.say("and in the UK?") == WORDING("same_text", region="UK")
    assert cited(talk) == [SOURCE]


def test_a_region_without_an_answer_before_it_is_asked_of_what():
    assert talking().say("and in the EU?") == WORDING("about_what")

    talk = in_the_middle()
    assert talk.say("what does FDA say?").startswith(WORDING("about_what"))
    assert "Is anybody hurt?" in talk.said
    talk.say("no", "today 06:00", "US?")
    assert talk.said.startswith(WORDING("about_what"))
    talk.press('My answer is "US?"')
    assert talk.run.ledger.answers["what"].answer.value == "US?"

    talk = in_the_middle("no", "today 06:00", "US")
    assert talk.run.ledger.answers["what"].answer.value == "US"


def test_two_regions_are_told_one_after_the_other():
    talk = talking()
    talk.say("red tape meaning")

    assert talk.say("is it different in the US and in the UK?").split("\n\n") == [
        TAPE.by_region["US"],
        WORDING("same_in_region", region="UK"),
    ]
    assert cited(talk) == [SOURCE]


def test_its_own_words_come_with_its_own_clauses_alone():
    talk = talking()
    talk.say("red tape meaning", "and in the EU?")
    assert talk.said == TAPE.by_region["EU"]
    assert cited(talk) == [], "the twin is no source of these words"


def test_not_what_i_meant_in_words_is_the_button():
    talk = talking()
    talk.say("red tape meaning")
    assert talk.say("that's not what I meant").startswith(WORDING("not_known"))
    assert talk.say("why is that?") != TAPE.parts["why"], "that answer is behind us"


def in_the_middle(*answers: str) -> Talk:
    talk = talking()
    talk.send(Press("start", ("spill",)))
    talk.say(*answers)
    return talk


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("why is that?", TAPE.parts["why"]),
        ("more", TAPE.parts["more"]),
        ("example of that", TAPE.parts["example"]),
        ("source", WORDING("sources")),
        ("and in the US?", TAPE.by_region["US"]),
        ("that is not what I meant", WORDING("not_known")),
    ],
)
@pytest.mark.parametrize("answers", [(), ("no", "today 06:00")])
def test_inside_a_playbook_it_works_too_and_the_same_question_comes_again(words, said, answers):
    talk = in_the_middle(*answers, "what does the red tape mean?")
    asked, stands = talk.run.ledger.asking, talk.run.ledger.answers

    assert talk.say(words).startswith(said)
    ask = talk.run.script.ask(asked)
    assert ask
    assert ask.text in talk.replies[-1].text
    assert (talk.run.ledger.asking, talk.run.ledger.answers) == (asked, stands)


def test_why_and_example_are_asked_of_the_playbook():
    talk = in_the_middle("what does the red tape mean?")
    assert "People come first." in talk.say("why?")

    talk = in_the_middle("no", "today 06:00", "what does the red tape mean?")
    assert "About 2 litres of ethanol." in talk.say("example")


def test_a_word_that_the_question_takes_is_its_answer():
    takes = ("more", "US", "source")
    kind = Ask("What is it?", AnswerType.CHOICE, "Kind", tuple(Option(word, word) for word in takes))
    steps = tuple(
        replace(step, does=kind) if step.id == "kind" else step
        for step in ALARM.steps
        if step.id != "to_spill"
    )
    for word in takes:
        talk = talking(shelf=(replace(ALARM, steps=steps),))
        talk.send(Press("start", ("alarm",)))
        talk.say("no", "today 06:00", "what does the red tape mean?")
        talk.say(word)
        assert talk.run.ledger.answers["kind"].answer.value == word


def test_where_any_words_would_do_it_can_be_the_answer_after_all():
    talk = in_the_middle("no", "today 06:00", "what does the red tape mean?", "US?")
    talk.press('My answer is "US?"')
    assert talk.run.ledger.answers["what"].answer.value == "US?"


def test_an_answer_of_the_run_is_the_end_of_what_was_asked_beside_it():
    talk = in_the_middle("what does the red tape mean?", "no", "today 06:00", "more")
    assert talk.run.ledger.answers["what"].answer.value == "more"


UNSAFE = Refusal(
    "again", "Again", "refuse", (("again",),), "It proves nothing.", "Keep it.", ("lead",), ("A-01",)
)
REFUSALS = Refusals({"asking": ("can i",), "informing": ("^who",), "again": ("again",)}, (UNSAFE,))


def test_after_a_refusal_its_reason_is_the_why_and_its_clauses_are_the_source():
    talk = talking(refusals=REFUSALS)
    talk.say("red tape meaning", "can i use it again")

    assert talk.say("why is that?") == UNSAFE.reason
    assert talk.say("where does it say that?") == WORDING("sources")
    assert cited(talk) == [SOURCE]
    assert talk.say("and in the EU?") == WORDING("in_region", region="EU")
    assert talk.say("more") != TAPE.parts["more"], "it is not about the answer before"


def test_after_a_refusal_inside_a_playbook_too():
    talk = talking(refusals=REFUSALS)
    talk.send(Press("start", ("spill",)))
    talk.say("can i use it again")
    assert talk.say("and in the EU?").startswith(WORDING("in_region", region="EU"))


def test_after_words_from_elsewhere_were_refused_too():
    talk = talking(refusals=REFUSALS)
    sender = Identity("test", "alex")
    talk.take(Message("e", Address("test", "alex"), sender, "can i use it again", Press("consider")))
    assert talk.say("why is that?") == UNSAFE.reason


def test_an_answer_that_rests_on_nothing_here_says_so():
    talk = talking(knowledge=replace(KNOWLEDGE, articles={"red-tape": replace(TAPE, cite=("A-99",))}))
    talk.say("red tape meaning")
    assert talk.say("source") == WORDING("no_sources")


@pytest.mark.parametrize("words", ["somebody spilled ethanol", "Report a spill", "qqq zzz"])
def test_what_is_offered_or_not_understood_is_the_end_of_the_answer_before(words):
    talk = talking()
    talk.say("red tape meaning", words, "not now")
    assert talk.say("and in the US?") != TAPE.by_region["US"]


def test_none_of_these_in_words_is_the_button_where_something_was_to_choose_from():
    talk = talking()
    talk.say("what about tape on a drum of gas and pay")
    assert talk.said == WORDING("did_you_mean")
    assert talk.say("none of these").startswith(WORDING("not_known"))
    assert not talking().say("none of these").startswith(WORDING("not_known"))
