"""Which of our messages are over after a turn, and what stands in their place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.chat import Kind
from bot.message import About, Address, Identity, Message, Press
from bot.reply import Choice, Fact, Field, Reply, Tone
from bot.store.outbox import OutboxMessage
from bot.used import Standing, amended, asked, is_sure, met, standing
from tests.bot.conversation.talk import WORDING

POSTED = datetime(2026, 6, 3, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HURT = About("coach-1", "hurt", 2)
YES = Choice("Yes", Press("answer", ("yes",), HURT))
NO = Choice("No", Press("answer", ("no",), HURT))
SEEN = Choice("I have read it", Press("seen", ("tell",), About("coach-2", "tell", 0)))
FREE = Choice("Release it", Press("free", ("tell",), About("coach-2", "tell", 0)))
QUESTION = Reply("Is anybody hurt?", Tone.QUESTION, choices=(YES, NO))
TOLD = Reply("Alex waits for you.", Tone.STOP, choices=(SEEN, FREE))


def stands(
    reply: Reply,
    number: int = 1,
    kind: Kind = "reply",
    ref: str = "C1:1",
    *,
    written_at: datetime = POSTED - SECOND,
    sent_at: datetime | None = POSTED,
    attempt: int = 1,
) -> Standing:
    """A message of ours that is open."""
    row = OutboxMessage(
        id=number,
        dedupe_key=f"m{number}",
        address_id=1,
        address=Address("slack", "D1"),
        seq=number,
        person="alex",
        kind=kind,
        payload=reply.to_json(),
        written_at=written_at,
        due_at=written_at,
        attempt=attempt,
        claim="",
        sent_at=sent_at,
        provider_ref=ref,
    )
    (found,) = standing([row])
    return found


def said(text: str = "", press: Press | None = None, on: str = "", about: About | None = None) -> Message:
    return Message("e", Address("slack", "D1"), Identity("slack", "U1"), text, press, about, on=on)


def after(message: Message, *open_: Standing, replies: tuple[Reply, ...] = (Reply("Next?", Tone.QUESTION),)):
    """How our messages are shown after this one, by their number."""
    found = amended(
        open_, met(open_, message), message, replies, WORDING, name="Alex Byrne", at="today 09:00"
    )
    return {each.row.id: each.reply for each in found}


# --- Which message was meant


def test_the_message_that_the_platform_names_was_pressed():
    older, newer = stands(QUESTION, 1, ref="C1:1"), stands(QUESTION, 2, ref="C1:2")
    assert met([older, newer], said(press=YES.press, on="C1:1")) is older


def test_an_update_is_known_by_the_name_of_what_it_shows_anew():
    told = stands(TOLD, 1, "update", ref="")
    told = replace(told, row=replace(told.row, amends_id=7, amends="C1:7"))
    assert met([told], said(press=FREE.press, on="C1:7")) is told


@pytest.mark.parametrize("on", ["", "C1:unknown"])
def test_else_the_newest_that_offers_the_button(on: str):
    older, newer, other = stands(QUESTION, 1), stands(QUESTION, 2, ref=""), stands(TOLD, 3)
    assert met([older, newer, other], said(press=YES.press, on=on)) is newer


def test_a_form_is_known_by_its_question_where_the_platforms_name_is_new():
    assert met([open_ := stands(QUESTION, ref="")], said("Sam is", on="C1:9", about=HURT)) is open_
    assert met([open_], said("Sam is", on="C1:9", about=replace(HURT, turn=3))) is None


def test_typed_words_and_a_button_that_nobody_offers_mean_no_message():
    open_ = [stands(QUESTION)]
    assert met(open_, said("no", about=HURT)) is None
    assert met(open_, said(press=Press("help"))) is None


# --- Which question stood there


def test_words_belong_to_the_newest_question():
    other = Reply("When?", Tone.QUESTION, field=Field("text", About("coach-1", "seen_at", 4), "Seen at"))
    open_ = [stands(QUESTION, 1), stands(other, 2), stands(TOLD, 3)]
    assert asked(open_, None) == About("coach-1", "seen_at", 4)
    assert asked(open_[:1], POSTED + SECOND) == HURT


def test_where_nothing_is_asked_words_belong_to_no_question():
    assert asked([], POSTED) is None
    assert (
        asked(
            [stands(TOLD), stands(Reply("Shall we start?", choices=(Choice("Yes", Press("agree")),)))], None
        )
        is None
    )


NOT_SEEN = replace(HURT, step="")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param(timedelta(minutes=5), HURT, id="later"),
        pytest.param(-0.5 * SECOND, HURT, id="before we had noted that it was posted"),
        pytest.param(-1.5 * SECOND, HURT, id="by a platform that tells the second only"),
        pytest.param(-2 * SECOND, NOT_SEEN, id="before it was written"),
    ],
)
def test_words_typed_before_a_question_was_there_are_no_answer_to_it(typed: timedelta, expected: About):
    assert asked([stands(QUESTION)], POSTED + typed) == expected


def test_a_question_that_waited_long_to_be_posted_was_not_seen_while_it_waited():
    waited = stands(QUESTION, written_at=POSTED - timedelta(minutes=1))
    assert asked([waited], POSTED - 3 * SECOND) == NOT_SEEN
    assert asked([waited], POSTED) == HURT


@pytest.mark.parametrize("said_at", [POSTED, None])
def test_a_question_that_was_perhaps_posted_was_perhaps_seen(said_at: datetime | None):
    in_doubt = stands(QUESTION, ref="", sent_at=None)
    assert asked([in_doubt], said_at) == HURT
    assert asked([in_doubt], POSTED - 2 * SECOND) == NOT_SEEN, "never before it was written"


@pytest.mark.parametrize("said_at", [POSTED, None])
def test_a_question_that_was_not_begun_was_not_seen(said_at: datetime | None):
    assert asked([stands(QUESTION, ref="", sent_at=None, attempt=0)], said_at) == NOT_SEEN


# --- What is over


def test_what_was_pressed_says_what_was_chosen_by_whom_and_when_and_cannot_be_pressed_again():
    shown = after(said(press=YES.press, on="C1:1"), stands(QUESTION))
    assert shown == {1: replace(QUESTION, choices=(), used="Chosen: Yes · Alex Byrne, today 09:00")}
    assert not shown[1].has_controls


def test_a_button_that_was_not_offered_is_told_by_its_values():
    shown = after(said(press=Press("answer", ("a", "b"), HURT), on="C1:1"), stands(QUESTION))
    assert shown[1].used == "Chosen: a, b · Alex Byrne, today 09:00"


def test_what_was_filled_in_says_what_was_answered():
    field = Reply("What is it?", Tone.QUESTION, field=Field("long_text", HURT, "What"))
    shown = after(said("About 2 litres\n of   ethanol", on="C1:1", about=HURT), stands(field))
    assert shown[1].used == "Answered: About 2 litres of ethanol · Alex Byrne, today 09:00"
    assert shown[1].field is None


def test_what_was_listed_line_by_line_is_told_apart_by_commas():
    field = Reply("Which batches?", Tone.QUESTION, field=Field("list", HURT, "Batches"))
    shown = after(said("00123\n\n 25K  041\n", on="C1:1", about=HURT), stands(field))
    assert shown[1].used == "Answered: 00123, 25K 041 · Alex Byrne, today 09:00"


def test_a_long_answer_is_cut_short_where_it_is_shown_again():
    used = after(said("z" * 5_000, on="C1:1", about=HURT), stands(QUESTION))[1].used
    assert used.startswith("Answered: zzz")
    assert used.count("z") == 499
    assert "…" in used


def test_a_new_question_closes_what_was_asked_before_without_a_word():
    shown = after(said("no"), stands(QUESTION))
    assert shown == {1: replace(QUESTION, choices=())}


def test_what_only_says_something_closes_nothing():
    assert after(said("thanks"), stands(QUESTION), replies=(Reply("You are welcome."),)) == {}


@pytest.mark.parametrize(
    "reply",
    [Reply("Leave.", Tone.STOP), Reply("Thank you.", Tone.DONE), Reply("Which?", choices=(YES,))],
    ids=["a stop", "an end", "a choice"],
)
def test_whatever_asks_holds_or_ends_closes_what_stood_open(reply: Reply):
    assert set(after(said("no"), stands(QUESTION), replies=(Reply("Noted."), reply))) == {1}


def test_what_somebody_was_told_stays_open_while_their_own_conversation_goes_on():
    shown = after(said("no"), stands(TOLD, 1, "tell"), stands(QUESTION, 2), stands(TOLD, 3, "update"))
    assert set(shown) == {2}


def test_what_was_told_keeps_its_other_buttons_and_loses_the_last_one_with_all_else():
    told = replace(
        TOLD, facts=(Fact("Where", "Room 3", change=Choice("Change", Press("change", ("where",)))),)
    )
    first = after(said(press=SEEN.press, on="C1:1"), stands(TOLD, 1, "tell"))[1]
    assert (first.choices, first.used) == ((FREE,), "Chosen: I have read it · Alex Byrne, today 09:00")
    last = after(said(press=FREE.press, on="C1:1"), stands(first, 1, "update"))[1]
    assert (last.choices, last.used) == ((), "Chosen: Release it · Alex Byrne, today 09:00")
    kept = after(said(press=FREE.press, on="C1:1"), stands(replace(told, choices=(FREE,)), 1, "tell"))[1]
    assert kept.has_controls, "there is still something to change in it"


def test_what_was_used_before_keeps_saying_so_when_it_is_closed():
    half_used = stands(replace(TOLD, used="Chosen: I have read it · Alex Byrne, today 08:00"))
    assert after(said("no"), half_used)[1].used == "Chosen: I have read it · Alex Byrne, today 08:00"


@pytest.mark.parametrize(
    ("typed", "expected"), [(SECOND / 10, HURT), (-SECOND / 10, NOT_SEEN)], ids=["after", "before"]
)
def test_where_the_platform_tells_when_it_posted_only_its_own_clock_counts(typed: timedelta, expected: About):
    fast = stands(QUESTION, written_at=POSTED + timedelta(hours=1), sent_at=POSTED + timedelta(hours=1))
    asks = Standing(replace(fast.row, posted_at=POSTED), fast.reply)
    assert asked([asks], POSTED + typed) == expected


def test_a_press_is_sure_of_a_message_in_doubt_only_where_no_other_in_doubt_offers_the_same():
    lost, twin = stands(QUESTION, 1, ref=""), stands(QUESTION, 2, ref="")
    press = said(press=YES.press, on="C1:9")
    assert is_sure([lost], lost, press)
    assert not is_sure([lost, twin], twin, press)
    assert is_sure([stands(QUESTION, 1, ref="C1:1"), lost], lost, press), (
        "the other is known under another name"
    )
    assert not is_sure([stands(QUESTION)], stands(QUESTION), press), "it is in no doubt"
