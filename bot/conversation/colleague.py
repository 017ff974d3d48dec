"""Colleagues in each other's runs: one reads a stop or releases it, is offered a run, or takes it over."""

from __future__ import annotations

from dataclasses import replace
from itertools import dropwhile

from bot.conversation import course, menu
from bot.conversation.guide import Guide, Names, Tell
from bot.conversation.scene import HAND_OVER, Lent, OpenRun, RunChange, Scene, Turn, Watched, say
from bot.message import About, Press
from bot.reply import Choice, Fact, Reply, Tone
from playbooks.act import Accept, Act, Free, GiveTo, Resume, See, TakeBack
from playbooks.answer import show_moment
from playbooks.decision import decide
from playbooks.draft import role_words
from playbooks.script import HandOver
from playbooks.utterance import Note


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
        case "accept" if isinstance(part := watched.part, HandOver):
            return _take_part(scene, watched, part)
        case _:
            return say(scene, menu.opening(scene, "no_such_button"))


def look(scene: Scene, lent: Lent, words: str = "") -> Turn:
    """Where the run stands that a colleague has in hand: its giver reads it, and answers nothing.

    What the giver is asked in a run of their own meanwhile is asked once more.
    """
    reply = menu.where_it_stands(scene, lent, _facts(course.guide_to(scene, lent.run)), words)
    run = scene.run
    return course.beside(scene, run, "lent", reply) if run and run.is_open else say(scene, reply)


def ask_back(scene: Scene, lent: Lent, values: tuple[str, ...] = ()) -> Turn:
    """Ask its giver whether to take back what a colleague has in hand; `values` of a button that says so do it.

    It is asked anew where somebody else has it by then, and not at all once the run is over.
    """
    if lent.run.is_over:
        return look(scene, lent)
    if values[1:] == (lent.grip,):
        return take_back(scene, lent)
    session = replace(scene.session, takes_back=lent.grip, offer=None, misunderstood=0)
    return Turn((menu.sure_to_take_back(scene, lent),), session)


def take_back(scene: Scene, lent: Lent) -> Turn:
    """The run is its giver's again, as far as it has come, and the part is offered anew; who had it is told."""
    run = lent.run
    turn = course.moved(scene, run, course.decided(scene, run, TakeBack(lent.part.step)))
    if run.newer:  # they are asked to go on with that one first
        turn = replace(turn, replies=course.act(scene, run, Resume()).replies)
    within = dropwhile(lambda part: part.step != lent.part.step, run.ledger.parts.values())
    others = {lent.holder.id, *(part.giver for part in within if part.back_at is None)} - {scene.person.id}
    at = show_moment(scene.now.astimezone(scene.site.place.zone))
    words = scene.wording("part_taken_from_you", name=scene.person.name, title=run.title, ref=run.ref, at=at)
    told = Tell(tuple(sorted(others)), Reply(words, Tone.NOTICE), run.ref, lent.part.step)
    return replace(turn, changes=(*turn.changes, *course.put_aside(scene)), tells=(told, *turn.tells))


def _facts(guide: Guide) -> tuple[Fact, ...]:
    """Every answer so far, to be read only."""
    return tuple(Fact(fact.label, fact.value, fact.group) for fact in guide.facts())


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
    offered = guide.position.offered_by
    part = role_words(offered.does.to) if offered and isinstance(offered.does, HandOver) else ""
    reply = Reply(
        scene.wording(
            "part_offered" if part else "run_offered",
            name=scene.person.name,
            title=run.title,
            ref=run.ref,
            part=part,
        ),
        Tone.NOTICE,
        choices=(Choice(scene.wording("label_accept"), Press("accept", (), about), is_main=True),),
        facts=_facts(guide),
    )
    told = Tell((colleague.id,), reply, run.ref, HAND_OVER, HAND_OVER)
    said = Reply(scene.wording("run_is_offered", name=colleague.name, title=run.title))
    return Turn((said,), scene.session, (RunChange(run.ref, (), run.state),), (told,))


def _take_over(scene: Scene, watched: Watched) -> Turn:
    """The run is this person's from now on, at the question where it stands, or the part that is offered there."""
    if watched.run.is_over:
        return say(scene, Reply(scene.wording("nothing_to_do_there", name=watched.owner.name)))
    offered = course.guide_to(scene, watched.run).position.offered_by
    if offered and isinstance(offered.does, HandOver) and not watched.run.ledger.changed:
        return _take_part(scene, replace(watched, step=offered.id), offered.does)
    given = course.decided(scene, watched.run, GiveTo(scene.person.id))
    run = replace(watched.run, events=(*watched.run.events, *given.happened))
    resumed = decide(run.script, run.events, Resume(), scene.here)
    turn = course.moved(scene, run, resumed)
    change = RunChange(
        run.ref,
        (*given.happened, *resumed.happened),
        turn.changes[0].state if turn.changes else run.state,
        given_to=resumed.ledger.holder,
        after=resumed,
    )
    told = Reply(scene.wording("run_taken", name=scene.person.name, title=run.title), Tone.DONE)
    tells = (*turn.tells, Tell((watched.owner.id,), told, run.ref, HAND_OVER))
    return replace(turn, changes=(change, *course.put_aside(scene)), tells=tells)


def _take_part(scene: Scene, watched: Watched, part: HandOver) -> Turn:
    """The next part of the run is this person's, unless somebody else has it or its owner is not there yet."""
    run, owner = watched.run, watched.owner
    if done := run.ledger.parts.get(watched.step):
        name = Names(scene.person, owner, scene.names)(done.person)
        return say(scene, Reply(scene.wording("part_taken_already", name=name)))
    if run.is_over:
        return say(scene, Reply(scene.wording("nothing_to_do_there", name=owner.name)))
    decision = course.decided(scene, run, Accept(watched.step))
    if not course.given_to(decision):
        return say(scene, Reply(scene.wording("part_not_ready", name=owner.name)))
    if run.newer:  # they are asked to go on with that one first
        decision = course.decided(scene, run, GiveTo(scene.person.id))
    decision = replace(decision, said=tuple(it for it in decision.said if not isinstance(it, Note)))
    turn = course.moved(scene, run, decision)
    if run.newer:
        turn = replace(turn, replies=course.act(scene, run, Resume()).replies)
    at = show_moment(scene.now.astimezone(scene.site.place.zone))
    accepted = scene.wording("part_accepted", name=scene.person.name, title=run.title, at=at)
    tells = (Tell((owner.id,), Reply(accepted, Tone.DONE), run.ref, watched.step), *turn.tells)
    begins = Reply(
        scene.wording("part_begins", name=owner.name, title=run.title, ref=run.ref, part=role_words(part.to)),
        Tone.NOTICE,
        facts=_facts(course.guide_to(scene, run)),
    )
    changes = (*turn.changes, *course.put_aside(scene))
    return replace(turn, replies=(begins, *turn.replies), changes=changes, tells=tells)
