"""The Playground can be used as a person uses Teams, and what it sends is what the captured payloads say."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from botframework.connector.auth import ChannelValidation
from playwright.sync_api import Browser, expect

from tests.bot_framework.connector import Activity, Connector, throttled
from tests.bot_framework.issuer import Issuer
from tests.bot_framework.people import BOT_ID, BOT_NAME, CHANNEL_NAME, GROUP_CHAT_NAME, MEI, PRIYA, TOMAS
from tests.bot_framework.relay import SigningRelay
from tests.clients.echo_bot import EchoBot
from tests.clients.playground import Playground, PlaygroundPage, Shown, open_page
from tests.clients.program import NotReadyError, until

PAYLOADS = Path(__file__).parents[1] / "payloads" / "teams"


@dataclass(frozen=True, slots=True)
class Stage:
    """A bot that checks tokens, the relay that adds them, the connector in between, and the Playground."""

    relay: SigningRelay
    connector: Connector
    playground: Playground


@pytest.fixture(scope="module")
def stage(clients: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with (
        pytest.MonkeyPatch.context() as settings,
        Issuer() as issuer,
        EchoBot() as bot,
        Connector() as connector,
    ):
        settings.setattr(ChannelValidation, "open_id_metadata_endpoint", issuer.metadata_url)
        with SigningRelay(issuer, bot.endpoint) as relay:
            folder = tmp_path_factory.mktemp("playground")
            with Playground(folder, relay.endpoint, service_url=connector.url) as playground:
                connector.behind = playground.connector_url
                yield Stage(relay, connector, playground)


@pytest.fixture(scope="module")
def screen(stage: Stage, browser: Browser) -> Iterator[PlaygroundPage]:
    """Priya's screen; to load the page anew in the same browser takes less time than in another."""
    with open_page(browser, stage.playground) as page:
        yield page


@pytest.fixture
def person(stage: Stage, screen: PlaygroundPage) -> PlaygroundPage:
    """Priya's own chat with the bot; nothing has been said yet."""
    stage.relay.exchanges.clear()
    stage.connector.attempts.clear()
    screen.open(stage.playground)
    return screen


def heard(stage: Stage, kind: str, number: int = 1) -> Activity:
    """The newest activity of this type, when there are that many."""

    def enough() -> list[Activity] | None:
        found = stage.relay.heard(kind)
        return found if len(found) >= number else None

    return until(enough, f"{number} x {kind}")[-1]


def of_the_bot(person: PlaygroundPage) -> list[str]:
    """The words of its messages, in order."""
    return [each.words for each in person.messages if each.author]


# --- Words ------------------------------------------------------------------------------------------------------------


def test_a_message_and_its_answer_stand_there_with_who_wrote_them(person: PlaygroundPage) -> None:
    person.say("a tablet is chipped")
    person.sees("You said a tablet is chipped")

    assert set(person.messages) == {
        Shown("", "a tablet is chipped", is_card=False),
        Shown(BOT_NAME, "You said a tablet is chipped", is_card=False),
    }


def test_a_changed_message_changes_where_it_stands(person: PlaygroundPage) -> None:
    person.say("change")
    person.sees("On second thoughts.")

    assert of_the_bot(person) == ["On second thoughts."]


def test_a_message_of_the_bots_own_accord_appears(person: PlaygroundPage) -> None:
    person.say("later")

    person.sees("By the way.")


def test_dots_move_while_the_bot_writes_and_no_longer(person: PlaygroundPage, tmp_path: Path) -> None:
    expect(person.typing).to_have_count(0)

    person.say("think")
    expect(person.typing).to_be_visible()
    person.screenshot(tmp_path / "dots.png")
    assert (tmp_path / "dots.png").stat().st_size > 10_000

    person.sees("Here is what I think.")
    expect(person.typing).to_have_count(0)


def test_a_suggested_answer_is_said_as_if_it_had_been_typed(stage: Stage, person: PlaygroundPage) -> None:
    person.say("suggest")
    person.pick("Yes, please")

    person.sees("You said Yes, please")
    assert "value" not in heard(stage, "message", 2)


# --- Cards ------------------------------------------------------------------------------------------------------------


