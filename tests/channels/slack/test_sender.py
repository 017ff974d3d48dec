"""What the coach says reaches Slack once, in a shape Slack takes, and every failure means what it should."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.slack.line import Line
from bot.channels.slack.rooms import Rooms
from bot.channels.slack.sender import SlackSender
from bot.channels.slack.workspaces import SlackOptions, Workspaces
from bot.chat import FetchedFile, Installation
from bot.errors import CoachError, DeliveryError, StoreUnavailable
from bot.message import About, Address, Press
from bot.reply import Choice, Citation, File, Picture, Reply, Tone
from bot.store.outbox import OutboxMessage
from tests.channels.slack.fake_desk import DOCX, FakeDesk, FakeInstallations, installation
from tests.channels.slack.fake_slack import (
    ALICE,
    BOT_TOKEN,
    DONE_THEN_500,
    DONE_THEN_LOST,
    LOST,
    TEAM,
    FakeSlack,
    Mishap,
    says,
    too_many,
)

WRITTEN = datetime(2026, 6, 3, 9, tzinfo=UTC)
HELLO = Reply("Hello <!channel> & *all*")
QUESTION = Reply(
    "Was it released?", Tone.QUESTION, choices=(Choice("Yes", Press("answer", ("yes",), About("r", "s", 1))),)
)
DIRECT = Address("slack", f"{TEAM}/{ALICE}", workspace=TEAM)
PICTURE = Reply(
    "",
    picture=Picture(
        "Why it happened", f"What happened: a leak\nWhy 1: {'worn ' * 300}", (), (), "coach-7k2m", 31
    ),
)
DRAFT = Reply("Your draft", files=(File("Deviation draft coach-7k2m.docx", DOCX, "coach-7k2m", 1),))


def row(
    reply: Reply = HELLO, *, outbox_id: int = 7, kind: str = "reply", address: Address = DIRECT
) -> OutboxMessage:
    return OutboxMessage(
        id=outbox_id,
        dedupe_key=f"key-{outbox_id}",
        address_id=1,
        address=address,
        seq=1,
        person="alice",
        kind=kind,  # type: ignore[arg-type]
        payload=reply.to_json(),
        written_at=WRITTEN,
        due_at=WRITTEN,
        attempt=1,
        claim="ours",
    )


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as running:
        yield running


class Clock:
    def __init__(self) -> None:
        self.now = WRITTEN

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def sending(
    slack: FakeSlack,
    desk: FakeDesk | None = None,
    installations: FakeInstallations | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[SlackSender]:
    """A sender: with the one bot token, or with the tokens of these installations."""
    options = (
        SlackOptions(client_id="id", client_secret="secret", api_url=slack.url)
        if installations
        else SlackOptions(bot_token=BOT_TOKEN, api_url=slack.url)
    )
    line = Line(slack.url)
    line.open()
    workspaces = Workspaces(line, options, installations, clock or Clock())
    await workspaces.start()
    try:
        yield SlackSender(line, workspaces, Rooms(line), desk or FakeDesk())
    finally:
        await workspaces.close()
        await line.close()


async def refused(sender: SlackSender, message: OutboxMessage, reply: Reply = HELLO) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        await sender.send(message, reply)
    return raised.value


# --- What goes out --------------------------------------------------------------------------------------------------


async def test_a_direct_message_goes_to_the_user_with_nothing_in_it_but_an_opaque_id(slack: FakeSlack):
    async with sending(slack) as sender:
        ref = await sender.send(row(), HELLO)
    [asked] = slack.asked("chat.postMessage")
    assert asked["channel"] == ALICE
    assert asked["metadata"] == {"event_type": "qms_coach", "event_payload": {"outbox_id": 7}}
    assert (asked["unfurl_links"], asked["unfurl_media"], asked["link_names"]) == (False, False, False)
    assert "thread_ts" not in asked
    assert "<!channel>" not in asked["text"]
    assert ref == f"D{ALICE[1:]}:{slack.posted[0]['ts']}"


async def test_an_answer_in_a_channel_stands_in_its_thread(slack: FakeSlack):
    async with sending(slack) as sender:
        await sender.send(row(address=Address("slack", f"{TEAM}/C9/1780.1", is_private=False)), HELLO)
    [asked] = slack.asked("chat.postMessage")
    assert (asked["channel"], asked["thread_ts"]) == ("C9", "1780.1")


async def test_every_attempt_of_a_row_has_the_same_client_msg_id_and_another_row_another(slack: FakeSlack):
    async with sending(slack) as sender:
        await sender.send(row(), HELLO)
        await sender.send(row(), HELLO)
        await sender.send(row(outbox_id=8), HELLO)
    first, again, other = [asked["client_msg_id"] for asked in slack.asked("chat.postMessage")]
    assert first == again != other


async def test_a_used_message_is_shown_anew_in_its_place(slack: FakeSlack):
    async with sending(slack) as sender:
        ref = await sender.send(row(QUESTION), QUESTION)
        gone = QUESTION.without_controls("Yes, Alice, 09:00")
        update = replace(row(gone, outbox_id=8, kind="update"), amends=ref)
        assert await sender.send(update, gone) == ref
        assert await sender.look_up(update) is None
    [message] = slack.posted
    assert "Yes, Alice, 09:00" in str(message["blocks"])
    assert "actions" not in {block["type"] for block in message["blocks"]}


@pytest.mark.parametrize(
    "mishap",
    [DONE_THEN_LOST, DONE_THEN_500, LOST, says("internal_error")],
    ids=lambda m: m.error or str(m.status),
)
async def test_a_doubtful_update_may_simply_be_done_again(slack: FakeSlack, mishap: Mishap):
    async with sending(slack) as sender:
        ref = await sender.send(row(), HELLO)
        slack.has_mishap("chat.update", mishap)
        error = await refused(sender, replace(row(kind="update"), amends=ref))
    assert (error.ambiguous, error.permanent, error.retry_after) == (False, False, None)


async def test_an_update_of_a_message_nobody_knows_is_given_up(slack: FakeSlack):
    async with sending(slack) as sender:
        assert (await refused(sender, row(kind="update"))).permanent
        error = await refused(sender, replace(row(kind="update"), amends="DX:1.1"))
    assert (error.permanent, error.gone) == (True, False)


async def test_blocks_that_slack_cannot_show_are_sent_as_plain_text(slack: FakeSlack):
    slack.has_mishap("chat.postMessage", says("invalid_blocks"))
    async with sending(slack) as sender:
        await sender.send(row(), HELLO)
    first, second = slack.asked("chat.postMessage")
    assert first["blocks"]
    assert second["blocks"] == []
    assert second["text"] == first["text"]
    assert len(slack.posted) == 1


async def test_without_its_newest_blocks_a_message_goes_where_they_are_not_known_yet(slack: FakeSlack):
    told = Reply(
        "It is a deviation.",
        citations=(Citation("1.8", "EU GMP", "https://example.org", "guideline"),),
        is_answer=True,
    )
    slack.has_mishap("chat.postMessage", says("invalid_blocks"), says("invalid_blocks"))
    async with sending(slack) as sender:
        await sender.send(row(told), told)
    best, plain, text = [
        {block["type"] for block in asked["blocks"]} for asked in slack.asked("chat.postMessage")
    ]
    assert "context_actions" in best
    assert "context_actions" not in plain
    assert "actions" in plain
    assert text == set()


async def test_buttons_are_taken_off_an_update_that_slack_cannot_show(slack: FakeSlack):
    async with sending(slack) as sender:
        ref = await sender.send(row(QUESTION), QUESTION)
        slack.has_mishap("chat.update", says("msg_blocks_too_long"))
        await sender.send(replace(row(kind="update"), amends=ref), QUESTION.without_controls("Yes"))
    assert slack.posted[0]["blocks"] == []


# --- Files ------------------------------------------------------------------------------------------------------


def with_draft() -> FakeDesk:
    desk = FakeDesk()
    desk.drafts["alice", "coach-7k2m", 1, "docx"] = FetchedFile("Deviation.docx", DOCX, b"PK-word")
    return desk


async def test_a_draft_arrives_as_a_file_in_the_direct_messages(slack: FakeSlack):
    async with sending(slack, with_draft()) as sender:
        ref = await sender.send(row(DRAFT, kind="file"), DRAFT)
        assert await sender.look_up(row(DRAFT, kind="file")) == ref
    [message] = slack.messages[f"D{ALICE[1:]}"]
    [file] = message["files"]
    assert file["title"] == "Deviation draft coach-7k2m.docx"
    assert slack.files[file["id"]]["content"] == b"PK-word"
    assert ref == f"D{ALICE[1:]}:{file['id']}"


async def test_a_picture_arrives_as_a_file_that_says_what_it_shows(slack: FakeSlack):
    desk = FakeDesk()
    desk.pictures["alice", "coach-7k2m", 31] = FetchedFile("coach-7k2m-picture-31.png", "image/png", b"PNG")
    async with sending(slack, desk) as sender:
        ref = await sender.send(row(PICTURE, kind="file"), PICTURE)
        assert await sender.look_up(row(PICTURE, kind="file")) == ref
    [message] = slack.messages[f"D{ALICE[1:]}"]
    [file] = message["files"]
    assert (file["title"], file["name"]) == ("Why it happened", "coach-7k2m-picture-31.png")
    (asked,) = slack.asked("files.getUploadURLExternal")
    assert asked["alt_txt"] == f"What happened: a leak Why 1: {'worn ' * 194}…".replace(" …", "…")
    assert desk.within == [0]


async def test_a_picture_that_cannot_be_drawn_is_given_up(slack: FakeSlack):
    async with sending(slack, FakeDesk()) as sender:
        error = await refused(sender, row(PICTURE, kind="file"), PICTURE)
    assert error.permanent


async def test_a_file_that_was_not_sent_is_not_found(slack: FakeSlack):
    async with sending(slack, with_draft()) as sender:
        assert await sender.look_up(row(DRAFT, kind="file")) is None


async def test_a_file_of_the_same_name_that_the_person_sent_is_not_ours(slack: FakeSlack):
    theirs = {"id": "F9", "name": DRAFT.files[0].name}
    slack.messages[f"D{ALICE[1:]}"].append({"ts": "1780477200.1", "user": ALICE, "files": [theirs]})
    async with sending(slack, with_draft()) as sender:
        assert await sender.look_up(row(DRAFT, kind="file")) is None


async def test_the_direct_messages_of_a_person_are_opened_once(slack: FakeSlack):
    async with sending(slack, with_draft()) as sender:
        await sender.send(row(DRAFT, kind="file"), DRAFT)
        await sender.send(row(DRAFT, kind="file", outbox_id=8), DRAFT)
    assert len(slack.asked("conversations.open")) == 1


@pytest.mark.parametrize("mishap", [LOST, Mishap(500), says("internal_error")], ids=["lost", "500", "error"])
async def test_a_file_nobody_can_see_yet_may_be_sent_again(slack: FakeSlack, mishap: Mishap):
    slack.has_mishap("files.getUploadURLExternal", mishap)
    async with sending(slack, with_draft()) as sender:
        error = await refused(sender, row(DRAFT, kind="file"), DRAFT)
    assert (error.ambiguous, error.permanent) == (False, False)


async def test_a_room_that_does_not_open_leaves_nothing_in_doubt(slack: FakeSlack):
    slack.has_mishap("conversations.open", Mishap(500))
    async with sending(slack, with_draft()) as sender:
        error = await refused(sender, row(DRAFT, kind="file"), DRAFT)
    assert (error.ambiguous, error.permanent) == (False, False)


async def test_a_file_that_was_perhaps_shared_is_in_doubt_and_found(slack: FakeSlack):
    slack.has_mishap("files.completeUploadExternal", DONE_THEN_LOST)
    async with sending(slack, with_draft()) as sender:
        assert (await refused(sender, row(DRAFT, kind="file"), DRAFT)).ambiguous
        assert await sender.look_up(row(DRAFT, kind="file")) is not None


async def test_a_draft_that_is_gone_is_given_up_and_one_out_of_reach_is_not(slack: FakeSlack):
    async with sending(slack, FakeDesk()) as sender:
        assert (await refused(sender, row(DRAFT, kind="file"), DRAFT)).permanent
    desk = with_draft()
    desk.is_down = True
    async with sending(slack, desk) as sender:
        error = await refused(sender, row(DRAFT, kind="file"), DRAFT)
    assert (error.permanent, error.ambiguous) == (False, False)


# --- Looking it up ------------------------------------------------------------------------------------------------


async def test_it_is_looked_up_from_a_minute_before_it_was_written_with_the_metadata(slack: FakeSlack):
    async with sending(slack) as sender:
        assert await sender.look_up(row()) is None
    [asked] = slack.asked("conversations.history")
    assert float(asked["oldest"]) == (WRITTEN - timedelta(seconds=60)).timestamp()
    assert asked["include_all_metadata"] in {"1", "true"}
    assert asked["channel"] == f"D{ALICE[1:]}"


async def test_it_is_found_on_a_later_page(slack: FakeSlack):
    slack.page = 2
    async with sending(slack) as sender:
        ref = await sender.send(row(outbox_id=7), HELLO)
        for other in range(20, 25):
            await sender.send(row(outbox_id=other), HELLO)
        assert await sender.look_up(row(outbox_id=7)) == ref


async def test_after_too_many_pages_it_cannot_be_told(slack: FakeSlack):
    slack.page = 1
    async with sending(slack) as sender:
        for other in range(20, 35):
            await sender.send(row(outbox_id=other), HELLO)
        with pytest.raises(DeliveryError) as raised:
            await sender.look_up(row(outbox_id=7))
    assert not raised.value.permanent


async def test_in_a_thread_it_is_looked_up_in_the_thread(slack: FakeSlack):
    address = Address("slack", f"{TEAM}/C9/1780.1", is_private=False)
    async with sending(slack) as sender:
        ref = await sender.send(row(address=address), HELLO)
        assert await sender.look_up(row(address=address)) == ref
    assert not slack.asked("conversations.history")


async def test_metadata_of_another_app_proves_nothing(slack: FakeSlack):
    forged = {"event_type": "other_app", "event_payload": {"outbox_id": 7}}
    slack.messages[f"D{ALICE[1:]}"].append({"ts": "1780477200.1", "user": "U9", "metadata": forged})
    async with sending(slack) as sender:
        assert await sender.look_up(row(outbox_id=7)) is None


async def test_a_look_up_that_slack_puts_off_says_for_how_long(slack: FakeSlack):
    slack.has_mishap("conversations.history", too_many("30"))
    async with sending(slack) as sender:
        with pytest.raises(DeliveryError) as raised:
            await sender.look_up(row())
    assert raised.value.retry_after == timedelta(seconds=30)


async def test_a_look_up_without_the_scope_for_it_is_over_for_good(slack: FakeSlack):
    slack.has_mishap("conversations.history", says("missing_scope"))
    async with sending(slack) as sender:
        with pytest.raises(DeliveryError) as raised:
            await sender.look_up(row())
    assert raised.value.permanent


# --- What failures mean -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["channel_not_found", "is_archived", "user_disabled", "user_not_found", "not_in_channel"]
)
async def test_a_dead_address_is_written_to_no_more(slack: FakeSlack, code: str):
    slack.has_mishap("chat.postMessage", says(code))
    async with sending(slack) as sender:
        error = await refused(sender, row())
    assert (error.gone, error.permanent, error.ambiguous) == (True, True, False)


@pytest.mark.parametrize("code", ["restricted_action", "missing_scope", "something_new"])
async def test_a_refusal_leaves_the_address_alive(slack: FakeSlack, code: str):
    slack.has_mishap("chat.postMessage", says(code))
    async with sending(slack) as sender:
        error = await refused(sender, row())
    assert (error.gone, error.permanent, error.ambiguous) == (False, True, False)


@pytest.mark.parametrize(
    "mishap",
    [Mishap(500), Mishap(503), DONE_THEN_500, LOST, DONE_THEN_LOST]
    + [says(code) for code in ("internal_error", "fatal_error", "service_unavailable")],
    ids=lambda m: m.error or f"{m.status}-{m.is_done}-{m.is_lost}",
)
async def test_what_was_perhaps_posted_is_in_doubt(slack: FakeSlack, mishap: Mishap):
    slack.has_mishap("chat.postMessage", mishap)
    async with sending(slack) as sender:
        error = await refused(sender, row())
        assert (error.ambiguous, error.permanent) == (True, False)
        assert (await sender.look_up(row()) is not None) == mishap.is_done


@pytest.mark.parametrize(
    ("header", "pause"), [("30", 30), ("0", 0), ("99999999", 1_000_000), (None, None), ("soon", None)]
)
async def test_slack_gets_the_patience_it_asks_for(slack: FakeSlack, header: str | None, pause: int | None):
    slack.has_mishap("chat.postMessage", too_many(header))
    async with sending(slack) as sender:
        error = await refused(sender, row())
    assert error.retry_after == (None if pause is None else timedelta(seconds=pause))
    assert (error.ambiguous, error.permanent) == (False, False)
    assert len(slack.asked("chat.postMessage")) == 1


async def test_the_page_of_a_proxy_is_no_answer(slack: FakeSlack):
    slack.has_mishap("chat.postMessage", Mishap(is_page=True))
    async with sending(slack) as sender:
        assert (await refused(sender, row())).ambiguous


async def test_nothing_is_sent_twice_by_the_library_itself(slack: FakeSlack):
    slack.has_mishap("chat.postMessage", LOST)
    async with sending(slack) as sender:
        await refused(sender, row())
        await refused(sender, row(address=Address("slack", f"{TEAM}/X1")))
    assert len(slack.asked("chat.postMessage")) == 2


async def test_where_nobody_listens_another_try_is_right():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/api/"
    line = Line(url)
    workspaces = Workspaces(line, SlackOptions(api_url=url), FakeInstallations(installation("x")), Clock())
    error = await refused(SlackSender(line, workspaces, Rooms(line), FakeDesk()), row())
    assert (error.retry_after, error.ambiguous, error.permanent) == (None, False, False)


async def test_an_address_of_another_kind_is_refused(slack: FakeSlack):
    async with sending(slack) as sender:
        assert (await refused(sender, row(address=Address("slack", "nonsense")))).permanent


# --- Tokens -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["invalid_auth", "not_authed"])
async def test_an_installation_is_not_given_up_for_one_answer(slack: FakeSlack, code: str):
    installations = FakeInstallations(installation(BOT_TOKEN))
    slack.has_mishap("chat.postMessage", says(code))
    async with sending(slack, installations=installations) as sender:
        error = await refused(sender, row())
        assert (error.permanent, error.ambiguous) == (False, False)
        await sender.send(row(), HELLO)
    assert len(slack.posted) == 1


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
async def test_a_revoked_token_is_forgotten_and_nothing_more_is_sent(slack: FakeSlack, code: str):
    installations = FakeInstallations(installation(BOT_TOKEN))
    slack.has_mishap("chat.postMessage", says(code))
    async with sending(slack, installations=installations) as sender:
        assert (await refused(sender, row())).permanent
        assert installations.kept == {}
        assert (await refused(sender, row())).gone
    assert len(slack.asked("chat.postMessage")) == 1


class SealedUnderAnotherKey(FakeInstallations):
    async def find(self, workspace: str) -> Installation | None:
        raise CoachError("a token was encrypted with another QMS_COACH_SECRET_KEY")


async def test_what_cannot_be_sent_for_want_of_a_key_is_in_no_doubt_and_sent_later(slack: FakeSlack):
    async with sending(slack, installations=SealedUnderAnotherKey()) as sender:
        error = await refused(sender, row(QUESTION), QUESTION)
    assert (error.permanent, error.ambiguous) == (False, False)
    assert slack.posted == []


async def test_a_workspace_that_was_installed_anew_keeps_its_new_token(slack: FakeSlack):
    installations = FakeInstallations(installation("xoxb-old"))
    async with sending(slack, installations=installations) as sender:
        assert await sender_knows_the_old_token(sender)
        installations.kept[TEAM] = installation(BOT_TOKEN)
        error = await refused(sender, row())
        assert (error.permanent, error.ambiguous) == (False, False)
        await sender.send(row(), HELLO)
    assert len(slack.posted) == 1


async def sender_knows_the_old_token(sender: SlackSender) -> bool:
    with pytest.raises(DeliveryError):
        await sender.look_up(row())
    return True


def rotating(expires_in: timedelta) -> FakeInstallations:
    return FakeInstallations(installation(BOT_TOKEN, expires_at=WRITTEN + expires_in, refresh_token="xoxe-1"))


def next_token(slack: FakeSlack) -> None:
    slack.oauth["xoxe-1"] = {"access_token": "xoxb-two", "refresh_token": "xoxe-2", "expires_in": 43_200}


async def test_a_token_is_exchanged_two_hours_before_it_ends_once_for_all(slack: FakeSlack):
    installations = rotating(timedelta(minutes=119))
    next_token(slack)
    async with sending(slack, installations=installations) as sender:
        await asyncio.gather(*(sender.send(row(outbox_id=n), HELLO) for n in range(1, 6)))
    assert len(slack.asked("oauth.v2.access")) == 1
    assert {call.token for call in slack.calls if call.method == "chat.postMessage"} == {"xoxb-two"}
    kept = installations.kept[TEAM]
    assert (kept.token, kept.refresh_token) == ("xoxb-two", "xoxe-2")
    assert kept.expires_at == WRITTEN + timedelta(hours=12)


async def test_a_token_that_is_good_for_long_is_left_alone(slack: FakeSlack):
    async with sending(slack, installations=rotating(timedelta(hours=3))) as sender:
        await sender.send(row(), HELLO)
    assert not slack.asked("oauth.v2.access")


async def test_the_old_token_serves_while_slack_gives_no_new_one(slack: FakeSlack):
    slack.has_mishap("oauth.v2.access", Mishap(500))
    async with sending(slack, installations=rotating(timedelta(minutes=60))) as sender:
        await sender.send(row(), HELLO)
    assert len(slack.posted) == 1


async def test_without_any_good_token_the_message_waits(slack: FakeSlack):
    slack.has_mishap("oauth.v2.access", Mishap(500))
    async with sending(slack, installations=rotating(timedelta(minutes=-1))) as sender:
        error = await refused(sender, row())
    assert (error.permanent, error.ambiguous) == (False, False)
    assert slack.posted == []


async def test_a_token_that_another_process_exchanged_is_taken_over(slack: FakeSlack):
    installations = rotating(timedelta(hours=3))
    clock = Clock()
    async with sending(slack, installations=installations, clock=clock) as sender:
        await sender.send(row(), HELLO)
        slack.tokens["xoxb-theirs"] = slack.tokens[BOT_TOKEN]
        installations.kept[TEAM] = installation("xoxb-theirs", expires_at=WRITTEN + timedelta(hours=14))
        clock.now += timedelta(hours=2)
        await sender.send(row(outbox_id=8), HELLO)
    assert not slack.asked("oauth.v2.access")
    assert slack.calls[-1].token == "xoxb-theirs"


class Forgetful(FakeInstallations):
    """Can be read, and keeps nothing new while it `is_full`."""

    is_full = True

    async def keep(self, installation: Installation) -> None:
        if self.is_full:
            raise StoreUnavailable("the disk is full")
        await super().keep(installation)


async def test_a_new_token_is_not_lost_while_the_database_is_away(slack: FakeSlack):
    installations = Forgetful(*rotating(timedelta(minutes=60)).kept.values())
    next_token(slack)
    async with sending(slack, installations=installations) as sender:
        await sender.send(row(), HELLO)
        installations.is_full = False
        await sender.send(row(outbox_id=8), HELLO)
    assert len(slack.asked("oauth.v2.access")) == 1
    assert installations.kept[TEAM].token == "xoxb-two"


async def test_nothing_is_sent_to_a_workspace_of_somebody_else(slack: FakeSlack):
    async with sending(slack) as sender:
        assert (await refused(sender, row(address=Address("slack", "T9/U9")))).gone
    assert not slack.asked("chat.postMessage")


async def test_until_slack_has_told_whose_the_token_is_messages_wait(slack: FakeSlack):
    slack.has_mishap("auth.test", Mishap(500))
    async with sending(slack) as sender:
        error = await refused(sender, row())
        assert (error.permanent, error.ambiguous) == (False, False)
