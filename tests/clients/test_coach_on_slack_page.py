"""A deviation as one person sees it on the workspace's own page, from the first hello to the draft in their hands.

Each step leaves a picture: `PICTURES=some/folder make e2e` keeps them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.person import Person
from tests.clients.coach import RunningCoach
from tests.clients.drawn import html_of
from tests.clients.local_slack import ALICE, LocalSlack, Mode
from tests.clients.shown import Thing
from tests.clients.slack_page import SlackPage
from tests.dialogue import Clock, file_text
from tests.told_pictures import PICTURES

Picture = Callable[[str], None]

EVENT = "temp in cold room 2 was out of range this morning"
WHAT = "SOP-114 asks for 2 to 8 °C. The chart shows 9.4 °C from 02:10."
AT = "· Alice Anderson, 3 June 2026, 09:00 (IST)"


@pytest.fixture(scope="module")
def mode() -> Mode:
    """What is seen does not depend on it."""
    return "events"


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 6, 3, 8, tzinfo=UTC))


@pytest.fixture
def coach(
    workspace: LocalSlack, port: int, clock: Clock, migrated_file: Path, tmp_path: Path
) -> Iterator[RunningCoach]:
    """The coach; it has never heard of Alice but for her name and address."""
    shutil.copyfile(migrated_file, tmp_path / "coach.db")
    alice = Person("alice", ALICE.real_name, "northfield", "operator", zone="Europe/Dublin")
    url = f"sqlite:///{tmp_path / 'coach.db'}"
    with RunningCoach(url, workspace.variables, clock, port=port, people=[alice]) as coach:
        yield coach


@pytest.fixture
def alice(page: Page, workspace: LocalSlack, coach: RunningCoach) -> SlackPage:
    """Alice's screen, on her conversation with the coach."""
    screen = SlackPage(page, workspace, ALICE)
    screen.go_to_the_app()
    return screen


@pytest.fixture
def picture(alice: SlackPage, coach: RunningCoach, pictures: Path) -> Picture:
    """Keep what is on the screen, once everything is."""
    count = iter(range(1, 100))

    def picture(name: str) -> None:
        coach.settle()
        alice.screenshot(pictures / f"slack-{next(count):02}-{name}.png")

    return picture


