"""The way out: what is posted, and what each answer of Teams means for the message."""

from __future__ import annotations

import asyncio
import json
import struct
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.channels.teams.connector import Connector as OurConnector
from bot.channels.teams.credentials import AppToken
from bot.channels.teams.dots import Dots
from bot.channels.teams.reference import Reference
from bot.channels.teams.sender import TeamsSender
from bot.channels.teams.trusted import Trusted
from bot.chat import FetchedFile
from bot.errors import DeliveryError
from bot.message import Address
from bot.reply import File, Picture, Reply
from tests.bot_framework import connector as teams
from tests.bot_framework.connector import Answer, Connector
from tests.bot_framework.people import BOT_ID, GROUP_CHAT_ID, PERSONAL_CHAT_ID, PRIYA, TENANT_ID
from tests.channels.teams.fake_desk import DOCX, FakeDesk, Row
from tests.channels.teams.microsoft import words_of

HELLO = Reply("hello")
DATE, LATER = "Wed, 03 Jun 2026 09:00:00 GMT", "Wed, 03 Jun 2026 09:01:30 GMT"


@pytest.fixture
def there() -> Iterator[Connector]:
    """Teams' side."""
    with Connector() as connector:
        yield connector


@dataclass
class Here:
    """Our side."""

    sender: TeamsSender
    desk: FakeDesk
    url: str

    def address(self, conversation: str = PERSONAL_CHAT_ID, *, is_private: bool = True) -> Address:
        reference = Reference(TENANT_ID, conversation, self.url, BOT_ID, PRIYA.id, "de-DE")
        return reference.address(is_private=is_private)

    async def send(self, reply: Reply = HELLO, **row: object) -> str:
        return await self.sender.send(Row(**{"address": self.address(), **row}), reply)  # type: ignore[arg-type]

    async def refused(self, reply: Reply = HELLO, **row: object) -> DeliveryError:
        with pytest.raises(DeliveryError) as raised:
            await self.send(reply, **row)
        return raised.value


@asynccontextmanager
async def sending(
    there: Connector, token: AppToken | None = None, *, timeout: float = 8.0, trusted: Trusted | None = None
) -> AsyncIterator[Here]:
    connector = OurConnector(
        token or AppToken(lambda: "our-own-token"), trusted or Trusted([there.url]), timeout=timeout
    )
    desk = FakeDesk()
    try:
        yield Here(TeamsSender(desk, connector, Dots(lambda to: connector.post(to, {}))), desk, there.url)
    finally:
        await connector.close()


# --- What is posted -----------------------------------------------------------------------------------------


async def test_a_message_goes_to_its_conversation_from_the_stored_reference_with_our_token(there: Connector):
    async with sending(there) as here:
        post_id = await here.send()

    (attempt,) = there.attempts
    assert (attempt.method, attempt.conversation_id, attempt.authorization) == (
        "POST",
        PERSONAL_CHAT_ID,
        "Bearer our-own-token",
    )
    assert attempt.activity["from"] == {"id": BOT_ID}
    assert attempt.activity["recipient"] == {"id": PRIYA.id}
    assert attempt.activity["locale"] == "de-DE"
    assert attempt.activity["summary"] == "hello"
    assert "text" not in attempt.activity
    assert there.chat(PERSONAL_CHAT_ID)[0]["id"] == post_id


async def test_a_conversation_is_one_part_of_the_path_whatever_is_in_its_id(there: Connector):
    conversation = "19:dev@thread.tacv2;messageid=17/../../x?y#z"
    async with sending(there) as here:
        await here.send(address=here.address(conversation))

    assert [attempt.conversation_id for attempt in there.attempts] == [conversation]


async def test_an_update_takes_the_place_of_its_message(there: Connector):
    async with sending(there) as here:
        post_id = await here.send()
        updated = await here.send(Reply("hello", used="Priya: Yes."), kind="update", amends=post_id)

    (shown,) = there.chat(PERSONAL_CHAT_ID)
    assert updated == post_id
    assert "Priya: Yes." in words_of(shown)


async def test_an_update_of_nobody_knows_what_is_given_up(there: Connector):
    async with sending(there) as here:
        error = await here.refused(kind="update")

    assert error.permanent
    assert there.attempts == []


