"""Everything the coach can say: every shipped playbook walked, with every detour at every question, in every wording.

What depends on a platform is judged with these (`tests/contracts/test_rendering.py`): a playbook that is added, or a
sentence that is changed, is in here without anybody thinking of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.content.library import Library
from bot.content.scenario_file import RawScenario
from bot.conversation.coaching import for_review
from bot.conversation.feedback import answered_at_last, never_answered
from bot.conversation.group import answer_in_group
from bot.conversation.onboarding import welcome
from bot.conversation.scene import HAND_OVER, Lent, MadeDraft, OpenRun, Scene, Turn, Waited, Watched
from bot.conversation.session import Session
from bot.conversation.turn import take_turn
from bot.conversation.wording import Wording, read_wording
from bot.message import About, Address, Identity, Message, Press
from bot.person import Person
from bot.reply import Citation, Reply
from bot.site import Roster, Site
from bot.strict_yaml import read_all
from playbooks.act import Act, Fire, TellNext
from playbooks.answer import MAX_IDENTIFIER, MAX_ITEMS, Upload, mask_of, options_of
from playbooks.cases import ANYTHING, SITE_LISTS, reading
from playbooks.coaching.catalogue import CHECKS
from playbooks.coaching.finding import Kind
from playbooks.decision import REASON
from playbooks.explore import Group, Walk, explore
from playbooks.placeholder import placeholders
from playbooks.position import Position, resolve
from playbooks.run import Answer, Ledger, RunState, fold
from playbooks.script import (
    AnswerType,
    Ask,
    Control,
    ControlChart,
    Figure,
    Fishbone,
    GoTo,
    HandBack,
    HandOver,
    Option,
    Radar,
    Release,
    Review,
    Script,
    Section,
    Step,
    Stop,
    Unknown,
    Whys,
)
from tests.bot.conversation.talk import ALARM, PARTS, SPILL, WORDING, Talk
from tests.content import shipped_library
from tests.contracts.extremes import HOSTILE, LONGEST, extremes, long_text

TODAY = date(2026, 6, 3)
MORNING = datetime(2026, 6, 3, 9, tzinfo=ZoneInfo("Europe/Dublin"))
LONG_NAME = "Dr. Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh, M.Sc. (Pharm.)"
LONG_SITE = "Northfield Works for Sterile Products, Oral Solids and Clinical Supplies, Building 12 North"
PHOTO = Upload("c" * 64, f"{HOSTILE[:100].replace('/', ' ')}.jpg".replace("\n", " "), "jpg")
MOVIE = Upload("d" * 64, "film.mp4", "mp4")
EVERYWHERE = "everywhere"
HURRIED: Mapping[str, object] = {"someone_hurt": "no", "kind": "equipment", "similar": "hurry"}
MOST_STEPS = 150
WEAK_TEXT = "Yesterday several vials were thrown away because the operator forgot the sample solutions"

LEVELS = tuple(Option(str(level), f"Level {level}") for level in range(1, 6))

# No shipped playbook asks everything that a site's own may ask.
EVERY_KIND = Script(
    id="every-kind",
    title="Every kind of question",
    version="1",
    language="en",
    purpose="To ask everything once.",
    for_roles=("operator",),
    phrasings=("every kind",),
    control=Control("released_by_maker", "QA", "CC-3", "2026-01-05", "2028-01-05", "First."),
    site_settings=(),
    sections=(Section("all", "All of them"),),
    facts={},
    clocks={},
    steps=(
        *(
            Step(
                kind.value,
                "all",
                Ask(
                    f"A question of the kind {kind}?",
                    kind,
                    f"Kind {kind}",
                    options=tuple(
                        Option(f"o{n}", f"Option {n}: {'x' * 90}", hint="Noted.") for n in range(30)
                    )
                    if kind in {AnswerType.CHOICE, AnswerType.MULTI}
                    else (),
                    none=Option("none", "None of these") if kind is AnswerType.MULTI else None,
                    unknown=Unknown("I don't know", "today", say="Please ask.", for_role="lead"),
                    is_required=kind is AnswerType.CONFIRM,
                    max_length=500 if kind is AnswerType.LIST else LONGEST,
                    unit="°C" if kind is AnswerType.NUMBER else "",
                    allow=("jpg", "png", "pdf") if kind is AnswerType.ATTACHMENT else (),
                ),
                why="So that each is asked once.",
                hint="One of each.",
            )
            for kind in AnswerType
        ),
        Step("values", "all", Ask("What are the values?", AnswerType.LIST, "Values", of="number")),
        Step("level", "all", Ask("How far are we?", AnswerType.CHOICE, "Level", LEVELS)),
        Step(
            "whys",
            "all",
            Figure(
                "Why it happened",
                "This is the chain.",
                Whys("text", ("long_text", "person"), ("list", "number")),
            ),
        ),
        Step(
            "fish",
            "all",
            Figure(
                "What may have led to it",
                "This is all.",
                Fishbone("text", (("Method", "list"), ("Machine", "multi"))),
            ),
        ),
        Step(
            "chart",
            "all",
            Figure("The values", "These are the values.", ControlChart("values", upper="number")),
        ),
        Step(
            "radar",
            "all",
            Figure(
                "How far we are", "This is where we are.", Radar((("People", "level"), ("Data", "choice")))
            ),
        ),
        Step("held", "all", Stop("immediate", "Wait for the lead.", "lead", release=Release("", ("lead",)))),
        Step("review", "all", Review()),
        Step("gone", "all", GoTo("another-playbook")),
    ),
    hash="e" * 64,
)

Did = str | Press | Act | tuple[Upload, ...]


@cache
def every_reply() -> tuple[tuple[str, Reply], ...]:
    """Every reply that was found, each once, with the name of where it came from. The same ones in the same order."""
    found: dict[Reply, str] = {}
    library = shipped_library()
    for language, text in library.wordings.items():
        for name, reply in chain(spoken_replies(library, wording := read_wording(text)), sentences(wording)):
            found.setdefault(reply, f"{language}, {name}")
    for name, reply in extremes():
        found.setdefault(reply, f"extreme, {name}")
    return tuple((name, reply) for reply, name in found.items())


def spoken_replies(library: Library, wording: Wording) -> Iterator[tuple[str, Reply]]:
    """What is said in conversations only, one after another, in this wording."""
    seen = Seen()
    for site in _sites(library):
        shelf = library.shelf(site, TODAY)
        people = [each for each in library.people if each.site == site.id] or library.people
        talk = Speaker(
            shelf=shelf,
            person=people[0],
            site=site,
            wording=wording,
            sources=library.citations_for(site),
        ).among(people)
        for script in shelf:
            yield from walked(talk, script, _ways(library, script, site, seen), seen)
        yield from idle(talk)
        knows = replace(talk, knowledge=library.knowledge, clauses=library.clauses)
        if site.id == EVERYWHERE:
            yield from knowing(knows)
        if site.id == library.site().id:  # where another region can be asked for
            yield from knowing(knows, one_in=10)
    trial = Speaker(shelf=(SPILL, ALARM, PARTS, EVERY_KIND), wording=wording)
    for script in trial.shelf:
        yield from walked(trial, script, trials(script), seen)
    yield from idle(trial)


def trials(script: Script) -> Iterator[Mapping[str, object]]:
    """Ways through a playbook that is not shipped; through one for two people also apart."""
    yield from ({}, {"danger": "yes", "hurt": "yes", "kind": "leak"})
    if any(isinstance(step.does, HandOver) for step in script.steps):
        yield {"to_lead": "role"}


def sentences(wording: Wording) -> Iterator[tuple[str, Reply]]:
    """Each sentence by itself, filled in kindly, with words that mean no good, and with too many of them."""
    for key, text in wording.texts.items():
        for name, filling in (("", "Cold room CR-02"), (", hostile", HOSTILE), (", long", long_text())):
            if not name or placeholders(text):
                yield (
                    f"the sentence {key}{name}",
                    Reply(wording(key, **dict.fromkeys(placeholders(text), filling))),
                )


# A person who tries everything


@dataclass
class Speaker(Talk):
    """Somebody who talks with the coach and is overheard: `heard` is what was said, to them and to others.

    One who `is_wordy` gives the longest answers that are taken, where nothing else is said.
    """

    wording: Wording = WORDING
    sources: Mapping[str, Citation] = field(default_factory=dict)
    heard: dict[Reply, str] = field(default_factory=dict)
    origin: str = ""
    is_wordy: bool = False
    stood: tuple[OpenRun, Ledger, Position] | None = None

    def among(self, people: Sequence[Person]) -> Speaker:
        """The same person among colleagues."""
        self.colleagues = {each.name.split()[0].lower(): each for each in people}
        self.reached = tuple(each.id for each in people[1:3])
        return self

    def fork(self, **changes: object) -> Speaker:
        """The same conversation so far; what becomes of it from here is another story."""
        copied = replace(self, runs=dict(self.runs), drafts=list(self.drafts), waits=list(self.waits))
        copied._seen = []
        for name, value in changes.items():
            setattr(copied, name, value)
        return copied

    def scene(self, ref: str) -> Scene:
        return replace(super().scene(ref), wording=self.wording, sources=self.sources)

    def take(self, message: Message) -> None:
        did = message.press.token() if message.press else message.text or "a file"
        self.origin = f"{self.where}: {did[:60]!r}"
        super().take(message)

    def heed(self, turn: Turn) -> None:
        super().heed(turn)
        self.overhear(turn)

    def overhear(self, turn: Turn) -> None:
        for reply in (*turn.replies, *(tell.reply for tell in turn.tells)):
            self.heard.setdefault(reply, self.origin)

    def does(self, *dids: Did) -> Speaker:
        """Do these one after another: say, press, send, or let time pass."""
        for did in dids:
            match did:
                case str():
                    self.say(did)
                case Press():
                    self.send(did)
                case tuple():
                    self.send_file(*did)
                case _:
                    self.origin = f"{self.where}: {did}"
                    self.ring(did)
        return self

    @property
    def where(self) -> str:
        """The playbook and the step where they are."""
        if self.session.focus not in self.runs:
            return f"at {self.site.id}"
        return f"{self.run.script.id} at {self.site.id}, {self.ledger.asking or 'start'}"

    @property
    def ledger(self) -> Ledger:
        return self._standing()[0]

    @property
    def position(self) -> Position:
        return self._standing()[1]

    def _standing(self) -> tuple[Ledger, Position]:
        """Where the run in focus stands; worked out once as long as it stays there."""
        if self.stood is None or self.stood[0] is not self.run:
            ledger = fold(self.run.events)
            self.stood = (self.run, ledger, resolve(self.run.script, ledger, self.site.place))
        return self.stood[1:]

    @property
    def step(self) -> Step | None:
        """What is open in the run in focus; None at its end, and where a reason is wanted."""
        if self.session.focus not in self.runs:
            return None
        ledger, position = self.ledger, self.position
        if position.coaching and not (ledger.is_over or ledger.correcting or position.held_by):
            return self.run.script.by_id[position.coaching]
        if ledger.is_over or (ledger.changed and not ledger.correcting and not position.held_by):
            return None
        return self.run.script.by_id[ledger.correcting] if ledger.correcting else position.cursor

    def about(self, step: str = "", turn: int = 0) -> About:
        return About(self.session.focus, step, turn)

    def picks(self, *values: str) -> Press:
        """The press of these answers to the question that is open."""
        ledger = self.ledger
        return Press("answer", values, self.about(ledger.asking, ledger.turn))

    def says_late(self, text: str) -> None:
        """Answer a question that is no longer the one that is open."""
        ledger = self.ledger
        about = self.about(ledger.asking, ledger.turn + 1)
        self.origin = f"{self.where}: late"
        self.take(Message("e", Address("test", "alex"), Identity("test", "alex"), text, about=about))

    def considers(self, text: str) -> None:
        """Ask to be coached on a message of somebody's."""
        sender = Identity("test", "alex")
        self.take(Message("e", Address("test", "alex"), sender, text, Press("consider")))

    def in_a_group(self, text: str) -> None:
        """Ask where others read along."""
        self.heard.setdefault(
            answer_in_group(self.scene(""), text), f"in a group at {self.site.id}: {text[:60]!r}"
        )

    def another(self, press: Press, step: str, *, may_free: bool = True, keeps: bool = True) -> None:
        """Somebody who was told about the run presses a button of theirs."""
        other = next((each for each in self.colleagues.values() if each.id != self.person.id), self.person)
        watched = Watched(self.run, self.person, step, may_free)
        scene = replace(
            self.scene(""),
            person=other,
            session=Session(is_welcomed=True),
            watched=watched,
            names={each.id: each.name for each in self.colleagues.values()},
        )
        self.origin = f"{self.where}: another one's {press.token()!r}"
        turn = take_turn(
            scene, Message("e", Address("test", other.id), Identity("test", other.id), "", press)
        )
        self.overhear(turn)
        for change in turn.changes if keeps else ():
            self.keep(change)

    def accepts(self, step: str) -> None:
        """A colleague takes the part that is offered, and it is they who speak from now on."""
        ref, giver = self.session.focus, self.person
        self.person = next((each for each in self.colleagues.values() if each.id != giver.id), giver)
        self.session = Session(is_welcomed=True)
        self.watched = Watched(self.runs[ref], giver, step, may_free=False)
        self.send(Press("accept", (), About(ref, step, 0)))
        self.watched = None

    def follows(self, ref: str) -> None:
        """Where the run is back with somebody else, it is they who speak from now on."""
        holder = fold(self.runs[ref].events).holder
        if holder != self.person.id:
            self.person = next(each for each in self.colleagues.values() if each.id == holder)
            self.session = Session(is_welcomed=True)
            self.send(Press("resume", (), About(ref, "", 0)))


