"""Teams as Microsoft meets it, with a desk in memory behind it."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.chat import FetchedFile
from bot.errors import DeliveryError
from bot.message import About, Identity, Press
from bot.reply import Choice, Reply
from tests.bot_framework.connector import refused
from tests.bot_framework.people import PERSONAL_CHAT_ID, PRIYA, TENANT_ID
from tests.channels.teams.fake_desk import DOCX, PRIYA_THERE, FakeDesk, Row
from tests.channels.teams.microsoft import Folder, Microsoft, microsoft, until, words_of

ABOUT = About("coach-7k2m", "where", 12)
YES = Press("answer", ("yes",), ABOUT)
SEEN = Press("seen", ("hold",), About("coach-7k2m", "hold", 0))
QUESTION = Reply("Was it released?", choices=(Choice("Yes", YES),))
USED = Reply("Was it released?", used="Priya chose Yes at 09:12.")
PDF = b"%PDF-1.7 a page"


def pressed(it: Microsoft, press: Press = YES, *, id: str = "one", on: str = "1001") -> dict[str, object]:
    value = {"press": press.token(), "card": "c0ffee"}
    return it.activity("card_submit_without_inputs", id=id, replyToId=on, value=value)


def executed(it: Microsoft, press: Press = SEEN, *, on: str = "1001") -> dict[str, object]:
    data = {"press": press.token(), "card": "c0ffee"}
    return it.activity("card_execute", replyToId=on, value={"action": {"data": data}})


# --- Words ------------------------------------------------------------------------------------------------


async def test_words_are_heard_before_teams_is_told_that_they_arrived():
    async with microsoft() as it:
        status, body = await it.post(it.activity("message"))

    (message,) = it.desk.heard
    assert (status, body) == (202, None)
    assert message.text == "hello there"
    assert message.sender == Identity("teams", f"{TENANT_ID}/{PRIYA.aad_object_id}")
    assert message.address.is_private


async def test_what_could_not_be_kept_is_asked_for_again():
    async with microsoft() as it:
        it.desk.is_down = True
        status, _ = await it.post(it.activity("message"))
        it.desk.is_down = False
        again, _ = await it.post(it.activity("message"))

    assert (status, again) == (503, 202)
    assert len(it.desk.heard) == 1


async def test_the_same_message_twice_is_one_message_and_is_counted():
    async with microsoft() as it:
        for _ in range(2):
            assert (await it.post(it.activity("message")))[0] == 202

    assert len(it.desk.heard) == 1
    assert it.tally.repeats == ["teams"]


async def test_two_conversations_may_have_messages_of_one_id():
    async with microsoft() as it:
        for number in range(2):
            conversation = it.activity("message")["conversation"] | {"id": f"a:chat-{number}"}
            await it.post(it.activity("message", id="1", conversation=conversation))

    assert len(it.desk.heard) == 2


@pytest.mark.parametrize("name", ["group_mention", "channel_mention"])
async def test_in_a_group_the_coach_only_overhears(name: str):
    async with microsoft() as it:
        await it.post(it.activity(name))

    (message,) = it.desk.overheard
    assert it.desk.heard == []
    assert not message.address.is_private
    assert "QMS Coach" not in message.text


# --- Buttons ----------------------------------------------------------------------------------------------


async def test_a_click_that_teams_delivers_four_times_counts_once():
    """https://github.com/microsoft/BotFramework-Services/issues/59"""
    async with microsoft() as it:
        for number in range(4):
            await it.post(pressed(it, id=f"delivery-{number}"))

    assert [message.press for message in it.desk.heard] == [YES]
    assert it.tally.repeats == ["teams"] * 3


async def test_a_button_of_an_old_card_is_answered_kindly_and_once():
    async with microsoft() as it:
        for number in range(3):
            await it.post(pressed(it, id=f"click-{number}"))
        (hint,) = await it.shown(1)
        await asyncio.sleep(0.05)
        assert len(it.chat()) == 1

    assert "[hint_pressed_before]" in words_of(hint)


async def test_a_click_that_comes_again_under_its_own_id_needs_no_hint():
    async with microsoft() as it:
        for _ in range(3):
            await it.post(pressed(it))
        await asyncio.sleep(0.05)
        assert it.chat() == []

    assert len(it.desk.heard) == 1


