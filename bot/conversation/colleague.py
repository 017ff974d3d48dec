"""Colleagues in each other's runs: one reads a stop or releases it, is offered a run, or takes it over."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import course, menu
from bot.conversation.guide import Tell
from bot.conversation.scene import HAND_OVER, OpenRun, RunChange, Scene, Turn, Watched, say
from bot.message import About, Press
from bot.reply import Choice, Fact, Reply, Tone
from playbooks.act import Act, Free, GiveTo, Resume, See
from playbooks.decision import decide


def pressed(scene: Scene, watched: Watched, press: Press) -> Turn:
    """What somebody does who was told about another person's run: read it, release its stop, or take it over."""
    match press.action:
        case "seen":
            return _help(scene, watched, See(watched.step), "thanks_for_reading")
        case "free" if watched.may_free:
            return _help(scene, watched, Free(watched.step, "role"), "thanks_for_freeing")
        case "free":
            return say(scene, Reply(scene.wording("may_not_free")))
        case "accept" if watched.step == HAND_OVER:
            return _take_over(scene, watched)
        case _:
            return say(scene, menu.opening(scene, "no_such_button"))


def _help(scene: Scene, watched: Watched, act: Act, thanks: str) -> Turn:
    """Act on another person's run: they hear what came of it, and this person is thanked."""
    run, owner = watched.run, watched.owner
    decision = course.decided(scene, run, act)
    if not decision.happened:
        return say(scene, Reply(scene.wording("nothing_to_do_there", name=owner.name)))
    guide = course.guide_to(scene, run, decision, owner)
    change = RunChange(run.ref, decision.happened, course.state_of(guide), after=decision)
    told = tuple(
        Tell((owner.id,), reply, run.ref, watched.step, is_own=True) for reply in guide.replies(decision.said)
    )
    thanked = Reply(scene.wording(thanks, name=owner.name, title=run.title), Tone.DONE)
    return Turn((thanked,), scene.session, (change,), (*told, *guide.tells(decision.said)))


def offer_to(scene: Scene, run: OpenRun, name: str) -> Turn:
    """Offer the run to a colleague: it stays this person's until the colleague accepts."""
    colleague = scene.colleague(name)
    if colleague is None or colleague.id == scene.person.id:
        return say(scene, Reply(scene.wording("no_such_colleague", name=name)))
    guide = course.guide_to(scene, run)
    about = About(run.ref, HAND_OVER, 0)
    reply = Reply(
        scene.wording("run_offered", name=scene.person.name, title=run.title, ref=run.ref),
        Tone.NOTICE,
        choices=(Choice(scene.wording("label_accept"), Press("accept", (), about), is_main=True),),
        facts=tuple(Fact(fact.label, fact.value, fact.group) for fact in guide.facts()),
    )
    told = Tell((colleague.id,), reply, run.ref, HAND_OVER, HAND_OVER)
    said = Reply(scene.wording("run_is_offered", name=colleague.name, title=run.title))
    return Turn((said,), scene.session, (RunChange(run.ref, (), run.state),), (told,))


def _take_over(scene: Scene, watched: Watched) -> Turn:
    """The run is this person's from now on, at the question where it stands."""
    if watched.run.is_over:
        return say(scene, Reply(scene.wording("nothing_to_do_there", name=watched.owner.name)))
    given = course.decided(scene, watched.run, GiveTo(scene.person.id))
    run = replace(watched.run, events=(*watched.run.events, *given.happened))
    resumed = decide(run.script, run.events, Resume(), scene.here)
    turn = course.moved(scene, run, resumed)
    change = RunChange(
        run.ref,
        (*given.happened, *resumed.happened),
        turn.changes[0].state if turn.changes else run.state,
        given_to=scene.person.id,
        after=resumed,
    )
    told = Reply(scene.wording("run_taken", name=scene.person.name, title=run.title), Tone.DONE)
    tells = (*turn.tells, Tell((watched.owner.id,), told, run.ref, HAND_OVER))
    return replace(turn, changes=(change, *course.put_aside(scene)), tells=tells)
