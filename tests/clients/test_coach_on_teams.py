"""The whole coach in Teams, as far as Microsoft's own imitation of it goes: real tokens, real cards, a real page."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, expect

from tests.bot_framework.connector import ACTIVITY_GONE, late
from tests.bot_framework.people import GROUP_CHAT_ID, GROUP_CHAT_NAME
from tests.clients.coach import RunningCoach
from tests.clients.program import until
from tests.clients.teams_stage import AT_THE_SCREEN, TeamsStage, Tenant, tenant
from tests.dialogue import Clock, Terminal, Web, file_text, play
from tests.told_pictures import PICTURES

T = TypeVar("T")

# The Playground draws every card of a chat again for each new one: what follows would take longer than all before it.
PLAYED_UP_TO = "# A correction after the draft asks for its reason"
JOURNEYS = Path(__file__).parents[1] / "journeys"
EVENT = "temp in cold room 2 was out of range this morning"
CHOSEN = "· Priya Nair, 3 June 2026, 09:00 (IST)"


@pytest.fixture(scope="module")
def here(clients: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    """One tenant for all tests of this file."""
    with tenant(tmp_path_factory.mktemp("playground"), browser) as here:
        yield here


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 6, 3, 8, tzinfo=UTC))


@pytest.fixture
def coach(here: Tenant, clock: Clock, migrated_file: Path, tmp_path: Path) -> Iterator[RunningCoach]:
    """The coach, with a directory in which Priya has the address that Teams tells of her, and an empty memory."""
    shutil.copyfile(migrated_file, tmp_path / "coach.db")
    with here.coach(f"sqlite:///{tmp_path / 'coach.db'}", clock) as coach:
        yield coach


@pytest.fixture
def stage(here: Tenant, coach: RunningCoach, clock: Clock, tmp_path: Path) -> Iterator[TeamsStage]:
    """Priya, who can come in at any time; everybody else sits at a terminal."""
    elsewhere = Terminal(coach.settings, clock, tmp_path)
    yield TeamsStage(here, coach, elsewhere)
    elsewhere.close()


def begin(stage: TeamsStage) -> None:
    """Priya comes in, and is at the first question about a deviation."""
    stage.turn_to("priya")
    stage.say(EVENT)
    stage.press(["Yes, let's start"])


def go_on_to_the_time(stage: TeamsStage) -> None:
    """She answers until the coach asks when it was first noticed."""
    begin(stage)
    for answer in ("no", "no", "yes", "Shift supervisor at 06:20", "Cold store log p. 41"):
        stage.say(answer)
    assert "When was it first noticed?" in stage.say("equipment")


def on_the_web(coach: RunningCoach, clock: Clock, does: Callable[[Web], T]) -> T:
    """What comes of what Priya does on the coach's own page."""

    def sit_down() -> T:
        web = Web(coach.settings, clock)
        try:
            web.turn_to("priya")
            return does(web)
        finally:
            web.close()

    with ThreadPoolExecutor(max_workers=1) as beside:  # the browser with the screen has a loop in this thread
        return beside.submit(sit_down).result()


# --- In her own chat --------------------------------------------------------------------------------------------------


