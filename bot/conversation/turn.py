"""One turn: what a person said, and everything the coach may look at, into what it says and keeps. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.conversation.command import Asked, Command, plain, read_command
from bot.conversation.guide import Guide, Tell, draft_files
from bot.conversation.nearest import SURE, Near, nearest
from bot.conversation.session import Offer, Session
from bot.conversation.wording import Wording
from bot.message import About, Message, Press
from bot.person import Person
from bot.reply import Choice, Citation, Reply
from bot.site import Site
from playbooks.act import (
    Act,
    Back,
    Cancel,
    Change,
    Confirm,
    Digress,
    Keep,
    Pause,
    Picked,
    Put,
    Resume,
    Skip,
    Typed,
)
from playbooks.answer import Place, Trouble, Unclear, pick
from playbooks.decision import Decision, Reach, begin, decide
from playbooks.run import Event, RunState, fold
from playbooks.script import AnswerType, Ask, Option, Review, Script
from playbooks.utterance import Aside, Misread, MovedOn

_OPENING_LENGTH = 1500
_SEPARATOR = "|"  # what a button's values are kept apart by
_TITLE_LENGTH = 60
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
_FREE_TEXT = frozenset({AnswerType.TEXT, AnswerType.LONG_TEXT, AnswerType.IDENTIFIER, AnswerType.LIST})
_EVEN_WHEN_OVER = frozenset({Command.BACK, Command.CHANGE, Command.REPEAT})
_LIVELY: frozenset[RunState] = frozenset({"open", "paused"})


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run as stored, with the script it is pinned to. `state` is open, paused, finished or cancelled."""

    ref: str
    title: str
    script: Script
    events: tuple[Event, ...]
    state: RunState = "open"

    @property
    def is_open(self) -> bool:
        """Whether a person's plain words are answers to it."""
        return self.state == "open"

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to ask."""
        return self.state not in _LIVELY


@dataclass(frozen=True, slots=True)
class RunCard:
    """Another run of the person that can be taken up again."""

    ref: str
    title: str


@dataclass(frozen=True, slots=True)
class MadeDraft:
    """A draft the person made earlier, to be listed."""

    run: str
    title: str
    number: int
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a turn may look at.

    `run` is the run the message is about, or the one in focus; `others` can be taken up again. `shelf` are the
    playbooks this person can start here. `new_ref` names a run that begins, `reach` finds the people behind a role
    now, and `drafts` lists what the person has made: each is looked up only when a turn needs it.
    """

    person: Person
    site: Site
    session: Session
    run: OpenRun | None
    shelf: Sequence[Script]
    wording: Wording
    sources: Mapping[str, Citation]
    now: datetime
    new_ref: Callable[[], str]
    reach: Reach
    drafts: Callable[[], Sequence[MadeDraft]]
    others: Sequence[RunCard] = ()


@dataclass(frozen=True, slots=True)
class RunChange:
    """What a turn adds to a run; `script` and `title` are there when the run begins with it."""

    ref: str
    events: tuple[Event, ...]
    state: RunState
    begun: Script | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of a message: what to say, to whom else, the session from now on, and the run's new events."""

    replies: tuple[Reply, ...]
    session: Session
    change: RunChange | None = None
    tells: tuple[Tell, ...] = ()


def take_turn(scene: Scene, message: Message) -> Turn:
    """The turn that `message` makes.

    1. A button does what it says.
    2. Yes and no belong to the playbook just offered, where one was.
    3. Words that are a command are one, whatever is asked now, unless they can only be an answer.
    4. Words with a run open are an answer to its question.
    5. Anything else is met with the nearest things the coach can do.
    """
    turn = _Listener(scene, message)
    if message.press:
        return turn.pressed(message.press)
    text = message.text.strip()
    if not text:
        return turn.say(Reply(turn.wording("empty")))
    if scene.session.offer and (done := turn.agreed(plain(text), scene.session.offer)):
        return done
    asked = read_command(text)
    if asked and not turn.is_answer(asked):
        return turn.commanded(asked)
    if scene.run and scene.run.is_open:
        return turn.answered(scene.run, text)
    return turn.wondered(text)


