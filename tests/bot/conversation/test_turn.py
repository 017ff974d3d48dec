"""One message in, what the coach says and keeps out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.command import PHRASES, Command
from bot.conversation.scene import MadeDraft
from bot.conversation.session import Offer, Session
from bot.message import About, Address, Identity, Message, Press
from playbooks.run import Answered, Digressed, Skipped
from playbooks.script import AnswerType, Ask, Setting, Step
from tests.bot.conversation.talk import ALARM, NORTH, PHOTO, SPILL, WORDING, Talk, alarmed, asked

COLD = replace(SPILL, id="cold", title="Cold room alarm", phrasings=("fridge too warm",))
TODAY = "today 06:00"
SPILT = "there is a spill on the floor"
SPOKEN = {
    Command.NOTE: "note: it was dark",
    Command.HAND_OVER: "hand over to sam",
}  # they say something of their own


def last_answer(talk: Talk) -> Answered:
    return next(event.what for event in reversed(talk.run.events) if isinstance(event.what, Answered))


# --- Before anything is open


def test_words_that_clearly_ask_for_a_playbook_are_met_with_an_offer():
    talk = Talk()
    talk.say(SPILT)

    assert "Report a spill" in talk.said
    assert "one short question at a time" in talk.said
    assert talk.labels == ["Yes, let's start", "Not now"]
    assert talk.session == Session(offer=Offer("spill", SPILT), is_welcomed=True)
    assert talk.runs == {}


@pytest.mark.parametrize(
    "words", ["someone fell and cut his hand", "Fire in the store!", "Mia is hurt, spill"]
)
def test_words_that_name_a_danger_are_met_with_whom_to_call_before_any_playbook(words):
    talk = Talk()
    talk.say(words)

    assert talk.said.startswith(
        "If anyone is hurt or in danger, call the emergency number now, then your supervisor."
    )
    assert "Report a spill" in " ".join(talk.labels)
    assert talk.runs == {}


@pytest.mark.parametrize("yes", ["yes", "Y", "ok", "Yes, let's start", "start", "yes please!"])
def test_an_offer_is_taken_up_in_the_words_people_use(yes):
    talk = Talk()
    talk.say(SPILT, yes)

    assert "Is anybody hurt?" in talk.said
    assert talk.run.title == SPILT
    assert talk.session == Session(focus="coach-1", is_welcomed=True)


@pytest.mark.parametrize("no", ["no", "not now", "later", "No thanks."])
def test_an_offer_can_be_declined(no):
    talk = Talk()

    assert talk.say(SPILT, no) == WORDING("offer_dismissed")
    assert talk.session == Session(is_welcomed=True)
    assert talk.say("yes").startswith("I am not sure")


def test_the_buttons_of_an_offer_do_the_same():
    talk = Talk()
    talk.say(SPILT)
    assert talk.press("Not now") == WORDING("offer_dismissed")
    assert talk.press("Yes, let's start").startswith("Hello Alex")  # nothing is offered any more

    talk.say(SPILT)
    assert "Is anybody hurt?" in talk.press("Yes, let's start")


def test_other_words_after_an_offer_are_heard_as_what_they_are():
    talk = Talk(shelf=(SPILL, COLD))
    talk.say(SPILT, "the fridge is too warm")

    assert "Cold room alarm" in talk.said
    assert talk.session.offer == Offer("cold", "the fridge is too warm")


def test_yes_to_an_earlier_offer_starts_nothing_else():
    talk = Talk(shelf=(SPILL, COLD))
    talk.say(SPILT)
    (earlier,) = (choice.press for choice in talk.replies[-1].choices if choice.is_main)
    talk.say("the fridge is too warm")

    assert talk.send(earlier) == WORDING("no_such_button")
    assert talk.runs == {}
    assert talk.session.offer == Offer("cold", "the fridge is too warm")
    talk.press("Yes, let's start")
    assert talk.run.script.id == "cold"


def test_help_does_not_lose_the_offer():
    talk = Talk()
    talk.say(SPILT, "help", "yes")

    assert talk.run.title == SPILT


def test_a_long_beginning_is_shortened_in_the_title_and_not_offered_when_it_is_too_long():
    talk = Talk()
    talk.say("spill on the floor " + "of the long corridor " * 5, "yes")
    assert talk.run.title == "spill on the floor of the long corridor of the long…"

    talk = Talk()
    talk.say("spill on the floor " + "x" * 1_500, "yes")
    assert talk.run.title == "Report a spill"


def test_words_nobody_foresaw_are_met_with_the_nearest_things_it_could_do():
    talk = Talk(shelf=(SPILL, COLD))

    assert talk.say("room alarm") == WORDING("not_sure")
    assert talk.labels == ["Cold room alarm", "Report a spill", "What can you do?"]
    assert "Is anybody hurt?" in talk.press("Cold room alarm")
    assert talk.run.script == COLD


def test_the_nearest_thing_may_be_a_command():
    talk = Talk()
    talk.say("shw my draffts")

    assert talk.labels[0] == "My drafts"
    assert talk.press("My drafts") == WORDING("no_drafts")
    talk.say("waht can yuo do")
    assert talk.press("What can you do?").startswith("You can say at any time")


def test_misunderstandings_in_a_row_are_counted_and_forgotten_once_it_understands():
    talk = Talk()
    talk.say("banana", "banana", "banana")
    assert talk.session.misunderstood == 3

    talk.say("help")
    assert talk.session.misunderstood == 0


def test_misunderstandings_are_counted_in_a_run_too():
    talk = asked("hurt")
    talk.say("banana", "kiwi", "mango")
    assert talk.session == Session(focus="coach-1", misunderstood=3, is_welcomed=True)

    talk.say("no")
    assert talk.session.misunderstood == 0


@pytest.mark.parametrize("text", ["hello", "help", "banana", "continue", "back"])
def test_with_nothing_in_force_it_says_so_plainly(text):
    talk = Talk(shelf=())
    talk.say(text)

    assert "No playbook is in force at North Works today" in talk.said
    assert "not sure" not in talk.said
    assert "happened, or pick" not in talk.said
    assert "My drafts" in talk.labels


def test_what_is_open_can_be_finished_when_nothing_new_can_be_begun():
    talk = asked("hurt")
    talk.shelf = ()
    talk.say("pause", "banana")

    assert talk.said == WORDING("not_sure")
    assert talk.labels[0] == "Continue: Report a spill"
    assert "Is anybody hurt?" in talk.press("Continue: Report a spill")


def test_a_playbook_that_went_out_of_force_cannot_be_started_with_an_old_button():
    talk = Talk()
    talk.say("hello")
    talk.shelf = (COLD,)

    assert talk.press("Report a spill").startswith(WORDING("cannot_start"))
    assert "Cold room alarm" in talk.labels


@pytest.mark.parametrize(
    "press",
    [
        Press("jump"),
        Press("start"),
        Press("answer", ("yes",), About("coach-9", "hurt", 2)),
        Press("confirm", ("abc",)),
        Press("words", ("stop",)),
    ],
)
def test_a_button_of_something_that_is_not_there_changes_nothing_and_says_so(press):
    talk = Talk()

    assert talk.send(press).startswith(WORDING("no_such_button"))
    assert talk.runs == {}


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_message_is_met_kindly_and_changes_nothing(text):
    talk = asked("what")
    events = talk.run.events

    assert talk.say(text) == WORDING("empty")
    assert talk.run.events == events


# --- Commands


@pytest.mark.parametrize("command", list(Command))
@pytest.mark.parametrize("step", ["", "hurt", "what", "review", "end"])
def test_every_command_has_words_wherever_it_is_said(command, step):
    talk = asked(step) if step else Talk()
    talk.say(SPOKEN.get(command) or PHRASES[command][0])

    assert talk.said
    assert "{" not in talk.said
    assert "not sure" not in talk.said


@pytest.mark.parametrize("text", ["help", "what can you do", "my drafts"])
def test_what_is_asked_beside_a_question_is_answered_and_the_question_put_once_more(text):
    talk = asked("what")
    before = talk.replies[-1]
    talk.say(text)

    assert len(talk.replies) == 2
    assert talk.replies[-1] == before
    assert talk.run.events[-1].what == Digressed("help" if "drafts" not in text else "drafts")


def test_thanks_and_a_moment_to_think_are_no_answers():
    talk = asked("what")
    events = talk.run.events

    assert talk.say("thanks") == WORDING("thanks")
    assert talk.say("one moment") == WORDING("wait")
    assert talk.run.events == events
    talk.say("Ethanol")
    assert last_answer(talk).values == ("Ethanol",)


def test_hello_in_the_middle_says_where_we_are_and_what_can_be_taken_up():
    talk = asked("what")

    assert talk.say("hi").startswith('Hello Alex Byrne. You were in the middle of "Report a spill".')
    assert talk.labels == [
        "Continue: Report a spill",
        "Report a spill",
        "An alarm",
        "My drafts",
        "Waiting for me",
    ]
    assert "What is it?" in talk.press("Continue: Report a spill")


def test_stop_asks_which_kind_of_stopping_and_ends_nothing_by_itself():
    talk = asked("hurt")

    assert "aside and keep your place, or end it?" in talk.say("stop")
    assert talk.labels == ["Put aside", "End it", "Continue"]
    assert talk.run.is_open
    assert "I have ended" in talk.press("End it")
    assert talk.session.focus == ""


@pytest.mark.parametrize("word", ["stop", "Stop.", "quit", "cancel | it"])
def test_stop_may_have_been_the_answer_to_a_question_that_takes_any_words(word):
    talk = asked("what")
    talk.say(word)

    assert talk.press(f'My answer is "{word}"').startswith("What does it touch?")
    assert last_answer(talk).values == (word,)


def test_stop_is_no_answer_when_it_was_put_aside():
    talk = asked("what")
    talk.say("pause", "stop")

    assert talk.labels == ["Put aside", "End it", "Continue"]


@pytest.mark.parametrize(
    "text",
    [
        "change the gasket on line 3",
        "Changed the gasket",
        "edit of the label",
        "same",
        "leave it",
        "stop the pump",
    ],
)
def test_words_that_look_like_a_command_but_can_only_be_an_answer_are_one(text):
    talk = asked("what")
    talk.say(text)

    assert "What does it touch?" in talk.said
    assert last_answer(talk).values == (text,)


def test_keep_keeps_what_is_offered():
    talk = asked("touches")
    talk.say("back", "same as before")

    assert "What does it touch?" in talk.said
    assert last_answer(talk).values == ("Ethanol",)


def test_keep_with_nothing_to_keep_is_read_as_an_answer_and_asked_back():
    assert asked("hurt").say("same").startswith(WORDING("no_such_option"))


@pytest.mark.parametrize(
    "text", ["change anybody hurt", "correct hurt", "go back to Anybody Hurt", "change hurt to purple"]
)
def test_an_answer_is_changed_by_its_name(text):
    talk = asked("touches")

    assert "You are changing: Anybody hurt" in talk.say(text)
    assert "Keep: No" in talk.labels
    assert "I left it as it was." in talk.press("Keep: No")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("change", "which_to_change"),
        ("change it", "which_to_change"),
        ("change the weather", "no_such_step"),
        ("change a", "no_such_step"),
    ],
)
def test_change_without_a_name_of_ours_asks_which_and_shows_them(text, said):
    talk = asked("wet")

    assert talk.say(text) == WORDING(said)
    assert talk.facts["Anybody hurt"] == "No"
    assert "You are changing: Batches" in talk.press("Change: Batches")


def test_the_button_to_change_an_answer_asks_which():
    assert asked("wet").press("Change an answer") == WORDING("which_to_change")


def test_there_may_be_nothing_to_change_yet():
    assert asked("hurt").say("change") == WORDING("nothing_to_change")


def test_a_change_button_of_a_step_that_asks_nothing_asks_which():
    talk = asked("wet")

    assert talk.send(Press("change", ("review",), About("coach-1", "review", 0))) == WORDING(
        "which_to_change"
    )


def test_back_takes_back_the_last_answer_and_offers_it_again():
    talk = asked("what")

    assert talk.say("back").startswith("I have taken back your last answer.")
    assert "Keep: 3 June 2026, 06:00 (IST)" in talk.labels


def test_an_old_button_changes_nothing_and_the_person_sees_where_they_are():
    talk = asked("seen_at")
    events = talk.run.events

    assert talk.press("Yes").startswith(WORDING("moved_on") + "\n\nWhen was it seen?")
    assert talk.run.events == events


def test_words_typed_for_an_old_question_are_shown_again_and_not_lost():
    talk = asked("what")
    about = About("coach-1", "hurt", 2)
    talk.take(Message("e", Address("test", "alex"), Identity("test", "alex"), "Sam is", about=about))

    assert 'You wrote: "Sam is".' in talk.said


def test_an_old_change_of_answers_cannot_be_confirmed():
    talk = asked("review")
    talk.say("change wet", "no")
    talk.send(Press("confirm", ("a" * 64,), About("coach-1", "review", 1)))

    assert talk.said.startswith(WORDING("review_changed"))


@pytest.mark.parametrize("text", ["yes", "Correct.", "this is right", "OK"])
def test_the_review_is_confirmed_in_words(text):
    assert "Draft 1 is ready." in asked("review").say(text)


def test_the_review_is_confirmed_by_its_button():
    assert "Draft 1 is ready." in asked("review").press("This is right")


def test_a_yes_to_an_earlier_question_does_not_confirm_a_review_that_was_not_seen():
    talk = asked("review")
    earlier = About("coach-1", "wet", talk.run.events[-1].seq - 2)
    talk.take(Message("e", Address("test", "alex"), Identity("test", "alex"), "yes", about=earlier))

    assert 'You wrote: "yes".' in talk.said
    assert WORDING("review") in talk.said, "it is shown, to be confirmed now"
    assert "Draft 1 is ready." in talk.say("yes")


def test_other_words_at_the_review_confirm_nothing():
    talk = asked("review")

    assert talk.say("thank you very much indeed").startswith(WORDING("review_waits"))
    assert talk.run.is_open


# --- Coming back


def test_what_was_put_aside_waits_and_is_offered_first():
    talk = asked("what")
    talk.say("pause")
    assert talk.run.state == "paused"

    talk.say("banana")
    assert talk.labels[0] == "Continue: Report a spill"
    assert "What is it?" in talk.say("continue")
    assert talk.run.is_open


def test_several_open_runs_can_each_be_taken_up_again():
    talk = asked("what")
    talk.say("pause", SPILT, "yes", "pause", "hello")

    assert talk.labels[:2] == [f"Continue: {SPILT}", "Continue: Report a spill"]
    assert "What is it?" in talk.press("Continue: Report a spill")
    assert talk.session.focus == "coach-1"


@pytest.mark.parametrize("text", ["why", "pause", "stop", "continue", "end it", "skip", "keep"])
def test_a_finished_run_is_no_longer_open(text):
    talk = asked("end")

    assert talk.say(text).startswith(WORDING("no_open_run"))
    assert talk.run.state == "finished"


def test_an_answer_can_be_changed_after_the_draft_and_makes_another():
    talk = asked("end")

    assert "You are changing: Still wet" in talk.say("change still wet")
    assert "Why did it change?" in talk.say("no")
    assert talk.press("It was mistyped").startswith("Thank you. The reason stands beside the change.")
    talk.say("yes")
    assert "Draft 2 is ready." in talk.said


def test_back_after_the_draft_goes_back_to_the_review():
    assert "Here is what you told me." in asked("end").say("back")


def test_a_cancelled_run_takes_nothing_any_more():
    talk = asked("hurt")
    talk.say("end it")

    assert talk.press("Yes") == WORDING("is_over")
    assert talk.session.focus == ""
    assert talk.say("what").startswith("I am not sure")


def test_my_drafts_lists_every_draft_in_each_of_its_formats():
    talk = Talk(
        drafts=[MadeDraft("coach-1", "A spill", 1, ("docx", "md")), MadeDraft("coach-2", "Cold", 3, ("md",))]
    )

    assert talk.say("my drafts") == WORDING("drafts")
    assert [file.name for file in talk.replies[0].files] == [
        "coach-1-draft-1.docx",
        "coach-1-draft-1.md",
        "coach-2-draft-3.md",
    ]


def test_one_draft_of_a_list_is_fetched_by_its_name():
    made = [MadeDraft("coach-1", "A spill", 1, ("docx", "md")), MadeDraft("coach-2", "Cold", 3, ("md",))]
    talk = Talk(drafts=made)

    assert talk.send(Press("fetch", ("coach-1-draft-1.md",))) == "Here is coach-1-draft-1.md."
    assert [file.name for file in talk.replies[0].files] == ["coach-1-draft-1.md"]


@pytest.mark.parametrize("name", ["coach-9-draft-1.md", "coach-1-draft-1.exe", ""])
def test_a_draft_that_is_not_theirs_is_not_fetched(name):
    talk = Talk(drafts=[MadeDraft("coach-1", "A spill", 1, ("docx", "md"))])

    assert talk.send(Press("fetch", (name,))) == WORDING("no_such_file")
    assert talk.replies[0].files == ()


# --- Files


def test_a_file_answers_the_question_that_takes_one():
    talk = alarmed("no", TODAY, "heat", "9.4 °C")

    assert talk.send_file(PHOTO).startswith("Here is what you told me.")
    assert talk.facts["Picture"] == "photo.jpg"


@pytest.mark.parametrize("step", ["", "end"])
def test_a_file_that_nobody_asked_for_is_not_kept(step):
    talk = asked(step) if step else Talk()

    assert talk.send_file(PHOTO).startswith(WORDING("file_without_question"))


def test_a_file_for_a_question_that_takes_words_is_turned_down_kindly():
    assert asked("hurt").send_file(PHOTO).startswith("This question takes words, not a file.")


# --- Later, and beside


def test_a_note_stands_instead_of_an_answer():
    talk = asked("what")
    talk.say("note: nobody could see it")

    assert talk.run.events[-2].what == Skipped("what", "nobody could see it")


def test_what_can_wait_in_a_hurry_is_left_for_later_and_taken_up_again():
    talk = alarmed("no")
    assert "The rest later" in talk.labels

    assert "I leave the rest for later" in talk.press("The rest later")
    talk.say("skip", "yes")
    assert "Left for later: 3 questions. They stand in the draft as open." in talk.said
    assert "The record number?" in talk.said
    talk.say("later")
    assert "When did it begin?" in talk.press("Go on with the rest")


@pytest.mark.parametrize("how", ["button", "words"])
def test_a_run_waits_for_what_is_still_to_come(how):
    talk = alarmed("no", TODAY, "heat", "9", "skip", "yes")
    assert "Later" in talk.labels

    assert "Thank you." in (talk.press("Later") if how == "button" else talk.say("Later"))
    assert talk.run.state == "waiting"
    talk.say("my runs")
    assert talk.labels == ["Continue: An alarm"]


def test_what_was_still_to_come_is_given_later_and_ends_the_run():
    talk = alarmed("no", TODAY, "heat", "9", "skip", "yes", "later")
    assert "Still to come: Record number." in talk.say("continue")

    assert "The record number?" in talk.press("Give it now: Record number")
    assert "Changed" in talk.say("DEV-1")
    assert talk.run.state == "finished"


@pytest.mark.parametrize(
    ("words", "is_given"), [("DEV-14", True), ("DEV-144", False), ("thank you all", False)]
)
def test_words_of_the_very_shape_of_what_a_run_waits_for_are_it(words, is_given):
    talk = alarmed("no", TODAY, "heat", "9", "skip", "yes", "later").on(
        replace(NORTH, values={"number": "DEV-##"})
    )
    *others, number, end = ALARM.steps
    masked = replace(
        number, does=replace(ALARM.ask("number") or Ask("", AnswerType.TEXT, ""), mask=Setting("number"))
    )
    talk.runs["coach-1"] = replace(talk.run, script=replace(ALARM, steps=(*others, masked, end)))
    talk.say(words)

    assert (talk.run.state == "finished") == is_given
    assert ("not sure" in talk.said) != is_given


def test_every_field_can_be_copied_in_the_order_of_the_sites_own_form():
    talk = asked("end").on(replace(NORTH, form_order=("touches", "hurt")))
    talk.say("copy field by field")
    (reply,) = talk.replies

    assert reply.text == WORDING("copies")
    assert [(fact.label, fact.is_copy) for fact in reply.facts[:3]] == [
        ("What it touches", True),
        ("Anybody hurt", True),
        ("Seen at", True),
    ]


def test_there_may_be_nothing_to_copy_yet():
    assert asked("hurt").say("copy") == WORDING("nothing_to_change")


def test_whom_to_phone_is_shown_with_the_roles_in_words():
    talk = asked("what")
    talk.say("talk to a person")

    assert talk.replies[0].text == WORDING("humans")
    assert talk.facts == {"lead": "4300"}
    assert "What is it?" in talk.replies[1].text


def test_without_a_number_the_supervisor_is_named():
    assert Talk().on(replace(NORTH, rosters={})).say("talk to someone") == WORDING("no_humans")


def test_what_one_has_open_is_listed_and_each_can_be_taken_up():
    talk = asked("what")
    talk.say("pause", SPILT, "yes", "my runs")

    assert talk.replies[0].text == WORDING("runs", count=2)
    assert talk.labels[:2] == [f"Continue: {SPILT}", "Continue: Report a spill"]


def test_it_says_when_nothing_is_open():
    assert Talk().say("my runs") == WORDING("no_runs")


def test_another_run_can_be_named_to_go_on_with_it():
    talk = asked("what")
    talk.say("pause", SPILT, "yes")

    assert talk.say("continue report a spill") == WORDING("found_run", title="Report a spill")
    assert "What is it?" in talk.press("Continue: Report a spill")


@pytest.mark.parametrize("text", ["continue the cleaning", "open the valve", "start of the shift"])
def test_words_that_only_look_like_a_name_are_an_answer(text):
    talk = asked("what")
    talk.say(text)

    assert last_answer(talk).values == (text,)


def consider(talk: Talk, words: str) -> str:
    """Let the coach look at words from elsewhere."""
    press = Press("consider")
    talk.take(Message("e", Address("test", "alex"), Identity("test", "alex"), words, press))
    return talk.said


def test_words_from_elsewhere_that_name_a_playbook_are_met_with_an_offer_that_keeps_them():
    talk = Talk()

    assert "Report a spill" in consider(talk, SPILT)
    assert talk.session.offer == Offer("spill", SPILT)
    talk.press("Yes, let's start")
    assert talk.run.title == SPILT


def test_words_from_elsewhere_are_no_answer_to_what_is_asked_now():
    talk = asked("what")
    events = talk.run.events

    assert 'You are in the middle of "Report a spill"' in consider(talk, "something leaked in the yard")
    assert talk.run.events == events
    talk.press("Put it aside and start")
    assert talk.run.title == "something leaked in the yard"


def test_words_from_elsewhere_that_name_nothing_change_nothing():
    talk = asked("what")
    events = talk.run.events

    assert consider(talk, "lunch is at noon") == WORDING("review_kind")
    assert talk.run.events == events


@pytest.mark.parametrize("talk", [Talk(), asked("what")], ids=["nothing open", "in the middle"])
def test_words_from_elsewhere_that_name_a_danger_are_met_with_whom_to_call_before_any_playbook(talk):
    assert consider(talk, "Mia is hurt, spill").startswith("If anyone is hurt or in danger")
    assert talk.session.offer is None


def test_no_words_from_elsewhere_are_met_with_the_nearest_things():
    assert consider(Talk(), "").startswith(WORDING("not_sure"))


def test_words_from_elsewhere_that_ask_for_no_playbook_are_looked_at_as_a_text():
    assert consider(Talk(), "lunch is at noon") == WORDING("review_kind")


@pytest.mark.parametrize("how", ["words", "button"])
def test_a_second_playbook_midway_is_asked_about_first(how):
    talk = asked("what")
    said = (
        talk.say("report a new spill on the floor")
        if how == "words"
        else talk.send(Press("start", ("spill",)))
    )

    assert said == WORDING("in_the_middle", title="Report a spill", other="Report a spill")
    assert talk.run.is_open
    assert "What is it?" in talk.press("Go on here")


def test_the_first_is_put_aside_and_offered_again_when_the_second_has_ended():
    talk = asked("what")
    talk.send(Press("start", ("spill",)))
    assert "Is anybody hurt?" in talk.press("Put it aside and start")
    assert talk.runs["coach-1"].state == "paused"

    assert WORDING("others_wait") in talk.say("end it")
    assert "What is it?" in talk.press("Continue: Report a spill")


def test_what_must_be_known_of_a_playbook_is_said_before_it_starts():
    talk = Talk(note="Not yet approved by your site.")
    talk.say(SPILT, "yes")

    assert talk.replies[0].text == "Not yet approved by your site."


# --- Going on elsewhere, and in another version


def test_a_run_goes_on_in_another_playbook_in_the_same_turn_and_takes_along_what_fits():
    talk = alarmed("no", TODAY, "a leak")

    assert talk.replies[0].text == WORDING("goes_on_in", title="Report a spill")
    assert "Is anybody hurt?" in talk.said
    assert talk.runs["coach-1"].state == "finished"
    talk.say("no")
    assert "What is it?" in talk.said, "when it was seen is known"


def test_where_the_other_playbook_is_not_in_force_it_says_whom_to_tell():
    talk = Talk(shelf=(ALARM,))
    talk.send(Press("start", ("alarm",)))
    talk.say("no", TODAY)

    assert talk.say("a leak").startswith(WORDING("cannot_go_there"))


def newer_alarm(talk: Talk) -> None:
    """The version in hand is withdrawn; the next asks for the room, and no longer for the degrees."""
    steps = tuple(step for step in ALARM.steps if step.id != "degrees")
    room = Step("room", "rest", Ask("Which room?", AnswerType.TEXT, "Room"))
    newer = replace(
        ALARM,
        version="2",
        hash="d" * 64,
        steps=(*steps[:6], room, *steps[6:]),
        control=replace(ALARM.control, what_changed="Asks for the room.", withdraws=("1",)),
    )
    talk.runs["coach-1"] = replace(talk.run, newer=newer)


def test_a_withdrawn_version_is_explained_and_nothing_is_taken_until_the_person_agrees():
    talk = alarmed("no", TODAY, "heat", "9")
    newer_alarm(talk)
    events = talk.run.events

    said = talk.say("skip")
    assert said.split("\n\n") == [
        WORDING("withdrawn", title="An alarm", old="1", new="2", changed="Asks for the room."),
        WORDING("withdrawn_kept", count=3),
        WORDING("withdrawn_left", labels="Degrees"),
        WORDING("withdrawn_new", labels="Room"),
    ]
    assert talk.run.events == events
    assert "Which room?" in talk.press("Go on with version 2")
    assert talk.run.script.version == "2"


def test_what_stays_the_same_in_a_newer_version_is_not_listed():
    talk = alarmed("no")
    talk.runs["coach-1"] = replace(talk.run, newer=replace(ALARM, version="2", hash="d" * 64))
    talk.say(TODAY)

    assert "No longer asked" not in talk.said
    assert "New questions" not in talk.said


def test_instead_of_agreeing_it_can_be_put_aside_to_ask_qa():
    talk = alarmed("no", TODAY)
    newer_alarm(talk)
    talk.say("heat")

    assert "I have put" in talk.press("Put it aside and ask QA")


def test_there_is_no_other_version_to_go_on_with():
    talk = alarmed("no")

    assert talk.send(Press("move", (), About("coach-1", "", 0))).startswith(WORDING("no_such_button"))


# --- Why an answer was changed


def test_after_a_draft_a_change_asks_for_its_reason_in_words_or_by_a_button():
    talk = asked("end")
    talk.say("change still wet", "no")
    (reply,) = talk.replies

    assert reply.text.endswith(WORDING("ask_reason", label="Still wet"))
    assert [choice.label for choice in reply.choices] == [
        WORDING("reason_mistyped"),
        WORDING("reason_know_more"),
        WORDING("reason_asked"),
        "Back",
    ]
    assert "The reason stands beside the change." in talk.say("It had dried by then")


# --- Laws

TEXTS = st.lists(
    st.sampled_from([phrase for phrases in PHRASES.values() for phrase in phrases])
    | st.sampled_from(["yes", "no", "a batch", "00123", "today 06:00", "dunno", "change wet", SPILT])
    | st.text(max_size=30),
    max_size=14,
)


@given(TEXTS)
def test_whatever_is_said_there_is_a_reply_in_words_and_nothing_is_taken_from_the_log(texts):
    talk = Talk()
    for text in texts:
        before = {ref: run.events for ref, run in talk.runs.items()}
        talk.say(text)
        assert all(reply.text.strip() for reply in talk.replies)
        assert talk.replies
        assert all(talk.runs[ref].events[: len(events)] == events for ref, events in before.items())


@pytest.mark.parametrize(("verdict", "helped"), [("yes", True), ("no", False)])
def test_saying_whether_an_answer_helped_is_thanked_and_changes_nothing_else(verdict: str, helped: bool):
    talk = asked("what")
    events = talk.run.events

    assert talk.send(Press("helpful", (verdict,))) == WORDING("thanks_for_saying")
    assert talk.turn
    assert talk.turn.helped is helped
    assert talk.run.events == events


def test_only_yes_and_no_say_whether_an_answer_helped():
    assert Talk().send(Press("helpful", ("perhaps",))).startswith(WORDING("no_such_button"))
