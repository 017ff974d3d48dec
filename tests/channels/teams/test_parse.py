"""What Teams sends, as messages of ours."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.teams.parse import NoActivity, introduction, read
from bot.channels.teams.received import Added, Ignored, Offered, Removed, Said, Unreadable
from bot.channels.teams.reference import Reference
from bot.message import About, Press
from tests.bot_framework.people import (
    BOT_ID,
    PERSONAL_CHAT_ID,
    PRIYA,
    TENANT_ID,
    TOMAS,
)
from tests.channels.teams.fake_desk import PRIYA_THERE
from tests.channels.teams.microsoft import PAYLOADS, captured

US = {"type": "mention", "mentioned": {"id": BOT_ID, "name": "QMS Coach"}, "text": "<at>QMS Coach</at>"}
THEM = {"type": "mention", "mentioned": {"id": TOMAS.id, "name": "R&D <Tomas>"}, "text": "<at>R&amp;D</at>"}
NAMED_ALIKE = {
    "type": "mention",
    "mentioned": {"id": "29:x", "name": "QMS Coach"},
    "text": "<at>QMS Coach</at>",
}


def said(name: str = "message", /, **changes: Any) -> Said:
    received = read(captured(name, **changes))
    assert isinstance(received, Said)
    return received


# --- Everything that was captured -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_everything_that_teams_sent_is_understood_or_left_alone(path: Any):
    activity = {"serviceUrl": "https://x", **json.loads(path.read_text()), "channelId": "msteams"}
    assert isinstance(read(activity), Said | Added | Removed | Ignored | Unreadable)


# --- Who and where --------------------------------------------------------------------------------------------


def test_a_message_says_who_and_where_and_when():
    there = {
        "timestamp": "2026-11-26T02:07:52.637+01:00",
        "serviceUrl": "https://smba.trafficmanager.net/emea/",
    }
    message = said(**there).message
    reference = Reference.of(message.address)

    assert message.sender == PRIYA_THERE
    assert message.address.conversation == f"{TENANT_ID}/{PERSONAL_CHAT_ID}"
    assert (message.address.workspace, message.address.is_private) == (TENANT_ID, True)
    assert message.said_at == datetime(2026, 11, 26, 1, 7, 52, 637000, tzinfo=UTC)
    assert reference == Reference(TENANT_ID, PERSONAL_CHAT_ID, there["serviceUrl"], BOT_ID, PRIYA.id, "en-US")


@pytest.mark.parametrize("name", ["group_mention", "channel_mention"])
def test_in_a_group_the_answer_goes_where_the_question_was(name: str):
    address = said(name).message.address
    thread = captured(name)["conversation"]["id"]  # in a channel with the message that began it
    assert (address.conversation, address.is_private) == (f"{TENANT_ID}/{thread}", False)


def test_what_does_not_call_itself_personal_may_have_readers():
    conversation = {"id": "a:x", "tenantId": TENANT_ID}
    assert not said(conversation=conversation).message.address.is_private


def test_a_visitor_without_an_account_is_somebody_all_the_same():
    visitor = said(**{"from": {"id": "29:visitor"}}).message.sender
    assert visitor.subject == f"{TENANT_ID}/29:visitor"


# --- Words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "entities", "words"),
    [
        ("<at>QMS Coach</at> what is due?", [US], "what is due?"),
        ("<at>QMS Coach</at>&nbsp;what is due?", [US], "what is due?"),
        ("Hey <at>QMS Coach</at> what is due?", [US], "Hey what is due?"),
        ("what is due, <at>QMS Coach</at>", [US], "what is due,"),
        ("<at>QMS Coach</at> ask <at>R&amp;D</at> first", [US, THEM], "ask R&D <Tomas> first"),
        ("<at>QMS Coach</at> and <at>QMS Coach</at>", [US, NAMED_ALIKE], "and QMS Coach"),
        ("what does <at>QMS Coach</at> mean?", [], "what does <at>QMS Coach</at> mean?"),
        ("<at>Another</at> x", [US], "<at>Another</at> x"),
        ("5 &lt; 7 &amp;&amp; 9 &gt; 8", [], "5 < 7 && 9 > 8"),
        ("AT&T &copy it &amp;lt;", [], "AT&T &copy it &lt;"),
        ("a\u00a0b&nbsp;c &#8364; &#x20AC;", [], "a b c € €"),
        ("two  spaces\r\nand a line", [], "two  spaces\nand a line"),
        ("nul\x00 and half \ud800", [], "nul\ufffd and half \ufffd"),
    ],
)
def test_words_arrive_as_they_were_typed(text: str, entities: list[object], words: str):
    assert said(text=text, entities=entities).message.text == words


def test_who_only_calls_our_name_in_a_group_wants_help():
    message = said("group_mention", text="<at>QMS Coach</at> ").message
    assert (message.text, message.press) == ("", Press("help"))


def test_a_sticker_is_nothing_to_hear():
    html = {"contentType": "text/html", "content": "<img>"}
    assert isinstance(read(captured("message", text="", attachments=[html])), Ignored)


@given(st.text(max_size=60), st.lists(st.sampled_from([US, THEM, NAMED_ALIKE]), max_size=4))
def test_any_words_with_any_mentions_can_be_read(text: str, entities: list[object]):
    assert isinstance(read(captured("message", text=text, entities=entities)), Said | Ignored)


# --- Buttons --------------------------------------------------------------------------------------------------

ABOUT = About("coach-7k2m", "where", 12)
YES = Press("answer", ("yes",), ABOUT)


def submitted(value: object, **changes: Any) -> Any:
    return read(captured("card_submit", value=value, **{"replyToId": "1001", **changes}))


def test_a_press_is_about_its_question_and_on_its_message():
    message = submitted({"press": YES.token(), "card": "c"}).message
    assert (message.press, message.about, message.on, message.text) == (YES, ABOUT, "1001", "")


def test_the_same_press_is_the_same_event_and_another_is_not():
    first = submitted({"press": YES.token()}, id="1").message.event_id
    again = submitted({"press": YES.token()}, id="2").message.event_id
    other_card = submitted({"press": YES.token()}, replyToId="1002").message.event_id
    other_press = submitted({"press": Press("answer", ("no",), ABOUT).token()}).message.event_id

    assert first == again
    assert len({first, other_card, other_press}) == 3


def test_without_its_message_a_press_is_known_by_its_card_and_its_question():
    def event(press: Press, id: str) -> Any:
        return submitted({"press": press.token(), "card": "c"}, id=id, replyToId=None).message.event_id

    assert event(YES, "1") == event(YES, "2")
    assert event(Press("hello"), "1") != event(Press("hello"), "2")  # which may be meant twice


def test_a_file_is_handed_over_as_often_as_somebody_asks():
    fetch = Press("fetch", ("coach-7k2m-draft-1.docx",), About("coach-7k2m", "", 0))
    ids = {submitted({"press": fetch.token(), "card": "c"}, id=id).message.event_id for id in ("1", "2")}
    assert len(ids) == 2


def test_the_same_answer_typed_twice_into_a_card_is_one_and_a_corrected_one_is_another():
    def event(text: str, id: str) -> Any:
        return submitted({"form": "coach-7k2m|where|12", "typed": text}, id=id).message.event_id

    assert event("line 3", "1") == event("line 3", "2")
    assert event("line 3", "1") != event("line 4", "2")


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ({"press": "nonsense"}, "hint_no_such_button"),
        ({"press": ""}, "hint_no_such_button"),
        ({"press": "answer|r|s|1|" + "x" * 5_000}, "hint_no_such_button"),
        ({"k": "form"}, "hint_no_such_button"),
        ({"page": "1"}, "hint_no_such_button"),
        ({"page": -1}, "hint_no_such_button"),
        ({"form": "nonsense", "typed": "x"}, "hint_no_such_button"),
        ({"form": "r|s|1", "ticked": "a|b"}, "hint_no_such_button"),
        ({"form": "r|s|1"}, "hint_nothing_sent"),
        ({"form": "r|s|1", "typed": "  "}, "hint_nothing_sent"),
        ({"form": "r|s|1", "ticked": ","}, "hint_nothing_sent"),
    ],
    ids=str,
)
def test_what_makes_no_message_is_answered_in_words(value: dict[str, object], hint: str):
    received = submitted(value)
    assert isinstance(received, Unreadable)
    assert received.hint == hint


def test_a_press_that_waits_for_its_answer_says_so():
    data = {"press": YES.token(), "card": "c"}
    received = read(captured("card_execute", value={"action": {"data": data}}))
    assert isinstance(received, Said)
    assert received.is_answered_at_once
    assert received.message.press == YES


@pytest.mark.parametrize(
    "context",
    [{}, {"run": "r"}, {"run": "r", "number": "1", "file": "f"}, {"run": "", "number": 1, "file": "f"}],
    ids=str,
)
def test_a_word_about_no_file_of_ours_is_answered_in_words(context: dict[str, object]):
    value = {"action": "accept", "context": context}
    assert isinstance(
        read(captured("card_execute") | {"name": "fileConsent/invoke", "value": value}), Unreadable
    )


# --- Files ----------------------------------------------------------------------------------------------------


def test_files_are_named_with_where_their_bytes_are():
    attachments = [
        {"contentType": "text/html", "content": "<p>x</p>"},
        {
            "contentType": "application/vnd.microsoft.teams.file.download.info",
            "name": "a.pdf",
            "content": {"downloadUrl": "https://contoso.sharepoint.com/a"},
        },
        {"contentType": "image/png", "contentUrl": "https://smba.trafficmanager.net/p"},
    ]
    assert said(attachments=attachments).files == (
        Offered("a.pdf", "https://contoso.sharepoint.com/a"),
        Offered("picture", "https://smba.trafficmanager.net/p", needs_token=True),
    )


def test_files_in_a_group_are_left_alone():
    picture = {"contentType": "image/png", "contentUrl": "https://smba.trafficmanager.net/p"}
    assert said("group_mention", attachments=[picture]).files == ()


# --- Coming and going -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["add", "add-upgrade"])
def test_an_installation_is_a_hello(action: str):
    received = read(captured("personal_installed", action=action))
    assert isinstance(received, Added)
    assert received.message.press == Press("hello")


def test_the_two_announcements_of_an_installation_are_one_and_tomorrows_is_another():
    def event(name: str, **changes: Any) -> str:
        received = read(captured(name, **changes))
        assert isinstance(received, Added)
        return received.message.event_id

    today = event("personal_installed")
    assert today == event("personal_members_added")
    assert today != event("personal_installed", timestamp="2026-11-27T01:00:00Z")


@pytest.mark.parametrize("action", ["remove", "remove-upgrade"])
def test_a_removal_names_who_removed_us_and_where(action: str):
    received = read(captured("personal_uninstalled", action=action))
    assert received == Removed(TENANT_ID, PRIYA_THERE.subject)


def test_other_people_who_come_and_go_are_no_news():
    members = [{"id": PRIYA.id}]
    assert isinstance(read(captured("personal_members_added", membersAdded=members)), Ignored)


# --- Introductions --------------------------------------------------------------------------------------------


def test_a_member_is_introduced_with_address_zone_and_language():
    activity = captured("message", localTimezone="Europe/Berlin", locale="de-DE")
    who = introduction(activity, PRIYA.as_member())
    assert (who.identity, who.email, who.zone, who.language) == (
        PRIYA_THERE,
        "priya.nair@example.com",
        "Europe/Berlin",
        "de",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"userRole": "guest"},
        {"userRole": "Guest"},
        {"userRole": "anonymous"},
        {"userPrincipalName": "priya.nair_example.com#EXT#@contoso.onmicrosoft.com"},
        {"userPrincipalName": "priya.nair_example.com#ext#@contoso.onmicrosoft.com"},
        {"email": "", "userPrincipalName": "priya"},
        {"email": None, "userPrincipalName": None},
    ],
    ids=str,
)
def test_a_guests_address_is_not_believed(changes: dict[str, object]):
    assert introduction(captured("message"), PRIYA.as_member() | changes).email == ""


def test_without_an_address_the_sign_in_name_is_one():
    member = PRIYA.as_member() | {"email": ""}
    assert introduction(captured("message"), member).email == PRIYA.email


# --- Nonsense -------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(path.stem for path in PAYLOADS.glob("*.json"))), st.data())
def test_no_shape_of_a_part_breaks_the_reading(name: str, data: st.DataObject):
    activity = {**captured(name), "channelId": "msteams", "serviceUrl": "https://x"}
    key = data.draw(st.sampled_from(sorted(activity)))
    try:
        read(activity | {key: data.draw(JSON)})
    except NoActivity:
        return