async def test_a_draft_is_offered_before_it_is_given(there: Connector):
    file = File("coach-7k2m-draft-1.docx", DOCX, "coach-7k2m", 1)
    async with sending(there) as here:
        here.desk.drafts["priya", "coach-7k2m", 1, "docx"] = FetchedFile(file.name, DOCX, b"12345")
        await here.send(Reply("Draft 1", files=(file,)), kind="file")

    (attachment,) = there.attempts[0].activity["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.teams.card.file.consent"
    assert (attachment["name"], attachment["content"]["sizeInBytes"]) == (file.name, 5)
    assert attachment["content"]["acceptContext"] == {"run": "coach-7k2m", "number": 1, "file": file.name}


async def test_a_picture_is_a_part_of_the_conversation_small_enough_for_it(there: Connector):
    picture = Picture(
        "Why it happened", 'Why 1: a "worn" <b>seal</b>\nEvidence: A&B', (), (), "coach-7k2m", 31
    )
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 960, 300)
    async with sending(there) as here:
        here.desk.pictures["priya", "coach-7k2m", 31] = FetchedFile(picture.name, "image/png", png)
        await here.send(Reply("", picture=picture), kind="file")
        assert here.desk.within == [900]

    activity = there.attempts[0].activity
    assert activity["summary"] == "Why it happened"
    assert activity["textFormat"] == "xml"
    assert "attachments" not in activity
    assert activity["text"] == (
        f'<img src="data:image/png;base64,{b64encode(png).decode()}"'
        ' alt="Why it happened: Why 1: a &quot;worn&quot; &lt;b&gt;seal&lt;/b&gt; Evidence: A&amp;B"'
        ' width="480" height="150"/>'
    )


@pytest.mark.parametrize("content", [None, b"x" * 180_001], ids=["not there any more", "too large"])
async def test_a_picture_that_cannot_be_shown_is_given_up(there: Connector, content: bytes | None):
    picture = Picture("Why it happened", "Why 1: worn", (), (), "coach-7k2m", 31)
    async with sending(there) as here:
        if content:
            here.desk.pictures["priya", "coach-7k2m", 31] = FetchedFile(picture.name, "image/png", content)
        error = await here.refused(Reply("", picture=picture), kind="file")

    assert error.permanent
    assert there.attempts == []


@pytest.mark.parametrize(
    ("name", "is_private"),
    [("coach-7k2m-draft-2.docx", True), ("coach-7k2m-draft-1.exe", True), ("coach-7k2m-draft-1.docx", False)],
    ids=["not there any more", "no draft of ours", "in front of others"],
)
async def test_a_file_that_cannot_be_given_is_given_up(there: Connector, name: str, is_private: bool):
    file = File(name, DOCX, "coach-7k2m", 2 if "-2" in name else 1)
    async with sending(there) as here:
        here.desk.drafts["priya", "coach-7k2m", 1, "docx"] = FetchedFile(name, DOCX, b"12345")
        address = here.address(PERSONAL_CHAT_ID if is_private else GROUP_CHAT_ID, is_private=is_private)
        error = await here.refused(Reply("", files=(file,)), kind="file", address=address)

    assert error.permanent
    assert there.attempts == []


@pytest.mark.parametrize(
    "reference", ["", "{}", "[]", "x", '{"serviceUrl": "", "bot": "b", "user": "u"}'], ids=str
)
async def test_without_a_reference_nobody_can_be_written_to(there: Connector, reference: str):
    async with sending(there) as here:
        address = Address("teams", f"{TENANT_ID}/a:x", reference=reference)
        assert (await here.refused(address=address)).permanent


async def test_a_service_is_checked_again_when_it_is_written_to(there: Connector):
    async with sending(there, trusted=Trusted()) as here:
        error = await here.refused()

    assert error.permanent
    assert there.attempts == []


# --- What an answer means -----------------------------------------------------------------------------------

MAYBE, LATER_AGAIN, NEVER, GONE = "ambiguous", "again", "permanent", "gone"


