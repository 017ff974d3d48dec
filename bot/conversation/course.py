"""The course of a run: what an act makes of it, where it goes on, and how it changes to another version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation import menu
from bot.conversation.guide import Guide, Names, Tell
from bot.conversation.scene import OpenRun, RunChange, Scene, Turn, say
from bot.conversation.session import Session
from bot.message import About, Press
from bot.person import Person
from bot.reply import Choice, Reply, Tone
from playbooks.act import Act, Cancel, Digress, Move, Pause, Typed
from playbooks.decision import Decision, begin, decide
from playbooks.position import resolve
from playbooks.run import HandedBack, HandedOver, RunState, fold
from playbooks.script import Ask, Finish, Script
from playbooks.utterance import Aside, GoneTo, Misread, MovedOn, Spoken


def act(scene: Scene, run: OpenRun, what: Act) -> Turn:
    """The turn that an act makes in a run of this person; a withdrawn version goes no further."""
    if run.newer and not isinstance(what, Pause | Cancel):
        return say(scene, _withdrawn(scene, run, run.newer))
    return moved(scene, run, decided(scene, run, what))


def decided(scene: Scene, run: OpenRun, what: Act) -> Decision:
    """What the playbook engine makes of an act."""
    decision = decide(run.script, run.events, what, scene.here)
    if isinstance(what, Typed):
        return decision
    # Only typed words can be lost; the values of a button mean nothing to the person.
    said = tuple(MovedOn("") if isinstance(it, MovedOn) else it for it in decision.said)
    return replace(decision, said=said)


def beside(scene: Scene, run: OpenRun, about: str, reply: Reply) -> Turn:
    """`reply`, and once more the question it came between."""
    decision = decided(scene, run, Digress(about))
    said = tuple(it for it in decision.said if not isinstance(it, Aside))
    turn = moved(scene, run, replace(decision, said=said))
    return replace(turn, replies=(reply, *turn.replies))


def beside_and(scene: Scene, run: OpenRun, about: str, replies: Sequence[Reply], what: Act) -> Turn:
    """`replies` to a question that came with an act, or what the run itself says to it; then where the act leads."""
    asked = decided(scene, run, Digress(about))
    done = decide(run.script, (*run.events, *asked.happened), what, scene.here)
    own = () if replies else tuple(it for it in asked.said if isinstance(it, Aside))
    turn = moved(
        scene, run, replace(done, happened=(*asked.happened, *done.happened), said=(*own, *done.said))
    )
    return replace(turn, replies=(*replies, *turn.replies))


def put_aside(scene: Scene) -> tuple[RunChange, ...]:
    """The run in focus, paused, where it is open."""
    run = scene.run
    if run is None or not run.is_open:
        return ()
    paused = decided(scene, run, Pause())
    return (RunChange(run.ref, paused.happened, "paused", after=paused),)


def moved(scene: Scene, run: OpenRun, decision: Decision, begun: Script | None = None) -> Turn:
    """What a decision says and keeps. A run that goes on in another playbook is followed there."""
    guide = guide_to(scene, run, decision)
    state = state_of(guide)
    changes: tuple[RunChange, ...] = ()
    if decision.happened:
        changes = (
            RunChange(
                run.ref,
                decision.happened,
                state,
                begun,
                run.title,
                given_to=given_to(decision),
                after=decision,
            ),
        )
    misread = [said for said in decision.said if isinstance(said, Misread)]
    session = Session(
        focus="" if state == "cancelled" or is_away(scene, decision) else run.ref,
        misunderstood=scene.session.misunderstood + 1 if misread else 0,
        is_welcomed=scene.session.is_welcomed,
    )
    unclear = "\n\n".join(guide.remark(said) for said in misread)
    tells = (*guide.tells(decision.said), *_ended(scene, run, guide, decision))
    turn = Turn(guide.replies(decision.said), session, changes, tells, unclear)
    gone = next((said for said in decision.said if isinstance(said, GoneTo)), None)
    if gone:
        return _followed(scene, turn, run, gone)
    is_done = state in {"finished", "cancelled"} or is_away(scene, decision)
    if is_done and decision.happened and scene.others():
        return replace(turn, replies=(*turn.replies, menu.others_wait(scene)))
    return turn


def _ended(scene: Scene, run: OpenRun, guide: Guide, decision: Decision) -> tuple[Tell, ...]:
    """Whoever handed a part of it over hears when the run has come to its end with a colleague."""
    lent = guide.ledger.lent
    is_at_end = any(isinstance(said, Spoken) and isinstance(said.does, Finish) for said in decision.said)
    if lent is None or not decision.happened or not (is_at_end or guide.ledger.is_over):
        return ()
    key = "lent_cancelled" if guide.ledger.is_cancelled else "lent_finished"
    told = Reply(scene.wording(key, name=scene.person.name, title=run.title, ref=run.ref), Tone.NOTICE)
    return (Tell((lent.giver,), told, run.ref, lent.step),)


def given_to(decision: Decision) -> str:
    """Whose run it is from now on, where the decision made it another's."""
    moves = (event.what for event in decision.happened if isinstance(event.what, HandedOver | HandedBack))
    return decision.ledger.holder if any(what.to_person for what in moves) else ""


