"""Every content file, read once: the playbooks, the sources, the wording, and the sites.

Shipped files come first; an overlay folder (`$QMS_COACH_SITE`) adds its own and replaces a shipped playbook of
the same name. Nothing else reads content from disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, Strict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from bot.errors import CoachError
from bot.person import Person, Right
from bot.reply import Citation
from bot.site import Roster, Site
from bot.strict_yaml import Document, YamlRefused, read, read_all
from playbooks.answer import Place
from playbooks.check import check_script
from playbooks.errors import Problem, ScriptRefused
from playbooks.loader import as_problem, load, nearest
from playbooks.run import canonical_json
from playbooks.scenario import Played, play, play_on, unmet
from playbooks.script import Document as DocumentStep
from playbooks.script import Script, Stop

EXAMPLE_SITE = "example_site"
M = TypeVar("M", bound=BaseModel)


class ContentRefused(CoachError):
    """Content that cannot be used. `findings` says everything that is wrong, with file and line."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong in a content file: where, what, and what would do. A folder has no lines: 0."""

    file: str
    line: int
    found: str
    remedy: str = ""
    is_warning: bool = False

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        kind = "warning: " if self.is_warning else ""
        return f"{where}: {kind}{self.found}" + (f"; {self.remedy}" if self.remedy else "")


@dataclass(frozen=True, slots=True)
class Playbook:
    """A playbook as read: the script, its canonical text (what its hash stands for) and its file."""

    script: Script
    canonical: str
    document: Document


