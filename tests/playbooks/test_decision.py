from __future__ import annotations

import pytest

from playbooks.act import (
    Back,
    Cancel,
    Change,
    Confirm,
    Digress,
    Keep,
    Pause,
    Picked,
    Put,
    Resume,
    Skip,
    Typed,
)
from playbooks.answer import Trouble
from playbooks.errors import UnknownStep
from playbooks.run import Answer, Told
from playbooks.script import Finish
from playbooks.utterance import (
    Alert,
    Aside,
    DraftMade,
    Hint,
    Misread,
    MovedOn,
    Notice,
    Question,
    Sheet,
    Spoken,
)
from tests.playbooks.scripts import REVIEW, Walk, document, question, say, script, stop

UNKNOWN = {"label": "Not known", "follow_up": "today", "say": "Please find out."}
HELD = {"value": "no", "label": "Not yet", "hint": "Please hold it now."}
DEVIATION = script(
    question("held", "choice", options=[{"value": "yes", "label": "Yes"}, HELD], why="Product comes first."),
    stop("tell", ["held"], when={"held": "no"}),
    say("keep"),
    question("where", unknown=UNKNOWN, example={"weak": "Here", "better": "Line 3"}),
    question("what", "long_text", offers_opening=True, max=40),
    REVIEW,
    document(),
)


def at_review() -> Walk:
    return Walk(DEVIATION).does(Picked(("yes",)), Typed("Line 1"), Typed("It stopped."))


def finished() -> Walk:
    return at_review().does(Confirm())


def question_of(walk: Walk) -> Question:
    said = walk.said[-1]
    assert isinstance(said, Question)
    return said


# Straight on


def test_a_run_begins_with_its_first_question():
    walk = Walk(DEVIATION, opening="an alarm")
    assert walk.kinds == ["started", "asked"]
    assert walk.ledger.started.opening == "an alarm"
    assert question_of(walk) == Question(DEVIATION.steps[0], turn=2, at=1, of=4)


@pytest.mark.scenario("A1")
def test_a_straight_run_asks_reviews_drafts_and_ends():
    walk = at_review()
    assert isinstance(walk.said[-1], Sheet)
    walk.does(Confirm(walk.position.answers_hash))
    assert [type(said) for said in walk.said] == [DraftMade, Spoken]
    assert walk.kinds == [
        *("started", "asked", "answered", "told", "asked", "answered", "asked", "answered"),
        *("asked", "confirmed", "drafted", "told"),
    ]


def test_the_words_typed_are_kept_beside_the_answer():
    answered = Walk(DEVIATION).does(Typed("not yet")).events[2].what
    assert (
        answered.kind == "answered" and answered.values,
        answered.kind == "answered" and answered.said,
    ) == (
        ("no",),
        "not yet",
    )


def test_a_hint_is_said_when_its_option_is_picked():
    assert Hint("Please hold it now.") in Walk(DEVIATION).does(Picked(("no",))).said


def test_not_knowing_is_met_with_what_the_script_says_to_it():
    assert Hint("Please find out.") in Walk(DEVIATION).does(Picked(("yes",)), Picked(("unknown",))).said


def test_a_role_is_told_once_whatever_is_corrected_later():
    walk = Walk(DEVIATION).does(Picked(("no",)))
    assert Alert(DEVIATION.by_id["tell"], DEVIATION.by_id["tell"].does, ("person-qa",)) in walk.said  # type: ignore[arg-type]  # the step is a stop
    walk.does(Back(), Picked(("yes",)), Change("held"), Picked(("no",)))
    told = [event.what for event in walk.events if isinstance(event.what, Told) and event.what.role]
    assert [(each.role, each.to) for each in told] == [("qa_on_call", ("person-qa",))]


def test_a_role_with_nobody_behind_it_is_told_to_nobody_and_the_log_says_so():
    walk = Walk(DEVIATION, roster={}).does(Picked(("no",)))
    assert [said.to for said in walk.said if isinstance(said, Alert)] == [()]
    assert [event.what.to for event in walk.events if isinstance(event.what, Told)] == [(), ()]


# What is offered


def test_the_words_that_began_the_run_are_offered_where_the_script_says():
    walk = Walk(DEVIATION, opening="the alarm went off").does(Picked(("yes",)), Typed("Line 1"))
    assert question_of(walk).offered == Answer(("the alarm went off",))
    assert walk.does(Keep()).live["what"] == ("the alarm went off",)


def test_an_opening_longer_than_the_answer_may_be_is_not_offered():
    walk = Walk(DEVIATION, opening="word " * 9).does(Picked(("yes",)), Typed("Line 1"))
    assert question_of(walk).offered is None


