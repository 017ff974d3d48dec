"""A small Slack app for trying the workspace itself: it answers with a button, opens a form and shows a Home tab."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from slack_bolt import Ack, App, BoltRequest, Say
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from tests.clients.local_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, LocalSlack
from tests.clients.shown import Thing


def _words(text: str) -> Thing:
    return {"type": "plain_text", "text": text}


def _option(text: str) -> Thing:
    return {"text": _words(text), "value": text.lower()}


def _field(label: str, block_id: str, element: Thing) -> Thing:
    return {"type": "input", "block_id": block_id, "label": _words(label), "element": element}


FORM: Thing = {
    "type": "modal",
    "callback_id": "form",
    "title": _words("What happened"),
    "submit": _words("Send"),
    "close": _words("Cancel"),
    "notify_on_close": True,
    "blocks": [
        _field("Describe it", "what", {"type": "plain_text_input", "action_id": "text", "multiline": True}),
        _field(
            "Line",
            "line",
            {
                "type": "static_select",
                "action_id": "line",
                "options": [_option("One"), _option("Two")],
                "initial_option": _option("Two"),
            },
        ),
        _field(
            "Checked",
            "checked",
            {"type": "checkboxes", "action_id": "checked", "options": [_option("Label")]},
        ),
    ],
}
BUTTONS: Thing = {
    "type": "actions",
    "block_id": "buttons",
    "elements": [
        {"type": "button", "action_id": "open", "text": _words("Open the form"), "value": "open"},
        {"type": "button", "action_id": "done", "text": _words("Done"), "value": "done"},
    ],
}
HOME: Thing = {"type": "home", "blocks": [{"type": "header", "text": _words("Your work")}, BUTTONS]}


def echo_app(slack: LocalSlack) -> App:
    """The app, for this workspace."""
    app = App(client=WebClient(token=BOT_TOKEN, base_url=slack.api_url), signing_secret=SIGNING_SECRET)

    @app.event("message")
    def answer(event: Thing, say: Say, client: WebClient) -> None:
        if event.get("text") == "file":
            client.files_upload_v2(channel=event["channel"], filename="record.txt", content="06:05 chipped")
        elif "subtype" not in event:
            said: Thing = {
                "type": "section",
                "text": {"type": "mrkdwn", "text": f"You said *{event['text']}*"},
            }
            say(text=event["text"], blocks=[said, BUTTONS], thread_ts=event.get("thread_ts"))

    @app.event(re.compile("app_mention|reaction_added|file_shared"))
    def nothing() -> None:
        pass

    @app.event("app_home_opened")
    def show_home(event: Thing, client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view=HOME)

    @app.action("open")
    def open_form(ack: Ack, body: Thing, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.action("done")
    def done(ack: Ack, body: Thing, client: WebClient) -> None:
        ack()
        client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text="Done by Alice")

    @app.view("form")
    def sent(ack: Ack, body: Thing, client: WebClient) -> None:
        values = body["view"]["state"]["values"]
        text = values["what"]["text"]["value"] or ""
        if len(text) < 5:
            ack(response_action="errors", errors={"what": "Say a little more"})
        elif text == "go on":
            ack(response_action="push", view={**FORM, "title": _words("And then")})
        elif text == "again":
            ack(response_action="update", view={**FORM, "title": _words("Once more")})
        else:
            ack()
            line = values["line"]["line"]["selected_option"]["text"]["text"]
            client.chat_postMessage(channel=body["user"]["id"], text=f"Noted for line {line}: {text}")

    @app.view_closed("form")
    def closed(ack: Ack, body: Thing, client: WebClient) -> None:
        ack()
        client.chat_postMessage(channel=body["user"]["id"], text="Nothing was kept")

    @app.command("/qms")
    def command(ack: Ack, body: Thing) -> None:
        ack(text=f"Help with {body['text']}", response_type="ephemeral")

    return app


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived at the app."""

    headers: dict[str, str]
    body: str


class AppOverHttp:
    """Serves an app at `url` on a port of this machine, and keeps what arrives. It exists before the app does."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self._app: App | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer._answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/slack/events"

    def serve(self, app: App) -> None:
        """From now on, this app answers."""
        self._app = app

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        assert self._app
        body = request.rfile.read(int(request.headers["Content-Length"])).decode()
        self.received.append(Received(dict(request.headers), body))
        response = self._app.dispatch(BoltRequest(body=body, headers=dict(request.headers)))
        request.send_response(response.status)
        for name, value in response.first_headers_without_set_cookie().items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write((response.body or "").encode())


def over_a_socket(app: App, slack: LocalSlack) -> SocketModeHandler:
    """A handler that can be connected and closed."""
    return SocketModeHandler(app, APP_TOKEN, web_client=WebClient(token=APP_TOKEN, base_url=slack.api_url))