def test_a_deviation_from_hello_to_the_draft(
    alice: SlackPage, workspace: LocalSlack, coach: RunningCoach, picture: Picture, pictures: Path
):
    # She is known at her first word, by the address that Slack has confirmed.
    alice.say("hello")
    expect(alice.sees("Hello Alice Anderson.").get_by_role("button", name="Open a deviation")).to_be_visible()
    picture("hello")

    alice.say(EVENT)
    offer = alice.sees('That sounds like something for "Open a deviation".')
    picture("offer")
    alice.press("Yes, let's start", on=offer)
    expect(offer).to_contain_text(f"Chosen: Yes, let's start {AT}")
    expect(offer.get_by_role("button", name="Yes, let's start")).to_have_count(0)

    # Answers by buttons; each message says afterwards what was chosen, and has no buttons any more.
    first = alice.sees("Is anyone hurt or in danger?")
    picture("first-question")
    stale = workspace.sees(ALICE, "Is anyone hurt or in danger?")
    alice.press("No", on=first)
    expect(first).to_contain_text(f"Chosen: No {AT}")
    assert buttons(first) == []
    alice.press("No", on=alice.sees("Could this affect a patient"))
    alice.press("Why do you ask?", on=alice.sees("Is the step stopped"))
    alice.sees("Carrying on can make it larger")
    picture("why")

    # A button that still stood on another of her screens: kind words, and nothing changed.
    workspace.press_late(ALICE, stale, "Yes")
    late = alice.sees("That was an earlier question, so I changed nothing.")
    picture("stale-button")
    alice.press("Yes", on=late)
    answer_typed(
        alice, ("Who knows?", "Shift supervisor 06:05"), ("official record?", "Cold store log p. 41")
    )
    alice.sees("Which of these is closest?")
    picture("many-answers")
    alice.press("Equipment, utility or room", on=alice.sees("Which of these is closest?"))
    answer_typed(alice, ("When was it first noticed?", "02/06 06:00"))
    which = alice.sees("That can be read in more than one way.")
    picture("two-dates")
    alice.press("2 June 2026, 06:00 (IST)", on=which)
    answer_typed(
        alice,
        ("How did it come to light?", "Daily check"),
        ("When was it first reported?", "today 06:20"),
        ("To whom was it reported?", "QA on call"),
        ("when did it happen, as far as you know?", "don't know"),
        ("Where?", "Cold store 2"),
    )

    # A long answer in a window: sent empty, it stays open and says so; what stands in it is kept.
    long = alice.sees("In two or three sentences")
    alice.press("Write in a form", on=long)
    form = alice.opens("What happened")
    picture("window")
    alice.submit("Send")
    assert alice.objections() == [
        "qms.field: There was nothing in it yet. Type or tick your answer first, then send."
    ]
    assert form.locator(".bk-input input").input_value() == EVENT
    picture("window-objects")
    alice.fill("What happened", WHAT)
    alice.submit("Send")
    expect(alice.modal).to_have_count(0)
    expect(long).to_contain_text(f"Answered: {WHAT} {AT}")

    touches = alice.sees("What does it touch?")
    alice.press("Tick what applies", on=touches)
    alice.opens("What it touches")
    alice.fill("What it touches", "A batch in process or finished", "Equipment, utility or room only")
    picture("ticks")
    alice.submit("Send")
    expect(touches).to_contain_text("Chosen: A batch in process or finished, Equipment, utility or room only")
    answer_typed(alice, ("Which batch or lot numbers?", "00123, 25K041"))
    alice.sees("Could other batches")
    picture("questions")
    alice.say("the rest later")
    alice.press("Skip", on=alice.sees("Is there anything to attach?"))

    # An earlier answer is changed from the review.
    review = alice.sees("Here is what you told me. Is it right?")
    picture("review")
    draw(alice.page, workspace.sees(ALICE, "Here is what you told me."), pictures / "slack-review-drawn.png")
    alice.choose("Where", on=review)
    change = alice.sees("You are changing: Where")
    expect(change).to_contain_text("Earlier you said: Cold store 2")
    picture("change")
    alice.say("Cold store CR-02")
    again = alice.sees("Changed. I have kept your other answers.")
    picture("review-again")
    alice.press("This is right", on=again)

    # The draft comes as files, and one of them is opened.
    alice.sees("Draft 1 is ready. It is a draft, not the quality record")
    alice.sees("-draft-1.docx")
    alice.sees("-draft-1.md")
    number = alice.sees("what is the record number?")
    picture("draft")
    draft = file_text("draft.docx", alice.download("-draft-1.docx"))
    assert WHAT in draft
    assert "Cold store CR-02" in draft
    assert "DRAFT, not the quality record." in draft

    # Her Home tab has the open run with what comes next, and takes her back into it.
    home = alice.open_home()
    expect(home).to_contain_text(EVENT)
    expect(home).to_contain_text("Next: Record number")
    picture("home")
    alice.press("Continue", on=home)
    alice.go_to_the_app()
    number = alice.sees("Welcome back to")
    expect(number).to_contain_text("what is the record number?")
    picture("continued")

    # Of what is not of the right shape the window says so, and keeps it.
    alice.press("Write in a form", on=number)
    form = alice.opens("Record number")
    alice.fill("Record number", "2026-14")
    alice.submit("Send")
    assert "DEV-####-###" in alice.objections()[0]
    assert form.locator(".bk-input input").input_value() == "2026-14"
    picture("window-wrong-shape")
    alice.fill("Record number", "DEV-2026-014")
    alice.submit("Send")
    alice.sees("Thank you, that is a clear start.")
    picture("end")
    assert workspace.refusals() == []


@pytest.mark.parametrize("kind", PICTURES)
def test_each_kind_of_picture_arrives_with_its_words(
    kind: str, alice: SlackPage, coach: RunningCoach, clock: Clock, picture: Picture, tmp_path: Path
):
    told = PICTURES[kind]
    told.up_to_the_last(coach.settings, clock, "alice", tmp_path)
    before = alice.messages.count()
    alice.say("continue")
    expect(alice.messages).to_have_count(before + 2)  # her word, and the question again
    alice.say(told.last)
    words = alice.sees(told.says)
    expect(words).to_contain_text(told.title)
    for each in told.words:
        expect(words).to_contain_text(each)
    shown = alice.messages.get_by_role("img", name=told.words[-1]).last
    expect(shown).to_be_visible()
    described = shown.get_attribute("alt") or ""
    for each in told.words:
        assert each in described
    coach.settle()
    shown.scroll_into_view_if_needed()
    picture(kind)
    assert shown.evaluate("picture => picture.complete && picture.naturalWidth > 1000")


def answer_typed(alice: SlackPage, *answers: tuple[str, str]) -> None:
    """Answer each of these questions, when it is there, by typing."""
    for question, answer in answers:
        alice.sees(question)
        alice.say(answer)


def buttons(message: Locator) -> list[str]:
    """What can be pressed in it."""
    return message.locator(".blocks button").all_inner_texts()


def draw(page: Page, message: Thing, path: Path) -> None:
    """A picture of a message with the blocks that the workspace's page only names."""
    beside = page.context.new_page()
    beside.set_content(html_of(message["blocks"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    beside.screenshot(path=path, full_page=True)
    beside.close()