def test_a_deviation_is_coached_card_by_card_from_the_welcome_to_the_draft(
    stage: TeamsStage, here: Tenant, pictures: Path
) -> None:
    page = here.page
    shoot = Pictures(stage, pictures, "teams-deviation")

    # She installs the coach, and is known by the address that Teams has of her.
    stage.turn_to("priya")
    welcome, hello = page.said()
    assert "Welcome, Priya Nair." in welcome
    assert "You are listed as operator" in welcome
    assert "Tell me in your own words what happened" in hello
    shoot("welcome")

    assert 'That sounds like something for "Open a deviation"' in stage.say(EVENT)
    assert "Is anyone hurt or in danger?" in stage.press(["Yes, let's start"])
    assert f"Chosen: Yes, let's start {CHOSEN}" in stage.card("That sounds like")
    assert "[Yes, let's start]" not in stage.card("That sounds like")
    shoot("started")

    # A stop: she cannot go on by herself.
    stage.press(["No"])
    stop = stage.press(["Yes, it could"])
    assert "Please phone QA now: extension 4410." in stop
    shoot("stop")

    # Dana reads it and releases it, at the terminal. Priya does nothing, and sees it.
    stage.turn_to("dana")
    stage.say("waiting for me")
    stage.press(["I have read this: Priya Nair"])
    stage.turn_to("priya")
    assert "Read by Dana Okafor on 3 June 2026, 09:00 (IST)." in stage.news()
    stage.turn_to("dana")
    stage.say("waiting for me")
    stage.press(["Release the stop: Priya Nair"])
    stage.turn_to("priya")
    released = stage.news()
    assert "Dana Okafor has released it, on 3 June 2026, 09:00 (IST). We can go on." in released
    assert "Is the step stopped, or the material or equipment on hold?" in released
    shoot("released")

    # A card to type into: Teams itself says when something is missing.
    stage.press(["Yes"])
    page.press("Send")
    page.is_refused("Type your answer first.")
    shoot("text-refused")
    page.fill("Who was told, and when", "Shift supervisor at 06:20")
    stage.send()
    assert f"Answered: Shift supervisor at 06:20 {CHOSEN}" in stage.card("Who knows?")
    shoot("text-sent")
    stage.say("Cold store log CS-02 p. 41")
    shoot("choices")
    stage.press(["Equipment, utility or room"])

    # A day and a time.
    page.press("Send")
    page.is_refused("Choose the day first.")
    page.set_date("First noticed: day", date(2026, 6, 3))
    page.fill("First noticed: time", "06:00")
    shoot("day-and-time")
    assert "Open the record in the QMS, by 4 June 2026, 06:00 (IST)" in stage.send()
    shoot("time-limit")

    for answer in ("The 06:00 check, by the shift lead", "today 06:20", "QA on call", "don't know", "CR-02"):
        stage.say(answer)
    page.fill("What happened", "SOP-114 asks for 2 to 8 °C.\nThe chart shows 9.4 °C from 02:10.")
    shoot("long-text")
    stage.send()

    # Several answers at once.
    page.press("Send")
    page.is_refused("Tick what applies first.")
    page.choose("What it touches", "A batch in process or finished", "Records only")
    shoot("ticked")
    stage.send()
    assert f"Chosen: A batch in process or finished, Records only {CHOSEN}" in stage.card(
        "What does it touch?"
    )
    page.fill("Batches or lots", "00123\n25K041")
    stage.send()

    # The review; and an earlier answer is changed.
    stage.say("the rest later")
    shoot("attachments")
    review = stage.say("skip")
    assert "Batches or lots: 00123, 25K041 [Change: Batches or lots]" in review
    shoot("review")
    stage.press(["Change: Where"])
    shoot("change")
    page.fill("Where", "Change room, cold store CR-02")
    review = stage.send()
    assert "Changed. I have kept your other answers." in review
    assert "Where: Change room, cold store CR-02 [Change: Where]" in review

    # The draft, and its files.
    assert "Draft 1 is ready. It is a draft, not the quality record" in stage.press(["This is right"])
    shoot("draft")
    assert f"Chosen: This is right {CHOSEN}" in stage.card("Here is what you told me. Is it right?")
    word, _ = stage.offers(1)
    with here.hears():
        page.send_custom(here.acceptance(word))
    name, content = here.received(word)
    assert "Change room, cold store CR-02" in file_text(name, content)
    assert stage.is_given(word)
    shoot("file")


# A card that stands there with its buttons although it was used: Teams has not shown it anew.


def test_a_card_that_was_left_behind_is_answered_kindly_and_changes_nothing(
    stage: TeamsStage, here: Tenant, pictures: Path
) -> None:
    shoot = Pictures(stage, pictures, "teams-left-behind")
    begin(stage)
    here.connector.plan(ACTIVITY_GONE, method="PUT")
    assert "Could this affect a patient" in stage.press(["No"])
    old = here.page.cards.filter(has_text="Is anyone hurt or in danger?")
    expect(old.get_by_role("button", name="Yes", exact=True)).to_be_visible()

    again = stage.press(["No"], on=old)
    shoot("pressed-again")
    assert again == "You pressed that already, and I have it. Nothing has changed."

    other = stage.press(["Yes"], on=old)
    shoot("pressed-otherwise")
    assert "That was an earlier question, so I changed nothing. This is where we are now." in other
    assert "Could this affect a patient" in other
    assert "Is the step stopped" in stage.press(["No"])


def test_dots_move_while_she_waits_for_an_answer(stage: TeamsStage, here: Tenant, pictures: Path) -> None:
    stage.turn_to("priya")
    before = len(stage.chat)
    here.connector.plan(late(3), method="POST", kind="message")
    here.page.say(EVENT)
    until(lambda: len(stage.chat) > before, "the first answer on its way")
    here.page.say("who sees this?")

    expect(here.page.typing).to_be_visible()
    here.page.screenshot(pictures / "teams-dots.png")
    assert "You see your own runs, answers and drafts." in stage.news()
    expect(here.page.typing).to_have_count(0)


# --- Coming, going and being written to -------------------------------------------------------------------------------


def test_who_removes_the_coach_is_written_to_no_more_until_it_is_installed_again(
    stage: TeamsStage, here: Tenant, coach: RunningCoach, clock: Clock, pictures: Path
) -> None:
    shoot = Pictures(stage, pictures, "teams-removed")
    go_on_to_the_time(stage)
    stage.say("today 06:00")

    # The time limit comes near, and she is told without a word of hers.
    clock.now += timedelta(hours=10)
    stage.ring()
    assert f'Reminder 1 of 3 for "{EVENT}": Open the record in the QMS, by 4 June 2026' in stage.news()
    shoot("reminded")

    with here.hears():
        here.page.mock("Uninstall application")
    clock.now += timedelta(hours=9)
    stage.ring()
    assert stage.news() == ""
    assert "Reminder 2 of 3" in on_the_web(coach, clock, lambda web: web.page.lines[-1].text)

    with here.hears():
        here.page.mock("Install application")
    back = stage.news()
    shoot("back")
    assert "Welcome, Priya Nair." not in back
    assert f'You were in the middle of "{EVENT}". I kept your place.' in back
    clock.now += timedelta(hours=8)
    stage.ring()
    assert "was due 4 June 2026, 06:00 (IST). It can still be opened now." in stage.news()
    shoot("late")


