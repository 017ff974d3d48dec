"""The beginning of a run: a playbook is offered, agreed to and started, and what was open is put aside."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import course, menu
from bot.conversation.scene import OpenRun, Scene, Turn, say
from bot.conversation.session import Offer
from bot.message import Press
from bot.reply import Choice, Reply, Tone
from playbooks.act import Digress
from playbooks.decision import begin
from playbooks.script import Script

_OPENING_LENGTH = 1500
_TITLE_LENGTH = 60


def offer(scene: Scene, script: Script, text: str) -> Turn:
    """Offer a playbook to the one who wrote `text`."""
    reply = Reply(
        scene.wording("offer", title=script.title),
        choices=(
            Choice(scene.wording("label_yes_start"), Press("agree", (script.id,)), is_main=True),
            Choice(scene.wording("label_not_now"), Press("dismiss")),
        ),
    )
    return Turn((reply,), replace(scene.session, offer=Offer(script.id, _kept(text)), misunderstood=0))


def start_offered(scene: Scene, script_id: str = "") -> Turn:
    """Start what was offered; where nothing was, a greeting.

    `script_id` is what stood on the button: yes to an earlier offer starts nothing else.
    """
    offered = scene.session.offer
    if offered and script_id not in {"", offered.script}:
        return say(scene, Reply(scene.wording("no_such_button")))  # the newer offer stays open
    return start(scene, offered.script, offered.opening) if offered else say(scene, menu.hello(scene))


def dismiss(scene: Scene) -> Turn:
    """Forget what was offered; a run that is open goes on."""
    session = replace(scene.session, offer=None)
    run = scene.run
    if run and run.is_open:
        turn = course.act(scene, run, Digress("repeat"))
        return replace(turn, session=replace(session, focus=run.ref))
    return Turn((Reply(scene.wording("offer_dismissed")),), session)


def start_beside(scene: Scene, script_id: str, opening: str = "") -> Turn:
    """Start a playbook at once; with another run open, ask first, because it would be put aside."""
    run = scene.run
    script = scene.on_shelf(script_id)
    if run is None or not run.is_open or script is None:
        return start(scene, script_id, opening)
    reply = Reply(
        scene.wording("in_the_middle", title=run.title, other=script.title),
        choices=(
            Choice(scene.wording("label_put_aside_and_start"), Press("agree", (script.id,)), is_main=True),
            Choice(scene.wording("label_go_on_here"), Press("dismiss")),
        ),
    )
    return Turn((reply,), replace(scene.session, offer=Offer(script.id, _kept(opening))))


def start(scene: Scene, script_id: str, opening: str) -> Turn:
    """Begin a run; one that is open is put aside first."""
    script = scene.on_shelf(script_id)
    if script is None:
        return say(scene, menu.opening(scene, "cannot_start"))
    given = scene.site.frozen_for(scene.person.role)
    decision = begin(script, given, opening, scene.here)
    run = OpenRun(scene.new_ref(), _title(script, opening), script, ())
    begun = course.moved(scene, run, decision, begun=script)
    replies = begun.replies
    if note := scene.status_note(script):
        replies = (Reply(note, Tone.NOTICE), *replies)
    return replace(begun, replies=replies, changes=(*course.put_aside(scene), *begun.changes))


def _kept(opening: str) -> str:
    """The words that begin a run; more than anybody would put there are not kept."""
    return opening if len(opening) <= _OPENING_LENGTH else ""


def _title(script: Script, opening: str) -> str:
    """What a person knows the run by: the words it began with, else the playbook's title."""
    words = " ".join(opening.split())
    if not words:
        return script.title
    return words if len(words) <= _TITLE_LENGTH else words[: _TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"