def test_an_answer_taken_back_is_offered_again():
    walk = Walk(DEVIATION).does(Picked(("yes",)), Typed("Line 1"), Back())
    assert question_of(walk).offered == Answer(("Line 1",))
    assert walk.does(Keep(walk.put)).live["where"] == ("Line 1",)


def test_a_skip_taken_back_is_not_offered():
    assert question_of(Walk(DEVIATION).does(Skip(), Back())).offered is None


def test_a_skip_that_is_corrected_is_not_offered():
    walk = Walk(DEVIATION).does(Skip(), Typed("Line 1"), Change("held"))
    assert (walk.asked, question_of(walk).offered) == ("held", None)


def test_nothing_offered_cannot_be_kept():
    walk = Walk(DEVIATION).does(Keep())
    assert isinstance(walk.said[0], Misread)
    assert walk.said[0].unclear.trouble is Trouble.EMPTY


# What cannot be taken


@pytest.mark.scenario("A5")
@pytest.mark.parametrize("act", [Typed("rhubarb"), Typed(" "), Picked(("maybe",)), Picked(())])
def test_what_cannot_be_taken_changes_nothing_and_the_same_question_follows(act):
    walk = Walk(DEVIATION)
    before, asked = walk.position, walk.said[-1]
    walk.does(act)
    assert walk.position == before
    assert walk.kinds == ["started", "asked", "digressed"]
    assert isinstance(walk.said[0], Misread)
    assert walk.said[-1] == asked


def test_the_scripts_own_check_is_said_in_its_own_words():
    check = [{"must": {"not_after": "now"}, "say": "That is in the future."}]
    walk = Walk(script(question("seen", "datetime", check=check))).does(Typed("3 June 2025 23:00"))
    assert isinstance(walk.said[0], Misread)
    assert (walk.said[0].unclear.trouble, walk.said[0].unclear.say) == (
        Trouble.NOT_ALLOWED,
        "That is in the future.",
    )


def test_a_kept_time_is_checked_like_any_other():
    check = [{"must": {"not_after": "seen"}, "say": "Order."}]
    walk = Walk(script(question("seen", "datetime"), question("happened", "datetime", check=check)))
    walk.does(Typed("today 06:00"), Typed("today 05:00"), Change("seen"), Typed("today 04:00"), Keep())
    assert isinstance(walk.said[0], Misread)
    assert walk.asked == "happened"


def test_a_change_further_down_is_checked_against_what_stands_there():
    check = [{"must": {"not_after": "seen"}, "say": "Order."}]
    times = (question("seen", "datetime"), question("happened", "datetime", check=check))
    of = script(question("held", "yes_no"), question("why", when={"held": "no"}), *times)
    walk = Walk(of).does(
        Typed("yes"), Typed("today 06:00"), Typed("today 05:00"), Change("held"), Typed("no")
    )
    assert walk.position.ahead == ("seen", "happened")
    walk.does(Change("happened"), Typed("today 07:00"))
    assert isinstance(walk.said[0], Misread)


def test_words_at_a_review_wait_for_the_review():
    walk = at_review().does(Typed("hmm"))
    assert walk.notices == [Notice.REVIEW_WAITS]
    assert isinstance(walk.said[-1], Sheet)


# Old buttons


@pytest.mark.scenario("E3")
@pytest.mark.parametrize(
    ("act", "words"),
    [
        (Picked(("no", "yes"), Put("held", 2)), "no, yes"),
        (Typed("Line 2", Put("where", 3)), "Line 2"),
        (Keep(Put("held", 2)), ""),
        (Skip(Put("what", 99)), ""),
        (Back(Put("held", 2)), ""),
    ],
)
def test_an_old_button_changes_nothing_and_gives_the_words_back(act, words):
    walk = Walk(DEVIATION).does(Picked(("yes",)))
    before, asked = walk.events, walk.said[-1]
    walk.does(act)
    assert walk.events == before
    assert walk.said == (MovedOn(words), asked)


@pytest.mark.scenario("E2")
def test_the_same_press_twice_is_taken_once():
    walk = Walk(DEVIATION)
    press = Picked(("yes",), walk.put)
    walk.does(press, press)
    assert walk.kinds.count("answered") == 1
    assert isinstance(walk.said[0], MovedOn)


# Back


@pytest.mark.scenario("B8")
def test_back_from_the_first_question_says_so():
    walk = Walk(DEVIATION).does(Back())
    assert walk.notices == [Notice.NOTHING_BEFORE]
    assert walk.asked == "held"


def test_back_takes_the_last_answer_back_and_keeps_it_in_the_log():
    walk = Walk(DEVIATION).does(Picked(("yes",)), Typed("Line 1"))
    before = walk.events
    walk.does(Back(walk.put))
    assert walk.notices == [Notice.TAKEN_BACK]
    assert walk.asked == "where"
    assert walk.events[: len(before)] == before


