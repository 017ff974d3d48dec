"""What is turned away: with a status, a counter, no word to the coach, and little work."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import time
from urllib.parse import urlsplit

import jwt
import pytest

from bot.channels.teams.body import is_deep
from bot.channels.teams.options import TeamsOptions, TeamsRefused
from bot.channels.teams.trusted import Trusted
from tests.bot_framework.issuer import Flaw
from tests.bot_framework.people import APP_ID, TENANT_ID
from tests.channels.teams.microsoft import Microsoft, microsoft

JSON = {"Content-Type": "application/json"}


def is_untouched(it: Microsoft) -> bool:
    """Neither the coach nor Teams heard anything of it."""
    return it.desk.touched == 0 and it.connector.attempts == []


# --- Who it is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flaw", Flaw, ids=lambda flaw: flaw.value)
async def test_a_token_with_a_flaw_opens_nothing(flaw: Flaw):
    async with microsoft() as it:
        status, body = await it.post(it.activity("message"), flaw)

    assert (status, body) == (401, {"error": "bad_token"})
    assert it.tally.refusals == [("teams", "bad_token")]
    assert is_untouched(it)


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [
        (None, "no_token"),
        ("", "no_token"),
        ("Bearer", "bad_token"),
        ("Bearer ", "bad_token"),
        ("Bearer garbage", "bad_token"),
        ("Bearer a.b.c", "bad_token"),
        ("Bearer ..", "bad_token"),
        ("Basic dXNlcjpwYXNz", "bad_token"),
        ("Bearer " + "a" * 7_000 + ".b.c", "bad_token"),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_what_is_no_token_opens_nothing(authorization: str | None, reason: str):
    async with microsoft() as it:
        body = json.dumps(it.activity("message")).encode()
        status, _ = await it.post_raw(body, authorization)

    assert status == 401
    assert it.tally.refusals == [("teams", reason)]
    assert is_untouched(it)


async def test_a_token_for_another_service_opens_nothing():
    async with microsoft() as it:
        elsewhere = it.activity("message", serviceUrl="https://smba.trafficmanager.net/emea/")
        status, _ = await it.post(elsewhere)

    assert status == 401
    assert is_untouched(it)


async def test_a_token_that_is_good_for_ever_opens_nothing():
    async with microsoft() as it:
        claims = {"iss": "https://api.botframework.com", "aud": APP_ID, "serviceurl": it.connector.url}
        key = it.issuer._key
        token = jwt.encode(claims, key.private, algorithm="RS256", headers={"kid": key.id})
        status, _ = await it.post_raw(json.dumps(it.activity("message")).encode(), f"Bearer {token}")

    assert status == 401
    assert is_untouched(it)


async def test_a_token_of_the_sdks_emulator_makes_us_fetch_nothing():
    """The SDK would fetch keys from elsewhere for it, in the way of everybody, at a stranger's wish."""
    claims = {
        "iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/",
        "appid": APP_ID,
        "ver": "1.0",
    }
    async with microsoft() as it:
        token = jwt.encode(
            claims, it.issuer._key.private, algorithm="RS256", headers={"kid": it.issuer._key.id}
        )
        status, _ = await it.post_raw(json.dumps(it.activity("message")).encode(), f"Bearer {token}")

    assert status == 401
    assert it.issuer.reads == 0


# --- From where ---------------------------------------------------------------------------------------------


async def test_a_service_that_is_not_microsofts_is_not_believed():
    async with microsoft() as it:
        activity = it.activity("message", serviceUrl="https://evil.example/teams")
        token = it.issuer.token("https://evil.example/teams")
        status, _ = await it.post_raw(json.dumps(activity).encode(), f"Bearer {token}")

    assert status == 403
    assert it.tally.refusals == [("teams", "service_url")]
    assert is_untouched(it)


@pytest.mark.parametrize(
    ("channel_data", "conversation"),
    [
        ({"tenant": {"id": "another"}}, {"tenantId": TENANT_ID}),
        ({"tenant": {"id": TENANT_ID}}, {"tenantId": "another"}),
        ({"tenant": {"id": "another"}}, {}),
        ({}, {"tenantId": "another"}),
        ({}, {}),
        ({"tenant": TENANT_ID}, {}),
        (None, {}),
    ],
)
async def test_another_organisation_is_not_heard(channel_data: object, conversation: dict[str, str]):
    async with microsoft() as it:
        here = {"id": "a:personal-priya", "conversationType": "personal"}
        activity = it.activity("message", channelData=channel_data, conversation=here | conversation)
        status, _ = await it.post(activity)

    assert status == 403
    assert it.tally.refusals == [("teams", "tenant")]
    assert is_untouched(it)


