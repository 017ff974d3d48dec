"""What the coach may look at for one turn, found in the store and in the library."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache

from bot.content.library import Library
from bot.conversation.scene import (
    HAND_OVER,
    LIVELY,
    Lent,
    MadeDraft,
    OpenRun,
    RunCard,
    Scene,
    Waited,
    Watched,
)
from bot.conversation.session import Session
from bot.conversation.wording import Wording, read_wording
from bot.person import Person, Right
from bot.site import Site
from bot.store import content, events, parts, people, runs, waiting
from bot.store.database import Transaction
from playbooks.coaching.catalogue import LOOK_BACK, quiet_checks
from playbooks.loader import load_whole
from playbooks.run import Drafted, Released
from playbooks.script import Document, HandOver, Script, Stop

_MOST_CARDS = 3


class Sight:
    """Finds in the store and the library what a turn may look at; changes nothing."""

    def __init__(self, library: Library, clock: Callable[[], datetime], new_ref: Callable[[], str]) -> None:
        self._library, self._clock, self._new_ref = library, clock, new_ref
        self._wordings = {language: read_wording(text) for language, text in library.wordings.items()}
        self._shipped = {book.script.hash: book.script for book in library.playbooks.values()}
        self._kept_script = lru_cache(maxsize=64)(_load_kept)

    def scene(
        self,
        conn: Transaction,
        person: Person,
        session: Session,
        row: runs.RunRow | None,
        watched: Watched | None,
        lent: Lent | None = None,
    ) -> Scene:
        """The scene of this person's turn in the run of `row`, in the one they watch, and in the one they lent."""
        library = self._library
        site = library.sites[person.site]
        now = self._clock()
        run = self.open_run(conn, row) if row else None
        happened = [
            *(run.events if run else ()),
            *(watched.run.events if watched else ()),
            *(lent.run.events if lent else ()),
        ]
        return Scene(
            person=person,
            site=site,
            session=session,
            run=run,
            watched=watched,
            lent=lent,
            all_lent=lambda: self.all_lent(conn, person),
            shelf=library.shelf(site, now.astimezone(site.place.zone).date()),
            wording=self._wording(person),
            sources=library.citations_for(site),
            now=now,
            new_ref=lambda: self._unused_ref(conn),
            reach=lambda role: self.reach(conn, site, role),
            others=lambda: _others(conn, person, row),
            drafts=lambda: self._drafts(conn, person),
            waits=lambda: self.waits(conn, person),
            colleague=lambda name: self._colleague(conn, site, name),
            status_note=lambda script: library.status_note(script, site),
            names=self.names(conn, {event.by for event in happened if event.by != person.id}),
            knowledge=library.knowledge,
            clauses=library.clauses,
            quiet=lambda: quiet_checks(events.kept_against(conn, person.id, now - LOOK_BACK), now),
        )

    def open_run(self, conn: Transaction, row: runs.RunRow) -> OpenRun:
        """The run as stored, with its script."""
        script = self.script(conn, row.script_hash)
        newer = self._library.newer(script)
        return OpenRun(row.ref, row.title, script, runs.events(conn, row.ref), row.state, newer)

    def watched(self, conn: Transaction, person: Person, row: runs.RunRow, step: str) -> Watched | None:
        """Somebody else's run, where this person was told about it; nothing to anybody else.

        An offer to take it over counts as long as it stands.
        """
        if row.person == person.id:
            return None
        if step == HAND_OVER:
            stands = {(each.run, each.step) for each in waiting.of_person(conn, person.id)}
            is_told = (row.ref, step) in stands
        else:
            is_told = person.id in waiting.told(conn, row.ref, step)
        owner = people.by_id(conn, row.person) if is_told else None
        if owner is None:
            return None
        run = self.open_run(conn, row)
        return Watched(run, owner, step, self._may_free(person, run.script, step))

    def lent(self, conn: Transaction, person: Person, row: runs.RunRow) -> Lent | None:
        """Somebody else's run, where this person handed a part of it to them."""
        found = parts.lent_by(conn, person.id, row.ref)
        return self._lent(conn, row, found[0][1]) if found else None

    def all_lent(self, conn: Transaction, person: Person) -> Sequence[Lent]:
        """Every run that is not over of which a colleague has a part in hand that this person gave them."""
        rows = ((runs.get(conn, ref), step) for ref, step in parts.lent_by(conn, person.id, states=LIVELY))
        found = (self._lent(conn, row, step) for row, step in rows if row)
        return tuple(lent for lent in found if lent)

    def _lent(self, conn: Transaction, row: runs.RunRow, step: str) -> Lent | None:
        run, holder = self.open_run(conn, row), people.by_id(conn, row.person)
        part = run.ledger.parts.get(step)
        return Lent(run, holder, part) if holder and part else None

    def waits(self, conn: Transaction, person: Person) -> Sequence[Waited]:
        """What this person can still do something about: read it, release it, or take it over."""
        found = []
        for each in waiting.of_person(conn, person.id):
            row = runs.get(conn, each.run)
            owner = people.by_id(conn, row.person) if row else None
            if row is None or owner is None:
                continue
            script = self.script(conn, row.script_hash)
            may_free = self._may_free(person, script, each.step) and not _is_released(
                conn, each.run, each.step
            )
            is_seen = each.seen_at is not None
            step = script.by_id.get(each.step)
            part = step.does.to if step and isinstance(step.does, HandOver) else ""
            if not is_seen or may_free or each.step == HAND_OVER:
                found.append(
                    Waited(
                        each.run, row.title, each.step, owner.name, each.posted_at, is_seen, may_free, part
                    )
                )
        return tuple(found)

    def script(self, conn: Transaction, script_hash: str) -> Script:
        """The script with this hash: shipped now, or kept because a run was begun with it."""
        shipped = self._shipped.get(script_hash)
        return shipped or self._kept_script(content.get(conn, script_hash) or "")

    def names(self, conn: Transaction, ids: set[str]) -> dict[str, str]:
        """The names of these people, by id."""
        return {by: found.name for by in sorted(ids) if (found := people.by_id(conn, by))}

    def active(self, conn: Transaction, ids: Sequence[str]) -> tuple[str, ...]:
        """Those of these people who are in the directory and active."""
        found = [people.by_id(conn, person_id) for person_id in ids]
        return tuple(person.id for person in found if person and person.is_active)

    @property
    def english(self) -> Wording:
        """The wording of what is said without looking who reads it."""
        return self._wordings["en"]

    def _wording(self, person: Person) -> Wording:
        return self._wordings.get(person.language) or self._wordings["en"]

    def _unused_ref(self, conn: Transaction) -> str:
        while runs.taken(conn, ref := self._new_ref()):
            pass
        return ref

    def _may_free(self, person: Person, script: Script, step_id: str) -> bool:
        """Whether this person's role, or a right they were given, lets them release the stop."""
        step = script.by_id.get(step_id)
        release = step.does.release if step and isinstance(step.does, Stop) else None
        if release is None or not release.by_role:
            return False
        roles = self._library.sites[person.site].roles_of(person.id)
        return bool(roles & set(release.by_role)) or Right.RELEASE_STOP in person.rights

    def _drafts(self, conn: Transaction, person: Person) -> Sequence[MadeDraft]:
        """Every draft of the person, the latest run first; those of what a colleague has in hand for them come last."""
        lent = (runs.get(conn, ref) for ref, _ in parts.lent_by(conn, person.id))
        return tuple(
            MadeDraft(
                row.ref, row.title, made.number, _formats(self.script(conn, row.script_hash), made.step)
            )
            for row in (*runs.of_person(conn, person.id), *lent)
            if row
            for made in (event.what for event in runs.events(conn, row.ref))
            if isinstance(made, Drafted)
        )

    def _colleague(self, conn: Transaction, site: Site, name: str) -> Person | None:
        """The one active person of the site with this name, first name or id; None when there are none, or several."""
        words = name.casefold().split()
        here = [person for person in people.everyone(conn, site.id) if person.is_active]
        found = [
            person
            for person in here
            if person.id == name or person.name.casefold().split()[: len(words)] == words
        ]
        return found[0] if len(found) == 1 else None

    def reach(self, conn: Transaction, site: Site, role: str) -> tuple[str, ...]:
        """The people on the role's roster who are in the directory and active; its backup where there are none."""
        roster = site.rosters.get(role)
        if roster is None:
            return ()
        return self.active(conn, roster.people) or self.active(conn, roster.backup)


def _others(conn: Transaction, person: Person, row: runs.RunRow | None) -> Sequence[RunCard]:
    """The person's runs beside this one that can be taken up again, the one touched last first."""
    lively = [other for other in runs.of_person(conn, person.id, LIVELY) if not row or other.ref != row.ref]
    return [RunCard(other.ref, other.title, other.state) for other in lively[:_MOST_CARDS]]


def _is_released(conn: Transaction, run: str, step: str) -> bool:
    return any(
        isinstance(event.what, Released) and event.what.step == step for event in runs.events(conn, run)
    )


def _load_kept(canonical: str) -> Script:
    return load_whole(json.loads(canonical))


def _formats(script: Script, step_id: str) -> tuple[str, ...]:
    step = script.by_id.get(step_id)
    return step.does.formats if step and isinstance(step.does, Document) else ()
