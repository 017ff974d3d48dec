"""Every content file, read once: the playbooks, the sources, the obligations, the wording, and the sites.

Shipped files come first; an overlay folder (`$QMS_COACH_SITE`) adds its own and replaces a shipped playbook or
obligation of the same name. Nothing else reads content from disk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import files
from pathlib import Path

from pydantic import RootModel

from bot.content.approval_file import APPROVALS, RawApprovals
from bot.content.clause_file import RawTwins, clauses_of, twin_problems
from bot.content.content_cache import ContentCache
from bot.content.files import Files
from bot.content.finding import ContentRefused, Finding
from bot.content.index_cache import IndexCache
from bot.content.knowledge_shelf import KnowledgeShelf
from bot.content.library import Approval, Library, Playbook, Source
from bot.content.scenario_file import AnswersByStep, RawScenario, run_scenario
from bot.content.script_check import context_of, other_than_shipped, superseded
from bot.content.site_check import site_problems
from bot.content.site_file import RawSite, people_of, site_of
from bot.content.source_file import RawSources, source_of
from bot.content.trial import Trial
from bot.person import Person
from bot.site import Site
from bot.strict_yaml import Document
from knowledge.answer import Knowledge
from playbooks.check import check_script
from playbooks.covered import covered
from playbooks.errors import Problem, ScriptRefused
from playbooks.explore import explore
from playbooks.loader import load, nearest, whole
from playbooks.obligation import Obligation, read_obligations
from playbooks.obligation_check import unkept, unprotected
from playbooks.run import canonical_json, hash_of
from playbooks.script import Script

EXAMPLE_SITE = "example_site"
OBLIGATIONS = "obligations.yaml"


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers in a file, by step."""

    by_step: Mapping[str, object]
    document: Document

    def where(self, step: str) -> str:
        """File and line of the answer to this step."""
        return f"{self.document.file}:{self.document.line((step,))}"


class _Answers(RootModel[AnswersByStep]):
    """A file of nothing but answers."""


def read_answers(path: Path) -> Answers:
    """The answers in a file. Raises ContentRefused."""
    reader = _Reader()
    for document in reader.documents(path, at_most=1):
        if answers := reader.shaped(_Answers, document.data, document):
            return Answers(answers.root, document)
    raise ContentRefused(reader.findings)


def load_library(overlay: Path | None = None, cache: Path | None = None) -> Library:
    """All content, the shipped and the overlay's. Raises ContentRefused when anything of it cannot be used.

    No playbook is tried: `qms-coach check` does that before content is released. `cache` is a folder for what can be made
    again.
    """
    library = read_shelf(overlay, tries=(), cache=cache, judges_again=False).sound()
    return library if cache is None else replace(library, knowledge=_cached(library.knowledge, cache))


def _cached(known: Knowledge, folder: Path) -> Knowledge:
    """What is known, with its indexes kept in this folder once they are needed."""
    index_of = IndexCache(folder).index_of
    return replace(known, index_of=index_of, refusals=replace(known.refusals, index_of=index_of))


@dataclass(slots=True)
class Shelf:
    """Content as far as it could be read, everything found wrong on the way, and how each playbook was tried."""

    library: Library
    findings: list[Finding]
    trials: Mapping[str, Trial] = field(default_factory=dict)

    def sound(self) -> Library:
        """The library. Raises ContentRefused when anything of it cannot be used."""
        if errors := [finding for finding in self.findings if not finding.is_warning]:
            raise ContentRefused(errors)
        return self.library