async def test_a_tenant_is_the_same_in_small_and_capital_letters():
    async with microsoft() as it:
        data = {"tenant": {"id": TENANT_ID.upper()}}
        status, _ = await it.post(it.activity("message", channelData=data))

    assert status == 202
    assert it.desk.heard[0].address.workspace == TENANT_ID


async def test_other_organisations_can_be_allowed():
    async with microsoft(allowed_tenants=["another"]) as it:
        conversation = {"id": "a:x", "conversationType": "personal", "tenantId": "another"}
        theirs = it.activity("message", channelData={}, conversation=conversation)
        ours = it.activity("message")
        statuses = [(await it.post(each))[0] for each in (theirs, ours)]

    assert statuses == [202, 403]


# --- What it is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "not_json", id="nothing"),
        pytest.param(b"not JSON", "not_json", id="words"),
        pytest.param(b'{"type": "message"', "not_json", id="half of it"),
        pytest.param(b"\xff\xfe\x00", "not_json", id="no text"),
        pytest.param(b"[]", "not_an_activity", id="a list"),
        pytest.param(b"null", "not_an_activity", id="null"),
        pytest.param(b'"message"', "not_an_activity", id="a text"),
        pytest.param(b"{}", "not_an_activity", id="an empty object"),
        pytest.param(
            b'{"type": "message", "channelId": "msteams"}', "not_an_activity", id="half an activity"
        ),
        pytest.param(b"[" * 10_000 + b"]" * 10_000, "too_deep", id="10,000 lists deep"),
        pytest.param(b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too_deep", id="10,000 objects deep"),
    ],
)
async def test_what_is_no_activity_is_not_read(body: bytes, reason: str):
    async with microsoft() as it:
        status, answer = await it.post_raw(body, f"Bearer {it.token()}")

    assert (status, answer) == (400, {"error": reason})
    assert it.tally.refusals == [("teams", reason)]
    assert is_untouched(it)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": None},
        {"type": 7},
        {"channelId": "webchat"},
        {"serviceUrl": ["x"]},
        {"conversation": None},
        {"conversation": {"id": {}}},
        {"from": None},
        {"id": None},
        {"id": {"a": 1}},
    ],
    ids=str,
)
async def test_an_activity_that_lacks_what_matters_is_refused(changes: dict[str, object]):
    async with microsoft() as it:
        status, _ = await it.post(it.activity("message", **changes))

    assert status == 400
    assert is_untouched(it)


@pytest.mark.parametrize(
    "changes",
    [
        {"text": 7},
        {"text": None, "value": [1]},
        {"entities": {"a": 1}},
        {"entities": [7, None, {"type": "mention", "mentioned": 3}]},
        {"attachments": "x"},
        {"attachments": [{"contentType": 5}]},
        {"timestamp": "yesterday"},
        {"timestamp": 12},
        {"value": {"press": {"a": 1}}},
        {"value": {"form": []}},
        {"value": {"page": "x"}},
        {"recipient": 3},
        {"channelData": {"tenant": {"id": TENANT_ID}, "eventType": 5}},
    ],
    ids=str,
)
async def test_an_activity_of_an_odd_shape_breaks_nothing(changes: dict[str, object]):
    async with microsoft() as it:
        status, _ = await it.post(it.activity("message", **changes))

    assert status in {202, 400}


