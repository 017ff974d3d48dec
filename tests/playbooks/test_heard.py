"""What the first words already say is offered, where it can be read in one way; it is taken with a yes, and never without."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from playbooks.act import Back, Change, Keep, Picked, Put, Skip, Typed
from playbooks.heard import heard
from playbooks.place import Place
from playbooks.run import Answer, Declined
from playbooks.script import AnswerType, Ask
from playbooks.utterance import Misread, Notice, Question
from tests.playbooks.scripts import REVIEW, Walk, document, question, script

NOW = datetime(2026, 6, 3, 8, 0, tzinfo=UTC)
PLACE = Place(ZoneInfo("Europe/Dublin"))
LOTS = Ask("Which?", AnswerType.LIST, "Lots", of="identifier", offers_after=("batch", "lot", "lots"))
LOT = Ask("Which?", AnswerType.IDENTIFIER, "Lot", offers_after=("batch", "lot"))
WHERE = Ask("Where?", AnswerType.TEXT, "Where", offers_after=("room", "cold room", "line"))
SEEN = Ask("When?", AnswerType.DATETIME, "Seen", offers_after=("noticed", "found", "seen"))


def said(ask: Ask, opening: str) -> tuple[str, ...]:
    answer = heard(ask, opening, NOW, PLACE)
    return answer.values if answer else ()


@pytest.mark.parametrize(
    ("opening", "values"),
    [
        ("batch 25K041, room F-12, this morning", ("25K041",)),
        ("Batch no. 25K041 has a chip", ("25K041",)),
        ("lot number: 00123.", ("00123",)),
        ("lots 00123, 00124 and 00125 are wet", ("00123", "00124", "00125")),
        ("batch 25K041 and 2 drums on line 3", ("25K041",)),
        ("lot 00123, 06:10", ("00123",)),
        ("batch 25K041, and again batch 25K041", ("25K041",)),
        ("batch 25K041 or 25K042", ()),
        ("not batch 25K041", ()),
        ("batch record is missing", ()),
        ("the batch was wet at 06:10", ()),
        ("a subbatch 25K041", ()),
        ("nothing of the kind", ()),
    ],
)
def test_lots_are_heard(opening, values):
    assert said(LOTS, opening) == values


def test_where_one_is_asked_for_two_are_none():
    assert said(LOT, "batch 25K041 leaked") == ("25K041",)
    assert said(LOT, "batches: batch 25K041, lot 25K042") == ()


def test_a_shape_of_the_site_must_fit():
    ask = Ask("Which?", AnswerType.IDENTIFIER, "Lot", mask="##@###", offers_after=("batch",))
    assert said(ask, "batch 25K041") == ("25K041",)
    assert said(ask, "batch 7") == ()


@pytest.mark.parametrize(
    ("opening", "values"),
    [
        ("temperature in cold room CR-02 too high", ("cold room CR-02",)),
        ("Room F-12 is wet", ("Room F-12",)),
        ("line 3 and line 4", ()),
        ("other than room F-12", ()),
        ("the room was cold", ()),
    ],
)
def test_a_place_is_heard_with_the_word_before_it(opening, values):
    assert said(WHERE, opening) == values


@pytest.mark.parametrize(
    ("opening", "values"),
    [
        ("noticed at 06:10 today: the chart", ("2026-06-03T06:10+01:00",)),
        ("found it yesterday 22:40, cold room CR-02", ("2026-06-02T22:40+01:00",)),
        ("found this morning at 6:10", ("2026-06-03T06:10+01:00",)),
        ("noticed this morning", ()),
        ("this morning, 06:10", ()),
        ("found on 02/06 06:00", ()),
        ("seen 05:00 and noticed 06:00", ()),
        ("found", ()),
    ],
)
def test_a_moment_is_heard_where_its_word_says_which_one_it_is(opening, values):
    assert said(SEEN, opening) == values


# In a run

EVENT = script(
    question("lots", "list", of="identifier", offers_after=["batch", "lots"]),
    question("where", offers_after=["room", "line"]),
    REVIEW,
    document(),
)
OPENING = "batch 25K041, room F-12, this morning"


def begun() -> Walk:
    return Walk(EVENT, opening=OPENING)


def asked(walk: Walk) -> Question:
    last = walk.said[-1]
    assert isinstance(last, Question)
    return last


def test_nothing_is_taken_before_it_is_confirmed():
    walk = begun()
    assert (asked(walk).offered, asked(walk).is_heard) == (Answer(("25K041",)), True)
    assert walk.live == {}


@pytest.mark.scenario("A2")
@pytest.mark.parametrize("yes", [Keep(), Typed("yes"), Typed("Yep.")])
def test_what_was_heard_is_taken_with_a_yes_and_shown_one_by_one(yes):
    walk = begun().does(yes)
    assert walk.live == {"lots": ("25K041",)}
    assert (asked(walk).offered, asked(walk).is_heard) == (Answer(("room F-12",)), True)
    assert walk.does(Typed("yes")).live == {"lots": ("25K041",), "where": ("room F-12",)}


@pytest.mark.scenario("A2")
def test_a_no_asks_plainly_and_is_no_answer():
    walk = begun()
    turn = asked(walk).turn
    walk.does(Typed("no", Put("lots", turn)))

    assert walk.notices == [Notice.NOT_HEARD]
    assert (asked(walk).offered, asked(walk).is_heard, asked(walk).turn) == (None, False, turn)
    assert walk.live == {}
    assert [event.what for event in walk.events if isinstance(event.what, Declined)] == [Declined("lots")]
    assert walk.does(Keep()).live == {}
    assert isinstance(walk.said[0], Misread)
    assert walk.does(Typed("25K042")).live == {"lots": ("25K042",)}


def test_another_answer_is_taken_as_it_is():
    assert begun().does(Typed("25K042")).live == {"lots": ("25K042",)}
    assert begun().does(Skip()).live["lots"] == ()


def test_an_answer_taken_back_or_changed_is_the_one_that_is_offered():
    walk = begun().does(Typed("25K042"), Back())
    assert (asked(walk).offered, asked(walk).is_heard) == (Answer(("25K042",)), False)
    walk = begun().does(Typed("25K042"), Change("lots"))
    assert (asked(walk).offered, asked(walk).is_heard) == (Answer(("25K042",)), False)


def test_without_words_that_began_it_nothing_is_offered():
    walk = Walk(EVENT)
    assert (asked(walk).offered, asked(walk).is_heard) == (None, False)
    assert walk.does(Typed("no")).live == {"lots": ("no",)}


def test_only_words_can_say_yes_to_it():
    walk = begun().does(Picked(("25K041",)))
    assert isinstance(walk.said[0], Misread)