def test_back_after_the_end_opens_the_review_again():
    walk = finished().does(Back())
    assert walk.asked == "review"
    assert isinstance(walk.said[-1], Sheet)


def test_back_to_a_question_gives_it_a_new_turn():
    walk = Walk(DEVIATION)
    old = walk.put
    walk.does(Picked(("yes",), old), Back(), Picked(("no",), old))
    assert isinstance(walk.said[0], MovedOn)
    assert walk.live == {}


def test_back_to_the_question_asked_last_gives_it_a_new_turn_too():
    walk = Walk(script(question("where"))).does(Typed("Line 1"))
    old = walk.put
    walk.does(Back(), Typed("Line 2", old))
    assert walk.said[0] == MovedOn("Line 2")
    assert walk.live == {}


# Change


@pytest.mark.scenario("B2")
def test_an_earlier_answer_is_changed_and_the_rest_stays():
    walk = at_review().does(Change("where"))
    assert question_of(walk).is_correction
    assert question_of(walk).offered == Answer(("Line 1",))
    walk.does(Typed("Line 2"))
    assert walk.notices == [Notice.CHANGED]
    assert walk.live == {"held": ("yes",), "where": ("Line 2",), "what": ("It stopped.",)}


@pytest.mark.parametrize("act", [Keep(), Typed("Line 1"), Back()])
def test_a_change_may_be_left_as_it_was(act):
    walk = at_review().does(Change("where"), act)
    assert walk.ledger.answers["where"].seq == 6
    assert walk.kinds[-2:] == ["kept", "asked"]
    assert walk.asked == "review"


def test_leaving_it_as_it_was_is_said():
    assert at_review().does(Change("where"), Keep()).notices == [Notice.LEFT_AS_IT_WAS]


def test_another_answer_may_be_changed_during_a_change():
    walk = at_review().does(Change("where"), Change("what"), Typed("It went dark."))
    assert walk.live["where"] == ("Line 1",)
    assert walk.live["what"] == ("It went dark.",)
    assert walk.asked == "review"


def test_asking_to_change_the_question_that_is_open_goes_back_to_it():
    walk = Walk(DEVIATION).does(Picked(("yes",)), Change("held"), Change("where"))
    assert walk.asked == "where"
    assert not question_of(walk).is_correction


def test_asking_to_change_the_question_that_is_open_now_repeats_it():
    walk = Walk(DEVIATION)
    before = walk.events
    assert walk.does(Change("held")).events == before
    assert walk.said == (question_of(walk),)


@pytest.mark.scenario("B6")
def test_a_question_off_the_path_is_explained_and_nothing_changes():
    walk = Walk(DEVIATION)
    before = walk.events
    walk.does(Change("what"))
    assert walk.events == before
    assert walk.notices == [Notice.NOT_ON_PATH]


@pytest.mark.parametrize("step", ["rhubarb", "keep", "review"])
def test_only_a_question_can_be_changed(step):
    with pytest.raises(UnknownStep, match=f"an-example has no question '{step}'"):
        Walk(DEVIATION).does(Change(step))


# Review and draft


@pytest.mark.scenario("B9")
def test_a_change_after_confirming_opens_the_review_again_and_makes_a_second_draft():
    walk = finished().does(Change("where"), Typed("Line 2"), Typed("I mistyped the line."))
    assert isinstance(walk.said[-1], Sheet)
    walk.does(Confirm())
    assert [draft.number for draft in walk.ledger.drafts] == [1, 2]
    assert walk.kinds.count("confirmed") == 2
    assert walk.said == (DraftMade(DEVIATION.by_id["draft"], 2),)  # the end is said once


def test_a_change_that_changes_nothing_leaves_the_confirmation_and_the_draft():
    walk = finished().does(Change("where"), Typed("Line 1"))
    assert walk.position.cursor is None
    assert len(walk.ledger.drafts) == 1
    assert walk.said[-1] == DraftMade(DEVIATION.by_id["draft"], 1)


def test_confirming_other_answers_than_those_shown_now_is_refused():
    walk = at_review()
    shown = walk.position.answers_hash
    walk.does(Change("where"), Typed("Line 2"), Confirm(shown))
    assert walk.notices == [Notice.REVIEW_CHANGED]
    assert "confirmed" not in walk.kinds


@pytest.mark.parametrize(
    "before", [[], [Picked(("yes",))], [Picked(("yes",)), Typed("x"), Typed("y"), Change("held")]]
)
def test_there_is_nothing_to_confirm_where_no_review_is_shown(before):
    walk = Walk(DEVIATION).does(*before, Confirm())
    assert walk.notices == [Notice.NOTHING_TO_CONFIRM]
    assert "confirmed" not in walk.kinds


# Beside the question


