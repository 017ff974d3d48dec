"""Questions about the words of an answer: the answer stands meanwhile, and nothing of the run stands still."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from playbooks.act import (
    Back,
    Change,
    Confirm,
    Digress,
    Free,
    Hurry,
    Keep,
    Move,
    Pause,
    Picked,
    Put,
    Resume,
    Send,
    Skip,
    Typed,
)
from playbooks.answer import Trouble, Upload
from playbooks.coaching.catalogue import Listener, Manner
from playbooks.coaching.in_run import asked_again
from playbooks.decision import begin, decide
from playbooks.draft import Around, draft_of, fingerprint
from playbooks.position import resolve
from playbooks.run import Answered, Coached, Drafted, StoodBy, fold, what_to_json, whats_from_json
from playbooks.utterance import Aside, Held, Misread, Note, Notice, Question, ReasonAsked, Sheet, WordsAsked
from tests.playbooks.scripts import DUBLIN, REVIEW, Walk, choice, document, hold, question, script, stop, tree

CHECKS = ["relative_date", "vague_amount", "cause_in_description"]
WEAK = "Yesterday several vials broke due to the belt."
BETTER = "On 3 June 2026 twelve vials broke on the belt yesterday."
COACH = {"checks": CHECKS}
EXAMPLE = {"weak": "It broke.", "better": "Twelve vials broke."}
OF = script(
    question("what", "long_text", coach=COACH, why="The reader sees the gap.", example=EXAMPLE),
    question("where"),
    REVIEW,
    document(),
)


def asked(of=OF, text: str = WEAK) -> Walk:
    return Walk(of).does(Typed(text))


def words_asked(walk: Walk) -> WordsAsked:
    said = walk.said[-1]
    assert isinstance(said, WordsAsked)
    return said


def notices(walk: Walk) -> list[Notice]:
    return [said.notice for said in walk.said if isinstance(said, Note)]


@pytest.mark.scenario("I1")
def test_a_weak_text_is_kept_first_and_then_asked_about_at_most_twice_in_the_persons_own_words():
    walk = asked()

    assert walk.live == {"what": (WEAK,)}
    assert walk.kinds[-2:] == ["answered", "coached"]
    said = words_asked(walk)
    assert [finding.check for finding in said.findings] == ["relative_date", "vague_amount"]
    assert [finding.quote for finding in said.findings] == ["Yesterday", "several"]
    assert said.answer.value == WEAK


def test_only_which_checks_asked_is_kept_and_nobodys_words():
    event = asked().events[-1].what
    kept = Coached("what", ("relative_date", "vague_amount"))

    assert event == kept
    assert what_to_json(kept)[1] == ""
    assert whats_from_json([what_to_json(StoodBy("what", ("relative_date",)))]) == [
        StoodBy("what", ("relative_date",))
    ]


@pytest.mark.scenario("I2")
@pytest.mark.parametrize(
    "act", [Keep(), Skip(), Typed("no"), Typed("Keep it as it is."), Typed("I don’t know"), Resume()]
)
def test_one_word_keeps_it_as_it_is_and_it_is_never_asked_about_again(act):
    walk = asked().does(act)

    assert walk.events[-2].what == StoodBy("what", ("relative_date", "vague_amount"))
    assert notices(walk) == [Notice.STOOD_BY]
    assert walk.live == {"what": (WEAK,)}
    assert walk.asked == "where"
    again = walk.does(Change("what"), Typed("Recently some vials broke."))
    assert again.live["what"] == ("Recently some vials broke.",)
    assert again.asked == "where"


def test_whoever_leaves_now_has_lost_nothing_and_is_asked_the_same_when_they_come_back():
    walk = asked()
    before = words_asked(walk)

    walk.does(Pause())
    assert walk.ledger.is_paused
    walk.does(Resume())
    assert words_asked(walk).findings == before.findings
    assert walk.live == {"what": (WEAK,)}


@pytest.mark.parametrize("about", ["why", "example", "repeat"])
def test_why_and_example_come_between_and_the_same_questions_follow(about):
    walk = asked()
    put = walk.put
    walk.does(Digress(about))

    assert isinstance(walk.said[0], Aside) == (about != "repeat")
    assert words_asked(walk).turn == put.turn, "a digression moves nothing"


def test_back_takes_back_the_answer_and_it_is_offered_again():
    walk = asked().does(Back())

    said = walk.said[-1]
    assert isinstance(said, Question)
    assert said.offered
    assert said.offered.value == WEAK
    assert walk.live == {}
    assert asked().does(Back(), Keep()).asked == "where", "asked about once"


def test_another_answer_can_be_changed_meanwhile():
    of = script(question("where"), question("what", "long_text", coach=COACH), REVIEW)
    walk = Walk(of).does(Typed("F-2"), Typed(WEAK), Change("where"), Typed("F-3"))

    assert walk.live == {"where": ("F-3",), "what": (WEAK,)}
    assert isinstance(words_asked(walk), WordsAsked)
    assert walk.put == Put("what", walk.events[-1].seq), "the questions are put anew"


def test_changing_the_very_answer_settles_the_questions():
    walk = asked().does(Change("what"), Typed("Twelve vials broke."))

    assert walk.asked == "where"
    assert walk.live["what"] == ("Twelve vials broke.",)
    assert isinstance(asked().does(Change("what"), Keep()).said[-1], WordsAsked), (
        "left as it was, it is still asked about"
    )


def test_new_words_that_have_most_of_the_old_take_their_place():
    walk = asked().does(Typed(BETTER))

    assert walk.live["what"] == (BETTER,)
    assert notices(walk) == [Notice.REVISED]
    assert walk.asked == "where"


@pytest.mark.parametrize(("kind", "between"), [("long_text", "\n"), ("text", " / ")])
def test_an_answer_to_the_questions_is_put_below_so_that_nothing_is_lost(kind, between):
    walk = asked(script(question("what", kind, coach=COACH), REVIEW)).does(Typed("3 June, 12 of them"))

    assert walk.live["what"] == (f"{WEAK}{between}3 June, 12 of them",)
    assert notices(walk) == [Notice.ADDED]
    said = next(event.what for event in reversed(walk.events) if isinstance(event.what, Answered))
    assert said.said == "3 June, 12 of them"


def test_a_note_is_added_too():
    assert asked().does(Skip(note="the belt was new")).live["what"] == (f"{WEAK}\nthe belt was new",)


def test_what_cannot_be_taken_is_said_and_the_text_stands():
    of = script(question("what", "long_text", coach=COACH, max=60), REVIEW)
    walk = asked(of).does(Typed("x" * 50))

    misread = walk.said[0]
    assert isinstance(misread, Misread)
    assert misread.unclear.trouble is Trouble.TOO_LONG
    words_asked(walk)
    assert walk.live["what"] == (WEAK,)
    assert isinstance(asked().does(Send((Upload("a" * 64, "x.png", "png"),))).said[0], Misread)
    assert isinstance(asked().does(Picked(("batch",))).said[0], Misread)


def test_not_known_is_no_new_text():
    of = script(
        question("what", "long_text", coach=COACH, unknown={"label": "Still open", "follow_up": "today"}),
        REVIEW,
    )

    assert asked(of).does(Typed("Still open")).live["what"] == (f"{WEAK}\nStill open",)
    assert asked(of).does(Picked(("unknown",))).live["what"] == (WEAK,)


def test_an_old_button_changes_nothing():
    walk = asked()
    walk.does(Typed("no", Put("what", 1)))

    assert walk.position.coaching == "what"


def test_with_two_rounds_only_what_was_not_kept_is_asked_again():
    of = script(question("what", "long_text", coach={"checks": CHECKS, "rounds": 2, "at_most": 1}), REVIEW)
    walk = asked(of)
    assert [finding.check for finding in words_asked(walk).findings] == ["relative_date"]

    walk.does(Typed("On 3 June 2026 several vials broke due to the belt."))
    assert [finding.check for finding in words_asked(walk).findings] == ["vague_amount"]
    assert isinstance(walk.does(Typed("On 3 June 2026 some vials broke due to the belt.")).said[-1], Sheet)


def test_the_review_waits_for_it_and_takes_no_yes():
    of = script(question("what", "long_text", coach=COACH), REVIEW)
    walk = asked(of).does(Confirm())

    assert notices(walk) == [Notice.NOTHING_TO_CONFIRM]
    words_asked(walk)


def test_what_holds_the_run_comes_first():
    of = script(question("what", "long_text", coach=COACH), stop("tell"), hold("wait"), question("where"))
    walk = asked(of)

    assert isinstance(walk.said[-1], Held)
    assert "told" in walk.kinds
    walk.does(Free("wait", "self"))
    words_asked(walk)


def test_why_an_answer_was_changed_after_a_draft_is_asked_afterwards():
    walk = Walk(OF).does(Typed("Twelve vials broke."), Typed("F-2"), Confirm(), Change("what"), Typed(WEAK))

    words_asked(walk)
    assert isinstance(walk.does(Keep()).said[-1], ReasonAsked)


def test_when_the_answer_no_longer_applies_nothing_is_asked_about_it():
    of = script(
        choice("kind", "text", "none"),
        question("what", "long_text", coach=COACH, when={"kind": "text"}),
        question("where"),
    )
    walk = Walk(of).does(Picked(("text",)), Typed(WEAK), Change("kind"), Picked(("none",)))

    assert walk.asked == "where"
    assert walk.position.coaching == ""
    words_asked(walk.does(Change("kind"), Picked(("text",))))


def test_in_a_hurry_it_is_still_asked():
    of = script(
        {**question("what", "long_text", coach=COACH)},
        {**question("where"), "section": "two"},
        {**question("late"), "section": "three"},
        {"id": "end", "section": "three", "finish": "Thank you."},
        sections=[{"id": name, "title": name} for name in ("one", "two", "three")],
        fast_lane="one",
    )

    words_asked(asked(of).does(Hurry()))


def test_words_that_were_erased_are_asked_about_no_more():
    walk = asked()
    gone = tuple(
        replace(event, what=replace(event.what, values=(), said=""))
        if isinstance(event.what, Answered)
        else event
        for event in walk.events
    )

    assert resolve(OF, fold(gone), DUBLIN).coaching == ""


def test_another_version_asks_about_the_words_again_only_where_they_stand():
    newer = script(question("what", "number"), question("where"), REVIEW, version="2.0.0")
    walk = asked()
    decision = decide(OF, walk.events, Move(newer), walk.here)

    assert decision.position.coaching == ""


@pytest.mark.scenario("I5")
@pytest.mark.parametrize(
    ("answered", "check"),
    [
        (question("at", "datetime"), "no_when"),
        (question("on", "date"), "no_when"),
        (question("lot", "identifier"), "no_identifier"),
        (question("lots", "list", of="identifier"), "no_identifier"),
        (question("how"), "how_found"),
    ],
)
def test_what_an_answer_of_its_own_holds_is_not_asked_again_in_prose(answered, check):
    given = {"datetime": "3 June 2025 06:00", "date": "3 June 2025"}.get(answered["type"], "00123")
    knows = {"knows": {"how_found": "how"}} if answered["id"] == "how" else {}
    text = "A vial broke."
    told = question("what", "long_text", coach={"checks": [check], **knows})

    walk = Walk(script(answered, told, question("where"))).does(Typed(given), Typed(text))
    assert walk.asked == "where"
    assert walk.position.coaching == ""
    bare = question("what", "long_text", coach={"checks": [check]})
    assert Walk(script(bare, question("where"))).does(Typed(text)).position.coaching == "what"


def test_a_text_is_compared_with_the_one_that_the_playbook_names():
    coach = {"checks": ["restates_problem"], "knows": {"description": "what"}}
    of = script(question("what"), question("why", coach=coach), REVIEW)
    place = replace(DUBLIN, coaching=Manner({"restates_problem": True}))
    walk = Walk(of, place=place).does(Typed("The valve V-17 was found open."), Typed("The valve was open."))

    assert [finding.check for finding in words_asked(walk).findings] == ["restates_problem"]


def test_what_a_sub_flow_knows_goes_by_its_callers_names():
    flow = tree(
        question("what"),
        question("why", coach={"checks": ["restates_problem"], "knows": {"description": "what"}}),
        {"id": "end", "section": "one", "finish": "x"},
        playbook="inner",
        callable=True,
    )
    of = script({"id": "in", "section": "one", "use": "inner"}, question("where"), flows={"inner": flow})
    asks = of.ask("in.why")
    assert asks
    assert asks.coaching
    assert asks.coaching.knows == {"description": "in.what"}


@pytest.mark.scenario("I6")
def test_a_site_switches_a_check_off_and_words_another_its_own_way():
    manner = Manner(
        {"relative_date": False, "cause_in_description": True},
        {"vague_amount": "How many is “{quote}” here?"},
    )
    walk = Walk(OF, place=replace(DUBLIN, coaching=manner)).does(Typed(WEAK))

    assert [finding.question for finding in words_asked(walk).findings] == [
        "How many is “several” here?",
        "“due to” already offers a reason. What did you actually see? We can keep the reason for the investigation.",
    ]


def test_a_check_that_is_quiet_for_this_person_does_not_ask():
    walk = Walk(OF)
    here = replace(walk.here, listener=Listener(quiet=lambda: {"relative_date", "cause_in_description"}))
    decision = decide(OF, walk.events, Typed(WEAK), here)

    assert decision.happened[-1].what == Coached("what", ("vague_amount",))


def test_whoever_writes_another_language_is_asked_nothing():
    here = replace(Walk(OF).here, listener=Listener("de"))
    begun = begin(OF, {}, "", here)
    decision = decide(OF, begun.happened, Typed(WEAK), replace(here, now=here.now + timedelta(minutes=1)))

    assert decision.position.coaching == ""


def test_what_could_still_be_lost_is_said_with_the_question():
    of = script(question("note", "long_text", coach={"checks": ["solution_thrown_away"]}), question("where"))

    assert words_asked(asked(of, "The sample solutions were discarded after the run.")).is_evidence
    assert not words_asked(asked()).is_evidence


def test_a_check_that_a_later_release_does_not_have_is_asked_about_no_more():
    found = asked_again(WEAK, ("gone", "relative_date", "no_when"), Manner())

    assert [(finding.check, finding.quote) for finding in found] == [
        ("relative_date", "Yesterday"),
        ("no_when", ""),
    ]


@pytest.mark.parametrize("is_wanted", [True, False])
def test_what_stayed_open_is_noted_in_a_draft_only_where_the_site_asks_for_it(is_wanted):
    place = replace(DUBLIN, coaching=Manner(notes_in_draft=is_wanted))
    walk = Walk(OF, place=place).does(Typed(WEAK), Keep(), Typed("F-2"), Confirm())
    made = next(event for event in walk.events if isinstance(event.what, Drafted))
    draft = draft_of(OF, walk.events, made, place, Around("coach-7k2m", "Example site", {}, ""))

    notes = [point.note for point in draft.open_points]
    assert notes == (
        [
            "what, kept as written: “Yesterday” will mean something else next month. Which date and time is it?",
            "what, kept as written: Can “several” become a number or a range?",
        ]
        if is_wanted
        else []
    )
    assert draft.status_note == ""
    assert (fingerprint(OF, walk.events, place) == fingerprint(OF, walk.events, DUBLIN)) != is_wanted