@dataclass(frozen=True, slots=True)
class Seen:
    """What has been looked at from every side, and need not be again."""

    steps: set[tuple[str, str]] = field(default_factory=set)
    ends: set[tuple[str, RunState, bool]] = field(default_factory=set)
    clocks: set[tuple[str, str]] = field(default_factory=set)
    unheard: set[tuple[str, str]] = field(default_factory=set)
    passed: set[tuple[str, str]] = field(default_factory=set)
    given: set[tuple[str, str, str]] = field(default_factory=set)


def walked(
    talk: Speaker, script: Script, ways: Iterable[Mapping[str, object]], seen: Seen
) -> Iterator[tuple[str, Reply]]:
    """Every reply on these ways through a playbook, and on the detours from each place that was not `seen` yet."""
    heard: dict[Reply, str] = {}
    for answers in ways:
        teller = talk.fork(heard=heard, runs={}, now=MORNING, is_wordy=not answers)
        walk(teller, script, answers, seen)
        told = set()
        for run in teller.runs.values():
            told |= {(run.script.id, each.step) for each in fold(run.events).tellings}
            seen.passed.update((run.script.id, getattr(event.what, "step", "")) for event in run.events)
        if told - seen.unheard:
            seen.unheard.update(told)
            walk(talk.fork(heard=heard, runs={}, now=MORNING, reached=()), script, answers, seen)
    yield from ((name, reply) for reply, name in heard.items())


