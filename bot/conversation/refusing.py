"""Saying kindly that something is not advised: why, what to do instead, where it stands, and whom to call. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.scene import Scene
from bot.message import Press
from bot.reply import Choice, Reply, Tone
from knowledge.answer import REFUSAL
from knowledge.refusal import Refusal


def refused(
    scene: Scene, text: str, *, may_be_answer: bool = False, may_be_told: bool = True
) -> tuple[Reply, str] | None:
    """What is said to a request that gets no plain answer, and the entry of the refusal; None for any other words.

    `may_be_answer`: any words would do as an answer to what is asked now, so only what is put as a question counts.
    `may_be_told`: they may just tell what happened, so it must be surer.
    """
    refusal = scene.knowledge.refusal_for(
        text, scene.asker, may_be_answer=may_be_answer, may_be_told=may_be_told
    )
    return (told_no(scene, refusal), f"{REFUSAL}{refusal.id}") if refusal else None


def told_no(scene: Scene, refusal: Refusal) -> Reply:
    """The reason, what to do instead, whom to call; the playbook that helps is offered where none is open."""
    is_free = scene.run is None or not scene.run.is_open
    script = scene.on_shelf(refusal.playbook) if refusal.playbook and is_free else None
    text = [refusal.reason, f"{refusal.instead} {call(scene, refusal.whom)}"]
    if refusal.kind == "refuse":
        text.append(scene.wording("decision_is_yours"))
    return Reply(
        "\n\n".join(text),
        Tone.STOP if refusal.kind == "escalate" else Tone.NOTICE,
        choices=(
            Choice(scene.wording("label_do_together", title=script.title), Press("start", (script.id,))),
        )
        if script
        else (),
        citations=tuple(scene.sources[cited] for cited in refusal.cite if cited in scene.sources),
        is_answer=True,
    )


def call(scene: Scene, roles: Sequence[str], key: str = "please_call") -> str:
    """Whom to call, in the words of `key`: the first of the roles that the site has a number for."""
    for role in roles:
        roster = scene.site.rosters.get(role)
        phone = roster.phone if roster else scene.site.values.get(role, "")
        if phone:
            return scene.wording(key, role=scene.wording.role(role), phone=phone)
    return scene.wording("please_call_supervisor")
