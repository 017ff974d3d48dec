"""What the strict Slack refuses, and what people read then: installing, missing scopes, late windows, changed pages."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import aiohttp
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from bot.channels.slack.manifest import OPTIONAL_SCOPES, SCOPES
from bot.chat_desk import chat_code_hash
from bot.store import access
from bot.store.tables import outbox
from bot.wall_clock import now
from tests.clients.coach import RunningCoach
from tests.clients.emulate import BOT_TOKEN, CLIENT_ID, CLIENT_SECRET, Emulate
from tests.clients.local_slack import SIGNING_SECRET
from tests.clients.program import free_port, in_a_loop, until
from tests.clients.shown import Thing, pressed
from tests.payloads.slack.replay import payload, request

ALL_SCOPES = (*SCOPES, *OPTIONAL_SCOPES)
MUTE = "xoxb-mute"
EVENT = "temp in cold room 2 was out of range this morning"
CODE = "k7mq-2rtv-9xhd"
TRIGGER_SECONDS = 3.0
ITS_STEP = "Step 4 of 23"  # stands in the window for the fourth question, and in no notification


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def strict(clients: Path, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulate]:
    """One strict Slack for all. One more bot is there, which may not write."""
    tokens = {MUTE: [scope for scope in ALL_SCOPES if scope != "chat:write"]}
    back = f"http://127.0.0.1:{port}/slack/oauth_redirect"
    with Emulate(
        tmp_path_factory.mktemp("strict"), redirect_uri=back, scopes=ALL_SCOPES, tokens=tokens
    ) as strict:
        yield strict


@dataclass
class Workspace:
    """What Alice does there: Slack tells the coach of it, signed, as it would."""

    strict: Emulate
    coach: RunningCoach
    alice: str = field(init=False)
    room: str = field(init=False)
    team: str = field(init=False)
    bot: str = field(init=False)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        us = self.strict.call("auth.test")
        self.team, self.bot, self.alice = us["team_id"], us["user_id"], self.strict.user_id("alice")
        self.room = self.strict.call("conversations.open", {"users": self.alice})["channel"]["id"]

    def say(self, words: str) -> int:
        """Alice writes to the app. Returns the status of the coach's answer."""
        ts = self.moment()
        event = {"channel": self.room, "user": self.alice, "text": words, "ts": ts, "event_ts": ts}
        return self.tell("message_im", event)

    def open_home(self, seen: str) -> int:
        """Alice opens the app's Home tab, on which she saw what had this hash."""
        view = payload("documented/app_home_opened_home")["event"]["view"] | {"hash": seen}
        return self.tell("documented/app_home_opened_home", {"user": self.alice, "view": view})

    def tell(self, name: str, event: Thing) -> int:
        body = payload(name) | {"team_id": self.team, "event_id": f"EvSTRICT{next(self.numbers)}"}
        body["event"] |= event
        body["authorizations"][0] |= {"team_id": self.team, "user_id": self.bot}
        return self.post(name, body)

    def press(self, label: str, trigger: str) -> int:
        """Alice presses a button of the newest message that has it; `trigger` may open a window."""
        for message in self.messages():
            if action := pressed(message.get("blocks", []), label):
                body = payload("block_actions_button")
                body["team"]["id"], body["user"] = (
                    self.team,
                    body["user"] | {"id": self.alice, "team_id": self.team},
                )
                body["container"] |= {"message_ts": message["ts"], "channel_id": self.room}
                body["channel"]["id"], body["message"] = self.room, message
                body["actions"] = [action | {"action_ts": self.moment()}]
                return self.post("block_actions_button", body | {"trigger_id": trigger})
        raise AssertionError(f"no message has a button {label!r}")

    def use_shortcut(self, trigger: str, *, on: str = "") -> int:
        """Alice uses the shortcut "Start a playbook"; or the other one, on a message of these words in a channel."""
        name = "documented/message_action" if on else "documented/shortcut"
        body = payload(name) | {"trigger_id": trigger, "action_ts": self.moment()}
        if on:
            body["message"]["text"] = on
        body["team"]["id"], body["user"] = self.team, body["user"] | {"id": self.alice, "team_id": self.team}
        return self.post(name, body)

    def post(self, name: str, body: Mapping[str, Any]) -> int:
        sent = request(name, secret=SIGNING_SECRET, timestamp=int(now().timestamp()), body=body)
        status = in_a_loop(_post(f"{self.coach.url}/slack/events", sent.body, sent.headers))
        self.coach.settle()
        return status

    def moment(self) -> str:
        return f"{now().timestamp():.6f}"

    def messages(self) -> list[Thing]:
        """What stands in her conversation with the app, the newest first."""
        messages: list[Thing] = self.strict.call("conversations.history", {"channel": self.room})["messages"]
        return messages

    def reads(self, words: str) -> str:
        """Her conversation with the app with whispers, the Home tab and windows, once these words are there."""
        return until(lambda: shown if words in (shown := self.strict.words(self.room)) else "", repr(words))

    def give_code(self) -> None:
        """Alice has a one-time code, by which the coach knows her: Slack's strict stand-in confirms no address."""
        with self.coach.app.database.writing() as conn:
            access.make_link(conn, "alex", chat_code_hash(CODE), timedelta(hours=1))
        self.say(CODE)


