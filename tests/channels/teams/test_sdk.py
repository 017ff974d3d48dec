"""The nine faults of Microsoft's SDK (botbuilder 4.17.1, the last one) and why each does not reach us.

1. It burns 7 ms of a turn in the retry policy of each new client: no such client is made (here).
2. It asks for a new token in every turn: ours is kept (here).
3. It waits for that token in everybody's way: ours is fetched in a thread (here).
4. It fetches signing keys in everybody's way, waits for ever, and answers 500 for a new key: ours (here).
5. Its edge answers a forged token with 500 and a stack trace: `test_refusals.py` sees 401, 400 and 413.
6. It breaks the answer of an invoke: here, and `test_adapter.py`.
7. Six hung sends freeze all sending: `test_sender.py`, "sends that hang do not hold up the others".
8. It tries some sends again by itself: `test_sender.py` counts one attempt for each answer.
9. It hides the status of an answer that is no JSON: `test_sender.py` has answers in HTML.
"""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import jwt
import pytest
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth import MicrosoftAppCredentials
from msrest.universal_http.requests import ClientRetryPolicy

from bot.channels.teams.connector import Connector as OurConnector
from bot.channels.teams.credentials import AppToken
from bot.channels.teams.keys import Keys, KeysAway
from bot.channels.teams.reference import Reference
from bot.channels.teams.trusted import Trusted
from bot.errors import DeliveryError
from bot.message import Press
from bot.reply import Reply
from tests.bot_framework.connector import UNAUTHORIZED, Connector
from tests.bot_framework.issuer import Flaw, Issuer
from tests.bot_framework.people import BOT_ID, PERSONAL_CHAT_ID, PRIYA, TENANT_ID
from tests.channels.teams.fake_desk import Row
from tests.channels.teams.microsoft import microsoft

HOME = "https://smba.trafficmanager.net/emea/"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
def there() -> Iterator[Connector]:
    with Connector() as connector:
        yield connector


