"""Short ways to write a script and to walk through it; every script comes from `playbooks.loader.load`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playbooks.act import Act, Move, Put
from playbooks.decision import Here, begin, decide
from playbooks.loader import Trees, load
from playbooks.place import Place
from playbooks.position import Position, resolve
from playbooks.run import Answer, Event, Ledger, fold
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


def hold(step_id: str, **more: object) -> Tree:
    """A stop that holds until the person who runs it goes on."""
    held = {"level": "immediate", "say": "Please wait here.", "release": {"self": "Done"}}
    return {"id": step_id, "section": "one", "stop": held, **more}


def go_to(step_id: str, playbook: str, **more: object) -> Tree:
    return {"id": step_id, "section": "one", "go_to": playbook, **more}


def document(step_id: str = "draft", **more: object) -> Tree:
    made = {"template": "coaching-draft", "formats": ["md"], "watermark": "DRAFT"}
    return {"id": step_id, "section": "one", "document": made, **more}


def figure(step_id: str, draws: str, of: object, **more: object) -> Tree:
    shown = {"draws": draws, "title": "What we see", "say": "This is it so far.", "of": of}
    return {"id": step_id, "section": "one", "figure": shown, **more}


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


def script(*steps: Tree, flows: Trees | None = None, **top: object) -> Script:
    """A script with these steps and, unless they bring one, an end."""
    ends = () if steps and "finish" in steps[-1] else (END,)
    return load(tree(*steps, *ends, **top), flows)


def ask(type_: str = "text", **more: object) -> Ask:
    """One question."""
    found = script(question("it", type_, **more)).ask("it")
    assert found
    return found


class Walk:
    """A run being walked: what was said last, and where it stands. A minute passes with every act."""

    def __init__(
        self,
        of: Script,
        opening: str = "",
        roster: Mapping[str, tuple[str, ...]] = ROSTER,
        place: Place = DUBLIN,
        given: Mapping[str, tuple[str, ...]] = GIVEN,
        carried: Mapping[str, Answer] | None = None,
    ) -> None:
        self.script, self.roster, self.place, self.now, self.by = of, roster, place, NOON, "person-1"
        self._stood: tuple[tuple[object, ...], Ledger, Position] | None = None
        decision = begin(of, given, opening, self.here, carried)
        self.events: tuple[Event, ...] = decision.happened
        self.said: tuple[Utterance, ...] = decision.said

    def does(self, *acts: Act) -> Walk:
        for act in acts:
            self.now += timedelta(minutes=1)
            done = decide(self.script, self.events, act, self.here)
            self.events, self.said = (*self.events, *done.happened), done.said
            assert done.ledger == self.ledger, "a decision does not say how the run stands then"
            assert isinstance(act, Move) or done.position == self.position
        return self

    def after(self, **passed: float) -> Walk:
        """The same run, so much later: `walk.after(hours=2)`."""
        self.now += timedelta(**passed)
        return self

    def as_(self, person: str) -> Walk:
        """The same run, with somebody else acting from now on."""
        self.by = person
        return self

    @property
    def here(self) -> Here:
        return Here(self.now, self.by, self.place, self.reach)

    def reach(self, role: str) -> tuple[str, ...]:
        return self.roster.get(role, ())

    @property
    def ledger(self) -> Ledger:
        return self._standing()[0]

    @property
    def position(self) -> Position:
        return self._standing()[1]

    def _standing(self) -> tuple[Ledger, Position]:
        """Where the run stands, from its events alone; worked out once as long as nothing of it has changed."""
        of = (self.events, self.script, self.place)
        if self._stood is None or any(now is not then for now, then in zip(of, self._stood[0], strict=True)):
            ledger = fold(self.events)
            self._stood = (of, ledger, resolve(self.script, ledger, self.place))
        return self._stood[1:]

    @property
    def asked(self) -> str:
        """The step whose question is open; empty when nothing is asked."""
        if self.ledger.correcting:
            return self.ledger.correcting
        if self.position.coaching and not self.position.held_by:
            return self.position.coaching
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
    def due(self) -> dict[str, str]:
        """When each clock that runs is due, as the site's wall shows it."""
        running = (clock for clock in self.position.clocks if not clock.is_stopped)
        return {
            each.clock.id: f"{each.due_at.astimezone(self.place.zone):%a %d %b %H:%M}" for each in running
        }

    @property
    def notices(self) -> list[Notice]:
        return [said.notice for said in self.said if isinstance(said, Note)]