async def test_a_button_that_is_none_of_ours_is_answered_in_words():
    async with microsoft() as it:
        await it.post(it.activity("card_submit", value={"press": "nonsense"}))
        (hint,) = await it.shown(1)

    assert it.desk.heard == []
    assert "[hint_no_such_button]" in words_of(hint)


async def test_another_page_takes_the_place_of_the_card():
    long = Reply("\n\n".join(f"Paragraph {number}. {'word ' * 300}" for number in range(30)))
    async with microsoft() as it:
        it.desk.replies["1001"] = long
        status, _ = await it.post(
            it.activity("card_submit", replyToId="1001", value={"page": 1, "card": "c0ffee"})
        )
        (card,) = await it.shown(1)

    assert status == 202
    assert card["id"] == "1001"
    assert "Page 2 of" in words_of(card)
    assert it.desk.heard == []


# --- Invokes ----------------------------------------------------------------------------------------------


async def test_a_press_that_waits_for_its_answer_gets_the_card_as_it_is_now():
    async with microsoft() as it:
        it.desk.replies["1001"] = USED
        status, body = await it.post(executed(it))

    assert [message.press for message in it.desk.heard] == [SEEN]
    assert (status, body["statusCode"]) == (200, 200)
    assert body["type"] == "application/vnd.microsoft.card.adaptive"
    assert USED.used in json.dumps(body["value"])


async def test_pressed_again_it_gets_the_same_card_again():
    async with microsoft() as it:
        it.desk.replies["1001"] = USED
        first = await it.post(executed(it))
        second = await it.post(executed(it))

    assert first == second
    assert len(it.desk.heard) == 1


async def test_a_press_of_a_card_that_nobody_knows_any_more_gets_words():
    async with microsoft() as it:
        status, body = await it.post(executed(it))

    assert status == 200
    assert body == {
        "statusCode": 200,
        "type": "application/vnd.microsoft.activity.message",
        "value": "[hint_form_over]",
    }


async def test_an_invoke_that_we_do_not_know_is_said_to_be_none_of_ours():
    async with microsoft() as it:
        status, _ = await it.post(it.activity("card_execute", name="task/fetch"))

    assert status == 501
    assert it.desk.touched == 0


async def test_an_invoke_whose_press_could_not_be_kept_is_asked_for_again():
    async with microsoft() as it:
        it.desk.is_down = True
        status, _ = await it.post(executed(it))

    assert status == 503


# --- Coming and going ---------------------------------------------------------------------------------------


async def test_a_new_person_is_greeted_once_however_often_teams_announces_them():
    async with microsoft() as it:
        for number, name in enumerate(["personal_installed", "personal_members_added", "personal_installed"]):
            await it.post(it.activity(name, id=f"event-{number}"))

    assert [message.press for message in it.desk.greeted] == [Press("hello")]


@pytest.mark.parametrize("name", ["personal_uninstalled", "personal_members_removed"])
async def test_whoever_removes_the_coach_is_written_to_no_more(name: str):
    async with microsoft() as it:
        await it.post(it.activity(name))

    assert it.desk.left == [("teams", TENANT_ID, PRIYA_THERE.subject)]


@pytest.mark.parametrize("name", ["group_installed", "channel_installed", "group_members_added"])
async def test_in_a_group_coming_and_going_changes_nothing(name: str):
    async with microsoft() as it:
        for action in ("add", "remove"):
            assert (await it.post(it.activity(name, action=action)))[0] == 202

    assert it.desk.touched == 0


async def test_a_reaction_and_an_edit_are_not_heard():
    async with microsoft() as it:
        reaction = it.activity("message_reaction", channelId="msteams")
        edit = it.activity("message", channelData={"tenant": {"id": TENANT_ID}, "eventType": "editMessage"})
        update = it.activity("message", type="messageUpdate")
        statuses = [(await it.post(each))[0] for each in (reaction, edit, update)]

    assert statuses == [202] * 3
    assert it.desk.touched == 0


# --- Strangers --------------------------------------------------------------------------------------------


