"""Why a request of Teams is turned away: a status for its sender, and a word for our counters."""

from __future__ import annotations

from typing import Literal

from bot.errors import CoachError

Reason = Literal[
    "too_large",
    "too_slow",
    "encoded",
    "not_json",
    "too_deep",
    "not_an_activity",
    "no_token",
    "bad_token",
    "service_url",
    "tenant",
]


class Refused(CoachError):
    """A request that is not heard; nobody outside learns more than `reason`."""

    def __init__(self, status: int, reason: Reason) -> None:
        super().__init__(reason)
        self.status = status
        self.reason: Reason = reason
