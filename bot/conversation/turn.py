"""One turn: what a person said, and everything the coach may look at, into what it says and keeps. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import asking, beginning, colleague, course, feedback, menu, reviewing
from bot.conversation.command import (
    Asked,
    Command,
    names_danger,
    names_playbook,
    names_run,
    plain,
    read_command,
)
from bot.conversation.correcting import corrected, read_correction
from bot.conversation.effect import as_answer, carry_out, names_answer, takes_any_words
from bot.conversation.guide import Tell
from bot.conversation.nearest import SURE, nearest
from bot.conversation.onboarding import welcome
from bot.conversation.refusing import refused
from bot.conversation.scene import OpenRun, RunChange, Scene, Turn, say
from bot.conversation.session import TextReview
from bot.conversation.two_in_one import taken_apart
from bot.message import Message, Press
from bot.reply import Reply
from playbooks.act import Accept, Act, Change, Confirm, Free, Keep, Picked, Put, Send, TakeBack, Typed
from playbooks.answer import Trouble, Unclear, Upload, mask_of, pick, read_answer
from playbooks.decision import decide
from playbooks.run import Answer
from playbooks.script import Ask, Option, Review, Script
from playbooks.utterance import Misread

_SEPARATOR = "|"  # what a button's values are kept apart by
_SURE_OF_A_PLAYBOOK = 0.99
_CONFIRMING = frozenset(
    {"yes", "y", "confirm", "ok", "okay", "right", "correct", "this is right", "looks right", "looks good"}
)
_AGREEING = frozenset(
    {
        "yes",
        "y",
        "yeah",
        "yep",
        "sure",
        "ok",
        "okay",
        "please",
        "yes please",
        "let's start",
        "yes let's start",
        "start",
    }
)
_DECLINING = frozenset({"no", "n", "nope", "not now", "no thanks", "no thank you", "later"})


def take_turn(scene: Scene, message: Message) -> Turn:
    """The turn that `message` makes.

    1. A button does what it says.
    2. Yes and no belong to the playbook just offered, where one was.
    3. Words that are a command are one, whatever is asked now, unless they can only be an answer.
    4. A request for what is never advised is refused, with the reason and whom to call; the question stays.
    5. Words with a run open are an answer to its question.
    6. A question that nothing known answers is met with an honest "I do not know".
    7. Anything else is met with the nearest things the coach can do.

    Whoever writes for the first time is told first who sees it.
    """
    session = scene.session
    asked_nothing = replace(
        scene,
        session=replace(session, takes_back="", asked=None, unsettled=None),
        asked=session.asked,
        unsettled=session.unsettled,
    )
    turn = _sure(scene, asked_nothing, message) or _heard(asked_nothing, message)
    if scene.session.is_welcomed:
        return turn
    return replace(
        turn,
        replies=(welcome(scene.person, scene.site, scene.wording), *turn.replies),
        session=replace(turn.session, is_welcomed=True),
    )


def rung(scene: Scene, run: OpenRun, act: Act) -> Turn:
    """The turn that begins because something is due in `run`: a clock, or what nobody has read.

    Its replies are for the person whose run it is; their session stays as it is.
    """
    decision = decide(run.script, run.events, act, scene.here)
    guide = course.guide_to(scene, run, decision)
    owner = scene.person.id
    told = tuple(Tell((owner,), reply, run.ref, "clock") for reply in guide.replies(decision.said))
    changes = (RunChange(run.ref, decision.happened, run.state, after=decision),) if decision.happened else ()
    return Turn((), scene.session, changes, (*told, *guide.tells(decision.said)))


def _sure(scene: Scene, asked_nothing: Scene, message: Message) -> Turn | None:
    """Yes or no in words to whether a run is taken back from the colleague who has it; None for anything else."""
    lent = scene.lent
    if (
        lent is None
        or lent.run.is_over
        or scene.run
        or message.press
        or scene.session.takes_back != lent.grip
    ):
        return None
    words = plain(message.text)
    if words in _AGREEING or "take it back" in words:
        return colleague.take_back(asked_nothing, lent)
    return colleague.look(asked_nothing, lent) if words in _DECLINING else None


def _heard(scene: Scene, message: Message) -> Turn:
    """A button, files or words: the first of these that the message is."""
    press, put = message.press, _put(message, scene.run)
    if press and scene.watched:
        return colleague.pressed(scene, scene.watched, press)
    lent = (
        scene.lent if press and press.about and scene.lent and scene.lent.run.ref == press.about.run else None
    )
    if press and lent and press.action == "take_back":
        return colleague.ask_back(scene, lent, press.values)
    if press and lent and press.action != "fetch":
        return colleague.look(scene, lent)
    if press and press.about and lent is None and (scene.run is None or scene.run.ref != press.about.run):
        return say(scene, menu.opening(scene, "no_such_button"))
    if press:
        return _pressed(scene, press, put, message.text.strip())
    if message.files:
        return _sent(scene, message.files, put)
    text = message.text.strip()
    return _said(scene, text, put) if text else say(scene, Reply(scene.wording("empty")))


def _put(message: Message, run: OpenRun | None) -> Put | None:
    """The question that a message answers; one of a run that is not this person's any more is never the current one."""
    about = message.press.about if message.press else message.about
    if about is None or not about.turn:
        return None
    return Put(about.step, about.turn) if run and about.run == run.ref else Put("", about.turn)


