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
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, Strict, ValidationError

from bot.errors import CoachError
from bot.person import Person, Right
from bot.reply import Citation
from bot.site import Roster, Site
from bot.strict_yaml import Document, YamlRefused, read, read_all
from playbooks.answer import Place
from playbooks.check import check_script
from playbooks.errors import Problem, ScriptRefused
from playbooks.loader import load, nearest
from playbooks.run import canonical_json
from playbooks.scenario import Played, play, play_on, unmet
from playbooks.script import Document as DocumentStep
from playbooks.script import Script

EXAMPLE_SITE = "example_site"
M = TypeVar("M", bound=BaseModel)


class ContentRefused(CoachError):
    """Content that cannot be used. `findings` says everything that is wrong, with file and line."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong in a content file: where, what, and what would do."""

    file: str
    line: int
    found: str
    remedy: str = ""
    is_warning: bool = False

    def __str__(self) -> str:
        kind = "warning: " if self.is_warning else ""
        return f"{self.file}:{self.line}: {kind}{self.found}" + (f"; {self.remedy}" if self.remedy else "")


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
        missing = [name for name in script.site_settings if name not in site.values]
        if missing:
            return f"site {site.id} sets no {', '.join(missing)}"
        if script.control.status != "released_by_maker":
            return f"its status is {script.control.status}"
        if today < date.fromisoformat(script.control.effective_from):
            return f"it is in force from {script.control.effective_from}"
        return ""


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
    language: str = "en"
    locale: str = "en_GB"
    zone: str = "UTC"
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


class _Given(_Raw):
    role: str = "operator"
    region: list[str] = Field(default_factory=list)
    product_type: list[str] = Field(default_factory=list)
    clock: str = "2026-06-03T09:00"


class _ButIf(_Raw):
    change: dict[str, object]
    then: dict[str, object]


class _Scenario(_Raw):
    scenario: str
    given: _Given = _Given()
    answers: dict[str, object]
    then: dict[str, object]
    but_if: list[_ButIf] = Field(default_factory=list)


def read_answers(path: Path) -> Mapping[str, object]:
    """The answers in a file, by step. Raises ContentRefused."""
    try:
        document = read(path.read_bytes(), str(path))
    except YamlRefused as refused:
        raise ContentRefused(
            [Finding(refused.file, refused.line, refused.problem, refused.remedy)]
        ) from refused
    except OSError as error:
        raise ContentRefused([Finding(str(path), 1, f"cannot be read: {error.strerror}")]) from error
    if not isinstance(document.data, dict):
        raise ContentRefused([Finding(str(path), 1, "this holds no answers", "write each as 'step: answer'")])
    return document.data


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
    folders = [package / "library", *([overlay / "playbooks"] if overlay else [])]
    reader.sources(Path(str(files("knowledge"))) / "sources.yaml")
    for folder in folders:
        reader.scripts(folder)
    reader.templates([package / "templates", *([overlay / "templates"] if overlay else [])])
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
        for path in sorted(folder.glob("*.yaml")):
            if path.name.endswith(".test.yaml"):
                continue
            for document in self.documents(path):
                try:
                    script = load(document.data)
                except ScriptRefused as refused:
                    self.problems(document, refused.problems)
                    continue
                if script.id != path.stem:
                    found, remedy = (
                        f"'playbook: {script.id}' stands in {path.name}",
                        f"rename the file {script.id}.yaml",
                    )
                    self.problems(document, [Problem(("playbook",), found, remedy)])
                self.books[script.id] = Playbook(script, canonical_json(document.data), document)

    def sources(self, path: Path) -> None:
        for document in self.documents(path):
            for number, raw in enumerate(document.data if isinstance(document.data, list) else []):
                if source := self.shaped(_Source, raw, document, (number,)):
                    if source.id in self.all_sources:
                        self.problems(
                            document, [Problem((number, "id"), f"{source.id} stands twice", "keep one")]
                        )
                    self.all_sources[source.id] = Citation(
                        source.clause, source.title, source.url or "", source.force
                    )

    def templates(self, folders: Iterable[Path]) -> None:
        for folder in folders:
            for path in sorted(folder.glob("*.docx")):
                self.all_templates[path.stem] = path.read_bytes()

    def sites(self, folder: Path, *, is_fictional: bool) -> None:
        for path in sorted(folder.glob("*/settings.yaml")):
            for document in self.documents(path):
                if raw := self.shaped(_Site, document.data, document, ()):
                    self.site(raw, document, path, is_fictional=is_fictional)
        if not self.all_sites and not any(str(folder) in finding.file for finding in self.findings):
            remedy = "add sites/<id>/settings.yaml to the folder that QMS_COACH_SITE names"
            self.findings.append(Finding(str(folder), 1, "no site is set up", remedy))

    def site(self, raw: _Site, document: Document, path: Path, *, is_fictional: bool) -> None:
        if raw.zone not in available_timezones():
            remedy = nearest(
                raw.zone, [zone for zone in available_timezones() if zone.startswith(raw.zone[:4])]
            )
            self.problems(document, [Problem(("zone",), f"unknown time zone {raw.zone!r}", remedy)])
            return
        if raw.site != path.parent.name:
            found, remedy = (
                f"'site: {raw.site}' stands in {path.parent.name}/",
                f"rename the folder {raw.site}",
            )
            self.problems(document, [Problem(("site",), found, remedy)])
        rosters = {role: Roster(tuple(roster.people), roster.phone) for role, roster in raw.rosters.items()}
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
        """Judge what was read together: each script, its citations and templates, its roles at each site, its scenarios."""
        for playbook in self.books.values():
            self.problems(
                playbook.document, [*check_script(playbook.script), *self.references(playbook.script)]
            )
            if not any(
                finding.file == playbook.document.file and not finding.is_warning for finding in self.findings
            ):
                self.scenarios(playbook)

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
            self.problems(
                playbook.document,
                [Problem((), "no scenarios", f"write {path.name} beside it", is_warning=True)],
            )
            return
        for document in self.documents(path):
            if raw := self.shaped(_Scenario, document.data, document, ()):
                self.problems(document, run_scenario(playbook.script, raw))

    def documents(self, path: Path) -> tuple[Document, ...]:
        try:
            return read_all(path.read_bytes(), str(path))
        except YamlRefused as refused:
            self.findings.append(Finding(refused.file, refused.line, refused.problem, refused.remedy))
        except OSError as error:
            self.findings.append(Finding(str(path), 1, f"cannot be read: {error.strerror}"))
        return ()

    def shaped(self, model: type[M], raw: object, document: Document, at: tuple[str | int, ...]) -> M | None:
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            for details in error.errors():
                place = (*at, *details["loc"])
                name = ".".join(str(part) for part in details["loc"])
                self.problems(
                    document, [Problem(place, f"{name}: {details['msg']}", "see docs/running-it.md")]
                )
        return None

    def problems(self, document: Document, problems: Iterable[Problem]) -> None:
        self.findings += [
            Finding(
                document.file, document.line(problem.path), problem.found, problem.remedy, problem.is_warning
            )
            for problem in problems
        ]


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
        changed: Played = play_on(script, played, but_if.change, now, place)
        for problem in unmet(but_if.then, changed, script, place):
            problems.append(Problem(("but_if", number, *problem.path), problem.found, problem.remedy))
    return problems