def walk(talk: Speaker, script: Script, answers: Mapping[str, object], seen: Seen) -> None:
    """One way through a playbook, and into those that it goes on in."""
    talk.send(Press("start", (script.id,)))
    for _ in range(MOST_STEPS):
        step = talk.step
        if step is None:
            break
        here = (talk.run.script.id, step.id)
        if here not in seen.steps:
            is_first = script.id not in {name for name, _ in seen.steps}
            seen.steps.add(here)
            for detour in detours(talk, step, is_first=is_first):
                talk.fork().does(*detour)
            others_at(talk, step)
        watch_clocks(talk, seen.clocks)
        ref = talk.session.focus
        take_answer(talk, step, answers.get(step.id))
        talk.follows(ref)
        for value in (
            None,
            "skip",
        ):  # what cannot be known yet is asked twice; what still does not fit is left out
            if talk.step and (talk.run.script.id, talk.step.id) == here:
                take_answer(talk, step, value)
    if talk.session.focus in talk.runs:
        end = (talk.run.script.id, talk.run.state, bool(talk.position.deferred))
        if end not in seen.ends:
            seen.ends.add(end)
            at_the_end(talk)


def take_answer(talk: Speaker, step: Step, value: object) -> None:
    """Answer what is open as a scenario file says, else with something that fits."""
    match step.does:
        case Review():
            talk.does("yes")
        case Stop(release=release):
            if release and release.label and value != "role":
                talk.send(Press("free", (step.id,), talk.about(step.id)))
            else:
                talk.another(Press("free", (step.id,), talk.about(step.id)), step.id)
        case HandOver(together=label) if label and value != "role":
            talk.send(Press("free", (step.id,), talk.about(step.id)))
        case HandOver():
            talk.accepts(step.id)
        case Ask() as ask:
            talk.does(
                fitting(talk, ask, is_long=talk.is_wordy) if value is None else _given(talk, ask, value)
            )
        case _:
            pass


