"""Why a request is not served, in words for the person; nobody ever meets a stack trace."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import CoachError


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not served: the status, and the words for the person."""

    status: int
    title: str
    words: str
    retry_after: float = 0.0


class Refused(CoachError):
    """A request that is not served."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.title)
        self.refusal = refusal


SIGNED_OUT = Refusal(
    401,
    "You are signed out",
    "Open your sign-in link again, or ask for a new one. Nothing that was sent before is lost.",
)
NOT_OURS = Refusal(
    403, "This page is out of date", "This page is out of date. Load it again, then send once more."
)
TOO_FAST = Refusal(
    429,
    "One moment, please",
    "That was a lot at once. Give me a few seconds, then send again. What you typed is still in the box.",
)
FAULTY = Refusal(
    500,
    "Something is wrong here",
    "The fault is ours, not yours. Nothing that was saved is lost. Please try again.",
)
NOT_SAVED = Refusal(
    503,
    "Not saved",
    "I cannot save anything just now. What you typed is kept here, and I am trying again.",
    retry_after=2,
)
AWAY = Refusal(
    503,
    "One moment, please",
    "I cannot reach what is stored just now. Nothing that you sent is lost. Load this page again in a moment.",
    retry_after=2,
)
MANY_FILES_NOW = Refusal(
    503,
    "One moment, please",
    "Others are sending files just now. Yours are kept here, and I am trying again.",
    retry_after=2,
)
NOT_SAFE = Refusal(
    403,
    "This address is not safe",
    "The coach is served by https only. If a proxy of yours does that, tell the coach to trust the proxy's X-Forwarded-Proto.",
)
SPENT = Refusal(
    410, "This link has been used", "A sign-in link works once, and for a short time. Ask for a new one."
)
NO_DRAFT = Refusal(404, "There is no such draft", "It is not there any more, or it belongs to somebody else.")
NO_PICTURE = Refusal(
    404,
    "There is no such picture",
    "It cannot be drawn now, or it belongs to somebody else. Its words are in the chat.",
)
NO_DEMO = Refusal(404, "There is no such page", "Only a demo lets you choose whom to be.")
NO_PERSONA = Refusal(404, "Nobody has this name here", "Choose one of the people of the demo.")
NO_TERMINAL = Refusal(
    403,
    "This is no shared terminal",
    "A code works only at a shared terminal of your site. Open your sign-in link here instead.",
)
NO_FILE = Refusal(404, "There is no such file", "Load the page again: it knows the names of today's files.")
