"""Two people in one run: a part is offered to a colleague, is theirs once they accept, and comes back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.overview import overview
from bot.conversation.scene import HAND_OVER, Lent, MadeDraft, Waited, Watched
from bot.conversation.turn import take_turn
from bot.message import About, Address, Identity, Message, Press
from bot.person import Person
from bot.reply import Reply
from playbooks.act import TellNext
from playbooks.run import HandedBack, HandedOver, Paused, Together
from playbooks.script import Ask, GoTo, HandOver, Step
from tests.bot.conversation.talk import ALARM, ALEX, NOW, PARTS, SAM, SPILL, WORDING, Talk, asked

RAVI = Person("ravi", "Ravi Iyer", "north", "supervisor")
LEAD = About("coach-1", "to_lead", 0)
ACCEPT = Press("accept", (), LEAD)
SAYS = "The next part is your lead's. I have posted it to them. Phone 4410."


def offered(*, reached: tuple[str, ...] = ("sam",)) -> Talk:
    """Alex, whose run waits for the lead."""
    talk = Talk(shelf=(PARTS, SPILL, ALARM), reached=reached)
    talk.send(Press("start", ("parts",)))
    talk.say("Assay", "yes")
    return talk


def told(alex: Talk, step: str = "to_lead", person: Person = SAM) -> Talk:
    """The colleague who was told of it."""
    owner = {"sam": SAM, "ravi": RAVI}.get(alex.run.ledger.holder, ALEX)
    watched = Watched(alex.run, owner, step, may_free=False)
    return Talk(shelf=alex.shelf, person=person, watched=watched, colleagues={"alex": ALEX, "ravi": RAVI})


def accepted(alex: Talk | None = None) -> Talk:
    """Sam, who has accepted."""
    talk = told(alex or offered())
    talk.send(ACCEPT)
    talk.watched = None
    return talk


def giver(sam: Talk) -> Talk:
    """Alex, while Sam has it."""
    part = sam.runs["coach-1"].ledger.parts["to_lead"]
    lent = Lent(sam.runs["coach-1"], SAM, part)
    talk = Talk(shelf=sam.shelf, lent=lent)
    talk.session = replace(talk.session, focus="coach-1")
    return talk


# Offered


def test_the_colleague_reads_whose_it_is_and_only_what_is_shared():
    talk = offered()

    assert talk.said == SAYS
    assert talk.labels == ["We do this part together", "Change an answer", "Put aside"]
    (tell,) = talk.tells
    assert (tell.people, tell.step, tell.role) == (("sam",), "to_lead", "lead")
    assert tell.reply.text == WORDING(
        "part_offered", name="Alex Byrne", title="Look at a result", ref="coach-1", part="lead"
    )
    assert [(fact.label, fact.value) for fact in tell.reply.facts] == [("Test", "Assay")]
    assert [(choice.label, choice.press) for choice in tell.reply.choices] == [("Accept", ACCEPT)]


def test_until_somebody_accepts_it_is_said_that_nobody_has():
    assert offered().say("ok") == f"{SAYS}\n\n{WORDING('still_unaccepted')}"


def test_where_nobody_stands_behind_the_role_the_telephone_number_is_said():
    talk = offered(reached=())
    assert talk.said == WORDING("part_for_nobody", part="lead", phone="4300")
    assert "We do this part together" in talk.labels
    assert talk.tells == ()


def test_where_the_person_is_on_the_list_they_go_on_with_one_tap_and_nobody_is_told():
    talk = offered(reached=("alex", "sam"))
    assert talk.said == WORDING("part_is_own", part="lead")
    assert talk.tells == ()
    assert talk.press("Go on: this part is mine") == f"{WORDING('in_the_role')}\n\nDid you look?"
    assert talk.tells == ()


@pytest.mark.parametrize("how", ["We do this part together", ""])
def test_it_is_done_together_by_its_button_or_its_words(how):
    talk = offered()
    said = talk.press(how) if how else talk.say("we do this part together")
    assert said == f"{WORDING('together')}\n\nDid you look?"
    assert Together("to_lead") in [event.what for event in talk.run.events]
    assert talk.say("yes").startswith("The lead's part is done.")


def test_a_part_without_an_answer_before_it_offers_nothing_to_change():
    first = PARTS.by_id["to_lead"]
    assert isinstance(first.does, HandOver)
    alone = replace(first, when=None, does=replace(first.does, share=(), together="", if_no_answer=None))
    talk = Talk(shelf=(replace(PARTS, steps=(alone, *PARTS.steps[3:])),))
    talk.send(Press("start", ("parts",)))
    assert talk.labels == ["Put aside"]
    talk.ring(TellNext("to_lead", ()))
    assert [tell.reply.text for tell in talk.tells] == [WORDING("still_unaccepted")]


def test_where_nobody_accepts_in_time_the_next_are_told_and_the_person_hears_it():
    talk = offered()
    talk.ring(TellNext("to_lead", ("ravi",)))
    own, next_one = talk.tells
    assert own.people == ("alex",)
    assert own.reply.text == "Nobody has taken it yet. Phone 4410.\n\n" + WORDING("offered_next", role="lead")
    assert (next_one.people, next_one.reply.choices[0].press) == (("ravi",), ACCEPT)


def test_what_is_offered_stands_in_the_list_of_what_waits():
    waits = [Waited("coach-1", "Look at a result", "to_lead", "Alex Byrne", NOW, is_seen=False, may_free=False, part="lead")]  # fmt: skip
    talk = Talk(waits=waits)
    assert talk.say("waiting for me").splitlines()[1] == (
        '- Alex Byrne, "Look at a result", reference coach-1, the part of the lead, posted 3 June 2026, 09:00 (IST)'
    )
    assert talk.labels == ["Accept from Alex Byrne"]


# Accepted


def test_who_accepts_sees_whose_it_was_and_every_answer_and_is_asked_the_next_question():
    talk = told(offered())
    said = talk.send(ACCEPT)
    assert said.startswith(WORDING("part_begins", name="Alex Byrne", title="Look at a result", ref="coach-1", part="lead"))  # fmt: skip
    assert said.endswith("Did you look?")
    assert talk.facts == {"Test": "Assay", "Odd": "Yes"}
    assert not any(fact.change for reply in talk.replies for fact in reply.facts)
    (change,) = talk.turn.changes if talk.turn else ()
    assert (change.given_to, change.state) == ("sam", "open")
    assert change.events[0].what == HandedOver("to_lead", to_person="sam")
    assert [(tell.people, tell.reply.text) for tell in talk.tells] == [
        (
            ("alex",),
            WORDING(
                "part_accepted", name="Sam Kelly", title="Look at a result", at="3 June 2026, 09:00 (IST)"
            ),
        )
    ]
    assert talk.session.focus == "coach-1"


def test_the_colleagues_own_run_is_put_aside_when_they_accept():
    talk = told(offered())
    talk.watched = None
    talk.runs = {}
    own = "coach-7"
    talk.runs[own] = replace(asked("what").run, ref=own)
    talk.session = replace(talk.session, focus=own)
    talk.watched = Watched(offered().run, ALEX, "to_lead", may_free=False)
    talk.send(ACCEPT)
    assert talk.runs[own].state == "paused"
    assert talk.session.focus == "coach-1"


def test_the_second_who_accepts_is_told_kindly_who_has_it():
    sam = accepted()
    late = told(sam, person=RAVI)
    assert late.send(ACCEPT) == WORDING("part_taken_already", name="Sam Kelly")
    assert late.turn
    assert late.turn.changes == ()


def test_who_presses_accept_twice_is_asked_once_more():
    assert accepted().send(ACCEPT) == "Did you look?"


def test_nobody_accepts_while_the_person_is_somewhere_else():
    alex = offered()
    alex.say("back")
    assert told(alex).send(ACCEPT) == WORDING("part_not_ready", name="Alex Byrne")


def test_nobody_accepts_what_was_ended():
    alex = offered()
    alex.say("end it")
    alex.session = replace(alex.session, focus="coach-1")
    assert told(alex).send(ACCEPT) == WORDING("nothing_to_do_there", name="Alex Byrne")


def test_the_person_cannot_accept_their_own_part():
    alex = offered()
    assert alex.send(ACCEPT).startswith(WORDING("cannot_accept"))
    alex.say("back")
    assert alex.send(ACCEPT).startswith(WORDING("not_handed"))


def test_a_colleague_who_is_named_passes_the_part_by_accepting():
    alex = offered()
    assert alex.say("hand over to sam") == WORDING(
        "run_is_offered", title="Look at a result", name="Sam Kelly"
    )
    (tell,) = alex.tells
    assert (tell.step, tell.role) == (HAND_OVER, HAND_OVER)
    assert "for the lead" in tell.reply.text
    assert [fact.label for fact in tell.reply.facts] == ["Test", "Odd"]
    sam = told(alex, HAND_OVER)
    assert sam.send(tell.reply.choices[0].press).endswith("Did you look?")
    assert [each.reply.text for each in sam.tells] == [
        WORDING("part_accepted", name="Sam Kelly", title="Look at a result", at="3 June 2026, 09:00 (IST)")
    ]
    assert sam.runs["coach-1"].ledger.lent


def test_who_accepts_a_version_that_was_withdrawn_is_asked_to_go_on_with_the_next():
    alex = offered()
    newer = replace(PARTS, version="2", hash="9" * 64)
    sam = told(alex)
    sam.watched = Watched(replace(alex.run, newer=newer), ALEX, "to_lead", may_free=False)
    assert "has been withdrawn" in sam.send(ACCEPT)
    assert "Go on with version 2" in sam.labels
    assert sam.turn
    assert [change.given_to for change in sam.turn.changes] == ["sam"]


def test_a_part_that_leads_elsewhere_at_once_goes_on_there_with_who_accepted():
    away = Step("away", "lead", GoTo("spill"))
    alex = Talk(shelf=(replace(PARTS, steps=(*PARTS.steps[:3], away, *PARTS.steps[3:])), SPILL))
    alex.send(Press("start", ("parts",)))
    alex.say("Assay", "yes")
    sam = told(alex)
    assert "Is anybody hurt?" in sam.send(ACCEPT)
    told_alex = [tell.reply.text for tell in sam.tells if tell.people == ("alex",)]
    assert WORDING("lent_finished", name="Sam Kelly", title="Look at a result", ref="coach-1") in told_alex


# While a colleague has it


def test_the_giver_reads_where_it_stands_and_changes_nothing():
    alex = giver(accepted())
    first = '"Look at a result" is with Sam Kelly since 3 June 2026, 09:00 (IST): the part of the lead.'
    looked = f"{first}\n\n{WORDING('lent_waits')}"

    assert alex.send(Press("resume", (), About("coach-1", "", 0))) == looked
    assert alex.facts == {"Test": "Assay", "Odd": "Yes"}
    assert alex.send(Press("answer", ("yes",), About("coach-1", "odd", 5))) == looked
    assert alex.say("where were we?") == looked
    assert alex.say("back") == looked
    assert alex.say("rhubarb") == f"{WORDING('lent_words', words='rhubarb')}\n\n{looked}"
    assert alex.turn
    assert alex.turn.changes == ()


def test_the_giver_lists_it_beside_what_they_have_open():
    alex = giver(accepted())
    line = '- "Look at a result" is with Sam Kelly since 3 June 2026, 09:00 (IST): the part of the lead.'
    assert alex.say("my runs") == line
    assert alex.labels == ["Where it stands: Look at a result", "Take it back: Look at a result"]
    alex.runs["coach-8"] = replace(asked("what").run, ref="coach-8")
    assert alex.say("my runs").splitlines() == [WORDING("runs", count=1), line]


def test_the_giver_can_do_other_things_meanwhile():
    alex = giver(accepted())
    assert alex.say("something leaked") == WORDING("offer", title="Report a spill")
    assert "If anyone is hurt" in giver(accepted()).say("he is bleeding")
    alex.drafts = [MadeDraft("coach-1", "Look at a result", 1, ("md",))]
    got = alex.send(Press("fetch", ("coach-1-draft-1.md",), About("coach-1", "", 0)))
    assert got == WORDING("here_is_file", name="coach-1-draft-1.md")


def test_a_run_of_their_own_is_what_their_words_go_to():
    alex = giver(accepted())
    alex.runs["coach-8"] = replace(asked("what").run, ref="coach-8")
    alex.session = replace(alex.session, focus="coach-8")
    alex.say("Ethanol")
    assert alex.run.ledger.answers["what"].answer.values == ("Ethanol",)


def test_the_giver_hears_when_the_colleague_ends_it():
    sam = accepted()
    sam.say("end it")
    assert [(tell.people, tell.reply.text) for tell in sam.tells] == [
        (("alex",), WORDING("lent_cancelled", name="Sam Kelly", title="Look at a result", ref="coach-1"))
    ]


def test_the_giver_hears_when_the_colleague_comes_to_its_end():
    of = replace(PARTS, steps=tuple(step for step in PARTS.steps if step.id != "back"))
    alex = Talk(shelf=(of,))
    alex.send(Press("start", ("parts",)))
    alex.say("Assay", "yes")
    sam = accepted(alex)
    sam.say("yes", "Repeat it", "yes")
    assert [tell.reply.text for tell in sam.tells] == [
        WORDING("lent_finished", name="Sam Kelly", title="Look at a result", ref="coach-1")
    ]
    assert sam.say("thanks") == WORDING("thanks")
    assert sam.tells == ()


# Taken back


SINCE = '"Look at a result" is with Sam Kelly since 3 June 2026, 09:00 (IST): the part of the lead.'
SURE = f"{SINCE}\n\n{WORDING('take_back_sure', name='Sam Kelly')}"


def looking(sam: Talk | None = None) -> Talk:
    """Alex, who reads where the run stands that Sam has."""
    talk = giver(sam or accepted())
    talk.send(Press("resume", (), About("coach-1", "", 0)))
    return talk


def test_the_giver_is_asked_who_has_it_and_since_when_before_it_is_taken_back():
    alex = looking()
    assert alex.labels == ["Take it back"]
    assert alex.press("Take it back") == SURE
    assert alex.labels == ["Yes, take it back", "Leave it with Sam Kelly"]
    assert alex.turn
    assert alex.turn.changes == ()


@pytest.mark.parametrize("how", ["", "Yes, please.", "Yes, take it back"])
def test_what_is_taken_back_is_offered_anew_and_the_colleague_hears_of_it(how):
    alex = looking()
    alex.press("Take it back")
    said = alex.say(how) if how else alex.press("Yes, take it back")
    assert said == f"{WORDING('part_taken_back')}\n\n{SAYS}"
    (change,) = alex.turn.changes if alex.turn else ()
    assert (change.given_to, change.state) == ("alex", "open")
    assert change.events[0].what == HandedBack("to_lead", "alex")
    told, offer = alex.tells
    assert (told.people, told.role) == (("sam",), "")
    assert told.reply.text == WORDING(
        "part_taken_from_you",
        name="Alex Byrne",
        title="Look at a result",
        ref="coach-1",
        at="3 June 2026, 09:00 (IST)",
    )
    assert (offer.people, offer.role, offer.reply.choices[0].press) == (("sam",), "lead", ACCEPT)
    assert alex.session.focus == "coach-1"


def test_the_words_ask_for_it_where_nothing_else_is_open():
    alex = giver(accepted())
    assert alex.say("Please take it back") == SURE
    assert alex.say("back").startswith(SINCE)
    assert alex.labels == ["Take it back"]


@pytest.mark.parametrize("no", ["no", "Not now", ""])
def test_it_stays_with_the_colleague_where_the_giver_says_so(no):
    alex = looking()
    alex.press("Take it back")
    said = alex.say(no) if no else alex.press("Leave it with Sam Kelly")
    assert said == f"{SINCE}\n\n{WORDING('lent_waits')}"


def test_a_yes_to_something_else_takes_nothing_back():
    alex = looking()
    alex.press("Take it back")
    alex.say("what now?")
    assert alex.say("yes").startswith(WORDING("lent_words", words="yes"))
    alex = looking()
    alex.press("Take it back")
    alex.lent = None
    alex.say("yes")
    assert alex.turn
    assert alex.turn.changes == ()


def test_who_has_it_by_then_is_named_before_it_is_taken_from_them():
    alex = looking()
    alex.press("Take it back")
    assert alex.lent
    alex.lent = replace(alex.lent, holder=RAVI)
    assert "Ravi Iyer" in alex.press("Yes, take it back")
    assert alex.turn
    assert alex.turn.changes == ()


def test_what_is_back_already_is_not_taken_twice():
    alex = looking()
    alex.press("Take it back")
    sure = next(choice.press for reply in alex.replies for choice in reply.choices if choice.is_main)
    alex.send(sure)
    alex.lent = None
    assert alex.send(sure) == f"{WORDING('not_lent')}\n\n{SAYS}\n\n{WORDING('still_unaccepted')}"


def test_a_run_that_is_over_is_not_taken_back():
    sam = accepted()
    press = Press("take_back", ("to_lead",), About("coach-1", "", 0))
    alex = looking(sam)
    alex.press("Take it back")
    sam.say("end it")
    ended = giver(sam).lent
    assert ended
    alex.lent = replace(ended, run=replace(ended.run, state="cancelled"))
    assert alex.send(press).startswith(SINCE)
    assert alex.labels == []
    alex.session = replace(alex.session, takes_back=ended.grip)
    assert alex.say("yes").startswith(WORDING("lent_words", words="yes"))


def test_what_the_giver_is_asked_elsewhere_stands_while_they_look_and_is_put_aside_when_they_take_it_back():
    alex = giver(accepted())
    alex.runs["coach-8"] = replace(asked("what").run, ref="coach-8")
    alex.session = replace(alex.session, focus="coach-8")
    looked = alex.lent
    assert looked
    (first, again) = take_turn(alex.scene("coach-8"), press_of("resume")).replies
    assert (first.text.startswith(SINCE), again.text.endswith("What is it?")) == (True, True)
    turn = take_turn(alex.scene("coach-8"), press_of("take_back", "to_lead", looked.grip))
    assert [(change.ref, change.state) for change in turn.changes] == [
        ("coach-1", "open"),
        ("coach-8", "paused"),
    ]
    assert turn.session.focus == "coach-1"


def press_of(action: str, *values: str) -> Message:
    press = Press(action, values, About("coach-1", "", 0))
    return Message("e", Address("test", "alex"), Identity("test", "alex"), "", press)


def test_whoever_had_handed_it_on_hears_of_it_too():
    alex = looking()
    assert alex.lent
    part = alex.lent.part
    inner = HandedOver("second", to_person="ravi")
    events = alex.lent.run.events
    on = replace(events[-1], seq=len(events) + 1, by="ravi", what=inner)
    alex.lent = replace(alex.lent, holder=RAVI, run=replace(alex.lent.run, events=(*events, on)), part=part)
    alex.press("Take it back")
    alex.press("Yes, take it back")
    assert alex.tells[0].people == ("ravi", "sam")


def test_a_version_that_was_withdrawn_is_taken_back_and_left_for_the_next():
    alex = looking()
    assert alex.lent
    newer = replace(PARTS, version="2", hash="9" * 64)
    alex.lent = replace(alex.lent, run=replace(alex.lent.run, newer=newer))
    alex.press("Take it back")
    assert "has been withdrawn" in alex.press("Yes, take it back")
    assert alex.turn
    assert [change.given_to for change in alex.turn.changes] == ["alex"]


# Coming back


def returned() -> Talk:
    talk = accepted()
    talk.say("yes")
    return talk


def test_a_part_that_is_done_is_back_with_its_giver_and_the_colleague_is_thanked():
    sam = returned()
    assert sam.said == WORDING("part_given_back", title="Look at a result", name="Alex Byrne")
    (change,) = sam.turn.changes if sam.turn else ()
    assert (change.given_to, change.state) == ("alex", "paused")
    assert [event.what for event in change.events[-2:]] == [HandedBack("back", "alex"), Paused()]
    assert sam.session.focus == ""
    (tell,) = sam.tells
    assert tell.people == ("alex",)
    assert not tell.is_own, "what else they have open stays as it is"
    assert tell.reply.text == (
        'The lead\'s part is done.\n\nSam Kelly has given "Look at a result", reference coach-1, back to you. '
        "It is yours again."
    )
    alex = Talk(shelf=sam.shelf, runs=dict(sam.runs))
    assert "What comes next?" in alex.send(tell.reply.choices[0].press)


def test_what_else_the_colleague_has_open_is_offered_when_it_is_back():
    sam = accepted()
    sam.runs["coach-8"] = replace(asked("what").run, ref="coach-8", state="paused")
    assert sam.say("yes").endswith(WORDING("others_wait"))
    assert sam.labels == ["Continue: Report a spill"]


def test_a_part_that_a_correction_makes_needless_is_back_too():
    sam = accepted()
    sam.say("change odd", "no")
    assert sam.said.endswith(WORDING("part_lapsed", title="Look at a result", name="Alex Byrne"))
    assert [tell.reply.text for tell in sam.tells] == [
        WORDING("part_is_back_unneeded", name="Sam Kelly", title="Look at a result", ref="coach-1")
    ]


def test_a_part_given_by_name_that_holds_nothing_is_back_at_once():
    steps = tuple(step for step in PARTS.steps if not (step.id == "looked" and isinstance(step.does, Ask)))
    alex = Talk(shelf=(replace(PARTS, steps=steps),))
    alex.send(Press("start", ("parts",)))
    alex.say("Assay", "yes")
    sam = told(alex)
    sam.send(ACCEPT)
    assert sam.turn
    assert [change.given_to for change in sam.turn.changes] == ["alex"]


# On a page of their own


def test_both_see_on_their_page_whose_turn_it_is():
    alex = offered()
    (run,) = overview(alex.scene(""), [alex.run]).runs
    assert run.turn == "It waits for somebody to accept the part of the lead."
    sam = accepted(alex)
    (run,) = overview(sam.scene(""), [sam.runs["coach-1"]]).runs
    assert run.turn == "Alex Byrne has handed this part over to you."
    found = overview(giver(sam).scene(""), [])
    assert [(lent.ref, lent.title, lent.look) for lent in found.lent] == [
        ("coach-1", "Look at a result", Press("resume", (), About("coach-1", "", 0)))
    ]
    assert found.lent[0].take_back == Press("take_back", ("to_lead",), About("coach-1", "", 0))
    assert found.lent[0].turn.startswith(
        '"Look at a result" is with Sam Kelly since 3 June 2026, 09:00 (IST)'
    )
    (run,) = overview(asked("what").scene(""), [asked("what").run]).runs
    assert run.turn == ""


def test_a_run_whose_hand_over_is_gone_from_its_playbook_is_still_shown():
    sam = accepted()
    without = replace(PARTS, steps=tuple(step for step in PARTS.steps if step.id != "to_lead"))
    lent = giver(sam).lent
    assert lent
    assert replace(lent, run=replace(lent.run, script=without)).role == ""


def test_words_sent_under_a_question_that_a_colleague_has_now_are_shown_again():
    alex = giver(accepted())
    about = About("coach-1", "odd", 5)
    alex.take(Message("e", Address("test", "alex"), Identity("test", "alex"), "no", about=about))
    assert isinstance(alex.replies[0], Reply)
    assert alex.said.startswith(WORDING("lent_words", words="no"))
