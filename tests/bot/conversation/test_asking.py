"""A question gets an answer with its clause, "did you mean", or an honest "I do not know"; inside a playbook too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.group import answer_in_group
from bot.message import Press
from bot.reply import Reply, Tone
from bot.site import Roster
from knowledge.answer import NOTHING_KNOWN, Knowledge
from knowledge.article import Article
from knowledge.glossary import Glossary, Term
from knowledge.refusal import Refusal, Refusals
from knowledge.scorecard import Scorecard, Weights
from tests.bot.conversation.talk import NORTH, SOURCE, WORDING, Talk

FOREVER = "2026-01-05"
TAPE = Article(
    "red-tape",
    "article",
    "plant",
    "What does the red tape mean?",
    ("what is the red tape for", "red tape meaning", "the red tape on the drum"),
    "Red tape means: do not use it.",
    ("A-01", "A-99"),
    {
        "more": "It stays on until QA takes it off.",
        "why": "So that nobody uses it by chance.",
        "example": "Drum 12.",
    },
    {"EU": "In the EU it is the same.", "US": "In the US it is yellow."},
    sop_decides=True,
    playbook="spill",
    effective_from=FOREVER,
)
LEAK = Article(
    "gas-leak",
    "article",
    "plant",
    "What do I do when gas leaks?",
    ("there is a gas leak", "gas leaks from the bottle"),
    "Leave, and tell them now.",
    ("A-01",),
    escalate="lead",
    effective_from=FOREVER,
)
PAY = Article(
    "stub-pay", "stub", "people", "When is pay day?", ("when is pay day", "my pay slip"), "I know nothing of pay.",
    ask_whom="lead", effective_from=FOREVER,
)  # fmt: skip
KNOWLEDGE = Knowledge(
    {each.id: each for each in (TAPE, LEAK, PAY)},
    Glossary(
        [
            Term("OOT", could_be=("out of trend", "out of tolerance"), is_acronym=True),
            Term(
                "SST",
                "system suitability test",
                "The check before a run.",
                is_acronym=True,
                not_to_confuse_with=("OOT",),
            ),
            Term("bund", meaning="A low wall."),
            Term("red tape", meaning="A tape that is red."),
        ]
    ),
    NOTHING_KNOWN.refusals,
    {
        "playbook:spill": ("Report a spill", "somebody spilled ethanol"),
        "playbook:gone": ("Gone away", "it is gone away"),
    },
    Scorecard(Weights(-4.0, {"score": 2.0, "alike": 4.0}), 0.75, 0.12, (0.5, 0.5)),
    NOTHING_KNOWN.vocabulary,
)


def talking(**more) -> Talk:
    return Talk(**{"knowledge": KNOWLEDGE, **more})


def labels(reply: Reply) -> list[str]:
    return [choice.label for choice in reply.choices]


def in_the_middle() -> Talk:
    talk = talking()
    talk.send(Press("start", ("spill",)))
    return talk


def test_an_answer_comes_with_its_clause_and_with_what_more_there_is():
    talk = talking()
    talk.say("what does the red tape mean?")

    reply = talk.replies[-1]
    assert reply.text.split("\n\n") == [TAPE.answer, "In the EU it is the same.", WORDING("sop_decides")]
    assert reply.citations == (SOURCE,)
    assert (reply.tone, reply.is_answer) == (Tone.NOTICE, True)
    assert labels(reply) == [
        "Do it together: Report a spill", "More", "Why is that?", "Example of that", "And in the US?", "Not what I meant",
        "This is wrong",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("why?", "So that nobody uses it by chance."),
        ("more", "It stays on until QA takes it off."),
        ("an example", "Drum 12."),
        ("and in the US?", "In the US it is yellow."),
        ("what about the UK", WORDING("same_in_region", region="UK")),
    ],
)
def test_what_follows_belongs_to_the_answer_just_given(words, said):
    talk = talking()
    talk.say("red tape meaning")
    assert talk.say(words) == said
    assert talk.say(words) == said, "and again"


def test_asked_for_the_source_it_shows_it():
    talk = talking()
    talk.say("red tape meaning", "which clause")
    assert talk.replies[-1].citations == (SOURCE,)


def test_without_an_answer_before_it_why_is_just_a_word():
    assert talking().say("why") != TAPE.parts["why"]


def test_what_an_answer_does_not_have_is_not_made_up():
    talk = talking()
    talk.say("there is a gas leak")
    assert talk.say("example") != TAPE.parts["example"]


@pytest.mark.parametrize(
    ("label", "said"), [("More", TAPE.parts["more"]), ("And in the US?", TAPE.by_region["US"])]
)
def test_the_buttons_say_the_same(label, said):
    talk = talking()
    talk.say("red tape meaning")
    assert talk.press(label) == said


def test_a_button_of_an_answer_that_is_no_more_is_one_that_nobody_knows():
    assert talking().send(Press("know", ("no-such",))).startswith(WORDING("no_such_button"))


def test_where_somebody_must_hear_of_it_it_is_a_stop_with_whom_to_call():
    talk = talking()
    assert talk.say("there is a gas leak").split("\n\n") == [LEAK.answer, "Please call now: lead, 4300."]
    assert talk.replies[-1].tone is Tone.STOP


def test_a_topic_that_is_known_and_not_covered_names_whom_to_ask():
    assert talking().say("when is pay day?").split("\n\n") == [PAY.answer, "Please ask: lead, 4300."]


def test_not_sure_enough_it_asks_back_and_none_of_these_ends_honestly():
    talk = talking()
    talk.say("what about tape on a drum of gas and pay")

    assert talk.said == WORDING("did_you_mean")
    offered = labels(talk.replies[-1])
    assert offered[-1] == "None of these"
    assert set(offered[:-1]) <= {TAPE.question, LEAK.question, PAY.question}
    assert talk.press("None of these").startswith(WORDING("not_known"))
    talk.say("what about tape on a drum of gas and pay")
    assert talk.press(TAPE.question).startswith(TAPE.answer)


def test_a_word_with_two_meanings_is_asked_about():
    talk = talking()
    assert talk.say("what is oot") == WORDING(
        "which_meaning", term="OOT", meanings="out of trend or out of tolerance"
    )


def test_what_a_term_means_is_told_from_the_glossary_and_said_to_be_so():
    talk = talking()
    talk.say("what does SST stand for?")

    reply = talk.replies[-1]
    assert reply.text.split("\n\n") == [
        "SST stands for: system suitability test. The check before a run.",
        "It is not the same as OOT.",
        WORDING("from_glossary"),
    ]
    assert (reply.tone, reply.is_answer, labels(reply)) == (Tone.NOTICE, True, ["Not what I meant"])
    assert talk.press("Not what I meant").startswith(WORDING("not_known"))
    assert talk.say("define bund").split("\n\n") == ["bund: A low wall.", WORDING("from_glossary")]


def test_an_article_that_says_what_a_term_means_comes_before_the_glossary():
    assert talking().say("hey, what is a red tape?").startswith(TAPE.answer)


def test_what_a_term_means_is_told_in_a_group_and_inside_a_playbook_too():
    assert answer_in_group(talking().scene(""), "what is SST?").text.startswith("SST stands for")
    talk = in_the_middle()
    step = talk.said
    talk.say("what is SST?")
    assert talk.replies[-2].text.startswith("SST stands for")
    assert talk.replies[-1].text == step


def test_a_wish_to_act_is_offered_the_playbook():
    assert "Shall we write it down together?" in talking().say("Report a spill")
    assert "Shall we write it down together?" in talking(shelf=Talk().shelf).say("somebody spilled ethanol")
    assert talking().say("it is gone away").startswith(WORDING("not_sure")[:10]), (
        "what is not there is not offered"
    )


def test_who_tells_what_happened_is_offered_a_playbook_beside_what_they_may_mean():
    talk = talking()
    talk.say("leaked tape on a drum of gas and pay")
    assert talk.said == WORDING("did_you_mean")
    assert labels(talk.replies[-1])[0] == "Report a spill"

    talk.say("tape on a drum of gas and pay")
    assert labels(talk.replies[-1])[0] != "Report a spill", "none comes near"

    talk.say("what about tape on a drum of gas and pay")
    assert "Report a spill" not in labels(talk.replies[-1]), "a question is no event"


def test_a_playbook_is_among_what_may_be_meant():
    talk = talking()
    talk.say("spilled gas on the tape, which drum")
    assert "Report a spill" in labels(talk.replies[-1]) or talk.said != WORDING("did_you_mean")


def test_nothing_that_is_known_is_said_so():
    assert talking().say("qqq zzz") == WORDING("not_sure")


def test_inside_a_playbook_the_answer_comes_first_and_then_the_same_question():
    talk = in_the_middle()
    asked = talk.run.ledger.asking
    talk.say("what does the red tape mean?")

    assert talk.replies[0].text.startswith(TAPE.answer)
    assert "Do it together: Report a spill" not in labels(talk.replies[0]), "one is open already"
    assert talk.run.ledger.asking == asked
    assert talk.say("why is that?").startswith("So that nobody uses it by chance.")
    assert talk.run.ledger.asking == asked
    assert talk.press("Not what I meant").startswith(WORDING("not_known"))


def test_what_can_be_read_as_an_answer_is_one():
    talk = in_the_middle()
    talk.say("no")
    assert talk.run.ledger.answers["hurt"].answer.value == "no"


@pytest.mark.parametrize(
    "words", ["is it banana bread?", "red tape on the drum", "Report a spill?", "could be"]
)
def test_what_is_no_question_we_can_answer_is_not_taken_for_one(words):
    talk = in_the_middle()
    talk.say(words)
    assert TAPE.answer not in talk.said


def test_a_wish_for_another_playbook_asks_whether_to_put_this_one_aside():
    others = {**KNOWLEDGE.others, "playbook:alarm": ("An alarm", "what to do about an alarm")}
    talk = talking(knowledge=replace(KNOWLEDGE, others=others))
    talk.send(Press("start", ("spill",)))

    assert "Shall I put it aside" in talk.say("what to do about an alarm?")
    talk.press("Go on here")
    assert "Is anybody hurt?" in talk.said
    assert "Shall I put it aside" not in talk.say("Report a spill?"), "this is the one"
    assert "Shall I put it aside" not in talk.say("is it gone away?")


def test_where_any_words_would_do_only_a_sure_answer_comes_between():
    talk = in_the_middle()
    talk.say("no", "today 06:00")
    assert talk.run.ledger.asking == "what"
    talk.say("what does the red tape mean?")
    assert talk.replies[0].text.startswith(TAPE.answer)
    talk.press('My answer is "what does the red tape mean?"')
    assert talk.run.ledger.answers["what"].answer.value == "what does the red tape mean?"


def test_where_any_words_would_do_a_doubtful_question_is_the_answer():
    talk = in_the_middle()
    talk.say("no", "today 06:00", "what about tape on a drum of gas and pay")
    assert talk.run.ledger.answers["what"].answer.value == "what about tape on a drum of gas and pay"


def test_a_group_gets_the_answer_without_buttons():
    reply = answer_in_group(talking().scene(""), "what does the red tape mean?")
    assert reply.text.startswith(TAPE.answer)
    assert reply.choices == ()


UNSAFE = Refusal(
    "again", "Again", "refuse", (("again",),), "A repeat proves nothing.", "Keep it.", ("lead",), ("A-01",)
)


def test_what_is_never_advised_is_refused_before_it_is_answered():
    refusals = Refusals({"asking": ("can i",), "informing": ("^who",), "again": ("again",)}, (UNSAFE,))
    talk = talking(refusals=refusals)
    assert talk.say("can i use the red tape again").startswith("A repeat proves nothing.")


def test_nobody_to_ask_is_the_supervisor():
    talk = talking(site=replace(NORTH, rosters={"lead": Roster()}))
    assert WORDING("please_call_supervisor") in talk.say("when is pay day?")