class _Listener:
    """Works one message out; lives for one call of `take_turn`."""

    def __init__(self, scene: Scene, message: Message) -> None:
        self.scene, self.message = scene, message
        self.session = scene.session
        self.wording = scene.wording
        self.put = _put(message.press.about if message.press else message.about)

    # What a message can be

    def pressed(self, press: Press) -> Turn:
        run = self.scene.run
        match press:
            case Press("start", (script_id,)):
                return self.start(script_id, opening="")
            case Press("agree"):
                return self.start_offered()
            case Press("dismiss"):
                return self.dismiss()
            case Press("answer", values) if run:
                return self.act(run, Picked(values, self.put))
            case Press("words", values) if run:
                return self.act(run, Typed(_SEPARATOR.join(values), self.put))
            case Press("change", (step,)) if run and run.script.ask(step):
                return self.act(run, Change(step))
            case Press("confirm", (answers_hash,)) if run:
                return self.act(run, Confirm(answers_hash))
            case Press(action) if action in set(Command):
                return self.commanded(Asked(Command(action)))
            case _:
                return self.say(self.opening("no_such_button"))

    def is_answer(self, asked: Asked) -> bool:
        """Whether words that look like a command can only be an answer: "change the gasket", "same" with nothing to keep."""
        run = self.scene.run
        if run is None or not run.is_open:
            return False
        match asked:
            case Asked(Command.CHANGE, what) if what:
                return not _named(run.script, what) and _asks_for_text(run)
            case Asked(Command.KEEP):
                said = self.decide(run, Keep()).said
                return any(isinstance(it, Misread) and it.unclear == Unclear(Trouble.EMPTY) for it in said)
            case _:
                return False

    def commanded(self, asked: Asked) -> Turn:
        """What a command does."""
        run = self.scene.run
        match asked.command:
            case Command.HELP if run and run.is_open:
                return self.beside(run, asked.command, Reply(self.wording("help")))
            case Command.HELP:
                return self.say(self.opening("help"))
            case Command.DRAFTS if run and run.is_open:
                return self.beside(run, asked.command, self.drafts())
            case Command.DRAFTS:
                return self.say(self.drafts())
            case Command.THANKS | Command.WAIT:
                return self.say(Reply(self.wording(asked.command)))
            case Command.HELLO:
                return self.hello()
            case command if run is None or (run.is_over and command not in _EVEN_WHEN_OVER):
                return self.say(self.opening("no_open_run"))
            case Command.CHANGE:
                return self.change(run, asked.what)
            case Command.STOP:
                return self.say(self.stop_or_pause(run))
            case command:
                return self.act(run, _act(command, self.put))

    def agreed(self, words: str, offer: Offer) -> Turn | None:
        """Yes or no to what was offered; None when the words are neither."""
        if words in _AGREEING:
            return self.start(offer.script, offer.opening)
        return self.dismiss() if words in _DECLINING else None

    def answered(self, run: OpenRun, text: str) -> Turn:
        ledger = fold(run.events)
        step = run.script.by_id.get(ledger.correcting or ledger.asking)
        if step and isinstance(step.does, Review) and plain(text) in _CONFIRMING:
            return self.act(run, Confirm())
        return self.act(run, Typed(text, self.put))

    def wondered(self, text: str) -> Turn:
        """Words without a run: a playbook offered where they clearly ask for one, else the nearest things."""
        resume = [Command.RESUME] if self.lively() else []
        near = nearest(text, [*resume, *self.scene.shelf, Command.HELP, Command.DRAFTS])
        best = near[0]
        if isinstance(best.does, Script) and best.score >= SURE:
            return self.offer(best.does, text)
        can_begin = self.scene.shelf or self.lively()
        text = self.wording("not_sure") if can_begin else self.what_to_do()
        reply = Reply(text, choices=tuple(self.choice(item) for item in near))
        misunderstood = self.session.misunderstood + 1
        return Turn((reply,), replace(self.session, offer=None, misunderstood=misunderstood))

    # What it leads to

    def act(self, run: OpenRun, act: Act) -> Turn:
        return self.moved(run, self.decide(run, act), begun=None)

    def decide(self, run: OpenRun, act: Act) -> Decision:
        place = Place(ZoneInfo(self.scene.site.zone), is_day_first=self.scene.site.is_day_first)
        decision = decide(
            run.script, run.events, act, self.scene.now, self.scene.person.id, place, self.scene.reach
        )
        if isinstance(act, Typed):
            return decision
        # Only typed words can be lost; the values of a button mean nothing to the person.
        said = tuple(MovedOn("") if isinstance(it, MovedOn) else it for it in decision.said)
        return replace(decision, said=said)

    def beside(self, run: OpenRun, command: Command, reply: Reply) -> Turn:
        """`reply`, and once more the question it came between."""
        decision = self.decide(run, Digress(command.value))
        said = tuple(it for it in decision.said if not isinstance(it, Aside))
        turn = self.moved(run, replace(decision, said=said), begun=None)
        return replace(turn, replies=(reply, *turn.replies))

    def start(self, script_id: str, opening: str) -> Turn:
        script = next((script for script in self.scene.shelf if script.id == script_id), None)
        if script is None:
            return self.say(self.opening("cannot_start"))
        given = self.scene.site.frozen_for(self.scene.person.role)
        decision = begin(script, given, opening, self.scene.now, self.scene.person.id, self.scene.reach)
        run = OpenRun(self.scene.new_ref(), _title(script, opening), script, ())
        return self.moved(run, decision, begun=script)

    def moved(self, run: OpenRun, decision: Decision, begun: Script | None) -> Turn:
        guide = self.guide(run, (*run.events, *decision.happened))
        state = _state(guide)
        change = RunChange(run.ref, decision.happened, state, begun, run.title) if decision.happened else None
        is_misread = any(isinstance(said, Misread) for said in decision.said)
        session = Session(
            focus="" if state == "cancelled" else run.ref,
            misunderstood=self.session.misunderstood + 1 if is_misread else 0,
        )
        return Turn(guide.replies(decision.said), session, change, guide.tells(decision.said))

    def guide(self, run: OpenRun, events: Sequence[Event]) -> Guide:
        return Guide.of(
            events,
            run.script,
            ref=run.ref,
            title=run.title,
            wording=self.wording,
            sources=self.scene.sources,
            site=self.scene.site,
            speaker=self.scene.person,
        )

    def offer(self, script: Script, text: str) -> Turn:
        opening = text if len(text) <= _OPENING_LENGTH else ""
        questions = sum(isinstance(step.does, Ask) and step.when is None for step in script.steps)
        reply = Reply(
            self.wording("offer", title=script.title, count=questions),
            choices=(
                Choice(self.wording("label_yes_start"), Press("agree"), is_main=True),
                Choice(self.wording("label_not_now"), Press("dismiss")),
            ),
        )
        return Turn((reply,), replace(self.session, offer=Offer(script.id, opening), misunderstood=0))

    def start_offered(self) -> Turn:
        offer = self.session.offer
        return self.start(offer.script, offer.opening) if offer else self.hello()

    def dismiss(self) -> Turn:
        return Turn((Reply(self.wording("offer_dismissed")),), replace(self.session, offer=None))

    def hello(self) -> Turn:
        run, name = self.scene.run, self.scene.person.name
        if run is None or run.is_over:
            return self.say(self.opening("hello", name=name))
        return self.say(self.opening("hello_again", name=name, title=run.title))

    def stop_or_pause(self, run: OpenRun) -> Reply:
        """Which kind of stopping; the word itself may also have been the answer to a question that takes any text."""
        return Reply(
            self.wording("stop_or_pause", title=run.title),
            choices=(
                self.in_run(run, "label_pause", "pause", is_main=True),
                self.in_run(run, "label_cancel", "cancel"),
                *self.as_answer(run),
                self.in_run(run, "label_resume", "resume"),
            ),
        )

    def as_answer(self, run: OpenRun) -> tuple[Choice, ...]:
        text = self.message.text.strip()
        if not run.is_open or not _asks_for_text(run):
            return ()
        ledger = fold(run.events)
        press = Press("words", (text,), About(run.ref, ledger.asking, ledger.turn))
        return (Choice(self.wording("label_my_answer", words=text), press),)

    def change(self, run: OpenRun, what: str) -> Turn:
        """Change the question that was named, or ask which."""
        if not what:
            return self.which(run, "which_to_change")
        step = _named(run.script, what)
        return self.act(run, Change(step)) if step else self.which(run, "no_such_step")

    def which(self, run: OpenRun, key: str) -> Turn:
        facts = self.guide(run, run.events).facts()
        return self.say(Reply(self.wording(key if facts else "nothing_to_change"), facts=facts))

    def drafts(self) -> Reply:
        drafts = self.scene.drafts()
        if not drafts:
            return Reply(self.wording("no_drafts"))
        files = tuple(
            file for draft in drafts for file in draft_files(draft.run, draft.number, draft.formats)
        )
        return Reply(self.wording("drafts"), files=files)

    def opening(self, key: str, **words: object) -> Reply:
        """The sentence for `key`, and everything that can be begun; where that is nothing, it says so."""
        return Reply(f"{self.wording(key, **words)}\n\n{self.what_to_do()}", choices=self.beginnings())

    def what_to_do(self) -> str:
        if self.scene.shelf or self.lively():
            return self.wording("what_to_do")
        return self.wording("no_playbooks", site=self.scene.site.name)

    # Parts

    def say(self, *replies: Reply) -> Turn:
        return Turn(replies, replace(self.session, misunderstood=0))

    def beginnings(self) -> tuple[Choice, ...]:
        """What can always be begun: the runs to take up again, every playbook of the shelf, the drafts."""
        starts = tuple(Choice(script.title, Press("start", (script.id,))) for script in self.scene.shelf)
        drafts = Choice(self.wording("label_drafts"), Press(Command.DRAFTS), is_aside=True)
        return (*(self.take_up(card) for card in self.lively()), *starts, drafts)

    def lively(self) -> tuple[RunCard, ...]:
        """Every run the person can take up again, the one in focus first."""
        run = self.scene.run
        in_focus = [RunCard(run.ref, run.title)] if run and not run.is_over else []
        return (*in_focus, *self.scene.others)

    def take_up(self, card: RunCard) -> Choice:
        return Choice(
            self.wording("label_take_up", title=card.title), Press("resume", (), About(card.ref, "", 0))
        )

    def choice(self, near: Near) -> Choice:
        match near.does:
            case Script() as script:
                return Choice(script.title, Press("start", (script.id,)))
            case Command.RESUME:
                return self.take_up(self.lively()[0])
            case command:
                return Choice(self.wording(f"label_{command}"), Press(command))

    def in_run(self, run: OpenRun, label: str, action: str, *, is_main: bool = False) -> Choice:
        return Choice(self.wording(label), Press(action, (), About(run.ref, "", 0)), is_main=is_main)


