"""A Slack workspace on this machine: real events, Socket Mode, modals and a page to look at, with nobody else in it.

It is `local-slack` from npm. Where it differs from Slack is listed in `tests/payloads/slack/README.md`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import parse_qsl

import aiohttp

from tests.clients.node import modules
from tests.clients.program import Program, free_port, in_a_loop, until
from tests.clients.shown import Thing, chosen, filled_in, pressed, words_of

Mode = Literal["events", "socket"]

BOT_TOKEN = "xoxb-test-token"
APP_TOKEN = "xapp-test-token"
SIGNING_SECRET = "test-signing-secret"
TEAM_ID, APP_ID, BOT_ID, GENERAL = "T01TEST", "A01APP", "U0BOT", "C01GEN"

# It has no setting for where it listens, and would listen to everybody. And it leaves out what Slack says of every
# user: whether their address is confirmed <https://docs.slack.dev/reference/objects/user-object>.
_AMENDED = """
const serve = Bun.serve;
Bun.serve = (options) => serve({ ...options, hostname: "127.0.0.1", fetch: amended(options.fetch) });
const amended = (fetch) => async (request, server) => {
  const answer = await fetch(request, server);
  if (!new URL(request.url).pathname.endsWith("/users.info")) return answer;
  const said = await answer.json();
  return Response.json(said.ok ? { ...said, user: { ...said.user, is_email_confirmed: true } } : said);
};
"""
_NOWHERE = "http://127.0.0.1:9/"
_PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class SlackPerson:
    """Somebody who has an account in the workspace, and an open conversation with the app."""

    id: str
    name: str
    real_name: str
    tz: str = "Europe/Zurich"

    @property
    def dm(self) -> str:
        """The channel in which this person and the app are alone."""
        return f"D{self.id[1:]}"


ALICE = SlackPerson("U01ALICE", "alice", "Alice Anderson")
BOB = SlackPerson("U02BOB", "bob", "Bob Brown", tz="America/New_York")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a Web API method by the app."""

    method: str
    arguments: Thing


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that was sent to the app: `events_api`, `interactive` or `slash_commands`, and its body."""

    kind: str
    body: Thing


class LocalSlack:
    """A workspace with one app in it, which is told `api_url` and the tokens above. Start it with `with`.

    What a person does here returns when the app has answered the request, so the app must not run in the thread that
    calls. What the app does after its answer is waited for with `sees`, `opens` or a page. Wherever a channel may be
    given, none means the person's conversation with the app.
    """

    def __init__(
        self,
        folder: Path,
        mode: Mode,
        *,
        request_url: str = _NOWHERE,
        people: Iterable[SlackPerson] = (ALICE, BOB),
    ) -> None:
        port = free_port()
        self._mode = mode
        self.url = f"http://127.0.0.1:{port}"
        self.api_url = f"{self.url}/api/"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "amended.js").write_text(_AMENDED)
        (folder / "bunfig.toml").write_text('preload = ["./amended.js"]\n')
        (folder / "workspace.json").write_text(json.dumps(_workspace(mode, request_url, list(people))))
        program = modules() / "local-slack-linux-x64" / "bin" / "local-slack"
        command = [
            str(program),
            "--config",
            "workspace.json",
            "--port",
            str(port),
            "--base-host",
            "127.0.0.1",
        ]
        self._program = Program(command, folder=folder, port=port)

    def __enter__(self) -> Self:
        self._program.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.__exit__(kind, error, trace)

    @property
    def pid(self) -> int:
        return self._program.pid

    @property
    def variables(self) -> dict[str, str]:
        """What the environment of a coach says that works here."""
        heard = {"events": {"SLACK_SIGNING_SECRET": SIGNING_SECRET}, "socket": {"SLACK_APP_TOKEN": APP_TOKEN}}
        return {"SLACK_API_URL": self.api_url, "SLACK_BOT_TOKEN": BOT_TOKEN, **heard[self._mode]}

    def wait_for_the_app(self) -> None:
        """Socket Mode: return when the app is connected. Over HTTP there is nothing to wait for."""
        if self._mode == "events":
            return
        until(lambda: self._snapshot()["apps"][0]["connected"], "the app to connect", patience=_PATIENCE)

    # --- What people do -----------------------------------------------------------------------------------------------

    def say(self, person: SlackPerson, text: str, *, channel: str = "", thread: str = "") -> str:
        """Write a message, or answer in a thread. Returns its `ts`."""
        body = {"channel": channel or person.dm, "user": person.id, "text": text}
        ts: str = self._do("message", body | ({"thread_ts": thread} if thread else {}))["message"]["ts"]
        return ts

    def edit(self, person: SlackPerson, ts: str, text: str, *, channel: str = "") -> None:
        """Change one's own message."""
        self._do("edit-message", {"channel": channel or person.dm, "ts": ts, "user": person.id, "text": text})

    def delete(self, person: SlackPerson, ts: str, *, channel: str = "") -> None:
        """Take one's own message away."""
        self._do("delete-message", {"channel": channel or person.dm, "ts": ts, "user": person.id})

    def react(self, person: SlackPerson, ts: str, emoji: str, *, channel: str = "") -> None:
        """Put an emoji under a message."""
        self._do("reaction", {"channel": channel or person.dm, "ts": ts, "user": person.id, "name": emoji})

    def upload(
        self, person: SlackPerson, name: str, content: bytes, *, text: str = "", channel: str = ""
    ) -> str:
        """Send a file, with words or without. Returns the `ts` of its message."""
        form = aiohttp.FormData({"channel": channel or person.dm, "user": person.id, "text": text})
        form.add_field("file", content, filename=name)
        ts: str = in_a_loop(self._request("POST", "/_control/upload", data=form))["message"]["ts"]
        return ts

    def command(self, person: SlackPerson, command: str, text: str = "", *, channel: str = "") -> None:
        """Type a slash command, such as `/qms`."""
        where = channel or person.dm
        self._do("command", {"channel": where, "user": person.id, "command": command, "text": text})

    def press(self, person: SlackPerson, label: str, *, channel: str = "", ts: str = "") -> None:
        """Press the button with this label: of that message, or of the newest that has one."""
        for message in self._newest_first(channel or person.dm, ts):
            if action := pressed(message.get("blocks", []), label):
                self._interact(person, message, action)
                return
        raise AssertionError(f"no message has a button {label!r}")

    def press_late(self, person: SlackPerson, message: Thing, label: str) -> None:
        """Press a button of a message as it stood when it was read: their screen may show it still."""
        action = pressed(message.get("blocks", []), label)
        assert action, f"it had no button {label!r}"
        self._interact(person, message, action)

    def choose(self, person: SlackPerson, *options: str, channel: str = "", ts: str = "") -> None:
        """Choose these, by their words, in a menu or list: of that message, or of the newest that has them."""
        for message in self._newest_first(channel or person.dm, ts):
            if action := chosen(message.get("blocks", []), options):
                self._interact(person, message, action)
                return
        raise AssertionError(f"no message has the options {options}")

    def open_home(self, person: SlackPerson) -> None:
        """Go to the app's Home tab."""
        self._do("open-home", {"user": person.id})

    def press_home(self, person: SlackPerson, label: str) -> None:
        """Press a button of the Home tab."""
        home = self.home(person)
        action = pressed(home["blocks"], label) if home else None
        assert action, f"no button {label!r} on the Home tab"
        frame = {"t": "block_action", "channel": "", "messageTs": "", "user": person.id, "action": action}
        in_a_loop(self._act_on_the_page(frame))

    def submit(self, person: SlackPerson, answers: Mapping[str, str | Sequence[str]]) -> dict[str, str]:
        """Fill in the modal on top, field by field by its label, and send it.

        Returns what the app objects to, by block. A field that is left out has its initial value.
        """
        values = filled_in(self.modals()[-1], answers)
        frame = {"t": "view_submit", "user": person.id, "values": values}
        return in_a_loop(self._act_on_the_page(frame, is_submission=True))

    def close(self, person: SlackPerson) -> None:
        """Close the modal without sending it."""
        is_told = bool(self.modals()[-1].get("notify_on_close"))
        in_a_loop(self._act_on_the_page({"t": "view_close", "user": person.id}, is_told=is_told))

    # --- What there is to see -----------------------------------------------------------------------------------------

    def messages(self, channel: str) -> list[Thing]:
        """Every message of a channel in the order they came, replies and ephemeral ones too."""
        messages: list[Thing] = self._get(f"messages/{channel}")["messages"]
        return messages

    def download(self, file: Thing) -> bytes:
        """The bytes of a file of a message, as the app may read them."""
        return in_a_loop(self._download(file["url_private"]))

    def sees(self, person: SlackPerson, words: str, *, channel: str = "") -> Thing:
        """The app's newest message that has these words, as soon as there is one."""

        def newest() -> Thing | None:
            messages = self._newest_first(channel or person.dm)
            return next((each for each in messages if each.get("bot_id") and words in words_of(each)), None)

        return until(newest, f"a message with {words!r}", patience=_PATIENCE)

    def modals(self) -> list[Thing]:
        """The views of the open modal, the one on top last; none when no modal is open."""
        views: list[Thing] = self._snapshot()["modalStack"]
        return views

    def opens(self, title: str) -> Thing:
        """The view on top, as soon as it has this title."""

        def top() -> Thing | None:
            return next((view for view in self.modals()[-1:] if view["title"]["text"] == title), None)

        return until(top, f"a modal called {title!r}", patience=_PATIENCE)

    def home(self, person: SlackPerson) -> Thing | None:
        """What the app has published on this person's Home tab."""
        views: dict[str, Thing] = self._snapshot()["homeViews"].get(person.id, {})
        return views.get(APP_ID)

    def calls(self, method: str = "") -> list[Call]:
        """The app's calls of the Web API, oldest first. Only the last 1,000 lines of all traffic are remembered."""
        lines = (line for line in self._log("from_bot") if line["kind"] == "web_api")
        calls = [Call(line["summary"], line["detail"]) for line in lines]
        return [call for call in calls if method in {"", call.method}]

    def deliveries(self) -> list[Delivery]:
        """Everything that was sent to the app."""
        lines = (line for line in self._log("to_bot") if line["kind"] != "socket")
        return [Delivery(line["kind"], _decoded(line["detail"])) for line in lines]

    def statuses(self) -> list[int]:
        """HTTP: the statuses with which the app answered, oldest first."""
        said: list[str] = [line["summary"] for line in self._log("from_bot")]
        return [int(summary.removeprefix("HTTP ")) for summary in said if summary.startswith("HTTP ")]

    def refusals(self) -> list[str]:
        """What it refused the app, as `views.open -> invalid_trigger_id`, and where it did not reach the app."""
        return [line["summary"] for line in self._log("internal")]

    # --- How it is reached --------------------------------------------------------------------------------------------

    def _interact(self, person: SlackPerson, message: Thing, action: Thing) -> None:
        where = {"channel": message["channel"], "messageTs": message["ts"]}
        self._do("interact", {**where, "user": person.id, "action": action})

    def _newest_first(self, channel: str, ts: str = "") -> list[Thing]:
        return [message for message in reversed(self.messages(channel)) if ts in {"", message["ts"]}]

    def _log(self, direction: str) -> list[Thing]:
        lines: list[Thing] = self._get("log")["log"]
        return [line for line in lines if line["direction"] == direction]

    def _do(self, what: str, body: Thing) -> Thing:
        answer = in_a_loop(self._request("POST", f"/_control/{what}", json=body))
        assert answer["ok"], answer
        return answer

    def _get(self, what: str) -> Thing:
        return in_a_loop(self._request("GET", f"/_control/{what}"))

    async def _request(
        self, verb: str, path: str, *, json: Thing | None = None, data: aiohttp.FormData | None = None
    ) -> Thing:
        async with (
            aiohttp.ClientSession() as session,
            session.request(verb, self.url + path, json=json, data=data) as answer,
        ):
            body: Thing = await answer.json()
            return body

    async def _download(self, url: str) -> bytes:
        headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
        async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as answer:
            answer.raise_for_status()
            return await answer.read()

    def _snapshot(self) -> Thing:
        return in_a_loop(self._look())

    async def _look(self) -> Thing:
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{self.url}/ui") as page:
            state: Thing = (await page.receive_json())["state"]
            return state

    async def _act_on_the_page(
        self, frame: Thing, *, is_told: bool = True, is_submission: bool = False
    ) -> dict[str, str]:
        """Do as its page does, which alone can send modals: say one thing, then listen until the app has answered."""
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{self.url}/ui") as page:
            await page.receive_json()
            await page.send_json(frame)
            while is_told and not _is_an_answer(await page.receive_json(timeout=_PATIENCE)):
                pass
            while is_submission:
                news = await page.receive_json(timeout=_PATIENCE)
                if news["t"] == "view_errors":
                    return dict(news["errors"])
                is_submission = news["t"] != "view"
        return {}