def meaning(error: DeliveryError) -> str:
    if error.gone:
        return GONE
    return MAYBE if error.ambiguous else NEVER if error.permanent else LATER_AGAIN


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        pytest.param(teams.failed(500, is_delivered=True), MAYBE, id="500 after delivery"),
        pytest.param(teams.failed(502, is_delivered=True), MAYBE, id="502 in HTML"),
        pytest.param(teams.failed(503), MAYBE, id="503"),
        pytest.param(teams.failed(504), MAYBE, id="504"),
        pytest.param(teams.refused(408, "Timeout", "Slow."), MAYBE, id="408"),
        pytest.param(teams.dropped(is_delivered=True), MAYBE, id="cut off after delivery"),
        pytest.param(teams.dropped(), MAYBE, id="cut off"),
        pytest.param(teams.PRECONDITION_FAILED, LATER_AGAIN, id="412"),
        pytest.param(teams.throttled(), LATER_AGAIN, id="429"),
        pytest.param(teams.UNAUTHORIZED, LATER_AGAIN, id="401"),
        pytest.param(teams.WRITES_BLOCKED, GONE, id="blocked"),
        pytest.param(teams.NOT_IN_ROSTER, GONE, id="not in the roster"),
        pytest.param(teams.CONVERSATION_GONE, GONE, id="no conversation"),
        pytest.param(Answer(404, "<html>"), GONE, id="404 in HTML"),
        pytest.param(teams.TOO_BIG, NEVER, id="413"),
        pytest.param(Answer(413, "<html>too large</html>"), NEVER, id="413 in HTML"),
        pytest.param(teams.refused(403, "Forbidden", "No."), NEVER, id="403"),
        pytest.param(teams.refused(400, "BadArgument", "No."), NEVER, id="400"),
        pytest.param(Answer(302, "", {"Location": "http://127.0.0.1:1/"}), NEVER, id="sent elsewhere"),
        pytest.param(Answer(403, "[" * 5_000), NEVER, id="no sense"),
    ],
)
async def test_each_answer_says_what_became_of_the_message(there: Connector, answer: Answer, means: str):
    there.plan(answer)
    async with sending(there) as here:
        error = await here.refused()

    assert meaning(error) == means
    assert len(there.attempts) == 1  # it is delivery that tries again, never the connector
    assert str(answer.status or "no usable answer") in str(error)


async def test_no_answer_in_time_leaves_it_in_doubt(there: Connector):
    there.plan(teams.hung(is_delivered=True))
    async with sending(there, timeout=0.2) as here:
        error = await here.refused()

    assert meaning(error) == MAYBE


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"Retry-After": "7"}, timedelta(seconds=7)),
        ({"Retry-After": "0"}, timedelta(0)),
        ({"Retry-After": "99999999999999"}, timedelta(seconds=1_000_000)),
        ({"Retry-After": LATER, "Date": DATE}, timedelta(seconds=90)),
        ({"Retry-After": DATE, "Date": LATER}, timedelta(0)),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({}, None),
    ],
    ids=str,
)
async def test_the_pause_that_teams_wants_is_kept(
    there: Connector, headers: dict[str, str], pause: timedelta | None
):
    there.plan(Answer(429, "{}", headers))
    async with sending(there) as here:
        error = await here.refused()

    assert (meaning(error), error.retry_after) == (LATER_AGAIN, pause)


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        pytest.param(teams.failed(500, is_delivered=True), LATER_AGAIN, id="500"),
        pytest.param(teams.dropped(is_delivered=True), LATER_AGAIN, id="cut off"),
        pytest.param(teams.ACTIVITY_GONE, NEVER, id="that message is gone"),
        pytest.param(teams.CONVERSATION_GONE, GONE, id="no conversation"),
        pytest.param(Answer(404, ""), NEVER, id="404"),
    ],
)
async def test_an_update_is_never_in_doubt(there: Connector, answer: Answer, means: str):
    there.plan(answer, answer)
    async with sending(there) as here:
        error = await here.refused(kind="update", amends="1001")

    assert meaning(error) == means
    # The SDK would try four times by itself; aiohttp does once more what may be done again, on a new connection.
    assert len(there.attempts) == (2 if answer.status == 0 else 1)


async def test_a_good_answer_that_nobody_can_read_is_a_good_answer(there: Connector):
    there.plan(Answer(202, "<html>fine</html>"))
    async with sending(there) as here:
        assert await here.send() == ""


# --- Beside each other --------------------------------------------------------------------------------------


async def test_sends_that_hang_do_not_hold_up_the_others(there: Connector):
    """The SDK sends in the few threads that everything else needs too, and waits for 100 seconds."""
    there.plan(*[teams.hung()] * 40)
    async with sending(there, timeout=5.0) as here:
        hanging = [asyncio.create_task(here.send()) for _ in range(40)]
        while len(there.attempts) < 40:
            await asyncio.sleep(0.01)
        begun_at = time.monotonic()
        await here.send()
        took = time.monotonic() - begun_at
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)

    assert took < 2.0


async def test_no_cookie_of_a_service_is_kept(there: Connector):
    there.plan(Answer(500, "", {"Set-Cookie": "a=b"}))
    async with sending(there) as here:
        await here.refused()
        session = await here.sender._connector.session()

    assert list(session.cookie_jar) == []


async def test_nothing_that_was_said_is_logged(there: Connector, caplog: pytest.LogCaptureFixture):
    there.plan(teams.TOO_BIG)
    async with sending(there) as here:
        await here.refused(Reply("the tablet was chipped"))

    assert "chipped" not in caplog.text
    assert "our-own-token" not in json.dumps([record.__dict__ for record in caplog.records], default=str)
