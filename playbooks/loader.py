"""From the plain tree of a playbook file to a `Script`, or to everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process
from rapidfuzz.distance import OSA

from playbooks.calc import CALCS, COMPARE
from playbooks.conditions import All, Any, Calculated, Condition, FactHolds, Has, IsAnswered, Not
from playbooks.errors import Path, Problem, ScriptRefused
from playbooks.link import Call, inlined
from playbooks.run import hash_of
from playbooks.script import (
    AnswerType,
    Ask,
    Check,
    Clock,
    Coaching,
    Control,
    ControlChart,
    Document,
    Does,
    Drawing,
    Example,
    Fallback,
    Figure,
    Finish,
    Fishbone,
    GoTo,
    HandBack,
    HandOver,
    Late,
    NamedFact,
    NamedValue,
    Option,
    Radar,
    Release,
    Review,
    Say,
    Script,
    Section,
    Setting,
    Step,
    Stop,
    Unknown,
    Whys,
)
from playbooks.shape import (
    KINDS,
    NAME,
    OF,
    RawClock,
    RawControlChart,
    RawFact,
    RawFallback,
    RawFigure,
    RawFishbone,
    RawHandOver,
    RawOption,
    RawRelease,
    RawReleaseAsk,
    RawScript,
    RawSetting,
    RawStep,
    RawStop,
    RawValue,
    RawWhys,
    known_keys,
    stray_keys,
)

Trees = Mapping[str, object]  # playbook files as plain data, by playbook id
BY_SELF, BY_ROLE = "self", "role"  # how a stop was released, as conditions see it

_OPERATORS = ("in", "includes_any", "answered")
_MOST_NAMED = 12
GUIDE = "docs/writing-a-playbook.md"
_SEE = "see 'Conditions' in docs/writing-a-playbook.md"


def load(tree: object, flows: Trees | None = None) -> Script:
    """The script that `tree` (a playbook file as plain data) holds, with the sub-flows it calls from `flows`.

    Raises ScriptRefused with every problem of shape it found; meaning is judged by `playbooks.check`.
    """
    return _load(tree, flows or {}, ())


def whole(tree: object, flows: Trees) -> object:
    """`tree` with every sub-flow it calls: what is hashed, and kept for as long as a run refers to it."""
    uses: dict[str, object] = {}
    _collect(tree, flows, uses)
    return {"script": tree, "uses": uses} if uses else tree


def load_whole(kept: object) -> Script:
    """The script in what `whole` gave. Raises ScriptRefused."""
    if isinstance(kept, Mapping) and "uses" in kept:
        return load(kept["script"], kept["uses"])
    return load(kept)


def nearest(word: str, words: Iterable[str]) -> str:
    """A remedy: "did you mean 'classify'?" where one of `words` is close to `word`, else what there is.

    Of many words only the first are named.
    """
    known = sorted(set(words))
    found = process.extractOne(word, known, scorer=OSA.distance, score_cutoff=max(len(word) // 3, 1))
    if found:
        return f"did you mean {found[0]!r}?"
    named = ", ".join(known[:_MOST_NAMED]) + (", …" if len(known) > _MOST_NAMED else "")
    return f"use one of: {named}" if known else ""


def as_problem(details: ErrorDetails, known_keys: Callable[[Path], Iterable[str]], guide: str) -> Problem:
    """What pydantic found, in an author's words. `known_keys` are those allowed at a path; `guide` explains the rest."""
    path: Path = tuple(details["loc"])
    name = ".".join(str(part) for part in path) or "the file"
    match details["type"]:
        case "extra_forbidden":
            return Problem(path, f"unknown key {str(path[-1])!r}", nearest(str(path[-1]), known_keys(path)))
        case "missing":
            return Problem(path[:-1], f"{str(path[-1])!r} is missing", f"add '{path[-1]}: …'")
        case "literal_error" | "enum":
            return Problem(
                path, f"{name} cannot be {details['input']!r}", f"use {details['ctx']['expected']}"
            )
        case "string_pattern_mismatch":
            return Problem(
                path, f"{details['input']!r} is badly shaped", f"it must match {details['ctx']['pattern']}"
            )
        case "string_type":
            return Problem(path, f"{name} is not text", "put it in quotes")
        case "dict_type" | "model_type":
            return Problem(
                path, f"{name} does not hold names with values", "write 'name: value', a line each"
            )
        case "list_type":
            return Problem(path, f"{name} is no list", "write '- ' before each item, a line each")
        case _:
            return Problem(path, f"{name}: {details['msg']}", f"see {guide}")


