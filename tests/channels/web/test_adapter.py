"""The web chat as a browser meets it, with a desk in memory behind it."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from bot.channels.web.adapter import FORM_TOKEN
from bot.chat import FetchedFile
from bot.message import Press
from tests.channels.web.fake_desk import ANA, BEN, CHOICE, DOCX, RUN, TELL, FakeDesk, answer
from tests.channels.web.visitor import HTTPS, Event, signed_in, visiting

LINK = "/in/a-link-for-ana"
SAY_HEAD = """\
POST /chat/say HTTP/1.1
Host: 127.0.0.1
Cookie: coach={cookie}
X-Coach-Form: {csrf}
Content-Type: application/x-www-form-urlencoded
Content-Length: {length}"""


def with_link() -> FakeDesk:
    desk = FakeDesk()
    desk.links["a-link-for-ana"] = "ana"
    return desk


# --- Coming in ---


async def test_a_link_that_is_merely_looked_at_is_not_used_up():
    desk = with_link()
    async with visiting(desk) as visitor:
        page = await visitor.get(LINK)

    assert page.status == 200
    assert "Sign in" in page.text
    assert desk.links
    assert not desk.cookies


async def test_a_link_lets_its_person_in_once():
    async with visiting(with_link()) as visitor:
        await visitor.get(LINK)
        first = await visitor.post(LINK, {"csrf": visitor.csrf})
        chat = await visitor.get("/chat")
        await visitor.get(LINK)
        second = await visitor.post(LINK, {"csrf": visitor.csrf})

    assert (first.status, first.headers["Location"]) == (303, "/chat")
    assert "Ana Horvat" in chat.text
    assert second.status == 410
    assert "Ask for a new one" in second.text


async def test_a_link_posted_without_our_page_before_it_is_not_used_up():
    desk = with_link()
    async with visiting(desk) as visitor:
        page = await visitor.post(LINK, {"csrf": "guessed"})

    assert page.status == 403
    assert desk.links


async def test_the_session_cookie_over_https_is_out_of_reach_for_scripts_and_other_hosts():
    async with visiting(with_link(), behind_proxy=True) as visitor:
        door = await visitor.get(LINK, **HTTPS)
        visit = door.set_cookies[0].partition(";")[0]
        page = await visitor.post(LINK, {"csrf": door.csrf}, {**HTTPS, "Cookie": visit})

    assert visit.startswith("__Host-coach-visit=")
    assert page.set_cookies[0].startswith("__Host-coach=secret-")
    assert page.set_cookies[0].endswith("; HttpOnly; Path=/; SameSite=Lax; Secure")


async def test_signing_in_ends_the_session_that_was_there_before():
    desk = with_link()
    async with signed_in(desk, "ben") as visitor:
        former = dict(desk.cookies)
        await visitor.get(LINK)
        await visitor.post(LINK, {"csrf": visitor.csrf})

    assert not former.keys() & desk.cookies.keys()
    assert list(desk.cookies.values()) == ["ana"]


async def test_signing_out_ends_the_session_at_the_server_too():
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        page = await visitor.post("/sign-out", {"csrf": visitor.csrf})
        after = await visitor.get("/chat")

    assert page.status == 200
    assert not desk.cookies
    assert after.status == 401


async def test_in_a_demo_a_visitor_becomes_whom_they_choose():
    async with visiting(FakeDesk(is_demo=True)) as visitor:
        door = await visitor.get("/chat")
        page = await visitor.post("/demo/become", {"csrf": door.csrf, "person": "ben"})
        chat = await visitor.get("/chat")

    assert door.status == 200
    assert "Whom would you like to be?" in door.text
    assert page.status == 303
    assert '<option value="ben" selected>' in chat.text


@pytest.mark.parametrize(
    ("is_demo", "person"),
    [
        pytest.param(False, "ana", id="this is no demo"),
        pytest.param(True, "nobody", id="nobody of that name"),
    ],
)
async def test_nobody_becomes_somebody_without_a_demo_or_a_name(is_demo: bool, person: str):
    desk = FakeDesk(is_demo=is_demo)
    async with visiting(desk) as visitor:
        door = await visitor.get("/chat")
        page = await visitor.post("/demo/become", {"csrf": door.csrf, "person": person})

    assert page.status == 404
    assert not desk.cookies


async def test_somebody_who_tries_links_is_slowed_down():
    async with visiting(FakeDesk()) as visitor:
        await visitor.get(LINK)
        tries = [(await visitor.post(f"{LINK}-{n}", {"csrf": visitor.csrf})).status for n in range(21)]

    assert tries == [410] * 20 + [429]


# --- Who may do what ---

GATED = [
    ("GET", "/chat"),
    ("GET", "/chat/earlier?before=10"),
    ("GET", "/chat/stream?after=0"),
    ("GET", f"/chat/draft/{RUN}/1.docx"),
    ("GET", f"/chat/picture/{RUN}/31.png"),
    ("POST", "/chat/say"),
    ("POST", "/chat/upload"),
    ("GET", "/chat/here"),
    ("POST", "/phone"),
]


@pytest.mark.parametrize("cookie", ["", "made-up", "\x80\xff", "a" * 4_000])
@pytest.mark.parametrize(("method", "path"), GATED)
async def test_whoever_is_signed_out_is_told_so_whatever_they_ask_for(method: str, path: str, cookie: str):
    async with visiting(FakeDesk()) as visitor:
        head = f"{method} {path} HTTP/1.1\nHost: 127.0.0.1\nCookie: coach={cookie}"
        answer_ = await visitor.raw(head)

    assert answer_.startswith("HTTP/1.1 401 "), answer_
    assert "link" in answer_


async def test_a_person_who_is_no_longer_active_is_signed_out():
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        desk.deactivate("ana")
        page = await visitor.say()

    assert page.status == 401
    assert not desk.heard


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no token"),
        pytest.param({FORM_TOKEN: "0" * 64}, id="a wrong token"),
        pytest.param({FORM_TOKEN: "own", "Origin": "https://evil.example"}, id="from another site"),
        pytest.param({FORM_TOKEN: "own", "Sec-Fetch-Site": "cross-site"}, id="as the browser says itself"),
    ],
)
async def test_a_forged_message_is_not_heard(headers: dict[str, str]):
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        sent = {name: visitor.csrf if value == "own" else value for name, value in headers.items()}
        page = await visitor.post("/chat/say", {"event_id": "event-0001", "text": "hello"}, sent)

    assert page.status == 403
    assert "Load it again" in page.text
    assert not desk.heard


async def test_the_token_of_one_browser_is_worth_nothing_in_another():
    desk = FakeDesk()
    async with signed_in(desk, "ana") as ana, signed_in(desk, "ben") as ben:
        ben.csrf = ana.csrf
        page = await ben.say()

    assert page.status == 403
    assert not desk.heard


async def test_plain_http_from_another_machine_gets_no_page():
    async with visiting(FakeDesk()) as visitor:
        page = await visitor.get("/chat", Host="coach.example.com")

    assert page.status == 403
    assert "https only" in page.text


async def test_a_person_gets_their_own_draft_as_a_file_that_runs_nothing():
    desk = FakeDesk()
    desk.drafts["ana", RUN, 1, "docx"] = FetchedFile('Entwurf "№ 1"\r\nX: y.docx', DOCX, b"PK")
    async with signed_in(desk) as visitor:
        page = await visitor.get(f"/chat/draft/{RUN}/1.docx")

    assert (page.status, page.content, page.headers["Content-Type"]) == (200, b"PK", DOCX)
    disposition = page.headers["Content-Disposition"]
    assert disposition.startswith(
        "attachment; filename=\"Entwurf __ 1___X_ y.docx\"; filename*=UTF-8''Entwurf"
    )
    assert page.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert page.headers["Cache-Control"] == "no-store"


async def test_somebody_elses_draft_is_not_there():
    desk = FakeDesk()
    desk.drafts["ana", RUN, 1, "docx"] = FetchedFile("a.docx", DOCX, b"PK")
    async with signed_in(desk, "ben") as visitor:
        page = await visitor.get(f"/chat/draft/{RUN}/1.docx")

    assert page.status == 404
    assert b"PK" not in page.content


async def test_a_person_sees_the_picture_of_their_own_run_and_nobody_else_does():
    desk = FakeDesk()
    desk.pictures["ana", RUN, 31] = FetchedFile("a.png", "image/png", b"PNG")
    async with signed_in(desk) as visitor:
        page = await visitor.get(f"/chat/picture/{RUN}/31.png")
    async with signed_in(desk, "ben") as visitor:
        other = await visitor.get(f"/chat/picture/{RUN}/31.png")

    assert (page.status, page.content, page.headers["Content-Type"]) == (200, b"PNG", "image/png")
    assert page.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert page.headers["Cache-Control"] == "no-store"
    assert other.status == 404
    assert "Its words are in the chat." in other.text


# --- Every answer ---


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 302),
        ("/chat", 401),
        ("/chat/earlier", 401),
        (LINK, 200),
        ("/static/coach.css", 200),
        pytest.param("/static/nothing.css", 404, id="no such file"),
        pytest.param("/static/%2e%2e%2fadapter.py", 404, id="a path out of the folder"),
        pytest.param("/nothing", 404, id="no such page"),
        pytest.param("/chat/say", 405, id="the wrong method"),
    ],
)
async def test_every_answer_carries_the_headers_that_protect_the_page(path: str, status: int):
    async with visiting(with_link()) as visitor:
        page = await visitor.get(path)

    assert page.status == status
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Referrer-Policy"] == "same-origin"


async def test_no_page_is_kept_by_the_browser_and_every_asset_is():
    async with signed_in(FakeDesk()) as visitor:
        page = await visitor.get("/chat")
        address = re.findall(r'(/static/coach\.js[^"]*)"', page.text)[0]
        current, unknown = await visitor.get(address), await visitor.get("/static/coach.js?v=old")

    assert page.headers["Cache-Control"] == "no-store"
    assert current.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert unknown.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "a\N{RIGHT-TO-LEFT OVERRIDE}b"]
)
async def test_what_was_said_stands_literally_on_the_page_and_in_the_stream(words: str):
    async with signed_in(FakeDesk()) as visitor:
        await visitor.say(words)
        page = await visitor.get("/chat")
        async with visitor.stream() as stream:
            event = await stream.next()

    escaped = words.replace("<", "&lt;").replace(">", "&gt;")
    for markup in (page.text, event.data):
        assert f'<div class="words" dir="auto">{escaped}</div>' in markup


# --- Saying something ---


async def test_a_message_is_heard_once_however_often_it_is_sent():
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        again = [await visitor.say("hello", event_id="event-0001") for _ in range(3)]

    assert [page.status for page in again] == [204, 204, 204]
    assert [message.text for message in desk.heard] == ["hello"]


async def test_a_message_sent_twice_at_the_same_moment_is_heard_once():
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        await asyncio.gather(*(visitor.say("hello", event_id="event-0001") for _ in range(5)))

    assert len(desk.heard) == 1


async def test_a_pressed_button_is_heard_as_what_it_does_and_echoed_as_what_it_says():
    desk = FakeDesk(answering=lambda message: [CHOICE])
    async with signed_in(desk) as visitor:
        await visitor.say("hello")
        await visitor.say("", press=answer("No", "released").press.token())

    assert desk.heard[-1].press == Press("answer", ("no",), answer("No", "released").press.about)
    assert [line.words for line in desk.lines["ana"] if line.kind == "echo"] == ["hello", "No"]


async def test_a_button_nobody_made_is_refused():
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        page = await visitor.say("", press="answer|only")

    assert page.status == 400
    assert "I do not know that button" in page.text
    assert not desk.heard


@pytest.mark.parametrize(
    ("content_type", "length", "status"),
    [
        pytest.param("application/x-www-form-urlencoded", 1_000_001, 413, id="more than a megabyte"),
        pytest.param("application/x-www-form-urlencoded", 10**12, 413, id="a terabyte"),
        pytest.param("application/json", 2, 415, id="another type"),
        pytest.param("multipart/form-data; boundary=x", 2, 415, id="a file"),
        pytest.param("", 2, 415, id="no type"),
    ],
)
async def test_a_body_nobody_types_is_refused_before_it_is_read(content_type: str, length: int, status: int):
    async with signed_in(FakeDesk()) as visitor:
        (cookie,) = (c.value for c in visitor.client.session.cookie_jar)
        head = SAY_HEAD.format(cookie=cookie, csrf=visitor.csrf, length=length)
        answer_ = await visitor.raw(head.replace("application/x-www-form-urlencoded", content_type))

    assert answer_.startswith(f"HTTP/1.1 {status} "), answer_
    assert "Not sent." in answer_


async def test_a_body_that_grows_beyond_a_megabyte_is_refused_though_it_never_said_so():
    async with signed_in(FakeDesk()) as visitor:
        (cookie,) = (c.value for c in visitor.client.session.cookie_jar)
        head = SAY_HEAD.format(cookie=cookie, csrf=visitor.csrf, length=0)
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        answer_ = await visitor.raw(
            head.replace("Content-Length: 0", "Transfer-Encoding: chunked"), chunk * 16
        )

    assert answer_.startswith("HTTP/1.1 413 "), answer_


async def test_a_packed_body_is_refused_because_it_may_unpack_to_anything():
    async with signed_in(FakeDesk()) as visitor:
        page = await visitor.post(
            "/chat/say", {"text": "a"}, {FORM_TOKEN: visitor.csrf, "Content-Encoding": "gzip"}
        )

    assert page.status == 415


async def test_a_body_that_does_not_come_is_not_waited_for():
    async with signed_in(FakeDesk(), patience=0.05) as visitor:
        (cookie,) = (c.value for c in visitor.client.session.cookie_jar)
        head = SAY_HEAD.format(cookie=cookie, csrf=visitor.csrf, length=100)
        answer_ = await visitor.raw(head, b"text=slow")

    assert answer_.startswith("HTTP/1.1 408 "), answer_
    assert "too long to arrive" in answer_


async def test_very_long_words_are_refused_and_the_person_is_told_how_much_fits():
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        page = await visitor.say("x" * 100_000)

    assert page.status == 413
    assert "I can take 20,000" in page.text
    assert not desk.heard


async def test_one_person_is_slowed_down_and_another_is_not():
    desk = FakeDesk()
    async with signed_in(desk, "ana") as visitor:
        answers = [await visitor.say(str(number)) for number in range(21)]
        visitor.has(desk.let_in("ben"))
        await visitor.get("/chat")
        other = await visitor.say("hello")

    assert [page.status for page in answers] == [204] * 20 + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 10
    assert "still in the box" in answers[-1].text
    assert other.status == 204


async def test_while_nothing_can_be_saved_the_page_is_asked_to_send_again():
    desk = FakeDesk()
    async with signed_in(desk) as visitor:
        desk.is_down = True
        refused = await visitor.say("hello", event_id="event-0001")
        page = await visitor.get("/chat")
        desk.is_down = False
        accepted = await visitor.say("hello", event_id="event-0001")

    assert (refused.status, refused.headers["Retry-After"]) == (503, "2")
    assert "I cannot save anything just now" in refused.text
    assert (page.status, page.headers["Retry-After"]) == (503, "2")
    assert "Load this page again" in page.text
    assert (accepted.status, len(desk.heard)) == (204, 1)


async def test_a_fault_of_ours_is_a_sentence_and_never_a_stack_trace():
    def broken(_: object) -> list[object]:
        raise ZeroDivisionError

    async with signed_in(FakeDesk(answering=broken)) as visitor:  # type: ignore[arg-type]  # it never answers
        page = await visitor.say()

    assert page.status == 500
    assert "The fault is ours" in page.text
    assert "Traceback" not in page.text


# --- Reading back ---


async def test_the_page_shows_the_end_and_earlier_lines_on_request():
    desk = FakeDesk()
    for number in range(1, 131):
        desk.add("ana", words=f"line {number}.", kind="echo")
    async with signed_in(desk) as visitor:
        page = await visitor.get("/chat")
        earlier = await visitor.get("/chat/earlier?before=71")
        first = await visitor.get("/chat/earlier?before=11")

    assert "line 71." in page.text
    assert "line 70." not in page.text
    assert re.findall(r">line (\d+)\.<", earlier.text) == [str(number) for number in range(11, 71)]
    assert "before=11" in earlier.text
    assert "before=" not in first.text


@pytest.mark.parametrize("before", ["", "-1", "soon", "1" * 16, "1;drop table", "٣"])
async def test_a_place_that_is_no_number_is_refused(before: str):
    async with signed_in(FakeDesk()) as visitor:
        page = await visitor.get(f"/chat/earlier?before={before}")

    assert page.status == 400


# --- The stream ---


async def test_the_stream_begins_after_the_last_line_the_page_has():
    desk = FakeDesk()
    for words in ("one", "two", "three"):
        desk.add("ana", words=words, kind="echo")
    async with signed_in(desk) as visitor:
        async with visitor.stream(after=1) as stream:
            first = await stream.next()
        async with visitor.stream(after=0, **{"Last-Event-ID": "2"}) as again:
            continued = await again.next()

    assert (first.name, first.id) == ("line", "2")
    assert continued.id == "3"
    assert "three" in continued.data


async def test_a_new_line_comes_by_the_stream_without_being_asked_for():
    async with signed_in(FakeDesk()) as visitor, visitor.stream() as stream:
        assert await stream.next() == Event("beat", "")
        await visitor.say("hello")

        assert [(await stream.next()).id for _ in range(2)] == ["1", "2"]


async def test_the_stream_is_never_packed_nor_held_back():
    async with signed_in(FakeDesk()) as visitor, visitor.stream() as stream:
        headers = stream.response.headers

    assert headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert headers["X-Accel-Buffering"] == "no"
    assert headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in headers


async def test_a_silent_stream_beats_and_does_not_keep_the_person_signed_in():
    desk = FakeDesk()
    async with signed_in(desk, heartbeat=0.01) as visitor:
        uses = desk.uses
        async with visitor.stream() as stream:
            beats = [(await stream.next()).name for _ in range(5)]

    assert beats == ["beat"] * 5
    assert desk.uses == uses


async def test_the_stream_tells_what_is_open_at_first_and_whenever_a_line_changed_it():
    desk = FakeDesk()
    async with signed_in(desk) as visitor, visitor.stream() as stream:
        first = await stream.any()
        assert (await stream.any()).name == "beat"
        desk.add("ana", TELL, kind="tell")
        await desk.tell_the_news()
        line, then = await stream.any(), await stream.any()

    assert (first.name, json.loads(first.data)["waiting"]) == ("standing", 0)
    assert line.name == "line"
    assert (then.name, json.loads(then.data)["waiting"]) == ("standing", 1)


async def test_what_changed_without_a_line_is_told_with_the_next_beat():
    desk = FakeDesk()
    async with signed_in(desk, heartbeat=0.01) as visitor, visitor.stream() as stream:
        await stream.any()
        desk.runs["ana"] = 3
        while (event := await stream.any()).name == "beat":
            pass

    assert (event.name, json.loads(event.data)["runs"]) == ("standing", 3)


async def test_a_page_whose_session_has_ended_is_told_so():
    desk = FakeDesk()
    async with signed_in(desk, heartbeat=0.01) as visitor, visitor.stream() as stream:
        await stream.next()
        desk.cookies.clear()

        names = [(await stream.next()).name]
        while names[-1] == "beat":
            names.append((await stream.next()).name)
        names.append((await stream.next()).name)

    assert names[-2:] == ["signed-out", "end"]


async def test_somebody_elses_words_never_come_by_this_stream():
    desk = FakeDesk()
    async with signed_in(desk, "ana", heartbeat=0.01) as visitor, visitor.stream() as stream:
        desk.add("ben", words="private", kind="echo")
        await desk.tell_the_news()

        assert [(await stream.next()).name for _ in range(3)] == ["beat"] * 3


async def test_a_person_with_very_many_open_pages_loses_the_oldest():
    async with signed_in(FakeDesk()) as visitor, visitor.stream() as oldest:
        await oldest.next()
        newer = [visitor.stream() for _ in range(8)]
        for each in newer:
            await (await each.__aenter__()).next()

        assert (await oldest.next()).name == "end"
        for each in newer:
            await each.__aexit__(None, None, None)


async def test_closing_ends_every_stream_and_opens_no_new_one():
    async with signed_in(FakeDesk()) as visitor, visitor.stream() as stream:
        await stream.next()
        await visitor.chat.close()

        assert (await stream.next()).name == "end"
        assert (await visitor.get("/chat/stream?after=0")).status == 503


async def test_a_stream_whose_store_goes_away_ends_so_that_the_page_comes_back():
    desk = FakeDesk()
    async with signed_in(desk) as visitor, visitor.stream() as stream:
        await stream.next()
        desk.is_down = True
        await desk.tell_the_news()

        assert (await stream.next()).name == "end"


async def test_two_people_each_see_their_own_name():
    desk = FakeDesk(ANA, BEN)
    async with signed_in(desk, "ana") as ana, signed_in(desk, "ben") as ben:
        pages = [(await visitor.get("/chat")).text for visitor in (ana, ben)]

    assert ["Ana Horvat" in page for page in pages] == [True, False]
    assert ["Ben Okafor" in page for page in pages] == [False, True]
