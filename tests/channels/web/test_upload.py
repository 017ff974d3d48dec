"""Files sent by a page: whole or not at all, each refusal a sentence, nothing heard that did not arrive."""

from __future__ import annotations

import asyncio
import io
from contextlib import suppress

import pytest
from aiohttp import FormData
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.attachment import LARGEST
from bot.channels.web.adapter import FORM_TOKEN
from bot.channels.web.parse import about_token
from bot.message import About
from tests.channels.web.fake_desk import FakeDesk, about
from tests.channels.web.visitor import Page, Visitor, signed_in

PNG = b"\x89PNG\r\n\x1a\n the chart"
PDF = b"%PDF-1.7 the report"
HEAD = """\
POST /chat/upload HTTP/1.1
Host: 127.0.0.1
Cookie: coach={cookie}
X-Coach-Form: {csrf}
Content-Type: {content_type}
Content-Length: {length}"""
MULTIPART = "multipart/form-data; boundary=limit"
WHOLE = (
    b'--limit\r\nContent-Disposition: form-data; name="event_id"\r\n\r\nevent-0001\r\n'
    b'--limit\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    + PNG
    + b"\r\n--limit--\r\n"
)


async def upload(
    visitor: Visitor, *files: tuple[str, bytes], event_id: str = "event-0001", question: About | None = None
) -> Page:
    """Send what the page would send."""
    form = FormData(default_to_multipart=True)
    form.add_field("event_id", event_id)
    form.add_field("about", about_token(question))
    for name, content in files:
        form.add_field("file", io.BytesIO(content), filename=name, content_type="text/x-whatever")
    async with visitor.client.post("/chat/upload", data=form, headers={FORM_TOKEN: visitor.csrf}) as response:
        return await Page.of(response)


def head(visitor: Visitor, length: int, content_type: str = MULTIPART) -> str:
    (cookie,) = (c.value for c in visitor.client.session.cookie_jar)
    return HEAD.format(cookie=cookie, csrf=visitor.csrf, length=length, content_type=content_type)


async def test_files_are_heard_with_their_bytes_and_echoed_by_name():
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        page = await upload(visitor, ("a.png", PNG), ("b.pdf", PDF), question=about("evidence"))

    (message,) = desk.heard
    assert page.status == 204
    assert [(file.name, file.kind) for file in message.files] == [("a.png", "png"), ("b.pdf", "pdf")]
    assert [desk.files[file.sha256] for file in message.files] == [PNG, PDF]
    assert message.about == about("evidence")
    assert desk.lines["ana"][0].words == "a.png, b.pdf"


async def test_the_same_files_sent_again_are_heard_once():
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        again = [(await upload(visitor, ("a.png", PNG))).status for _ in range(3)]

    assert again == [204] * 3
    assert len(desk.heard) == 1