def _put(about: About | None) -> Put | None:
    return Put(about.step, about.turn) if about and about.step else None


def _act(command: Command, put: Put | None) -> Act:
    """The act in a run that a command stands for."""
    match command:
        case Command.BACK:
            return Back(put)
        case Command.KEEP:
            return Keep(put)
        case Command.SKIP:
            return Skip(put)
        case Command.PAUSE:
            return Pause()
        case Command.RESUME:
            return Resume()
        case Command.CANCEL:
            return Cancel()
        case _:
            return Digress(command)


def _state(guide: Guide) -> RunState:
    if guide.ledger.is_cancelled:
        return "cancelled"
    if guide.ledger.is_paused:
        return "paused"
    return "open" if guide.position.cursor or guide.ledger.correcting else "finished"


def _title(script: Script, opening: str) -> str:
    """What a person knows the run by: the words it began with, else the playbook's title."""
    words = " ".join(opening.split())
    if not words:
        return script.title
    return words if len(words) <= _TITLE_LENGTH else words[: _TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def _named(script: Script, what: str) -> str:
    """The step whose short name or id `what` is, or clearly means; empty when there is none or more than one."""
    options = [Option(step.id, step.does.label) for step in script.steps if isinstance(step.does, Ask)]
    for name in (what, what.partition(" to ")[0]):  # "change where", or "change where to CR-03"
        picked = pick(name, options)
        if isinstance(picked, Option) and len(name) > 2:
            return picked.value
    return ""


def _asks_for_text(run: OpenRun) -> bool:
    """Whether any words at all would do as an answer to what is asked now."""
    ledger = fold(run.events)
    ask = run.script.ask(ledger.correcting or ledger.asking)
    return ask is not None and ask.type in _FREE_TEXT
