"""An answer and a question in one message, such as "no. what does quarantine mean?": both are taken. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.conversation import course
from bot.conversation.asking import answer_to, is_question
from bot.conversation.command import Command, read_command
from bot.conversation.effect import takes_any_words
from bot.conversation.refusing import refused
from bot.conversation.scene import OpenRun, Scene, Turn
from bot.conversation.session import Asked
from bot.message import About, Press
from bot.reply import Choice, Reply, Tone
from playbooks.act import Put, Typed
from playbooks.answer import read_answer
from playbooks.run import Answer
from playbooks.script import Ask
from playbooks.shown import show_answer

_ANSWER_FIRST = re.compile(
    r"(?P<said>.+?)(?:\s*(?:[.;,!]|\s-)\s+|\s*\n\s*)(?:(?:and|but|also|by the way|btw)[\s,]+)?(?P<asked>[^.;!?\n]+\?+)\s*",
    re.IGNORECASE | re.DOTALL,
)
_SENTENCE_FIRST = re.compile(r"(?P<said>.+?)(?:\s*[.;!]\s+|\s*\n\s*)(?P<asked>[^.;!?\n]+\?+)\s*", re.DOTALL)
_QUESTION_FIRST = re.compile(r"(?P<asked>[^.;!?\n]+\?+)\s+(?P<said>.+)", re.DOTALL)
_OF_THE_STEP = frozenset({Command.WHY, Command.EXAMPLE})


def taken_apart(scene: Scene, run: OpenRun, text: str, put: Put | None) -> Turn | None:
    """The answer to the question in `text`, then where the answer in it leads; None where it does not hold both.

    The question may be why we ask, too; the rest counts where it answers what is asked now. Where any words would do, it is
    a sentence of its own, and the question one that we are sure to answer; what was kept is said, and can be changed with
    one press.
    """
    ask = run.asked
    if ask is None:
        return None
    takes_any = takes_any_words(run)
    if takes_any and refused(scene, text):
        return None
    for said, question in _halves(text, is_sentence=takes_any):
        read = read_answer(ask, said, scene.now, scene.site.place)
        if (
            isinstance(read, Answer)
            and not is_question(said)
            and (turn := _both(scene, run, ask, Typed(said, put), question))
        ):
            return turn
    return None


def _halves(text: str, *, is_sentence: bool) -> Iterator[tuple[str, str]]:
    """What may be an answer and what may be a question, in either order; each a sentence of its own, or parts of one."""
    for shape in (_SENTENCE_FIRST if is_sentence else _ANSWER_FIRST, _QUESTION_FIRST):
        if match := shape.fullmatch(text.strip()):
            yield match["said"], match["asked"]


def _both(scene: Scene, run: OpenRun, ask: Ask, said: Typed, question: str) -> Turn | None:
    command = read_command(question)
    if command and command.command in _OF_THE_STEP:
        return course.beside_and(scene, run, command.command, (), said)
    if command or not is_question(question):
        return None
    takes_any = takes_any_words(run)
    refusal = refused(scene, question)
    found = refusal or answer_to(scene, question, is_sure=takes_any)
    if found is None:
        return None
    reply, topic = found
    if takes_any and (refusal or topic in scene.knowledge.unsafe):
        return None
    turn = course.beside_and(scene, run, "asked", [reply], said)
    if takes_any:
        first, *others = turn.replies
        turn = replace(turn, replies=(first, *_kept(scene, run, ask, turn), *others))
    heard = Asked("" if takes_any else question, topic)
    return replace(turn, session=replace(turn.session, topic=topic, asked=heard))


def _kept(scene: Scene, run: OpenRun, ask: Ask, turn: Turn) -> Iterator[Reply]:
    """What of the message was kept as the answer."""
    step = run.ledger.correcting or run.ledger.asking
    after = turn.changes[0].after
    given = after.ledger.answers.get(step) if after else None
    if given is None:
        return
    change = Press("change", (step,), About(run.ref, step, 0))
    shown = show_answer(ask, given.answer, scene.site.place.zone)
    yield Reply(
        scene.wording("kept_of_both", label=ask.label, words=shown),
        Tone.NOTICE,
        choices=(Choice(scene.wording("label_change_what", label=ask.label), change, is_aside=True),),
    )