def is_away(scene: Scene, decision: Decision) -> bool:
    """Whether the run has gone back to a colleague with this."""
    return bool(given_to(decision)) and decision.ledger.holder != scene.person.id


def _followed(scene: Scene, turn: Turn, run: OpenRun, gone: GoneTo) -> Turn:
    """The turn that ended `run`, and the beginning of the playbook it goes on in."""
    script = scene.on_shelf(gone.go_to.script)
    if script is None:
        return replace(turn, replies=(*turn.replies, menu.opening(scene, "cannot_go_there")))
    given = fold(run.events or turn.changes[0].events).started.given
    decision = begin(script, given, "", scene.here, dict(gone.carried))
    goes_on = OpenRun(scene.new_ref(), script.title, script, ())
    begun = moved(scene, goes_on, decision, begun=script)
    lead = Reply(scene.wording("goes_on_in", title=script.title), Tone.NOTICE)
    return Turn(
        (*turn.replies, lead, *begun.replies),
        begun.session,
        (*turn.changes, *begun.changes),
        (*turn.tells, *begun.tells),
    )


# Another version


def move(scene: Scene, run: OpenRun, newer: Script) -> Turn:
    """Go on with another version, as agreed."""
    decision = decided(scene, run, Move(newer))
    turn = moved(scene, replace(run, script=newer, newer=None), decision)
    return replace(turn, changes=tuple(replace(change, moved_to=newer) for change in turn.changes))


def _withdrawn(scene: Scene, run: OpenRun, newer: Script) -> Reply:
    """Why a run cannot go on as it is, what carries over, what is new; the person agrees or asks."""
    live = guide_to(scene, run).position.live
    asked_before = {step.id for step in run.script.steps}
    new = [s.does.label for s in newer.steps if isinstance(s.does, Ask) and s.id not in asked_before]
    kept = [given.step for given in live if newer.ask(given.step)]
    left = [given.step for given in live if not newer.ask(given.step)]
    text = [
        scene.wording(
            "withdrawn",
            title=run.title,
            old=run.script.version,
            new=newer.version,
            changed=newer.control.what_changed,
        ),
        scene.wording("withdrawn_kept", count=len(kept)),
    ]
    if left:
        labels = ", ".join(ask.label for step in left if (ask := run.script.ask(step)))
        text.append(scene.wording("withdrawn_left", labels=labels))
    if new:
        text.append(scene.wording("withdrawn_new", labels=", ".join(new)))
    agree = Choice(
        scene.wording("label_move", version=newer.version),
        Press("move", (), About(run.ref, "", 0)),
        is_main=True,
    )
    ask_qa = menu.in_run(scene, run, "label_ask_qa", "pause")
    return Reply("\n\n".join(text), Tone.STOP, choices=(agree, ask_qa))


# Where it stands


def guide_to(scene: Scene, run: OpenRun, after: Decision | None = None, owner: Person | None = None) -> Guide:
    """The guide to a run, or to what it is after a decision; `owner` is whose it is, where it is not this person's."""
    ledger = after.ledger if after else run.ledger
    return Guide(
        run.ref,
        run.title,
        run.script,
        ledger,
        after.position if after else resolve(run.script, ledger, scene.site.place),
        scene.wording,
        scene.sources,
        scene.site,
        Names(scene.person, owner or scene.person, scene.names),
        scene.now,
    )


def state_of(guide: Guide) -> RunState:
    """What is kept of a run as its state."""
    ledger, position = guide.ledger, guide.position
    if ledger.is_cancelled:
        return "cancelled"
    if ledger.gone_to:
        return "finished"
    if ledger.is_paused:
        return "paused"
    if position.cursor or ledger.correcting or ledger.changed or position.coaching:
        return "open"
    return "waiting" if position.waiting or position.deferred else "finished"
