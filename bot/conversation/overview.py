"""What one person has with the coach, for a page of their own. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat import Overview, RunInHand
from bot.conversation.guide import draft_files
from bot.conversation.scene import OpenRun, Scene
from bot.message import About, Press
from bot.site import Site
from playbooks.position import resolve


def overview(scene: Scene, runs: Sequence[OpenRun]) -> Overview:
    """Everything in hand, the run that was touched last first, and what can be begun."""
    return Overview(
        person=scene.person,
        site=scene.site.name,
        runs=tuple(_in_hand(run, scene.site) for run in runs),
        drafts=tuple(
            file for draft in scene.drafts() for file in draft_files(draft.run, draft.number, draft.formats)
        ),
        waiting=len(scene.waits()),
        shelf=tuple((script.id, script.title) for script in scene.shelf),
        who_sees=scene.wording("who_sees"),
    )


def _in_hand(run: OpenRun, site: Site) -> RunInHand:
    position = resolve(run.script, run.ledger, site.place)
    ahead = [position.cursor.id] if position.cursor else [*position.waiting, *position.deferred]
    ask = run.script.ask(ahead[0]) if ahead else None
    return RunInHand(
        run.ref,
        run.title,
        run.state,
        ask.label if ask else "",
        Press("resume", (), About(run.ref, "", 0)),
    )
