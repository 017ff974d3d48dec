"""Slack's way of writing a text down, turned into what the person saw when they wrote it.

https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
"""

from __future__ import annotations

import re

from bot.message import legible

_MARK = re.compile(r"<(?P<kind>[@#!]?)(?P<what>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_TALKING = ("mailto:", "tel:")
_WEB = ("https://", "http://")


def seen(text: str) -> str:
    """A message's text as it stood on the screen. A colleague or channel without a name keeps Slack's id."""
    return typed(_unescaped(_MARK.sub(_shown, text)))


def typed(text: str) -> str:
    """Text that was typed into a field of ours: as it is, without blanks around it."""
    return legible(text).strip()


def _shown(mark: re.Match[str]) -> str:
    kind, what, label = mark["kind"], mark["what"], mark["label"] or ""
    match kind:
        case "@" | "#":
            return f"{kind}{(label or what).removeprefix(kind)}"
        case "!":
            return label or f"@{what}"
        case _:
            return _link(what, label) if ":" in what else mark[0]


def _link(url: str, label: str) -> str:
    """What somebody typed as an address stands as typed; a web address behind other words follows them."""
    if not label:
        return next((url.removeprefix(scheme) for scheme in _TALKING if url.startswith(scheme)), url)
    is_typed = any(url.removeprefix(scheme).rstrip("/") == label.rstrip("/") for scheme in (*_WEB, ""))
    return label if is_typed or url.startswith(_TALKING) else f"{label} ({url})"


def _unescaped(text: str) -> str:
    """In this order, so that somebody who typed `&lt;` has said just that."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