def read_shelf(
    overlay: Path | None = None,
    *,
    today: date | None = None,
    tries: Collection[str] | None = None,
    cache: Path | None = None,
    judges_again: bool = True,
) -> Shelf:
    """Read everything; faults are collected, not raised, so that one run shows them all.

    1. Read each file: the shipped ones, then the overlay's, which replace those of the same name.
    2. Judge what was read together: each script, each site, and whether every protection is there.
    3. Try what is sound: every scenario, and every path.

    `tries` are the playbooks to try, with the sub-flows they call; all there are where it is None. With `today`, a
    review that is overdue is told. `cache` is a folder for what can be made again; unless one `judges_again`, what it
    knows to be sound is not judged once more, and no warning is told.
    """
    before = ContentCache(cache)
    reader = _Reader(cache=before, known=KnowledgeShelf(cache=before))
    package, example = Path(str(files("playbooks"))), Path(str(files("bot"))) / EXAMPLE_SITE
    if overlay and not overlay.is_dir():
        found = Finding(str(overlay), 0, "there is no such folder", "correct QMS_COACH_SITE, which names it")
        return Shelf(reader.library(), [found])
    knowledge = Path(str(files("knowledge")))
    reader.sources(knowledge / "sources.yaml")
    reader.twins(knowledge / "twins.yaml")
    reader.known.read(knowledge)
    reader.trees(package / "library")
    reader.templates(package / "templates")
    reader.obligations(package / OBLIGATIONS)
    reader.sites(example / "sites", is_fictional=True)
    if overlay:
        reader.take_over(overlay)
    reader.scripts()
    before.keep()
    if judges_again or not before.is_sound(reader.stands_for()):
        reader.meaning(today)
        reader.protections(reader.sound())
        before.keep_sound(reader.stands_for())
    sound = reader.sound()
    wanted = sound.keys() if tries is None else {*tries, *_sub_flows(sound, tries)}
    for name, script in sound.items():
        if name in wanted:
            reader.all_trials[name] = reader.trial(name, script)
    return Shelf(reader.library(), reader.findings, reader.all_trials)