# A button, or files


def _pressed(scene: Scene, press: Press, put: Put | None, words: str) -> Turn:
    run = scene.run
    match press:
        case Press("start", (script_id,)):
            return beginning.start_beside(scene, script_id)
        case Press("agree", values):
            return beginning.start_offered(scene, *values[:1])
        case Press("dismiss"):
            return beginning.dismiss(scene)
        case Press("review", (what, value)):
            return reviewing.pressed(scene, what, value)
        case Press("consider"):
            return _considered(scene, words)
        case Press("know", (entry, *part)):
            return asking.pressed(scene, entry, *part[:1])
        case Press("none_of_these"):
            return asking.none_of_these(scene)
        case Press("tell_me"):
            return feedback.wait_for_answer(scene)
        case Press("wrong", (entry,)):
            return feedback.wrong(scene, entry)
        case Press("helpful", ("yes" | "no" as verdict,)):
            return feedback.helped(scene, is_helpful=verdict == "yes")
        case Press("fetch", (name,)):
            return say(scene, menu.draft(scene, name))
        case Press("answer", values) if run:
            return course.act(scene, run, Picked(values, put))
        case Press("words", values) if run:
            return course.act(scene, run, Typed(_SEPARATOR.join(values), put))
        case Press("change", (step,)) if run and run.script.ask(step):
            return course.act(scene, run, Change(step))
        case Press("confirm", (answers_hash,)) if run:
            return course.act(scene, run, Confirm(answers_hash))
        case Press("free", (step,)) if run:
            return course.act(scene, run, Free(step, "self"))
        case Press("accept") if run and press.about:
            return course.act(scene, run, Accept(press.about.step))
        case Press("take_back", (step, *_)) if run:
            return course.act(scene, run, TakeBack(step))
        case Press("move") if run and run.newer:
            return course.move(scene, run, run.newer)
        case Press(action) if action in set(Command):
            return carry_out(scene, Asked(Command(action)), put, words)
        case _:
            return say(scene, menu.opening(scene, "no_such_button"))


def _sent(scene: Scene, files: tuple[Upload, ...], put: Put | None) -> Turn:
    run = scene.run
    if run is None or not run.is_open:
        return say(scene, menu.opening(scene, "file_without_question"))
    return course.act(scene, run, Send(files, put))


# Words


def _said(scene: Scene, text: str, put: Put | None) -> Turn:
    run = scene.run
    if scene.session.offer and (done := _agreed(scene, plain(text))):
        return done
    if scene.unsettled and not (run and run.is_open) and (done := _awaited(scene, plain(text))):
        return done
    asked = read_command(text)
    if (review := scene.session.review) and (done := _in_review(scene, review, asked, text)):
        return done
    if not _belongs_to_run(scene, asked, text) and (done := asking.followed_up(scene, text)):
        return done
    if done := feedback.said(scene, plain(text)):
        return done
    if run and _is_put_off(scene, run, text):
        asked = Asked(Command.SKIP)
    if asked and not _is_answer(scene, asked, text):
        return carry_out(scene, asked, put, text)
    if done := _named(scene, text) or _put_right(scene, text) or _in_one(scene, text, put):
        return done
    if done := _guarded(scene, text):
        return done
    if run and run.is_open and (done := _wanted_to_know(scene, run, text)):
        return done
    if run and run.is_open:
        return _answered(scene, run, text, put)
    return (_given(scene, run, text) if run else None) or _wondered(scene, text)


def _belongs_to_run(scene: Scene, asked: Asked | None, text: str) -> bool:
    """Whether words belong to the run that is open: to ask it why or for an example, or as an answer that it takes."""
    run = scene.run
    if run is None or not run.is_open:
        return False
    return asked is not None or _is_its_answer(scene, run, text)


