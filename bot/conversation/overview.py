"""What one person has with the coach, for a page of their own. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat import Overview, RunInHand, RunLent
from bot.conversation.guide import draft_files
from bot.conversation.menu import take_back_press, whose_turn
from bot.conversation.scene import OpenRun, Scene
from bot.message import About, Press
from playbooks.draft import role_words
from playbooks.position import Position, resolve
from playbooks.script import HandOver


def overview(scene: Scene, runs: Sequence[OpenRun]) -> Overview:
    """Everything in hand, the run that was touched last first, and what can be begun."""
    return Overview(
        person=scene.person,
        site=scene.site.name,
        runs=tuple(_in_hand(run, scene) for run in runs),
        drafts=tuple(
            file for draft in scene.drafts() for file in draft_files(draft.run, draft.number, draft.formats)
        ),
        waiting=len(scene.waits()),
        shelf=tuple((script.id, script.title) for script in scene.shelf),
        who_sees=scene.wording("who_sees"),
        lent=tuple(
            RunLent(
                lent.run.ref,
                lent.run.title,
                whose_turn(scene, lent),
                Press("resume", (), About(lent.run.ref, "", 0)),
                take_back_press(lent),
            )
            for lent in scene.all_lent()
        ),
    )


def _in_hand(run: OpenRun, scene: Scene) -> RunInHand:
    position = resolve(run.script, run.ledger, scene.site.place)
    ahead = [position.cursor.id] if position.cursor else [*position.waiting, *position.deferred]
    ask = run.script.ask(ahead[0]) if ahead else None
    return RunInHand(
        run.ref,
        run.title,
        run.state,
        ask.label if ask else "",
        Press("resume", (), About(run.ref, "", 0)),
        _turn(run, position, scene),
    )


def _turn(run: OpenRun, position: Position, scene: Scene) -> str:
    """Whose turn it is, where a part of the run is offered to a colleague or was handed over by one."""
    lent, offered = run.ledger.lent, position.offered_by
    if offered and isinstance(offered.does, HandOver):
        return scene.wording("turn_offered", part=role_words(offered.does.to))
    if lent:
        return scene.wording("turn_yours", name=scene.names.get(lent.giver, lent.giver))
    return ""