@dataclass(slots=True)
class _Reader(Files):
    """Reads content piece by piece and keeps what it finds wrong.

    `shipped` are the playbook files as shipped, `files` those in use; `examples` are the fictional sites, at which
    shipped scenarios happen wherever they are tried.
    """

    shipped: dict[str, Document] = field(default_factory=dict)
    files: dict[str, Document] = field(default_factory=dict)
    books: dict[str, Playbook] = field(default_factory=dict)
    examples: dict[str, Site] = field(default_factory=dict)
    all_sites: dict[str, Site] = field(default_factory=dict)
    all_sources: dict[str, Source] = field(default_factory=dict)
    all_twins: RawTwins = field(default_factory=lambda: RawTwins([]))
    all_approvals: list[Approval] = field(default_factory=list)
    all_templates: dict[str, bytes] = field(default_factory=dict)
    all_obligations: dict[str, tuple[Obligation, Document, int]] = field(default_factory=dict)
    all_trials: dict[str, Trial] = field(default_factory=dict)
    site_documents: dict[str, Document] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    known: KnowledgeShelf = field(default_factory=KnowledgeShelf)

    def library(self) -> Library:
        wordings = Path(str(files("bot"))) / "conversation" / "wording"
        scripts = {name: book.script for name, book in self.books.items()}
        known = self.known.knowledge(scripts)
        articles, refusals = known.articles.values(), known.refusals.each
        return Library(
            self.books,
            self.all_sites,
            self.all_sources,
            {path.stem: path.read_text(encoding="utf-8") for path in sorted(wordings.glob("*.md"))},
            self.all_templates,
            tuple(self.people),
            tuple(self.all_approvals),
            {name: document.data for name, document in self.files.items()},
            known,
            clauses_of(self.all_sources, self.all_twins, articles, refusals, scripts.values()),
        )

    # Reading

    def take_over(self, overlay: Path) -> None:
        """Read a site's own folder: its sites instead of the examples, and the rest beside or above the shipped."""
        self.examples, self.all_sites = self.all_sites, {}
        self.shipped, self.files = self.files, dict(self.files)
        self.people.clear()
        self.site_documents.clear()
        self.trees(overlay / "playbooks")
        self.templates(overlay / "templates")
        self.sites(overlay / "sites", is_fictional=False)
        if (overlay / OBLIGATIONS).exists():
            self.obligations(overlay / OBLIGATIONS)
        if (overlay / APPROVALS).exists():
            self.approvals(overlay / APPROVALS)

    def trees(self, folder: Path) -> None:
        for path in sorted(folder.glob("*.yml")):
            self.found(path, "this file is not read", f"rename it {path.stem}.yaml", is_warning=True)
        for path in sorted(folder.glob("*.test.yaml")):
            if not (playbook := path.with_name(path.name.replace(".test.", "."))).exists():
                self.found(
                    path, "these scenarios are not tried", f"there is no {playbook.name}", is_warning=True
                )
        for path in sorted(set(folder.glob("*.yaml")) - set(folder.glob("*.test.yaml"))):
            for document in self.documents(path, at_most=1):
                self.files[path.stem] = document

    def scripts(self) -> None:
        """Build every script, now that all files are read: one may call another."""
        trees = {name: document.data for name, document in self.files.items()}
        for name, document in self.files.items():
            try:
                script = load(document.data, trees)
            except ScriptRefused as refused:
                self.problems(document, refused.problems)
                continue
            if script.id != name:
                found = f"'playbook: {script.id}' stands in {name}.yaml"
                self.problems(document, [Problem(("playbook",), found, f"rename the file {script.id}.yaml")])
                continue
            canonical = canonical_json(whole(document.data, trees))
            self.books[name] = Playbook(script, canonical, document)

    def approvals(self, path: Path) -> None:
        for document in self.documents(path, at_most=1):
            if raw := self.shaped(RawApprovals, document.data, document):
                self.all_approvals += [Approval(**each.model_dump()) for each in raw.root]

    def sources(self, path: Path) -> None:
        for document in self.documents(path, at_most=1):
            if raw := self.shaped(RawSources, document.data, document):
                ids = {source.id for source in raw.root}
                for number, source in enumerate(raw.root):
                    if source.id in self.all_sources:
                        problem = Problem((number, "id"), f"{source.id!r} stands twice", "keep one")
                        self.problems(document, [problem])
                    if source.superseded_by and source.superseded_by not in ids - {source.id}:
                        found = f"no other source is {source.superseded_by!r}"
                        remedy = nearest(source.superseded_by, ids - {source.id})
                        self.problems(document, [Problem((number, "superseded_by"), found, remedy)])
                    self.all_sources[source.id] = source_of(source)

    def twins(self, path: Path) -> None:
        for document in self.documents(path, at_most=1):
            if raw := self.shaped(RawTwins, document.data, document):
                self.problems(document, twin_problems(raw, self.all_sources))
                self.all_twins = raw

    def obligations(self, path: Path) -> None:
        for document in self.documents(path, at_most=1):
            try:
                read_here = read_obligations(document.data)
            except ScriptRefused as refused:
                self.problems(document, refused.problems)
                continue
            for number, one in enumerate(read_here):
                self.all_obligations[one.id] = (one, document, number)

    def templates(self, folder: Path) -> None:
        for path in sorted(folder.glob("*.docx")):
            if (content := self.content(path)) is not None:
                self.all_templates[path.stem] = content

    def sites(self, folder: Path, *, is_fictional: bool) -> None:
        paths = sorted(path / "settings.yaml" for path in folder.glob("[!.]*") if path.is_dir())
        for path in paths:
            for document in self.documents(path, at_most=1):
                if raw := self.shaped(RawSite, document.data, document):
                    self.site(raw, document, is_fictional=is_fictional)
        if not paths:
            self.found(folder, "no site is set up", "add <id>/settings.yaml to this folder", line=0)

    def site(self, raw: RawSite, document: Document, *, is_fictional: bool) -> None:
        folder = Path(document.file).parent.name
        if raw.site != folder:
            found = f"'site: {raw.site}' stands in the folder {folder}"
            self.problems(document, [Problem(("site",), found, f"rename the folder {raw.site}")])
        self.site_documents[raw.site] = document
        self.all_sites[raw.site] = site_of(raw, is_fictional=is_fictional)
        self.people += people_of(raw)

    # Judging

    def stands_for(self) -> str:
        """What stands for all that was read; empty where something is wrong with it already."""
        if any(not finding.is_warning for finding in (*self.findings, *self.known.findings)):
            return ""
        return hash_of({**self.hashes, **self.known.hashes})

    def meaning(self, today: date | None) -> None:
        """Judge what was read together: each script with all that it refers to, and the sites."""
        sites = (*self.examples.values(), *self.all_sites.values())
        known = context_of(self.books, self.files, sites, self.all_sources, self.all_templates, today)
        for name, book in self.books.items():
            found = [*check_script(book.script, known), *superseded(book.script, self.all_sources)]
            if self.is_own(name) and (shipped := self.as_shipped(name)):
                found += other_than_shipped(book.script, shipped)
            self.problems(book.document, found)
        forces = {name: source.citation.force for name, source in self.all_sources.items()}
        scripts_by_name = {name: book.script for name, book in self.books.items()}
        self.known.check(forces, scripts_by_name, today.isoformat() if today else None)
        self.findings += self.known.findings
        scripts = [book.script for book in self.books.values()]
        for site_id, site in self.all_sites.items():
            self.problems(self.site_documents[site_id], site_problems(site, scripts))

    def protections(self, sound: Mapping[str, Script]) -> None:
        """Whether every obligation is kept, and every protection has one.

        A site's own playbook may do without: what it ought to protect is only suggested.
        """
        kept = [
            (one, document, number)
            for one, document, number in self.all_obligations.values()
            if one.playbook in sound or one.playbook not in self.files
        ]
        ones = [one for one, _, _ in kept]
        for problem in unkept(ones, sound):
            _, document, number = kept[int(problem.path[0])]
            self.problems(document, [replace(problem, path=(number, *problem.path[1:]))])
        for name, script in sound.items():
            found = unprotected(ones, script)
            self.problems(self.files[name], _as_warnings(found) if self.is_own(name) else found)

    def sound(self) -> dict[str, Script]:
        """The scripts in which, and in whose sub-flows, nothing is wrong."""
        wrong = {finding.file for finding in self.findings if not finding.is_warning}
        right = {name: book.script for name, book in self.books.items() if book.document.file not in wrong}
        return {name: script for name, script in right.items() if right.keys() >= script.uses.keys()}

    def is_own(self, name: str) -> bool:
        """Whether the playbook of this name is the site's own."""
        return bool(self.shipped) and self.files[name] is not self.shipped.get(name)

    def as_shipped(self, name: str) -> Script | None:
        """The shipped playbook of this name, with the sub-flows it was shipped with."""
        trees = {each: document.data for each, document in self.shipped.items()}
        try:
            return load(trees[name], trees) if name in trees else None
        except ScriptRefused:
            return None

    # Trying

    def trial(self, name: str, script: Script) -> Trial:
        """Try the scenarios of a playbook, and walk its paths.

        A shipped playbook that calls a site's own one is not the one its scenarios were written for, so what they
        find then is for the site to weigh.
        """
        book = self.books[name]
        trees = {each: document.data for each, document in self.shipped.items()}
        is_other = bool(trees) and not self.is_own(name) and hash_of(whole(trees[name], trees)) != script.hash
        weigh = _as_warnings if is_other else list[Problem]
        scenarios = self.scenarios(book)
        played = []
        for document, scenario in scenarios:
            site = self.site_of(scenario, name) if scenario else None
            if scenario and site is None:
                remedy = nearest(scenario.given.site, {**self.examples, **self.all_sites})
                found = f"there is no site {scenario.given.site!r}"
                self.problems(document, [Problem(("given", "site"), found, remedy)])
            elif scenario and site:
                run, problems = run_scenario(script, scenario, site)
                played.append(run)
                self.problems(document, weigh(problems))
        is_whole = bool(played) and len(played) == len(
            scenarios
        )  # else what is not covered may just be unread
        coverage = covered(script, played) if is_whole else None
        explored = explore(script)
        self.problems(book.document, weigh(coverage.problems) if coverage else ())
        self.problems(book.document, explored.problems)
        return Trial(len(scenarios), coverage, explored)

    def scenarios(self, book: Playbook) -> list[tuple[Document, RawScenario | None]]:
        """The scenarios beside a playbook; None for one that cannot be read."""
        path = Path(book.document.file).with_suffix(".test.yaml")
        if not path.exists():
            problem = Problem((), "no scenarios", f"write {path.name} beside it", is_warning=True)
            self.problems(book.document, [problem])
            return []
        return [
            (document, self.shaped(RawScenario, document.data, document)) for document in self.documents(path)
        ]

    def site_of(self, scenario: RawScenario, name: str) -> Site | None:
        """Where a scenario happens: at the site it names, else at the first one that its playbook was written for."""
        if scenario.given.site:
            return self.all_sites.get(scenario.given.site) or self.examples.get(scenario.given.site)
        near = self.all_sites if self.is_own(name) or not self.examples else self.examples
        return next(iter(near.values()), None)


def _sub_flows(scripts: Mapping[str, Script], names: Iterable[str]) -> set[str]:
    return {flow for name in names if name in scripts for flow in scripts[name].uses}


def _as_warnings(problems: Iterable[Problem]) -> list[Problem]:
    return [replace(problem, is_warning=True) for problem in problems]
