"""Slack messages as a web page, to be looked at: newer blocks too, which the workspace's own page does not draw."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.clients.local_slack import ALICE, BOB, SlackPerson
from tests.clients.node import modules, node
from tests.clients.shown import Thing

_SCRIPT = Path(__file__).with_name("draw_blocks.mjs")


class NotDrawnError(Exception):
    """The blocks cannot be drawn. The message is the renderer's."""


def html_of(*messages: Sequence[Thing], people: Iterable[SlackPerson] = (ALICE, BOB)) -> str:
    """One page with these messages, each given by its blocks. A mention shows the name of one of the people."""
    users = [{"id": person.id, "name": person.real_name} for person in people]
    done = subprocess.run(
        [node(), _SCRIPT, modules()],
        input=json.dumps({"messages": messages, "users": users}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise NotDrawnError(done.stderr.strip())
    return done.stdout