async def _post(url: str, body: str, headers: Mapping[str, str]) -> int:
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status


@pytest.fixture
def database_file(migrated_file: Path, tmp_path: Path) -> str:
    shutil.copyfile(migrated_file, tmp_path / "coach.db")
    return f"sqlite:///{tmp_path / 'coach.db'}"


def installed_by_pages(strict: Emulate, port: int) -> dict[str, str]:
    """What the environment says where workspaces are added by pages, and no token is given."""
    return {
        "SLACK_API_URL": strict.api_url,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_CLIENT_ID": CLIENT_ID,
        "SLACK_CLIENT_SECRET": CLIENT_SECRET,
        "QMS_COACH_URL": f"http://127.0.0.1:{port}",
    }


@pytest.fixture
def coach(strict: Emulate, port: int, database_file: str) -> Iterator[RunningCoach]:
    """A coach that is installed nowhere yet."""
    with RunningCoach(database_file, installed_by_pages(strict, port), port=port) as coach:
        yield coach


def with_token(strict: Emulate, port: int, database_url: str, token: str) -> RunningCoach:
    """A coach for this one workspace, with this token."""
    variables = {
        "SLACK_API_URL": strict.api_url,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_BOT_TOKEN": token,
    }
    return RunningCoach(database_url, variables, port=port)


class Browser:
    """A browser that is led through an installation, page by page. Its cookie stays in it."""

    def __init__(self, strict: Emulate, coach: RunningCoach) -> None:
        self.strict, self.coach = strict, coach
        self.cookies: Mapping[str, str] = {}

    def begin(self) -> str:
        """Where the coach sends it."""
        return in_a_loop(self._begin())

    def finish(self, address: str) -> tuple[int, str]:
        """The page at which it ends: status and words."""
        return in_a_loop(self._finish(address))

    async def _begin(self) -> str:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.coach.url}/slack/install", allow_redirects=False) as answer,
        ):
            self.cookies = {name: morsel.value for name, morsel in answer.cookies.items()}
            return answer.headers["Location"]

    async def _finish(self, address: str) -> tuple[int, str]:
        async with aiohttp.ClientSession(cookies=self.cookies) as session, session.get(address) as answer:
            return answer.status, re.sub(r"<style>.*</style>|<[^>]+>", " ", await answer.text())


# --- Installing -------------------------------------------------------------------------------------------------------


def test_the_app_is_installed_by_its_pages_and_speaks_with_the_token_it_got(
    coach: RunningCoach, strict: Emulate, page: Page, pictures: Path
):
    workspace = Workspace(strict, coach)
    assert workspace.say("hello") == 403, "where the app is not installed, nobody is heard"

    page.goto(f"{coach.url}/slack/install")
    page.screenshot(path=pictures / "slack-install-consent.png")
    page.get_by_role("button", name="alice").click()
    expect(page.get_by_role("heading")).to_have_text("The coach is installed in QMS Test")
    page.screenshot(path=pictures / "slack-install-done.png")

    workspace.give_code()
    workspace.reads("Thank you. I know you now.")
    assert workspace.say(EVENT) == 200
    newest = workspace.messages()[0]
    assert 'That sounds like something for "Open a deviation".' in newest["text"]
    assert newest["user"] == workspace.bot


def test_an_installation_is_finished_once(coach: RunningCoach, strict: Emulate):
    browser = Browser(strict, coach)
    back = strict.consent(browser.begin(), "alice")
    assert browser.finish(back)[0] == 200

    status, words = browser.finish(back)

    assert status == 401
    assert "This page is out of date" in words
    assert "Begin again" in words


