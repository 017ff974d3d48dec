"""Short ways to write a script and to walk through it; every script comes from `playbooks.loader.load`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playbooks.act import Act, Put
from playbooks.answer import Place
from playbooks.decision import begin, decide
from playbooks.loader import load
from playbooks.position import Position, resolve
from playbooks.run import Event, Ledger, fold
from playbooks.script import Ask, Script
from playbooks.utterance import Note, Notice, Utterance

Tree = dict[str, object]

DUBLIN = Place(ZoneInfo("Europe/Dublin"))
NOON = datetime(2025, 6, 3, 12, 0, tzinfo=UTC)
ROSTER: Mapping[str, tuple[str, ...]] = {"qa_on_call": ("person-qa",)}
GIVEN: Mapping[str, tuple[str, ...]] = {"person.role": ("operator",), "site.region": ("EU",)}

REVIEW: Tree = {"id": "review", "section": "one", "review": "all"}
END: Tree = {"id": "end", "section": "one", "finish": "Thank you."}
YES_OR_NO = [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}]


def question(step_id: str, type_: str = "text", **more: object) -> Tree:
    return {
        "id": step_id,
        "section": "one",
        "ask": f"What is {step_id}?",
        "label": step_id,
        "type": type_,
        **more,
    }


def choice(step_id: str, *values: str, **more: object) -> Tree:
    options = [{"value": value, "label": value.capitalize()} for value in values]
    return question(step_id, "choice", options=options, **more)


def multi(step_id: str, *values: str, **more: object) -> Tree:
    return choice(step_id, *values, **more) | {"type": "multi"}


def say(step_id: str, text: str = "Keep everything as it is.", **more: object) -> Tree:
    return {"id": step_id, "section": "one", "say": text, **more}


def stop(step_id: str, share: Sequence[str] = (), **more: object) -> Tree:
    told = {"level": "notify", "say": "I have told QA.", "tell": "qa_on_call", "share": list(share)}
    return {"id": step_id, "section": "one", "stop": told, **more}


def document(step_id: str = "draft", **more: object) -> Tree:
    made = {"template": "deviation-draft", "formats": ["md"], "watermark": "DRAFT"}
    return {"id": step_id, "section": "one", "document": made, **more}


def finish(step_id: str, **more: object) -> Tree:
    return {"id": step_id, "section": "one", "finish": f"The end: {step_id}.", **more}


def tree(*steps: Tree, **top: object) -> Tree:
    """A whole playbook file with these steps; `top` replaces or adds keys."""
    control = {
        "status": "released_by_maker",
        "owner": "QA Systems",
        "change_ref": "CC-1",
        "effective_from": "2025-01-01",
        "review_by": "2027-01-01",
        "what_changed": "First version.",
    }
    return {
        "playbook": "an-example",
        "title": "An example",
        "version": "1.0.0",
        "language": "en",
        "purpose": "To be tested.",
        "coaching_only": True,
        "for_roles": ["operator"],
        "control": control,
        "sections": [{"id": "one", "title": "Part one"}],
        "steps": list(steps),
        **top,
    }


def script(*steps: Tree, **top: object) -> Script:
    """A script with these steps and, unless they bring one, an end."""
    ends = () if steps and "finish" in steps[-1] else (END,)
    return load(tree(*steps, *ends, **top))


def ask(type_: str = "text", **more: object) -> Ask:
    """One question."""
    found = script(question("it", type_, **more)).ask("it")
    assert found
    return found


class Walk:
    """A run being walked: what was said last, and where it stands. A minute passes with every act."""

    def __init__(self, of: Script, opening: str = "", roster: Mapping[str, tuple[str, ...]] = ROSTER) -> None:
        self.script, self.roster, self.now = of, roster, NOON
        decision = begin(of, GIVEN, opening, NOON, "person-1", self.reach)
        self.events: tuple[Event, ...] = decision.happened
        self.said: tuple[Utterance, ...] = decision.said

    def does(self, *acts: Act) -> Walk:
        for act in acts:
            self.now += timedelta(minutes=1)
            done = decide(self.script, self.events, act, self.now, "person-1", DUBLIN, self.reach)
            self.events, self.said = (*self.events, *done.happened), done.said
        return self

    def reach(self, role: str) -> tuple[str, ...]:
        return self.roster.get(role, ())

    @property
    def ledger(self) -> Ledger:
        return fold(self.events)

    @property
    def position(self) -> Position:
        return resolve(self.script, self.ledger)

    @property
    def asked(self) -> str:
        """The step whose question is open; empty when nothing is asked."""
        if self.ledger.correcting:
            return self.ledger.correcting
        return self.position.cursor.id if self.position.cursor else ""

    @property
    def put(self) -> Put:
        """What the buttons of the question that is open carry."""
        return Put(self.ledger.asking, self.ledger.turn)

    @property
    def live(self) -> dict[str, tuple[str, ...]]:
        return {given.step: given.answer.values for given in self.position.live}

    @property
    def kinds(self) -> list[str]:
        """What happened, by kind, in order."""
        return [event.what.kind for event in self.events]

    @property
    def notices(self) -> list[Notice]:
        return [said.notice for said in self.said if isinstance(said, Note)]
