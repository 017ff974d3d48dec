"""All content of one deployment, and what of it can be used where and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.errors import CoachError
from bot.person import Person
from bot.reply import Citation
from bot.site import Site
from bot.strict_yaml import Document
from knowledge.answer import NOTHING_KNOWN, Knowledge
from knowledge.clauses import NO_CLAUSES, Clauses
from playbooks.loader import Trees, nearest
from playbooks.script import Document as DocumentStep
from playbooks.script import Script

REVIEW_GRACE = timedelta(days=90)  # how long a file past its review date is still served


@dataclass(frozen=True, slots=True)
class Approval:
    """A site's own approval of one version of one file: who, in which role, when, under which change."""

    playbook: str
    version: str
    hash: str
    name: str
    role: str
    change_ref: str
    approved_on: str


@dataclass(frozen=True, slots=True)
class Source:
    """A source that content may cite, and the regions and product types it speaks for; empty means all.

    `superseded_by` is the id of the source that has taken its place.
    """

    citation: Citation
    regions: tuple[str, ...] = ()
    product_types: tuple[str, ...] = ()
    superseded_by: str = ""

    def is_for(self, site: Site) -> bool:
        """Whether it speaks for this site."""
        return (not self.regions or bool(set(self.regions) & set(site.regions))) and (
            not self.product_types or bool(set(self.product_types) & set(site.product_types))
        )


@dataclass(frozen=True, slots=True)
class Playbook:
    """A playbook as read: the script, its canonical text (what its hash stands for) and its file."""

    script: Script
    canonical: str
    document: Document


@dataclass(frozen=True, slots=True)
class Library:
    """All content of one deployment.

    `trees` are the playbook files as plain data. `people` are the persons of the fictional site, for the
    demonstration only. `is_preview`: what is not released, or not in force, can be started all the same, and is
    marked; for authors, never for people at work.
    """

    playbooks: Mapping[str, Playbook]
    sites: Mapping[str, Site]
    sources: Mapping[str, Source]
    wordings: Mapping[str, str]
    templates: Mapping[str, bytes]
    people: tuple[Person, ...] = ()
    approvals: Sequence[Approval] = ()
    trees: Trees = field(default_factory=dict)
    knowledge: Knowledge = NOTHING_KNOWN
    clauses: Clauses = NO_CLAUSES
    is_preview: bool = False

    def site(self, site_id: str = "") -> Site:
        """The site with this id, or the first one. Raises CoachError with what there is."""
        if not site_id:
            return next(iter(self.sites.values()))
        if found := self.sites.get(site_id):
            return found
        raise CoachError(f"there is no site {site_id!r}; {nearest(site_id, self.sites)}")

    def script(self, script_id: str) -> Script:
        """The script with this id. Raises CoachError with what there is."""
        if book := self.playbooks.get(script_id):
            return book.script
        raise CoachError(f"there is no playbook {script_id!r}; {nearest(script_id, self.playbooks)}")

    def citations_for(self, site: Site) -> Mapping[str, Citation]:
        """The sources that speak for `site`, as they are shown."""
        return {name: source.citation for name, source in self.sources.items() if source.is_for(site)}

    def template_of(self, script: Script, step_id: str) -> bytes:
        """The Word template of a script's document step."""
        does = script.by_id[step_id].does
        if not isinstance(does, DocumentStep):
            msg = f"{step_id} makes no document"
            raise TypeError(msg)
        return self.templates[does.template]

    def shelf(self, site: Site, today: date) -> tuple[Script, ...]:
        """The scripts that can be started at `site` today; what is only a part of others is not among them."""
        scripts = (playbook.script for playbook in self.playbooks.values())
        return tuple(
            script for script in scripts if not (script.is_part_only or self.why_not(script, site, today))
        )

    def why_not(self, script: Script, site: Site, today: date) -> str:
        """Why `script` cannot be started at `site` today; empty when it can."""
        return self.unfit(script, site) or ("" if self.is_preview else self.unready(script, site, today))

    def unfit(self, script: Script, site: Site) -> str:
        """Why `script` cannot be started at `site` at any time, in a preview neither; empty when it fits."""
        if missing := unset(script, site):
            return f"site {site.id} sets no {', '.join(missing)}"
        if script.for_regions and not set(script.for_regions) & set(site.regions):
            return f"it is for {', '.join(script.for_regions)}"
        if script.for_product_types and not set(script.for_product_types) & set(site.product_types):
            return f"it is for {', '.join(script.for_product_types)}"
        return ""

    def unready(self, script: Script, site: Site, today: date) -> str:
        """Why people at work cannot use this version of `script` today; empty when it is released and in force."""
        control = script.control
        if control.status == "retired":
            return "it is retired"
        if control.status != "released_by_maker":
            return f"its status is {control.status}"
        if today < date.fromisoformat(control.effective_from):
            return f"it is in force from {control.effective_from}"
        if today > date.fromisoformat(control.review_by) + REVIEW_GRACE:
            return f"it was to be reviewed by {control.review_by}"
        if site.requires_approval and not self.approval(script):
            return f"site {site.id} has not approved version {script.version}"
        return ""

    def approval(self, script: Script) -> Approval | None:
        """The approval of exactly this content, if there is one."""
        return next((each for each in reversed(self.approvals) if each.hash == script.hash), None)

    def status_note(self, script: Script, site: Site) -> str:
        """What a reader must know of the state of `script` at `site`; empty when there is nothing to warn of."""
        control, notes = script.control, []
        if self.is_preview or control.status != "released_by_maker":
            status = control.status.replace("_", " ")
            notes.append(
                f"PREVIEW of version {script.version}: {status}, in force from {control.effective_from}."
            )
        if site.is_fictional:
            notes.append("Not approved: an example from a site that does not exist.")
        elif not self.approval(script):
            notes.append("Not yet approved by your site.")
        cited = (self.sources.get(name) for name in cited_by(script))
        if old := [source.citation.clause for source in cited if source and source.superseded_by]:
            notes.append(f"It cites what has been superseded: {', '.join(old)}.")
        return " ".join(notes)

    def newer(self, script: Script) -> Script | None:
        """The version of a playbook to go on with, when the one in hand was withdrawn by it."""
        book = self.playbooks.get(script.id)
        if book is None or book.script.hash == script.hash:
            return None
        return book.script if script.version in book.script.control.withdraws else None


def unset(script: Script, site: Site) -> list[str]:
    """The settings that `script` speaks of and `site` leaves out or empty."""
    return [name for name in script.site_settings if not site.values.get(name, "").strip()]


def cited_by(script: Script) -> tuple[str, ...]:
    """Every source that a step or a clock of `script` cites, each once."""
    cites = [*(step.cite for step in script.steps), *(clock.cite for clock in script.clocks.values())]
    return tuple(dict.fromkeys(name for cite in cites for name in cite))