@pytest.mark.scenario("C1")
@pytest.mark.scenario("C4")
@pytest.mark.parametrize("about", ["why", "example"])
def test_a_digression_is_answered_and_the_same_question_follows_once(about):
    walk = Walk(DEVIATION)
    asked = walk.said[-1]
    assert walk.does(Digress(about)).said == (Aside(DEVIATION.steps[0], about), asked)
    assert walk.kinds == ["started", "asked", "digressed"]


@pytest.mark.scenario("B11")
def test_repeat_repeats_the_question_alone():
    walk = Walk(DEVIATION)
    assert walk.said == walk.does(Digress("repeat")).said


def test_a_digression_during_a_change_returns_to_the_change():
    walk = at_review().does(Change("where"), Digress("example"))
    assert walk.said[0] == Aside(DEVIATION.by_id["where"], "example")
    assert question_of(walk).is_correction


def test_a_digression_after_the_end_shows_the_draft():
    assert finished().does(Digress("why")).said == (DraftMade(DEVIATION.by_id["draft"], 1),)


# Pause, resume, cancel


def test_a_pause_is_kept_and_a_second_one_changes_nothing():
    walk = Walk(DEVIATION).does(Pause(), Pause())
    assert walk.kinds == ["started", "asked", "paused"]
    assert walk.notices == [Notice.PAUSED]


@pytest.mark.parametrize("act", [Resume(), Typed("yes"), Digress("why"), Back(), Confirm()])
def test_whatever_is_said_next_takes_a_paused_run_up_again(act):
    walk = Walk(DEVIATION).does(Pause(), act)
    assert not walk.ledger.is_paused
    assert isinstance(walk.said[-1], Question)


def test_resuming_a_change_returns_to_it():
    walk = at_review().does(Change("where"), Pause(), Resume())
    assert walk.notices == [Notice.WELCOME_BACK]
    assert (walk.asked, question_of(walk).is_correction) == ("where", True)


def test_changing_an_answer_takes_a_paused_run_up_again():
    assert not at_review().does(Pause(), Change("where")).ledger.is_paused


@pytest.mark.scenario("D1")
def test_a_cancelled_run_keeps_its_events_and_takes_nothing_more():
    walk = at_review().does(Cancel())
    assert walk.notices == [Notice.CANCELLED]
    live = walk.live
    for act in (
        Typed("x"),
        Keep(),
        Back(),
        Change("where"),
        Confirm(),
        Pause(),
        Resume(),
        Cancel(),
        Digress("repeat"),
    ):
        walk.does(act)
        assert walk.notices[-1] is Notice.IS_OVER
        assert walk.live == live


def test_a_run_cancelled_during_a_change_is_over_too():
    walk = at_review().does(Change("where"), Cancel(), Typed("Line 2"))
    assert walk.notices == [Notice.IS_OVER]
    assert walk.live["where"] == ("Line 1",)


@pytest.mark.parametrize("act", [Typed("more"), Pause(), Resume(), Cancel(), Keep()])
def test_after_the_end_the_draft_is_shown_and_nothing_changes(act):
    walk = finished()
    before = walk.events
    assert walk.does(act).said == (DraftMade(DEVIATION.by_id["draft"], 1),)
    assert walk.events == before


def test_after_an_end_without_a_draft_it_is_said_to_be_over():
    walk = Walk(script(question("where"))).does(Typed("Line 1"))
    assert isinstance(walk.said[-1], Spoken)
    assert isinstance(walk.said[-1].does, Finish)
    assert walk.does(Typed("more")).notices == [Notice.IS_OVER]


def test_what_must_be_done_now_is_waited_for_once():
    now = {"label": "Not written yet", "follow_up": "now", "say": "Please write it there first."}
    walk = Walk(script(question("record", unknown=now), question("where")))
    walk.does(Picked(("unknown",)))
    assert [said for said in walk.said if isinstance(said, Hint)] == [Hint("Please write it there first.")]
    assert walk.asked == "record"
    assert walk.does(Typed("Log p. 4")).asked == "where"


def test_what_must_be_done_now_becomes_an_open_point_when_it_is_still_not_done():
    now = {"label": "Not written yet", "follow_up": "now", "say": "Please write it there first."}
    walk = Walk(script(question("record", unknown=now), question("where")))
    walk.does(Picked(("unknown",)), Typed("not written yet"))
    assert not [said for said in walk.said if isinstance(said, Hint)]
    assert walk.asked == "where"
    assert walk.position.open_points == ("record",)


def test_two_quick_taps_do_not_pass_what_must_be_done_now():
    now = {"label": "Not written yet", "follow_up": "now", "say": "Please write it there first."}
    walk = Walk(script(question("record", unknown=now), question("where")))
    put = Put("record", walk.ledger.turn)
    assert walk.does(Picked(("unknown",), put), Picked(("unknown",), put)).asked == "record"
