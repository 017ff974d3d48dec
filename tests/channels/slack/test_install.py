"""An administrator installs the app: once, in their own browser, with every permission it needs, where it may be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.channels.slack.manifest import OPTIONAL_SCOPES, SCOPES
from tests.channels.slack.fake_desk import FakeInstallations, installation
from tests.channels.slack.fake_slack import TEAM, FakeSlack, Mishap
from tests.channels.slack.workspace import NOW, Answer, Workspace, open_workspace

GRANTED = ",".join([*SCOPES, *OPTIONAL_SCOPES])


def consents(fake: FakeSlack, **more: Any) -> None:
    """Slack has a token for the code "code-1"."""
    fake.oauth["code-1"] = {
        "access_token": "xoxb-new",
        "token_type": "bot",
        "scope": GRANTED,
        "bot_user_id": "U0BOT",
        "team": {"id": TEAM, "name": "North <b>"},
        "enterprise": None,
        "is_enterprise_install": False,
        **more,
    }


async def begun(at: Workspace) -> dict[str, str]:
    """The browser is on its way to Slack; what it takes along."""
    async with at.session.get(f"{at.url}/slack/install", allow_redirects=False) as response:
        assert response.status == 302
        target = urlsplit(response.headers["Location"])
        assert response.cookies["slack-install"]["httponly"]
        assert response.cookies["slack-install"]["samesite"] == "Lax"
    assert target.path == "/oauth/v2/authorize"
    return {name: values[0] for name, values in parse_qs(target.query).items()}


async def back(at: Workspace, **query: str) -> Answer:
    """Slack sends the browser back."""
    async with at.session.get(f"{at.url}/slack/oauth_redirect", params=query) as response:
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert response.headers["Cache-Control"] == "no-store"
        return Answer(response.status, await response.text(), response.headers)


def installing(**options: Any) -> Any:
    return open_workspace(installations=FakeInstallations(), before=consents, **options)


def kept(at: Workspace) -> dict[str, Any]:
    assert at.installations is not None
    return at.installations.kept


async def test_an_installation_asks_for_the_least_and_is_kept():
    async with installing(base_url="https://coach.example/") as at:
        asked = await begun(at)
        assert set(asked["scope"].split(",")) == {*SCOPES, *OPTIONAL_SCOPES}
        assert asked["redirect_uri"] == "https://coach.example/slack/oauth_redirect"
        at.session.cookie_jar.update_cookies(
            {"slack-install": asked["state"]}
        )  # a Secure one, over plain http
        answer = await back(at, code="code-1", state=asked["state"])
        assert answer.status == 200
        assert "installed in North &lt;b&gt;" in answer.text
        installed = kept(at)[TEAM]
        [exchange] = at.fake.asked("oauth.v2.access")
    assert (installed.token, installed.bot_user, installed.name) == ("xoxb-new", "U0BOT", "North <b>")
    assert installed.scopes == {*SCOPES, *OPTIONAL_SCOPES}
    assert installed.expires_at is None
    assert exchange["redirect_uri"] == asked["redirect_uri"]


async def test_from_then_on_the_workspace_is_let_in():
    async with installing() as at:
        assert (await at.sends("message_im")).status == 403
        state = (await begun(at))["state"]
        await back(at, code="code-1", state=state)
        assert (await at.sends("message_im")).status == 200


async def test_an_installation_anew_replaces_the_token_at_once():
    installations = FakeInstallations(installation("xoxb-old"))
    async with open_workspace(installations=installations, before=consents) as at:
        await at.sends("message_im")  # the old one is known now
        await back(at, code="code-1", state=(await begun(at))["state"])
        await at.sends("documented/app_home_opened_home")
        await at.asked("views.publish")
        assert at.fake.calls[-1].token == "xoxb-new"


async def test_a_token_that_ends_is_kept_with_its_end():
    rotating = {"expires_in": 43_200, "refresh_token": "xoxe-1"}
    async with installing() as at:
        consents(at.fake, **rotating)
        await back(at, code="code-1", state=(await begun(at))["state"])
        installed = kept(at)[TEAM]
    assert (installed.refresh_token, installed.expires_at) == ("xoxe-1", NOW + timedelta(hours=12))


async def test_an_installation_for_a_whole_enterprise_is_kept_under_it():
    org = {"enterprise": {"id": "E1", "name": "Works"}, "is_enterprise_install": True, "team": None}
    async with installing() as at:
        consents(at.fake, **org)
        assert "installed in Works" in (await back(at, code="code-1", state=(await begun(at))["state"])).text
        assert kept(at)["E1"].enterprise == "E1"


async def test_whoever_cancels_is_told_that_nothing_happened():
    async with installing() as at:
        answer = await back(at, error="access_denied", state=(await begun(at))["state"])
        assert answer.status == 200
        assert "You cancelled it" in answer.text
        assert kept(at) == {}


async def test_a_state_is_good_once():
    async with installing() as at:
        state = (await begun(at))["state"]
        await back(at, code="code-1", state=state)
        consents(at.fake)
        at.session.cookie_jar.update_cookies({"slack-install": state})
        answer = await back(at, code="code-1", state=state)
        assert answer.status == 401
        assert "once, within 10 minutes" in answer.text
        assert len(at.fake.asked("oauth.v2.access")) == 1


@pytest.mark.parametrize("state", ["", "guessed", "x" * 5_000, "\ud83d\ude00"])
async def test_a_state_of_somebody_elses_making_is_refused(state: str):
    async with installing() as at:
        await begun(at)
        assert (await back(at, code="code-1", state=state)).status == 401
        assert at.fake.asked("oauth.v2.access") == []


async def test_another_browser_cannot_finish_what_this_one_began():
    async with installing() as at:
        state = (await begun(at))["state"]
        at.session.cookie_jar.clear()
        assert (await back(at, code="code-1", state=state)).status == 401
        assert kept(at) == {}


async def test_a_missing_scope_is_named_with_its_reason():
    async with installing() as at:
        consents(at.fake, scope="chat:write,commands")
        answer = await back(at, code="code-1", state=(await begun(at))["state"])
        assert answer.status == 403
        assert "im:history: to hear what people write to the coach" in answer.text
        assert kept(at) == {}


async def test_an_optional_scope_may_be_left_out():
    async with installing() as at:
        consents(at.fake, scope=",".join(SCOPES))
        assert (await back(at, code="code-1", state=(await begun(at))["state"])).status == 200


async def test_a_workspace_that_is_not_on_the_list_is_not_kept_and_its_token_given_back():
    async with installing(allowed_workspaces=frozenset({"T9OTHER"})) as at:
        answer = await back(at, code="code-1", state=(await begun(at))["state"])
        assert answer.status == 403
        assert "not on the list" in answer.text
        assert kept(at) == {}
        assert [call.token for call in at.fake.calls if call.method == "auth.revoke"] == ["xoxb-new"]


async def test_a_code_that_slack_does_not_take_is_explained():
    async with installing() as at:
        answer = await back(at, code="used", state=(await begun(at))["state"])
        assert answer.status == 400
        assert "Begin again" in answer.text


async def test_while_slack_is_away_nothing_is_installed():
    async with installing() as at:
        at.fake.has_mishap("oauth.v2.access", Mishap(500))
        answer = await back(at, code="code-1", state=(await begun(at))["state"])
        assert answer.status == 502
        assert kept(at) == {}


async def test_while_the_store_is_away_the_page_says_so():
    installations = FakeInstallations()
    async with open_workspace(installations=installations, before=consents) as at:
        installations.is_down = True
        async with at.session.get(f"{at.url}/slack/install", allow_redirects=False) as response:
            assert response.status == 503
        installations.is_down = False
        state = (await begun(at))["state"]
        installations.is_down = True
        assert (await back(at, code="code-1", state=state)).status == 503


async def test_over_https_the_cookie_is_never_sent_in_clear():
    async with (
        installing(base_url="https://coach.example") as at,
        at.session.get(f"{at.url}/slack/install", allow_redirects=False) as response,
    ):
        assert response.cookies["slack-install"]["secure"]


async def test_with_a_bot_token_of_its_own_nobody_can_install_anything():
    async with open_workspace() as at, at.session.get(f"{at.url}/slack/install") as response:
        assert response.status == 404