def _given(talk: Speaker, ask: Ask, value: object) -> Did:
    items = tuple(map(str, value)) if isinstance(value, list) else (str(value),)
    if items in {("skip",), ("hurry",)}:
        return "skip" if items == ("skip",) else "the rest later"
    if ask.type is AnswerType.ATTACHMENT:
        return tuple(Upload("e" * 64, name, name.rsplit(".", 1)[-1]) for name in items)
    if options_of(ask) or items == ("unknown",):
        return talk.picks(*items)
    return "\n".join(items)


def fitting(talk: Speaker, ask: Ask, *, is_long: bool) -> Did:
    """An answer that the question takes; the longest there is, in words that mean no good, or a plain one."""
    if options := options_of(ask):
        return talk.picks(options[0].value)
    match ask.type:
        case AnswerType.DATETIME:
            return "today 06:00"
        case AnswerType.DATE:
            return "2 June 2026"
        case AnswerType.TIME:
            return "06:10"
        case AnswerType.NUMBER:
            return "9.4"
        case AnswerType.ATTACHMENT:
            return (PHOTO,)
        case AnswerType.IDENTIFIER if mask := mask_of(ask, talk.site.place):
            return mask.replace("#", "7").replace("@", "Q")
        case AnswerType.IDENTIFIER if is_long:
            return long_text(MAX_IDENTIFIER).replace("\n", " ")
        case AnswerType.LIST if ask.of == "number":
            return " ".join(map(str, range(90, 140 if is_long else 95)))
        case AnswerType.LIST if is_long:
            most = MAX_IDENTIFIER if ask.of == "identifier" else ask.max_length
            return "\n".join(f"{n} {'x' * (most - 4)}" for n in range(MAX_ITEMS))
        case _:
            return long_text(ask.max_length) if is_long else "CR-02"


# Detours from a question


def detours(talk: Speaker, step: Step, *, is_first: bool) -> Iterator[Sequence[Did]]:
    """Everything that may be done where `step` is open, each to be tried by itself.

    What does not depend on the question is done at the first one only.
    """
    stale = Press("answer", ("yes",), talk.about(step.id, max(talk.ledger.turn - 1, 1)))
    anywhere: tuple[list[Did], ...] = (
        ["why"],
        ["example"],
        ["back", "back"],
        ["keep"],
        [stale],
        ["the rest later"],
    )
    yield from anywhere
    if is_first:
        yield from _anyhow(talk, step)
    match step.does:
        case Ask() as ask:
            yield from _answers(talk, step, ask)
        case Review():
            yield from _anyhow(talk, step)
            for given in talk.position.live:
                change = Press("change", (given.step,), talk.about(given.step))
                yield [change, "keep"]
            others = [each for each in talk.run.script.steps if each.id not in talk.position.given]
            yield [f"change {each.does.label}" for each in others if isinstance(each.does, Ask)][:1]
        case Stop(tell=role) as stop:
            yield ["hm"]
            yield [Press("free", (step.id,), talk.about(step.id))]
            yield from ([stop.release.label],) if stop.release and stop.release.label else ()
            yield from ([TellNext(step.id, ())], [TellNext(step.id, talk.reached)]) if role else ()
        case HandOver(together=label):
            yield ["hm"]
            yield [Press("free", (step.id,), talk.about(step.id))]
            yield [Press("accept", (), talk.about(step.id))]
            yield ["back", Press("accept", (), talk.about(step.id))]
            yield from ([label],) if label else ()
            yield from ([TellNext(step.id, ())], [TellNext(step.id, talk.reached)])
        case _:
            pass