@dataclass(frozen=True, slots=True)
class Library:
    """All content of one deployment.

    `people` are the persons of the fictional site, for the demonstration only.
    """

    playbooks: Mapping[str, Playbook]
    sites: Mapping[str, Site]
    sources: Mapping[str, Citation]
    wordings: Mapping[str, str]
    templates: Mapping[str, bytes]
    people: tuple[Person, ...] = ()

    def site(self, site_id: str = "") -> Site:
        """The site with this id, or the first one. Raises CoachError with what there is."""
        if not site_id:
            return next(iter(self.sites.values()))
        if found := self.sites.get(site_id):
            return found
        raise CoachError(f"there is no site {site_id!r}; {nearest(site_id, self.sites)}")

    def template_of(self, script: Script, step_id: str) -> bytes:
        """The Word template of a script's document step."""
        does = script.by_id[step_id].does
        if not isinstance(does, DocumentStep):
            msg = f"{step_id} makes no document"
            raise TypeError(msg)
        return self.templates[does.template]

    def shelf(self, site: Site, today: date) -> tuple[Script, ...]:
        """The scripts that can be started at `site` today: released, in force, and with every setting they need."""
        return tuple(
            playbook.script
            for playbook in self.playbooks.values()
            if not self.why_not(playbook.script, site, today)
        )

    def why_not(self, script: Script, site: Site, today: date) -> str:
        """Why `script` cannot be started at `site` today; empty when it can."""
        if missing := _unset(script, site):
            return f"site {site.id} sets no {', '.join(missing)}"
        if script.control.status != "released_by_maker":
            return f"its status is {script.control.status}"
        if today < date.fromisoformat(script.control.effective_from):
            return f"it is in force from {script.control.effective_from}"
        return ""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers in a file, by step."""

    by_step: Mapping[str, object]
    document: Document

    def where(self, step: str) -> str:
        """File and line of the answer to this step."""
        return f"{self.document.file}:{self.document.line((step,))}"


def nearest_zone(zone: str) -> str:
    """A remedy for a time zone that does not exist: zones of nearly this name, or of which it is a part."""
    known = available_timezones()
    alike = [each for each in known if zone and zone.casefold() in each.casefold()]
    return nearest(zone, alike or known)


def _unset(script: Script, site: Site) -> list[str]:
    """The settings that `script` speaks of and `site` leaves out or empty."""
    return [name for name in script.site_settings if not site.values.get(name, "").strip()]


def _refusal(found: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("refused", "{found}", {"found": found, "remedy": remedy})


def _an_answer(value: object) -> object:
    """Nothing, true and false would reach the chat as the words None, True and False: no person means that."""
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, str | int) and not isinstance(item, bool) for item in items):
        raise _refusal("this is no answer", "write text, a number or a list of them; for a yes, write yes")
    return value


def _a_moment(value: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise _refusal(f"{value!r} is no time", "write it as 2026-06-03T09:00") from None
    return value


def _a_zone(value: str) -> str:
    if value not in available_timezones():
        raise _refusal(f"unknown time zone {value!r}", nearest_zone(value))
    return value


class _Raw(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Roster(_Raw):
    people: list[str] = Field(default_factory=list)
    phone: str = ""


class _Person(_Raw):
    id: str
    name: str
    role: str
    rights: list[Annotated[Right, Strict(strict=False)]] = Field(default_factory=list)


class _Site(_Raw):
    site: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    name: str
    regions: list[Literal["US", "EU", "UK"]] = Field(min_length=1)
    product_types: list[str] = Field(default_factory=list)
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}$")
    locale: str = Field(default="en_GB", pattern=r"^[a-z]{2,3}_[A-Z]{2}$")  # the country orders day and month
    zone: Annotated[str, AfterValidator(_a_zone)] = "UTC"
    values: dict[str, str] = Field(default_factory=dict)
    rosters: dict[str, _Roster] = Field(default_factory=dict)
    people: list[_Person] = Field(default_factory=list)


class _Source(_Raw):
    id: str
    clause: str
    title: str
    url: str | None
    force: Literal["law", "GMP guide", "guidance", "practice"]
    regions: list[str]
    product_types: list[str]
    status: Literal["verified", "verified_translation", "secondary_quotes", "secondary", "practice"]
    checked_against_primary: str | None


class _Sources(RootModel[list[_Source]]):
    """The file of sources."""


class _Given(_Raw):
    role: str = "operator"
    region: list[str] = Field(default_factory=list)
    product_type: list[str] = Field(default_factory=list)
    clock: Annotated[str, AfterValidator(_a_moment)] = "2026-06-03T09:00"


_AnswersByStep = dict[str, Annotated[object, AfterValidator(_an_answer)]]


class _ButIf(_Raw):
    change: _AnswersByStep
    then: dict[str, object]


class _Scenario(_Raw):
    scenario: str
    given: _Given = _Given()
    answers: _AnswersByStep
    then: dict[str, object]
    but_if: list[_ButIf] = Field(default_factory=list)


class _Answers(RootModel[_AnswersByStep]):
    """A file of nothing but answers."""


def read_answers(path: Path) -> Answers:
    """The answers in a file. Raises ContentRefused."""
    reader = _Reader()
    for document in reader.documents(path, at_most=1):
        if answers := reader.shaped(_Answers, document.data, document):
            return Answers(answers.root, document)
    raise ContentRefused(reader.findings)


def load_library(overlay: Path | None = None) -> Library:
    """All content, the shipped and the overlay's. Raises ContentRefused when anything of it cannot be used."""
    shelf = read_shelf(overlay)
    errors = [finding for finding in shelf.findings if not finding.is_warning]
    if errors:
        raise ContentRefused(errors)
    return shelf.library


@dataclass(slots=True)
class Shelf:
    """Content as far as it could be read, and everything found wrong on the way."""

    library: Library
    findings: list[Finding]


def read_shelf(overlay: Path | None = None) -> Shelf:
    """Read everything; faults are collected, not raised, so that one run shows them all."""
    reader = _Reader()
    package, example = Path(str(files("playbooks"))), Path(str(files("bot"))) / EXAMPLE_SITE
    if overlay and not overlay.is_dir():
        found = Finding(str(overlay), 0, "there is no such folder", "correct QMS_COACH_SITE, which names it")
        return Shelf(reader.library(), [found])
    folders = [package, *([overlay] if overlay else [])]
    reader.sources(Path(str(files("knowledge"))) / "sources.yaml")
    for folder in folders:
        reader.scripts(folder / ("library" if folder is package else "playbooks"))
        reader.templates(folder / "templates")
    reader.sites((overlay or example) / "sites", is_fictional=overlay is None)
    reader.meaning()
    return Shelf(reader.library(), reader.findings)