async def test_a_body_of_10_mb_is_not_read_to_its_end():
    async with microsoft() as it:
        address = urlsplit(it.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        head = f"POST /api/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {it.token()}\r\nContent-Length: 10000000\r\n\r\n"
        writer.write(head.encode())
        answer = await reader.read(200)  # before a single byte of the body
        writer.close()

    assert b" 413 " in answer.split(b"\r\n")[0]
    assert it.tally.refusals == [("teams", "too_large")]
    assert is_untouched(it)


async def test_a_body_that_hides_its_size_is_stopped_all_the_same():
    async def endless():
        for _ in range(40):
            yield b" " * 100_000

    async with microsoft() as it:
        headers = {**JSON, "Authorization": f"Bearer {it.token()}"}
        async with it.session.post(it.url, data=endless(), headers=headers) as response:
            assert response.status == 413

    assert it.tally.refusals == [("teams", "too_large")]


async def test_a_packed_body_is_not_unpacked():
    async with microsoft() as it:
        packed = gzip.compress(bytes(50_000_000))
        status, _ = await it.post_raw(packed, f"Bearer {it.token()}", {"Content-Encoding": "gzip"})

    assert status == 415
    assert it.tally.refusals == [("teams", "encoded")]
    assert is_untouched(it)


async def test_a_body_that_comes_drop_by_drop_is_not_waited_for():
    async with microsoft(patience=0.1) as it:
        address = urlsplit(it.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        head = f"POST /api/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {it.token()}\r\nContent-Length: 100\r\n\r\n{{"
        writer.write(head.encode())
        answer = await asyncio.wait_for(reader.read(200), 5)
        writer.close()

    assert b" 408 " in answer.split(b"\r\n")[0]
    assert it.tally.refusals == [("teams", "too_slow")]


def test_depth_is_found_cheaply():
    deepest = b'{"text": "' + b"[" * 900_000 + b'"}'
    flat = b"[" + b"[]," * 300_000 + b"[]]"
    unclosed = b'"' + b'\\"' * 400_000 + b"[" * 100
    begun_at = time.perf_counter()
    answers = [is_deep(each) for each in (deepest, flat, unclosed, b"[" * 1_000_000)]

    assert answers == [False, False, False, True]
    assert time.perf_counter() - begun_at < 2.0


# --- The keys -----------------------------------------------------------------------------------------------


async def test_while_nobody_can_tell_who_it_is_it_is_asked_to_come_again():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}/metadata"
    async with microsoft(metadata_url=nowhere) as it:
        status, _ = await it.post(it.activity("message"))

    assert status == 503
    assert it.tally.refusals == []
    assert is_untouched(it)


# --- Which addresses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net:443/emea/7f3c/",
        "https://SMBA.trafficmanager.net/amer",
        "https://europe.botframework.com/x",
        "https://gcc.example.us/teams/",
        "http://127.0.0.1:3978/_connector",
    ],
)
def test_microsofts_services_and_those_that_were_named_are_believed(url: str):
    assert Trusted(["https://gcc.example.us", "http://127.0.0.1:3978"]).is_service(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "smba.trafficmanager.net",
        "http://smba.trafficmanager.net/emea/",
        "https://evil.example/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://evil.example\\@smba.trafficmanager.net/",
        "https://evil.example#@smba.trafficmanager.net/",
        "https://evilbotframework.com/",
        "https://botframework.com.evil.example/",
        "https://smba.trafficmanager.net:8443/",
        "https://smba.trafficmanager.net:0/",
        "https://smba.trafficmanager.net:99999/",
        "https://[::1]/",
        "https://127.0.0.1:3978/",
        "http://127.0.0.1:3979/",
        "ftp://smba.trafficmanager.net/",
        "https://smba.trafficmanager.net\r\nHost: evil.example/",
        "https://smba.trafficmanager.n\N{CYRILLIC SMALL LETTER IE}t/",
        "javascript:alert(1)",
    ],
)
def test_no_other_address_gets_our_token(url: str):
    assert not Trusted(["http://127.0.0.1:3978"]).is_service(url)


def test_files_lie_where_teams_keeps_them():
    trusted = Trusted()
    assert trusted.is_file("https://contoso-my.sharepoint.com/personal/x")
    assert not trusted.is_file("https://smba.trafficmanager.net/x")
    assert not trusted.is_file("https://contoso.sharepoint.com.evil.example/x")
    assert not trusted.is_service("https://contoso-my.sharepoint.com/personal/x")


@pytest.mark.parametrize("name", ["http://gcc.example.us", "ftp://x", "a b", "http://10.0.0.1"])
def test_an_address_that_cannot_be_trusted_cannot_be_named(name: str):
    with pytest.raises(TeamsRefused, match="TEAMS_SERVICE_URLS"):
        Trusted([name])


@pytest.mark.parametrize(
    ("missing", "variable"),
    [("app_id", "TEAMS_APP_ID"), ("password", "TEAMS_APP_PASSWORD"), ("tenant", "TEAMS_APP_TENANT_ID")],
)
def test_without_its_registration_the_channel_is_not_built(missing: str, variable: str):
    """Without an app id, the SDK would believe everybody."""
    with pytest.raises(TeamsRefused, match=variable):
        TeamsOptions(**{"app_id": "a", "password": "b", "tenant": "c", missing: ""})