def _anyhow(talk: Speaker, step: Step) -> Iterator[Sequence[Did]]:
    yield from (["hm"], ["repeat"], ["change"], ["pause", "resume"], ["stop"], [(PHOTO,)])
    yield ["stop", Press("cancel", (), talk.about()), Press("back", (), talk.about())]
    yield [Press("confirm", ("0" * 64,), talk.about(step.id))]
    yield [Press("free", (step.id,), talk.about(step.id))]


def _answers(talk: Speaker, step: Step, ask: Ask) -> Iterator[Sequence[Did]]:
    """Every answer that can be pressed, one of each kind that cannot be taken, the longest one, and that one again."""
    again = f"change {ask.label}"
    answer = fitting(talk, ask, is_long=True)
    yield [answer, "back"]
    yield [answer, again, "keep"]
    yield from ([talk.picks(option.value)] for option in options_of(ask)[1:])
    if ask.unknown:
        yield [talk.picks("unknown"), "I don't know", again]
    yield ["skip"]
    yield [f"note: {HOSTILE}", again]
    if ask.coaching:
        for dids in (
            ["keep"],
            ["no"],
            ["why"],
            ["back", "keep"],
            ["The first of June"],
            [f"{WEAK_TEXT} So it was."],
        ):
            yield [WEAK_TEXT, *dids]
        yield ["The vials were emptied into the waste.", "help"]
    if ask.type in {AnswerType.TEXT, AnswerType.LONG_TEXT}:
        yield ["please " * 500 + "stop"]
        yield ["||| stop"]
    yield from ([trouble] for trouble in _troubles(talk, ask))
    odd = next(
        (trouble for trouble in _troubles(talk, ask) if not isinstance(trouble, str) or trouble.strip()), ""
    )
    yield [odd, odd, odd]


def _troubles(talk: Speaker, ask: Ask) -> Iterator[Did]:
    """Answers that cannot be taken, one for each reason there is."""
    yield from ("", " \n")
    if options := options_of(ask):
        yield "rhubarb"
        yield talk.picks()
        yield talk.picks("rhubarb")
        yield talk.picks(*(option.value for option in options))
        yield " ".join(
            {word for option in options for word in option.label.split()} & {"not", "batch", "yes", "a"}
        )
        if ask.type is AnswerType.MULTI:
            yield ", ".join(["rhubarb"] * (MAX_ITEMS + 1))
        return
    match ask.type:
        case AnswerType.DATETIME | AnswerType.DATE | AnswerType.TIME:
            yield from (
                "rhubarb",
                "3 June 2026",
                "05/06/2026 06:00",
                "05/06/2026",
                "06:10",
                "1 January 1950 06:00",
            )
            yield from (
                "29 March 2026 01:30",
                "8 March 2026 02:30",
                "1 June 2031 06:00",
                "25 October 2026 01:30",
            )
        case AnswerType.NUMBER:
            yield from ("rhubarb", "1,234", "9 bananas")
        case AnswerType.ATTACHMENT:
            yield from ("here it is", (MOVIE,), (PHOTO,) * (ask.max_files + 1))
        case AnswerType.IDENTIFIER:
            yield from ("rhubarb", "x" * (MAX_IDENTIFIER + 1))
        case AnswerType.LIST if ask.of == "number":
            yield from (" ,;\n, ", "rhubarb", "99.1 about 99.2", "1 " * (MAX_ITEMS + 1))
        case AnswerType.LIST:
            yield from (" ,;\n, ", "\n".join(map(str, range(MAX_ITEMS + 1))), "x" * (ask.max_length + 1))
        case _:
            yield "x" * (ask.max_length + 1)


def others_at(talk: Speaker, step: Step) -> None:
    """What other people do about a run that stands here, what comes late, and what is said in the middle of it."""
    talk.fork().says_late(long_text())
    if isinstance(step.does, HandOver):
        a_part_is_offered(talk, step)
    if not isinstance(step.does, Stop):
        return
    for action in ("seen", "free", "accept", "nonsense"):
        press = Press(action, (step.id,), talk.about(step.id))
        for may_free in (True, False):
            told = talk.fork()
            told.another(press, step.id, may_free=may_free)
            told.another(press, step.id, may_free=may_free)
            told.does("repeat")


def a_part_is_offered(talk: Speaker, step: Step) -> None:
    """A colleague accepts: twice, too early, when it has ended, by name; and what they correct, or send back."""
    accept = Press("accept", (), talk.about(step.id))
    own = talk.fork(reached=(talk.person.id,)).does("repeat")
    own.does(accept, accept)
    for before in ([], ["back"], ["change"], ["stop", Press("cancel", (), talk.about())]):
        told = talk.fork().does(*before)
        told.session = replace(told.session, focus=talk.session.focus)
        told.another(accept, step.id)
        told.another(accept, step.id)
    name = next((name for name, each in talk.colleagues.items() if each.id != talk.person.id), "")
    named = talk.fork().does(f"hand over to {name}")
    named.another(Press("accept", (), About(talk.session.focus, HAND_OVER, 0)), HAND_OVER)
    taken = talk.fork()
    taken.accepts(step.id)
    for given in talk.position.live:
        ask = talk.run.script.ask(given.step)
        options = [each.value for each in options_of(ask)] if ask else []
        for value in set(options) - set(given.answer.values):
            changed = taken.fork().does(Press("change", (given.step,), talk.about(given.step)))
            changed.does(changed.picks(value))
    while_it_is_lent(talk, taken)


