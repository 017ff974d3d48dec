"""One process of the coach, to be killed.

Everything is the real thing, down to the signals. The test's own are the channel `post`, shorter times, and, when
asked for, the moment at which the process kills itself.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any, Protocol

from sqlalchemy import event

from bot import app as application
from bot import logs
from bot.app import HOME, PULLED, App
from bot.attachment import Attachment
from bot.coach import Coach, Office
from bot.delivery import Patience, Timing
from bot.errors import StoreUnavailable
from bot.message import Address, Heard, Identity, Message
from bot.process import Duties, run_process
from bot.saying import Channels
from bot.settings import Settings
from tests.faults.post import CHANNEL, PostSender

TIMING = Timing(
    lease=timedelta(seconds=2),
    send_timeout=timedelta(seconds=0.8),
    poll=timedelta(seconds=0.1),
    grace=timedelta(seconds=5),
)
PATIENCE = Patience(attempts=50, pause=timedelta(seconds=0.2))


@dataclass(frozen=True, slots=True)
class Part:
    """What a process is for. `is_blind`: its platform cannot be asked. It dies with the n-th message it hears."""

    duties: Duties
    environment: dict[str, str]
    post_office: str
    is_blind: bool = False
    dies_before_commit: int = 0
    dies_after_commit: int = 0


class Barrier(Protocol):
    """Where several processes wait for each other."""

    def wait(self) -> int:
        """Return when all are there."""


class Said(Protocol):
    """Where several processes note what was acknowledged."""

    def put(self, obj: tuple[str, str]) -> None:
        """Note it."""


def run(part: Part, log: Connection) -> None:
    """Do the duties until told to stop; everything this process writes goes into `log`."""
    for number in (1, 2):
        os.dup2(log.fileno(), number)
    sys.stdout = sys.stderr = os.fdopen(1, "w", buffering=1, closefd=False)
    logs.begin("INFO")
    sender = PostSender(part.post_office, can_look_up=not part.is_blind)
    app = replace(
        application.build(Settings.model_validate(part.environment), senders={CHANNEL: sender}),
        timing=TIMING,
        patience=PATIENCE,
    )
    if part.dies_before_commit:
        _die_before_commit(app, part.dies_before_commit)
    if part.dies_after_commit:
        app = replace(app, coach=_DyingCoach(app, part.dies_after_commit))
    try:
        asyncio.run(run_process(app, part.duties))
    finally:
        app.close()


def speak(
    environment: dict[str, str],
    person: str,
    said: Sequence[tuple[str, str]],
    start: Barrier,
    acknowledged: Said,
) -> None:
    """Hear these events, id and words, from one person, as soon as everybody at `start` is ready."""
    app = application.build(Settings.model_validate(environment))
    start.wait()
    for event_id, text in said:
        message = Message(f"{person}:{event_id}", Address(HOME, person), Identity(HOME, person), text)
        while True:
            try:
                app.coach.hear(message)
            except StoreUnavailable:
                continue  # busy: the page sends again
            acknowledged.put((event_id, text))
            break
    app.close()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_before_commit(app: App, number: int) -> None:
    """Everything of the message is in the transaction, and the process dies with COMMIT on its lips."""
    heard = 0

    @event.listens_for(app.database.engine, "before_cursor_execute")
    def note(conn: Any, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO inbox"):
            conn.info["heard"] = True

    @event.listens_for(app.database.engine, "commit")
    def die(conn: Any) -> None:
        nonlocal heard
        if conn.info.pop("heard", False):
            heard += 1
            if heard == number:
                _die()


class _DyingCoach(Coach):
    """Everything of the message is kept, and the process dies before it can say so."""

    def __init__(self, app: App, number: int) -> None:
        super().__init__(
            Office(
                app.database,
                app.library,
                app.clock,
                application.new_ref,
                Channels(PULLED, HOME),
                application.new_secret,
            )
        )
        self._left = number

    def hear(self, message: Message, attachments: Sequence[Attachment] = ()) -> Heard:
        """As always, until the last one."""
        heard = super().hear(message, attachments)
        self._left -= 1
        if self._left == 0:
            _die()
        return heard