# --- In front of others -----------------------------------------------------------------------------------------------


def test_a_mention_in_a_group_is_answered_and_nothing_of_her_own_is_said_there(
    stage: TeamsStage, here: Tenant, pictures: Path
) -> None:
    shoot = Pictures(stage, pictures, "teams-group")
    begin(stage)
    with here.hears():
        here.page.go_to(GROUP_CHAT_NAME)
    answers = {
        words: stage.asks_in(GROUP_CHAT_ID, words)
        for words in ("temp in the freezer was out of range", "what can you do?", "my runs", "no")
    }
    shoot("asked")
    assert (
        'That sounds like something for "Open a deviation"' in answers["temp in the freezer was out of range"]
    )
    assert "Here in the group I keep nothing and name nobody." in answers["what can you do?"]
    assert "That is between the two of us. Please write to me directly." in answers["my runs"]
    assert "I do not know that yet." in answers["no"]
    for answer in answers.values():
        assert "Priya" not in answer
        assert "cold room" not in answer
        assert "coach-" not in answer

    here.page.go_to_personal_chat()
    here.page.shows(len(stage.chat))
    assert "Could this affect a patient" in stage.press(["No"])


# --- One conversation that moves --------------------------------------------------------------------------------------


def test_one_conversation_moves_from_teams_to_the_web_and_back(
    stage: TeamsStage, coach: RunningCoach, clock: Clock, pictures: Path
) -> None:
    go_on_to_the_time(stage)

    def goes_on(web: Web) -> None:
        assert "When was it first noticed?" in web.say("continue")
        assert "How did it come to light?" in web.say("today 06:00")
        assert "When was it first reported?" in web.say("The 06:00 check, by the shift lead")

    on_the_web(coach, clock, goes_on)
    assert "When was it first reported?" in stage.say("continue")
    Pictures(stage, pictures, "teams-moved")("taken-up")
    stage.press(["Not reported yet"])
    stage.press(["Not reported yet, go on"])
    stage.say("the rest later")
    review = stage.say("skip")
    assert "How it was noticed: The 06:00 check, by the shift lead" in review
    assert "Draft 1 is ready." in stage.press(["This is right"])


# --- Whole conversations ----------------------------------------------------------------------------------------------


def told_of_priya(path: Path, folder: Path) -> Path:
    """The dialogue with Priya in the place of Alex."""
    text = path.read_text(encoding="utf-8").partition(PLAYED_UP_TO)[0]
    text = text.replace("Alex Byrne", AT_THE_SCREEN.name)
    retold = folder / path.name
    retold.write_text(text.replace("as alex", f"as {AT_THE_SCREEN.id}"), encoding="utf-8")
    return retold


@pytest.mark.parametrize("name", ["short", "deviation"])
def test_the_journey_goes_as_written_in_teams(
    name: str, stage: TeamsStage, clock: Clock, tmp_path: Path
) -> None:
    play(told_of_priya(JOURNEYS / f"{name}.txt", tmp_path), stage, clock)


@pytest.mark.parametrize("kind", PICTURES)
def test_each_kind_of_picture_stands_in_the_chat_with_its_words(
    kind: str, stage: TeamsStage, here: Tenant, clock: Clock, tmp_path: Path, pictures: Path
) -> None:
    told = PICTURES[kind]
    stage.turn_to("priya")
    told.up_to_the_last(stage.coach.settings, clock, "priya", tmp_path)
    stage.say("continue")
    said = stage.say(told.last)
    for words in (told.says, told.title, *told.words):
        assert words in said
    shown = here.page.page.locator('img[src^="data:image/png;base64,"]').last
    expect(shown).to_be_visible()
    described = shown.get_attribute("alt") or ""
    assert described.startswith(f"{told.title}: ")
    for words in told.words:
        assert words in described
    shown.scroll_into_view_if_needed()
    here.page.screenshot(pictures / f"teams-{kind}.png")
    assert shown.evaluate("picture => picture.complete && picture.naturalWidth > 600")


class Pictures:
    """Takes pictures of the screen, numbered in their order."""

    def __init__(self, stage: TeamsStage, folder: Path, name: str) -> None:
        self.stage, self.folder, self.name, self.count = stage, folder, name, 0

    def __call__(self, what: str) -> None:
        """Take one of what stands at the end of the chat now."""
        self.count += 1
        self.stage.page.newest.scroll_into_view_if_needed()
        self.stage.page.screenshot(self.folder / f"{self.name}-{self.count:02}-{what}.png")