def test_a_form_is_filled_in_and_everything_arrives_as_text(stage: Stage, person: PlaygroundPage) -> None:
    fill_in(person)
    person.press("Send")

    assert heard(stage, "message", 2)["value"] == {
        "action": "send",
        "what": "a tablet is chipped",
        "line": "l2",
        "kinds": "chip,crack",
        "stopped": "no",
        "day": "2025-11-24",
        "hour": "14:05",
        "count": "3",
        "sure": "true",
    }


def test_an_empty_field_is_left_out_and_a_toggle_never_is(stage: Stage, person: PlaygroundPage) -> None:
    person.say("form")
    person.fill("Description", "chipped")
    person.press("Send")

    assert heard(stage, "message", 2)["value"] == {"action": "send", "what": "chipped", "sure": "false"}


def test_an_answered_card_is_replaced_where_it_stands(person: PlaygroundPage) -> None:
    person.say("form")
    person.press("Skip")
    person.sees("Noted: ")

    assert of_the_bot(person) == ["This question is answered.", 'Noted: {"action": "skip"}']
    assert person.cards.count() == 1


def test_a_submit_says_which_card_it_is_from(stage: Stage, person: PlaygroundPage) -> None:
    person.say("form")
    person.press("Skip")
    person.sees("Noted: ")

    replaced = next(each for each in stage.connector.attempts if each.method == "PUT")
    assert heard(stage, "message", 2)["replyToId"] == replaced.target


def test_a_required_field_left_empty_is_refused_on_the_spot(stage: Stage, person: PlaygroundPage) -> None:
    person.say("form")
    person.press("Send")
    person.is_refused("Say what happened")

    person.fill("Description", "chipped")
    person.press("Send")
    person.sees("Noted: ")
    assert len(stage.relay.heard("message")) == 2


def test_an_executed_card_is_replaced_in_the_answer_itself(stage: Stage, person: PlaygroundPage) -> None:
    person.say("form")
    person.fill("Description", "chipped")
    person.press("Finish")

    expect(person.card).to_contain_text("Finished.")
    assert heard(stage, "invoke")["value"]["action"]["data"] == {
        "run": "r1",
        "what": "chipped",
        "sure": "false",
    }


def test_a_refused_execute_leaves_the_card_and_says_why(person: PlaygroundPage) -> None:
    person.say("form")
    person.press("Approve")

    person.is_told("Only quality can approve this.")
    expect(person.card).to_contain_text("What happened?")


# --- Groups, channels and what happens without words ------------------------------------------------------------------


def test_in_a_group_only_a_mention_reaches_the_bot(stage: Stage, person: PlaygroundPage) -> None:
    person.go_to(GROUP_CHAT_NAME)
    person.say("lunch?")
    person.mention("what is due?")

    person.sees("You said what is due?")
    (message,) = stage.relay.heard("message")
    assert message["text"] == f"<at>{BOT_NAME}</at> what is due?"


def test_every_load_of_the_page_installs_the_bot_again(stage: Stage, person: PlaygroundPage) -> None:
    person.open(stage.playground)

    first, again = stage.relay.heard("installationUpdate")
    assert first["conversation"] == again["conversation"]
    assert first["id"] != again["id"]


def test_an_activity_of_the_tests_own_arrives_word_for_word(stage: Stage, person: PlaygroundPage) -> None:
    reaction = json.loads((PAYLOADS / "message_reaction.json").read_text())
    person.send_custom(reaction)

    assert heard(stage, "messageReaction") == reaction


def test_what_the_bot_cannot_send_nobody_sees(stage: Stage, person: PlaygroundPage) -> None:
    stage.connector.plan(throttled("1"))
    person.say("this is lost")
    until(lambda: stage.connector.attempts, "an answer of the bot")
    person.say("this is not")

    person.sees("You said this is not")
    assert of_the_bot(person) == ["You said this is not"]


def test_a_caller_without_a_token_is_not_heard(
    stage: Stage, clients: Path, browser: Browser, tmp_path: Path
) -> None:
    with Playground(tmp_path, stage.relay.bot_url) as stranger, open_page(browser, stranger) as page:
        page.say("let me in")

        expect(page.page.get_by_text("message 401")).to_be_visible()
        assert of_the_bot(page) == []


# --- The program ------------------------------------------------------------------------------------------------------


def test_a_tenant_that_it_does_not_take_is_said_at_once(clients: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(NotReadyError, match="must NOT have fewer than 5 items"),
        Playground(tmp_path, everybody=[PRIYA, MEI]),
    ):
        pytest.fail("it started")


