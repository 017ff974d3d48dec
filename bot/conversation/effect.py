"""The effect of a command: what each one shows or does, in a run or beside it."""

from __future__ import annotations

from bot.conversation import colleague, course, menu, reviewing
from bot.conversation.command import Asked, Command, plain
from bot.conversation.correcting import corrected, put_right, read_change, steps_with
from bot.conversation.onboarding import who_sees
from bot.conversation.scene import OpenRun, Scene, Turn, say
from bot.message import About, Press
from bot.reply import Choice, Reply
from playbooks.act import Act, Back, Cancel, Digress, Hurry, Keep, Pause, Put, Resume, Skip
from playbooks.answer import pick
from playbooks.decision import REASON
from playbooks.script import AnswerType, Ask, Option, Script

_FREE_TEXT = frozenset(
    {AnswerType.TEXT, AnswerType.LONG_TEXT, AnswerType.IDENTIFIER, AnswerType.LIST, AnswerType.PERSON}
)
_EVEN_WHEN_OVER = frozenset({Command.BACK, Command.CHANGE, Command.REPEAT, Command.REST, Command.COPY})


def carry_out(scene: Scene, asked: Asked, put: Put | None, words: str) -> Turn:
    """What a command does. `put` is the question it was given under; `words`, those that were read as it."""
    run = scene.run
    if run and run.is_open and (beside := _aside(scene, asked.command)):
        return course.beside(scene, run, asked.command.value, beside)
    match asked.command:
        case Command.HELP:
            return say(scene, menu.opening(scene, "help"))
        case Command.THANKS | Command.WAIT:
            return say(scene, Reply(scene.wording(asked.command)))
        case Command.REVIEW:
            return reviewing.begin(scene, asked.what)
        case Command.HELLO:
            return say(scene, menu.hello(scene))
        case command if aside := _aside(scene, command):
            return say(scene, aside)
        case Command.BACK if run is None and scene.lent and "take" in plain(words).split():
            return colleague.ask_back(scene, scene.lent)
        case _ if run is None and scene.lent:
            return colleague.look(scene, scene.lent)
        case command if run is None or (run.is_over and command not in _EVEN_WHEN_OVER):
            return say(scene, menu.opening(scene, "no_open_run"))
        case Command.CHANGE:
            return _change(scene, run, asked.what, words)
        case Command.COPY:
            return say(scene, course.guide_to(scene, run).copies())
        case Command.HAND_OVER:
            return colleague.offer_to(scene, run, asked.what)
        case Command.STOP:
            return say(scene, _stop_or_pause(scene, run, words))
        case command:
            return course.act(scene, run, _act(command, asked.what, put))


def _aside(scene: Scene, command: Command) -> Reply | None:
    """What a command shows beside everything else, in a run or not; None for one that does something."""
    match command:
        case Command.HELP if scene.run and scene.run.is_open:
            return Reply(scene.wording("help"))
        case Command.DRAFTS:
            return menu.drafts(scene)
        case Command.RUNS:
            return menu.runs(scene)
        case Command.WAITING:
            return menu.waiting(scene)
        case Command.WHO_SEES:
            return who_sees(scene.wording)
        case Command.HUMAN:
            return menu.humans(scene)
        case _:
            return None


def _change(scene: Scene, run: OpenRun, what: str, words: str) -> Turn:
    """Change the question that was named, by itself or by the answer that stands there, or ask which."""
    if not what:
        return _which(scene, run, "which_to_change")
    named = read_change(words)
    if step := step_named(run.script, what):
        return put_right(scene, run, step, named)
    return corrected(scene, run, named) or _which(scene, run, "no_such_step")


def _which(scene: Scene, run: OpenRun, key: str) -> Turn:
    facts = course.guide_to(scene, run).facts()
    return say(scene, Reply(scene.wording(key if facts else "nothing_to_change"), facts=facts))


def _stop_or_pause(scene: Scene, run: OpenRun, words: str) -> Reply:
    """Which kind of stopping; the word itself may also have been the answer to a question that takes any text."""
    return Reply(
        scene.wording("stop_or_pause", title=run.title),
        choices=(
            menu.in_run(scene, run, "label_pause", "pause", is_main=True),
            menu.in_run(scene, run, "label_cancel", "cancel"),
            *as_answer(scene, run, words),
            menu.in_run(scene, run, "label_resume", "resume"),
        ),
    )


def as_answer(scene: Scene, run: OpenRun, words: str) -> tuple[Choice, ...]:
    """The button by which words that were taken for something else are the answer after all."""
    if not run.is_open or not takes_any_words(run):
        return ()
    ledger = run.ledger
    press = Press("words", (words,), About(run.ref, ledger.asking, ledger.turn))
    return (Choice(scene.wording("label_my_answer", words=words), press),)


def _act(command: Command, what: str, put: Put | None) -> Act:
    """The act in a run that a command stands for."""
    match command:
        case Command.BACK:
            return Back(put)
        case Command.KEEP:
            return Keep(put)
        case Command.SKIP:
            return Skip(put)
        case Command.NOTE:
            return Skip(put, what)
        case Command.HURRY:
            return Hurry()
        case Command.REST:
            return Hurry(is_hurried=False)
        case Command.PAUSE:
            return Pause()
        case Command.RESUME:
            return Resume()
        case Command.CANCEL:
            return Cancel()
        case _:
            return Digress(command)


def step_named(script: Script, what: str) -> str:
    """The step whose short name or id `what` is, or clearly means; empty when there is none or more than one."""
    options = [Option(step.id, step.does.label) for step in script.steps if isinstance(step.does, Ask)]
    for name in (what, what.partition(" to ")[0]):  # "change where", or "change where to CR-03"
        picked = pick(name, options)
        if isinstance(picked, Option) and len(name) > 2:
            return picked.value
    return ""


def names_answer(scene: Scene, run: OpenRun, what: str, words: str) -> bool:
    """Whether `words`, by which `what` is to be changed, name a question of the run or the one answer that it stands in."""
    return bool(step_named(run.script, what)) or len(steps_with(scene, run, read_change(words).old)) == 1


def takes_any_words(run: OpenRun) -> bool:
    """Whether any words at all would do as an answer to what is asked now; for the reason of a change they do."""
    return run.ledger.asking == REASON or (run.asked is not None and run.asked.type in _FREE_TEXT)
