"""In front of others the coach answers questions, and says nothing about anybody's own work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.command import PHRASES
from bot.conversation.group import answer_in_group
from bot.conversation.scene import MadeDraft, Waited
from bot.reply import Tone
from bot.site import Roster
from tests.bot.conversation.talk import NORTH, NOW, WORDING, Talk, asked


def ask(text: str, talk: Talk | None = None) -> str:
    reply = answer_in_group((talk or Talk()).scene(""), text)
    assert not reply.has_controls, "what is done is done in private"
    assert not reply.is_answer, "whether it helped is a button too, and several people could press it"
    assert reply.files == ()
    return reply.text


def test_a_danger_comes_first_and_before_any_playbook():
    said = answer_in_group(Talk().scene(""), "Mia is hurt, there is a spill on the floor")
    assert said.text.startswith("If anyone is hurt or in danger, call")
    assert (said.tone, said.choices) == (Tone.STOP, ())


@pytest.mark.parametrize("text", ["help", "hello", "", "  ", "What can you do?"])
def test_who_greets_or_asks_for_help_hears_what_this_is_and_where_it_is_done(text: str):
    assert ask(text) == WORDING("group_help", site="North Works")


def test_who_sees_what_is_answered():
    assert ask("who can see this?") == WORDING("who_sees")


def test_thanks_are_answered():
    assert ask("thank you") == WORDING("thanks")


def test_whom_to_phone_is_answered():
    reply = answer_in_group(Talk().scene(""), "I want to talk to a human")
    assert (reply.text, [fact.value for fact in reply.facts]) == (WORDING("humans"), ["4300"])
    nobody = Talk(site=replace(NORTH, rosters={"lead": Roster(("sam",), "")}))
    assert ask("I want to talk to a human", nobody) == WORDING("no_humans")


def test_what_a_playbook_is_for_leads_to_the_private_chat_and_begins_nothing():
    assert ask("something leaked") == WORDING("group_playbook", title="Report a spill")


@pytest.mark.parametrize("text", ["what is the meaning of CAPA?", "lunch is at noon", "yes", "12"])
def test_what_is_not_known_is_said_to_be_not_known(text: str):
    assert ask(text) == WORDING("group_not_sure")


def test_with_nothing_on_the_shelf_nothing_is_promised():
    assert ask("something leaked", Talk(shelf=())) == WORDING("group_not_sure")


@pytest.mark.parametrize(
    "text", [*(phrases[0] for phrases in PHRASES.values()), "no", "Mia is hurt", "leaked"]
)
def test_nobody_elses_and_no_ones_own_work_is_ever_named(text: str):
    """Whatever is asked, and whatever the one who asks has in hand."""
    busy = asked("what")
    busy.runs["coach-1"] = replace(busy.run, title="SECRET run")
    busy.drafts = [MadeDraft("coach-7", "SECRET draft", 1, ("docx",))]
    busy.waits = [Waited("coach-8", "SECRET wait", "tell", "SECRET name", NOW, is_seen=False, may_free=True)]
    reply = answer_in_group(busy.scene(""), text)
    assert "SECRET" not in reply.to_json()
    assert "coach-" not in reply.to_json()
    assert "Alex" not in reply.to_json()
    assert answer_in_group(Talk().scene(""), text) == reply, "everybody gets the same answer"