def while_it_is_lent(giver: Speaker, taken: Speaker) -> None:
    """What the giver reads meanwhile, and hears when it ends with the colleague."""
    run = taken.run
    lent = Lent(run, taken.person, tuple(run.ledger.parts.values())[-1])
    for did in (Press("resume", (), taken.about()), "my runs", "back", "rhubarb", HOSTILE):
        giver.fork(runs={}, lent=lent).does(did)
    take_back = Press("take_back", (lent.part.step,), taken.about())
    asked = giver.fork(runs={}, lent=lent).does(take_back)
    asked.fork().does("no")
    asked.fork().does("yes")
    giver.fork().does(take_back)
    taken.fork().does("stop", Press("cancel", (), taken.about()))
    kept = tuple(step for step in run.script.steps if not isinstance(step.does, HandBack))
    ends = taken.fork(runs={run.ref: replace(run, script=replace(run.script, steps=kept))})
    ends.does("repeat")
    for _ in range(MOST_STEPS):
        if ends.step is None:
            break
        take_answer(ends, ends.step, None)


def watch_clocks(talk: Speaker, seen: set[tuple[str, str]]) -> None:
    """Each clock that has begun to run, at each of its marks; and a return to the run after its end."""
    for running in talk.position.clocks:
        clock = (talk.run.script.id, running.clock.id)
        if clock in seen:
            continue
        seen.add(clock)
        for mark in running.marks:
            talk.fork(now=running.at(mark)).does(Fire(running.clock.id))
        talk.fork().does("pause", "resume")
        talk.fork(now=running.due_at + timedelta(days=1)).does("pause", "resume")


# The end of a run, and before one


def at_the_end(talk: Speaker) -> None:
    """What is said about a run that is over, or waits for one more answer; also when an answer is changed then."""
    if talk.session.focus not in talk.runs:
        return
    for done in (
        *(
            ["hm"],
            ["back"],
            ["change"],
            ["change rhubarb"],
            ["repeat"],
            ["copy"],
            ["the rest"],
            ["resume"],
            ["why"],
        ),
        *(
            ["DEV-2026-014"],
            ["DR-26-0014"],
            ["thanks"],
            ["hello"],
            ["help"],
            ["my drafts"],
            ["stop"],
            ["pause"],
        ),
    ):
        talk.fork().does(*done)
    for given in talk.position.live:
        ask = talk.run.script.ask(given.step)
        change = Press("change", (given.step,), talk.about(given.step))
        changed = talk.fork().does(change)
        if ask and changed.step and changed.step.id == given.step:
            options = [option.value for option in options_of(ask) if option.value not in given.answer.values]
            changed.does(changed.picks(options[0]) if options else "yesterday 05:00")
            changed.fork().does("x" * 301)
            if changed.ledger.asking == REASON:
                changed.fork().does("back")
            changed.does("It was mistyped")
    hand_over(talk)
    withdraw(talk)
    another_run_beside(talk)


def hand_over(talk: Speaker) -> None:
    """The run is offered to a colleague, who takes it, twice."""
    name = next((name for name, each in talk.colleagues.items() if each.id != talk.person.id), "")
    for run in (talk.run, replace(talk.run, state="open")):
        offered = talk.fork(runs={**talk.runs, run.ref: run})
        offered.does(f"hand over to {name}", "hand over to rhubarb")
        accept = Press("accept", (), About(run.ref, HAND_OVER, 0))
        offered.another(accept, HAND_OVER, keeps=False)
        offered.runs[run.ref] = replace(run, state="finished")
        offered.another(accept, HAND_OVER, keeps=False)


def withdraw(talk: Speaker) -> None:
    """The version in hand is taken back, and the next one asks fewer questions, and others."""
    run = talk.run
    asks = [
        number for number, step in enumerate(run.script.steps) if isinstance(step.does, Ask) and not step.when
    ]
    if len(asks) < 4:
        return
    steps = list(run.script.steps)
    steps[asks[1]] = replace(steps[asks[1]], id="something_new")
    control = replace(run.script.control, what_changed="The second question is asked in another way.")
    newer = replace(run.script, version="2.0.0", steps=tuple(steps), control=control, hash="f" * 64)
    stale = replace(run, state="open", newer=newer)
    for done in (["hm"], ["back"], [Press("move", (), talk.about())], ["pause"]):
        talk.fork(runs={**talk.runs, run.ref: stale}).does(*done)


def another_run_beside(talk: Speaker) -> None:
    """More runs than one: put aside, found by name, listed, and asked about when one ends."""
    other = next((script for script in talk.shelf if script.id != talk.run.script.id), None)
    if other is None:
        return
    two = talk.fork().does(Press("start", (other.id,)))
    first = OpenRun(
        "coach-90", "A title of sixty characters that says what has happened, at", other, two.run.events
    )
    two.runs = {**two.runs, first.ref: replace(first, state="paused")}
    for done in (
        *(
            ["my runs"],
            ["hello"],
            [f"continue {first.title}"],
            [f"start {other.title}"],
            ["help"],
            ["waiting for me"],
        ),
        *(
            ["who sees this"],
            ["talk to someone"],
            ["thanks"],
            ["wait"],
            ["my drafts"],
            [""],
            [Press("nonsense")],
        ),
        [Press("start", (talk.run.script.id,))],
        [Press("start", (talk.run.script.id,)), Press("agree")],
        [Press("start", (talk.run.script.id,)), Press("dismiss")],
        ["stop", Press("cancel", (), About(two.session.focus, "", 0))],
        [Press("resume", (), About(first.ref, "", 0))],
        [Press("resume", (), About("coach-nobodys", "", 0))],
    ):
        two.fork().does(*done)


