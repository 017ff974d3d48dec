"""The issuer's tokens are what the Bot Framework's own check takes, and each flaw is one it looks for."""

from __future__ import annotations

import time
from collections.abc import Iterator

import aiohttp
import jwt
import pytest
from botframework.connector.auth import (
    AuthenticationConfiguration,
    ChannelValidation,
    SimpleCredentialProvider,
)

from tests.bot_framework.issuer import CHANNEL, Flaw, Issuer
from tests.bot_framework.people import APP_ID

HOME = "https://smba.trafficmanager.net/emea/"


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """An issuer which the Bot Framework's check asks for keys; its address is a setting of theirs."""
    with Issuer() as issuer:
        monkeypatch.setattr(ChannelValidation, "open_id_metadata_endpoint", issuer.metadata_url)
        yield issuer


async def check(token: str, service_url: str = HOME, app_id: str = APP_ID) -> None:
    """The Bot Framework's own check; raises when it does not let this token in."""
    await ChannelValidation.authenticate_channel_token_with_service_url(
        f"Bearer {token}",
        SimpleCredentialProvider(app_id, ""),
        service_url,
        CHANNEL,
        AuthenticationConfiguration(),
    )


async def published(issuer: Issuer) -> set[str]:
    """The names of the keys, found as a bot finds them."""
    async with aiohttp.ClientSession() as client:
        async with client.get(issuer.metadata_url) as answer:
            keys_url = (await answer.json())["jwks_uri"]
        async with client.get(keys_url) as answer:
            return {key["kid"] for key in (await answer.json())["keys"]}


async def test_a_token_without_a_flaw_is_let_in(issuer: Issuer) -> None:
    await check(issuer.token(HOME))

    assert issuer.reads == 1


@pytest.mark.parametrize("flaw", [flaw for flaw in Flaw if flaw is not Flaw.NO_ENDORSEMENT], ids=str)
async def test_a_token_with_a_flaw_is_refused(issuer: Issuer, flaw: Flaw) -> None:
    await check(issuer.token(HOME))

    with pytest.raises(Exception):  # noqa: B017, PT011 - theirs raises all sorts, a bare Exception among them
        await check(issuer.token(HOME, flaw))


async def test_the_bot_frameworks_check_forgives_a_key_without_any_endorsement(issuer: Issuer) -> None:
    await check(issuer.token(HOME, Flaw.NO_ENDORSEMENT))


async def test_a_token_holds_for_its_bot_and_its_address_alone(issuer: Issuer) -> None:
    with pytest.raises(PermissionError):
        await check(issuer.token(HOME), service_url="https://smba.trafficmanager.net/amer/")
    with pytest.raises(PermissionError):
        await check(issuer.token(HOME), app_id="99999999-2222-3333-4444-555555555555")


async def test_after_a_rotation_only_the_new_key_is_published(issuer: Issuer) -> None:
    old = await published(issuer)
    issuer.rotate()
    new = await published(issuer)

    assert "key-1" in old
    assert {"key-1", "key-2"} & new == {"key-2"}
    assert "unpublished" not in old | new


async def test_a_slow_issuer_keeps_whoever_asks_waiting(issuer: Issuer) -> None:
    issuer.delay = 0.2
    begun_at = time.monotonic()

    await published(issuer)

    assert time.monotonic() - begun_at > 2 * issuer.delay


async def test_a_token_is_good_for_an_hour_of_the_issuers_clock() -> None:
    with Issuer(now=lambda: 1_764_060_000.0) as issuer:
        claims = jwt.decode(issuer.token(HOME), options={"verify_signature": False})

    assert claims["exp"] == 1_764_060_000 + 3600
