"""Somebody in front of the web chat, who sends as the page does and reads as the page does."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.channels.web.adapter import FORM_TOKEN
from tests.faults.history import History
from tests.faults.plant import Browser

TIMEOUT = 20.0
PAUSE = 0.05  # before the same message is sent again; the page waits longer


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered; status 0 when nothing usable came back."""

    status: int
    retry_after: float = 0.0


class Visitor:
    """Sends one message at a time, the same event id until it is acknowledged. `ports` are tried in turn."""

    def __init__(self, browser: Browser, ports: Iterable[int], history: History) -> None:
        self.person = browser.person
        self._browser = browser
        self._ports = tuple(ports)
        self._history = history
        self._count = 0

    def say(self, text: str) -> bool:
        """Say it until it is acknowledged; False when the whole run was abandoned before that."""
        self._count += 1
        event_id = f"event-{self._count:05}"
        tries = 0
        while True:
            answer = self.post(event_id, text, self._ports[tries % len(self._ports)])
            tries += 1
            if answer.status == 204:
                self._history.acknowledged(self.person, event_id, text)
                return True
            if answer.status == 500:
                self._history.faults.append(f"{self.person} {event_id}: answered 500")
            elif answer.status not in (0, 408, 429, 502, 503):
                raise AssertionError(f"{self.person} {event_id} {text!r} was refused with {answer.status}")
            if self._history.is_abandoned.wait(max(PAUSE, answer.retry_after)):
                return False

    def post(self, event_id: str, text: str, port: int) -> Answer:
        """One try."""
        body = urlencode({"event_id": event_id, "text": text})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"coach={self._browser.cookie}",
            FORM_TOKEN: self._browser.form_token,
        }
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        try:
            connection.request("POST", "/chat/say", body, headers)
            response = connection.getresponse()
            response.read()
            return Answer(response.status, float(response.headers.get("Retry-After", 0)))
        except (OSError, http.client.HTTPException):
            return Answer(0)
        finally:
            connection.close()


class Page(threading.Thread):
    """An open page: it follows the stream, and comes back with the last line it has when the stream breaks."""

    def __init__(self, browser: Browser, port: int, history: History) -> None:
        super().__init__(daemon=True)
        self.person = browser.person
        self._browser, self._port = browser, port
        self._seen = history.seen.setdefault(browser.person, [])
        self._closed = threading.Event()
        self._moved = threading.Condition()
        self._connection: http.client.HTTPConnection | None = None

    def wait_for(self, line: int, seconds: float = 20.0) -> None:
        """Return when this line is on the page, or after the time."""
        with self._moved:
            self._moved.wait_for(lambda: self._last >= line, seconds)

    def close(self) -> None:
        """Close the page."""
        self._closed.set()
        if self._connection and self._connection.sock:
            self._connection.sock.shutdown(2)
        self.join()

    @property
    def _last(self) -> int:
        return self._seen[-1] if self._seen else 0

    def run(self) -> None:
        """Follow, and come back."""
        while not self._closed.wait(PAUSE):
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)
            try:
                self._follow(self._connection)
            except (OSError, http.client.HTTPException, AttributeError, ValueError):
                continue
            finally:
                self._connection.close()

    def _follow(self, connection: http.client.HTTPConnection) -> None:
        headers = {"Cookie": f"coach={self._browser.cookie}", "Last-Event-ID": str(self._last)}
        connection.request("GET", "/chat/stream", headers=headers)
        response = connection.getresponse()
        line_id = None
        while response.status == 200 and (raw := response.readline()):
            name, _, value = raw.decode().rstrip("\n").partition(": ")
            if name == "id":
                line_id = int(value)
            elif not name and line_id is not None:  # only a whole event counts, as in a browser
                with self._moved:
                    self._seen.append(line_id)
                    self._moved.notify_all()
                line_id = None
