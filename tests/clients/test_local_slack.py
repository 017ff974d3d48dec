"""The workspace does what the tests of the Slack channel rely on, over HTTP and over Socket Mode."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.clients.local_slack import ALICE, APP_ID, BOB, BOT_ID, GENERAL, TEAM_ID, LocalSlack
from tests.clients.program import NotReadyError, TookTooLongError, until
from tests.clients.shown import words_of


def test_it_listens_to_this_machine_alone(slack: LocalSlack):
    port = int(slack.url.rpartition(":")[2])
    # A line of /proc/net/tcp has the address it listens on as hexadecimal, with the last byte first.
    tables = [Path(f"/proc/{slack.pid}/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    listening = [line.split()[1] for table in tables for line in table if line.split()[3] == "0A"]
    assert [address for address in listening if address.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]


def test_a_message_gets_its_answer(slack: LocalSlack):
    slack.say(ALICE, "a tablet is chipped")
    answer = slack.sees(ALICE, "a tablet is chipped")
    assert words_of(answer["blocks"]) == "You said *a tablet is chipped*\nOpen the form\nDone"
    assert (answer["user"], answer["app_id"], answer["channel"]) == (BOT_ID, APP_ID, ALICE.dm)


def test_an_event_has_what_tells_it_from_others(slack: LocalSlack):
    ts = slack.say(BOB, "good morning", channel=GENERAL)
    delivery = next(each for each in slack.deliveries() if each.body.get("event", {}).get("ts") == ts)
    event = delivery.body["event"]
    assert delivery.kind == "events_api"
    assert delivery.body["event_id"].startswith("Ev")
    assert delivery.body["team_id"] == TEAM_ID
    assert (event["channel"], event["user"], event["channel_type"]) == (GENERAL, BOB.id, "channel")


def test_an_answer_in_a_thread_stays_in_the_thread(slack: LocalSlack):
    first = slack.say(ALICE, "the first")
    slack.say(ALICE, "and more of it", thread=first)
    assert slack.sees(ALICE, "and more of it")["thread_ts"] == first


def test_a_mention_arrives_as_a_message_and_as_a_mention(slack: LocalSlack):
    ts = slack.say(ALICE, f"<@{BOT_ID}> help", channel=GENERAL)
    bodies = [each.body for each in slack.deliveries() if each.body.get("event", {}).get("ts") == ts]
    assert [body["event"]["type"] for body in bodies] == ["message", "app_mention"]
    assert len({body["event_id"] for body in bodies}) == 2


def test_what_a_person_changes_or_takes_back_is_told(slack: LocalSlack):
    ts = slack.say(ALICE, "line 3", channel=GENERAL)
    slack.edit(ALICE, ts, "line 4", channel=GENERAL)
    slack.delete(ALICE, ts, channel=GENERAL)
    subtypes = [each.body["event"].get("subtype") for each in slack.deliveries()[-2:]]
    assert subtypes == ["message_changed", "message_deleted"]
    assert ts not in [message["ts"] for message in slack.messages(GENERAL)]


def test_a_reaction_is_told(slack: LocalSlack):
    ts = slack.say(ALICE, "look", channel=GENERAL)
    slack.react(ALICE, ts, "eyes", channel=GENERAL)
    assert slack.deliveries()[-1].body["event"]["reaction"] == "eyes"


def test_a_pressed_button_changes_its_message(slack: LocalSlack):
    slack.say(ALICE, "to be done")
    message = slack.sees(ALICE, "to be done")
    slack.press(ALICE, "Done", ts=message["ts"])
    assert slack.sees(ALICE, "Done by Alice")["ts"] == message["ts"]
    pressed = slack.deliveries()[-1].body
    assert pressed["container"]["message_ts"] == pressed["message"]["ts"] == message["ts"]
    assert pressed["team"]["id"] == TEAM_ID
    assert pressed["response_url"].startswith(slack.url)


def test_a_form_is_filled_in_and_sent(slack: LocalSlack):
    open_form(slack)
    assert slack.submit(ALICE, {"Describe it": "chipped tablets", "Checked": ["Label"]}) == {}
    slack.sees(ALICE, "Noted for line Two: chipped tablets")
    assert slack.modals() == []
    values = next(b.body for b in slack.deliveries() if b.body.get("type") == "view_submission")["view"][
        "state"
    ]
    assert [option["value"] for option in values["values"]["checked"]["checked"]["selected_options"]] == [
        "label"
    ]


def test_a_form_that_is_refused_stays_open(slack: LocalSlack):
    open_form(slack)
    assert slack.submit(ALICE, {"Describe it": "so"}) == {"what": "Say a little more"}
    assert slack.modals()[-1]["title"]["text"] == "What happened"
    slack.close(ALICE)


def test_a_form_is_replaced_by_another(slack: LocalSlack):
    open_form(slack)
    slack.submit(ALICE, {"Describe it": "again"})
    assert [view["title"]["text"] for view in slack.modals()] == ["Once more"]
    slack.close(ALICE)


def test_a_form_is_followed_by_another(slack: LocalSlack):
    open_form(slack)
    slack.submit(ALICE, {"Describe it": "go on"})
    first, second = slack.modals()
    assert (first["title"]["text"], second["title"]["text"]) == ("What happened", "And then")
    slack.close(ALICE)
    assert slack.modals() == []


def test_a_closed_form_is_told(slack: LocalSlack):
    open_form(slack)
    slack.close(ALICE)
    slack.sees(ALICE, "Nothing was kept")
    assert slack.deliveries()[-1].body["type"] == "view_closed"
    assert slack.modals() == []


def test_a_form_has_only_the_fields_it_has(slack: LocalSlack):
    open_form(slack)
    with pytest.raises(AssertionError, match="no field"):
        slack.submit(ALICE, {"Colour": "blue"})
    with pytest.raises(AssertionError, match="no option"):
        slack.submit(ALICE, {"Line": "Seventeen"})
    slack.close(ALICE)


def test_home_is_shown_and_its_buttons_work(slack: LocalSlack):
    slack.open_home(BOB)
    home = until(lambda: slack.home(BOB), "a Home tab")
    assert words_of(home["blocks"]) == "Your work\nOpen the form\nDone"
    assert slack.home(ALICE) is None
    slack.press_home(BOB, "Open the form")
    assert slack.opens("What happened")
    slack.close(BOB)


def test_a_command_is_answered_to_the_one_who_typed_it(slack: LocalSlack):
    slack.command(ALICE, "/qms", "deviation", channel=GENERAL)
    answer = slack.sees(ALICE, "Help with deviation", channel=GENERAL)
    assert (answer["subtype"], answer["ephemeral_to"]) == ("ephemeral", ALICE.id)


def test_the_app_sends_a_file(slack: LocalSlack):
    slack.say(ALICE, "file")

    def file_message():
        return next(
            (each for each in slack.messages(ALICE.dm) if each.get("files") and each.get("bot_id")), None
        )

    assert until(file_message, "a file")["files"][0]["name"] == "record.txt"
    assert [call.method for call in slack.calls() if call.method.startswith("files.")] == [
        "files.getUploadURLExternal",
        "files.completeUploadExternal",
    ]


def test_a_person_sends_a_file(slack: LocalSlack):
    ts = slack.upload(ALICE, "logbook.txt", b"05:40 line stopped", text="the logbook")
    bodies = [each.body["event"] for each in slack.deliveries() if each.kind == "events_api"]
    event = next(event for event in bodies if event.get("ts") == ts)
    assert (event["subtype"], event["text"]) == ("file_share", "the logbook")
    assert event["files"][0]["size"] == len("05:40 line stopped")


def test_what_the_app_calls_is_written_down(slack: LocalSlack):
    slack.say(ALICE, "write this down")
    slack.sees(ALICE, "write this down")
    call = slack.calls("chat.postMessage")[-1]
    assert (call.arguments["channel"], call.arguments["text"]) == (ALICE.dm, "write this down")


def test_what_it_refuses_is_written_down(slack: LocalSlack):
    with pytest.raises(AssertionError, match="no message has a button"):
        slack.press(ALICE, "Nowhere")
    assert slack.refusals() == []


def test_waiting_for_what_does_not_come_says_what_it_was():
    with pytest.raises(TookTooLongError, match=r"waited 0\.1 s for the end of the world"):
        until(lambda: None, "the end of the world", patience=0.1)


def test_a_workspace_that_cannot_start_says_why(clients: Path, tmp_path: Path):
    broken = LocalSlack(tmp_path, "events", request_url="")
    with pytest.raises(NotReadyError, match="no requestUrl"):
        broken.__enter__()


def test_it_is_gone_when_it_was_stopped(clients: Path, tmp_path: Path):
    with LocalSlack(tmp_path, "socket") as slack:
        port = int(slack.url.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def open_form(slack: LocalSlack) -> None:
    slack.say(ALICE, "the form, please")
    slack.sees(ALICE, "the form, please")
    slack.press(ALICE, "Open the form")
    slack.opens("What happened")
