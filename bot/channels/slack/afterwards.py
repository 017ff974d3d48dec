"""What is done after Slack has its acknowledgement: only what is shown, and may be missing when a process ends."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from bot.channels.slack.line import NotDone
from bot.channels.slack.workspaces import NotLearnt
from bot.errors import StoreUnavailable

_GRACE = 3.0

log = structlog.get_logger(__name__)


class Afterwards:
    """The things one process still has to show."""

    def __init__(self) -> None:
        self._open: set[asyncio.Task[None]] = set()

    def do(self, showing: Coroutine[Any, Any, object]) -> None:
        """Begin with it at once; nobody waits for it, and what goes wrong is in the log."""
        task = asyncio.create_task(_done(showing))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def close(self) -> None:
        """Let what has begun come to an end, for a moment."""
        if self._open:
            await asyncio.wait(self._open, timeout=_GRACE)
        for task in self._open:
            task.cancel()


async def _done(showing: Coroutine[Any, Any, object]) -> None:
    try:
        await showing
    except (NotDone, NotLearnt, StoreUnavailable) as error:
        log.warning("not shown", channel="slack", error=str(error))
    except Exception:
        log.exception("showing something went wrong", channel="slack")