def idle(talk: Speaker) -> Iterator[tuple[str, Reply]]:
    """What is said to somebody who has nothing open: greetings, lists, what was not understood."""
    heard: dict[Reply, str] = {}
    drafts = [MadeDraft(f"coach-{n}", "Cold room", 1, ("docx", "md")) for n in range(12)]
    waits = [
        Waited(f"coach-{n}", title, step, LONG_NAME, MORNING, is_seen, may_free)
        for n, (title, step, is_seen, may_free) in enumerate(
            (title, step, is_seen, may_free)
            for title in ("Cold room", HOSTILE[:60])
            for step in ("phone_qa", HAND_OVER)
            for is_seen in (False, True)
            for may_free in (False, True)
        )
    ]
    waits.append(replace(waits[0], step="to_lead", part="lab_supervisor", may_free=False))
    longest = replace(
        talk.site,
        name=LONG_SITE,
        values={**talk.site.values, "emergency_phone": "+353 1 555 0112, then extension 112"},
        rosters={f"role_number_{n}_of_this_site": Roster((), "+353 1 555 0100") for n in range(30)},
    )
    plain = talk.fork(heard=heard, runs={}, session=Session(is_welcomed=True))
    long_titles = plain.fork(shelf=[replace(script, title="x" * 60) for script in talk.shelf])
    for one in (
        plain,
        long_titles,
        plain.fork(session=Session()),
        plain.fork(
            drafts=drafts, waits=waits, person=replace(talk.person, name=LONG_NAME, role="supervisor")
        ),
        plain.fork(drafts=drafts[:1], waits=waits[:1], site=longest),
        plain.fork(shelf=(), site=replace(talk.site, rosters={}, values={}, name=HOSTILE)),
    ):
        for done in (
            *(
                ["hello"],
                ["help"],
                ["rhubarb"],
                [HOSTILE],
                ["somebody is hurt"],
                ["my drafts"],
                ["my runs"],
                [""],
            ),
            *(
                ["waiting for me"],
                ["who sees this"],
                ["talk to someone"],
                ["thanks"],
                ["wait"],
                ["stop"],
                ["back"],
            ),
            *(
                [(PHOTO,)],
                [Press("start", ("rhubarb",))],
                [Press("nonsense")],
                [Press("agree")],
                [Press("dismiss")],
            ),
            [Press("seen", ("phone_qa",), About("coach-nobodys", "phone_qa", 0))],
        ):
            one.fork().does(*done)
        one.fork().does(
            "review my text", "x" * 5_000, "somebody is hurt", "hm", Press("review", ("leave", ""))
        )
        one.fork().does("review my action: Fit guard G7.", "no")
        for text in (
            "",
            "help",
            "hello",
            "thanks",
            "who sees this",
            "my runs",
            "talk to someone",
            "somebody is hurt",
            "just reinject it quick before she comes",
            HOSTILE,
        ):
            one.fork().in_a_group(text)
            one.fork().considers(text)
    for kind in Kind:
        for text in (
            WEAK_TEXT,
            f"{WEAK_TEXT} {HOSTILE[:300]}",
            "The vials were emptied. On average it complies.",
        ):
            begun: list[Did] = ["review my text", text, Press("review", ("kind", kind.value))]
            for recorded in ("yes", "no"):
                for last in ("no", "A new version."):
                    plain.fork().does(*begun, recorded, last)
    for one in (plain, long_titles):
        for script in one.shelf:
            one.fork().in_a_group(script.title)
            one.fork().considers(script.title)
            wanted = next(iter(script.phrasings), script.title)
            for reply in ("yes", "no", "rhubarb"):
                one.fork().does(wanted, reply)
            one.fork(note=f"PREVIEW of version {script.version}. " + long_text(300)).does(
                Press("start", (script.id,))
            )
    origin = f"at {talk.site.id}"
    heard.setdefault(
        welcome(replace(talk.person, name=LONG_NAME), longest, talk.wording), f"{origin}: welcome"
    )
    for check in CHECKS:
        asked = for_review(talk.wording, longest, check, kept=9_999, cases=9_999)
        heard.setdefault(asked, f"{origin}: {check} goes to QA")
    yield from ((name, reply) for reply, name in heard.items())


