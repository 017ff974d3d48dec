"""The one place where the clock is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from bot.errors import CoachError


def now() -> datetime:
    """The time now, aware and in UTC."""
    return datetime.now(UTC)


def pretend(moment: str) -> Callable[[], datetime]:
    """A clock that starts at `moment` (ISO 8601; UTC unless it says otherwise) and goes on from there."""
    try:
        start = datetime.fromisoformat(moment)
    except ValueError:
        raise CoachError(f"QMS_COACH_NOW is {moment!r}; write it as 2026-06-03T09:00") from None
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    began = now()
    return lambda: start + (now() - began)
