"""Words, buttons and fields for what the playbook engine has to say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.guide import Guide, Names
from bot.person import Person
from bot.reply import File, Progress, Tone
from playbooks.answer import Trouble, Unclear
from playbooks.position import resolve
from playbooks.run import Answer, fold
from playbooks.script import Option, Release, Stop
from playbooks.utterance import Alert, Aside, Held, Misread, MovedOn, Note, Notice, Question, Unread
from tests.bot.conversation.talk import ALEX, NORTH, NOW, SOURCE, SPILL, WORDING, Talk, asked


def guide(talk: Talk) -> Guide:
    run = talk.run
    ledger = fold(run.events)
    return Guide(
        run.ref,
        run.title,
        run.script,
        ledger,
        resolve(run.script, ledger, NORTH.place),
        WORDING,
        {"A-01": SOURCE},
        NORTH,
        Names(ALEX, ALEX, {}),
        NOW,
    )


def text_of(talk: Talk, *said) -> str:
    (reply,) = guide(talk).replies(said)
    return reply.text


def test_a_choice_is_buttons_and_the_ways_around_it_are_smaller():
    (question,) = asked("hurt").replies

    assert [(choice.label, choice.is_aside) for choice in question.choices] == [
        ("Yes", False),
        ("No", False),
        ("Perhaps", False),
        ("Back", True),
        ("Why do you ask?", True),
        ("Put aside", True),
    ]
    assert question.field is None
    assert question.tone is Tone.QUESTION
    assert question.progress == Progress(1, 6, "First things")
    assert question.spoken == "Is anybody hurt?"


def test_change_an_answer_is_offered_once_there_is_one():
    assert "Change an answer" not in asked("hurt").labels
    assert "Change an answer" in asked("seen_at").labels


@pytest.mark.parametrize(
    ("step", "kind", "placeholder"),
    [
        ("seen_at", "datetime", WORDING("placeholder_datetime")),
        ("what", "long_text", ""),
        ("touches", "multi", ""),
        ("batches", "list", WORDING("placeholder_list")),
    ],
)
def test_what_is_typed_or_ticked_has_a_field(step, kind, placeholder):
    field = asked(step).replies[-1].field

    assert field
    assert (field.kind, field.placeholder, field.about.step) == (kind, placeholder, step)


def test_the_option_that_rules_out_the_others_is_named():
    field = asked("touches").replies[-1].field

    assert field
    assert field.options == (("batch", "A batch"), ("floor", "The floor"), ("none", "Nothing"))
    assert field.excludes == "none"


def test_not_knowing_is_a_button_where_it_is_an_answer_and_says_what_helps():
    talk = asked("seen_at")

    assert talk.labels[0] == "Not known"
    assert talk.press("Not known").startswith("Find out.")


def test_a_question_that_may_be_passed_has_skip():
    assert "Skip" in asked("batches").labels
    assert "Skip" not in asked("wet").labels


def test_the_words_that_began_it_are_offered_as_the_answer():
    talk = Talk()
    talk.say("there is a spill on the floor", "yes", "no", "today 06:00")

    assert 'You wrote: "there is a spill on the floor"' in talk.said
    assert "Keep: there is a spill on the floor" in talk.labels
    talk.press("Keep: there is a spill on the floor")
    assert "What does it touch?" in talk.said


def test_a_long_answer_is_offered_without_repeating_it_on_the_button():
    talk = asked("what")
    talk.say("Ethanol, " * 20, "back")

    assert "Earlier you said: Ethanol" in talk.said
    assert "Keep it as it is" in talk.labels


def test_an_answer_taken_back_stands_in_its_field_again_but_a_time_does_not():
    what = asked("touches")
    what.say("back")
    seen_at = asked("what")
    seen_at.say("back")

    assert what.filled == ("Ethanol",)
    assert seen_at.filled == ()
    assert "Keep: 3 June 2026, 06:00 (IST)" in seen_at.labels


def test_the_hint_of_an_option_comes_before_the_next_question_with_the_sites_words():
    assert asked("hurt").press("Perhaps").startswith("Then ask 4410.")


def test_the_review_shows_every_answer_with_its_change_button():
    review = asked("review").replies[-1]

    assert [(fact.label, fact.value, fact.group) for fact in review.facts] == [
        ("Anybody hurt", "No", "First things"),
        ("Seen at", "3 June 2026, 06:00 (IST)", "First things"),
        ("What was spilt", "Ethanol", "First things"),
        ("What it touches", "A batch", "First things"),
        ("Batches", "00123", "First things"),
        ("Still wet", "Yes", "First things"),
    ]
    assert {fact.change.label for fact in review.facts if fact.change} == {"Change"}
    assert review.choices[0].is_main
    assert review.choices[0].press.action == "confirm"


def test_the_review_names_what_is_still_open():
    talk = asked("seen_at")
    talk.say("don't know", "Ethanol", "nothing", "skip")

    assert talk.said.endswith("Still to come back to: Seen at, Still wet.")


def test_the_draft_and_the_last_words_are_done():
    talk = asked("review")
    talk.say("yes")
    draft, end = talk.replies

    assert (draft.tone, end.tone) == (Tone.DONE, Tone.DONE)
    assert [(file.name, file.run, file.number) for file in draft.files] == [
        ("coach-1-draft-1.docx", "coach-1", 1),
        ("coach-1-draft-1.md", "coach-1", 1),
    ]
    assert isinstance(draft.files[0], File)
    assert end.text == "Thank you."


def test_a_stop_says_whom_it_was_posted_to_and_shares_only_what_it_may():
    talk = asked("hurt")
    talk.say("yes")
    stop = talk.replies[0]
    (tell,) = talk.tells

    assert (stop.tone, stop.text) == (Tone.STOP, "Posted, because somebody said so. Phone 4410.")
    assert (tell.people, tell.step) == (("sam",), "tell")
    assert "Alex Byrne" in tell.reply.text
    assert "coach-1" in tell.reply.text
    assert [(fact.label, fact.value) for fact in tell.reply.facts] == [("Anybody hurt", "Yes")]


@pytest.mark.parametrize(
    ("rosters", "phone"),
    [
        (NORTH.rosters, "4300"),
        ({}, "your supervisor"),
    ],
)
def test_where_nobody_can_be_told_the_number_to_phone_is_shown(rosters, phone):
    talk = asked("hurt").on(replace(NORTH, rosters=rosters))
    talk.reached = ()
    talk.say("yes")

    assert f"Please phone now: {phone}." in talk.replies[0].text
    assert "Posted" not in talk.said
    assert talk.tells == ()


@pytest.mark.parametrize("notice", list(Notice))
def test_every_notice_is_said_in_words(notice):
    said = text_of(asked("review"), Note(notice, SPILL.by_id["what"]))

    assert said
    assert "{" not in said


@pytest.mark.parametrize("trouble", list(Trouble))
def test_every_trouble_is_said_in_words(trouble):
    unclear = Unclear(trouble, (Option("a", "First"), Option("b", "Second")), 9, "Not on {site.lead_phone}.")
    said = text_of(asked("what"), Misread(SPILL.by_id["what"], unclear))

    assert said
    assert "{" not in said


def test_a_moment_that_can_be_read_two_ways_is_asked_back_as_buttons():
    talk = asked("seen_at")
    talk.say("02/06 06:00")

    assert talk.labels[:2] == ["2 June 2026, 06:00 (IST)", "6 February 2026, 06:00 (GMT)"]
    talk.press("2 June 2026, 06:00 (IST)")
    assert "What is it?" in talk.said


def test_what_was_put_aside_can_be_taken_up_with_one_press():
    talk = asked("what")
    talk.say("pause")

    assert talk.labels == ["Continue"]
    assert talk.press("Continue").startswith('Welcome back to "Report a spill". Answered so far: 2.')


def test_coming_back_tells_in_two_lines_where_it_stands():
    talk = asked("seen_at")
    talk.say("not known", "pause", "continue")

    assert talk.said.split("\n\n")[0].splitlines() == [
        'Welcome back to "Report a spill". Answered so far: 2.',
        "Still to come back to: Seen at.",
    ]


def test_a_change_that_sets_other_answers_aside_names_them():
    talk = asked("review")
    talk.say("change what it touches", "the floor")

    assert "Set aside, because they do not apply now: Batches." in talk.said
    assert "Batches" not in talk.facts
    talk.say("change what it touches", "a batch")
    assert "Changed. I have kept your other answers.\n\n" in talk.said
    assert talk.facts["Batches"] == "00123"


@pytest.mark.parametrize(
    ("step", "about", "said"),
    [
        ("hurt", "why", "People come first."),
        ("what", "why", f"{WORDING('no_why')}\n21 CFR 211.192 (law)"),
        ("wet", "why", WORDING("no_why")),
        ("what", "example", "Not so clear: Stuff.\n\nClearer: About 2 litres of ethanol."),
        ("wet", "example", WORDING("no_example")),
        ("review", "example", WORDING("no_example")),
    ],
)
def test_why_and_example_are_answered_from_the_script(step, about, said):
    assert text_of(asked("what"), Aside(SPILL.by_id[step], about)) == said


def test_a_source_that_left_the_list_since_the_run_began_is_not_shown():
    old = replace(guide(asked("what")), sources={})
    (reply,) = old.replies([Aside(SPILL.by_id["what"], "why")])

    assert reply.text == WORDING("no_why")


def test_words_for_an_earlier_question_are_shown_so_that_nothing_is_lost():
    assert 'You wrote: "Line 3".' in text_of(asked("what"), MovedOn("Line 3"))
    assert text_of(asked("what"), MovedOn("")) == WORDING("moved_on")


def test_a_question_that_asks_nothing_is_our_own_mistake():
    with pytest.raises(TypeError, match="review asks nothing"):
        guide(asked("what")).replies([Question(SPILL.by_id["review"], 1, 1, 1)])


def test_a_question_whose_ground_has_moved_asks_whether_the_earlier_answer_still_fits():
    talk = asked("what")
    what = replace(SPILL.by_id["what"], hint="Only what was seen, says {site.lead_phone}.")
    (question,) = guide(talk).replies([Question(what, 9, 3, 6, offered=Answer(("Ethanol",)), is_stale=True)])

    assert question.text.split("\n\n") == [
        "What is it?",
        "Only what was seen, says 4410.",
        WORDING("stale"),
        'You wrote: "Ethanol"',
    ]


def test_a_stop_that_only_a_role_releases_has_no_button_for_it():
    stop = Stop("immediate", "Wait.", "", release=Release(by_role=("lead",)))
    (held,) = guide(asked("what")).replies([Held(SPILL.by_id["what"], stop, is_new=True)])

    assert held.text == "Wait."
    assert [choice.label for choice in held.choices] == ["Change an answer"]


def test_a_stop_without_words_for_it_says_to_phone_when_nobody_reads_it():
    assert text_of(asked("what"), Unread(SPILL.by_id["what"], Stop("notify", "Wait."), ())) == WORDING(
        "unread"
    )


def test_only_an_alert_is_told_to_others():
    step = SPILL.by_id["tell"]
    assert isinstance(step.does, Stop)

    told = guide(asked("what")).tells([Note(Notice.PAUSED), Alert(step, step.does, ("sam", "kim"))])

    assert [tell.people for tell in told] == [("sam", "kim")]


def test_the_name_of_the_speaker_is_in_what_others_are_told():
    talk = asked("hurt")
    talk.person = Person("kim", "Kim {ref} Ito", "north", "operator")
    talk.say("yes")

    assert "Kim {ref} Ito" in talk.tells[0].reply.text


def test_a_button_carries_the_question_it_belongs_to():
    talk = asked("wet")
    about = talk.replies[-1].choices[0].press.about

    assert about
    assert (about.run, about.step) == ("coach-1", "wet")
    assert talk.run.events[about.turn - 1].what.kind == "asked"