def _in_review(scene: Scene, review: TextReview, asked: Asked | None, text: str) -> Turn | None:
    """What words do while a text is looked at; None for a command that has nothing to do with it."""
    match asked.command if asked else None:
        case None:
            return reviewing.said(scene, review, text)
        case Command.KEEP | Command.SKIP:
            return reviewing.keep(scene, review)
        case Command.STOP | Command.CANCEL | Command.PAUSE | Command.BACK:
            return reviewing.leave(scene)
        case _:
            return None


def _agreed(scene: Scene, words: str) -> Turn | None:
    """Yes or no to what was offered; None when the words are neither."""
    if words in _AGREEING:
        return beginning.start_offered(scene)
    return beginning.dismiss(scene) if words in _DECLINING else None


def _awaited(scene: Scene, words: str) -> Turn | None:
    """Yes or no to whether an answer is waited for; None when the words are neither."""
    if words in _AGREEING:
        return feedback.wait_for_answer(scene)
    return say(scene, Reply(scene.wording("offer_dismissed"))) if words in _DECLINING else None


def _is_put_off(scene: Scene, run: OpenRun, text: str) -> bool:
    """Whether "later" is the button of a question that can wait, and not the wish to put all of it aside."""
    can_wait = run.is_open and run.asked is not None and run.asked.can_wait
    return can_wait and plain(text) == plain(scene.wording("label_later"))


def _is_answer(scene: Scene, asked: Asked, text: str) -> bool:
    """Whether words that look like a command can only be an answer: "change the gasket", "same" with nothing to keep."""
    run = scene.run
    if run is None or not run.is_open:
        return False
    match asked:
        case Asked(Command.CHANGE, what) if what:
            return not names_answer(scene, run, what, text) and takes_any_words(run)
        case Asked(Command.HAND_OVER, what):
            return scene.colleague(what) is None and takes_any_words(run)
        case Asked(Command.KEEP):
            said = course.decided(scene, run, Keep()).said
            return any(isinstance(it, Misread) and it.unclear == Unclear(Trouble.EMPTY) for it in said)
        case _:
            return False


def _named(scene: Scene, text: str) -> Turn | None:
    """ "Continue the cold room" and "start a deviation", where that names something; None where it does not."""
    run = scene.run
    if what := names_run(text):
        in_focus = run.ref if run and run.is_open else None
        cards = [card for card in scene.lively if card.ref != in_focus]
        picked = pick(what, [Option(card.ref, card.title) for card in cards])
        if isinstance(picked, Option):
            return say(scene, menu.found_run(scene, next(card for card in cards if card.ref == picked.value)))
    if run and run.is_open and (what := names_playbook(text)):
        near = nearest(what, scene.shelf, most=1)
        if near and near[0].score >= _SURE_OF_A_PLAYBOOK and isinstance(near[0].does, Script):
            return beginning.start_beside(scene, near[0].does.id)
    return None


def _guarded(scene: Scene, text: str) -> Turn | None:
    """What is said where somebody may be hurt, or asks for what is never advised; then the question again.

    None for any other words. An answer that can be read as one stays an answer; where any words would do, the person can
    say that it was one, and that somebody is hurt may just be what happened.
    """
    run = scene.run
    if run is None or not run.is_open:
        found = None if names_danger(text) else refused(scene, text)
        return _about(say(scene, found[0]), found[1]) if found else None
    if _confirms(run, text):
        return None
    takes_any = takes_any_words(run)
    if run.asked and not takes_any and _is_readable(scene, run.asked, text):
        return None
    if names_danger(text):
        return (
            None
            if takes_any
            else course.beside(scene, run, "danger", replace(menu.danger(scene), choices=()))
        )
    found = refused(scene, text, may_be_answer=takes_any, may_be_told=False)
    if found is None:
        return None
    reply, entry = found
    turn = course.beside(scene, run, "refused", replace(reply, choices=as_answer(scene, run, text)))
    return _about(turn, entry)


def _put_right(scene: Scene, text: str) -> Turn | None:
    """An answer corrected by what stands there; None for other words, and where they answer what is asked now."""
    run = scene.run
    if run is None or not run.is_open or _is_its_answer(scene, run, text):
        return None
    correction = read_correction(text)
    return corrected(scene, run, correction, is_asked_for=False) if correction else None


