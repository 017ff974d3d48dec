"""A conversation in memory: a small playbook with every kind of step, and turns taken one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.conversation.guide import Tell
from bot.conversation.scene import Lent, MadeDraft, OpenRun, RunCard, RunChange, Scene, Turn, Waited, Watched
from bot.conversation.session import Session
from bot.conversation.turn import rung, take_turn
from bot.conversation.wording import Wording, read_wording
from bot.message import Address, Identity, Message, Press
from bot.person import Person
from bot.reply import Choice, Citation, Reply
from bot.site import Roster, Site
from knowledge.answer import NOTHING_KNOWN, Knowledge
from knowledge.clauses import NO_CLAUSES, Clauses
from knowledge.refusal import NOTHING_REFUSED, Refusals
from playbooks.act import Act
from playbooks.answer import Upload
from playbooks.conditions import Has
from playbooks.script import (
    AnswerType,
    Ask,
    Check,
    Clock,
    Control,
    Document,
    Example,
    Fallback,
    Finish,
    GoTo,
    HandBack,
    HandOver,
    Late,
    NamedFact,
    Option,
    Release,
    Review,
    Say,
    Script,
    Section,
    Step,
    Stop,
    Unknown,
)

ENGLISH = Path("bot/conversation/wording/en.md")
WORDING: Wording = read_wording((Path(__file__).parents[3] / ENGLISH).read_text(encoding="utf-8"))
NOW = datetime(2026, 6, 3, 8, 0, tzinfo=UTC)
ALEX = Person("alex", "Alex Byrne", "north", "operator")
SAM = Person("sam", "Sam Kelly", "north", "supervisor")
NORTH = Site(
    "north",
    "North Works",
    ("EU",),
    zone="Europe/Dublin",
    values={"lead_phone": "4410"},
    rosters={"lead": Roster(("sam",), "4300")},
)
SOURCE = Citation("21 CFR 211.192", "Production record review", "https://example.org", "law")
MAYBE = Option("maybe", "Perhaps", hint="Then ask {site.lead_phone}.")
SPILL = Script(
    id="spill",
    title="Report a spill",
    version="1",
    language="en",
    purpose="To try things.",
    for_roles=("operator",),
    phrasings=("spill on the floor", "something leaked"),
    control=Control("released_by_maker", "QA", "CC-1", "2026-01-05", "2028-01-05", "First."),
    site_settings=(),
    sections=(Section("first", "First things"), Section("end", "The end")),
    facts={"is_hurt": NamedFact("is_hurt", "somebody may be hurt", Has("hurt", ("yes", "unknown")))},
    clocks={},
    steps=(
        Step(
            "hurt",
            "first",
            Ask(
                "Is anybody hurt?",
                AnswerType.CHOICE,
                "Anybody hurt",
                (Option("yes", "Yes"), Option("no", "No"), MAYBE),
            ),
            why="People come first.",
        ),
        Step(
            "tell",
            "first",
            Stop("notify", "Posted, because somebody said so. Phone {site.lead_phone}.", "lead", ("hurt",)),
            when=Has("hurt", ("yes",)),
        ),
        Step("safe", "first", Say("Keep away from it.")),
        Step(
            "seen_at",
            "first",
            Ask(
                "When was it seen?",
                AnswerType.DATETIME,
                "Seen at",
                unknown=Unknown("Not known", "1 day", say="Find out."),
                checks=(Check("not_after", "now", "That is still to come."),),
            ),
        ),
        Step(
            "what",
            "first",
            Ask(
                "What is it?",
                AnswerType.LONG_TEXT,
                "What was spilt",
                example=Example("Stuff.", "About 2 litres of ethanol."),
                offers_opening=True,
            ),
            cite=("A-01",),
        ),
        Step(
            "touches",
            "first",
            Ask(
                "What does it touch?",
                AnswerType.MULTI,
                "What it touches",
                (Option("batch", "A batch"), Option("floor", "The floor")),
                none=Option("none", "Nothing"),
            ),
        ),
        Step(
            "batches",
            "first",
            Ask("Which batches?", AnswerType.LIST, "Batches", is_required=False),
            when=Has("touches", ("batch",)),
        ),
        Step("wet", "first", Ask("Is it still wet?", AnswerType.YES_NO, "Still wet")),
        Step("review", "end", Review()),
        Step("draft", "end", Document("coaching-draft", ("docx", "md"), "DRAFT")),
        Step("end", "end", Finish("Thank you.")),
    ),
    hash="a" * 64,
)
ALARM = Script(
    id="alarm",
    title="An alarm",
    version="1",
    language="en",
    purpose="To try stops, clocks and what follows them.",
    for_roles=("operator",),
    phrasings=("alarm went off",),
    control=Control("released_by_maker", "QA", "CC-2", "2026-01-05", "2028-01-05", "First."),
    site_settings=(),
    sections=(Section("first", "First things"), Section("rest", "The rest"), Section("end", "The end")),
    facts={},
    clocks={
        "open": Clock(
            "open",
            "Open the record",
            starts="began_at",
            due_in="10 h",
            calendar="hours",
            stops="number",
            remind=(50,),
            when_late=Late("{run.ref} was due {clock.due}.", "self_then_role_on_shift"),
        ),
        "look": Clock(
            "look", "Look again", starts="began_at", due_in="20 h", calendar="hours", stops="degrees"
        ),
    },
    steps=(
        Step("danger", "first", Ask("Is there danger?", AnswerType.YES_NO, "Danger")),
        Step(
            "hold",
            "first",
            Stop(
                "immediate",
                "Leave. Phone {site.lead_phone}.",
                "lead",
                ("danger",),
                Release("It is out", ("lead",), ("spoke_to",)),
                Fallback("15 min", "Nobody has read it. Phone {site.lead_phone}."),
            ),
            when=Has("danger", ("yes",)),
            cite=("A-01",),
        ),
        Step(
            "spoke_to",
            "first",
            Ask("Whom did you speak to?", AnswerType.PERSON, "Spoke to"),
            when=Has("hold", ("self",)),
            releases="hold",
        ),
        Step("began_at", "rest", Ask("When did it begin?", AnswerType.DATETIME, "Began at")),
        Step(
            "kind",
            "rest",
            Ask(
                "What is it?",
                AnswerType.CHOICE,
                "Kind",
                (Option("heat", "Heat"), Option("leak", "A leak")),
            ),
        ),
        Step("to_spill", "rest", GoTo("spill", {"seen_at": "began_at"}), when=Has("kind", ("leak",))),
        Step("degrees", "rest", Ask("How warm?", AnswerType.NUMBER, "Degrees", unit="°C")),
        Step(
            "photo",
            "end",
            Ask(
                "A picture?", AnswerType.ATTACHMENT, "Picture", is_required=False, max_files=2, allow=("jpg",)
            ),
        ),
        Step("review", "end", Review()),
        Step("draft", "end", Document("coaching-draft", ("docx", "md"), "DRAFT")),
        Step(
            "number",
            "end",
            Ask(
                "The record number?", AnswerType.IDENTIFIER, "Record number", is_required=False, can_wait=True
            ),
        ),
        Step("end", "end", Finish("Thank you.")),
    ),
    hash="b" * 64,
    fast_lane="first",
)
PARTS = Script(
    id="parts",
    title="Look at a result",
    version="1",
    language="en",
    purpose="To try two people in one run.",
    for_roles=("analyst",),
    phrasings=("odd result",),
    control=Control("released_by_maker", "QA", "CC-4", "2026-01-05", "2028-01-05", "First."),
    site_settings=(),
    sections=(
        Section("first", "First things"),
        Section("lead", "The lead's part"),
        Section("end", "The end"),
    ),
    facts={},
    clocks={},
    steps=(
        Step("test", "first", Ask("Which test?", AnswerType.TEXT, "Test")),
        Step("odd", "first", Ask("Is it odd?", AnswerType.YES_NO, "Odd")),
        Step(
            "to_lead",
            "lead",
            HandOver(
                "lead",
                "The next part is your lead's. I have posted it to them. Phone {site.lead_phone}.",
                ("test",),
                "We do this part together",
                Fallback("30 min", "Nobody has taken it yet. Phone {site.lead_phone}."),
            ),
            when=Has("odd", ("yes",)),
        ),
        Step("looked", "lead", Ask("Did you look?", AnswerType.YES_NO, "Looked"), when=Has("odd", ("yes",))),
        Step("back", "lead", HandBack("The lead's part is done."), when=Has("odd", ("yes",))),
        Step("next", "end", Ask("What comes next?", AnswerType.TEXT, "Next")),
        Step("review", "end", Review()),
        Step("draft", "end", Document("coaching-draft", ("docx", "md"), "DRAFT")),
        Step("end", "end", Finish("Thank you.")),
    ),
    hash="d" * 64,
)
PHOTO = Upload("c" * 64, "photo.jpg", "jpg")


@dataclass
class Talk:
    """One person talking: each turn starts from what the last one kept."""

    shelf: Sequence[Script] = (SPILL, ALARM)
    person: Person = ALEX
    site: Site = NORTH
    session: Session = field(default_factory=lambda: Session(is_welcomed=True))
    runs: dict[str, OpenRun] = field(default_factory=dict)
    reached: tuple[str, ...] = ("sam",)
    drafts: list[MadeDraft] = field(default_factory=list)
    waits: list[Waited] = field(default_factory=list)
    colleagues: dict[str, Person] = field(default_factory=lambda: {"sam": SAM, "me": ALEX})
    watched: Watched | None = None
    lent: Lent | None = None
    refusals: Refusals = NOTHING_REFUSED
    knowledge: Knowledge = NOTHING_KNOWN
    clauses: Clauses = NO_CLAUSES
    note: str = ""
    now: datetime = NOW
    turn: Turn | None = None
    _seen: list[Choice] = field(default_factory=list)

    def say(self, *texts: str) -> str:
        """Type texts, one message each; what the coach says to the last, as one text."""
        for text in texts:
            self.take(Message("e", Address("test", "alex"), Identity("test", "alex"), text))
        return self.said

    def press(self, label: str) -> str:
        """Press the button with this label, the newest there is."""
        found = [choice for choice in self._seen if label in {choice.label, choice.hint}]
        assert found, f"no button {label!r}; there is {[choice.label for choice in self._seen]}"
        return self.send(found[-1].press)

    def send(self, press: Press) -> str:
        self.take(Message("e", Address("test", "alex"), Identity("test", "alex"), "", press))
        return self.said

    def take(self, message: Message) -> None:
        about = (message.press.about if message.press else None) or message.about
        is_mine = about is not None and about.run in self.runs
        self.heed(take_turn(self.scene(about.run if about and is_mine else self.session.focus), message))

    def ring(self, act: Act) -> None:
        """Something is due in the run in focus."""
        self.heed(rung(self.scene(self.session.focus), self.run, act))

    def heed(self, turn: Turn) -> None:
        self.turn, self.session = turn, turn.session
        for change in turn.changes:
            self.keep(change)
        for reply in self.replies:
            self._seen += [*reply.choices, *(fact.change for fact in reply.facts if fact.change)]

    def keep(self, change: RunChange) -> None:
        shared = (each.run for each in (self.watched, self.lent) if each and each.run.ref == change.ref)
        before = self.runs.get(change.ref) or next(shared, None)
        script = change.moved_to or change.begun or (before.script if before else SPILL)
        events = (*(before.events if before else ()), *change.events)
        title = before.title if before else change.title
        self.runs[change.ref] = OpenRun(change.ref, title, script, events, change.state)

    def send_file(self, *files: Upload) -> str:
        """Send files, and nothing else."""
        self.take(Message("e", Address("test", "alex"), Identity("test", "alex"), files=files))
        return self.said

    def scene(self, ref: str) -> Scene:
        others = [run for run in self.runs.values() if run.ref != ref and not run.is_over]
        return Scene(
            person=self.person,
            site=self.site,
            session=self.session,
            run=self.runs.get(ref),
            shelf=self.shelf,
            wording=WORDING,
            sources={"A-01": SOURCE},
            now=self.now,
            new_ref=lambda: f"coach-{len(self.runs) + 1}",
            reach=lambda role: self.reached,
            drafts=lambda: self.drafts,
            waits=lambda: self.waits,
            colleague=self.colleagues.get,
            status_note=lambda script: self.note,
            others=lambda: [RunCard(run.ref, run.title, run.state) for run in others],
            watched=self.watched,
            lent=self.lent,
            all_lent=lambda: [self.lent] if self.lent else [],
            knowledge=replace(self.knowledge, refusals=self.refusals)
            if self.refusals.each
            else self.knowledge,
            clauses=self.clauses,
            names={"sam": "Sam Kelly", "alex": "Alex Byrne"},
        )

    @property
    def replies(self) -> tuple[Reply, ...]:
        return self.turn.replies if self.turn else ()

    @property
    def said(self) -> str:
        """The texts of the last turn."""
        return "\n\n".join(reply.text for reply in self.replies)

    @property
    def tells(self) -> tuple[Tell, ...]:
        """What the last turn tells other people."""
        return self.turn.tells if self.turn else ()

    @property
    def filled(self) -> tuple[str, ...]:
        """What stands in the field of the question now."""
        question = self.replies[-1].field
        return question.filled if question else ()

    @property
    def labels(self) -> list[str]:
        """The buttons of the last turn."""
        return [choice.label for reply in self.replies for choice in reply.choices]

    @property
    def facts(self) -> dict[str, str]:
        """The lines of the last turn's reviews."""
        return {fact.label: fact.value for reply in self.replies for fact in reply.facts}

    @property
    def run(self) -> OpenRun:
        """The run in focus."""
        return self.runs[self.session.focus]

    def on(self, site: Site) -> Talk:
        return replace(self, site=site)


def alarmed(*answers: str) -> Talk:
    """A talk in the playbook of an alarm, after these answers."""
    talk = Talk()
    talk.send(Press("start", ("alarm",)))
    talk.say(*answers)
    return talk


def asked(step: str) -> Talk:
    """A talk in which the question `step` stands open."""
    answers = {
        "hurt": "no",
        "seen_at": "today 06:00",
        "what": "Ethanol",
        "touches": "a batch",
        "batches": "00123",
        "wet": "yes",
        "review": "yes",
        "end": "",
    }
    talk = Talk()
    talk.send(Press("start", ("spill",)))
    for name, answer in answers.items():
        if name == step:
            return talk
        talk.say(answer)
    raise AssertionError(f"no question {step!r}")