async def test_a_stranger_is_looked_up_after_the_acknowledgement_and_then_heard():
    async with microsoft(FakeDesk(PRIYA_THERE)) as it:
        status, _ = await it.post(it.activity("message"))
        assert (status, it.desk.heard, it.connector.attempts) == (202, [], [])
        (arrival,) = it.desk.aside
        await it.teams.receive(arrival.body)

    (who,) = it.desk.introduced
    assert (who.email, who.zone, who.language) == ("priya.nair@example.com", "UTC", "en")
    assert [message.text for message in it.desk.heard] == ["hello there"]


async def test_a_stranger_who_presses_is_answered_at_once_and_looked_up_later():
    async with microsoft(FakeDesk(PRIYA_THERE)) as it:
        status, body = await it.post(executed(it))
        await it.teams.receive(it.desk.aside[0].body)

    assert (status, body["value"]) == (200, "[hint_stranger]")
    assert [message.press for message in it.desk.heard] == [SEEN]


async def test_what_was_put_aside_may_be_received_twice():
    async with microsoft(FakeDesk(PRIYA_THERE)) as it:
        await it.post(it.activity("message"))
        for _ in range(2):
            await it.teams.receive(it.desk.aside[0].body)

    assert len(it.desk.heard) == 1


async def test_whom_nobody_knows_is_told_so():
    desk = FakeDesk(PRIYA_THERE)
    desk.directory.clear()
    async with microsoft(desk) as it:
        await it.post(it.activity("message"))
        await it.teams.receive(desk.aside[0].body)
        (hint,) = await it.shown(1)

    assert desk.heard == []
    assert "[hint_stranger]" in words_of(hint)


async def test_a_code_makes_a_stranger_known_and_is_no_message():
    desk = FakeDesk(PRIYA_THERE)
    desk.directory.clear()
    desk.codes.add("k7-magnolia")
    async with microsoft(desk) as it:
        await it.post(it.activity("message", text=" k7-magnolia "))
        await it.teams.receive(desk.aside[0].body)

    (message,) = desk.heard
    assert (message.text, message.press) == ("", Press("hello"))


async def test_a_code_is_not_tried_in_front_of_others():
    desk = FakeDesk(PRIYA_THERE)
    desk.directory.clear()
    async with microsoft(desk) as it:
        await it.post(it.activity("group_mention", text="<at>QMS Coach</at> k7-magnolia"))
        await it.teams.receive(desk.aside[0].body)

    assert desk.redeemed == []


async def test_a_member_who_cannot_be_looked_up_now_is_looked_up_later():
    async with microsoft(FakeDesk(PRIYA_THERE), also=["http://127.0.0.1:1"]) as it:
        activity = it.activity("message", serviceUrl="http://127.0.0.1:1")
        token = it.issuer.token("http://127.0.0.1:1")
        await it.post_raw(json.dumps(activity).encode(), f"Bearer {token}")
        with pytest.raises(DeliveryError) as raised:
            await it.teams.receive(it.desk.aside[0].body)

    assert not raised.value.permanent
    assert it.desk.introduced == []


# --- Files that are sent to us ------------------------------------------------------------------------------


def with_file(it: Microsoft, url: str, name: str = "line 3.pdf", *, words: str = "here") -> dict[str, object]:
    content = {"downloadUrl": url, "uniqueId": "x", "fileType": "pdf"}
    kind = "application/vnd.microsoft.teams.file.download.info"
    html = {"contentType": "text/html", "content": "<p>here</p>"}
    return it.activity(
        "message", text=words, attachments=[{"contentType": kind, "name": name, "content": content}, html]
    )


async def test_a_file_is_fetched_after_the_acknowledgement_and_heard_with_its_bytes(folder: Folder):
    folder.content = PDF
    async with microsoft(also=[folder.url]) as it:
        status, _ = await it.post(with_file(it, folder.file))
        assert (status, it.desk.heard) == (202, [])
        await it.teams.receive(it.desk.aside[0].body)

    (message,) = it.desk.heard
    assert message.text == "here"
    assert [upload.name for upload in message.files] == ["line 3.pdf"]
    assert [attachment.content for attachment in it.desk.attachments] == [PDF]
    assert folder.authorizations == [None]  # its address opens it; our token goes nowhere else