def test_it_leaves_nothing_running_and_its_log_in_its_folder(clients: Path, tmp_path: Path) -> None:
    with Playground(tmp_path) as playground:
        pid = playground.pid
        assert "Listening on" in playground.log

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(playground.url.rpartition(":")[2])))
    assert {path.name for path in tmp_path.iterdir()} == {"bin", "devTools", "printed.txt", "tenant.json"}


def test_two_of_them_stand_side_by_side(clients: Path, tmp_path: Path) -> None:
    with Playground(tmp_path / "one") as one, Playground(tmp_path / "two", me=TOMAS) as two:
        assert one.url != two.url


# --- The captured payloads --------------------------------------------------------------------------------------------


def test_the_captured_payloads_have_the_shape_of_what_is_sent(
    stage: Stage, person: PlaygroundPage, tmp_path: Path
) -> None:
    """What was sent is left in the test's folder, to be captured when a new version sends something else."""
    walk(person)
    until(lambda: stage.relay.heard("message")[-1]["text"] == "the last word", "the last word")

    sent = {name_of(exchange.activity): exchange.activity for exchange in reversed(stage.relay.exchanges)}
    for name, activity in sent.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(activity, indent=2) + "\n")
    captured = {path.stem: json.loads(path.read_text()) for path in PAYLOADS.glob("*.json")}
    del captured["message_reaction"]  # the Playground has none
    assert {name: shape(activity) for name, activity in sent.items()} == {
        name: shape(activity) for name, activity in captured.items()
    }, f"see {tmp_path}"


def walk(person: PlaygroundPage) -> None:
    """Do once everything a person can do that the bot hears of."""
    person.say("hello there")
    person.sees("You said hello there")
    fill_in(person)
    person.press("Send")
    person.sees("Noted: ")
    person.say("form")
    person.press("Skip")
    person.sees('Noted: {"action": "skip"}')
    person.say("form")
    person.fill("Description", "a tablet is chipped")
    person.press("Finish")
    expect(person.card).to_contain_text("Finished.")
    for event in ("Add user", "Remove user", "Remove application", "Uninstall application"):
        person.mock(event)
    person.go_to(GROUP_CHAT_NAME)
    person.mention("what is due?")
    person.sees("You said what is due?")
    person.mention("form")
    person.fill("Description", "a tablet is chipped")
    person.press("Send")
    person.sees("Noted: ")
    person.go_to(CHANNEL_NAME)
    person.mention("what is due?")
    person.go_to_personal_chat()
    person.say("the last word")


def name_of(activity: Activity) -> str:
    """What the file of this activity is called."""
    where = {"personal": "", "groupChat": "group_", "channel": "channel_"}[
        activity["conversation"]["conversationType"]
    ]
    match activity["type"]:
        case "message" if "text" in activity:
            return f"{where}mention" if where else "message"
        case "message":
            return f"{where}card_submit" + ("" if "what" in activity["value"] else "_without_inputs")
        case "invoke":
            return "card_execute"
        case "installationUpdate":
            return f"{where or 'personal_'}{'installed' if activity['action'] == 'add' else 'uninstalled'}"
        case _:
            happened = "added" if "membersAdded" in activity else "removed"
            ids = [each["id"] for each in activity[f"members{happened.title()}"]]
            return f"{where or 'personal_'}{'members' if BOT_ID in ids else 'person'}_{happened}"


def shape(thing: Any, path: str = "") -> set[str]:
    """Every place in it that has a value, and the kind of value."""
    match thing:
        case dict():
            return {each for key, value in thing.items() for each in shape(value, f"{path}.{key}")}
        case list():
            return {each for value in thing for each in shape(value, f"{path}[]")}
        case _:
            return {f"{path}: {type(thing).__name__}"}


def fill_in(person: PlaygroundPage) -> None:
    person.say("form")
    person.fill("Description", "a tablet is chipped")
    person.choose("Line", "Line 2")
    person.choose("Kinds", "Chip", "Crack")
    person.choose("Stopped", "No")
    person.set_date("Day", date(2025, 11, 24))
    person.fill("Hour", "14:05")
    person.fill("How many", "3")
    person.choose("Sure", "I have seen it myself")
