"""What a turn may look at, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from bot.conversation.guide import Tell
from bot.conversation.session import Asked, Session, Unsettled
from bot.conversation.wording import Wording
from bot.person import Person
from bot.reply import Citation, Reply
from bot.site import Site
from knowledge.answer import NOTHING_KNOWN, Knowledge
from knowledge.article import Asker
from knowledge.clauses import NO_CLAUSES, Clauses
from playbooks.coaching.catalogue import Listener
from playbooks.decision import Decision, Here, Reach
from playbooks.run import Event, Ledger, Part, RunState, fold
from playbooks.script import Ask, HandOver, Script

LIVELY: frozenset[RunState] = frozenset({"open", "paused", "waiting"})
HAND_OVER = "hand_over"  # what a run tells somebody it is offered to, where a step's name would stand


@dataclass(frozen=True)
class OpenRun:
    """A run as stored, with the script it is pinned to. `state` is open, paused, waiting, finished or cancelled.

    `newer` is the version to go on with, where the one in hand was withdrawn.
    """

    ref: str
    title: str
    script: Script
    events: tuple[Event, ...]
    state: RunState = "open"
    newer: Script | None = None

    @property
    def is_open(self) -> bool:
        """Whether a person's plain words are answers to it."""
        return self.state == "open"

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to ask."""
        return self.state not in LIVELY

    @cached_property
    def ledger(self) -> Ledger:
        """What stands after its events; worked out once, however many ask."""
        return fold(self.events)

    @property
    def asked(self) -> Ask | None:
        """The question that stands open in it; None where there is none."""
        return self.script.ask(self.ledger.correcting or self.ledger.asking)


@dataclass(frozen=True, slots=True)
class Watched:
    """Another person's run that this one was told about, by its step `step`; `may_free`: they may release its stop."""

    run: OpenRun
    owner: Person
    step: str
    may_free: bool

    @property
    def part(self) -> HandOver | None:
        """The hand-over that told them of it, where it was one."""
        step = self.run.script.by_id.get(self.step)
        return step.does if step and isinstance(step.does, HandOver) else None


@dataclass(frozen=True, slots=True)
class Lent:
    """A run of which this person handed a part to a colleague: `holder` has it now. They read where it stands, no more."""

    run: OpenRun
    holder: Person
    part: Part

    @property
    def role(self) -> str:
        """The role that the part is for."""
        step = self.run.script.by_id.get(self.part.step)
        return step.does.to if step and isinstance(step.does, HandOver) else ""

    @property
    def grip(self) -> str:
        """What tells this colleague's having it from anybody else's, and from another time."""
        return f"{self.holder.id}@{self.part.at.isoformat()}"


@dataclass(frozen=True, slots=True)
class RunCard:
    """Another run of the person that can be taken up again."""

    ref: str
    title: str
    state: RunState = "open"


@dataclass(frozen=True, slots=True)
class Waited:
    """Something that waits for the person: whose run told them, by which step, when; and whether they read it.

    `part` is the role whose part of the run is offered, where one is.
    """

    run: str
    title: str
    step: str
    of: str
    posted_at: datetime
    is_seen: bool
    may_free: bool
    part: str = ""


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

    `run` is the run the message is about, or the one in focus, and `watched` is another person's. `shelf` are the
    playbooks this person can start here. `new_ref` names a run that begins, `reach` finds the people behind a role
    now, `others` lists the person's other runs that can be taken up again, `drafts` what they have made, `waits` what
    waits for them, `all_lent` the runs a colleague has in hand for them, `colleague` finds somebody of the site by name,
    and `status_note` says what to know of a script before it is started: each is looked up only when a turn needs it.
    `lent` is the one of these that the message is about, or that was in focus. `names` are those of people in the run,
    by id. `clauses` are those of all regions, with their twins; `quiet` finds the coaching checks that this person kept
    their words against and that are therefore quiet for a while. `asked` and `unsettled` are what the session says of the
    question before this message; only this one message can take them up.
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
    others: Callable[[], Sequence[RunCard]]
    drafts: Callable[[], Sequence[MadeDraft]]
    waits: Callable[[], Sequence[Waited]]
    colleague: Callable[[str], Person | None]
    status_note: Callable[[Script], str]
    watched: Watched | None = None
    lent: Lent | None = None
    all_lent: Callable[[], Sequence[Lent]] = tuple
    names: Mapping[str, str] = field(default_factory=dict)
    knowledge: Knowledge = NOTHING_KNOWN
    clauses: Clauses = NO_CLAUSES
    quiet: Callable[[], Collection[str]] = frozenset[str]
    asked: Asked | None = None
    unsettled: Unsettled | None = None

    @property
    def here(self) -> Here:
        """What the playbook engine needs to know of the world."""
        return Here(self.now, self.person.id, self.site.place, self.reach, self.listener)

    @property
    def listener(self) -> Listener:
        """How this person's words are coached."""
        return Listener(self.person.language, self.quiet)

    @property
    def asker(self) -> Asker:
        """Who asks, as far as it decides what they can be told."""
        site = self.site
        today = self.now.astimezone(site.place.zone).date().isoformat()
        regions, product_types = frozenset(site.regions), frozenset(site.product_types)
        return Asker(self.person.role, site.id, regions, product_types, today)

    @property
    def lively(self) -> tuple[RunCard, ...]:
        """Every run the person can take up again, the one in focus first."""
        run = self.run
        in_focus = [RunCard(run.ref, run.title, run.state)] if run and not run.is_over else []
        return (*in_focus, *self.others())

    def on_shelf(self, script_id: str) -> Script | None:
        """The playbook with this id, where the person can start it here."""
        return next((script for script in self.shelf if script.id == script_id), None)


@dataclass(frozen=True, slots=True)
class RunChange:
    """What a turn adds to a run; `begun` and `title` are there when the run begins with it.

    `moved_to` is the version it goes on with, `given_to` the person it belongs to from now on. `after` says how it
    stands when all of `events` have happened.
    """

    ref: str
    events: tuple[Event, ...]
    state: RunState
    begun: Script | None = None
    title: str = ""
    moved_to: Script | None = None
    given_to: str = ""
    after: Decision | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of a message: what to say, to whom else, the session from now on, and what runs get new events.

    `unclear` says why an answer was not taken, where it was not; `helped` whether an answer of ours helped, where the
    person said so. `coached` are coaching checks outside of any run, with what became of their questions. `unsettled` is a
    question that no answer settled, to be kept without names; `awaits` one that the person wants to hear an answer to.
    """

    replies: tuple[Reply, ...]
    session: Session
    changes: tuple[RunChange, ...] = ()
    tells: tuple[Tell, ...] = ()
    unclear: str = ""
    helped: bool | None = None
    coached: tuple[tuple[str, str], ...] = ()
    unsettled: Unsettled | None = None
    awaits: Unsettled | None = None


def say(scene: Scene, *replies: Reply) -> Turn:
    """The turn that says this and does nothing; the message was understood."""
    return Turn(replies, replace(scene.session, misunderstood=0))