def _in_one(scene: Scene, text: str, put: Put | None) -> Turn | None:
    """An answer and a question in one message; None for other words, and where somebody may be hurt."""
    run = scene.run
    if run is None or not run.is_open or run.newer or names_danger(text):
        return None
    return taken_apart(scene, run, text, put)


def _about(turn: Turn, entry: str) -> Turn:
    """A turn after which "why" and its like are asked of this entry; with none, of nothing."""
    return replace(turn, session=replace(turn.session, topic=entry))


def _wanted_to_know(scene: Scene, run: OpenRun, text: str) -> Turn | None:
    """The answer to a question that came between; None where the words are an answer to what is asked, or no question."""
    return None if _is_its_answer(scene, run, text) else asking.asked_beside(scene, run, text)


def _is_its_answer(scene: Scene, run: OpenRun, text: str) -> bool:
    """Whether a run can only take these words as an answer to what it asks; not where any words would do."""
    if _confirms(run, text):
        return True
    return run.asked is not None and not takes_any_words(run) and _is_readable(scene, run.asked, text)


def _is_readable(scene: Scene, asked: Ask, text: str) -> bool:
    """Whether these words answer it, or name its options in a way that cannot be: "none of these, and records"."""
    read = read_answer(asked, text, scene.now, scene.site.place)
    return isinstance(read, Answer) or read.trouble is Trouble.NONE_AND_MORE


def _answered(scene: Scene, run: OpenRun, text: str, put: Put | None) -> Turn:
    ledger = run.ledger
    if _confirms(run, text) and put in {None, Put(ledger.asking, ledger.turn)} and not ledger.changed:
        return course.act(scene, run, Confirm())
    return course.act(scene, run, Typed(text, put))


def _confirms(run: OpenRun, text: str) -> bool:
    """Whether a review is open, and the words say that it is right."""
    step = run.script.by_id.get(run.ledger.correcting or run.ledger.asking)
    return step is not None and isinstance(step.does, Review) and plain(text) in _CONFIRMING


def _given(scene: Scene, run: OpenRun, text: str) -> Turn | None:
    """Words with the very shape of what a run still waits for, such as a record number; None for any others."""
    place = scene.site.place
    waiting = course.guide_to(scene, run).position.waiting if run.newer is None else ()
    for step_id in waiting:
        ask = run.script.ask(step_id)
        if ask and mask_of(ask, place) and isinstance(read_answer(ask, text, scene.now, place), Answer):
            asked = course.decided(scene, run, Change(step_id)).happened
            answered = decide(run.script, (*run.events, *asked), Typed(text), scene.here)
            return course.moved(scene, run, replace(answered, happened=(*asked, *answered.happened)))
    return None


def _considered(scene: Scene, words: str) -> Turn:
    """Words from elsewhere that the coach was asked to look at: never an answer to what is asked now."""
    if found := refused(scene, words):
        return _about(say(scene, found[0]), found[1])
    near = nearest(words, scene.shelf, most=1)
    is_open = scene.run is not None and scene.run.is_open
    is_sure = near and near[0].score >= SURE and not names_danger(words)
    if is_open and is_sure and isinstance(near[0].does, Script):
        return beginning.start_beside(scene, near[0].does.id, words)
    if is_sure or names_danger(words) or not words:
        return _wondered(scene, words)
    return reviewing.begin_with(scene, words)


def _wondered(scene: Scene, text: str) -> Turn:
    """Words without a run: a playbook offered where they clearly ask for one, else the nearest things."""
    if names_danger(text):
        return say(scene, menu.danger(scene))
    resume = [Command.RESUME] if scene.lively else []
    near = nearest(text, [*resume, *scene.shelf, Command.HELP, Command.DRAFTS])
    best = near[0]
    says_yes_or_no = plain(text) in _AGREEING | _DECLINING
    script = next((each.does for each in near if isinstance(each.does, Script) and each.score > 0), None)
    known = None if says_yes_or_no else asking.asked(scene, text, script)
    is_answered = known is not None and asking.comes_first(scene, text, known)
    if isinstance(best.does, Script) and best.score >= SURE and not is_answered:
        return _about(beginning.offer(scene, best.does, text), "")
    if scene.lent and scene.run is None and not is_answered:
        return colleague.look(scene, scene.lent, text)
    if known:
        return known
    if asking.is_question(text) and len(text.split()) > 1:
        return asking.unanswered(scene, text)
    misunderstood = scene.session.misunderstood + 1
    session = replace(scene.session, offer=None, misunderstood=misunderstood, topic="")
    return Turn((menu.not_sure(scene, near),), session)
