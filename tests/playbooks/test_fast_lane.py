"""The fast lane: the first questions now, the rest later."""

from __future__ import annotations

import pytest

from playbooks.act import Change, Confirm, Hurry, Resume, Skip, Typed
from playbooks.draft import Around, draft_of
from playbooks.run import Drafted
from playbooks.utterance import DraftMade, Notice, Question, Spoken
from tests.playbooks.scripts import DUBLIN, REVIEW, Walk, document, finish, question, script

SECTIONS = [{"id": name, "title": name.capitalize()} for name in ("one", "two", "three")]
OF = script(
    question("held", "yes_no"),
    question("what", section="two"),
    question("where", label="Where", section="two"),
    question("extra", section="two", when={"held": "no"}),
    question("photo", "attachment", required=False, section="three"),
    REVIEW | {"section": "three"},
    document(section="three"),
    finish("end", section="three"),
    sections=SECTIONS,
    fast_lane="one",
)


def hurried() -> Walk:
    return Walk(OF).does(Typed("yes"), Hurry())


def test_the_rest_may_be_left_at_the_first_question_after_the_fast_lane_and_no_later():
    walk = Walk(OF)
    offers = []
    for words in ("yes", "It stopped.", "Line 3"):
        last = walk.said[-1]
        assert isinstance(last, Question)
        offers.append((last.step.id, last.may_hurry))
        walk.does(Typed(words))
    assert offers == [("held", False), ("what", True), ("where", False)]


def test_what_is_left_for_later_is_not_asked_and_is_an_open_point():
    walk = hurried()
    assert walk.notices == [Notice.HURRIED]
    assert walk.asked == "photo"
    assert walk.position.deferred == walk.position.open_points == ("what", "where")


@pytest.mark.scenario("H7")
def test_progress_does_not_count_what_is_left_for_later():
    assert (hurried().position.at, hurried().position.of) == (2, 3)


def drafted() -> Walk:
    return hurried().does(Skip(), Confirm())


def test_the_draft_says_what_was_left_for_later():
    walk = drafted()
    made = next(event for event in walk.events if isinstance(event.what, Drafted))
    draft = draft_of(OF, walk.events, made, DUBLIN, Around("coach-1", "Site", {}, ""))
    assert [point.note for point in draft.open_points] == ["what: Left for later", "Where: Left for later"]


def test_the_rest_is_taken_up_again_after_the_draft_and_makes_another_without_a_reason():
    walk = drafted()
    assert isinstance(walk.said[-1], Spoken)
    walk.does(Resume())
    assert walk.notices == [Notice.WELCOME_BACK]
    assert (walk.asked, walk.position.deferred) == ("what", ())
    walk.does(Typed("It stopped."), Typed("Line 3"), Confirm())
    assert walk.said == (DraftMade(OF.by_id["draft"], 2),)


def test_the_rest_may_be_taken_up_before_the_draft():
    walk = hurried().does(Hurry(is_hurried=False))
    assert walk.notices == [Notice.THE_REST]
    assert walk.asked == "what"


def test_one_question_left_for_later_can_be_answered_alone():
    walk = hurried().does(Change("where"), Typed("Line 3"))
    assert walk.live["where"] == ("Line 3",)
    assert (walk.asked, walk.position.deferred) == ("photo", ("what",))


def test_a_question_that_a_correction_brings_is_left_for_later_too():
    assert hurried().does(Change("held"), Typed("no")).position.deferred == ("what", "where", "extra")


@pytest.mark.parametrize(
    ("of", "act"), [(OF, Hurry(is_hurried=False)), (script(question("a"), question("b")), Hurry())]
)
def test_there_is_nothing_to_hurry_without_a_fast_lane_and_nothing_to_take_up_without_hurry(of, act):
    walk = Walk(of)
    before = walk.events
    assert walk.does(act).events == before
    assert walk.notices == []