class Clock:
    """Stands still until it is moved."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def watched() -> AsyncIterator[list[float]]:
    """Notes for how long nothing else could run, in seconds; the longest comes first at the end."""
    gaps: list[float] = []

    async def tick() -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.005)
            gaps.append(time.perf_counter() - last)
            last = time.perf_counter()

    task = asyncio.create_task(tick())
    await asyncio.sleep(0.02)
    gaps.clear()
    yield gaps
    task.cancel()
    gaps.sort(reverse=True)


def key_id(issuer: Issuer, flaw: Flaw | None = None) -> str | None:
    kid = jwt.get_unverified_header(issuer.token(HOME, flaw)).get("kid")
    return None if kid is None else str(kid)


# --- 1. The retry policy ------------------------------------------------------------------------------------


def retry_policies() -> int:
    return sum(type(each) is ClientRetryPolicy for each in gc.get_objects())


async def test_a_turn_makes_no_client_of_the_sdk():
    async with microsoft() as it:
        before = retry_policies()
        await it.post(it.activity("message"))
        await it.teams.sender.send(Row(it.desk.heard[0].address), Reply("hello"))
        made = retry_policies() - before
        theirs = ConnectorClient(MicrosoftAppCredentials("", ""), base_url=HOME)
        assert retry_policies() > before + made, "this test would not notice a client of the SDK"
        del theirs

    assert made == 0


# --- 2. and 3. Our own token --------------------------------------------------------------------------------


class Entra:
    """Gives tokens, and counts them."""

    def __init__(self, takes: float = 0.0) -> None:
        self.takes = takes
        self.asked = 0
        self.threads: set[int] = set()
        self.error: Exception | None = None

    def __call__(self) -> str:
        self.asked += 1
        self.threads.add(threading.get_ident())
        time.sleep(self.takes)
        if self.error:
            raise self.error
        return f"token-{self.asked}"


@asynccontextmanager
async def connected(there: Connector, token: AppToken) -> AsyncIterator[tuple[OurConnector, Reference]]:
    connector = OurConnector(token, Trusted([there.url]))
    yield connector, Reference(TENANT_ID, PERSONAL_CHAT_ID, there.url, BOT_ID, PRIYA.id)
    await connector.close()


async def test_eleven_sends_at_once_need_one_token(there: Connector):
    entra = Entra(takes=0.05)
    async with connected(there, AppToken(entra)) as (connector, here):
        await asyncio.gather(*(connector.post(here, {"type": "message"}) for _ in range(10)))
        await connector.post(here, {"type": "message"})

    assert entra.asked == 1
    assert {attempt.authorization for attempt in there.attempts} == {"Bearer token-1"}


async def test_a_token_that_takes_long_holds_up_nobody():
    entra = Entra(takes=0.4)
    async with watched() as gaps:
        await AppToken(entra).get()

    assert entra.threads.isdisjoint({threading.get_ident()})
    assert gaps[0] < 0.3


async def test_a_token_is_asked_for_again_before_it_can_be_too_old():
    entra, clock = Entra(), Clock()
    token = AppToken(entra, clock=clock)
    first = await token.get()
    clock.now += 239
    again = await token.get()
    clock.now += 2
    later = await token.get()

    assert (first, again, later) == ("token-1", "token-1", "token-2")


async def test_a_token_that_was_refused_is_not_used_again(there: Connector):
    there.plan(UNAUTHORIZED)
    async with connected(there, AppToken(Entra())) as (connector, here):
        with pytest.raises(DeliveryError):
            await connector.post(here, {"type": "message"})
        await connector.post(here, {"type": "message"})

    assert [attempt.authorization for attempt in there.attempts] == ["Bearer token-1", "Bearer token-2"]


async def test_without_a_token_nothing_was_sent_and_another_try_is_right(there: Connector):
    entra = Entra()
    entra.error = PermissionError("AADSTS7000215: Invalid client secret provided.")
    async with connected(there, AppToken(entra)) as (connector, here):
        with pytest.raises(DeliveryError, match="Invalid client secret") as raised:
            await connector.post(here, {"type": "message"})

    assert (raised.value.ambiguous, raised.value.permanent) == (False, False)
    assert there.attempts == []


async def test_a_fetch_that_never_comes_back_does_not_stop_the_next_one_for_ever():
    entra, clock = Entra(takes=1.0), Clock()
    token = AppToken(entra, clock=clock, patience=0.05)
    for _ in range(3):
        with pytest.raises(DeliveryError):
            await token.get()
    entra.takes = 0.0
    clock.now += 31
    assert await token.get() == "token-2"
    assert entra.asked == 2


# --- 4. The signing keys ------------------------------------------------------------------------------------


async def test_slow_keys_hold_up_nobody(issuer: Issuer):
    issuer.delay = 0.2
    async with watched() as gaps:
        await Keys(issuer.metadata_url).get(key_id(issuer))

    assert gaps[0] < 0.15


async def test_keys_are_fetched_once_however_many_ask(issuer: Issuer):
    issuer.delay = 0.05
    keys = Keys(issuer.metadata_url)
    await asyncio.gather(*(keys.get(key_id(issuer)) for _ in range(10)))
    assert issuer.reads == 1


async def test_a_new_key_is_known_within_a_minute(issuer: Issuer):
    clock = Clock()
    keys = Keys(issuer.metadata_url, clock=clock)
    await keys.get(key_id(issuer))
    issuer.rotate()
    with pytest.raises(PermissionError):
        await keys.get(key_id(issuer))
    clock.now += 61
    assert (await keys.get(key_id(issuer))).endorsements == ("msteams",)


async def test_unknown_keys_make_us_fetch_once_a_minute_at_most(issuer: Issuer):
    clock = Clock()
    keys = Keys(issuer.metadata_url, clock=clock)
    for number in range(120):
        with pytest.raises(PermissionError):
            await keys.get(f"guessed-{number}")
        clock.now += 1
    assert issuer.reads == 2


@pytest.mark.parametrize("flaw", [Flaw.UNKNOWN_KEY, Flaw.OTHER_CHANNEL, Flaw.NO_ENDORSEMENT, Flaw.NO_KEY_ID])
async def test_only_a_key_that_speaks_for_teams_is_one(issuer: Issuer, flaw: Flaw):
    with pytest.raises(PermissionError):
        await Keys(issuer.metadata_url).get(key_id(issuer, flaw))


async def test_an_issuer_that_never_answers_is_not_waited_for(issuer: Issuer):
    issuer.delay = 5.0
    begun_at = time.monotonic()
    with pytest.raises(KeysAway):
        await Keys(issuer.metadata_url, patience=0.1).get("any")
    issuer.delay = 0.0

    assert time.monotonic() - begun_at < 2.0


async def test_an_issuer_that_comes_back_is_asked_again_soon(issuer: Issuer):
    clock = Clock()
    keys = Keys(issuer.metadata_url, clock=clock, patience=0.1)
    issuer.delay = 1.0
    with pytest.raises(KeysAway):
        await keys.get(key_id(issuer))
    issuer.delay = 0.0
    clock.now += 6
    assert (await keys.get(key_id(issuer))).endorsements == ("msteams",)


async def test_keys_go_on_being_good_while_the_issuer_is_away():
    clock = Clock()
    with Issuer() as issuer:
        keys = Keys(issuer.metadata_url, clock=clock)
        known = key_id(issuer)
        await keys.get(known)
    clock.now += 90_000
    assert (await keys.get(known)).endorsements == ("msteams",)
    with pytest.raises(KeysAway):
        await keys.get("a new one")


# --- 6. The answer of an invoke -------------------------------------------------------------------------------


async def test_the_answer_of_an_invoke_arrives_as_it_was_given():
    async with microsoft() as it:
        it.desk.replies["1001"] = Reply("Thank you.", used="Priya has read this.")
        press = {"press": Press("seen").token(), "card": "c"}
        activity = it.activity("card_execute", replyToId="1001", value={"action": {"data": press}})
        status, body = await it.post(activity)

    assert status == 200
    assert body["value"]["type"] == "AdaptiveCard"