async def test_a_picture_in_the_text_is_fetched_with_our_token(folder: Folder):
    folder.content = b"\x89PNG\r\n\x1a\n and more"
    async with microsoft(also=[folder.url]) as it:
        picture = {"contentType": "image/*", "contentUrl": folder.file}
        await it.post(it.activity("message", text="", attachments=[picture]))
        await it.teams.receive(it.desk.aside[0].body)

    assert [upload.name for upload in it.desk.heard[0].files] == ["picture.png"]
    assert folder.authorizations == ["Bearer our-own-token"]


@pytest.mark.parametrize("kind", ["image/png", "application/vnd.microsoft.teams.file.download.info"])
async def test_a_file_from_anywhere_else_is_not_fetched(folder: Folder, kind: str):
    async with microsoft() as it:
        there = {"contentType": kind, "contentUrl": folder.file, "content": {"downloadUrl": folder.file}}
        await it.post(it.activity("message", text="", attachments=[there]))
        await it.teams.receive(it.desk.aside[0].body)
        (hint,) = await it.shown(1)

    assert it.desk.heard == []
    assert folder.authorizations == []
    assert "[hint_file_trouble]" in words_of(hint)


async def test_a_place_that_sends_us_elsewhere_is_not_followed(folder: Folder):
    folder.status, folder.headers = 302, {"Location": "http://127.0.0.1:1/metadata"}
    async with microsoft(also=[folder.url]) as it:
        await it.post(with_file(it, folder.file))
        await it.teams.receive(it.desk.aside[0].body)
        (hint,) = await it.shown(1)

    assert "[hint_file_trouble]" in words_of(hint)


async def test_a_file_that_we_do_not_take_is_refused_in_words(folder: Folder):
    folder.content = b"MZ a program"
    async with microsoft(also=[folder.url]) as it:
        await it.post(with_file(it, folder.file, "photo.pdf", words=""))
        await it.teams.receive(it.desk.aside[0].body)
        (hint,) = await it.shown(1)

    assert it.desk.heard == []
    assert "is no photo" in words_of(hint)


@pytest.mark.parametrize("what", ["no file that we take", "no file at all"])
async def test_the_words_beside_a_file_that_we_do_not_take_are_heard(folder: Folder, what: str):
    folder.content = b"MZ a program"
    folder.status = 404 if what == "no file at all" else 200
    async with microsoft(also=[folder.url]) as it:
        await it.post(with_file(it, folder.file, "photo.pdf", words="It was line 3."))
        await it.teams.receive(it.desk.aside[0].body)
        await it.shown(1)

    (message,) = it.desk.heard
    assert (message.text, message.files) == ("It was line 3.", ())


async def test_no_more_of_a_file_is_read_than_we_take(folder: Folder):
    folder.content = PDF + bytes(11_000_000)
    async with microsoft(also=[folder.url]) as it:
        await it.post(with_file(it, folder.file, words=""))
        await it.teams.receive(it.desk.aside[0].body)
        (hint,) = await it.shown(1)

    assert it.desk.heard == []
    assert "more than 10 MB" in words_of(hint)


async def test_a_file_that_cannot_be_fetched_now_is_fetched_later(folder: Folder):
    folder.status = 503
    async with microsoft(also=[folder.url]) as it:
        await it.post(with_file(it, folder.file))
        with pytest.raises(DeliveryError):
            await it.teams.receive(it.desk.aside[0].body)
        folder.status, folder.content = 200, PDF
        await it.teams.receive(it.desk.aside[0].body)

    assert len(it.desk.heard) == 1


# --- Files that we give -------------------------------------------------------------------------------------

DRAFT = FetchedFile("coach-7k2m-draft-1.docx", DOCX, b"a whole document")


def consent(it: Microsoft, folder: Folder, action: str = "accept") -> dict[str, object]:
    context = {"run": "coach-7k2m", "number": 1, "file": DRAFT.name}
    info = {"uploadUrl": folder.file, "contentUrl": "https://contoso.sharepoint.com/x", "uniqueId": "u-1"}
    value = {"type": "fileUpload", "action": action, "context": context, "uploadInfo": info}
    return it.activity("card_execute", name="fileConsent/invoke", replyToId="1001", value=value)