def _collect(tree: object, flows: Trees, uses: dict[str, object]) -> None:
    steps = tree.get("steps") if isinstance(tree, Mapping) else None
    for step in steps if isinstance(steps, list) else []:
        name = step.get("use") if isinstance(step, Mapping) else None
        if isinstance(name, str) and name in flows and name not in uses:
            uses[name] = flows[name]
            _collect(flows[name], flows, uses)


def _load(tree: object, flows: Trees, callers: tuple[str, ...]) -> Script:
    try:
        raw = RawScript.model_validate(tree)
    except ValidationError as error:
        raise ScriptRefused([as_problem(details, known_keys, GUIDE) for details in error.errors()]) from error
    builder = _Builder(raw, flows, (*callers, raw.playbook))
    script = builder.script(hash_of(whole(tree, flows)))
    if builder.problems:
        raise ScriptRefused(builder.problems)
    return script


class _Builder:
    """Builds one script and collects what is wrong on the way. Lives for one call of `load`."""

    def __init__(self, raw: RawScript, flows: Trees, callers: tuple[str, ...]) -> None:
        self.raw, self.flows, self.callers = raw, flows, callers
        self.problems: list[Problem] = []
        self.steps: list[Step] = []
        self.facts: dict[str, NamedFact] = {}
        self.values: dict[str, NamedValue] = {}
        self.clocks: dict[str, Clock] = {}
        self.uses: dict[str, str] = {}

    def script(self, script_hash: str) -> Script:
        raw = self.raw
        for name, fact in raw.facts.items():
            when = self.fact(fact, ("facts", name))
            if when is not None:
                self.facts[name] = NamedFact(name, fact.say, when)
        for name, value in raw.values.items():
            self.value(name, value, ("values", name))
        for name, clock in raw.clocks.items():
            self.clocks[name] = self.clock(name, clock)
        for number, step in enumerate(raw.steps):
            self.step(step, number)
        control = raw.control.model_dump()
        control["withdraws"] = tuple(raw.control.withdraws)
        return Script(
            id=raw.playbook,
            title=raw.title,
            version=raw.version,
            language=raw.language,
            purpose=raw.purpose,
            for_roles=tuple(raw.for_roles),
            phrasings=tuple(raw.phrasings),
            control=Control(**control),
            site_settings=tuple(raw.site_settings),
            sections=tuple(Section(section.id, section.title) for section in raw.sections),
            facts=self.facts,
            clocks=self.clocks,
            steps=tuple(self.steps),
            hash=script_hash,
            for_regions=tuple(raw.for_regions),
            for_product_types=tuple(raw.for_product_types),
            fast_lane=raw.fast_lane,
            is_callable=raw.callable,
            takes=tuple(raw.takes),
            uses=self.uses,
            values=self.values,
        )

    def problem(self, path: Path, found: str, remedy: str) -> None:
        self.problems.append(Problem(path, found, remedy))

    # Steps

    def step(self, raw: RawStep, at: int) -> None:
        path: Path = ("steps", at)
        kinds = [kind for kind in KINDS if getattr(raw, kind) is not None]
        if len(kinds) != 1:
            found = f"step {raw.id!r} does {' and '.join(kinds) or 'nothing'}"
            self.problem(path, found, f"give it exactly one of: {', '.join(KINDS)}")
            return
        for key in stray_keys(raw, kinds[0]):
            self.problem((*path, key), f"{key!r} means nothing on a {kinds[0]!r} step", "remove it")
        when = None if raw.when is None else self.condition(raw.when, (*path, "when"))
        if raw.use is not None:
            self.use(raw, raw.use, when, at)
            return
        does = self.does(raw, path)
        if does is None:
            return
        self.steps.append(Step(raw.id, raw.section, does, when, raw.why, raw.hint, tuple(raw.cite), at=at))
        if raw.stop and raw.stop.release and raw.stop.release.or_self:
            self.release_asks(raw, raw.stop.release.or_self.asks, when, at)

    def does(self, raw: RawStep, path: Path) -> Does | None:
        if raw.ask is not None:
            return self.ask(raw, raw.ask, path)
        if raw.say is not None:
            return Say(raw.say)
        if raw.stop is not None:
            return _stop(raw.id, raw.stop)
        if raw.hand_over is not None:
            return _hand_over(raw.hand_over)
        if raw.hand_back is not None:
            return HandBack(raw.hand_back.say)
        if raw.go_to is not None:
            return GoTo(raw.go_to, raw.carry)
        if raw.document is not None:
            document = raw.document
            return Document(
                document.template,
                tuple(document.formats),
                document.watermark,
                document.contains,
                document.name,
            )
        if raw.figure is not None:
            return self.figure(raw.figure, (*path, "figure"))
        return Finish(raw.finish) if raw.finish is not None else Review()

    def figure(self, raw: RawFigure, path: Path) -> Figure | None:
        shape = OF[raw.draws]
        try:
            of = shape.model_validate(raw.of)
        except ValidationError as error:
            within = (*path, "of")
            for details in error.errors():
                found = as_problem(details, lambda _: shape.model_fields, GUIDE)
                self.problem((*within, *found.path), found.found, found.remedy)
            return None
        drawing: Drawing
        match of:
            case RawWhys():
                drawing = Whys(of.event, tuple(of.whys), tuple(of.evidence))
            case RawFishbone():
                drawing = Fishbone(of.event, tuple(of.bones.items()))
            case RawControlChart():
                drawing = ControlChart(of.values, of.lower, of.upper)
            case _:
                drawing = Radar(tuple(of.axes.items()))
        return Figure(raw.title, raw.say, drawing)

    def use(self, raw: RawStep, name: str, when: Condition | None, at: int) -> None:
        """Put the steps of a sub-flow in the place of the step that calls it."""
        path: Path = ("steps", at)
        if name not in self.flows:
            self.problem((*path, "use"), f"there is no playbook {name!r}", nearest(name, self.flows))
            return
        if name in self.callers:
            self.problem(
                (*path, "use"), f"{name!r} calls itself by way of {self.callers[-1]!r}", "break the circle"
            )
            return
        try:
            flow = _load(self.flows[name], self.flows, self.callers)
        except ScriptRefused as refused:
            self.problem((*path, "use"), f"{name!r} cannot be used: {refused.problems[0]}", "mend it first")
            return
        if not flow.is_callable:
            self.problem((*path, "use"), f"{name!r} is not callable", "add 'callable: true' to it")
        for taken in raw.with_:
            if taken not in flow.takes:
                self.problem((*path, "with"), f"{name!r} takes no {taken!r}", nearest(taken, flow.takes))
        asked = [step.id for step in self.steps if isinstance(step.does, Ask)]
        for ours in raw.with_.values():
            if ours not in asked:
                self.problem((*path, "with"), f"no question {ours!r} stands above it", nearest(ours, asked))
        for returned in raw.returns:
            if flow.ask(returned) is None:
                asks = [step.id for step in flow.steps if isinstance(step.does, Ask) and not step.releases]
                self.problem((*path, "returns"), f"{name!r} asks no {returned!r}", nearest(returned, asks))
        for setting in flow.site_settings:
            if setting not in self.raw.site_settings:
                found = f"{name!r} needs the site's {setting!r}"
                self.problem((*path, "use"), found, f"add {setting!r} to 'site_settings'")
        part = inlined(flow, Call(raw.id, raw.section, when, raw.with_, at, raw.label))
        self.steps += part.steps
        self.facts |= part.facts
        self.values |= part.values
        self.clocks |= part.clocks
        self.uses |= {name: flow.hash, **flow.uses}

    def release_asks(
        self, raw: RawStep, asks: Sequence[str | RawReleaseAsk], when: Condition | None, at: int
    ) -> None:
        """The questions of a self-release, as steps that follow their stop."""
        released = Has(raw.id, (BY_SELF,))
        shown_when = released if when is None else All((when, released))
        for number, ask in enumerate(asks, 1):
            text, label, kind = (ask, ask, "text") if isinstance(ask, str) else (ask.ask, ask.label, ask.type)
            question = Ask(text, AnswerType(kind), label, max_length=200)
            self.steps.append(
                Step(f"{raw.id}.asks_{number}", raw.section, question, shown_when, releases=raw.id, at=at)
            )

    def ask(self, raw: RawStep, text: str, path: Path) -> Ask | None:
        if raw.type is None:
            types = ", ".join(AnswerType)
            self.problem(path, f"question {raw.id!r} has no type", f"add 'type:' with one of: {types}")
            return None
        if raw.clock:
            clock = self.raw.clocks.get(raw.clock)
            if clock is None:
                self.problem(
                    (*path, "clock"), f"unknown clock {raw.clock!r}", nearest(raw.clock, self.raw.clocks)
                )
            elif clock.starts != raw.id:
                self.problem(
                    (*path, "clock"), f"clock {raw.clock!r} starts with {clock.starts!r}", "name it there"
                )
        return Ask(
            text=text,
            type=raw.type,
            label=raw.label or text,
            options=tuple(_option(option) for option in raw.options),
            none=_option(raw.none) if raw.none else None,
            unknown=Unknown(**raw.unknown.model_dump()) if raw.unknown else None,
            checks=tuple(
                Check(must, against, check.say) for check in raw.check for must, against in check.must.items()
            ),
            example=Example(raw.example.weak, raw.example.better) if raw.example else None,
            coaching=Coaching(
                tuple(raw.coach.checks),
                raw.coach.at_most,
                raw.coach.rounds,
                dict[str, str](raw.coach.knows.items()),
            )
            if raw.coach
            else None,
            depends_on=tuple(raw.depends_on),
            is_required=raw.required,
            can_wait=raw.can_wait,
            max_length=raw.max,
            max_files=raw.max_files,
            allow=tuple(raw.allow),
            of=raw.of,
            unit=raw.unit,
            mask=_or_setting(raw.mask),
            tone=raw.tone,
            offers_opening=raw.offers_opening,
            offers_after=tuple(raw.offers_after),
        )

    def clock(self, name: str, raw: RawClock) -> Clock:
        path: Path = ("clocks", name)
        remind = []
        for number, percent in enumerate(raw.remind):
            figure = percent.removesuffix("%")
            if percent.endswith("%") and figure.isdecimal() and 0 < int(figure) < 100:
                remind.append(int(figure))
            else:
                self.problem(
                    (*path, "remind", number), f"{percent!r} is no part of the time", "write it as 50%"
                )
        applies = (
            None if raw.applies_when is None else self.condition(raw.applies_when, (*path, "applies_when"))
        )
        return Clock(
            name,
            raw.say,
            raw.starts,
            _or_setting(raw.due_in),
            raw.calendar,
            raw.stops,
            tuple(sorted(remind)),
            Late(raw.when_late.say, raw.when_late.tell) if raw.when_late else None,
            applies,
            tuple(raw.cite),
        )

    # Conditions

    def fact(self, raw: RawFact, path: Path) -> Condition | None:
        extra, known = raw.model_extra or {}, len(self.problems)
        if raw.calc is None:
            for key in extra:
                self.problem((*path, key), f"unknown key {key!r}", nearest(key, ("say", "when", "calc")))
            return self.condition(raw.when, (*path, "when"))
        if raw.when is not None:
            self.problem((*path, "when"), "a fact has 'when' or 'calc', not both", "remove one")
        if raw.calc not in CALCS:
            self.problem((*path, "calc"), f"unknown function {raw.calc!r}", nearest(raw.calc, CALCS))
            return None
        compared = [key for key in extra if key in COMPARE]
        if len(compared) != 1:
            self.problem(
                path, f"{raw.calc!r} is compared {len(compared)} times", f"give one of: {', '.join(COMPARE)}"
            )
            return None
        named = self.inputs(
            raw.calc, {key: value for key, value in extra.items() if key not in COMPARE}, path
        )
        if len(self.problems) > known:
            return None
        limit = extra[compared[0]]
        match limit:
            case {"site": str(setting)}:
                return Calculated(raw.calc, named, compared[0], setting, is_setting=True)
            case str() | int() if not isinstance(limit, bool):
                return Calculated(raw.calc, named, compared[0], str(limit))
            case _:
                pass
        self.problem(
            (*path, compared[0]), f"{limit!r} is no limit", "write a number, a duration or {site: name}"
        )
        return None

    def inputs(self, name: str, takes: Mapping[str, object], path: Path) -> tuple[tuple[str, str], ...]:
        """The inputs of the function `name`, each with the question that gives it."""
        calc = CALCS[name]
        for key, value in takes.items():
            if key not in calc.knows:
                self.problem((*path, key), f"{name!r} has no input {key!r}", nearest(key, calc.knows))
            elif not isinstance(value, str):
                self.problem((*path, key), f"{key!r} cannot be {value!r}", "name the question that gives it")
        if missing := sorted(calc.needs - takes.keys()):
            self.problem(path, f"{name!r} needs {', '.join(missing)}", "name the question that gives it")
        return tuple((key, str(value)) for key, value in takes.items())

    def value(self, name: str, raw: RawValue, path: Path) -> None:
        if not re.fullmatch(NAME, name):
            self.problem(path, f"{name!r} is badly shaped", f"it must match {NAME}")
        elif raw.calc not in CALCS:
            self.problem((*path, "calc"), f"unknown function {raw.calc!r}", nearest(raw.calc, CALCS))
        else:
            takes = self.inputs(raw.calc, raw.model_extra or {}, path)
            self.values[name] = NamedValue(name, raw.say, raw.calc, takes)

    def condition(self, raw: object, path: Path) -> Condition | None:
        """What `raw` writes: `{name: value}`, `{name: {in: [...]}}`, `{fact: name}`, all, any, not."""
        if not isinstance(raw, Mapping) or not raw:
            self.problem(path, f"a condition cannot be {raw!r}", "write it as {question: answer}")
            return None
        parts = [self.part(str(name), value, (*path, str(name))) for name, value in raw.items()]
        known = tuple(part for part in parts if part is not None)
        if len(known) < len(parts):
            return None
        return known[0] if len(known) == 1 else All(known)

    def part(self, name: str, value: object, path: Path) -> Condition | None:
        match name, value:
            case "fact", str():
                return FactHolds(value)
            case (("all" | "any"), list()):
                return self.several(name, value, path)
            case "not", _:
                inner = self.condition(value, path)
                return inner and Not(inner)
            case (("all" | "any" | "fact"), _):
                self.problem(path, f"{name!r} cannot hold {value!r}", _SEE)
                return None
            case _, str():
                return Has(name, (value,))
            case _, Mapping() if len(value) == 1:
                return self.operation(name, *next(iter(value.items())), path)
        self.problem(
            path, f"{name!r} is compared with {value!r}", "compare it with text, or with {in: [...]}"
        )
        return None

    def several(self, name: str, raw: Sequence[object], path: Path) -> Condition | None:
        if not raw:
            self.problem(path, f"{name!r} holds nothing", "give it a list of conditions")
            return None
        parts = [self.condition(part, (*path, number)) for number, part in enumerate(raw)]
        known = tuple(part for part in parts if part is not None)
        if len(known) < len(parts):
            return None
        return All(known) if name == "all" else Any(known)

    def operation(self, name: str, operator: object, value: object, path: Path) -> Condition | None:
        match operator, value:
            case (("in" | "includes_any"), list()) if value and all(isinstance(item, str) for item in value):
                return Has(name, tuple(str(item) for item in value))
            case "answered", bool():
                return IsAnswered(name, value)
            case (("in" | "includes_any" | "answered"), _):
                remedy = "give 'in' a list of texts, 'answered' true or false"
                self.problem((*path, str(operator)), f"{operator!r} cannot take {value!r}", remedy)
            case _:
                self.problem(path, f"unknown operator {operator!r}", nearest(str(operator), _OPERATORS))
        return None


def _stop(step_id: str, raw: RawStop) -> Stop:
    release = _release(step_id, raw.release) if raw.release else None
    return Stop(raw.level, raw.say, raw.tell, tuple(raw.share), release, _fallback(raw.if_no_answer))


def _hand_over(raw: RawHandOver) -> HandOver:
    return HandOver(raw.to, raw.say, tuple(raw.share), raw.together, _fallback(raw.if_no_answer))


def _fallback(raw: RawFallback | None) -> Fallback | None:
    return Fallback(raw.after, raw.say) if raw else None


def _release(step_id: str, raw: RawRelease) -> Release:
    asks = raw.or_self.asks if raw.or_self else []
    label = raw.self or (raw.or_self.label if raw.or_self else "")
    numbered = tuple(f"{step_id}.asks_{number}" for number in range(1, len(asks) + 1))
    return Release(label, tuple(raw.by_role), numbered)


def _option(raw: RawOption) -> Option:
    return Option(raw.value, raw.label, raw.hint)


def _or_setting(raw: str | RawSetting) -> Setting | str:
    return Setting(raw.site) if isinstance(raw, RawSetting) else raw