@dataclass(slots=True)
class _Reader:
    """Reads content piece by piece and keeps what it finds wrong."""

    findings: list[Finding] = field(default_factory=list)
    books: dict[str, Playbook] = field(default_factory=dict)
    all_sites: dict[str, Site] = field(default_factory=dict)
    all_sources: dict[str, Citation] = field(default_factory=dict)
    all_templates: dict[str, bytes] = field(default_factory=dict)
    site_documents: dict[str, Document] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)

    def library(self) -> Library:
        wordings = Path(str(files("bot"))) / "conversation" / "wording"
        return Library(
            self.books,
            self.all_sites,
            self.all_sources,
            {path.stem: path.read_text(encoding="utf-8") for path in sorted(wordings.glob("*.md"))},
            self.all_templates,
            tuple(self.people),
        )

    def scripts(self, folder: Path) -> None:
        for path in sorted(folder.glob("*.yml")):
            self.found(path, "this file is not read", f"rename it {path.stem}.yaml", is_warning=True)
        for path in sorted(folder.glob("*.test.yaml")):
            if not (playbook := path.with_name(path.name.replace(".test.", "."))).exists():
                self.found(
                    path, "these scenarios are not tried", f"there is no {playbook.name}", is_warning=True
                )
        for path in sorted(set(folder.glob("*.yaml")) - set(folder.glob("*.test.yaml"))):
            for document in self.documents(path, at_most=1):
                try:
                    script = load(document.data)
                except ScriptRefused as refused:
                    self.problems(document, refused.problems)
                    continue
                if script.id != path.stem:
                    found = f"'playbook: {script.id}' stands in {path.name}"
                    self.problems(
                        document, [Problem(("playbook",), found, f"rename the file {script.id}.yaml")]
                    )
                self.books[script.id] = Playbook(script, canonical_json(document.data), document)

    def sources(self, path: Path) -> None:
        for document in self.documents(path, at_most=1):
            if raw := self.shaped(_Sources, document.data, document):
                for number, source in enumerate(raw.root):
                    if source.id in self.all_sources:
                        problem = Problem((number, "id"), f"{source.id!r} stands twice", "keep one")
                        self.problems(document, [problem])
                    self.all_sources[source.id] = Citation(
                        source.clause, source.title, source.url or "", source.force
                    )

    def templates(self, folder: Path) -> None:
        for path in sorted(folder.glob("*.docx")):
            if (content := self.content(path)) is not None:
                self.all_templates[path.stem] = content

    def sites(self, folder: Path, *, is_fictional: bool) -> None:
        paths = sorted(path / "settings.yaml" for path in folder.glob("[!.]*") if path.is_dir())
        for path in paths:
            for document in self.documents(path, at_most=1):
                if raw := self.shaped(_Site, document.data, document):
                    self.site(raw, document, is_fictional=is_fictional)
        if not paths:
            self.found(folder, "no site is set up", "add <id>/settings.yaml to this folder", line=0)

    def site(self, raw: _Site, document: Document, *, is_fictional: bool) -> None:
        folder = Path(document.file).parent.name
        if raw.site != folder:
            found = f"'site: {raw.site}' stands in the folder {folder}"
            self.problems(document, [Problem(("site",), found, f"rename the folder {raw.site}")])
        rosters = {role: Roster(tuple(roster.people), roster.phone) for role, roster in raw.rosters.items()}
        self.site_documents[raw.site] = document
        self.all_sites[raw.site] = Site(
            raw.site,
            raw.name,
            tuple(raw.regions),
            tuple(raw.product_types),
            raw.language,
            raw.locale,
            raw.zone,
            raw.values,
            rosters,
            is_fictional,
        )
        self.people += [
            Person(
                p.id,
                p.name,
                raw.site,
                p.role,
                zone=raw.zone,
                language=raw.language,
                rights=frozenset(p.rights),
            )
            for p in raw.people
        ]

    def meaning(self) -> None:
        """Judge what was read together: each script, its citations and templates, its scenarios, and the sites."""
        for playbook in self.books.values():
            before = len(self.findings)
            self.problems(
                playbook.document, [*check_script(playbook.script), *self.references(playbook.script)]
            )
            if all(finding.is_warning for finding in self.findings[before:]):
                self.scenarios(playbook)
        for site_id, site in self.all_sites.items():
            for playbook in self.books.values():
                self.problems(self.site_documents[site_id], _lacking(playbook.script, site))

    def references(self, script: Script) -> Iterator[Problem]:
        for number, step in enumerate(script.steps):
            for cited in step.cite:
                if cited not in self.all_sources:
                    yield Problem(
                        ("steps", number, "cite"), f"unknown fact {cited!r}", nearest(cited, self.all_sources)
                    )
            match step.does:
                case DocumentStep(template=template) if template not in self.all_templates:
                    remedy = nearest(template, self.all_templates)
                    yield Problem(
                        ("steps", number, "document", "template"), f"unknown template {template!r}", remedy
                    )

    def scenarios(self, playbook: Playbook) -> None:
        path = Path(playbook.document.file).with_suffix(".test.yaml")
        if not path.exists():
            problem = Problem((), "no scenarios", f"write {path.name} beside it", is_warning=True)
            self.problems(playbook.document, [problem])
            return
        for document in self.documents(path):
            if raw := self.shaped(_Scenario, document.data, document):
                self.problems(document, run_scenario(playbook.script, raw))

    def documents(self, path: Path, at_most: int | None = None) -> tuple[Document, ...]:
        if (content := self.content(path)) is not None:
            try:
                return (read(content, str(path)),) if at_most == 1 else read_all(content, str(path))
            except YamlRefused as refused:
                self.found(path, refused.problem, refused.remedy, line=refused.line)
        return ()

    def content(self, path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except OSError as error:
            self.found(path, f"this cannot be read: {error.strerror}", "put the file there, or open it to us")
            return None

    def shaped(self, model: type[M], raw: object, document: Document) -> M | None:
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            self.problems(document, [_as_problem(details, model) for details in error.errors()])
            return None

    def found(self, path: Path, found: str, remedy: str, *, line: int = 1, is_warning: bool = False) -> None:
        self.findings.append(Finding(str(path), line, found, remedy, is_warning))

    def problems(self, document: Document, problems: Iterable[Problem]) -> None:
        found = [
            Finding(
                document.file, document.line(problem.path), problem.found, problem.remedy, problem.is_warning
            )
            for problem in problems
        ]
        self.findings += sorted(found, key=lambda finding: finding.line)


def _lacking(script: Script, site: Site) -> Iterator[Problem]:
    """What `script` needs of `site` and does not find there. The site starts all the same, so these are warnings."""
    for name in _unset(script, site):
        found, remedy = f"{script.id} cannot be started here without the value {name!r}", "add it to 'values'"
        yield Problem(("values", name), found, remedy, is_warning=True)
    for role in dict.fromkeys(step.does.tell for step in script.steps if isinstance(step.does, Stop)):
        roster = site.rosters.get(role, Roster())
        if not roster.people and not roster.phone:
            found, remedy = (
                f"{script.id} tells {role!r}, behind which nobody stands here",
                "add it to 'rosters'",
            )
            yield Problem(("rosters", role), found, remedy, is_warning=True)


def _as_problem(details: ErrorDetails, model: type[BaseModel]) -> Problem:
    if details["type"] == "refused":
        return Problem(details["loc"], details["ctx"]["found"], details["ctx"]["remedy"])
    return as_problem(details, lambda path: _known_keys(model, path), "docs/running-it.md")


def _known_keys(model: type[BaseModel], path: tuple[str | int, ...]) -> Iterable[str]:
    """The keys allowed where the unknown one at `path` stands: follow the path through the models."""
    for part in path[:-1]:
        inner = model.model_fields.get(str(part), model.model_fields.get("root"))
        model = next(_models_in(inner.annotation), model) if inner else model
    return model.model_fields


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def run_scenario(script: Script, scenario: _Scenario) -> list[Problem]:
    """What the scenario promises and `script` does not keep, the changes of `but_if` included."""
    given = scenario.given
    now = datetime.fromisoformat(given.clock).replace(tzinfo=UTC)
    place = Place(ZoneInfo("UTC"))
    frozen = {
        "person.role": (given.role,),
        "site.region": tuple(given.region),
        "site.product_type": tuple(given.product_type),
    }
    played = play(script, scenario.answers, frozen, now, place)
    problems = unmet(scenario.then, played, script, place)
    for number, but_if in enumerate(scenario.but_if):
        unknown = [name for name in but_if.change if script.ask(name) is None]
        for name in unknown:
            remedy = nearest(name, script.by_id)
            problems.append(Problem(("but_if", number, "change", name), f"unknown question {name!r}", remedy))
        if not unknown:
            changed: Played = play_on(script, played, but_if.change, now, place)
            for problem in unmet(but_if.then, changed, script, place):
                path = ("change", *problem.path[1:]) if problem.path[0] == "answers" else problem.path
                problems.append(Problem(("but_if", number, *path), problem.found, problem.remedy))
    return problems