async def test_a_draft_that_is_wanted_is_put_where_its_person_said_and_shown_there(folder: Folder):
    desk = FakeDesk()
    desk.drafts["priya", "coach-7k2m", 1, "docx"] = DRAFT
    async with microsoft(desk, also=[folder.url]) as it:
        status, _ = await it.post(consent(it, folder))
        assert (status, folder.kept) == (200, [])  # nothing slow before the answer
        await it.teams.receive(desk.aside[0].body)
        (shown,) = it.chat()

    (card,) = shown["attachments"]
    assert folder.kept == [("bytes 0-15/16", b"a whole document")]
    assert folder.authorizations == [None]
    assert card["contentType"] == "application/vnd.microsoft.teams.card.file.info"
    assert card["contentUrl"] == "https://contoso.sharepoint.com/x"
    assert card["content"] == {"uniqueId": "u-1", "fileType": "docx"}
    assert [(each.method, each.target) for each in it.connector.attempts if each.method == "DELETE"] == [
        ("DELETE", "1001")
    ]


async def test_a_draft_that_is_not_wanted_is_kept_and_that_is_said(folder: Folder):
    async with microsoft(also=[folder.url]) as it:
        status, _ = await it.post(consent(it, folder, "decline"))
        (hint,) = await it.shown(1)

    assert status == 200
    assert it.desk.aside == []
    assert "[hint_file_declined]" in words_of(hint)


async def test_a_draft_of_somebody_else_is_not_given(folder: Folder):
    desk = FakeDesk()
    desk.drafts["tomas", "coach-7k2m", 1, "docx"] = DRAFT
    async with microsoft(desk, also=[folder.url]) as it:
        await it.post(consent(it, folder))
        await it.teams.receive(desk.aside[0].body)
        (hint,) = await it.shown(1)

    assert folder.kept == []
    assert "[hint_file_trouble]" in words_of(hint)


async def test_a_draft_goes_to_none_but_teams_own_places(folder: Folder):
    desk = FakeDesk()
    desk.drafts["priya", "coach-7k2m", 1, "docx"] = DRAFT
    async with microsoft(desk) as it:
        await it.post(consent(it, folder))
        await it.teams.receive(desk.aside[0].body)
        (hint,) = await it.shown(1)

    assert folder.kept == []
    assert "[hint_file_trouble]" in words_of(hint)


async def test_a_draft_that_cannot_be_put_there_now_is_put_there_later(folder: Folder):
    folder.status = 503
    desk = FakeDesk()
    desk.drafts["priya", "coach-7k2m", 1, "docx"] = DRAFT
    async with microsoft(desk, also=[folder.url]) as it:
        await it.post(consent(it, folder))
        with pytest.raises(DeliveryError):
            await it.teams.receive(desk.aside[0].body)
        folder.status = 201
        await it.teams.receive(desk.aside[0].body)

    assert len(folder.kept) == 2


# --- Waiting ------------------------------------------------------------------------------------------------


def typings(it: Microsoft) -> list[str]:
    return [each.conversation_id for each in it.connector.attempts if each.activity.get("type") == "typing"]


async def test_whoever_waits_sees_that_somebody_is_typing():
    async with microsoft(dots_after=0.05) as it:
        await it.post(it.activity("message"))
        await until(lambda: typings(it))

    assert typings(it) == [PERSONAL_CHAT_ID]


async def test_an_answer_that_is_soon_there_needs_no_dots():
    async with microsoft(dots_after=0.2) as it:
        await it.post(it.activity("message"))
        await it.teams.sender.send(Row(it.desk.heard[0].address), Reply("Here it is."))
        await asyncio.sleep(0.3)

    assert typings(it) == []


async def test_a_slow_database_is_bridged_by_dots_too():
    async with microsoft(dots_after=0.05) as it:
        it.desk.takes = 0.2
        await it.post(it.activity("message"))

    assert typings(it) == [PERSONAL_CHAT_ID]


async def test_dots_that_teams_does_not_take_disturb_nobody():
    async with microsoft(dots_after=0.01) as it:
        it.connector.plan(refused(403, "Forbidden", "No."))
        status, _ = await it.post(it.activity("message"))
        await until(lambda: typings(it))

    assert status == 202


async def test_in_a_group_nobody_sees_dots():
    async with microsoft(dots_after=0.01) as it:
        await it.post(it.activity("group_mention"))
        await asyncio.sleep(0.05)

    assert it.connector.attempts == []
