"""What Slack sends, captured once and sent again: as the body it was, signed for the moment it is needed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class SlackRequest:
    """One HTTP request of Slack's."""

    headers: Mapping[str, str]
    body: str


def payload(name: str) -> dict[str, Any]:
    """A captured body, such as `message_im` or `documented/message_action`: the caller's own, to be changed."""
    body: dict[str, Any] = _read(name)["body"]
    return body


def request(
    name: str, *, secret: str, timestamp: int, body: Mapping[str, Any] | None = None, retry: int = 0
) -> SlackRequest:
    """The captured request, signed. `body` replaces the captured one; `retry` makes it a repeated delivery."""
    content_type: str = _read(name)["content_type"]
    text = _encode(payload(name) if body is None else body, content_type)
    headers = {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": str(timestamp),
        "X-Slack-Signature": sign(text, secret=secret, timestamp=timestamp),
    }
    if retry:
        headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
    return SlackRequest(headers, text)


def sign(body: str, *, secret: str, timestamp: int) -> str:
    """The signature of https://docs.slack.dev/authentication/verifying-requests-from-slack."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256)
    return f"v0={digest.hexdigest()}"


def _encode(body: Mapping[str, Any], content_type: str) -> str:
    if content_type == "application/json":
        return json.dumps(body)
    # An interaction is JSON in a form's only field; a slash command is a form of its own.
    return urlencode({"payload": json.dumps(body)} if "type" in body else body)


def _read(name: str) -> dict[str, Any]:
    captured: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return captured