def _workspace(mode: Mode, request_url: str, people: Sequence[SlackPerson]) -> Thing:
    return {
        "workspace": {"name": "QMS Test", "domain": "qms-test", "teamId": TEAM_ID},
        "app": {
            "appId": APP_ID,
            "botUserId": BOT_ID,
            "botName": "qms-coach",
            "botToken": BOT_TOKEN,
            "appToken": APP_TOKEN,
            "signingSecret": SIGNING_SECRET,
            "mode": mode,
            "requestUrl": request_url,
        },
        "users": [
            {
                "id": person.id,
                "name": person.name,
                "real_name": person.real_name,
                "email": f"{person.name}@example.com",
                "tz": person.tz,
            }
            for person in people
        ],
        "channels": [
            {"id": GENERAL, "name": "general", "members": [BOT_ID, *(person.id for person in people)]},
            *(
                {
                    "id": person.dm,
                    "name": f"dm-{person.id}",
                    "is_channel": False,
                    "is_private": True,
                    "is_im": True,
                    "members": [person.id, BOT_ID],
                }
                for person in people
            ),
        ],
    }


def _decoded(detail: Thing | str) -> Thing:
    body: Thing
    if isinstance(detail, dict):
        body = detail
    elif detail.startswith("{"):
        body = json.loads(detail)
    else:
        form = dict(parse_qsl(detail, keep_blank_values=True))
        body = json.loads(form["payload"]) if "payload" in form else form
    return body


def _is_an_answer(news: Thing) -> bool:
    """Whether the app has answered, or cannot be reached."""
    if news["t"] != "log":
        return False
    line = news["entry"]
    kinds = {"from_bot": {"interactive", "ack"}, "internal": {"interactive", "socket"}}
    return line["kind"] in kinds.get(line["direction"], set())