def test_an_installation_begun_in_another_browser_is_not_finished_here(coach: RunningCoach, strict: Emulate):
    back = strict.consent(Browser(strict, coach).begin(), "alice")

    status, words = Browser(strict, coach).finish(back)

    assert status == 401
    assert "must be finished in the browser that began it" in words
    assert Workspace(strict, coach).say("hello") == 403, "nothing was installed"


def test_an_installation_that_lacks_a_permission_says_which_and_keeps_nothing(
    coach: RunningCoach, strict: Emulate
):
    browser = Browser(strict, coach)
    asked = urlsplit(browser.begin())
    query = {name: values[0] for name, values in parse_qs(asked.query).items()}
    query["scope"] = ",".join(scope for scope in query["scope"].split(",") if scope != "im:history")

    status, words = browser.finish(
        strict.consent(urlunsplit(asked._replace(query=urlencode(query))), "alice")
    )

    assert status == 403
    assert "Something is missing" in words
    assert "im:history: to hear what people write to the coach" in words
    assert Workspace(strict, coach).say("hello") == 403, "nothing was kept"


# --- A missing scope ---------------------------------------------------------------------------------------------------


def test_without_the_permission_to_write_what_is_missing_is_named_and_nothing_is_lost(
    strict: Emulate, port: int, database_file: str
):
    with with_token(strict, port, database_file, MUTE) as coach:
        workspace = Workspace(strict, coach)
        workspace.give_code()
        assert workspace.say(EVENT) == 200
        with coach.app.database.reading() as conn:
            failed = conn.execute(select(outbox.c.state, outbox.c.last_error)).all()
    assert {state for state, _ in failed} == {"failed"}
    assert failed[0].last_error == (
        "chat.postMessage: missing_scope (chat:write); install the app again in this workspace, "
        "with every permission it asks for"
    )

    # It is installed again. What she had told is known: the answer to the offer that she could not see begins the run.
    with with_token(strict, port, database_file, BOT_TOKEN) as coach:
        workspace = Workspace(strict, coach)
        workspace.say("yes")
        assert "Is anyone hurt or in danger?" in workspace.messages()[0]["text"]


# --- Too late, and changed meanwhile ----------------------------------------------------------------------------------


@pytest.fixture
def workspace(strict: Emulate, port: int, database_file: str) -> Iterator[Workspace]:
    """Alice is known, and is at the fourth question of a deviation."""
    with with_token(strict, port, database_file, BOT_TOKEN) as coach:
        workspace = Workspace(strict, coach)
        workspace.give_code()
        workspace.say(EVENT)
        for label in ("Yes, let's start", "No", "No", "Yes"):
            workspace.press(label, "unused")
        yield workspace


def test_a_window_that_comes_too_late_is_a_sentence_and_nothing_is_lost(
    workspace: Workspace, strict: Emulate
):
    late = strict.trigger("alice")
    time.sleep(TRIGGER_SECONDS + 0.1)
    assert workspace.press("Write in a form", late) == 200
    workspace.reads("I could not open that just now. Please press it once more. Your answers are safe.")
    assert ITS_STEP not in strict.words(workspace.room), "no window is open"

    workspace.press("Write in a form", strict.trigger("alice"))
    workspace.reads(ITS_STEP)
    workspace.say("Shift supervisor at 06:20")
    assert "Where is it written in the official record?" in workspace.messages()[0]["text"]


def test_a_home_tab_that_was_changed_meanwhile_shows_how_things_stand(workspace: Workspace):
    workspace.open_home(seen="")
    workspace.reads("Next: Who was told, and when")
    workspace.say("Shift supervisor at 06:20")

    assert workspace.open_home(seen="1795655442.stale") == 200

    home = workspace.reads("Next: Official record")
    assert EVENT in home


# --- Shortcuts, which only the documentation shows us -----------------------------------------------------------------


def test_the_shortcut_opens_the_window_of_playbooks_and_too_late_a_sentence(
    workspace: Workspace, strict: Emulate
):
    assert workspace.use_shortcut(strict.trigger("alice")) == 200
    workspace.reads("I ask one short question at a time, in your messages with me.")

    used = strict.trigger("alice")
    workspace.use_shortcut(used)
    assert workspace.use_shortcut(used) == 200
    workspace.reads("I could not open that just now. Please press it once more. Your answers are safe.")


def test_a_message_in_a_channel_is_thought_through_in_private(workspace: Workspace, strict: Emulate):
    assert workspace.use_shortcut(strict.trigger("alice"), on=EVENT) == 200

    newest = workspace.messages()[0]["text"]
    assert newest.startswith(f'You are in the middle of "{EVENT}".')
    assert 'Shall I put it aside, and start "Open a deviation"?' in newest