@pytest.mark.parametrize(
    ("files", "status", "words"),
    [
        pytest.param([], 400, "There is no file yet", id="none"),
        pytest.param([("a.png", b"")], 422, "is empty", id="empty"),
        pytest.param([("a.png", b"MZ")], 422, "is no photo (JPG, PNG) and no PDF", id="a program"),
        pytest.param([("a.png", PNG), ("b", b"x")], 422, "is no photo", id="one of them is none"),
        pytest.param([("a.png", PNG)] * 11, 422, "more than 10 files", id="too many"),
        pytest.param([("a.png", PNG + b"x" * LARGEST)], 422, "more than 10 MB", id="too large"),
        pytest.param(
            [("a.png", PNG + b"x" * (LARGEST // 2))] * 2, 422, "more than 10 MB", id="too large together"
        ),
    ],
)
async def test_what_cannot_be_taken_is_refused_in_a_sentence(
    files: list[tuple[str, bytes]], status: int, words: str
):
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        page = await upload(visitor, *files)
        good = await upload(visitor, ("a.png", PNG))

    assert (page.status, good.status) == (status, 204)
    assert words in page.text.replace("&#34;", '"')
    assert "Not sent." in page.text
    assert len(desk.heard) == 1


async def test_ten_megabytes_less_a_little_arrive():
    desk = FakeDesk()
    content = PNG + b"x" * (LARGEST - len(PNG))
    async with signed_in(desk) as visitor:
        page = await upload(visitor, ("a.png", content))

    assert page.status == 204
    assert list(map(len, desk.files.values())) == [LARGEST]


@pytest.mark.parametrize("change", ["no token", "another's token", "signed out"])
async def test_files_that_a_page_of_ours_did_not_send_are_not_heard(change: str):
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        visitor.csrf = "" if change == "no token" else visitor.csrf
        visitor.csrf = "0" * 64 if change == "another's token" else visitor.csrf
        if change == "signed out":
            desk.cookies.clear()
        page = await upload(visitor, ("a.png", PNG))

    assert page.status == (401 if change == "signed out" else 403)
    assert not desk.heard


async def test_files_without_an_event_id_are_not_heard():
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        page = await upload(visitor, ("a.png", PNG), event_id="")

    assert page.status == 400
    assert not desk.heard


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        pytest.param("application/x-www-form-urlencoded", b"a=b", 415, id="another kind of form"),
        pytest.param("multipart/form-data", b"--x--", 400, id="no boundary"),
        pytest.param(
            "multipart/form-data; boundary=" + "b" * 200, b"--b--", 400, id="a boundary that is too long"
        ),
        pytest.param(MULTIPART, b"", 400, id="nothing"),
        pytest.param(MULTIPART, b"no multipart at all", 400, id="something else"),
        pytest.param(MULTIPART, WHOLE[:-20], 400, id="cut off"),
        pytest.param(MULTIPART, WHOLE.replace(b"form-data; ", b""), 400, id="parts without a name"),
        pytest.param(MULTIPART, b"--limit\r\n" + b"x" * 70_000, 400, id="an endless head"),
        pytest.param(
            MULTIPART,
            b"--limit\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n\r\nx\r\n--in--\r\n--limit--\r\n",
            400,
            id="a form in a form",
        ),
        pytest.param(
            MULTIPART,
            WHOLE.replace(b"event-0001", b"e" * 3_000),
            400,
            id="a field that nobody's page sends",
        ),
    ],
)
async def test_a_broken_body_is_a_sentence_and_nothing_is_heard(content_type: str, body: bytes, status: int):
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        answer = await visitor.raw(head(visitor, len(body), content_type), body)

    assert answer.startswith(f"HTTP/1.1 {status} "), answer
    assert "Not sent." in answer
    assert not desk.heard


@given(cut=st.integers(0, len(WHOLE)), noise=st.binary(max_size=20))
@settings(max_examples=40, suppress_health_check=[HealthCheck.differing_executors])
def test_no_body_whatever_is_a_fault_of_ours(cut: int, noise: bytes):
    async def send() -> str:
        async with signed_in(FakeDesk()) as visitor:
            body = WHOLE[:cut] + noise + WHOLE[cut:]
            return await visitor.raw(head(visitor, len(body)), body)

    assert asyncio.run(send()).split()[1] in {"204", "400", "422"}


async def test_a_body_that_does_not_come_is_not_waited_for():
    desk = FakeDesk()
    async with signed_in(desk, patience=0.01) as visitor:
        answer = await visitor.raw(head(visitor, len(WHOLE)), WHOLE[:100])

    assert answer.startswith("HTTP/1.1 408 "), answer
    assert "too long to arrive" in answer
    assert not desk.heard


async def test_a_body_far_too_large_is_refused_before_it_is_read():
    async with signed_in(FakeDesk()) as visitor:
        answer = await visitor.raw(head(visitor, 10**12))

    assert answer.startswith("HTTP/1.1 422 "), answer
    assert "more than 10 MB" in answer


async def test_a_packed_body_is_refused_because_it_may_unpack_to_anything():
    async with signed_in(FakeDesk()) as visitor:
        packed = head(visitor, 0) + "\nContent-Encoding: gzip"
        answer = await visitor.raw(packed)

    assert answer.startswith("HTTP/1.1 415 "), answer


async def test_only_so_many_files_are_taken_in_at_a_time_and_the_page_is_told_to_come_back():
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        slow = [asyncio.create_task(visitor.raw(head(visitor, len(WHOLE)), WHOLE[:100])) for _ in range(6)]
        statuses: list[int] = []
        while not statuses or statuses[-1] == 204:
            statuses.append((await upload(visitor, ("a.png", PNG))).status)
        for task in slow:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    assert statuses[-1] == 503


async def test_while_nothing_can_be_saved_the_page_is_asked_to_send_again():
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        desk.is_down = True
        page = await upload(visitor, ("a.png", PNG))

    assert (page.status, page.headers["Retry-After"]) == (503, "2")
    assert "I cannot save anything just now" in page.text