def knowing(talk: Speaker, one_in: int = 1) -> Iterator[tuple[str, Reply]]:
    """What is said to questions: articles and terms, all or one in so many, what is refused, asked back or not known."""
    heard: dict[Reply, str] = {}
    plain = talk.fork(heard=heard, runs={}, session=Session(is_welcomed=True))
    for refusal in talk.knowledge.refusals.each:
        plain.fork().does(refusal.phrasings[0])
    plain.fork().does("and in the US?")
    plain.fork().does("what is oot", Press("none_of_these"), Press("tell_me"))
    plain.fork().does("zzzz qqqq?", "no")
    plain.fork().does("what is an oos", "this is wrong")
    plain.fork().does("what is an oos", "not helpful")
    plain.fork().does("how do i calibrate the flux capacitor?")
    for term in talk.knowledge.glossary.terms[::one_in]:
        plain.fork().does(f"what does {term.term} mean?")
    plain.fork().in_a_group("what does SST mean?")
    plain.fork().in_a_group("just reinject it quick before she comes")
    unnamed = replace(talk.site, rosters={}, values={})
    plain.fork(site=unnamed).does(Press("know", ("reinject-to-see",)))
    for article in list(talk.knowledge.articles.values())[::one_in]:
        know = plain.fork()
        for part in ("", *article.parts, *article.by_region):
            know.does(Press("know", (article.id, part)))
        know.does("and in the US?", "in the UK too?", "source")
    beside = plain.fork().does(
        Press("start", ("deviation-open",)), "no", "no. what is a deviation?", "yes", "Shift lead"
    )
    beside.does("Cold store log p. 41. What is a deviation?", "change p. 41 to p. 42")
    began = plain.fork(now=MORNING).does("temp in cold room 2 was out of range, found 06:00", "yes")
    began.does("no", "no", "yes", "Shift lead", "Cold store log p. 41", "equipment", "no")
    yield from ((name, reply) for reply, name in heard.items())
    scene, question = plain.scene(""), "and who cleans the blue drum?"
    yield "answered at last", answered_at_last(scene, question, next(iter(talk.knowledge.articles.values())))
    yield "never answered", never_answered(scene, question)
    yield "not answered in time", never_answered(scene, "")


# The ways through a playbook


def _sites(library: Library) -> Iterator[Site]:
    """The shipped sites, and one under all the rules at once that any playbook asks about."""
    yield from library.sites.values()
    read = [reading(book.script).cases for book in library.playbooks.values()]
    regions, product_types = (
        {name for cases in read for case in cases.get(what, ()) for name in case.names if case.is_sought}
        for what in SITE_LISTS
    )
    site = library.site()
    yield replace(site, id=EVERYWHERE, regions=_single(regions), product_types=_single(product_types))


def _single(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({each for name in names for each in name.split("+")}))


def _ways(library: Library, script: Script, site: Site, seen: Seen) -> Iterator[Mapping[str, object]]:
    """Answers that lead through a playbook: those of the site's scenarios, and those that reach what no scenario does.

    Calculations read moments, which nothing here invents: what hangs on them is reached by scenarios only.
    """
    if site.id != EVERYWHERE:
        yield from ({}, HURRIED)
    scenarios = Path(library.playbooks[script.id].document.file).with_suffix(".test.yaml")
    for document in read_all(scenarios.read_bytes(), scenarios.name) if scenarios.exists() else ():
        scenario = RawScenario.model_validate(document.data)
        given = {(script.id, step, _brief(script, step, value)) for step, value in scenario.answers.items()}
        if (scenario.given.site or library.site().id) == site.id and given - seen.given:
            seen.given.update(given)
            yield scenario.answers
    explored = explore(script)
    for answers in _covering(script, explored.groups):
        if {(script.id, step) for step in explored.reached} - seen.passed:
            yield answers


def _brief(script: Script, step: str, value: object) -> str:
    """What of an answer can make a difference to what is said: which options, not which words."""
    ask = script.ask(step)
    return str(value) if ask is None or options_of(ask) else "words"


def _covering(script: Script, groups: Sequence[Group]) -> Iterator[Mapping[str, object]]:
    """Few combinations of answers that between them show every step and give every answer that a condition reads."""
    chosen = [_few(group.walks) for group in groups]
    onwards = [[walk for walk in walks if walk.ended is None] or walks for walks in chosen]
    for number in range(max(map(len, onwards), default=0)):
        yield _answers_of(script, [walks[number % len(walks)] for walks in onwards])
    for place, walks in enumerate(chosen):
        for walk in walks:
            if walk.ended is not None:
                yield _answers_of(script, [walk, *(each[0] for n, each in enumerate(onwards) if n != place)])


def _answers_of(script: Script, walks: Iterable[Walk]) -> Mapping[str, object]:
    return {
        name: _as_value(case.answer)
        for walk in walks
        for name, case in walk.cases.items()
        if case.answer and name in script.by_id and ANYTHING not in case.answer.values
    }


def _few(walks: Sequence[Walk]) -> list[Walk]:
    """As many of these as it takes to see all that any of them shows; those that end a run come last."""
    chosen, missing = [], {each for walk in walks for each in _sights(walk)}
    for walk in sorted(walks, key=lambda walk: walk.ended is not None):
        if missing & _sights(walk):
            missing -= _sights(walk)
            chosen.append(walk)
    return chosen


def _sights(walk: Walk) -> set[str]:
    return {f"step {place}" for place in walk.shown} | {
        f"{n}: {case.names}" for n, case in walk.cases.items()
    }


def _as_value(answer: Answer) -> object:
    if answer.is_unknown or answer.is_skipped:
        return "unknown" if answer.is_unknown else "skip"
    return list(answer.values)
